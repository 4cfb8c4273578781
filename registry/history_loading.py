"""Reading what files say of a unit's obligation, names and system, and of the rules for whole types of units.

Every fault is noted at its place through the reader; nothing is written and nothing is guessed.
"""

from collections.abc import Collection, Sequence
from datetime import date

from core import strict_yaml
from core.strict_yaml import Fault, Reader, Unreadable
from registry.errors import FileRefused
from registry.obligations import Kind, Obligation, ObligationRule
from registry.unit_history import NameFacts, QmsFacts, QmsState

SCHEMA_VERSION = 1
_KINDS = tuple(Kind)
_STATES = tuple(QmsState)


def obligation_rules(
    content: bytes, *, file: str, unit_types: Collection[str], bases: Collection[str]
) -> tuple[ObligationRule, ...]:
    """The rules of the file.

    Args:
        bases: the codes of the legal texts that may be cited.
    Raises:
        FileRefused: anything is wrong in it; all faults are listed.
    """
    try:
        document, faults = strict_yaml.read(content)
    except Unreadable as refusal:
        raise FileRefused(file, [refusal.fault]) from None
    top = Reader(document, faults)
    if top.integer("schema_version") != SCHEMA_VERSION:
        top.fault("schema_version", "phiên bản định dạng không đọc được", f"Dùng định dạng {SCHEMA_VERSION}.")
    rules = tuple(
        _rule(row.at(f"quy định thứ {position}"), unit_types, bases)
        for position, row in enumerate(top.groups("obligations"), start=1)
    )
    if len({(rule.unit_type, rule.valid_from) for rule in rules}) != len(rules):
        top.fault("obligations", "một loại đơn vị ghi hai lần từ cùng một ngày", "Giữ lại một.")
    top.finish()
    if faults:
        raise FileRefused(file, sorted(faults, key=_line))
    return rules


def _line(fault: Fault) -> int:
    return fault.line or 0


def _rule(row: Reader, unit_types: Collection[str], bases: Collection[str]) -> ObligationRule:
    first, last = _ends(row)
    rule = ObligationRule(
        unit_type=row.one_of("unit_type", unit_types), kind=row.one_of("kind", _KINDS),
        basis=row.one_of("basis", bases), clause=row.text("clause"), valid_from=first, valid_to=last,
    )  # fmt: skip
    row.finish()
    return rule


def _ends(row: Reader, *, needs_end: bool = False) -> tuple[date | None, date | None]:
    first, last = row.day("from"), row.day("to", required=needs_end)
    if first and last and last < first:
        row.fault("to", "ngày cuối trước ngày đầu", "Sửa một trong hai ngày.")
    return first, last


def own_obligations(unit: Reader) -> tuple[Obligation, ...]:
    """What papers say of this one unit."""
    found = tuple(_obligation(row.at("nghĩa vụ")) for row in unit.groups("obligations", required=False))
    _refuse_alike(unit, "obligations", [one.valid_from for one in found])
    return found


def _obligation(row: Reader) -> Obligation:
    first, last = _ends(row)
    facts = Obligation(row.one_of("kind", _KINDS), first, last, row.text("document"))
    row.finish()
    return facts


def earlier_names(unit: Reader) -> tuple[NameFacts, ...]:
    """The unit's earlier names."""
    found = tuple(_name(row.at("tên cũ")) for row in unit.groups("names", required=False))
    _refuse_alike(unit, "names", [one.valid_to for one in found])
    return found


def _name(row: Reader) -> NameFacts:
    first, last = _ends(row, needs_end=True)
    facts = NameFacts(row.text("name_vi"), first, last or date.min, row.text("document"))
    row.finish()
    return facts


def qms_history(unit: Reader) -> tuple[QmsFacts, ...]:
    """The steps of the unit's system."""
    found = tuple(_qms(row.at("HTQLCL")) for row in unit.groups("qms", required=False))
    _refuse_alike(unit, "qms", [one.since for one in found])
    return found


def _qms(row: Reader) -> QmsFacts:
    facts = QmsFacts(
        since=row.day("since", required=True) or date.min, state=row.one_of("state", _STATES),
        standard=row.optional_text("standard"), scope=row.optional_text("scope"),
        decision_number=row.optional_text("decision_number"), decided_on=row.day("decided_on"),
        is_electronic=_known_flag(row, "electronic"), source=row.text("source"),
    )  # fmt: skip
    if facts.decided_on and not facts.decision_number:
        row.fault("decision_number", "có ngày mà không có số quyết định công bố", "Ghi số quyết định.")
    row.finish()
    return facts


def _known_flag(row: Reader, key: str) -> bool | None:
    """true or false, or None where the file says nothing."""
    told = row.flag(key, default=False)
    return told if row.fields.get(key) is not None else None


def _refuse_alike(unit: Reader, key: str, days: Sequence[date | None]) -> None:
    if len(set(days)) != len(days):
        unit.fault(key, "có hai dòng cùng một ngày", "Giữ lại một.")
