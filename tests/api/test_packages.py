"""What a tablet carries into the basement, and that nobody else learns of it."""

import pytest
from flask import Flask
from sqlalchemy import update

from accounts.device_models import Device
from core import clock, db, ids
from tests.tablets import Tablet
from tests.teams import CHECKLIST, Team, team_on_its_way


@pytest.fixture
def team(app: Flask) -> Team:
    """An inspection on its way."""
    return team_on_its_way(app)


@pytest.fixture
def tablet(team: Team) -> Tablet:
    """The member's tablet."""
    return team.tablet()


def test_the_list_names_the_callers_inspections_with_the_etag_of_each(team: Team, tablet: Tablet):
    team.foreign()
    (listed,) = tablet.get("/sync/v1/packages").json
    package = tablet.get(f"/sync/v1/packages/{team.id}")
    assert (listed["inspection"], listed["state"]) == (team.id, "in_progress")
    assert package.headers["ETag"] == f'"{listed["etag"]}"'
    facts = package.json["inspection"]
    assert (listed["unit_name"], listed["form"], listed["planned_on"]) == (
        package.json["unit"]["name"], facts["form"], facts["planned_on"],
    )  # fmt: skip


def test_a_package_holds_the_decision_the_checklist_the_unit_and_the_team(team: Team, tablet: Tablet):
    package = tablet.get(f"/sync/v1/packages/{team.id}").json
    assert package["inspection"] == {
        "id": team.id, "stream": f"inspection:{team.id}", "form": "on_site", "planned_on": "2023-05-23",
        "decision_number": "12/QĐ-TĐC", "decided_on": "2023-05-08", "profile": "tai_tru_so_day_du",
        "standard": "TCVN ISO 9001:2015", "period_from": "2022-01-01", "period_to": "2023-04-30",
    }  # fmt: skip
    assert package["checklist"] == {
        "ref": CHECKLIST, "sha256": "ab" * 32, "url": f"/api/v1/checklists/{CHECKLIST}",
    }  # fmt: skip
    assert (package["unit"]["code"], package["unit"]["name"]) == ("TV-S02", "Sở Nội vụ")
    assert [(one["person_id"], one["role"]) for one in package["team"]] == [
        (team.leader, "leader"), (team.member, "member"),
    ]  # fmt: skip
    assert package["previous_findings"] == []
    assert package["limits"]["push_operations"] == 1000


def test_a_package_carries_the_keys_that_check_team_mates_chains(team: Team, tablet: Tablet):
    mate = team.tablet(team.leader)
    package = tablet.get(f"/sync/v1/packages/{team.id}").json
    keys = {device["device"]: device["jwk"] for one in package["team"] for device in one["devices"]}
    assert keys == {tablet.device: tablet.jwk, mate.device: mate.jwk}


def test_an_unchanged_package_is_not_sent_again_and_a_changed_one_is(team: Team, tablet: Tablet):
    path = f"/sync/v1/packages/{team.id}"
    etag = tablet.get(path).headers["ETag"]
    assert tablet.get(path, **{"If-None-Match": etag}).status_code == 304
    team.tablet(team.leader)
    assert tablet.get(path, **{"If-None-Match": etag}).status_code == 200


def test_recording_does_not_change_the_package(team: Team, tablet: Tablet):
    before = tablet.get(f"/sync/v1/packages/{team.id}").headers["ETag"]
    tablet.record(team.id, "note.add", f"note/{ids.new_id()}", {"text": "x"})
    tablet.push()
    assert tablet.get(f"/sync/v1/packages/{team.id}").headers["ETag"] == before


def test_a_package_of_somebody_else_does_not_exist(team: Team, tablet: Tablet):
    told = [tablet.get(f"/sync/v1/packages/{name}") for name in (team.foreign(), ids.new_id(), "x")]
    assert [one.status_code for one in told] == [404] * 3
    assert {one.json["code"] for one in told} == {"inspection_unknown"}


def test_before_the_decision_there_is_no_package(team: Team, tablet: Tablet):
    early = team.another(state="scheduled", checklist=None, checklist_sha256=None)
    assert early not in [one["inspection"] for one in tablet.get("/sync/v1/packages").json]
    answer = tablet.get(f"/sync/v1/packages/{early}")
    assert (answer.status_code, answer.json["code"]) == (404, "package_unavailable")


def test_a_lost_tablet_is_given_nothing(app: Flask, team: Team, tablet: Tablet):
    with app.app_context(), db.writing() as session:
        session.execute(update(Device).values(revoked_at=clock.now(), revoke_mode="lost"))
    name = "sha256:" + "ab" * 32
    paths = ("packages", f"packages/{team.id}", "heads", f"blobs/{name}")
    told = [tablet.get(f"/sync/v1/{path}") for path in paths]
    assert [(one.status_code, one.json["code"]) for one in told] == [(403, "device_revoked")] * 4


def test_without_a_token_nothing_is_said(app: Flask, team: Team):
    for path in ("packages", f"packages/{team.id}", "heads", "blobs/sha256:" + "ab" * 32):
        answer = app.test_client().get(f"/sync/v1/{path}")
        assert (answer.status_code, answer.json["code"]) == (401, "unauthenticated")


def test_everybody_may_ask_what_is_spoken_here(app: Flask):
    told = app.test_client().get("/sync/v1/info").json
    assert told["protocol"] == ["1.0"]
    assert told["limits"]["operation_body_bytes"] == 65536
    assert told["token_endpoint"] == "http://127.0.0.1:8000/sync/v1/token"
