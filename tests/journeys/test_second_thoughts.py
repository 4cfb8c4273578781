"""Three tablets of one team that disagree, sign, hear of late work and sign again, over HTTP."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.serving import make_server

from core import clock, db, ids
from core.caller import Caller
from demo import office, photos
from demo.exchange import Exchange
from demo.network import Line, Refused
from demo.tablet import Tablet, picture
from inspections import actions
from inspections.workflow import Form
from registry import queries as registry
from tests import people, visits

ROLES = ("leader", "secretary", "member")
PHU_HOP, KPH = {"value": "phu_hop", "note": "Có sổ theo dõi."}, {"value": "kph_nhe", "note": "Sổ bỏ trống."}
A16, A17, A18 = (f"answer/PL-{number}" for number in (16, 17, 18))


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """Where the application listens."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class Team:
    """One inspection, the tablets of its team in their holders' hands, and the desks of the office."""

    inspection: str
    seats: dict[str, tuple[Tablet, Exchange]]
    desks: dict[str, office.Person]
    drawn: int = field(default=0)

    def tablet(self, role: str) -> Tablet:
        return self.seats[role][0]

    def record(self, role: str, kind: str, entity: str, body: dict | None = None) -> str:
        return self.tablet(role).record(self.inspection, kind, entity, body or {})

    def sync(self, *roles: str) -> None:
        for role in roles or ROLES:
            self.seats[role][1].sync(self.inspection)

    def meet(self) -> None:
        """Everybody sends and receives until all know the same."""
        self.sync()
        self.sync()
        assert len({self.tablet(role).content_hash(self.inspection) for role in ROLES}) == 1

    def outcome(self, role: str, op_id: str) -> tuple[str, str | None]:
        told = self.tablet(role).outbox.outcomes()[op_id]
        return told["status"], (told.get("error") or {}).get("code")

    def start(self) -> None:
        self.record("leader", "inspection.start", "inspection")
        self.record("secretary", "answer.set", A16, PHU_HOP)
        self.meet()

    def sign(self) -> str:
        """Both sides sign on the leader's glass over what it shows, and the leader signs off; its id."""
        tablet = self.tablet("leader")
        content = tablet.content_hash(self.inspection)
        for role in ("leader", "unit"):
            self.drawn += 1
            drawing = picture(photos.signature(role, seed=str(self.drawn)), "image/png")
            body = {"role": role, "name": role, "content": content, "blob": f"sha256:{drawing.sha256}"}
            tablet.record(
                self.inspection, "signature.add", f"signature/{ids.new_id()}", body, pictures=[drawing]
            )
        seen = tablet.seen(self.inspection)
        body = {"content": content, "seen": seen, "exclude": [], "statement": "Đã đọc lại."}
        return self.record("leader", "inspection.signoff", "inspection", body)

    def desk(self, who: str, route: str, body: dict | None = None) -> dict:
        line, path = self.desks[who].line, f"/api/v1/inspections/{self.inspection}{route}"
        told: dict = (line.get(path) if body is None else line.post(path, body)).json()
        return told

    def look(self) -> tuple[str, int, str | None]:
        told = self.desk("supervisor", "")
        return told["state"], told["revision"], told["content_hash"]

    def aside(self) -> list[tuple[str, str]]:
        """What awaits the leader, with its code."""
        return [(one["op_id"], one["code"]) for one in self.desk("leader", "/quarantine")["operations"]]


@pytest.fixture
def team(app: Flask, address: str, tmp_path: Path) -> Iterator[Team]:
    """A decision, and three tablets that have downloaded it."""
    visits.registered(app)
    named = {role: people.there_is(app, f"nguoi.{role}", full_name=role.title()) for role in ROLES}
    for username, role in (("lanh.dao", "supervisor"), ("quan.tri", "administrator")):
        people.there_is(app, username, full_name=username, roles=(role,))
    inspection = _decided(app, named)

    def signed_in(username: str, line: Line | None = None) -> office.Person:
        return office.sign_in(line or Line(address), office.Account(username, people.PASSWORD))

    administrator, seats = signed_in("quan.tri"), {}
    for role in ROLES:
        tablet = Tablet(tmp_path / role, label=role)
        exchange = Exchange(tablet, Line(address))
        tablet.outbox.remember(actor=signed_in(f"nguoi.{role}", exchange.line).id)
        exchange.enrol(office.enrolment_code(administrator, role))
        exchange.authorise()
        assert exchange.download() == [inspection]
        seats[role] = (tablet, exchange)
    yield Team(inspection, seats, {"leader": signed_in("nguoi.leader"), "supervisor": signed_in("lanh.dao")})
    for tablet, _ in seats.values():
        tablet.outbox.close()


def _decided(app: Flask, named: dict[str, str]) -> str:
    supervisor = Caller(None, "Lãnh đạo", frozenset({"supervisor"}))
    decision = actions.Decision(
        number="15/QĐ-TĐC", decided_on=visits.VISITED_ON, checklist=visits.CHECKLIST, profile=visits.PROFILE,
        period_from=visits.VISITED_ON.replace(month=1), period_to=visits.VISITED_ON,
        team=[actions.Place(person, role, "") for role, person in named.items()],
    )  # fmt: skip
    with app.app_context(), db.writing() as session:
        unit = registry.unit_by_code(session, visits.UNIT)
        inspection = actions.schedule(
            session, unit, form=Form.ON_SITE, planned_on=visits.VISITED_ON, by=visits.SYSTEM, at=clock.now()
        )
        actions.decide(session, inspection, decision, by=supervisor, at=clock.now())
        return inspection.id


def test_from_a_conflict_to_a_second_signature_over_a_late_answer(team: Team):
    team.start()
    # Two answers to one item, neither having seen the other: both stay.
    team.record("secretary", "answer.set", A17, PHU_HOP)
    team.record("member", "answer.set", A17, KPH)
    team.meet()
    (conflict,) = team.desk("leader", "/conflicts")["conflicts"]
    heads = [one["op_id"] for one in conflict["heads"]]
    kept = next(one["op_id"] for one in conflict["heads"] if "Sổ bỏ trống" in one["body"])
    team.desk(
        "leader", "/resolve",
        {"entity": A17, "field": "answer", "heads": heads, "keep": kept, "reason": "Đã xem sổ"},
    )  # fmt: skip
    team.meet()
    assert {team.tablet(role).fold(team.inspection).conflicts() for role in ROLES} == {()}

    # The member goes on answering without a network while both sides sign.
    late = team.record("member", "answer.set", A16, KPH)
    team.record("leader", "inspection.conclude", "inspection")
    team.sign()
    team.sync("leader")
    assert (state := team.look())[:2] == ("signed", 1)
    team.sync("member")
    assert team.outcome("member", late) == ("quarantined", "inspection_frozen")
    assert team.aside() == [(late, "inspection_frozen")]
    assert team.look() == state

    # The leader reopens, takes it in, and both sides sign what it is now.
    with pytest.raises(Refused) as refused:
        team.desk("leader", "/quarantine", {"op_id": late, "decision": "adopt", "reason": "Đúng thực tế"})
    assert refused.value.code == "step_not_allowed"
    team.desk("leader", "/reopen", {"reason": "Nhận câu trả lời gửi muộn"})
    told = team.desk("leader", "/quarantine", {"op_id": late, "decision": "adopt", "reason": "Đúng thực tế"})
    assert told["effect"] == "applied"  # its author had seen the answer that it replaces
    team.meet()
    team.record("leader", "inspection.conclude", "inspection")
    team.sign()
    team.sync("leader")
    team.record("leader", "inspection.submit", "inspection")
    team.meet()
    again = team.look()
    assert (again[:2], again[2] != state[2], team.aside()) == (("submitted", 2), True, [])
    folded = team.tablet("secretary").fold(team.inspection)
    assert folded.values(A16)["answer"]["value"] == "kph_nhe"
    assert team.tablet("member").content_hash(team.inspection) == again[2]


def test_a_sign_off_leaves_out_what_nobody_had_seen_and_the_leader_takes_it_in_later(team: Team):
    team.start()
    team.record("leader", "inspection.conclude", "inspection")
    team.sync("leader")
    # The member's answers reach the server, not the leader's tablet, before both sides sign on it.
    unseen = team.record("member", "answer.set", A18, KPH)
    edited = team.record("member", "answer.set", A18, PHU_HOP)
    team.seats["member"][1].push()
    first = team.sign()
    signed = team.tablet("leader").content_hash(team.inspection)
    shown = team.tablet("leader").seen(team.inspection)
    team.sync("leader")
    assert team.outcome("leader", first) == ("quarantined", "signoff_stale")
    assert team.look()[0] == "agreed"
    detail = team.tablet("leader").outbox.outcomes()[first]["error"]["detail"]
    assert detail["unseen"] == sorted([unseen, edited])

    # What is on the glass stays true: the same content is signed off with those named as not shown.
    body = {"content": signed, "seen": shown, "exclude": detail["unseen"], "statement": "Đã đọc lại."}
    second = team.record("leader", "inspection.signoff", "inspection", body)
    team.sync("leader")
    assert team.outcome("leader", second)[0] == "applied"
    assert team.look() == ("signed", 1, signed)
    assert team.aside() == [(unseen, "not_in_signed"), (edited, "not_in_signed")]
    team.meet()
    assert {team.tablet(role).content_hash(team.inspection) for role in ROLES} == {signed}

    # Reopened, the record starts from what was signed; the leader takes the last word and leaves the first.
    team.desk("supervisor", "/reopen", {"reason": "Bổ sung mục PL-18"})
    team.meet()
    assert team.tablet("leader").content_hash(team.inspection) == signed
    team.desk("leader", "/quarantine", {"op_id": unseen, "decision": "dismiss", "reason": "Đã ghi lại"})
    team.desk("leader", "/quarantine", {"op_id": edited, "decision": "adopt", "reason": "Đã kiểm tra"})
    assert team.aside() == []
    team.meet()
    assert team.tablet("secretary").fold(team.inspection).values(A18)["answer"] == PHU_HOP
    team.record("leader", "inspection.conclude", "inspection")
    team.sign()
    team.sync("leader")
    team.record("leader", "inspection.submit", "inspection")
    team.meet()
    assert team.look() == ("submitted", 2, team.tablet("member").content_hash(team.inspection))


def test_what_was_returned_is_corrected_on_the_tablet_that_wrote_it_and_handed_in_again(team: Team):
    team.start()
    team.record("leader", "inspection.conclude", "inspection")
    team.meet()
    team.sign()
    team.sync("leader")
    team.record("leader", "inspection.submit", "inspection")
    team.meet()
    before = team.look()
    team.desk(
        "supervisor", "/send-back",
        {"reason": "Thiếu bằng chứng", "remarks": [{"entity": A16, "text": "Nêu số, ngày của sổ"}]},
    )  # fmt: skip
    team.meet()
    folded = team.tablet("secretary").fold(team.inspection)
    (remark,) = folded.entities("remark")
    # A submission goes along with the sign-off that it waits for, but not with an open remark.
    team.record("leader", "inspection.conclude", "inspection")
    team.sign()
    early = team.record("leader", "inspection.submit", "inspection")
    team.sync("leader")
    assert team.outcome("leader", early) == ("quarantined", "signoff_awaited")
    last = team.tablet("leader").fold(team.inspection).steps()[-1]
    assert (last.operation.type, last.code) == ("inspection.submit_confirmed", "step_not_allowed")
    assert team.look()[0] == "signed"
    team.desk("leader", "/reopen", {"reason": "Còn nhận xét chưa trả lời"})
    team.meet()
    team.record("secretary", "answer.set", A16, PHU_HOP | {"note": "Sổ số 3, lập ngày 05/01/2023."})
    team.record("secretary", "remark.answer", remark, {"text": "Đã bổ sung."})
    team.meet()
    team.record("leader", "inspection.conclude", "inspection")
    team.sign()
    team.sync("leader")
    team.record("leader", "inspection.submit", "inspection")
    team.meet()
    assert (team.look()[:2], team.look()[2] != before[2]) == (("submitted", 3), True)
