"""The tables of yearly plans and of what an inspection rests on: a row of a plan, or a request.

Nothing here decides anything. An approved version is never changed; an adjustment is a new one.
"""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base, Id, UTCDateTime


class Plan(Base):
    """Kế hoạch kiểm tra hằng năm, một phiên bản.

    Source: Thông tư 26/2014/TT-BKHCN Điều 34.
    """

    __tablename__ = "plan"
    __table_args__ = (UniqueConstraint("year", "version"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    year: Mapped[int]
    version: Mapped[int]
    title: Mapped[str]
    state: Mapped[str]
    reason: Mapped[str | None]
    approval_number: Mapped[str | None]
    approved_on: Mapped[date | None]
    drafted_at: Mapped[datetime] = mapped_column(UTCDateTime)

    rows: Mapped[list["PlanRow"]] = relationship(
        order_by="PlanRow.position", lazy="selectin", cascade="all, delete-orphan"
    )


class PlanRow(Base):
    """Một dòng của kế hoạch, theo Mẫu 19. KHKT; `entry` giữ nguyên qua các lần điều chỉnh."""

    __tablename__ = "plan_row"
    __table_args__ = (
        UniqueConstraint("plan_id", "entry"),
        CheckConstraint("first_day <= last_day", name="days_in_order"),
        Index("ix_plan_row_entry", "entry"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    plan_id: Mapped[Id] = mapped_column(ForeignKey("plan.id"))
    entry: Mapped[Id]
    position: Mapped[int]
    unit_id: Mapped[Id] = mapped_column(ForeignKey("unit.id"))
    unit_code: Mapped[str]
    unit_name: Mapped[str]
    inspecting_unit: Mapped[str]
    cooperating_unit: Mapped[str]
    first_day: Mapped[date]
    last_day: Mapped[date]
    form: Mapped[str]
    budget_vnd: Mapped[int | None] = mapped_column(BigInteger)


class Grounds(Base):
    """Căn cứ của cuộc kiểm tra: một dòng của kế hoạch đã phê duyệt, hoặc yêu cầu kiểm tra đột xuất.

    Source: Thông tư 26/2014/TT-BKHCN Điều 33 khoản 2; Điều 34 khoản 1 điểm c.
    """

    __tablename__ = "grounds"
    __table_args__ = (
        CheckConstraint("(entry IS NULL) <> (request_number IS NULL)", name="one_of_two"),
        Index("ix_grounds_entry", "entry"),
    )

    inspection_id: Mapped[Id] = mapped_column(ForeignKey("inspection.id"), primary_key=True)
    plan_id: Mapped[Id | None] = mapped_column(ForeignKey("plan.id"))
    entry: Mapped[Id | None]
    request_number: Mapped[str | None]
    requested_on: Mapped[date | None]
    requested_by: Mapped[str | None]
