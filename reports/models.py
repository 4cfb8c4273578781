"""The tables of issued documents: how far each has come, under which hash its bytes lie, who sealed it."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base, Id, UTCDateTime
from inspections.models import Inspection


class SealCertificate(Base):
    """Chứng thư số đã dùng để ký; giữ lại để văn bản cũ vẫn xác minh được khi đổi khóa."""

    __tablename__ = "seal_certificate"

    fingerprint: Mapped[str] = mapped_column(String(64), primary_key=True)
    holder: Mapped[str]
    chain: Mapped[str] = mapped_column(Text)
    is_demo: Mapped[bool]
    first_used_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Report(Base):
    """Biên bản kiểm tra: from the frozen draft to the sealed file."""

    __tablename__ = "report"
    __table_args__ = (
        UniqueConstraint("inspection_id", "revision", "kind"),
        UniqueConstraint("symbol", "year", "ordinal"),
        Index("ix_report_state", "state"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    inspection_id: Mapped[Id] = mapped_column(ForeignKey("inspection.id"))
    revision: Mapped[int]
    kind: Mapped[str] = mapped_column(String)
    state: Mapped[str] = mapped_column(String)
    snapshot_sha256: Mapped[str] = mapped_column(String(64))
    verification_code: Mapped[str] = mapped_column(String(16), unique=True)
    drafted_at: Mapped[datetime] = mapped_column(UTCDateTime)

    number: Mapped[str | None]
    ordinal: Mapped[int | None]
    symbol: Mapped[str | None]
    year: Mapped[int | None]
    dated_on: Mapped[date | None]

    seal_asked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    failure: Mapped[str | None]
    pdf_sha256: Mapped[str | None] = mapped_column(String(64), unique=True)
    pdf_bytes: Mapped[int | None]
    pages: Mapped[int | None]
    sealed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    sealed_with: Mapped[str | None] = mapped_column(ForeignKey("seal_certificate.fingerprint"))

    inspection: Mapped[Inspection] = relationship(lazy="joined", innerjoin=True)
    certificate: Mapped[SealCertificate | None] = relationship(lazy="joined")
