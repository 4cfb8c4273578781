"""What people do with a yearly plan: draft, submit, approve, adjust, complete.

A plan is drafted by the Chi cục and approved by the province, whose number and day are typed from the paper.
Nothing is stored of rows that do not hold together, and an approved version is never changed.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core import clock, ids, journal, text
from core.caller import Caller
from inspections import plan_queries, plan_rules, plan_steps
from inspections.errors import PlanApprovalRefused, PlanExists, PlanRefused
from inspections.plan_models import Plan, PlanRow
from inspections.plan_rules import RowFields
from inspections.plan_steps import PlanState
from registry import queries as registry
from registry.models import Unit

MAX_TEXT = 200


def draft(
    session: Session, *, year: int, title: str, rows: Sequence[RowFields], by: Caller, at: datetime
) -> Plan:
    """The year has a draft of its first plan, with these rows.

    Raises:
        PlanExists: the year has one; adjust it instead.
        PlanApprovalRefused: no title, or a year that is none.
        PlanRefused: rows that cannot stand; nothing was stored.
    """
    if not plan_rules.FIRST_YEAR <= year <= plan_rules.LAST_YEAR:
        raise PlanApprovalRefused(
            f"Ghi năm kế hoạch từ {plan_rules.FIRST_YEAR} đến {plan_rules.LAST_YEAR}.", field="year"
        )
    plan = Plan(
        id=ids.new_id(), year=year, version=1, title=_title(title), state=PlanState.DRAFT, drafted_at=at,
        rows=[],
    )  # fmt: skip
    plan.rows = _rows(session, plan, rows)
    try:
        with session.begin_nested():
            session.add(plan)
    except IntegrityError:
        raise PlanExists(
            f"Năm {year} đã có kế hoạch. Mở kế hoạch ấy để sửa dự thảo hoặc điều chỉnh.", year=year
        ) from None
    _note(session, plan, "plan.drafted", by=by, at=at, rows=len(plan.rows))
    return plan


def _title(text_given: str) -> str:
    title = text.one_line(text_given)
    if not title or len(title) > MAX_TEXT:
        raise PlanApprovalRefused(f"Ghi tên kế hoạch, không quá {MAX_TEXT} ký tự.", field="title")
    return title


def _rows(session: Session, plan: Plan, given: Sequence[RowFields]) -> list[PlanRow]:
    """The rows as they will stand.

    Raises:
        PlanRefused: they cannot.
    """
    rows = [_cleaned(row) for row in given]
    if len(rows) > plan_rules.MAX_ROWS:
        raise PlanApprovalRefused(f"Kế hoạch có nhiều nhất {plan_rules.MAX_ROWS} dòng.", field="rows")
    units = {unit.code: unit for unit in registry.units(session)}
    if faults := plan_rules.faults_of(rows, year=plan.year, units=units):
        raise PlanRefused(faults)
    entries = _entries(plan, rows)
    return [
        _row(session, plan, replace(row, entry=entries[at]), units[row.unit_code], position=at + 1)
        for at, row in enumerate(rows)
    ]


def _entries(plan: Plan, rows: Sequence[RowFields]) -> list[str]:
    """Each row's name across versions: its own if the plan has it and no row before it does, or a new one."""
    free = {row.entry for row in plan.rows}
    named = []
    for row in rows:
        named.append(row.entry if row.entry in free else ids.new_id())
        free.discard(named[-1])
    return named


def _cleaned(row: RowFields) -> RowFields:
    return RowFields(
        row.unit_code.strip(), text.one_line(row.inspecting_unit), text.one_line(row.cooperating_unit),
        row.first_day, row.last_day, row.form, row.budget_vnd, row.entry,
    )  # fmt: skip


def _row(session: Session, plan: Plan, row: RowFields, unit: Unit, *, position: int) -> PlanRow:
    if row.first_day is None or row.last_day is None:
        raise TypeError("rows without days have been refused by the rules")
    return PlanRow(
        id=ids.new_id(), plan_id=plan.id, entry=row.entry, position=position, unit_id=unit.id,
        unit_code=unit.code, unit_name=registry.name_of(session, unit, row.first_day),
        inspecting_unit=row.inspecting_unit, cooperating_unit=row.cooperating_unit, first_day=row.first_day,
        last_day=row.last_day, form=row.form, budget_vnd=row.budget_vnd,
    )  # fmt: skip


def rewrite(
    session: Session, plan: Plan, *, title: str, rows: Sequence[RowFields], by: Caller, at: datetime
) -> None:
    """The draft has this title and these rows; a row that names its entry stays the same row.

    Raises:
        PlanStepNotAllowed: it is no draft.
        PlanRefused, PlanApprovalRefused: what was typed cannot stand; the draft is as it was.
    """
    plan_steps.after(PlanState(plan.state), "edit")
    named, made = _title(title), _rows(session, plan, rows)
    plan.title, plan.rows = named, []
    session.flush()  # the old rows must be gone: an entry stands once in a plan
    plan.rows = made
    _note(session, plan, "plan.rewritten", by=by, at=at, rows=len(made))


def submit(session: Session, plan: Plan, *, by: Caller, at: datetime) -> None:
    """The draft is before the province and is not edited any more.

    Raises:
        PlanStepNotAllowed: it is no draft.
        PlanApprovalRefused: it has no row.
    """
    to = plan_steps.after(PlanState(plan.state), "submit")
    if not plan.rows:
        raise PlanApprovalRefused("Kế hoạch chưa có dòng nào. Thêm đơn vị trước khi trình.", field="rows")
    plan.state = to
    _note(session, plan, "plan.submitted", by=by, at=at, rows=len(plan.rows))


def hand_back(session: Session, plan: Plan, *, by: Caller, at: datetime) -> None:
    """The plan is a draft again.

    Raises:
        PlanStepNotAllowed: it was not submitted.
    """
    plan.state = plan_steps.after(PlanState(plan.state), "hand_back")
    _note(session, plan, "plan.handed_back", by=by, at=at)


def approve(
    session: Session, plan: Plan, *, number: str, approved_on: date, by: Caller, at: datetime
) -> None:
    """The plan holds under the number and day of its approval; the version before it does not any more.

    Raises:
        PlanStepNotAllowed: it was not submitted.
        PlanApprovalRefused: no number, or a day that has not come.
    """
    to = plan_steps.after(PlanState(plan.state), "approve")
    named = text.one_line(number)
    if not named or len(named) > 60:
        raise PlanApprovalRefused("Ghi số, ký hiệu văn bản phê duyệt, không quá 60 ký tự.", field="number")
    if not date(plan.year - 2, 1, 1) <= approved_on <= clock.local_date(at):
        raise PlanApprovalRefused(
            f"Ngày phê duyệt {approved_on:%d/%m/%Y} không thể có với kế hoạch năm {plan.year}. "
            "Ghi ngày trên văn bản, không sau hôm nay.",
            field="approved_on",
        )  # fmt: skip
    held = plan_queries.approved_plan(session, plan.year)
    if held is not None:
        held.state = plan_steps.after(PlanState(held.state), "supersede")
    plan.state, plan.approval_number, plan.approved_on = to, named, approved_on
    _note(
        session, plan, "plan.approved", by=by, at=at, number=named, approved_on=approved_on.isoformat(),
        version=plan.version,
    )  # fmt: skip


def adjust(session: Session, plan: Plan, *, reason: str, by: Caller, at: datetime) -> Plan:
    """A draft of the next version stands beside the approved one, which holds until the new one is approved.

    Raises:
        PlanStepNotAllowed: it is not the version that holds.
        PlanApprovalRefused: no reason.
        PlanExists: an adjustment is being drafted already.
    """
    plan_steps.after(PlanState(plan.state), "adjust")
    why = text.one_line(reason)
    if not why or len(why) > 4000:
        raise PlanApprovalRefused("Nêu lý do điều chỉnh.", field="reason")
    newest = session.scalar(select(func.max(Plan.version)).where(Plan.year == plan.year))
    if newest != plan.version:
        raise PlanExists(
            f"Đang có dự thảo điều chỉnh lần {newest} của năm {plan.year}. Sửa tiếp hoặc bỏ dự thảo ấy.",
            year=plan.year, version=newest,
        )  # fmt: skip
    new = Plan(
        id=ids.new_id(), year=plan.year, version=plan.version + 1, title=plan.title, state=PlanState.DRAFT,
        reason=why, drafted_at=at, rows=[_copied(row) for row in plan.rows],
    )  # fmt: skip
    session.add(new)
    _note(session, new, "plan.adjusted", by=by, at=at, reason=why, version=new.version)
    return new


def _copied(row: PlanRow) -> PlanRow:
    return PlanRow(
        id=ids.new_id(), entry=row.entry, position=row.position, unit_id=row.unit_id,
        unit_code=row.unit_code, unit_name=row.unit_name, inspecting_unit=row.inspecting_unit,
        cooperating_unit=row.cooperating_unit, first_day=row.first_day, last_day=row.last_day, form=row.form,
        budget_vnd=row.budget_vnd,
    )  # fmt: skip


def discard(session: Session, plan: Plan, *, by: Caller, at: datetime) -> None:
    """The draft is gone; what was approved stands as it did.

    Raises:
        PlanStepNotAllowed: it is no draft.
    """
    plan_steps.after(PlanState(plan.state), "edit")
    _note(session, plan, "plan.discarded", by=by, at=at, year=plan.year, version=plan.version)
    session.delete(plan)


def complete(session: Session, plan: Plan, *, by: Caller, at: datetime) -> None:
    """The plan is carried out; what it did not reach stays visible.

    Raises:
        PlanStepNotAllowed: it is not the version that holds.
    """
    plan.state = plan_steps.after(PlanState(plan.state), "complete")
    _note(session, plan, "plan.completed", by=by, at=at)


def _note(session: Session, plan: Plan, event: str, *, by: Caller, at: datetime, **details: object) -> None:
    journal.record(session, event, about=("plan", plan.id), by=by, at=at, **details)
