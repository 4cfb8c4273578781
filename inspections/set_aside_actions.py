"""What the leader and the office decide outside the ordinary course: set-aside work, conflicts, steps back.

Every decision gives a reason, goes through the operation log under the person's own name, so that it reaches
the tablets like everything else, and writes one journal entry. Nothing here commits.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy.orm import Session

from core import journal
from core.caller import Caller
from inspections import (
    entities,
    log,
    log_reading,
    permissions,
    quarantine,
    queries,
    resolution,
    workflow,
)
from inspections.errors import (
    CannotBeAdopted,
    ConflictChanged,
    NothingSetAside,
    ReasonMissing,
    StepNotAllowed,
    StepNotYours,
)
from inspections.fold import Conflict, Entry, Fold
from inspections.ledger import Outcome
from inspections.models import Inspection
from inspections.operation import MAX_BODY_BYTES, Draft
from inspections.workflow import Form, State


@dataclasses.dataclass(frozen=True)
class Ruling:
    """How a conflict ends: one of its values is kept, or another is stated in their place.

    For an answer that is a conclusion, `verdict` and `note` state another; `value` states any value in full.
    `heads` are the operations that were on the screen; `field` is `retract` where an edit met a retraction.
    """

    entity: str
    field: str
    heads: Sequence[str]
    reason: str
    keep: str | None = None
    verdict: str | None = None
    note: str = ""
    value: Any = None


def adopt(
    session: Session, inspection: Inspection, op_id: str, *, reason: str, by: Caller, at: datetime
) -> Outcome:
    """What was set aside counts, as if it had come in time; it may stand in conflict with what came since.

    Raises:
        NothingSetAside, CannotBeAdopted: there is nothing that could be taken in.
        StepNotYours: the caller does not lead the team.
        StepNotAllowed: the record is closed by signatures; it has to be reopened first.
        ReasonMissing, OperationRefused: no reason, or the log does not take it.
    """
    entry, folded = _awaiting(session, inspection, op_id, by=by, reason=reason)
    if not quarantine.is_adoptable(entry):
        raise CannotBeAdopted("Có thể bỏ thao tác này và ghi lại nội dung trên máy tính bảng.", op_id=op_id)
    if not queries.is_record_open(inspection):
        raise StepNotAllowed(
            "Hồ sơ đã ký chốt nên chưa nhận thêm được. Mở lại cuộc kiểm tra rồi nhận, sau đó ký lại.",
            step="adopt", state=inspection.state,
        )  # fmt: skip
    place = quarantine.place_of(entry, log_reading.earlier_checklists(session, inspection.id))
    draft = quarantine.adoption(entry, folded, reason=reason.strip(), place=place)
    outcome = log.write_own(session, inspection, draft, by=by, at=at)
    _journal(session, "operation.adopted", inspection, by=by, at=at, op_id=op_id, reason=reason.strip())
    return outcome


def dismiss(
    session: Session, inspection: Inspection, op_id: str, *, reason: str, by: Caller, at: datetime
) -> Outcome:
    """What was set aside stays in the log and awaits nobody.

    Raises:
        NothingSetAside: there is no such operation, or it is decided.
        StepNotYours: the caller does not lead the team.
        ReasonMissing, OperationRefused: no reason, or the log does not take it.
    """
    entry, _ = _awaiting(session, inspection, op_id, by=by, reason=reason)
    if not quarantine.is_dismissible(entry):
        raise CannotBeAdopted("Thao tác không nêu rõ nội dung nào; quản trị viên xem xét.", op_id=op_id)
    outcome = log.write_own(
        session, inspection, quarantine.dismissal(entry, reason=reason.strip()), by=by, at=at
    )
    _journal(session, "operation.dismissed", inspection, by=by, at=at, op_id=op_id, reason=reason.strip())
    return outcome


def _awaiting(
    session: Session, inspection: Inspection, op_id: str, *, by: Caller, reason: str
) -> tuple[Entry, Fold]:
    if not may_decide(inspection, by):
        raise StepNotYours("Trưởng đoàn quyết định nhận hay bỏ thao tác giữ riêng.", needs=["leader"])
    _require_reason(reason)
    log_reading.locked(session, inspection.id)
    folded = log.read_fold(session, inspection.id)
    waiting = quarantine.awaiting(folded, log_reading.beside(session, inspection.id))
    entry = next((one for one in waiting if one.op_id == op_id), None)
    if entry is None:
        raise NothingSetAside(op_id=op_id)
    return entry, folded


def may_decide(inspection: Inspection, caller: Caller) -> bool:
    """Whether the caller may adopt or dismiss what was set aside."""
    return permissions.may_write("quarantine.adopt", queries.parts_of(inspection, caller))


def may_resolve(inspection: Inspection, caller: Caller) -> bool:
    """Whether the caller may end any conflict of the record."""
    return permissions.may_write("answer.resolve", queries.parts_of(inspection, caller))


def resolve(session: Session, inspection: Inspection, ruling: Ruling, *, by: Caller, at: datetime) -> Outcome:
    """One value stands where several stood; the others remain in the log as what it replaced.

    Raises:
        StepNotYours: the caller does not lead the team.
        ReasonMissing: no reason, or nothing was chosen.
        ConflictChanged: the conflict is over, or has other values by now.
        OperationRefused: the log does not take it, for example because the record is signed.
    """
    if not may_resolve(inspection, by):
        raise StepNotYours("Trưởng đoàn thống nhất nội dung ghi khác nhau.", needs=["leader", "deputy"])
    _require_reason(ruling.reason)
    log_reading.locked(session, inspection.id)
    folded = log.read_fold(session, inspection.id)
    draft = _resolution(folded, _current(folded, ruling), ruling)
    outcome = log.write_own(session, inspection, draft, by=by, at=at)
    _journal(
        session, "conflict.resolved", inspection, by=by, at=at, entity=ruling.entity, field=ruling.field,
        reason=ruling.reason.strip(),
    )  # fmt: skip
    return outcome


def _current(folded: Fold, ruling: Ruling) -> Conflict:
    """The conflict as it stands, if it is the one that was decided about."""
    open_conflicts = (one for one in folded.conflicts_at(ruling.entity) if one.field == ruling.field)
    conflict = next(open_conflicts, None)
    if conflict is None or not resolution.can_be_resolved(conflict):
        raise ConflictChanged("Mục này không còn nội dung ghi khác nhau.", entity=ruling.entity)
    if sorted(ruling.heads) != sorted(conflict.heads):
        raise ConflictChanged(
            "Chưa thống nhất gì: đã có thêm nội dung mới. Tải lại trang để xem hết rồi quyết định.",
            entity=ruling.entity, heads=list(conflict.heads),
        )  # fmt: skip
    return conflict


def _resolution(folded: Fold, conflict: Conflict, ruling: Ruling) -> Draft:
    reason = ruling.reason.strip()
    if ruling.value is not None:
        _check_stated(conflict, ruling.value)
        return resolution.stating(folded, conflict, {conflict.field: ruling.value}, reason=reason)
    if ruling.verdict:
        fields = resolution.concluding(folded, conflict, ruling.verdict, note=ruling.note.strip())
        return resolution.stating(folded, conflict, fields, reason=reason)
    if ruling.keep not in conflict.heads:
        raise ReasonMissing("Chưa chọn nội dung nào.", field="keep", one_of=list(conflict.heads))
    return resolution.keeping(folded, conflict, str(ruling.keep), reason=reason)


def _check_stated(conflict: Conflict, value: object) -> None:
    """Return if the value has the form that its field wants; what it says is judged by the log."""
    kind = entities.KINDS[entities.kind_of(conflict.entity)]
    is_formless = kind.is_one_register and not isinstance(value, Mapping)
    is_too_long = len(msgspec.json.encode(value)) > MAX_BODY_BYTES
    if conflict.field == entities.RETRACT or is_formless or is_too_long:
        raise ReasonMissing("Nội dung ghi thay không đúng dạng hoặc quá dài.", field="value")


def reopen(session: Session, inspection: Inspection, *, reason: str, by: Caller, at: datetime) -> None:
    """The signed record is open again for its team, as a new revision that starts from what was signed.

    Raises:
        StepNotAllowed, StepNotYours: not from this state, or not by this caller.
        ReasonMissing: no reason.
    """
    _step(session, inspection, "reopen", "inspection.reopened", reason=reason, by=by, at=at)


def postpone(session: Session, inspection: Inspection, *, reason: str, by: Caller, at: datetime) -> None:
    """The inspection waits for a new decision; see `reopen` for what it raises."""
    _step(session, inspection, "postpone", "inspection.postponed", reason=reason, by=by, at=at)


def cancel(session: Session, inspection: Inspection, *, reason: str, by: Caller, at: datetime) -> None:
    """The inspection does not take place; see `reopen` for what it raises."""
    _step(session, inspection, "cancel", "inspection.cancelled", reason=reason, by=by, at=at)


STEPS_BACK = {"reopen": reopen, "postpone": postpone, "cancel": cancel}


def _step(
    session: Session, inspection: Inspection, step: str, event: str, *, reason: str, by: Caller, at: datetime
) -> None:
    parts = queries.parts_of(inspection, by)
    workflow.after(State(inspection.state), step, form=Form(inspection.form), parts=parts)
    _require_reason(reason)
    before = inspection.state
    # What was signed until now is named, so that the paper and the amended record can be told apart.
    signed = {"content": inspection.content_hash} if inspection.content_hash else {}
    draft = Draft(f"inspection.{step}", "inspection", {"reason": reason.strip()} | signed)
    log.write_own(session, inspection, draft, by=by, at=at)
    _journal(session, event, inspection, by=by, at=at, reason=reason.strip(), state_before=before)


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise ReasonMissing("Chưa nêu lý do. Người đọc nhật ký sau này cần biết vì sao.", field="reason")


def _journal(
    session: Session, event: str, inspection: Inspection, *, by: Caller, at: datetime, **details: object
) -> None:
    journal.record(session, event, about=("inspection", inspection.id), by=by, at=at, **details)
