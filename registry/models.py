"""The registry's tables: units and their history, the inspecting agency, legal texts, standards.

It holds dated facts and no rule; what was in force or existed on a day is judged elsewhere.
"""

from datetime import date

from sqlalchemy import JSON, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base, Id


class Unit(Base):
    """Đơn vị: an agency that is inspected. Its name is no key; its code is."""

    __tablename__ = "unit"
    __table_args__ = (CheckConstraint("valid_to IS NULL OR valid_from <= valid_to", name="dates_in_order"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    unit_type: Mapped[str]
    level: Mapped[str]
    district_kind: Mapped[str | None]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    events: Mapped[list["UnitEvent"]] = relationship(
        order_by="UnitEvent.happened_on", cascade="all, delete-orphan", lazy="raise"
    )
    earlier_names: Mapped[list["UnitName"]] = relationship(
        order_by="UnitName.valid_to", cascade="all, delete-orphan", lazy="raise"
    )
    own_obligations: Mapped[list["UnitObligation"]] = relationship(
        order_by="UnitObligation.valid_from", cascade="all, delete-orphan", lazy="raise"
    )
    qms: Mapped[list["QmsStatus"]] = relationship(
        order_by="QmsStatus.since", cascade="all, delete-orphan", lazy="raise"
    )


class UnitEvent(Base):
    """Biến động của đơn vị: reorganised, renamed, merged, ended; dated and with its source."""

    __tablename__ = "unit_event"
    __table_args__ = (UniqueConstraint("unit_id", "kind", "happened_on"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    unit_id: Mapped[Id] = mapped_column(ForeignKey("unit.id"))
    kind: Mapped[str]
    happened_on: Mapped[date]
    successor_name: Mapped[str | None]
    successor_code: Mapped[str | None]
    source: Mapped[str]


class UnitName(Base):
    """Tên cũ của đơn vị, với những ngày mang tên ấy và văn bản đổi tên."""

    __tablename__ = "unit_name"

    unit_id: Mapped[Id] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    valid_to: Mapped[date] = mapped_column(primary_key=True)
    valid_from: Mapped[date | None]
    name: Mapped[str]
    document: Mapped[str]


class UnitObligation(Base):
    """Nghĩa vụ xây dựng, áp dụng HTQLCL mà một văn bản đặt ra cho riêng đơn vị này."""

    __tablename__ = "unit_obligation"

    id: Mapped[Id] = mapped_column(primary_key=True)
    unit_id: Mapped[Id] = mapped_column(ForeignKey("unit.id"))
    kind: Mapped[str]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    document: Mapped[str]


class QmsStatus(Base):
    """Tình trạng HTQLCL của đơn vị từ một ngày, đến khi có dòng sau."""

    __tablename__ = "qms_status"

    unit_id: Mapped[Id] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    since: Mapped[date] = mapped_column(primary_key=True)
    state: Mapped[str]
    standard: Mapped[str | None]
    scope: Mapped[str | None]
    decision_number: Mapped[str | None]
    decided_on: Mapped[date | None]
    is_electronic: Mapped[bool | None]
    source: Mapped[str]


class TypeObligation(Base):
    """Nghĩa vụ mà văn bản pháp luật đặt ra cho cả một loại đơn vị."""

    __tablename__ = "type_obligation"
    __table_args__ = (UniqueConstraint("unit_type", "valid_from"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    unit_type: Mapped[str]
    kind: Mapped[str]
    basis: Mapped[str] = mapped_column(ForeignKey("legal_instrument.code"))
    clause: Mapped[str]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]


class Agency(Base):
    """Cơ quan kiểm tra: the one agency whose names stand at the head of every document."""

    __tablename__ = "agency"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    parent_name: Mapped[str]
    name: Mapped[str]
    place: Mapped[str]
    province_name: Mapped[str]
    record_symbol: Mapped[str]


class LegalInstrument(Base):
    """Văn bản quy phạm pháp luật hoặc hướng dẫn, with the days between which it is in force."""

    __tablename__ = "legal_instrument"

    code: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    number: Mapped[str]
    title: Mapped[str]
    role: Mapped[str]
    issued_on: Mapped[date | None]
    effective_from: Mapped[date | None]
    effective_to: Mapped[date | None]
    replaced_by: Mapped[str | None]
    amends: Mapped[list[str]] = mapped_column(JSON)
    details: Mapped[list[str]] = mapped_column(JSON)
    verified: Mapped[str]
    note: Mapped[str | None]


class Standard(Base):
    """Tiêu chuẩn: an edition of the standard against which a unit may be inspected."""

    __tablename__ = "standard"

    code: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str]
    based_on: Mapped[str | None]
    published_on: Mapped[date | None]
    withdrawn_on: Mapped[date | None]
    transition_deadline: Mapped[date | None]
    is_usable: Mapped[bool]
    verified: Mapped[str]
    note: Mapped[str | None]
