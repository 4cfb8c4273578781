"""What the first start in demo mode puts in place beside units and people, all of it simulated.

The agency's names, the plan of the year, what the inspectors hold, and one visit. It goes through the same
actions as people do, and does nothing a second time.
"""

from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts import qualifications
from accounts import queries as account_queries
from accounts.competence import Kind
from accounts.models import Person
from accounts.qualification_models import Qualification
from accounts.qualifications import QualificationFields
from core.caller import Caller
from demo import story
from inspections import actions, plan_actions, plan_queries, scheduling
from inspections.models import Inspection
from inspections.plan_rules import RowFields
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
_REQUEST = scheduling.Request("01/UBND-KGVX (mô phỏng)", date(2023, 6, 1), _AGENCY.province_name)
_WHOLE_PLAN = len(story.UNITS)
_PLAN_APPROVAL = ("01/QĐ-UBND (mô phỏng)", date(2023, 1, 16))
_BUDGET_VND = 5_000_000
# The youngest of the team lacks the certificate of auditing, so that the warning can be seen.
_CERTIFICATES: dict[str, tuple[tuple[Kind, date], ...]] = {
    username: ((Kind.DEGREE, date(2008, 7, 1)), (Kind.STATE_ADMINISTRATION, date(2012, 5, 4)))
    + (((Kind.QMS_AUDIT, date(2019, 10, 18)),) if username != "thanhvien" else ())
    for username, _ in story.TEAM
}


def name_agency(session: Session, *, by: Caller, at: datetime) -> None:
    """The agency has the demonstration's names, unless somebody has named it already."""
    if registry_queries.agency(session) is None:
        registry_actions.describe_agency(session, _AGENCY, by=by, at=at)


def _acting(person: Person) -> Caller:
    return Caller(person.id, person.full_name, person.roles)


def record_certificates(session: Session, *, by: Caller, at: datetime) -> None:
    """What the demonstration's inspectors hold is on record, unless anything is already."""
    if session.scalar(select(func.count()).select_from(Qualification)):
        return
    for username, papers in _CERTIFICATES.items():
        person = account_queries.person_named(session, username)
        if person is None:
            continue
        for kind, awarded_on in papers:
            given = QualificationFields(kind, awarded_on, issuer="Mô phỏng")
            qualifications.record(session, person, given, by=by, at=at)


def plan_the_year(session: Session, *, at: datetime) -> bool:
    """The plan that the `demo` verb carries out is approved, if its year has none; whether it was made."""
    supervisor = account_queries.person_named(session, "lanhdao")
    chapters = story.chapters(_WHOLE_PLAN)
    year = chapters[0].planned_on.year
    if supervisor is None or plan_queries.versions_of(session, year):
        return False
    by, (number, approved_on) = _acting(supervisor), _PLAN_APPROVAL
    plan = plan_actions.draft(
        session, year=year, title=f"Kế hoạch kiểm tra năm {year} (mô phỏng)",
        rows=[_row(chapter) for chapter in chapters], by=by, at=at,
    )  # fmt: skip
    plan_actions.submit(session, plan, by=by, at=at)
    plan_actions.approve(session, plan, number=number, approved_on=approved_on, by=by, at=at)
    return True


def _row(chapter: story.Chapter) -> RowFields:
    return RowFields(
        chapter.unit_code, _AGENCY.name, "Văn phòng Ủy ban nhân dân tỉnh", chapter.planned_on,
        chapter.planned_on, Form.ON_SITE, _BUDGET_VND,
    )  # fmt: skip


def plan_a_visit(session: Session, *, at: datetime) -> bool:
    """One inspection is decided and waits for its team, if there is none yet; whether it was made."""
    supervisor = account_queries.person_named(session, "lanhdao")
    if supervisor is None or session.scalar(select(func.count()).select_from(Inspection)):
        return False
    by = _acting(supervisor)
    unit = registry_queries.unit_by_code(session, _UNIT)
    inspection = scheduling.schedule_visit(
        session, unit, form=Form.ON_SITE, planned_on=_PLANNED_ON, request=_REQUEST, by=by, at=at
    )
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
