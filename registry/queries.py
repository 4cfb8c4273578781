"""What can be asked about units, the agency, legal texts and standards; nothing is changed by asking."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from registry.errors import AgencyUnnamed, UnitUnknown
from registry.in_force import Instrument
from registry.models import Agency, LegalInstrument, Standard, Unit


def units(session: Session) -> Sequence[Unit]:
    """Every unit by its code, those that have ended included."""
    return session.scalars(select(Unit).order_by(Unit.code)).all()


def unit_by_code(session: Session, code: str) -> Unit:
    """The unit with the code, its events loaded.

    Raises:
        UnitUnknown: there is none.
    """
    named = select(Unit).where(Unit.code == code).options(selectinload(Unit.events))
    # PostgreSQL cannot be asked about a NUL character; no unit has such a code.
    found = session.scalar(named) if code.isprintable() else None
    if found is None:
        shown = "".join(filter(str.isprintable, code))[:40]
        raise UnitUnknown(f"Danh bạ không có đơn vị mã «{shown}».", unit=shown)
    return found


def agency(session: Session) -> Agency | None:
    """The inspecting agency, or None while nobody has named it."""
    return session.get(Agency, 1)


def named_agency(session: Session) -> Agency:
    """The inspecting agency.

    Raises:
        AgencyUnnamed: nobody has named it yet.
    """
    found = agency(session)
    if found is None:
        raise AgencyUnnamed("Quản trị viên khai tên cơ quan tại trang «Cơ quan kiểm tra» rồi thử lại.")
    return found


def legal_instruments(session: Session) -> Sequence[LegalInstrument]:
    """Every legal text by its day of issue."""
    oldest_first = select(LegalInstrument).order_by(LegalInstrument.issued_on, LegalInstrument.code)
    return session.scalars(oldest_first).all()


def instruments_by_code(session: Session) -> dict[str, Instrument]:
    """Every legal text as the value that `registry.in_force` judges."""
    return {row.code: instrument(row) for row in session.scalars(select(LegalInstrument))}


def instrument(row: LegalInstrument) -> Instrument:
    """The row as a plain value."""
    return Instrument(
        code=row.code, kind=row.kind, number=row.number, title=row.title, issued_on=row.issued_on,
        effective_from=row.effective_from, effective_to=row.effective_to, replaced_by=row.replaced_by,
        amends=tuple(row.amends),
    )  # fmt: skip


def standards(session: Session) -> Sequence[Standard]:
    """Every edition of the standard by its code."""
    return session.scalars(select(Standard).order_by(Standard.code)).all()


def basis_codes(session: Session) -> frozenset[str]:
    """The codes that a checklist may cite: legal texts and standards."""
    texts = session.scalars(select(LegalInstrument.code))
    return frozenset(texts) | frozenset(session.scalars(select(Standard.code)))
