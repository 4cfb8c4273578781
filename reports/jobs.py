"""What workers do for documents: draft them after an approval, seal them when the clerk asks.

Both may run twice. Printing and signing happen outside any transaction; what they made is recorded in one.
"""

from typing import Any

from sqlalchemy.orm import Session

from core import clock, db, jobs
from core.caller import Caller
from core.child import ChildFailed
from core.jobs import Work
from inspections.actions import DRAFT_REPORT
from inspections.models import Inspection
from reports import actions, sealing
from reports.authority import SealingKeyUnusable
from reports.errors import NotReadyToSeal
from reports.models import Report
from reports.snapshot import Imprint
from reports.stages import Stage

_BY = Caller.system("reports")
_REASONS = {
    "time": "In văn bản quá thời gian cho phép. Rút gọn ghi chú quá dài rồi thử lại, hoặc báo quản trị viên.",
    "memory": "In văn bản cần quá nhiều bộ nhớ. Giảm số ảnh rồi thử lại, hoặc báo quản trị viên.",
    "fault": "Chương trình in dừng giữa chừng. Dữ liệu vẫn an toàn; thử lại, hoặc báo quản trị viên.",
}


@jobs.handler(DRAFT_REPORT)
def draft(session: Session, payload: dict[str, Any]) -> None:
    """The approved inspection's minutes are drafted."""
    inspection = session.get_one(Inspection, payload["inspection"])
    actions.draft(session, inspection, by=_BY, at=clock.now())


@jobs.long_handler(actions.SEAL)
def seal(work: Work) -> None:
    """The document is sealed and issued, or says why it could not be."""
    wanted = _wanted(work.payload["report"])
    if wanted is None:
        return
    snapshot_sha256, imprint = wanted
    try:
        sealed = sealing.carried_out(snapshot_sha256, imprint, at=clock.now())
        with work.writing() as session:
            report = session.get_one(Report, work.payload["report"])
            actions.record_sealed(session, report, sealed, by=_BY, at=clock.now())
    except ChildFailed as failure:
        _record_failure(work, _REASONS[failure.reason])
    except (SealingKeyUnusable, NotReadyToSeal) as refusal:
        _record_failure(work, refusal.detail or refusal.title)


def _wanted(report_id: str) -> tuple[str, Imprint] | None:
    """What is to be printed, unless it has been sealed meanwhile."""
    with db.reading() as session:
        report = session.get_one(Report, report_id)
        if report.state != Stage.SEALING or report.number is None or report.dated_on is None:
            return None
        draft_print = sealing.draft_imprint(report.verification_code)
        imprint = Imprint(
            code=draft_print.code, verify_url=draft_print.verify_url, number=report.number,
            dated_on=report.dated_on, is_demo=draft_print.is_demo,
        )  # fmt: skip
        return report.snapshot_sha256, imprint


def _record_failure(work: Work, reason: str) -> None:
    with work.writing() as session:
        report = session.get_one(Report, work.payload["report"])
        actions.record_failure(session, report, reason=reason, by=_BY, at=clock.now())
