"""What tablets remember of the server's own operations that the server has lost; it is no part of any log."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Id, UTCDateTime


class Recollection(Base):
    """Một thao tác của máy chủ mà bản sao lưu không có, theo lời một máy tính bảng đã từng nhận nó."""

    __tablename__ = "recollection"

    device: Mapped[str] = mapped_column(String, primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    op_id: Mapped[Id]
    inspection: Mapped[Id] = mapped_column(ForeignKey("inspection.id"))
    header: Mapped[str] = mapped_column(Text)
    body: Mapped[str | None] = mapped_column(Text)
    body_sha256: Mapped[str] = mapped_column(String(64))
    said_at: Mapped[datetime] = mapped_column(UTCDateTime)
    told_by: Mapped[str] = mapped_column(ForeignKey("device.id"))
    told_at: Mapped[datetime] = mapped_column(UTCDateTime)
