"""The journal (nhật ký): one entry for each action, who did what to which thing and when.

It is written in the action's own transaction, so that there is never one without the other.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from core import bulk, ids
from core.caller import Caller
from core.db import Base, Id, UTCDateTime


class JournalEntry(Base):
    """Một dòng nhật ký."""

    __tablename__ = "journal_entry"
    __table_args__ = (Index("ix_journal_entry_about", "about_kind", "about_id"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    event: Mapped[str] = mapped_column(String)
    person_id: Mapped[Id | None]
    device_id: Mapped[str | None]
    name: Mapped[str]
    about_kind: Mapped[str]
    about_id: Mapped[str]
    details: Mapped[dict[str, Any]] = mapped_column(JSON)


def record(
    session: Session, event: str, *, about: tuple[str, str], by: Caller, at: datetime, **details: object
) -> None:
    """The event stands in the journal once the transaction commits.

    Args:
        event: `thing.happened`, for example `inspection.approved`.
        about: the kind and id of the thing it happened to.
        details: JSON-ready facts.
    """
    entry = {
        "id": ids.new_id(), "at": at, "event": event, "person_id": by.person_id, "device_id": by.device_id,
        "name": by.name, "about_kind": about[0], "about_id": about[1], "details": details,
    }  # fmt: skip
    bulk.insert(session, JournalEntry, [entry])
