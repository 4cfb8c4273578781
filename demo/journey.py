"""One unit from the calendar to a verified signed document, every step over HTTP, as people would take it.

It keeps the order and reads what comes back; what is said at the unit is `demo.content`, what is tapped is
`demo.fieldwork`, and whether all of it holds is `demo.invariants`. It repairs nothing and hides nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from accounts import demo_people
from checklists import relevance
from checklists.definition import Definition
from core.settings import Settings
from demo import closing, content, document, fieldwork, invariants, office, server, story
from demo.exchange import Exchange
from demo.fieldwork import Seat, Team
from demo.network import Line, Refused, Weather
from demo.story import Chapter
from demo.tablet import Tablet

Say = Callable[[str], None]

_BAD_SHARE = 0.3


@dataclass(frozen=True)
class Office:
    """Who is signed in at the office, what they know of each other, and where the server is."""

    base_url: str
    supervisor: office.Person
    clerk: office.Person
    administrator: office.Person
    leader: office.Person
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
    course: str = ""


@dataclass(frozen=True)
class Travelled:
    """A journey that came to its end: its line of the table, and what an auditor sees."""

    outcome: Outcome
    audit: invariants.Audit


@dataclass(frozen=True)
class Worked:
    """An approved inspection: its team with their tablets, and how many conflicts the leader ended."""

    team: Team
    conflicts: int


def open_office(base_url: str, settings: Settings) -> Office:
    """Supervisor, clerk, administrator and the team's leader are signed in at desks.

    Raises:
        JourneyBroken: the installation has no demo accounts.
    """
    passwords = demo_people.read_passwords(settings.data)
    if not passwords:
        raise closing.JourneyBroken(
            f"Thư mục {settings.data} không có tài khoản trình diễn. Chọn THUCDIA_DATA khác."
        )
    supervisor, clerk, administrator, leader = (
        office.sign_in(Line(base_url), office.Account(username, passwords[username]))
        for username in ("lanhdao", "vanthu", "quantri", "truongdoan")
    )
    people = {person["username"]: person for person in supervisor.line.get("/api/v1/people").json()}
    environment = server.environment(settings)
    return Office(base_url, supervisor, clerk, administrator, leader, passwords, environment, people)


def carry_out(chapter: Chapter, at_office: Office, *, seed: int, folder: Path, say: Say) -> Travelled:
    """The unit's inspection is carried from the calendar to its sealed minutes, and everything is checked.

    Raises:
        JourneyBroken, NotFinished, Refused, Lost, LogMismatch: it could not be carried to its end.
    """
    worked = approved(chapter, at_office, seed=seed, folder=folder, say=say)
    return audited(worked, issued(worked, at_office, folder=folder, say=say), at_office)


def approved(chapter: Chapter, at_office: Office, *, seed: int, folder: Path, say: Say) -> Worked:
    """The inspection was planned, carried out at the unit, handed in and approved; see `carry_out`."""
    inspection, chapter = _scheduled(chapter, at_office)
    unit_name = _decided(inspection, chapter, at_office)
    say(f"{unit_name}: đã ra quyết định {chapter.decision_number}, đoàn 4 người")
    team = _equipped(inspection, unit_name, chapter, at_office, seed=seed, folder=folder)
    say(f"{unit_name}: {len(team.seats)} máy tính bảng đã ghi danh, tải hồ sơ và rời mạng")
    owners, conflicts = _inspected(team, say)
    closing.handed_in(closing.Visit(team, owners, at_office.supervisor, at_office.leader, say))
    facts = office.look(at_office.supervisor, inspection)
    office.approve(at_office.supervisor, inspection, content=facts["content_hash"])
    say(f"{unit_name}: đã duyệt nội dung {facts['content_hash'][:12]}")
    return Worked(team, conflicts)


def issued(worked: Worked, at_office: Office, *, folder: Path, say: Say) -> document.Sealed:
    """Its minutes are sealed and verified; this may go on beside other inspections. See `carry_out`."""
    team = worked.team
    minutes = document.Minutes(team.inspection, team.chapter, folder, at_office.environment)
    clerk = replace(at_office.clerk, line=at_office.clerk.line.twin())
    return document.issued(clerk, minutes, say=say)


def audited(worked: Worked, sealed: document.Sealed, at_office: Office) -> Travelled:
    """What an auditor finds, and the line of the table."""
    audit = read_anew(worked.team, at_office)
    return Travelled(_outcome(worked.team, audit, worked.conflicts, sealed), audit)


def read_anew(team: Team, at_office: Office) -> invariants.Audit:
    """The inspection as an auditor sees it, once every tablet has heard the last word."""
    for seat in team.seats:
        seat.exchange.pull(team.inspection)
    facts = office.look(at_office.supervisor, team.inspection)
    return invariants.read_anew(team.seats[0].exchange, team.inspection, facts, team.seats)


def _scheduled(chapter: Chapter, at_office: Office) -> tuple[str, Chapter]:
    """The inspection's id, and the chapter as it could be scheduled: later if that day is taken."""
    while True:
        try:
            inspection = office.schedule(
                at_office.supervisor, unit_code=chapter.unit_code, planned_on=chapter.planned_on,
                request=chapter.request,
            )  # fmt: skip
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
    return Team(inspection, chapter, seats, closing.facing_the_past(told, package), seed)


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
        raise closing.JourneyBroken(f"Máy của {username} không thấy hồ sơ của cuộc kiểm tra.")
    return Seat(username, role, person.full_name, at_office.people[username]["title"], tablet, exchange)


def _inspected(team: Team, say: Say) -> tuple[dict[str, str], int]:
    fieldwork.open_meeting(team)
    owners = fieldwork.examine(team)
    fieldwork.close_meeting(team)
    waiting = sum(len(seat.tablet.outbox.operations()) for seat in team.seats)
    say(f"  ghi xong ngoại tuyến: {waiting} thao tác chờ gửi")
    closing.meet(team)
    conflicts = fieldwork.settle_conflicts(team)
    fieldwork.agree(team)
    closing.meet(team)
    say(f"  đồng bộ xong qua mạng kém; trưởng đoàn đã thống nhất {conflicts} mâu thuẫn")
    return owners, conflicts


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
        broken=(*invariants.broken(audit), *sealed.doubts, *closing.doubts(team.chapter.turn, sealed.path)),
        course=closing.course(team.chapter.turn),
    )
