"""What tablets are about to send in parts, and what they signed; neither is part of any record."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Id, UTCDateTime


class PartialUpload(Base):
    """Một lần gửi tệp theo từng phần, chưa xong hoặc vừa xong; số byte đã đến là độ dài tệp tạm trên đĩa."""

    __tablename__ = "partial_upload"
    __table_args__ = (
        Index("ix_partial_upload_device", "device"),
        Index("ix_partial_upload_expires_at", "expires_at"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    length_bytes: Mapped[int]
    inspection: Mapped[Id | None] = mapped_column(ForeignKey("inspection.id"))
    media_type: Mapped[str]
    device: Mapped[str] = mapped_column(ForeignKey("device.id"))
    begun_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class HeadSignature(Base):
    """Chữ ký của máy tính bảng trên chuỗi thao tác của mình, đến hết thao tác `seq`."""

    __tablename__ = "head_signature"

    device: Mapped[str] = mapped_column(ForeignKey("device.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    head: Mapped[str] = mapped_column(String(64))
    sig: Mapped[str]
    beyond: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
