"""Inspections and what they rest on: a row of the approved plan, or a request for an unscheduled one.

It puts nothing into the calendar that neither names, once the year has an approved plan.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from core import text
from core.caller import Caller
from inspections import actions, plan_queries, plan_steps
from inspections.errors import GroundsMissing, ScheduleRefused
from inspections.models import Inspection
from inspections.plan_models import Grounds, Plan, PlanRow
from inspections.plan_steps import PlanState
from inspections.workflow import Form
from registry import queries as registry
from registry.models import Unit

MAX_TEXT = 200


@dataclass(frozen=True)
class Request:
    """Yêu cầu kiểm tra đột xuất: the paper that asks for an inspection outside the plan.

    Source: Thông tư 26/2014/TT-BKHCN Điều 34 khoản 1 điểm c.
    """

    number: str
    requested_on: date
    requested_by: str


def schedule_row(
    session: Session, plan: Plan, row: PlanRow, *, planned_on: date | None = None, by: Caller, at: datetime
) -> Inspection:
    """The row's inspection is in the calendar, on the given day or the row's first, and rests on the plan.

    Raises:
        PlanStepNotAllowed: the plan does not hold.
        ScheduleRefused: the row has its inspection, the day is outside the row, or the unit cannot be
            inspected on it.
    """
    plan_steps.after(PlanState(plan.state), "schedule")
    on = planned_on or row.first_day
    if not row.first_day <= on <= row.last_day:
        raise ScheduleRefused(
            f"Ngày {on:%d/%m/%Y} ngoài thời gian ghi trong kế hoạch ({row.first_day:%d/%m/%Y} – "
            f"{row.last_day:%d/%m/%Y}). Chọn ngày trong khoảng ấy hoặc điều chỉnh kế hoạch.",
            field="planned_on", unit=row.unit_code,
        )  # fmt: skip
    if row.entry in plan_queries.inspections_of(session, plan):
        raise ScheduleRefused(
            f"Dòng của «{row.unit_name}» đã có cuộc kiểm tra. Mở cuộc ấy thay vì lập lại.",
            field="planned_on", unit=row.unit_code,
        )  # fmt: skip
    unit = registry.unit_by_code(session, row.unit_code)
    inspection = actions.schedule(session, unit, form=Form(row.form), planned_on=on, by=by, at=at)
    session.add(Grounds(inspection_id=inspection.id, plan_id=plan.id, entry=row.entry))
    session.flush()  # so that the next row is judged with this inspection in the calendar
    return inspection


def schedule_rest(session: Session, plan: Plan, *, by: Caller, at: datetime) -> list[Inspection]:
    """Every row that has no inspection yet has one on its first day; if one cannot be, none is.

    Raises:
        PlanStepNotAllowed, ScheduleRefused: as for one row.
    """
    plan_steps.after(PlanState(plan.state), "schedule")
    carried_out = plan_queries.inspections_of(session, plan)
    return [
        schedule_row(session, plan, row, by=by, at=at) for row in plan.rows if row.entry not in carried_out
    ]


def schedule_visit(
    session: Session, unit: Unit, *, form: Form, planned_on: date, request: Request | None, by: Caller,
    at: datetime,
) -> Inspection:  # fmt: skip
    """The unit's inspection stands in the calendar, resting on the plan's row for it or on the request.

    Where no plan of the year has been approved yet, there may be neither; then it rests on nothing, and every
    page of it says so.

    Raises:
        GroundsMissing: the approved plan has no row for the unit on that day, and no request is cited.
        ScheduleRefused: the unit cannot be inspected on that day.
    """
    if request is not None:
        return _schedule_requested(session, unit, request, form=form, planned_on=planned_on, by=by, at=at)
    plan = plan_queries.approved_plan(session, planned_on.year)
    if plan is None or plan.state != PlanState.APPROVED:
        return actions.schedule(session, unit, form=form, planned_on=planned_on, by=by, at=at)
    for row in plan.rows:
        fits = row.unit_id == unit.id and row.form == form and row.first_day <= planned_on <= row.last_day
        if fits:
            return schedule_row(session, plan, row, planned_on=planned_on, by=by, at=at)
    raise GroundsMissing(
        f"Kế hoạch năm {plan.year} ({plan.approval_number}) không có «{unit.name}» ngày "
        f"{planned_on:%d/%m/%Y} theo hình thức này. Ghi văn bản yêu cầu kiểm tra đột xuất, hoặc điều chỉnh "
        "kế hoạch.",
        field="request_number", unit=unit.code, plan=plan.id,
    )  # fmt: skip


def _schedule_requested(
    session: Session, unit: Unit, request: Request, *, form: Form, planned_on: date, by: Caller,
    at: datetime,
) -> Inspection:  # fmt: skip
    number, asker = text.one_line(request.number), text.one_line(request.requested_by)
    for field, value, what in (
        ("request_number", number, "số, ký hiệu văn bản yêu cầu"),
        ("requested_by", asker, "cơ quan yêu cầu"),
    ):
        if not value or len(value) > MAX_TEXT:
            raise GroundsMissing(f"Ghi {what}, không quá {MAX_TEXT} ký tự.", field=field)
    if request.requested_on > planned_on:
        raise GroundsMissing("Ngày yêu cầu phải trước hoặc trùng ngày kiểm tra.", field="requested_on")
    inspection = actions.schedule(session, unit, form=form, planned_on=planned_on, by=by, at=at)
    session.add(
        Grounds(
            inspection_id=inspection.id, request_number=number, requested_on=request.requested_on,
            requested_by=asker,
        )
    )  # fmt: skip
    return inspection
