"""Getting in by pages: sign-in, invitation, first administrator, password, and the administrator's list."""

import re
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from accounts import actions
from accounts.pages import local_path
from core import clock, db
from core.caller import Caller
from core.settings import SETTINGS
from tests.people import PASSWORD, Browser, signed_in, there_is

NEW_PASSWORD = "sông Hậu chảy qua Trà Vinh"


def _settings(app: Flask, **changed: object) -> None:
    app.extensions[SETTINGS] = replace(app.extensions[SETTINGS], **changed)


def _invitation(app: Flask, username: str = "le.an") -> str:
    with app.app_context(), db.writing() as session:
        person = actions.queries.person_named(session, username)
        return actions.invite(session, person, by=Caller.system("test"), at=clock.now())[0]


def _first_run_code(app: Flask) -> str:
    with app.app_context(), db.writing() as session:
        return actions.open_first_run(session, by=Caller.system("test"), at=clock.now())


FIRST = {
    "full_name": "Lê An", "title": "Chánh văn phòng", "username": "quan.tri", "new": NEW_PASSWORD,
    "again": NEW_PASSWORD,
}  # fmt: skip


def test_a_person_signs_in_and_goes_where_they_were_headed(app: Flask):
    there_is(app)
    response = Browser(app).submit(
        "/sign-in", username="LE.AN ", password=PASSWORD, next="/inspections/?state=submitted"
    )
    assert (response.status_code, response.location) == (303, "/inspections/?state=submitted")


@pytest.mark.parametrize(
    "asked",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "",
        "x",
        "/a\nb",
    ],
)
def test_nobody_is_led_to_another_site_after_signing_in(asked: str):
    assert local_path(asked) == "/"


def test_a_failed_sign_in_keeps_the_name_drops_the_password_and_says_one_thing(app: Flask):
    there_is(app)
    wrong = Browser(app).sign_in(password="bí mật gõ nhầm")
    unknown = Browser(app).sign_in("le.anh", password="bí mật gõ nhầm")
    assert (wrong.status_code, unknown.status_code) == (401, 401)
    assert "Tên đăng nhập hoặc mật khẩu không đúng" in wrong.text
    assert 'value="le.an"' in wrong.text
    assert "bí mật" not in wrong.text
    without_token = [
        re.sub("[0-9a-f]{64}", "", page.text).replace("le.anh", "le.an") for page in (wrong, unknown)
    ]
    assert without_token[0] == without_token[1]


def test_the_eleventh_failure_by_form_says_how_long_to_wait(app: Flask):
    there_is(app)
    browser = Browser(app)
    answers = [browser.sign_in(password="sai") for _ in range(11)]
    assert [one.status_code for one in answers] == [401] * 10 + [429]
    assert "Chờ 30 giây" in answers[-1].text or "Chờ 31 giây" in answers[-1].text
    assert 25 < int(answers[-1].headers["Retry-After"]) <= 31


def test_a_form_that_was_not_opened_in_this_browser_signs_nobody_in(app: Flask):
    there_is(app)
    foreign = Browser(app).token()
    for token in (foreign, "", "0" * 64):
        response = app.test_client().post(
            "/sign-in", data={"csrf_token": token, "username": "le.an", "password": PASSWORD}
        )
        assert response.status_code == 403
        assert "thucdia_session" not in str(response.headers)


def test_signing_out_takes_the_cookie_away_and_kills_what_was_copied_from_it(app: Flask):
    browser = signed_in(app, roles=("administrator",))
    copied = browser.client.get_cookie("thucdia_session").value
    assert browser.submit("/sign-out", form_at="/account/password").status_code == 303
    assert browser.client.get_cookie("thucdia_session") is None
    browser.client.set_cookie("thucdia_session", copied)
    assert browser.client.get("/people/").location == "/?next=/people/"


def test_a_changed_password_signs_out_every_other_browser(app: Flask):
    here = signed_in(app)
    there = Browser(app)
    there.sign_in()
    copied = here.client.get_cookie("thucdia_session").value
    response = here.submit("/account/password", old=PASSWORD, new=NEW_PASSWORD, again=NEW_PASSWORD)
    assert (response.status_code, response.location) == (303, "/account/password?done=1")
    assert "Đã đổi mật khẩu" in here.client.get("/account/password?done=1").text
    assert there.client.get("/account/password").status_code == 302
    there.client.set_cookie("thucdia_session", copied)
    assert there.client.get("/account/password").status_code == 302
    assert Browser(app).sign_in().status_code == 401
    assert Browser(app).sign_in(password=NEW_PASSWORD).status_code == 303


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"old": "sai"}, "Mật khẩu đang dùng không đúng."),
        ({"new": "ngắn", "again": "ngắn"}, "có 4 ký tự, cần ít nhất 12."),
        ({"again": "khác"}, "Hai lần nhập mật khẩu không giống nhau."),
    ],
)
def test_a_password_that_cannot_be_changed_says_why_beside_the_field(
    app: Flask, change: dict[str, str], message: str
):
    browser = signed_in(app)
    fields = {"old": PASSWORD, "new": NEW_PASSWORD, "again": NEW_PASSWORD} | change
    response = browser.submit("/account/password", **fields)
    assert response.status_code == 422
    assert re.search(rf'class="field-error" id="(old|new)-error">[^<]*{re.escape(message)}', response.text)
    assert Browser(app).sign_in().status_code == 303


def test_an_invitation_sets_the_password_signs_in_and_is_spent(app: Flask):
    there_is(app, password_hash=None)
    path = f"/invitations/{_invitation(app)}"
    browser = Browser(app)
    weak = browser.submit(path, new="le.an le.an le.an", again="le.an le.an le.an")
    assert (weak.status_code, "dễ đoán" in weak.text) == (422, True)
    assert browser.submit(path, new=NEW_PASSWORD, again=NEW_PASSWORD).status_code == 303
    assert browser.client.get("/account/password").status_code == 200
    spent = app.test_client().get(path)
    assert spent.status_code == 404
    assert "Liên kết mời không còn dùng được" in spent.text


def test_the_first_run_makes_the_administrator_once_and_leads_to_the_agency(app: Flask):
    _settings(app, demo=False)
    code = _first_run_code(app)
    browser = Browser(app)
    assert browser.client.get("/sign-in").location == "/first-run"
    wrong = browser.submit("/first-run", **FIRST, code="AAAA-AAAA-AAAA-AAAA")
    assert wrong.status_code == 422
    assert "Mã không khớp" in wrong.text
    made = browser.submit("/first-run", **FIRST, code=code)
    assert (made.status_code, made.location) == (303, "/first-run/agency")
    assert browser.client.get("/people/").status_code == 200
    assert browser.client.get("/first-run").status_code == 404


def test_the_first_run_names_every_wrong_field(app: Flask):
    _settings(app, demo=False)
    browser = Browser(app)
    response = browser.submit("/first-run", code="", username="Q", full_name="", title="", new="x", again="x")
    wrong = set(re.findall(r'id="([a-z_]+)-error"', response.text))
    assert wrong == {"code", "username", "full_name", "title", "new"}


def test_the_first_run_is_closed_once_somebody_is_here(app: Flask):
    _settings(app, demo=False)
    browser = Browser(app)
    token = browser.token("/first-run")
    there_is(app)
    assert browser.client.get("/first-run").status_code == 404
    assert (
        browser.client.post("/first-run", data=FIRST | {"csrf_token": token, "code": "x"}).status_code == 404
    )


def test_a_demonstration_has_no_first_run_page(client: FlaskClient):
    assert client.get("/first-run").status_code == 404


def test_an_administrator_adds_invites_changes_and_closes(app: Flask):
    browser = signed_in(app, "quan.tri", roles=("administrator",), full_name="Quản Trị")
    added = browser.submit(
        "/people/new",
        username="tran.binh",
        full_name="Trần Bình",
        title="Chuyên viên",
        roles=["inspector", "clerk"],
    )
    link = re.search(r'<code id="link">http://127\.0\.0\.1:8000(/invitations/[\w-]{43})</code>', added.text)[
        1
    ]
    listed = browser.client.get("/people/").text
    assert "Cán bộ kiểm tra, Văn thư" in listed
    assert "Đã mời, chưa đặt mật khẩu" in listed
    path = re.search(r'href="(/people/[0-9a-f-]{36})">Trần Bình', listed)[1]
    assert (
        browser.submit(path, full_name="Trần Văn Bình", title="Phó phòng", roles="inspector").status_code
        == 303
    )
    assert "Trần Văn Bình" in browser.client.get("/people/").text
    assert browser.submit(f"{path}/deactivate", form_at=path).status_code == 303
    assert app.test_client().get(link).status_code == 404
    assert browser.submit(f"{path}/reactivate", form_at=path).status_code == 303
    assert app.test_client().get(link).status_code == 200
    assert "/invitations/" in browser.submit(f"{path}/invite", form_at=path).text
    assert app.test_client().get(link).status_code == 404


def test_the_form_of_a_person_keeps_what_was_typed_and_marks_what_is_wrong(app: Flask):
    browser = signed_in(app, "quan.tri", roles=("administrator",))
    response = browser.submit(
        "/people/new", username="quan.tri", full_name="Trần <b>Bình</b>", title="", roles=[]
    )
    assert response.status_code == 422
    assert set(re.findall(r'id="([a-z_]+)-error"', response.text)) == {"title", "roles"}
    assert "Trần &lt;b&gt;Bình&lt;/b&gt;" in response.text
    taken = browser.submit("/people/new", username="quan.tri", full_name="A", title="B", roles="clerk")
    assert taken.status_code == 409
    assert "Tên đăng nhập đã có người dùng" in taken.text


def test_the_last_administrator_is_told_why_the_account_stays_open(app: Flask):
    browser = signed_in(app, "quan.tri", roles=("administrator",))
    path = re.search(r'href="(/people/[0-9a-f-]{36})"', browser.client.get("/people/").text)[1]
    closed = browser.submit(f"{path}/deactivate", form_at=path)
    assert closed.status_code == 409
    assert "Đây là quản trị viên cuối cùng" in closed.text
    changed = browser.submit(path, full_name="A", title="B", roles="clerk")
    assert changed.status_code == 409
    assert "Cho một người khác làm quản trị viên trước" in changed.text


@pytest.mark.parametrize("role", ["inspector", "supervisor", "clerk"])
def test_only_an_administrator_sees_the_people_pages(app: Flask, role: str):
    assert signed_in(app, roles=(role,)).client.get("/people/").status_code == 403


def test_an_unknown_person_is_not_found(app: Flask):
    browser = signed_in(app, "quan.tri", roles=("administrator",))
    for person_id in ("x", "00000000-0000-7000-8000-000000000000", "%00", "A" * 300):
        assert browser.client.get(f"/people/{person_id}").status_code == 404


def test_over_https_the_cookie_is_bound_to_this_host_and_encryption_is_insisted_on(app: Flask):
    _settings(app, public_url="https://thucdia.example")
    there_is(app)
    browser = Browser(app)
    browser.client.environ_base["wsgi.url_scheme"] = "https"
    headers = {"Origin": "https://thucdia.example"}
    form = browser.client.get("/sign-in", base_url="https://thucdia.example")
    token = re.search(r'name="csrf_token" value="([0-9a-f]{64})"', form.text)[1]
    response = browser.client.post(
        "/sign-in", data={"csrf_token": token, "username": "le.an", "password": PASSWORD}, headers=headers,
        base_url="https://thucdia.example",
    )  # fmt: skip
    (cookie,) = response.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-thucdia_session=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} == set(cookie.split("; ")[1:])
    assert response.headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize(
    "path", ["/sign-in", "/people/", "/no-such-page", "/api/v1/people/me", "/static/css/app.css"]
)
def test_every_answer_carries_the_headers_that_refuse_what_is_foreign(client: FlaskClient, path: str):
    with client.get(path) as response:
        headers = response.headers
    assert headers["Content-Security-Policy"].startswith(
        "default-src 'none'; script-src 'self'; style-src 'self';"
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in headers


def test_a_page_made_for_somebody_is_kept_by_nobody(app: Flask):
    assert signed_in(app).client.get("/account/password").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "query", ["endpoint=x", "_scheme=javascript", "_external=1&_anchor=x", "next=//evil.example"]
)
def test_a_stranger_is_sent_to_the_sign_in_form_whatever_the_address_says(client: FlaskClient, query: str):
    response = client.get(f"/?{query}")
    assert response.status_code == 302
    assert response.location.startswith("/sign-in")
    assert 'name="next" value="/"' in client.get(response.location).text


def test_an_administrator_finds_the_way_to_the_agencys_names(app: Flask):
    browser = signed_in(app, "quan.tri", roles=("administrator",), full_name="Quản Trị")
    assert 'href="/agency"' in browser.client.get("/").text
    assert 'href="/agency"' in browser.client.get("/people/").text


def test_a_stranger_with_an_unknown_code_is_led_back_to_verifying(client: FlaskClient):
    told = client.get("/verify/ABCD1234ABCD1234")
    assert told.status_code == 404
    assert 'class="btn btn-primary" href="/verify"' in told.text


def test_who_is_refused_a_page_keeps_the_way_to_the_others(app: Flask):
    told = signed_in(app, "thanh.vien", roles=("inspector",), full_name="Thành Viên").client.get("/people/")
    assert told.status_code == 403
    assert 'href="/inspections/"' in told.text
    assert "Về việc cần làm" in told.text


def test_an_address_that_does_not_exist_keeps_the_way_to_the_others(app: Flask):
    browser = signed_in(app, "le.an")
    told = browser.client.get("/khong-co-trang-nay")
    assert told.status_code == 404
    assert 'href="/inspections/"' in told.text
    stranger = app.test_client()
    assert 'href="/inspections/"' not in stranger.get("/khong-co-trang-nay").text
    spent = stranger.get("/khong-co-trang-nay", headers={"Authorization": "Bearer x"})
    assert spent.status_code == 404
