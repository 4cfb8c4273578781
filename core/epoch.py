"""The epoch: the name of this server's history; a new one begins only after a restore from backup."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.db import Base, UTCDateTime


class Epoch(Base):
    """Một đời dữ liệu của máy chủ."""

    __tablename__ = "epoch"

    id: Mapped[str] = mapped_column(String, primary_key=True)
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)


CURRENT = select(Epoch.id).order_by(Epoch.started_at.desc()).limit(1)


def begin(session: Session, *, at: datetime) -> str:
    """A new epoch is the current one, even where the clock stands before the beginning of the last one."""
    last = session.scalar(select(Epoch.started_at).order_by(Epoch.started_at.desc()).limit(1))
    # A server that is restored with a clock set back would otherwise go on in the old epoch, and tablets
    # would never send again what the backup lacks.
    started_at = at if last is None else max(at, last + timedelta(microseconds=1))
    epoch = Epoch(id=f"e-{secrets.token_hex(8)}", started_at=started_at)
    session.add(epoch)
    session.flush()  # so that `current` in the same transaction sees it
    return epoch.id


def current(session: Session) -> str:
    """The current epoch; the first start has begun one."""
    return str(session.connection().execute(CURRENT).scalar_one())
