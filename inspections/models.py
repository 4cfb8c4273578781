"""The tables of an inspection: its frozen facts, its team, and the log that its state is folded from.

Nothing here decides anything, and nothing here knows HTTP. Operation bodies are never updated.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base, Id, UTCDateTime


class Inspection(Base):
    """Cuộc kiểm tra: một đơn vị, một đoàn, một phiên bản danh mục, cố định từ ngày ra quyết định."""

    __tablename__ = "inspection"
    __table_args__ = (Index("ix_inspection_state", "state"), Index("ix_inspection_unit_id", "unit_id"))

    id: Mapped[Id] = mapped_column(primary_key=True)
    unit_id: Mapped[Id] = mapped_column(ForeignKey("unit.id"))
    unit_name: Mapped[str]
    unit_type: Mapped[str]
    form: Mapped[str] = mapped_column(String)
    state: Mapped[str] = mapped_column(String)
    revision: Mapped[int]
    planned_on: Mapped[date]
    scheduled_at: Mapped[datetime] = mapped_column(UTCDateTime)

    decision_number: Mapped[str | None]
    decided_on: Mapped[date | None]
    checklist: Mapped[str | None]
    checklist_sha256: Mapped[str | None] = mapped_column(String(64))
    profile: Mapped[str | None]
    standard: Mapped[str | None]
    period_from: Mapped[date | None]
    period_to: Mapped[date | None]

    head_pos: Mapped[int]
    root: Mapped[str] = mapped_column(String(64))
    frozen_pos: Mapped[int | None]
    content_hash: Mapped[str | None] = mapped_column(String(64))
    waiting_signoff: Mapped[Id | None]

    team: Mapped[list["TeamMember"]] = relationship(
        order_by="TeamMember.position", lazy="selectin", cascade="all, delete-orphan"
    )


class TeamMember(Base):
    """Thành viên đoàn kiểm tra, ghi theo quyết định."""

    __tablename__ = "team_member"

    inspection_id: Mapped[Id] = mapped_column(ForeignKey("inspection.id"), primary_key=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), primary_key=True)
    role: Mapped[str]
    full_name: Mapped[str]
    title: Mapped[str]
    position: Mapped[int]


class LoggedOperation(Base):
    """Một thao tác trong nhật ký, giữ nguyên từng byte như máy tính bảng đã gửi."""

    __tablename__ = "operation"
    __table_args__ = (
        UniqueConstraint("op_id"),
        UniqueConstraint("inspection", "pos"),
    )

    device: Mapped[str] = mapped_column(ForeignKey("device.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    op_id: Mapped[Id | None]
    inspection: Mapped[Id | None] = mapped_column(ForeignKey("inspection.id"))
    pos: Mapped[int | None]
    type: Mapped[str]
    entity: Mapped[str]
    header: Mapped[str] = mapped_column(Text)
    body: Mapped[str | None] = mapped_column(Text)
    body_sha256: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    effect: Mapped[str]
    code: Mapped[str | None]
    detail: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)
    log_hash: Mapped[str | None] = mapped_column(String(64))


class Head(Base):
    """Giá trị hiện hành của một trường: thao tác chưa bị thao tác nào khác thay thế."""

    __tablename__ = "head"

    inspection: Mapped[Id] = mapped_column(ForeignKey("inspection.id"), primary_key=True)
    entity: Mapped[str] = mapped_column(primary_key=True)
    field: Mapped[str] = mapped_column(primary_key=True)
    op_id: Mapped[Id] = mapped_column(primary_key=True)


class Receipt(Base):
    """Biên nhận có chữ ký của máy chủ cho một lần gửi."""

    __tablename__ = "receipt"

    device: Mapped[str] = mapped_column(ForeignKey("device.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(String(64))
    body: Mapped[str]
    kid: Mapped[str]
    sig: Mapped[str]


class BlobReference(Base):
    """Tệp mà một thao tác nhắc đến; tệp có thể đến sau."""

    __tablename__ = "blob_reference"
    __table_args__ = (Index("ix_blob_reference_sha256", "sha256"),)

    inspection: Mapped[Id] = mapped_column(ForeignKey("inspection.id"), primary_key=True)
    op_id: Mapped[Id] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)


class SelfReport(Base):
    """Một tệp của báo cáo tự kiểm tra mà đơn vị gửi, do văn phòng nhập; rút lại thì vẫn còn, kèm lý do."""

    __tablename__ = "self_report"
    __table_args__ = (
        Index("ix_self_report_inspection_id", "inspection_id"),
        Index("ix_self_report_sha256", "sha256"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    inspection_id: Mapped[Id] = mapped_column(ForeignKey("inspection.id"))
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    size_bytes: Mapped[int]
    media_type: Mapped[str]
    name: Mapped[str]
    document_number: Mapped[str]
    received_on: Mapped[date]
    added_by: Mapped[Id] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[datetime] = mapped_column(UTCDateTime)
    withdrawn_by: Mapped[Id | None] = mapped_column(ForeignKey("person.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    withdrawn_reason: Mapped[str | None]


class UploadedBlob(Base):
    """Một tệp đã nhận cho một cuộc kiểm tra.

    A file that came for one inspection is not thereby there for another: otherwise naming a hash would tell
    a stranger whether somebody else has that photo.
    """

    __tablename__ = "uploaded_blob"

    inspection: Mapped[Id] = mapped_column(ForeignKey("inspection.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"), primary_key=True)
    media_type: Mapped[str] = mapped_column(String)
    device: Mapped[str] = mapped_column(ForeignKey("device.id"))
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"))
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)
