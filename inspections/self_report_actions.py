"""The unit's self-report: brought by the office or the team's heads, or withdrawn with a reason.

It is no operation of the log: the team reads it and records what it finds. It travels in the package.

Source: Thông tư 26/2014/TT-BKHCN Điều 35 khoản 2.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from core import clock, files, ids, journal, settings, text
from core.caller import Caller
from core.files import Received
from inspections import queries, self_report_queries
from inspections.errors import SelfReportClosed, SelfReportRefused, StepNotYours
from inspections.models import Inspection, SelfReport
from inspections.workflow import STATE_LABELS, Part, State

MOST_FILES = 10
LONGEST_NAME = 200
_BRINGERS = frozenset({Part.SUPERVISOR, Part.CLERK, Part.LEADER, Part.DEPUTY, Part.SECRETARY})
_OPEN = frozenset(
    {
        State.SCHEDULED, State.DECIDED, State.AWAITING_SELF_REPORT, State.IN_PROGRESS, State.AGREED,
        State.POSTPONED,
    }
)  # fmt: skip
_MIB = 1024 * 1024


@dataclass(frozen=True)
class Letter:
    """With which paper, and when, the unit sent it."""

    document_number: str
    received_on: date


@dataclass(frozen=True)
class Brought:
    """A file that is safely in the store and that no row names yet."""

    received: Received
    name: str
    media_type: str


def may_bring(inspection: Inspection, by: Caller) -> bool:
    """Whether the caller could bring or withdraw a file here now."""
    return inspection.state in _OPEN and bool(queries.parts_of(inspection, by) & _BRINGERS)


def check_may(inspection: Inspection, by: Caller) -> None:
    """Return if the caller may bring or withdraw a file here now.

    Raises:
        StepNotYours: it is for supervisors, clerks, and leader, deputy and secretary of the team.
        SelfReportClosed: the minutes are signed, or the inspection is called off.
    """
    if not queries.parts_of(inspection, by) & _BRINGERS:
        raise StepNotYours(needs=sorted(part.value for part in _BRINGERS))
    if inspection.state not in _OPEN:
        label = STATE_LABELS[State(inspection.state)]
        raise SelfReportClosed(f"Cuộc kiểm tra đang ở trạng thái «{label}».", state=inspection.state)


def check_letter(letter: Letter, *, today: date) -> None:
    """Return if the paper has a number and a day that has been.

    Raises:
        SelfReportRefused
    """
    if not letter.document_number.strip():
        raise SelfReportRefused("Chưa ghi số, ký hiệu văn bản của đơn vị.", field="document_number")
    if len(letter.document_number.strip()) > LONGEST_NAME:
        raise SelfReportRefused("Số, ký hiệu văn bản quá dài.", field="document_number")
    if not date(1900, 1, 1) <= letter.received_on <= today:
        raise SelfReportRefused("Ngày nhận không được sau hôm nay.", field="received_on")


def check_room(session: Session, inspection: Inspection, sizes: Sequence[int]) -> None:
    """Return if there are files, none of them empty, and the inspection and the disk have room for them.

    Raises:
        SelfReportRefused
        DiskNearlyFull
    """
    if not sizes:
        raise SelfReportRefused("Chưa chọn tệp báo cáo của đơn vị.", field="file")
    if len(sizes) > MOST_FILES:
        raise SelfReportRefused(f"Mỗi lần nhập tối đa {MOST_FILES} tệp.", field="file")
    if 0 in sizes:
        raise SelfReportRefused("Có tệp rỗng; chọn lại tệp rồi nhập.", field="file")
    limit = settings.current().inspection_mb
    if self_report_queries.held_bytes(session, inspection.id) + sum(sizes) > limit * _MIB:
        raise SelfReportRefused(
            f"Ảnh và tệp của cuộc kiểm tra này sẽ vượt {limit} MB. Chưa ghi gì; báo quản trị viên.",
            field="file",
        )
    files.check_room(sum(sizes))


def add(
    session: Session, inspection: Inspection, letter: Letter, brought: Sequence[Brought], *, by: Caller,
    at: datetime,
) -> list[SelfReport]:  # fmt: skip
    """The files stand as the unit's self-report and go to the team's tablets with the package.

    Raises:
        StepNotYours, SelfReportClosed, SelfReportRefused: nothing stands of it.
    """
    check_may(inspection, by)
    check_letter(letter, today=clock.local_date(at))
    check_room(session, inspection, [one.received.size_bytes for one in brought])
    known = {one.sha256 for one in self_report_queries.listed(session, inspection.id)}
    added = []
    for one in brought:
        if one.received.sha256 in known:
            raise SelfReportRefused(f"Tệp «{one.name}» đã được nhập từ trước.", field="file")
        known.add(one.received.sha256)
        added.append(_row(session, inspection, letter, one, by=by, at=at))
    return added


def _row(
    session: Session, inspection: Inspection, letter: Letter, one: Brought, *, by: Caller, at: datetime
) -> SelfReport:
    files.register(session, one.received, media_type=one.media_type, at=at)
    row = SelfReport(
        id=ids.new_id(), inspection_id=inspection.id, sha256=one.received.sha256,
        size_bytes=one.received.size_bytes, media_type=one.media_type, name=one.name[-LONGEST_NAME:],
        document_number=text.one_line(letter.document_number), received_on=letter.received_on,
        added_by=str(by.person_id), added_at=at, withdrawn_by=None, withdrawn_at=None, withdrawn_reason=None,
    )  # fmt: skip
    session.add(row)
    journal.record(
        session, "self_report.received", about=("inspection", inspection.id), by=by, at=at, file=row.name,
        sha256=row.sha256, size_bytes=row.size_bytes, document_number=row.document_number,
        received_on=row.received_on.isoformat(),
    )  # fmt: skip
    return row


def withdraw(
    session: Session, inspection: Inspection, report_id: str, *, reason: str, by: Caller, at: datetime
) -> None:
    """The file goes to no tablet any more; it stays in the store, with who withdrew it and why.

    Raises:
        StepNotYours, SelfReportClosed, SelfReportUnknown
        SelfReportRefused: no reason is given.
    """
    check_may(inspection, by)
    row = self_report_queries.one(session, inspection.id, report_id)
    if not reason.strip():
        raise SelfReportRefused("Chưa nêu lý do rút tệp.", field="reason")
    row.withdrawn_by, row.withdrawn_at, row.withdrawn_reason = str(by.person_id), at, reason.strip()
    journal.record(
        session, "self_report.withdrawn", about=("inspection", inspection.id), by=by, at=at, file=row.name,
        sha256=row.sha256, reason=row.withdrawn_reason,
    )  # fmt: skip
