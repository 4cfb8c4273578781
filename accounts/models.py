"""The tables of people and of how they get in: nothing here decides anything, and no secret lies in clear.

Passwords are Argon2id hashes; tokens of sessions, invitations and the first run are kept as SHA-256, so that
a copy of the database opens no door.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.roles import Role
from core.db import Base, Id, UTCDateTime


class Person(Base):
    """Người dùng của hệ thống: công chức của cơ quan kiểm tra."""

    __tablename__ = "person"

    id: Mapped[Id] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String, unique=True)
    full_name: Mapped[str]
    title: Mapped[str]
    is_active: Mapped[bool]
    is_demo: Mapped[bool]
    password_hash: Mapped[str | None]
    added_at: Mapped[datetime] = mapped_column(UTCDateTime)

    held: Mapped[list["HeldRole"]] = relationship(lazy="selectin", cascade="all, delete-orphan")

    @property
    def roles(self) -> frozenset[str]:
        """The office roles that the person holds."""
        return frozenset(one.role for one in self.held)

    @property
    def roles_in_order(self) -> list[str]:
        """The same, in the order in which roles are always named."""
        return [role.value for role in Role if role in self.roles]


class HeldRole(Base):
    """Vai trò mà một người đang giữ."""

    __tablename__ = "person_role"

    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String, primary_key=True)


class SignedInSession(Base):
    """Một phiên đăng nhập trên một trình duyệt; xoá dòng này là đăng xuất."""

    __tablename__ = "signed_in_session"
    __table_args__ = (Index("ix_signed_in_session_person_id", "person_id"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"))
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)


class FailureCount(Base):
    """Số lần đăng nhập sai liên tiếp của một tên đăng nhập hoặc từ một địa chỉ mạng."""

    __tablename__ = "sign_in_failure"

    key: Mapped[str] = mapped_column(String, primary_key=True)
    failures: Mapped[int]
    last_failed_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Invitation(Base):
    """Thư mời đặt mật khẩu, dùng một lần."""

    __tablename__ = "invitation"

    id: Mapped[Id] = mapped_column(primary_key=True)
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"))
    invited_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class FirstRunCode(Base):
    """Mã khởi tạo in ra màn hình máy chủ, cho người quản trị đầu tiên."""

    __tablename__ = "first_run_code"

    code_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    shown_at: Mapped[datetime] = mapped_column(UTCDateTime)
