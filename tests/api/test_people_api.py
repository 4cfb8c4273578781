"""People by JSON: who may see them, who may add them."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.people import PASSWORD, signed_in, there_is

NEW = {"username": "tran.binh", "full_name": "Trần Bình", "title": "Chuyên viên", "roles": ["inspector"]}


def _client(app: Flask, *roles: str) -> tuple[FlaskClient, dict[str, str]]:
    client = signed_in(app, roles=roles).client
    return client, {"X-CSRF-Token": client.get("/api/v1/people/me").json["csrf_token"]}


def test_a_stranger_is_told_to_sign_in(client: FlaskClient):
    response = client.get("/api/v1/people/me")
    assert (response.status_code, response.json["code"]) == (401, "unauthenticated")


@pytest.mark.parametrize(("role", "status"), [("inspector", 403), ("clerk", 403), ("supervisor", 200)])
def test_people_are_listed_to_those_who_name_teams(app: Flask, role: str, status: int):
    client, _ = _client(app, role)
    assert client.get("/api/v1/people").status_code == status


def test_the_list_puts_closed_accounts_last_and_leaks_no_hash(app: Flask):
    there_is(app, "aaa", is_active=False)
    client, _ = _client(app, "supervisor")
    response = client.get("/api/v1/people")
    assert [one["username"] for one in response.json] == ["le.an", "aaa"]
    assert "argon2" not in response.text


def test_an_added_person_gets_in_by_the_link_that_the_answer_carries(app: Flask):
    client, token = _client(app, "administrator")
    response = client.post("/api/v1/people", json=NEW, headers=token)
    assert response.status_code == 201
    assert response.json["person"]["roles"] == ["inspector"]
    url = response.json["invitation"]["url"]
    assert url.startswith("http://127.0.0.1:8000/invitations/")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"username": "Trần"}, "username"),
        ({"full_name": "\u200b"}, "full_name"),
        ({"roles": []}, "roles"),
        ({"roles": ["king"]}, "roles"),
        ({"roles": "inspector"}, "roles"),
        ({"is_demo": True}, "is_demo"),
    ],
)
def test_a_wrong_field_is_named(app: Flask, change: dict[str, object], field: str):
    client, token = _client(app, "administrator")
    response = client.post("/api/v1/people", json=NEW | change, headers=token)
    assert response.status_code == 422
    assert field in str(response.json["fields"])
    assert len(client.get("/api/v1/people").json) == 1


def test_a_taken_user_name_is_a_conflict(app: Flask):
    client, token = _client(app, "administrator")
    response = client.post("/api/v1/people", json=NEW | {"username": "LE.AN"}, headers=token)
    assert (response.status_code, response.json["code"]) == (409, "username_taken")


def test_a_person_who_is_closed_out_is_out_at_once(app: Flask):
    administrator, _ = _client(app, "administrator")
    person_id = there_is(app, "tran.binh")
    other = app.test_client()
    other.post("/api/v1/sessions", json={"username": "tran.binh", "password": PASSWORD})
    assert other.get("/api/v1/people/me").json["id"] == person_id
    token = {"X-CSRF-Token": administrator.get("/api/v1/people/me").json["csrf_token"]}
    administrator.post(f"/people/{person_id}/deactivate", headers=token)
    assert other.get("/api/v1/people/me").status_code == 401
