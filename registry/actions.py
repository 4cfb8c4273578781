"""What changes the registry: naming the agency, loading units and legal texts.

Loading the same file twice changes nothing; no file removes what an inspection may rest on.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from core import ids, journal
from core.caller import Caller
from core.db import Base
from registry import loading, queries
from registry.errors import AgencyNamesRefused
from registry.loading import EventFacts, InstrumentFacts, UnitFacts
from registry.models import Agency, LegalInstrument, Standard, Unit, UnitEvent

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
    known = {unit.code: unit for unit in session.scalars(select(Unit).options(selectinload(Unit.events)))}
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


def _note(
    session: Session, event: str, changed: Sequence[bool], *, about: str, by: Caller, at: datetime
) -> Loaded:
    loaded = Loaded(sum(changed), len(changed) - sum(changed))
    if loaded.changed:
        journal.record(session, event, about=("registry", about), by=by, at=at, changed=loaded.changed)
    return loaded


def _take_unit(session: Session, unit: Unit | None, facts: UnitFacts) -> bool:
    values = {key: value for key, value in asdict(facts).items() if key != "events"}
    if unit is None:
        unit = Unit(id=ids.new_id(), events=[], **values)
        session.add(unit)
        changed = True
    else:
        changed = _take(unit, values)
    known = {_event_facts(event) for event in unit.events}
    if known != set(facts.events):
        unit.events = []
        session.flush()  # the old rows must be gone: an event that was corrected keeps its kind and day
        unit.events = [UnitEvent(id=ids.new_id(), **asdict(event)) for event in facts.events]
        changed = True
    return changed


def _event_facts(event: UnitEvent) -> EventFacts:
    return EventFacts(event.kind, event.happened_on, event.successor_name, event.source)


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
