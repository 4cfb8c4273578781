"""The pages of units: the list narrowed by its address, and one unit through time.

What was found at a unit is the inspections' to tell; this page only leads there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, request
from sqlalchemy.orm import Session

from core import clock, page
from core.access import SIGNED_IN
from core.caller import Caller
from registry import queries, words
from registry.existence import exists_on
from registry.models import Unit
from registry.obligations import Obligation, obligation_on
from registry.unit_history import QmsFacts, qms_on

bp = Blueprint("units_pages", __name__)
UNKNOWN = "chua_xac_dinh"
_FILTERS = ("name", "type", "level", "obligation", "existence")


@dataclass(frozen=True)
class Row:
    """One unit as the list shows it today."""

    unit: Unit
    exists: bool
    obligation: Obligation | None
    qms: QmsFacts | None


def _row(unit: Unit, obligations: Sequence[Obligation], today: date) -> Row:
    return Row(
        unit, exists_on(unit, today), obligation_on(obligations, _day_of_interest(unit, today)),
        qms_on(map(queries.qms_facts, unit.qms), _day_of_interest(unit, today)),
    )  # fmt: skip


def _day_of_interest(unit: Unit, today: date) -> date:
    """Today, or the last day of a unit that has ended: what it owed is what it owed then."""
    return min(today, unit.valid_to or today)


def is_chosen(row: Row, chosen: Mapping[str, str]) -> bool:
    """Whether the row passes every filter; an empty one lets everything through."""
    wanted = chosen["name"].casefold()
    kind = row.obligation.kind if row.obligation else UNKNOWN
    return (
        (wanted in row.unit.name.casefold() or wanted == row.unit.code.casefold())
        and chosen["type"] in ("", row.unit.unit_type)
        and chosen["level"] in ("", row.unit.level)
        and chosen["obligation"] in ("", kind)
        and chosen["existence"] in ("", "exists" if row.exists else "ended")
    )


@bp.get("/units/")
@page.page(SIGNED_IN)
def units(*, session: Session, caller: Caller) -> str:  # noqa: ARG001 (every view is told)
    """Units, with whether they exist today and what they owe, narrowed by what the address says."""
    chosen = {name: request.args.get(name, "").strip() for name in _FILTERS}
    today = clock.local_date(clock.now())
    rules = queries.obligation_rules(session)
    everything = [
        _row(unit, queries.obligations(unit, rules), today) for unit in queries.units_with_history(session)
    ]
    rows = [row for row in everything if is_chosen(row, chosen)]
    kinds = words.OBLIGATIONS | {UNKNOWN: words.UNKNOWN_OBLIGATION}
    return page.render(
        "registry/units.html", rows=rows, existing=sum(row.exists for row in rows), words=words,
        chosen=chosen, is_narrowed=any(chosen.values()), is_empty=not everything, kinds=kinds,
    )  # fmt: skip


@bp.get("/units/<code>")
@page.page(SIGNED_IN)
def unit(code: str, *, session: Session, caller: Caller) -> str:  # noqa: ARG001 (every view is told)
    """One unit: what it owes and since when, how it was called, what happened to it, and its system."""
    found = queries.unit_by_code(session, code)
    obligations = queries.obligations(found, queries.obligation_rules(session))
    today = clock.local_date(clock.now())
    labels = {one.code: one.label for one in queries.standards(session)}
    return page.render(
        "registry/unit.html", unit=found, words=words, obligations=obligations, standards=labels,
        present=_row(found, obligations, today), today=today,
    )  # fmt: skip
