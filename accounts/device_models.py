"""The tables of tablets: their keys, who may use them, and what lets them in. No private key is ever here.

Codes and tokens are kept as SHA-256, so that a copy of the database enrols nothing and opens nothing.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Id, UTCDateTime


class DeviceKind(StrEnum):
    """Whose chain it is."""

    TABLET = "tablet"
    SERVER = "server"


class RevokeMode(StrEnum):
    """Why a tablet is taken out of use, and therefore what it may still do.

    `retired`: what it still holds is taken as usual. `lost`: what it sends is kept and set aside, and it
    reads nothing. `stolen`: it is let in nowhere and told to wipe itself.
    """

    RETIRED = "retired"
    LOST = "lost"
    STOLEN = "stolen"


class Device(Base):
    """Máy tính bảng đã ghi danh, hoặc một chuỗi thao tác của chính máy chủ."""

    __tablename__ = "device"

    id: Mapped[str] = mapped_column(String, primary_key=True)
    label: Mapped[str]
    kind: Mapped[str]
    public_jwk: Mapped[dict[str, str]] = mapped_column(JSON)
    thumbprint: Mapped[str] = mapped_column(String)
    seq: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
    enrolled_at: Mapped[datetime] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revoke_mode: Mapped[str | None]
    last_seen_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    waiting_operations: Mapped[int | None]
    waiting_files: Mapped[int | None]
    waiting_told_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class DeviceGrant(Base):
    """Một người được ghi kết quả trên một máy tính bảng, đến một thời điểm."""

    __tablename__ = "device_grant"
    __table_args__ = (Index("ix_device_grant_person_id", "person_id"),)

    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"), primary_key=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), primary_key=True)
    granted_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)


class EnrolmentCode(Base):
    """Mã ghi danh máy tính bảng, dùng một lần: một mã để quét, một mã để gõ, dùng mã nào cũng hết cả hai."""

    __tablename__ = "enrolment_code"
    __table_args__ = (Index("ix_enrolment_code_typed_sha256", "typed_sha256"),)

    code_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    typed_sha256: Mapped[str | None] = mapped_column(String(64))
    label: Mapped[str]
    made_by: Mapped[Id] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_by: Mapped[str | None]


class DeviceToken(Base):
    """Mã truy cập ngắn hạn của một người trên một máy tính bảng."""

    __tablename__ = "device_token"
    __table_args__ = (Index("ix_device_token_expires_at", "expires_at"),)

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"))
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"))
    issued_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)


class RecoveryHalf(Base):
    """Nửa chìa khóa dự phòng của một người trên một máy tính bảng; nửa kia chỉ nằm trên máy."""

    __tablename__ = "recovery_half"

    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"), primary_key=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), primary_key=True)
    half: Mapped[str] = mapped_column(String(43))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)


class SpentAssertion(Base):
    """Lời khẳng định của máy tính bảng đã dùng, giữ đến khi tự hết hạn để không ai dùng lại."""

    __tablename__ = "spent_assertion"

    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"), primary_key=True)
    jti_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
