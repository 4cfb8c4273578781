"""What the office writes beside the ordinary steps: an answered remark is accepted, a newer checklist binds.

Both go through the operation log under the person's own name and write one journal entry each.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from core import journal
from core.caller import Caller
from inspections import log, log_reading, permissions, queries, supplementing
from inspections.errors import ContentChanged, RemarkUnknown, StepNotYours
from inspections.models import Inspection
from inspections.operation import Draft


def accept_remark(
    session: Session, inspection: Inspection, remark_id: str, *, by: Caller, at: datetime
) -> None:
    """The remark is settled; accepting it a second time changes nothing.

    Raises:
        StepNotYours: the caller is no supervisor.
        RemarkUnknown: the inspection has no such remark.
        OperationRefused: the log does not take it.
    """
    _check_may(inspection, by, "remark.accept")
    entity = f"remark/{remark_id}"
    heads = log.read_fold(session, inspection.id).heads(entity, "state")
    if not heads:
        raise RemarkUnknown(remark=remark_id)
    if all(head.writes["state"] == "accepted" for head in heads):
        return
    draft = Draft("remark.accept", entity, {}, parents=tuple(head.op_id for head in heads))
    log.write_own(session, inspection, draft, by=by, at=at)
    journal.record(
        session, "remark.accepted", about=("inspection", inspection.id), by=by, at=at, remark=remark_id
    )


def supplement(
    session: Session, inspection: Inspection, checklist: str, *, mapping: Mapping[str, str | None],
    by: Caller, at: datetime, seen: str | None = None,
) -> None:  # fmt: skip
    """The inspection is bound to another published version; `mapping` says what became of items.

    Args:
        seen: the version from which the caller decided to change, where there was a screen to see it on.

    Raises:
        StepNotYours: the caller is neither supervisor nor the team's leader.
        ContentChanged: the inspection is bound to another version than the one seen.
        SupplementRefused: the version does not have the inspection's profile.
        OperationRefused: the record is closed, or a version or an item is not known.
    """
    _check_may(inspection, by, "inspection.supplement")
    log_reading.locked(session, inspection.id)
    before = inspection.checklist
    if seen is not None and seen != before:
        raise ContentChanged(
            f"Chưa bổ sung: cuộc kiểm tra vừa được chuyển sang {before}. Xem lại thay đổi rồi quyết định."
        )
    supplementing.check_profile(session, inspection, checklist)
    body = {"checklist": checklist, "mapping": dict(mapping)}
    log.write_own(session, inspection, Draft("inspection.supplement", "inspection", body), by=by, at=at)
    journal.record(
        session, "inspection.supplemented", about=("inspection", inspection.id), by=by, at=at,
        before=before, checklist=checklist,
    )  # fmt: skip


def _check_may(inspection: Inspection, by: Caller, operation_type: str) -> None:
    if not permissions.may_write(operation_type, queries.parts_of(inspection, by)):
        raise StepNotYours(needs=sorted(permissions.TABLE[operation_type]))
