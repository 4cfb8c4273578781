"""What people in the office do with an inspection: schedule, decide, send back, approve, issue.

Each action writes one journal entry and commits nothing. Steps that the team must see (send back, approve)
go through the operation log, so that they reach the tablets as everything else does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import Person
from accounts.roles import Role
from checklists import definition as checklist
from checklists import queries as checklist_queries
from core import ids, jobs, journal
from core.caller import Caller
from inspections import chain, log, queries, workflow
from inspections.errors import (
    ContentChanged,
    DecisionRefused,
    OwnInspection,
    RemarkRefused,
    ScheduleRefused,
    StepNotAllowed,
    TeamRefused,
)
from inspections.models import Inspection, TeamMember
from inspections.operation import Draft
from inspections.workflow import Form, Part, State
from registry import queries as registry_queries
from registry.existence import exists_on
from registry.models import Unit

DRAFT_REPORT = "reports.draft"
_TEAM_ORDER = (Part.LEADER, Part.DEPUTY, Part.SECRETARY, Part.MEMBER)


@dataclass(frozen=True)
class Place:
    """One person's place in a team."""

    person_id: str
    role: str
    title: str


@dataclass(frozen=True)
class Decision:
    """Quyết định kiểm tra: what it fixes for the whole inspection.

    Source: Thông tư 26/2014/TT-BKHCN Điều 35.
    """

    number: str
    decided_on: date
    checklist: str
    profile: str | None
    period_from: date
    period_to: date
    team: Sequence[Place]


@dataclass(frozen=True)
class Remark:
    """What the supervisor asks about one entity of the record, for example `answer/PL-16`."""

    entity: str
    text: str


def schedule(
    session: Session, unit: Unit, *, form: Form, planned_on: date, by: Caller, at: datetime
) -> Inspection:
    """An inspection of the unit stands in the calendar.

    Raises:
        ScheduleRefused: the unit does not exist on that day, or is already inspected on it.
    """
    if not exists_on(unit, planned_on):
        raise ScheduleRefused(
            f"Ngày {planned_on:%d/%m/%Y} đơn vị «{unit.name}» chưa thành lập hoặc đã chấm dứt hoạt động. "
            "Chọn ngày khác hoặc đơn vị kế thừa.",
            field="planned_on", unit=unit.code,
        )  # fmt: skip
    same_day = select(Inspection.id).where(
        Inspection.unit_id == unit.id,
        Inspection.planned_on == planned_on,
        Inspection.state != State.CANCELLED,
    )
    if session.scalar(same_day) is not None:
        raise ScheduleRefused(
            f"Đơn vị «{unit.name}» đã có một cuộc kiểm tra ngày {planned_on:%d/%m/%Y}. Chọn ngày khác.",
            field="planned_on", unit=unit.code,
        )  # fmt: skip
    inspection_id = ids.new_id()
    unit_name = registry_queries.name_of(session, unit, planned_on)
    inspection = Inspection(
        id=inspection_id, unit_id=unit.id, unit_name=unit_name, unit_type=unit.unit_type, form=form,
        state=State.SCHEDULED, revision=1, planned_on=planned_on, scheduled_at=at, head_pos=0,
        root=chain.log_genesis(inspection_id), team=[],
    )  # fmt: skip
    session.add(inspection)
    journal.record(
        session, "inspection.scheduled", about=("inspection", inspection_id), by=by, at=at,
        unit=unit.code, planned_on=planned_on.isoformat(),
    )  # fmt: skip
    return inspection


def decide(session: Session, inspection: Inspection, decision: Decision, *, by: Caller, at: datetime) -> None:
    """Team, checklist version, profile and period are frozen; packages can be downloaded.

    Raises:
        StepNotAllowed, StepNotYours: the inspection is not waiting for a decision of this caller.
        DecisionRefused: dates in the wrong order, checklist or profile unknown.
        TeamRefused: not exactly one leader, a person twice, or somebody who is no inspector.
    """
    to = _after(inspection, "decide", queries.parts_of(inspection, by)).state
    _check_dates(inspection, decision)
    version = checklist_queries.version(session, decision.checklist)
    definition = checklist.decoded(version.content)
    if not checklist.has_profile(definition, decision.profile):
        raise DecisionRefused(
            f"Danh mục {decision.checklist} không có cấu hình «{decision.profile}».",
            field="profile", one_of=sorted(one.code for one in definition.profiles),
        )  # fmt: skip
    inspection.team = _team(session, inspection.id, decision.team)
    inspection.decision_number, inspection.decided_on = decision.number.strip(), decision.decided_on
    inspection.checklist, inspection.checklist_sha256 = decision.checklist, version.sha256
    inspection.profile, inspection.standard = decision.profile, version.standard
    inspection.period_from, inspection.period_to = decision.period_from, decision.period_to
    inspection.state = to
    journal.record(
        session, "inspection.decided", about=("inspection", inspection.id), by=by, at=at,
        number=inspection.decision_number, checklist=decision.checklist, sha256=version.sha256,
    )  # fmt: skip


def _check_dates(inspection: Inspection, decision: Decision) -> None:
    if not decision.number.strip():
        raise DecisionRefused("Chưa nhập số quyết định kiểm tra.", field="number")
    if decision.decided_on > inspection.planned_on:
        raise DecisionRefused(
            "Ngày quyết định phải trước hoặc trùng ngày kiểm tra.", field="decided_on",
            planned_on=inspection.planned_on.isoformat(),
        )  # fmt: skip
    if decision.period_from > decision.period_to:
        raise DecisionRefused("Thời kỳ kiểm tra: ngày đầu phải trước ngày cuối.", field="period_from")


def _team(session: Session, inspection_id: str, places: Sequence[Place]) -> list[TeamMember]:
    parts = [place.role for place in places]
    if unknown := sorted(set(parts) - set(_TEAM_ORDER)):
        raise TeamRefused(f"Không có vai trò {', '.join(unknown)} trong đoàn.", one_of=list(_TEAM_ORDER))
    if parts.count(Part.LEADER) != 1:
        raise TeamRefused("Đoàn kiểm tra phải có đúng một trưởng đoàn.", leaders=parts.count(Part.LEADER))
    if parts.count(Part.SECRETARY) > 1:
        raise TeamRefused("Đoàn kiểm tra có nhiều nhất một thư ký.")
    if len({place.person_id for place in places}) != len(places):
        raise TeamRefused("Một người được ghi hai lần trong đoàn.")
    ordered = sorted(places, key=lambda place: _TEAM_ORDER.index(Part(place.role)))
    return [
        _member(session, inspection_id, place, position) for position, place in enumerate(ordered, start=1)
    ]


def _member(session: Session, inspection_id: str, place: Place, position: int) -> TeamMember:
    person = session.get(Person, place.person_id) if ids.is_id(place.person_id) else None
    if person is None or not person.is_active or Role.INSPECTOR not in person.roles:
        raise TeamRefused("Thành viên đoàn phải là kiểm tra viên đang hoạt động.", person_id=place.person_id)
    return TeamMember(
        inspection_id=inspection_id, person_id=person.id, role=place.role, full_name=person.full_name,
        title=place.title or person.title, position=position,
    )  # fmt: skip


def send_back(
    session: Session, inspection: Inspection, *, reason: str, due_on: date | None,
    remarks: Sequence[Remark], by: Caller, at: datetime,
) -> None:  # fmt: skip
    """The inspection is open again for its team, with the remarks in its log.

    Raises:
        RemarkRefused: no reason, or a remark without text.
        StepNotAllowed, StepNotYours: it is not waiting for this caller's decision.
    """
    if not reason.strip():
        raise RemarkRefused("Chưa nêu lý do trả lại.", field="reason")
    if any(not remark.text.strip() for remark in remarks):
        raise RemarkRefused("Có mục được chọn mà chưa ghi nhận xét.", field="remarks")
    _after(inspection, "send_back", queries.parts_of(inspection, by))
    due = due_on.isoformat() if due_on else None
    drafts = [
        Draft(
            "remark.add", f"remark/{ids.new_id()}",
            {"entity": remark.entity, "text": remark.text.strip(), "due_on": due},
        )
        for remark in remarks
    ]  # fmt: skip
    step = Draft("inspection.send_back", "inspection", {"reason": reason.strip(), "due_on": due})
    _append(session, inspection, [*drafts, step], by=by, at=at)
    journal.record(
        session, "inspection.sent_back", about=("inspection", inspection.id), by=by, at=at,
        reason=reason.strip(), remarks=len(remarks),
    )  # fmt: skip


def approve(session: Session, inspection: Inspection, *, content: str, by: Caller, at: datetime) -> None:
    """The content that was on the screen is approved, and its document will be drafted.

    Args:
        content: the content hash that the approver saw.
    Raises:
        OwnInspection: the caller is on the team.
        ContentChanged: the inspection's content is another by now.
        StepNotAllowed, StepNotYours: it is not waiting for this caller's decision, or nobody has named the
            agency that would issue its document.
    """
    _after(inspection, "approve", queries.parts_of(inspection, by))
    if queries.is_on_team(inspection, by):
        raise OwnInspection
    if registry_queries.agency(session) is None:
        raise StepNotAllowed(
            "Chưa khai tên cơ quan kiểm tra nên chưa lập được biên bản. Đề nghị quản trị viên khai tại trang "
            "«Cơ quan kiểm tra», sau đó duyệt lại.",
            step="approve", missing="agency",
        )  # fmt: skip
    if content != inspection.content_hash:
        raise ContentChanged(
            "Chưa duyệt gì. Tải lại trang để xem nội dung hiện tại rồi quyết định.",
            shown=content, current=inspection.content_hash,
        )  # fmt: skip
    _append(
        session, inspection, [Draft("inspection.approve", "inspection", {"content": content})], by=by, at=at
    )
    jobs.enqueue(
        session, DRAFT_REPORT, {"inspection": inspection.id}, at=at,
        key=f"{DRAFT_REPORT}:{inspection.id}:{inspection.revision}",
    )  # fmt: skip
    journal.record(
        session, "inspection.approved", about=("inspection", inspection.id), by=by, at=at, content=content
    )


def issue(
    session: Session, inspection: Inspection, *, needs_correction: bool, by: Caller, at: datetime
) -> None:
    """The sealed document is out; the inspection waits for correction, or is closed where none is needed.

    Source: Thông tư 26/2014/TT-BKHCN Điều 37 khoản 2 điểm c.
    """
    server = frozenset({Part.SERVER})
    inspection.state = _after(inspection, "issue", server).state
    inspection.state = _after(inspection, "await_correction" if needs_correction else "close", server).state
    journal.record(
        session, "inspection.issued", about=("inspection", inspection.id), by=by, at=at,
        needs_correction=needs_correction,
    )  # fmt: skip


def _after(inspection: Inspection, step: str, parts: frozenset[Part]) -> workflow.Transition:
    return workflow.after(State(inspection.state), step, form=Form(inspection.form), parts=parts)


def _append(
    session: Session, inspection: Inspection, drafts: Sequence[Draft], *, by: Caller, at: datetime
) -> None:
    for outcome in log.append_own(session, inspection, drafts, by=by, at=at):
        if outcome.effect != "applied":
            raise log.refusal_of(outcome)
