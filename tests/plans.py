"""A registry and a year's plan as tests need them; everything goes through the actions that people use."""

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from core import clock
from core.caller import Caller
from inspections import plan_actions
from inspections.plan_models import Plan
from inspections.plan_rules import RowFields
from registry import actions as registry
from registry import shipped
from tests.kept import Kept

BY = Caller.system("test")
YEAR = 2023
ROW = RowFields(
    unit_code="TV-S02", inspecting_unit="Chi cục TĐC", cooperating_unit="", first_day=date(2023, 5, 23),
    last_day=date(2023, 5, 23), form="on_site", budget_vnd=5_000_000,
)  # fmt: skip
OTHER = replace(ROW, unit_code="TV-S03", first_day=date(2023, 6, 1), last_day=date(2023, 6, 9))

NEXT_YEAR = replace(ROW, first_day=date(2024, 5, 23), last_day=date(2024, 5, 24))


@Kept
def register(session: Session, at: datetime) -> None:
    """Law, obligations and the demonstration's units are in the registry."""
    registry.load_legal_texts(session, shipped.LEGAL_TEXTS, by=BY, at=at)
    session.flush()
    registry.add_missing_obligations(session, shipped.OBLIGATIONS, by=BY, at=at)
    registry.load_units(session, shipped.DEMO_UNITS, by=BY, at=at)
    session.flush()


def drafted(session: Session, *rows: RowFields, year: int = YEAR) -> Plan:
    """A draft with these rows, by default two."""
    return plan_actions.draft(
        session, year=year, title="Kế hoạch kiểm tra", rows=rows or (ROW, OTHER), by=BY, at=clock.now()
    )


def approved(session: Session, *rows: RowFields) -> Plan:
    """The plan in force."""
    plan = drafted(session, *rows)
    plan_actions.submit(session, plan, by=BY, at=clock.now())
    plan_actions.approve(
        session, plan, number="2248/QĐ-UBND", approved_on=date(2022, 12, 20), by=BY, at=clock.now()
    )
    session.flush()
    return plan
