"""An office in the middle of its work, and everybody who may call it, for tests that call every route."""

import contextlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from flask import Flask, Response
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import cookies, forgery, signing_in
from accounts.models import Person
from accounts.roles import Role
from app import create_app
from core import api_document, clock, db, epoch, ids, jobs
from core.caller import Caller
from core.settings import Settings
from inspections import chain
from inspections.models import UploadedBlob
from inspections.operation import Operation
from registry import actions as registry_actions
from sync import uploads
from sync.upload_headers import Announced
from tests import people, tablets, teams, visits
from tests.tablets import Tablet

STRANGER, DEVICE = "stranger", "device"
EVERYBODY = (STRANGER, *map(str, Role), DEVICE)
AGENCY = registry_actions.AgencyNames(
    "Sở Khoa học và Công nghệ", "Chi cục Tiêu chuẩn Đo lường Chất lượng", "Trà Vinh",
    "Ủy ban nhân dân tỉnh Trà Vinh", "BB-TĐC",
)  # fmt: skip


def open_app(folder: Path, database_url: str) -> Flask:
    """The application as it is served: a defect is answered with 500, not raised."""
    app = create_app(Settings(data=folder / "var", database_url=database_url, port=8000, demo=True))
    with app.app_context():
        connection = db.db.engine.connect().execution_options(**db.writing_options())
        with connection, connection.begin():
            db.Base.metadata.create_all(connection)
        with db.writing() as session:
            epoch.begin(session, at=clock.now())
    return app


@dataclass
class World:
    """The application with the people and things in it, and the tablet of a leader (`tablet`)."""

    app: Flask
    persons: dict[str, str]
    tablet: Tablet
    known: dict[str, list[Any]]
    _served: int = 0
    _sessions: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)

    def credentials(self, who: str) -> dict[str, dict[str, str]]:
        """The `headers` and `cookies` with which they call; whoever's session was ended has a new one."""
        if who == STRANGER:
            return {"headers": {}, "cookies": {}}
        if who == DEVICE:
            return {"headers": self.tablet.headers, "cookies": {}}
        if who not in self._sessions:
            self._sessions[who] = self._begun(self.persons[who])
        return self._sessions[who]

    def welcome(self, method: str, path: str) -> tuple[str, ...]:
        """Who may call the route."""
        (access,) = (
            route.access
            for route in api_document.routes(self.app)
            if (route.method, route.path) == (method.lower(), path)
        )
        assert access is not None
        if access.kind == "device":
            return (DEVICE,)
        return EVERYBODY if access.kind == "public" else tuple(sorted(access.roles)) or tuple(self.persons)

    def serve(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        """The application as a server runs it: what it opened is closed. Each comes from elsewhere."""
        self._served += 1
        address = {"REMOTE_ADDR": f"10.1.{self._served // 250 % 250}.{self._served % 250}"}
        sent = self.app(environ | address, start_response)
        with contextlib.closing(sent):
            return [b"".join(sent)]

    def client(self, who: str) -> FlaskClient:
        """A browser or program with their proof, which reads."""
        made = self.app.test_client()
        for name, value in self.credentials(who)["cookies"].items():
            made.set_cookie(name, value)
        return made

    def end_sessions(self) -> None:
        """Whoever calls next has a new session."""
        self._sessions.clear()

    def _begun(self, person_id: str) -> dict[str, dict[str, str]]:
        """A session as the sign-in would begin it, without the cost of a password."""
        with self.app.test_request_context(), db.writing() as session:
            begun = signing_in.begin_session(session, session.get_one(Person, person_id), at=clock.now())
            cookies.issue(begun.token)
            answer = self.app.process_response(Response())
            name, _, value = answer.headers["Set-Cookie"].partition(";")[0].partition("=")
            csrf = {forgery.HEADER: forgery.token_of(begun.session_id)}
            return {"headers": csrf, "cookies": {name: value}}

    def grounded(self, value: Any, *, salt: str) -> Any:
        """The value, in which made-up names, all of them or every other one, are replaced by real ones."""
        if isinstance(value, list):
            return [self.grounded(one, salt=salt) for one in value]
        if not isinstance(value, Mapping):
            return value
        return {name: self._grounded_member(name, member, salt) for name, member in value.items()}

    def _grounded_member(self, name: str, value: Any, salt: str) -> Any:
        chosen = zlib.crc32(f"{salt}{name}{value!r}".encode("utf-8", "replace"))
        real = [one for one in self.known.get(name, []) if type(one) is type(value)]
        if real and (chosen % 2 or zlib.crc32(salt.encode("utf-8", "replace")) % 2):
            return real[chosen // 2 % len(real)]
        return self.grounded(value, salt=salt)

    def chained(self, batch: Any) -> Any:
        """The batch with its operations numbered, hashed and signed as the tablet would; else as it is."""
        try:
            operations = msgspec.convert(batch["ops"], list[Operation])
            numbered = [msgspec.structs.replace(one, seq=seq) for seq, one in enumerate(operations, start=1)]
            links = chain.chained(self.tablet.device, self.tablet.hashes[0], numbered)
        except (msgspec.ValidationError, KeyError, TypeError, UnicodeEncodeError):
            return batch
        if not links:
            return batch
        head, device = links[-1].hash, self.tablet.device
        signature = self.tablet.sign(chain.head_message(device, len(links), head))
        return batch | {
            "device": device, "epoch": self.tablet.epoch, "prev": self.tablet.hashes[0], "head": head,
            "sig": signature, "ops": [msgspec.to_builtins(one) for one in numbered],
        }  # fmt: skip


def make_world(folder: Path, database_url: str = "") -> World:
    """Inspections in three states, approved minutes that wait for the clerk, people of every role."""
    app = open_app(folder, database_url)
    visits.registered(app)
    with app.app_context(), db.writing() as session:
        registry_actions.describe_agency(session, AGENCY, by=visits.SYSTEM, at=clock.now())
    visit = visits.Visit(app).decided().started().submitted()
    leader = visit.people_ids["leader"]
    persons = {role: people.there_is(app, f"nguoi.{role}", roles=(role,)) for role in map(str, Role)}
    report = _approved(app, visit)
    with app.app_context(), db.writing() as session:
        running = teams.make_inspection(session, {leader: "leader", persons["inspector"]: "member"}).id
        planned = teams.make_inspection(session, {}, state="scheduled", checklist=None).id
        tablet, spare = (teams.admitted(session, app, leader) for _ in range(2))
        tablet.epoch = epoch.current(session)
        upload = _an_upload(session, tablet, running)
        inspections = [visit.inspection, running, planned]
    known = {
        "inspection_id": inspections, "inspection": inspections, "report_id": [report],
        "code": [visits.UNIT], "unit_code": [visits.UNIT], "reference": [visits.CHECKLIST],
        "checklist": [visits.CHECKLIST], "profile": [visits.PROFILE], "actor": [leader],
        "person_id": [*persons.values(), leader], "team": [[{"person_id": leader, "role": "leader"}]],
        "device_id": [spare.device], "device": [tablet.device], "epoch": [tablet.epoch],
        "username": ["nguoi.inspector", *(f"nguoi.moi{number}" for number in range(20))],
        "password": [people.PASSWORD], "content": [visit.content_hash()],
        "decided_on": ["2023-05-08"], "planned_on": ["2023-05-23"], "dated_on": ["2023-05-23"],
        "period_from": ["2022-01-01"], "period_to": ["2023-04-30"], "roles": [["clerk"], ["inspector"]],
        "streams": [f"inspection:{running}", {f"inspection:{running}": 0}], "number": ["07/BB-TĐC"],
        "name": [_a_file(visit)], "upload_id": [upload], **_plans(app),
    }  # fmt: skip
    return World(app, persons, tablet, known)


def _approved(app: Flask, visit: visits.Visit) -> str:
    """The id of the drafted minutes of the inspection, once the supervisor has approved it."""
    supervisor = tablets.Office(app, "nguoi.supervisor")
    address = f"/api/v1/inspections/{visit.inspection}"
    approved = supervisor.post(f"{address}/approve", {"content": visit.content_hash()})
    assert approved.status_code == 200, approved.text
    with app.app_context():
        jobs.run_due()
    (report,) = supervisor.client.get(f"{address}/reports").json["reports"]
    return str(report["id"])


def _plans(app: Flask) -> dict[str, list[Any]]:
    """A draft and a plan that holds, and what a request about them may say."""
    supervisor = tablets.Office(app, "nguoi.supervisor")
    rows = {year: [_plan_row(year)] for year in (2023, 2024)}
    drafts = [
        supervisor.post("/api/v1/plans/", {"year": year, "title": f"Kế hoạch {year}", "rows": rows[year]})
        for year in rows
    ]
    assert [answer.status_code for answer in drafts] == [201, 201], drafts[1].text
    holding = f"/api/v1/plans/{drafts[0].json['id']}"
    assert supervisor.post(f"{holding}/submit", {}).status_code == 200
    approval = {"number": "123/QĐ-UBND", "approved_on": "2023-02-01"}
    assert supervisor.post(f"{holding}/approve", approval).status_code == 200
    return {
        "plan_id": [answer.json["id"] for answer in drafts],
        "row_id": [answer.json["rows"][0]["id"] for answer in drafts],
        "rows": [rows[2024]], "year": [2023, 2025], "approved_on": ["2023-02-01"],
    }  # fmt: skip


def _plan_row(year: int) -> dict[str, str]:
    return {
        "unit_code": visits.UNIT, "inspecting_unit": "Chi cục", "first_day": f"{year}-05-22",
        "last_day": f"{year}-05-26", "form": "on_site",
    }  # fmt: skip


def _an_upload(session: Session, tablet: Tablet, inspection: str) -> str:
    """The id of an upload that the tablet has begun, of which nothing has come."""
    announced = Announced("ab" * 32, 100_000, inspection, "image/jpeg")
    by = Caller(tablet.person_id, "", device_id=tablet.device)
    return uploads.open_upload(session, ids.new_id(), announced, by=by, at=clock.now()).id


def _a_file(visit: visits.Visit) -> str:
    """The name of a file that came for the inspection."""
    with visit.app.app_context(), db.reading() as session:
        sha256 = session.scalar(select(UploadedBlob.sha256).limit(1))
    return f"sha256:{sha256}"
