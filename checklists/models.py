"""The table of published checklist versions; a row is written once and never changed."""

from datetime import datetime

from sqlalchemy import LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, UTCDateTime


class ChecklistVersion(Base):
    """Phiên bản danh mục: the exact bytes that the API serves, addressed by their SHA-256.

    The other columns repeat what the bytes say, for lists.
    """

    __tablename__ = "checklist_version"
    __table_args__ = (UniqueConstraint("code", "version"),)

    sha256: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str]
    version: Mapped[str]
    status: Mapped[str]
    title: Mapped[str]
    standard: Mapped[str]
    item_count: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    published_at: Mapped[datetime] = mapped_column(UTCDateTime)
    published_by: Mapped[str]

    @property
    def reference(self) -> str:
        """`CODE@VERSION`."""
        return f"{self.code}@{self.version}"
