"""A year's plan in a real database: stored whole or not at all, kept by version, carried out row by row."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core import clock
from core.journal import JournalEntry
from inspections import actions, plan_actions, plan_queries, scheduling
from inspections.errors import (
    GroundsMissing,
    PlanApprovalRefused,
    PlanExists,
    PlanRefused,
    PlanStepNotAllowed,
    ScheduleRefused,
)
from inspections.models import Inspection
from inspections.plan_models import Grounds, Plan, PlanRow
from inspections.scheduling import Request
from inspections.workflow import Form, State
from registry import actions as registry_actions
from registry import queries as registry
from tests.plans import BY, OTHER, ROW, approved, drafted, register

REQUEST = Request("15/UBND-NC", date(2023, 3, 1), "Ủy ban nhân dân tỉnh")


@pytest.fixture(autouse=True)
def _registered(session: Session) -> None:
    register(session)


def _events(session: Session) -> list[str]:
    session.flush()
    told = select(JournalEntry.event).where(JournalEntry.about_kind == "plan")
    return sorted(session.scalars(told))


def _do(action, session: Session, plan: Plan, **given: object):
    return action(session, plan, by=BY, at=clock.now(), **given)


def test_a_plan_goes_from_draft_to_approval_with_its_number_and_day(session: Session):
    plan = drafted(session)
    _do(plan_actions.submit, session, plan)
    _do(plan_actions.hand_back, session, plan)
    _do(plan_actions.rewrite, session, plan, title="Kế hoạch năm 2023", rows=[ROW])
    _do(plan_actions.submit, session, plan)
    _do(plan_actions.approve, session, plan, number=" 2248/QĐ-UBND ", approved_on=date(2022, 12, 20))
    assert (plan.state, plan.approval_number, plan.approved_on, len(plan.rows)) == (
        "approved", "2248/QĐ-UBND", date(2022, 12, 20), 1,
    )  # fmt: skip
    assert _events(session) == [
        "plan.approved", "plan.drafted", "plan.handed_back", "plan.rewritten", "plan.submitted",
        "plan.submitted",
    ]  # fmt: skip


def test_a_plan_with_one_wrong_row_leaves_nothing_behind(session: Session):
    with pytest.raises(PlanRefused) as refusal:
        drafted(session, ROW, replace(OTHER, unit_code="TV-X99"))
    assert refusal.value.members["faults"][0]["row"] == 2
    assert list(session.scalars(select(Plan))) == []
    assert list(session.scalars(select(PlanRow))) == []
    assert _events(session) == []


def test_a_draft_rewritten_wrongly_is_as_it_was(session: Session):
    plan = drafted(session)
    before = [(row.entry, row.unit_code) for row in plan.rows]
    with pytest.raises(PlanRefused, match="Dòng 1, cột «Hình thức»"):
        _do(plan_actions.rewrite, session, plan, title="Mới", rows=[replace(ROW, form="x")])
    session.expire_all()
    assert (plan.title, [(row.entry, row.unit_code) for row in plan.rows]) == ("Kế hoạch kiểm tra", before)


def test_a_year_has_one_plan(session: Session):
    drafted(session)
    with pytest.raises(PlanExists, match="Năm 2023 đã có kế hoạch"):
        drafted(session)


def test_an_approved_plan_is_adjusted_as_a_new_version_and_the_old_one_is_kept(session: Session):
    old = approved(session)
    entries = [row.entry for row in old.rows]
    new = _do(plan_actions.adjust, session, old, reason="Sở Tư pháp bận tổng kết")
    session.flush()
    with pytest.raises(PlanExists, match="Đang có dự thảo điều chỉnh lần 2"):
        _do(plan_actions.adjust, session, old, reason="Lại nữa")
    fields = plan_queries.fields_of(new.rows)
    moved = replace(fields[1], first_day=date(2023, 9, 4), last_day=date(2023, 9, 8))
    _do(plan_actions.rewrite, session, new, title=new.title, rows=[fields[0], moved])
    assert (old.state, plan_queries.approved_plan(session, 2023)) == ("approved", old)
    _do(plan_actions.submit, session, new)
    _do(plan_actions.approve, session, new, number="99/QĐ-UBND", approved_on=date(2023, 5, 1))
    session.flush()
    session.expire_all()
    assert (old.state, [row.first_day for row in old.rows]) == (
        "superseded", [date(2023, 5, 23), date(2023, 6, 1)],
    )  # fmt: skip
    assert plan_queries.approved_plan(session, 2023) is new
    assert [row.entry for row in new.rows] == entries
    assert [row.first_day for row in new.rows] == [date(2023, 5, 23), date(2023, 9, 4)]


def test_an_entry_named_twice_stands_once(session: Session):
    plan = drafted(session)
    first = plan_queries.fields_of(plan.rows)[0]
    twice = [first, replace(OTHER, entry=first.entry), replace(OTHER, unit_code="TV-S04", entry="lạ")]
    _do(plan_actions.rewrite, session, plan, title="Kế hoạch", rows=twice)
    session.flush()
    entries = [row.entry for row in plan.rows]
    assert (entries[0], len(set(entries))) == (first.entry, 3)


@pytest.mark.parametrize(
    ("number", "day", "field"),
    [
        (" ", date(2022, 12, 20), "number"),
        ("x" * 61, date(2022, 12, 20), "number"),
        ("1/QĐ", date(2999, 1, 1), "approved_on"),
        ("1/QĐ", date(2020, 12, 31), "approved_on"),
    ],
)
def test_an_approval_needs_the_number_and_day_of_a_paper(
    session: Session, number: str, day: date, field: str
):
    plan = drafted(session)
    _do(plan_actions.submit, session, plan)
    with pytest.raises(PlanApprovalRefused) as refusal:
        _do(plan_actions.approve, session, plan, number=number, approved_on=day)
    assert (refusal.value.members["field"], plan.state) == (field, "submitted")


def test_an_empty_plan_is_not_submitted_and_a_draft_can_be_discarded(session: Session):
    plan = plan_actions.draft(session, year=2024, title="Kế hoạch", rows=[], by=BY, at=clock.now())
    with pytest.raises(PlanApprovalRefused, match="chưa có dòng nào"):
        _do(plan_actions.submit, session, plan)
    _do(plan_actions.discard, session, plan)
    session.flush()
    assert plan_queries.plans(session) == []
    with pytest.raises(PlanStepNotAllowed):
        _do(plan_actions.discard, session, approved(session))


def test_inspections_are_scheduled_from_the_rows_once_each(session: Session):
    plan = approved(session)
    made = _do(scheduling.schedule_rest, session, plan)
    assert [(one.unit_name, one.planned_on, one.form) for one in made] == [
        ("Sở Nội vụ", date(2023, 5, 23), "on_site"), ("Sở Tư pháp", date(2023, 6, 1), "on_site"),
    ]  # fmt: skip
    assert _do(scheduling.schedule_rest, session, plan) == []
    with pytest.raises(ScheduleRefused, match="đã có cuộc kiểm tra"):
        scheduling.schedule_row(session, plan, plan.rows[0], by=BY, at=clock.now())
    made[0].state = State.CANCELLED
    again = scheduling.schedule_row(session, plan, plan.rows[0], by=BY, at=clock.now())
    assert plan_queries.grounds_of(session, again.id).entry == plan.rows[0].entry


def test_one_row_that_cannot_be_scheduled_names_its_unit_and_day(session: Session):
    plan = approved(session)
    unit = registry.unit_by_code(session, "TV-S03")
    actions.schedule(session, unit, form=Form.DESK, planned_on=OTHER.first_day, by=BY, at=clock.now())
    session.flush()
    with pytest.raises(ScheduleRefused, match="«Sở Tư pháp» đã có một cuộc kiểm tra ngày 01/06/2023"):
        _do(scheduling.schedule_rest, session, plan)


def test_a_row_is_scheduled_on_a_day_of_its_own_span_only(session: Session):
    plan = approved(session)
    with pytest.raises(ScheduleRefused, match="ngoài thời gian ghi trong kế hoạch"):
        scheduling.schedule_row(
            session, plan, plan.rows[1], planned_on=date(2023, 6, 10), by=BY, at=clock.now()
        )
    made = scheduling.schedule_row(
        session, plan, plan.rows[1], planned_on=date(2023, 6, 9), by=BY, at=clock.now()
    )
    assert made.planned_on == date(2023, 6, 9)


def _visit(session: Session, code: str, on: date, request: Request | None = None) -> Inspection:
    unit = registry.unit_by_code(session, code)
    return scheduling.schedule_visit(
        session, unit, form=Form.ON_SITE, planned_on=on, request=request, by=BY, at=clock.now()
    )


def test_a_visit_that_the_plan_has_rests_on_its_row(session: Session):
    plan = approved(session)
    found = plan_queries.grounds_of(session, _visit(session, "TV-S03", date(2023, 6, 5)).id)
    assert (found.plan_id, found.entry) == (plan.id, plan.rows[1].entry)


def test_a_visit_that_the_plan_lacks_cites_its_request(session: Session):
    approved(session)
    with pytest.raises(GroundsMissing, match=r"Kế hoạch năm 2023 \(2248/QĐ-UBND\) không có «Sở Xây dựng»"):
        _visit(session, "TV-S09", date(2023, 4, 3))
    made = _visit(session, "TV-S09", date(2023, 4, 3), REQUEST)
    session.flush()
    found = plan_queries.grounds_of(session, made.id)
    assert (found.request_number, found.requested_by, found.entry) == (
        "15/UBND-NC", "Ủy ban nhân dân tỉnh", None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": " "}, "request_number"),
        ({"requested_by": ""}, "requested_by"),
        ({"requested_on": date(2023, 4, 4)}, "requested_on"),
    ],
)
def test_a_request_names_its_paper(session: Session, changes: dict[str, object], field: str):
    with pytest.raises(GroundsMissing) as refusal:
        _visit(session, "TV-S09", date(2023, 4, 3), replace(REQUEST, **changes))
    assert refusal.value.members["field"] == field
    assert list(session.scalars(select(Inspection))) == []


def test_before_any_plan_is_approved_a_visit_may_rest_on_nothing(session: Session):
    drafted(session)
    assert plan_queries.grounds_of(session, _visit(session, "TV-S09", date(2023, 4, 3)).id) is None


def test_the_database_takes_no_grounds_of_both_kinds_or_of_none(session: Session):
    plan = approved(session)
    made = _visit(session, "TV-S09", date(2023, 4, 3), REQUEST)
    session.flush()
    session.get_one(Grounds, made.id).entry = plan.rows[0].entry
    with pytest.raises(IntegrityError):
        session.flush()


def test_coverage_is_counted_live_as_planned_and_as_done(session: Session):
    plan = approved(session)
    (first, _) = _do(scheduling.schedule_rest, session, plan)
    session.flush()
    reach = plan_queries.reach_of(session, plan)
    assert (reach.planned.total, reach.planned.examined, reach.planned.needed_on_site) == (28, 2, 10)
    assert (len(reach.planned.missing), reach.done.examined) == (26, 0)
    first.state = State.SIGNED
    session.flush()
    assert plan_queries.reach_of(session, plan).done.on_site == {"TV-S02"}


def test_a_unit_is_planned_under_the_name_that_it_had_on_the_day(session: Session, tmp_path):
    path = tmp_path / "units.yaml"
    path.write_text(
        "schema_version: 1\nunits:\n  - code: TV-S02\n    name_vi: Sở Nội vụ\n    unit_type: so_nganh\n"
        "    names: [{name_vi: Ban Tổ chức, to: '2023-05-31', document: QĐ 1}]\n",
        encoding="utf-8",
    )
    registry_actions.load_units(session, path, by=BY, at=clock.now())
    session.flush()
    plan = approved(session, ROW, replace(ROW, first_day=date(2023, 7, 3), last_day=date(2023, 7, 3)))
    made = _do(scheduling.schedule_rest, session, plan)
    assert [row.unit_name for row in plan.rows] == ["Ban Tổ chức", "Sở Nội vụ"]
    assert [one.unit_name for one in made] == ["Ban Tổ chức", "Sở Nội vụ"]
