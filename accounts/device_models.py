"""The devices that sync, their keys, and who may act on them; no private key is ever stored here."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Id, UTCDateTime


class Device(Base):
    """Máy tính bảng đã ghi danh, hoặc thiết bị của chính máy chủ cho một cuộc kiểm tra."""

    __tablename__ = "device"

    id: Mapped[str] = mapped_column(String, primary_key=True)
    label: Mapped[str]
    kind: Mapped[str]
    public_jwk: Mapped[dict[str, Any]] = mapped_column(JSON)
    thumbprint: Mapped[str]
    seq: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
    enrolled_at: Mapped[datetime] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revoke_mode: Mapped[str | None]
    last_seen_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class DeviceGrant(Base):
    """Quyền dùng một máy tính bảng của một người, cấp khi người đó đăng nhập trực tuyến trên máy."""

    __tablename__ = "device_grant"

    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"), primary_key=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), primary_key=True)
    granted_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
