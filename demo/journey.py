"""One unit from the calendar to a verified signed document, every step over HTTP, as people would take it.

It keeps the order and reads what comes back; what is said at the unit is `demo.content`, what is tapped is
`demo.fieldwork`, and whether all of it holds is `demo.invariants`. It repairs nothing and hides nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from accounts import demo_people
from checklists import relevance
from checklists.definition import Definition
from core.settings import Settings
from demo import content, document, fieldwork, invariants, office, server, story
from demo.exchange import Exchange
from demo.fieldwork import Seat, Team
from demo.network import Line, Refused, Weather
from demo.story import Chapter
from demo.tablet import Tablet

Say = Callable[[str], None]

_BAD_SHARE = 0.3


class JourneyBroken(Exception):  # noqa: N818 (what the demonstration found, not a defect of this file)
    """The server is not in the state to which the step should have led."""


@dataclass(frozen=True)
class Office:
    """Who is signed in at the office, what they know of each other, and where the server is."""

    base_url: str
    supervisor: office.Person
    clerk: office.Person
    administrator: office.Person
    passwords: Mapping[str, str]
    environment: Mapping[str, str]
    people: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Outcome:
    """One line of the table: what happened at one unit."""

    unit_name: str
    answers: int
    findings: int
    conflicts: int
    photos: int
    sent: int
    repeated: int
    stored: int
    pages: int
    verdict: str
    broken: tuple[str, ...]


@dataclass(frozen=True)
class Travelled:
    """A journey that came to its end: its line of the table, and what an auditor sees."""

    outcome: Outcome
    audit: invariants.Audit


def open_office(base_url: str, settings: Settings) -> Office:
    """Supervisor, clerk and administrator of the installation are signed in.

    Raises:
        JourneyBroken: the installation has no demo accounts.
    """
    passwords = demo_people.read_passwords(settings.data)
    if not passwords:
        raise JourneyBroken(f"Thư mục {settings.data} không có tài khoản trình diễn. Chọn THUCDIA_DATA khác.")
    supervisor, clerk, administrator = (
        office.sign_in(Line(base_url), office.Account(username, passwords[username]))
        for username in ("lanhdao", "vanthu", "quantri")
    )
    people = {person["username"]: person for person in supervisor.line.get("/api/v1/people").json()}
    environment = server.environment(settings)
    return Office(base_url, supervisor, clerk, administrator, passwords, environment, people)


def carry_out(chapter: Chapter, at_office: Office, *, seed: int, folder: Path, say: Say) -> Travelled:
    """The unit's inspection is carried from the calendar to its sealed minutes, and everything is checked.

    Raises:
        JourneyBroken, NotFinished, Refused, Lost, LogMismatch: it could not be carried to its end.
    """
    inspection, chapter = _scheduled(chapter, at_office)
    unit_name = _decided(inspection, chapter, at_office)
    say(f"{unit_name}: đã ra quyết định {chapter.decision_number}, đoàn 4 người")
    team = _equipped(inspection, unit_name, chapter, at_office, seed=seed, folder=folder)
    say(f"{unit_name}: {len(team.seats)} máy tính bảng đã ghi danh, tải hồ sơ và rời mạng")
    owners, conflicts = _inspected(team, say)
    _signed_and_submitted(team, at_office, say)
    _sent_back_and_corrected(team, owners, at_office, say)
    facts = office.look(at_office.supervisor, inspection)
    office.approve(at_office.supervisor, inspection, content=facts["content_hash"])
    say(f"{unit_name}: đã duyệt nội dung {facts['content_hash'][:12]}")
    minutes = document.Minutes(inspection, chapter, folder, at_office.environment)
    sealed = document.issued(at_office.clerk, minutes, say=say)
    for seat in team.seats:
        seat.exchange.pull(inspection)
    facts = office.look(at_office.supervisor, inspection)
    audit = invariants.read_anew(team.seats[0].exchange, inspection, facts, team.seats)
    return Travelled(_outcome(team, audit, conflicts, sealed), audit)


def _scheduled(chapter: Chapter, at_office: Office) -> tuple[str, Chapter]:
    """The inspection's id, and the chapter as it could be scheduled: later if that day is taken."""
    while True:
        try:
            inspection = office.schedule(
                at_office.supervisor, unit_code=chapter.unit_code, planned_on=chapter.planned_on
            )
        except Refused as refused:
            is_taken = refused.problem.get("field") == "planned_on"
            if not is_taken or chapter.planned_on.year > story.LAST_YEAR:
                raise
            chapter = chapter.another_time()
        else:
            return inspection, chapter


def _decided(inspection: str, chapter: Chapter, at_office: Office) -> str:
    decision = {
        "number": chapter.decision_number, "decided_on": chapter.decided_on.isoformat(),
        "checklist": story.CHECKLIST, "profile": story.PROFILE,
        "period_from": story.PERIOD[0].isoformat(), "period_to": story.PERIOD[1].isoformat(),
        "team": [
            {"person_id": at_office.people[username]["id"], "role": role, "title": ""}
            for username, role in story.TEAM
        ],
    }  # fmt: skip
    return str(office.decide(at_office.supervisor, inspection, decision)["unit_name"])


def _equipped(
    inspection: str, unit_name: str, chapter: Chapter, at_office: Office, *, seed: int, folder: Path
) -> Team:
    roles = dict(story.TEAM)
    seats = [
        _seated(username, roles[username], inspection, at_office, folder=folder)
        for username in story.WITH_TABLETS
    ]
    for seat in seats:
        seat.exchange.line.weather = Weather(f"{seed}/{chapter.unit_code}/{seat.username}", share=_BAD_SHARE)
    tablet = seats[0].tablet
    package, checklist = tablet.package(inspection), tablet.checklist(inspection)
    known = [(member["full_name"], member["title"], member["role"]) for member in package["team"]]
    told = content.visit(_items_that_apply(package, checklist), unit_name=unit_name, team=known, seed=seed)
    return Team(inspection, chapter, seats, told, seed)


def _items_that_apply(
    package: Mapping[str, Any], checklist: Mapping[str, Any]
) -> Sequence[Mapping[str, Any]]:
    published = msgspec.convert(checklist, Definition)
    scope = relevance.Scope(package["unit"]["unit_type"], package["inspection"]["profile"])
    asked = frozenset(relevance.relevant_items(published, scope, {}))
    items = (item for section in checklist["sections"] for item in section["items"])
    return [item for item in items if item["code"] in asked]


def _seated(username: str, role: str, inspection: str, at_office: Office, *, folder: Path) -> Seat:
    label = f"Máy của {at_office.people[username]['full_name']}"
    tablet = Tablet(folder / "tablets" / inspection / username, label=label)
    exchange = Exchange(tablet, Line(at_office.base_url))
    person = office.sign_in(exchange.line, office.Account(username, at_office.passwords[username]))
    exchange.enrol(office.enrolment_code(at_office.administrator, label))
    tablet.outbox.remember(actor=person.id)
    exchange.authorise()
    if inspection not in exchange.download():
        raise JourneyBroken(f"Máy của {username} không thấy hồ sơ của cuộc kiểm tra.")
    return Seat(username, role, person.full_name, at_office.people[username]["title"], tablet, exchange)


def _inspected(team: Team, say: Say) -> tuple[dict[str, str], int]:
    fieldwork.open_meeting(team)
    owners = fieldwork.examine(team)
    fieldwork.close_meeting(team)
    waiting = sum(len(seat.tablet.outbox.operations()) for seat in team.seats)
    say(f"  ghi xong ngoại tuyến: {waiting} thao tác chờ gửi")
    _meet(team)
    conflicts = fieldwork.settle_conflicts(team)
    fieldwork.agree(team)
    _meet(team)
    say(f"  đồng bộ xong qua mạng kém; trưởng đoàn đã thống nhất {conflicts} mâu thuẫn")
    return owners, conflicts


def _meet(team: Team) -> None:
    """Everybody sends, then everybody receives: afterwards all tablets know the same."""
    for seat in team.seats:
        seat.exchange.sync(team.inspection)
    for seat in team.seats:
        if seat.exchange.has_news(team.inspection):
            seat.exchange.pull(team.inspection)


def _signed_and_submitted(team: Team, at_office: Office, say: Say) -> None:
    fieldwork.countersign(team)
    shown = fieldwork.sign(team)
    _meet(team)
    facts = _expect(at_office, team.inspection, "signed")
    if facts["content_hash"] != shown:
        raise JourneyBroken(f"Máy tính bảng ký trên {shown}, máy chủ chốt {facts['content_hash']}.")
    fieldwork.submit(team)
    _meet(team)
    _expect(at_office, team.inspection, "submitted")
    say(f"  hai bên ký trên nội dung {shown[:12]}; đã gửi duyệt")


def _sent_back_and_corrected(team: Team, owners: dict[str, str], at_office: Office, say: Say) -> None:
    back = team.visit.sent_back
    remark = {"entity": f"answer/{back['item']}", "text": back["remark"]}
    office.send_back(at_office.supervisor, team.inspection, reason=back["reason"], remarks=[remark])
    _meet(team)
    answered = fieldwork.answer_remarks(team, owners)
    _meet(team)
    fieldwork.agree(team)
    _meet(team)
    say(f"  lãnh đạo trả lại, {answered} nhận xét về đến máy tính bảng và đã được bổ sung")
    _signed_and_submitted(team, at_office, say)


def _expect(at_office: Office, inspection: str, state: str) -> dict[str, Any]:
    facts = office.look(at_office.supervisor, inspection)
    if facts["state"] != state:
        raise JourneyBroken(f"Cuộc kiểm tra ở trạng thái «{facts['state']}», đáng lẽ «{state}».")
    return facts


def _outcome(team: Team, audit: invariants.Audit, conflicts: int, sealed: document.Sealed) -> Outcome:
    folded = team.seats[0].tablet.fold(team.inspection)
    traffic = [seat.exchange.traffic for seat in team.seats]
    findings = sealed.findings
    return Outcome(
        unit_name=str(audit.facts["unit_name"]),
        answers=len(folded.entities("answer")),
        findings=findings,
        conflicts=conflicts,
        photos=len([name for name in folded.entities("photo") if not folded.is_hidden(name)]),
        sent=sum(one.sent for one in traffic),
        repeated=sum(one.repeated for one in traffic),
        stored=len(audit.entries),
        pages=sealed.pages,
        verdict=sealed.verdict,
        broken=(*invariants.broken(audit), *sealed.doubts),
    )
