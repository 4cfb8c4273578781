"""What the first start in demo mode puts in place beside units and people: the agency's names and one visit.

It goes through the same actions as people do, and does nothing a second time.
"""

from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts import queries as account_queries
from core.caller import Caller
from demo import story
from inspections import actions
from inspections.models import Inspection
from inspections.workflow import Form
from registry import actions as registry_actions
from registry import queries as registry_queries

_AGENCY = registry_actions.AgencyNames(
    parent_name="Sở Khoa học và Công nghệ",
    name="Chi cục Tiêu chuẩn Đo lường Chất lượng",
    place="Trà Vinh",
    province_name="Ủy ban nhân dân tỉnh Trà Vinh",
    record_symbol="BB-TĐC",
)
# Not among the units that the `demo` verb inspects, so that both can run on one data folder.
_UNIT = "TV-S01"
_PLANNED_ON = date(2023, 6, 29)


def name_agency(session: Session, *, by: Caller, at: datetime) -> None:
    """The agency has the demonstration's names, unless somebody has named it already."""
    if registry_queries.agency(session) is None:
        registry_actions.describe_agency(session, _AGENCY, by=by, at=at)


def plan_a_visit(session: Session, *, at: datetime) -> bool:
    """One inspection is decided and waits for its team, if there is none yet; whether it was made."""
    supervisor = account_queries.person_named(session, "lanhdao")
    if supervisor is None or session.scalar(select(func.count()).select_from(Inspection)):
        return False
    by = Caller(supervisor.id, supervisor.full_name, supervisor.roles)
    unit = registry_queries.unit_by_code(session, _UNIT)
    inspection = actions.schedule(session, unit, form=Form.ON_SITE, planned_on=_PLANNED_ON, by=by, at=at)
    actions.decide(session, inspection, _decision(session), by=by, at=at)
    return True


def _decision(session: Session) -> actions.Decision:
    team = []
    for username, role in story.TEAM:
        person = account_queries.person_named(session, username)
        if person is not None:
            team.append(actions.Place(person.id, role, person.title))
    return actions.Decision(
        number="40/QĐ-TĐC",
        decided_on=_PLANNED_ON - timedelta(days=15),
        checklist=story.CHECKLIST,
        profile=story.PROFILE,
        period_from=story.PERIOD[0],
        period_to=story.PERIOD[1],
        team=team,
    )
