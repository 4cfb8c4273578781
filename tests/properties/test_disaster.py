"""A server that burns down and is put back from an old backup: tablets bring back what they recorded.

One run on a server goes on to its end; then the backup made in its middle is put back elsewhere, the tablets,
as they were at the end, meet that server in any order, and its state must be that of the first. The fires are
real: `flask backup create` and `restore`, over HTTP, on both databases.
"""

import itertools
import os
import random
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.serving import make_server

import first_start
from app import create_app
from core import clock, db, ids
from core.backup import restoring
from core.caller import Caller
from core.settings import Settings
from demo import office, photos
from demo.exchange import Exchange
from demo.network import Line
from demo.tablet import LogMismatch, Tablet, picture
from inspections import actions, content, log_reading
from inspections.models import Inspection, LoggedOperation, UploadedBlob
from inspections.workflow import Form
from registry import queries as registry
from sync import recollections
from tests import people, postgres, visits
from tests.conftest import _database

ROLES = ("leader", "secretary", "member")
ITEMS = tuple(f"answer/PL-{number}" for number in (16, 17, 18))
DEVICES_OF_SERVER = "server:"


@pytest.fixture(autouse=True)
def _postgres_tools(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{postgres._binaries() / 'bin'}{os.pathsep}{os.environ['PATH']}")


@dataclass
class Site:
    """An address behind which one server can take another's place."""

    app: Flask

    def __call__(self, environ, start_response):
        return self.app(environ, start_response)


@pytest.fixture
def site(app: Flask) -> Iterator[tuple[Site, str]]:
    """The site and its address."""
    made = Site(app)
    server = make_server("127.0.0.1", 0, made, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield made, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class Team:
    """One inspection and the tablets of its team."""

    site: Site
    address: str
    folder: Path
    inspection: str
    seats: dict[str, tuple[Tablet, Exchange]]
    chance: random.Random
    findings: list[str] = field(default_factory=list)

    def tablet(self, role: str) -> Tablet:
        return self.seats[role][0]

    def sync(self, *roles: str) -> None:
        for role in roles or ROLES:
            self.seats[role][1].sync(self.inspection)

    def record(self, role: str, kind: str, *of) -> str:
        """Somebody records it: entity, body and pictures, or a step."""
        entity, body, *drawn = of or ("inspection", {})
        return self.tablet(role).record(self.inspection, kind, entity, body, pictures=drawn)

    def sign(self, exclude=()) -> str:
        """Both sides sign on the leader's glass; the content that they signed."""
        tablet = self.tablet("leader")
        signed = tablet.content_hash(self.inspection)
        drawing = picture(photos.signature("leader", seed=ids.new_id()), "image/png")
        for role in ("leader", "unit"):
            body = {"role": role, "name": role, "content": signed, "blob": f"sha256:{drawing.sha256}"}
            self.record("leader", "signature.add", f"signature/{ids.new_id()}", body, drawing)
        self.sign_off(signed, exclude)
        return signed

    def sign_off(self, signed: str, exclude=()) -> None:
        seen = self.tablet("leader").seen(self.inspection)
        body = {"content": signed, "seen": seen, "exclude": list(exclude), "statement": "Đã đọc."}
        self.record("leader", "inspection.signoff", "inspection", body)

    def do_something(self) -> None:
        """Somebody taps, or is near a network."""
        role = self.chance.choice(ROLES)
        act = self.chance.choice(
            [self._answer, self._answer, self._note, self._finding, self._photo, self._resolve, self.sync]
        )
        act(role)

    def _answer(self, role: str) -> None:
        body = {"value": self.chance.choice(["phu_hop", "kph_nhe"]), "note": f"Sổ số {self.chance.random()}"}
        self.record(role, "answer.set", self.chance.choice(ITEMS), body)

    def _note(self, role: str) -> None:
        self.record(role, "note.add", f"note/{ids.new_id()}", {"text": f"Hẹn {self.chance.random()}"})

    def _finding(self, role: str) -> None:
        """A new one, or one that the tablet knows, whoever opened it."""
        known = self.tablet(role).fold(self.inspection).entities("finding")
        entity = self.chance.choice([*known, f"finding/{ids.new_id()}"])
        self.record(role, "finding.set", entity, {"text": f"Thiếu sổ {self.chance.random()}"})

    def _photo(self, role: str) -> None:
        shot = picture(photos.signature(role, seed=ids.new_id()), "image/png")
        body = {
            "blob": f"sha256:{shot.sha256}",
            "size": len(shot.content),
            "mime": shot.mime,
            "item": "PL-16",
        }
        self.record(role, "photo.add", f"photo/{ids.new_id()}", body, shot)

    def _resolve(self, _role: str) -> None:
        folded = self.tablet("leader").fold(self.inspection)
        for conflict in folded.conflicts():
            if conflict.entity.startswith("answer/"):
                value = folded.entries[conflict.heads[0]].writes["answer"]
                self.record("leader", "answer.resolve", conflict.entity, value | {"reason": "Đã xem sổ"})
            elif conflict.entity.startswith("finding/"):
                text = folded.entries[conflict.heads[0]].writes[conflict.field]
                body = {conflict.field: text, "reason": "Đã xem"}
                self.record("leader", "finding.resolve", conflict.entity, body)

    def backup(self) -> Path:
        file = self.folder / f"{ids.new_id()}.thucdia"
        ran = self.site.app.test_cli_runner().invoke(args=["backup", "create", str(file)])
        assert ran.exit_code == 0, ran.output
        return file

    def sign_in_again(self) -> None:
        """After a restore nobody is signed in."""
        for role, (_, exchange) in self.seats.items():
            exchange.line.cookies.clear()
            exchange.line.headers.clear()
            office.sign_in(exchange.line, office.Account(f"nguoi.{role}", people.PASSWORD))
            exchange.authorise()


@pytest.fixture
def team(site: tuple[Site, str], tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Team]:
    """A decision, and three tablets that have downloaded it."""
    made, address = site
    with made.app.app_context():
        flask_migrate.stamp(directory=str(first_start.MIGRATIONS))
    visits.registered(made.app)
    named = {role: people.there_is(made.app, f"nguoi.{role}", full_name=role.title()) for role in ROLES}
    people.there_is(made.app, "quan.tri", full_name="Quản trị", roles=("administrator",))
    inspection = _decided(made.app, named)
    administrator = office.sign_in(Line(address), office.Account("quan.tri", people.PASSWORD))
    seats = {}
    for role in ROLES:
        tablet = Tablet(tmp_path / role, label=role)
        exchange = Exchange(tablet, Line(address))
        person = office.sign_in(exchange.line, office.Account(f"nguoi.{role}", people.PASSWORD))
        tablet.outbox.remember(actor=person.id)
        exchange.enrol(office.enrolment_code(administrator, role))
        exchange.authorise()
        exchange.download()
        seats[role] = (tablet, exchange)
    yield Team(made, address, tmp_path, inspection, seats, random.Random(getattr(request, "param", 0)))
    for tablet, _ in seats.values():
        tablet.outbox.close()


def _decided(app: Flask, named: dict[str, str]) -> str:
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
        supervisor = Caller(None, "Lãnh đạo", frozenset({"supervisor"}))
        actions.decide(session, inspection, decision, by=supervisor, at=clock.now())
        return inspection.id


def state_of(app: Flask, inspection_id: str) -> dict[str, object]:
    """What an inspection amounts to: the record, what stands beside it, where it is, what is stored."""
    with app.app_context(), db.reading() as session:
        inspection = session.get_one(Inspection, inspection_id)
        folded = log_reading.whole_fold(session, inspection_id)
        sent = select(LoggedOperation.device, LoggedOperation.seq, LoggedOperation.hash, LoggedOperation.body)
        tablets = ~LoggedOperation.device.startswith(DEVICES_OF_SERVER)
        blobs = select(UploadedBlob.sha256).where(UploadedBlob.inspection == inspection_id)
        return {
            "record": content.content_lines(folded),
            "notes": sorted(
                (note, head.op_id) for note in folded.entities("note") for head in folded.heads(note, "note")
            ),
            "conflicts": [(one.entity, one.field, one.heads) for one in folded.conflicts()],
            "where": (inspection.state, inspection.revision, inspection.content_hash),
            "operations": sorted(map(tuple, session.execute(sent.where(tablets)))),
            "files": sorted(session.scalars(blobs)),
        }  # fmt: skip


class Ruins:
    """Empty places, one after another, into which the backup is put back."""

    def __init__(self, team: Team, new_app: Callable[[Path], Flask]) -> None:
        self._team, self._new_app, self._number = team, new_app, itertools.count()
        self._kept = team.folder / "kept"
        for role in ROLES:
            team.tablet(role).outbox.close()
            shutil.copytree(team.folder / role, self._kept / role)

    def rebuilt(self, file: Path) -> Team:
        """The same tablets before a server that knows what the backup knows."""
        folder = self._team.folder / f"rebuilt-{next(self._number)}"
        app = self._new_app(folder)
        ran = app.test_cli_runner().invoke(args=["backup", "restore", str(file)])
        assert ran.exit_code == 0, ran.output
        self._team.site.app = app
        seats = {}
        for role in ROLES:
            shutil.copytree(self._kept / role, folder / role)
            tablet = Tablet(folder / role, label=role)
            seats[role] = (tablet, Exchange(tablet, Line(self._team.address)))
        team = Team(
            self._team.site, self._team.address, folder, self._team.inspection, seats, self._team.chance
        )
        team.sign_in_again()
        return team


@pytest.fixture
def ruins(engine_name: str, request: pytest.FixtureRequest) -> Iterator[Callable[[Team], Ruins]]:
    """How to make them, once the story is at its end."""
    with ExitStack() as stack:

        def new_app(folder: Path) -> Flask:
            url = ""
            if engine_name == "postgres":
                url = stack.enter_context(_database(request.getfixturevalue("postgres_server")))
            app = create_app(Settings(data=folder / "var", database_url=url, port=8000), testing=True)
            stack.callback(_let_go, app)
            return app

        yield lambda team: Ruins(team, new_app)


def _let_go(app: Flask) -> None:
    with app.app_context():
        db.db.engine.dispose()


def play(team: Team) -> tuple[Path, dict[str, object]]:
    """A visit to its end, with a backup somewhere in it; the backup, and the state at the end."""
    length = 30
    moment = team.chance.randrange(length)
    team.record(team.chance.choice(ROLES), "inspection.start")
    for step in range(length):
        if step == moment:
            file = team.backup()
        team.do_something()
    team.sync()
    team.sync()
    team._resolve("leader")
    team.sync("leader")
    team.record("leader", "inspection.conclude")
    signed = team.sign()
    team.record("leader", "inspection.submit")
    team.sync()
    end = state_of(team.site.app, team.inspection)
    assert end["where"] == ("submitted", 1, signed)
    return file, end


def _still_whole(team: Team) -> None:
    with team.site.app.app_context(), db.reading() as session:
        assert list(restoring.faults(session)) == []


@pytest.mark.parametrize("team", range(int(os.environ.get("THUCDIA_LONG") or 0) * 30 + 2), indirect=True)
def test_in_whatever_order_the_tablets_come_the_state_is_that_without_the_fire(team: Team, ruins):
    file, end = play(team)
    place = ruins(team)
    orders = list(itertools.permutations(ROLES))
    for order in team.chance.sample(orders, 2):
        again = place.rebuilt(file)
        for role in order:
            again.seats[role][1].sync(again.inspection)
        assert state_of(again.site.app, again.inspection) == end, order
        again.sync()
        assert {again.tablet(role).content_hash(again.inspection) for role in ROLES} == {end["where"][2]}
        _still_whole(again)


def test_what_was_reopened_and_signed_again_is_there_in_any_order(team: Team, ruins):
    team.record("member", "inspection.start")
    file = team.backup()
    team._answer("member")
    team.sync()
    team.sync("leader")
    team.record("leader", "inspection.conclude")
    team.sign()
    team.record("leader", "inspection.submit")
    team.record("leader", "inspection.reopen", "inspection", {"reason": "Ghi sót"})
    team.sync("leader")
    team.record("leader", "inspection.reopen", "inspection", {"reason": "Ghi sót"})
    team.sync("leader", "member")
    team.record("secretary", "answer.set", ITEMS[2], {"value": "phu_hop", "note": "Đủ"})
    team.sync("secretary", "leader")
    team.record("leader", "inspection.conclude")
    team.sign()
    team.sync("leader")
    end, place = state_of(team.site.app, team.inspection), ruins(team)
    assert end["where"][0] == "signed"
    for order in (("leader", "member", "secretary"), ("secretary", "member", "leader")):
        again = place.rebuilt(file)
        for role in order:
            again.seats[role][1].sync(again.inspection)
        state = state_of(again.site.app, again.inspection)
        # A record that came back whole before its first signature was never reopened: revisions may differ.
        assert state["where"][::2] == end["where"][::2]
        assert {name: state[name] for name in state if name != "where"} == {
            name: end[name] for name in end if name != "where"
        }


def test_work_that_came_after_the_signature_and_comes_back_before_it_is_told_not_guessed(team: Team, ruins):
    team.record("leader", "inspection.start")
    file = team.backup()
    team._answer("secretary")
    team.sync()
    team.sync("leader")
    late = team.record("member", "answer.set", ITEMS[0], {"value": "kph_nhe", "note": "Ghi muộn"})
    team.record("leader", "inspection.conclude")
    signed = team.sign()
    team.sync("leader")
    team.sync("member")
    end, place = state_of(team.site.app, team.inspection), ruins(team)
    again = place.rebuilt(file)
    for role in ("secretary", "member", "leader"):
        again.seats[role][1].sync(again.inspection)
    fold = again.tablet("leader").fold(again.inspection)
    (told,) = [one for one in fold.steps() if one.operation.type == "inspection.signoff"]
    assert (told.code, told.detail) == ("signoff_stale", {"unseen": [late]})
    # Nobody has to sign again: the leader names what the signers had not seen.
    again.sign_off(signed, exclude=[late])
    again.sync("leader")
    state = state_of(again.site.app, again.inspection)
    assert (state["record"], state["where"]) == (end["record"], end["where"])


def test_what_the_office_did_since_is_told_by_the_tablets_that_saw_it_and_not_done_again(team: Team, ruins):
    people.there_is(team.site.app, "lanh.dao", full_name="Lê Lãnh Đạo", roles=("supervisor",))
    team.record("leader", "inspection.start")
    team._answer("leader")
    team.sync("leader")
    team.record("leader", "inspection.conclude")
    team.sign()
    team.record("leader", "inspection.submit")
    team.sync("leader", "leader")
    file = team.backup()
    supervisor = office.sign_in(Line(team.address), office.Account("lanh.dao", people.PASSWORD))
    remarks = [{"entity": ITEMS[0], "text": "Nêu số của sổ"}]
    office.send_back(supervisor, team.inspection, reason="Thiếu bằng chứng", remarks=remarks)
    team.sync("member")
    again = ruins(team).rebuilt(file)
    with again.site.app.app_context(), db.reading() as session:
        assert recollections.lost(session) == []
    again.sync("member", "leader", "member")
    with again.site.app.app_context(), db.reading() as session:
        told = recollections.lost(session)
        assert session.get_one(Inspection, again.inspection).state == "submitted"
    assert [(one.deed, one.who, one.text) for one in told] == [
        ("Thêm nhận xét", "Lê Lãnh Đạo", "Nêu số của sổ"),
        ("Trả lại", "Lê Lãnh Đạo", "Thiếu bằng chứng"),
    ]
    printed = again.site.app.test_cli_runner().invoke(args=["sync", "lost"]).output
    assert printed.count("\n") == 2
    assert "Trả lại (Lê Lãnh Đạo): Thiếu bằng chứng" in printed


def test_a_tablet_that_enrolled_after_the_backup_enrols_again_and_loses_nothing(team: Team, ruins):
    file = team.backup()
    administrator = office.sign_in(Line(team.address), office.Account("quan.tri", people.PASSWORD))
    tablet = Tablet(team.folder / "new", label="mới")
    exchange = Exchange(tablet, Line(team.address))
    account = office.Account("nguoi.member", people.PASSWORD)
    tablet.outbox.remember(actor=office.sign_in(exchange.line, account).id)
    exchange.enrol(office.enrolment_code(administrator, "mới"))
    exchange.authorise()
    exchange.download()
    tablet.record(team.inspection, "answer.set", ITEMS[0], {"value": "phu_hop", "note": "Đủ"})
    exchange.sync(team.inspection)
    end = state_of(team.site.app, team.inspection)
    ruins(team).rebuilt(file)
    administrator = office.sign_in(Line(team.address), office.Account("quan.tri", people.PASSWORD))
    exchange.line.cookies.clear()
    exchange.line.headers.clear()
    office.sign_in(exchange.line, account)
    exchange.enrol(office.enrolment_code(administrator, "mới"))
    exchange.authorise()
    exchange.sync(team.inspection)
    assert state_of(team.site.app, team.inspection) == end
    tablet.outbox.close()


def test_a_history_that_is_not_this_tablets_own_is_not_believed(team: Team):
    tablet = team.tablet("leader")
    team.record("leader", "inspection.start")
    for seq, head in ((1, "00" * 32), (2, "00" * 32), (0, "11" * 32)):
        with pytest.raises(LogMismatch):
            tablet.begin_epoch("e-other", acked_seq=seq, acked_hash=head)
    assert tablet.outbox.recall("epoch") != "e-other"
