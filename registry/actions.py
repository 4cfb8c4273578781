"""What changes the registry: naming the agency, loading units and legal texts.

Loading the same file twice changes nothing; no file removes what an inspection may rest on.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import ids, journal
from core.caller import Caller
from core.db import Base
from registry import history_loading, loading, queries
from registry.errors import AgencyNamesRefused
from registry.loading import InstrumentFacts, UnitFacts
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

MAX_NAME = 200
_NAME_LABELS = {
    "parent_name": "Cơ quan chủ quản",
    "name": "Cơ quan kiểm tra",
    "place": "Địa danh",
    "province_name": "Ủy ban nhân dân",
    "record_symbol": "Ký hiệu biên bản",
}


@dataclass(frozen=True)
class AgencyNames:
    """The names that stand at the head of documents.

    Source: Nghị định 30/2020/NĐ-CP Phụ lục I mục II.2–4.
    """

    parent_name: str
    name: str
    place: str
    province_name: str
    record_symbol: str

    def problems(self) -> dict[str, list[str]]:
        """What is wrong, by field; empty if nothing is."""
        found: dict[str, list[str]] = {}
        for key, label in _NAME_LABELS.items():
            value = str(getattr(self, key))
            if not value.strip():
                found[key] = [f"Chưa nhập {label[0].lower()}{label[1:]}."]
            elif len(value) > MAX_NAME or not value.isprintable():
                found[key] = [f"{label} dài quá {MAX_NAME} ký tự hoặc có ký tự không in được."]
        return found


@dataclass(frozen=True)
class Loaded:
    """How many rows a file added or changed, and how many stood as they are."""

    changed: int
    unchanged: int


def describe_agency(session: Session, names: AgencyNames, *, by: Caller, at: datetime) -> Agency:
    """The agency has these names from now on; documents already made keep theirs.

    Raises:
        AgencyNamesRefused: a name is missing or cannot be printed.
    """
    if problems := names.problems():
        raise AgencyNamesRefused(problems)
    values = {key: value.strip() for key, value in asdict(names).items()}
    agency = queries.agency(session)
    if agency is None:
        agency = Agency(id=1, **values)
        session.add(agency)
    elif not _take(agency, values):
        return agency
    journal.record(session, "agency.described", about=("agency", "1"), by=by, at=at, **values)
    return agency


def load_units(session: Session, path: Path, *, by: Caller, at: datetime) -> Loaded:
    """The units of the file are in the registry as the file describes them; no unit is removed.

    Raises:
        FileRefused: anything is wrong in the file; nothing was taken.
    """
    facts = loading.units(path.read_bytes(), file=path.name)
    known = {unit.code: unit for unit in session.scalars(select(Unit).options(*queries.WITH_HISTORY))}
    changed = [_take_unit(session, known.get(one.code), one) for one in facts]
    return _note(session, "units.loaded", changed, about=path.name, by=by, at=at)


def load_legal_texts(session: Session, path: Path, *, by: Caller, at: datetime) -> Loaded:
    """The legal texts and standards of the file are in the registry; none is removed.

    Raises:
        FileRefused: anything is wrong in the file; nothing was taken.
    """
    facts = loading.legal_texts(path.read_bytes(), file=path.name)
    changed = [_take_row(session, LegalInstrument, _instrument_values(one)) for one in facts.instruments]
    changed += [_take_row(session, Standard, asdict(one)) for one in facts.standards]
    return _note(session, "legal_texts.loaded", changed, about=path.name, by=by, at=at)


def add_missing_legal_texts(session: Session, path: Path, *, by: Caller, at: datetime) -> Loaded:
    """Texts and standards of the file that the registry lacks are in it; what it has stays as it is.

    So an upgrade brings new texts and never undoes what the department's legal staff have corrected.

    Raises:
        FileRefused: anything is wrong in the file; nothing was taken.
    """
    facts = loading.legal_texts(path.read_bytes(), file=path.name)
    known = queries.basis_codes(session)
    rows: list[Base] = [
        LegalInstrument(**_instrument_values(one))
        for one in facts.instruments
        if one.instrument.code not in known
    ]
    rows += [Standard(**asdict(one)) for one in facts.standards if one.code not in known]
    session.add_all(rows)
    total = len(facts.instruments) + len(facts.standards)
    changed = [True] * len(rows) + [False] * (total - len(rows))
    return _note(session, "legal_texts.added", changed, about=path.name, by=by, at=at)


def add_missing_obligations(session: Session, path: Path, *, by: Caller, at: datetime) -> Loaded:
    """The file's rules on whole types of units are in the registry; those it has already stay as they are.

    Raises:
        FileRefused: anything is wrong in the file, or it cites a text that the registry lacks.
    """
    rules = history_loading.obligation_rules(
        path.read_bytes(), file=path.name, unit_types=loading.LEVELS, bases=queries.basis_codes(session)
    )
    stored = select(TypeObligation.unit_type, TypeObligation.valid_from)
    known = {(unit_type, valid_from) for unit_type, valid_from in session.execute(stored)}
    missing = [rule for rule in rules if (rule.unit_type, rule.valid_from) not in known]
    session.add_all(TypeObligation(id=ids.new_id(), **asdict(rule)) for rule in missing)
    changed = [True] * len(missing) + [False] * (len(rules) - len(missing))
    return _note(session, "obligations.added", changed, about=path.name, by=by, at=at)


def _note(
    session: Session, event: str, changed: Sequence[bool], *, about: str, by: Caller, at: datetime
) -> Loaded:
    loaded = Loaded(sum(changed), len(changed) - sum(changed))
    if loaded.changed:
        journal.record(session, event, about=("registry", about), by=by, at=at, changed=loaded.changed)
    return loaded


def _take_unit(session: Session, unit: Unit | None, facts: UnitFacts) -> bool:
    values = {key: value for key, value in asdict(facts).items() if key not in _HISTORIES}
    if unit is None:
        unit = Unit(id=ids.new_id(), events=[], earlier_names=[], own_obligations=[], qms=[], **values)
        session.add(unit)
        changed = True
    else:
        changed = _take(unit, values)
    outdated = [name for name in _HISTORIES if _told_of(unit, name) != set(getattr(facts, name))]
    for name in outdated:
        setattr(unit, _HISTORIES[name][0], [])
    if outdated:
        session.flush()  # the old rows must be gone: a fact that was corrected keeps its day
    for name in outdated:
        attribute, make, _ = _HISTORIES[name]
        setattr(unit, attribute, [make(asdict(one)) for one in getattr(facts, name)])
    return changed or bool(outdated)


def _told_of(unit: Unit, name: str) -> set[object]:
    """What the registry holds of one of the unit's histories, as a file would tell it."""
    attribute, _, told = _HISTORIES[name]
    return {told(row) for row in getattr(unit, attribute)}


def _new_event(values: dict[str, Any]) -> Base:
    return UnitEvent(id=ids.new_id(), **values)


def _new_obligation(values: dict[str, Any]) -> Base:
    return UnitObligation(
        id=ids.new_id(), **{key: value for key, value in values.items() if key != "is_derived"}
    )


# The name in a file's facts; the attribute of the unit, how a row is made, and what a row tells.
_HISTORIES: dict[str, tuple[str, Callable[[dict[str, Any]], Base], Callable[[Any], object]]] = {
    "events": ("events", _new_event, queries.event_facts),
    "names": ("earlier_names", lambda values: UnitName(**values), queries.name_facts),
    "obligations": ("own_obligations", _new_obligation, queries.obligation_facts),
    "qms": ("qms", lambda values: QmsStatus(**values), queries.qms_facts),
}


def _instrument_values(facts: InstrumentFacts) -> dict[str, object]:
    values: dict[str, object] = asdict(facts.instrument)
    return values | {
        "amends": list(facts.instrument.amends), "role": facts.role, "details": list(facts.details),
        "verified": facts.verified, "note": facts.note,
    }  # fmt: skip


def _take_row(
    session: Session, model: type[LegalInstrument] | type[Standard], values: dict[str, object]
) -> bool:
    row = session.get(model, values["code"])
    if row is None:
        session.add(model(**values))
        return True
    return _take(row, values)


def _take(row: Base, values: dict[str, object]) -> bool:
    """Whether any column had to be changed for the row to hold these values."""
    different = {key: value for key, value in values.items() if getattr(row, key) != value}
    for key, value in different.items():
        setattr(row, key, value)
    return bool(different)
