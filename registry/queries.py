"""What can be asked about units, the agency, legal texts and standards; nothing is changed by asking."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from registry.errors import AgencyUnnamed, UnitUnknown
from registry.in_force import Instrument
from registry.loading import EventFacts
from registry.models import (
    Agency,
    LegalInstrument,
    QmsStatus,
    Standard,
    TypeObligation,
    Unit,
    UnitEvent,
    UnitName,
    UnitObligation,
)
from registry.obligations import Obligation, ObligationRule, obligations_of
from registry.unit_history import NameFacts, QmsFacts, name_on

WITH_HISTORY = (
    selectinload(Unit.events), selectinload(Unit.earlier_names), selectinload(Unit.own_obligations),
    selectinload(Unit.qms),
)  # fmt: skip


def units(session: Session) -> Sequence[Unit]:
    """Every unit by its code, those that have ended included."""
    return session.scalars(select(Unit).order_by(Unit.code)).all()


def unit_by_code(session: Session, code: str) -> Unit:
    """The unit with the code, its history loaded.

    Raises:
        UnitUnknown: there is none.
    """
    named = select(Unit).where(Unit.code == code).options(*WITH_HISTORY)
    # PostgreSQL cannot be asked about a NUL character; no unit has such a code.
    found = session.scalar(named) if code.isprintable() else None
    if found is None:
        shown = "".join(filter(str.isprintable, code))[:40]
        raise UnitUnknown(f"Danh bạ không có đơn vị mã «{shown}».", unit=shown)
    return found


def units_with_history(session: Session) -> Sequence[Unit]:
    """Every unit by its code, with its names, obligations and system through time."""
    return session.scalars(select(Unit).options(*WITH_HISTORY).order_by(Unit.code)).all()


def obligation_rules(session: Session) -> tuple[ObligationRule, ...]:
    """What legal texts say of whole types of units, cited as documents cite them."""
    rows = session.execute(
        select(TypeObligation, LegalInstrument).join(
            LegalInstrument, LegalInstrument.code == TypeObligation.basis
        )
    )
    return tuple(
        ObligationRule(
            rule.unit_type, rule.kind, instrument(text).cited, rule.clause, rule.valid_from, rule.valid_to
        )
        for rule, text in rows
    )


def obligations(unit: Unit, rules: Sequence[ObligationRule]) -> tuple[Obligation, ...]:
    """Everything known of the unit's obligation: its own papers, then the rules for its type."""
    return obligations_of(unit.unit_type, rules, map(obligation_facts, unit.own_obligations))


def name_of(session: Session, unit: Unit, on: date) -> str:
    """How the unit was called on the day."""
    rows = session.scalars(select(UnitName).where(UnitName.unit_id == unit.id))
    return name_on(unit.name, map(name_facts, rows), on)


def event_facts(row: UnitEvent) -> EventFacts:
    """The row as a plain value."""
    return EventFacts(row.kind, row.happened_on, row.successor_name, row.successor_code, row.source)


def name_facts(row: UnitName) -> NameFacts:
    """The row as a plain value."""
    return NameFacts(row.name, row.valid_from, row.valid_to, row.document)


def obligation_facts(row: UnitObligation) -> Obligation:
    """The row as a plain value."""
    return Obligation(row.kind, row.valid_from, row.valid_to, row.document)


def qms_facts(row: QmsStatus) -> QmsFacts:
    """The row as a plain value."""
    return QmsFacts(
        row.since, row.state, row.standard, row.scope, row.decision_number, row.decided_on,
        row.is_electronic, row.source,
    )  # fmt: skip


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
