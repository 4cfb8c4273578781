"""Signing in and out by JSON, and what every request of a session must show."""

from datetime import UTC, datetime

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from core import db
from core.journal import JournalEntry
from tests.people import PASSWORD, there_is

AT = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)


def _sign_in(client: FlaskClient, username: str = "le.an", password: str = PASSWORD, **headers: str):
    credentials = {"username": username, "password": password}
    return client.post("/api/v1/sessions", json=credentials, headers=headers)


def _problem(response) -> tuple[int, str, str]:
    assert response.mimetype == "application/problem+json"
    return response.status_code, response.json["code"], response.json["title"]


def test_signing_in_answers_who_it_is_and_sets_a_cookie_no_script_can_read(app: Flask, client: FlaskClient):
    person_id = there_is(app, roles=("supervisor", "inspector"))
    response = _sign_in(client)
    assert response.status_code == 201
    assert response.json["person"] == {
        "id": person_id, "username": "le.an", "full_name": "Lê An", "title": "Chuyên viên", "is_active": True,
        "roles": ["inspector", "supervisor"],
    }  # fmt: skip
    (cookie,) = response.headers.getlist("Set-Cookie")
    value, *attributes = cookie.split("; ")
    assert value.startswith("thucdia_session=")
    assert set(attributes) == {"HttpOnly", "Path=/", "SameSite=Lax"}
    assert client.get("/api/v1/people/me").json["csrf_token"] == response.json["csrf_token"]


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(app: Flask, client: FlaskClient):
    there_is(app)
    there_is(app, "da.nghi", is_active=False)
    there_is(app, "moi.moi", password_hash=None)
    wrong = _sign_in(client, password="nhầm mật khẩu rồi")
    for username in ("khong.co", "da.nghi", "moi.moi", "Nguyễn An", "'; --", ""):
        other = _sign_in(client, username)
        assert (other.status_code, other.json) == (wrong.status_code, wrong.json)
    assert _problem(wrong) == (401, "sign_in_refused", "Tên đăng nhập hoặc mật khẩu không đúng")


def test_the_eleventh_failure_is_told_to_wait_and_the_wait_grows(app: Flask, client: FlaskClient):
    there_is(app)
    with time_machine.travel(AT, tick=False) as clock:
        codes = [_sign_in(client, password="sai").status_code for _ in range(12)]
        assert codes == [401] * 10 + [429] * 2
        slowed = _sign_in(client)
        assert _problem(slowed) == (429, "too_many_attempts", "Đăng nhập sai quá nhiều lần")
        assert slowed.headers["Retry-After"] == "31"
        clock.shift(31)
        assert _sign_in(client, password="sai").status_code == 401
        assert _sign_in(client, password="sai").headers["Retry-After"] == "61"
        clock.shift(61)
        assert _sign_in(client).status_code == 201


def test_failures_are_still_counted_by_another_process(app: Flask, client: FlaskClient):
    """Nothing is counted in memory: another browser of another application object is slowed too."""
    there_is(app)
    for _ in range(10):
        _sign_in(client, password="sai")
    with app.app_context():
        db.db.engine.dispose()
    assert _sign_in(app.test_client()).status_code == 429


def test_every_attempt_stands_in_the_journal_without_what_was_typed(app: Flask, client: FlaskClient):
    there_is(app)
    _sign_in(client, "le.an", "bí mật lỡ gõ nhầm")
    _sign_in(client)
    with app.app_context(), db.reading() as session:
        entries = session.scalars(select(JournalEntry).order_by(JournalEntry.id)).all()
        assert [entry.event for entry in entries] == ["sign_in.failed", "person.signed_in"]
        assert "bí mật" not in str([entry.details for entry in entries])


def test_a_session_is_over_on_the_server_after_signing_out(app: Flask, client: FlaskClient):
    there_is(app)
    token = _sign_in(client).json["csrf_token"]
    stolen = client.get_cookie("thucdia_session").value
    response = client.delete("/api/v1/sessions/current", headers={"X-CSRF-Token": token})
    assert response.status_code == 204
    client.set_cookie("thucdia_session", stolen)
    assert client.get("/api/v1/people/me").status_code == 401


def test_signing_in_again_gives_a_new_session_and_ends_the_one_before(app: Flask, client: FlaskClient):
    there_is(app)
    first = _sign_in(client)
    before = client.get_cookie("thucdia_session").value
    second = _sign_in(client, **{"X-CSRF-Token": first.json["csrf_token"]})
    assert second.json["csrf_token"] != first.json["csrf_token"]
    assert client.get_cookie("thucdia_session").value != before
    client.set_cookie("thucdia_session", before)
    assert client.get("/api/v1/people/me").status_code == 401


def test_a_session_that_nobody_chose_is_never_taken_over(app: Flask, client: FlaskClient):
    there_is(app)
    client.set_cookie("thucdia_session", "planted-by-somebody-else")
    assert _sign_in(client).status_code == 201
    assert "planted" not in client.get_cookie("thucdia_session").value


def test_half_an_hour_without_a_request_ends_the_session_and_work_keeps_it_alive(
    app: Flask, client: FlaskClient
):
    there_is(app)
    with time_machine.travel(AT, tick=False) as clock:
        _sign_in(client)
        for _ in range(4):
            clock.shift(29 * 60)
            assert client.get("/api/v1/people/me").status_code == 200
        clock.shift(31 * 60)
        assert client.get("/api/v1/people/me").status_code == 401


def test_twelve_hours_end_the_session_however_busy_it_was(app: Flask, client: FlaskClient):
    there_is(app)
    with time_machine.travel(AT, tick=False) as clock:
        _sign_in(client)
        for _ in range(35):
            clock.shift(20 * 60)
            assert client.get("/api/v1/people/me").status_code == 200
        clock.shift(20 * 60)
        assert client.get("/api/v1/people/me").status_code == 401


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "form_token_wrong"),
        ({"X-CSRF-Token": "0" * 64}, "form_token_wrong"),
        ({"X-CSRF-Token": "right", "Origin": "https://evil.example"}, "foreign_origin"),
        ({"X-CSRF-Token": "right", "Origin": "null"}, "foreign_origin"),
        ({"X-CSRF-Token": "right", "Sec-Fetch-Site": "cross-site"}, "foreign_origin"),
        ({"X-CSRF-Token": "right", "Sec-Fetch-Site": "same-site"}, "foreign_origin"),
    ],
)
def test_a_request_that_another_site_could_have_sent_changes_nothing(
    app: Flask, client: FlaskClient, headers: dict[str, str], code: str
):
    there_is(app)
    right = _sign_in(client).json["csrf_token"]
    sent = headers | ({"X-CSRF-Token": right} if headers.get("X-CSRF-Token") == "right" else {})
    response = client.delete("/api/v1/sessions/current", headers=sent)
    assert _problem(response)[:2] == (403, code)
    assert client.get("/api/v1/people/me").status_code == 200


def test_the_token_of_another_session_is_worth_nothing(app: Flask, client: FlaskClient):
    there_is(app)
    other = _sign_in(app.test_client()).json["csrf_token"]
    _sign_in(client)
    response = client.delete("/api/v1/sessions/current", headers={"X-CSRF-Token": other})
    assert _problem(response)[1] == "form_token_wrong"


def test_our_own_page_is_not_a_foreign_origin(app: Flask, client: FlaskClient):
    there_is(app)
    response = _sign_in(client, **{"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"})
    assert response.status_code == 201


def test_another_site_cannot_sign_a_browser_in_as_somebody_else(app: Flask, client: FlaskClient):
    there_is(app)
    assert _problem(_sign_in(client, **{"Sec-Fetch-Site": "cross-site"}))[1] == "foreign_origin"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"\xff\xfe",
        b'{"username": "le.an"}',
        b'{"username": 1, "password": 2}',
        b'{"username": null, "password": null}',
        b'{"username": "le.an", "password": "x", "admin": true}',
        b'{"username": "le.an", "password": "' + b"x" * 500 + b'"}',
        b'{"username": "\\ud800", "password": "\\ud800"}',
        b'{"username": "a\\u0000b", "password": "\\u0000"}',
    ],
)
def test_nothing_that_can_be_sent_to_the_door_breaks_it(app: Flask, client: FlaskClient, body: bytes):
    there_is(app)
    response = client.post("/api/v1/sessions", data=body, content_type="application/json")
    assert response.status_code in (400, 401, 411, 422)
    assert response.mimetype == "application/problem+json"
    assert response.json["status"] == response.status_code
