"""The office's JSON routes over an inspection: schedule, decide, review; who may, what is refused and why."""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from core import db
from core.jobs import Job
from inspections.models import Inspection
from registry.models import Agency
from tests import people, visits

INSPECTIONS = "/api/v1/inspections/"


class Desk:
    """A signed-in person who speaks JSON."""

    def __init__(self, app: Flask, username: str, role: str) -> None:
        self.id = people.there_is(app, username, roles=(role,))
        self.client: FlaskClient = app.test_client()
        signed_in = self.client.post(
            "/api/v1/sessions", json={"username": username, "password": people.PASSWORD}
        )
        self._token = signed_in.json["csrf_token"]

    def post(self, path: str, body: Any):
        """Send a body as the person."""
        return self.client.post(path, json=body, headers={"X-CSRF-Token": self._token})


@pytest.fixture
def supervisor(app: Flask) -> Desk:
    """A supervisor in an office that knows units and checklists."""
    visits.registered(app)
    return Desk(app, "lanh.dao", "supervisor")


def _scheduled(supervisor: Desk, **changes: object):
    wanted = {"unit_code": visits.UNIT, "form": "on_site", "planned_on": "2023-05-23"}
    return supervisor.post(INSPECTIONS, wanted | changes)


def _decision(app: Flask, **changes: object) -> dict[str, object]:
    team = changes.pop("team", None) or [{"person_id": people.there_is(app, "truong.doan"), "role": "leader"}]
    return {
        "number": "41/QĐ-TĐC", "decided_on": "2023-05-08", "checklist": visits.CHECKLIST,
        "profile": visits.PROFILE, "period_from": "2022-01-01", "period_to": "2023-04-30", "team": team,
    } | changes  # fmt: skip


def test_a_decision_freezes_team_checklist_and_period(app: Flask, supervisor: Desk):
    made = _scheduled(supervisor).json
    answer = supervisor.post(f"{INSPECTIONS}{made['id']}/decision", _decision(app))
    assert (answer.status_code, answer.json["state"], answer.json["standard"]) == (
        200,
        "decided",
        "TCVN ISO 9001:2015",
    )
    assert [(one["role"], one["full_name"], one["title"]) for one in answer.json["team"]] == [
        ("leader", "Lê An", "Chuyên viên")
    ]
    served = supervisor.client.get(f"/api/v1/checklists/{visits.CHECKLIST}")
    assert answer.json["checklist_sha256"] == served.headers["ETag"].strip('"')


def test_nobody_but_a_supervisor_schedules(app: Flask, supervisor: Desk):
    inspector = Desk(app, "le.an", "inspector")
    refused = _scheduled(inspector)
    assert (refused.status_code, refused.json["code"], refused.mimetype) == (
        403, "forbidden", "application/problem+json",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"unit_code": "TV-S99"}, 404, "unit_unknown"),
        ({"planned_on": "2025-06-02"}, 422, "schedule_refused"),
        ({"form": "by_post"}, 422, "invalid"),
        ({"planned_on": "23/5/2023"}, 422, "invalid"),
        ({"planned_on": None}, 422, "invalid"),
        ({"budget": 1}, 422, "invalid"),
        ({"unit_code": "\x00"}, 400, "malformed"),
    ],
)
def test_what_cannot_be_scheduled_is_refused_by_name(supervisor: Desk, changes: dict, status: int, code: str):
    refused = _scheduled(supervisor, **changes)
    assert (refused.status_code, refused.json["code"]) == (status, code)
    assert supervisor.client.get(INSPECTIONS).json == {"inspections": []}


def test_a_unit_is_inspected_once_a_day(supervisor: Desk):
    assert _scheduled(supervisor).status_code == 201
    again = _scheduled(supervisor)
    assert (again.status_code, again.json["code"]) == (422, "schedule_refused")
    assert "Sở Nội vụ" in again.json["detail"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"number": "  "}, "decision_refused"),
        ({"decided_on": "2023-05-24"}, "decision_refused"),
        ({"period_from": "2023-05-01"}, "decision_refused"),
        ({"profile": "khong_co"}, "decision_refused"),
        ({"profile": None}, "decision_refused"),
        ({"team": [{"person_id": "nobody", "role": "leader"}]}, "team_refused"),
    ],
)
def test_a_decision_that_does_not_hold_together_is_refused_by_name(
    app: Flask, supervisor: Desk, changes: dict, code: str
):
    made = _scheduled(supervisor).json
    refused = supervisor.post(f"{INSPECTIONS}{made['id']}/decision", _decision(app, **changes))
    assert (refused.status_code, refused.json["code"]) == (422, code)
    assert supervisor.client.get(f"{INSPECTIONS}{made['id']}").json["state"] == "scheduled"


def test_a_team_has_one_leader_at_most_one_secretary_and_nobody_twice(app: Flask, supervisor: Desk):
    made = _scheduled(supervisor).json
    one, other = people.there_is(app, "nguyen.mot"), people.there_is(app, "tran.hai")
    clerk = people.there_is(app, "van.thu", roles=("clerk",))
    teams = [
        [(one, "member")], [(one, "leader"), (other, "leader")], [(one, "leader"), (one, "member")],
        [(one, "leader"), (clerk, "member")],
    ]  # fmt: skip
    for team in teams:
        places = [{"person_id": person, "role": role} for person, role in team]
        refused = supervisor.post(f"{INSPECTIONS}{made['id']}/decision", _decision(app, team=places))
        assert (refused.status_code, refused.json["code"]) == (422, "team_refused")


def test_an_inspection_is_decided_once(app: Flask, supervisor: Desk):
    made = _scheduled(supervisor).json
    decision = _decision(app)
    assert supervisor.post(f"{INSPECTIONS}{made['id']}/decision", decision).status_code == 200
    again = supervisor.post(f"{INSPECTIONS}{made['id']}/decision", decision)
    assert (again.status_code, again.json["code"], again.json["state"]) == (
        409,
        "step_not_allowed",
        "decided",
    )


def test_another_teams_inspection_is_not_there_for_an_inspector(app: Flask, supervisor: Desk):
    made = _scheduled(supervisor).json
    stranger = Desk(app, "nguoi.la", "inspector")
    assert stranger.client.get(INSPECTIONS).json == {"inspections": []}
    refused = stranger.client.get(f"{INSPECTIONS}{made['id']}")
    unknown = stranger.client.get(f"{INSPECTIONS}00000000-0000-7000-8000-000000000000")
    assert (refused.status_code, refused.json["code"], refused.json["title"]) == (
        unknown.status_code, unknown.json["code"], unknown.json["title"],
    )  # fmt: skip


def test_the_list_is_narrowed_by_state_and_year(supervisor: Desk):
    _scheduled(supervisor)
    listed = [
        len(supervisor.client.get(INSPECTIONS + query).json["inspections"])
        for query in ("?year=2023", "?year=2024", "?state=scheduled", "?state=approved")
    ]
    assert listed == [1, 0, 1, 0]


@pytest.mark.parametrize("query", ["?year=99999999999999999999", "?state=x", "?year=²"])
def test_a_filter_of_the_wrong_form_is_refused(supervisor: Desk, query: str):
    assert supervisor.client.get(INSPECTIONS + query).status_code == 422


def test_nothing_is_approved_before_the_agency_is_named(app: Flask, supervisor: Desk):
    """The minutes name it: their draft would fail in the background, where nobody sees it."""
    visit = visits.Visit(app).decided().started().submitted()
    with app.app_context(), db.writing() as session:
        session.delete(session.get_one(Agency, 1))
    address = f"{INSPECTIONS}{visit.inspection}"
    refused = supervisor.post(f"{address}/approve", {"content": visit.content_hash()})
    assert (refused.status_code, refused.json["missing"]) == (409, "agency")
    assert supervisor.client.get(address).json["state"] == "submitted"


def test_approval_is_of_the_content_that_was_seen_and_enqueues_one_document(app: Flask, supervisor: Desk):
    visit = visits.Visit(app).decided().started().submitted()
    content = supervisor.client.get(f"{INSPECTIONS}{visit.inspection}").json["content_hash"]
    stale = supervisor.post(f"{INSPECTIONS}{visit.inspection}/approve", {"content": "0" * 64})
    assert (stale.status_code, stale.json["code"], stale.json["current"]) == (409, "content_changed", content)
    approved = supervisor.post(f"{INSPECTIONS}{visit.inspection}/approve", {"content": content})
    assert (approved.status_code, approved.json["state"]) == (200, "approved")
    with app.app_context(), db.reading() as session:
        jobs = session.scalars(select(Job.payload).where(Job.kind == "reports.draft")).all()
    assert jobs == [{"inspection": visit.inspection}]


def test_nobody_approves_an_inspection_of_whose_team_he_is(app: Flask, supervisor: Desk):
    visit = visits.Visit(app).decided().started().submitted()
    with app.app_context(), db.writing() as session:
        inspection = session.get_one(Inspection, visit.inspection)
        content = inspection.content_hash
        inspection.team[1].person_id = supervisor.id
    refused = supervisor.post(f"{INSPECTIONS}{visit.inspection}/approve", {"content": content})
    assert (refused.status_code, refused.json["code"]) == (403, "own_inspection")


def test_a_send_back_opens_a_revision_and_carries_its_remarks_in_the_log(app: Flask, supervisor: Desk):
    visit = visits.Visit(app).decided().started().submitted()
    body = {
        "reason": "Thiếu bằng chứng", "due_on": str(date(2023, 6, 1)),
        "remarks": [{"entity": "answer/PL-01", "text": "Ghi rõ số văn bản."}],
    }  # fmt: skip
    answer = supervisor.post(f"{INSPECTIONS}{visit.inspection}/send-back", body)
    assert (answer.status_code, answer.json["state"], answer.json["revision"]) == (200, "in_progress", 2)
    again = supervisor.post(f"{INSPECTIONS}{visit.inspection}/send-back", body)
    assert (again.status_code, again.json["code"]) == (409, "step_not_allowed")


@pytest.mark.parametrize(
    "changes",
    [{"reason": " "}, {"remarks": [{"entity": "answer/PL-01", "text": "  "}]}, {"remarks": [{"text": "x"}]}],
)
def test_a_send_back_says_why(app: Flask, supervisor: Desk, changes: dict):
    visit = visits.Visit(app).decided().started().submitted()
    refused = supervisor.post(f"{INSPECTIONS}{visit.inspection}/send-back", {"reason": "x"} | changes)
    assert refused.status_code == 422
    assert supervisor.client.get(f"{INSPECTIONS}{visit.inspection}").json["state"] == "submitted"
