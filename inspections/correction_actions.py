"""What follows an issued document: the unit reports what it has put right, and the supervisor judges that.

Each step goes through the operation log under the person's own name and writes one journal entry. The law
gives the unit its term (`findings`); nothing here closes an inspection because a term is over.

Source: Thông tư 26/2014/TT-BKHCN Điều 37 khoản 2 điểm c.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from core import clock, journal
from core.caller import Caller
from inspections import log, queries, workflow
from inspections.errors import CorrectionRefused
from inspections.models import Inspection
from inspections.operation import Draft
from inspections.workflow import Form, State

STEPS = ("receive_correction", "accept_correction", "refuse_correction")
_EVENTS = {
    "receive_correction": "correction.received",
    "accept_correction": "correction.accepted",
    "refuse_correction": "correction.refused",
}


@dataclass(frozen=True)
class Correction:
    """What is written down at such a step: its day, the unit's paper or our reason, a new term."""

    on: date
    text: str = ""
    due_on: date | None = None


def take(
    session: Session, inspection: Inspection, step: str, said: Correction, *, by: Caller, at: datetime
) -> None:
    """The unit's report is received, accepted (and the inspection closed), or refused with a new term.

    Raises:
        StepNotAllowed, StepNotYours: not from this state, or not by this caller.
        CorrectionRefused: a day that cannot be, or nothing said where something must be; see `field`.
        OperationRefused: the log does not take it; nothing of it is written then.
    """
    parts = queries.parts_of(inspection, by)
    workflow.after(State(inspection.state), step, form=Form(inspection.form), parts=parts)
    _check(inspection, step, said, today=clock.local_date(at))
    draft = Draft(f"inspection.{step}", "inspection", _body(step, said))
    log.write_own(session, inspection, draft, by=by, at=at)
    journal.record(
        session, _EVENTS[step], about=("inspection", inspection.id), by=by, at=at, on=said.on.isoformat(),
        text=said.text.strip(), due_on=said.due_on.isoformat() if said.due_on else None,
    )  # fmt: skip


def _check(inspection: Inspection, step: str, said: Correction, *, today: date) -> None:
    if not inspection.planned_on <= said.on <= today:
        raise CorrectionRefused(
            f"Ngày phải từ ngày kiểm tra ({inspection.planned_on:%d/%m/%Y}) đến hôm nay.", field="on"
        )
    if step == "receive_correction" and not said.text.strip():
        raise CorrectionRefused("Chưa ghi số, ký hiệu hoặc tên báo cáo của đơn vị.", field="text")
    if step == "refuse_correction" and not said.text.strip():
        raise CorrectionRefused("Chưa nêu lý do. Đơn vị cần biết còn thiếu gì.", field="text")
    if said.due_on is not None and said.due_on <= said.on:
        raise CorrectionRefused("Hạn mới phải sau ngày quyết định.", field="due_on")


def _body(step: str, said: Correction) -> dict[str, Any]:
    text = said.text.strip()
    if step == "receive_correction":
        return {"received_on": said.on.isoformat(), "document": text}
    if step == "accept_correction":
        return {"decided_on": said.on.isoformat()} | ({"note": text} if text else {})
    due = {"due_on": said.due_on.isoformat()} if said.due_on else {}
    return {"decided_on": said.on.isoformat(), "reason": text} | due
