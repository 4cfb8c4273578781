"""The administrator's pages of tablets: a code is shown once, revoking is asked once."""

import re

import pytest
from flask import Flask

from accounts.device_models import Device
from accounts.device_pages import enrolment_text
from core import db
from tests import people, tablets
from tests.people import Browser


@pytest.fixture
def administrator(app: Flask) -> Browser:
    """Whoever manages tablets."""
    return people.signed_in(app, "quan.tri", full_name="Bùi Quản Trị", roles=("administrator",))


@pytest.fixture
def tablet(app: Flask, administrator: Browser) -> tablets.Tablet:
    """An enrolled tablet that an inspector is signed in on."""
    people.there_is(app, "le.an")
    return tablets.enrolled(app, tablets.Office(app), tablets.Office(app, "le.an"))


def _code(text: str) -> str:
    return re.search(r'<p class="code-text"><code>([\w-]{22})</code>', text)[1]


def _mode(app: Flask, tablet: tablets.Tablet) -> str | None:
    with app.app_context(), db.reading() as session:
        return session.get_one(Device, tablet.device).revoke_mode


def test_the_code_on_the_screen_enrols_a_tablet(app: Flask, administrator: Browser):
    page = administrator.submit("/devices/codes", form_at="/devices/", label="Máy 03")
    newcomer = tablets.Tablet(app)
    assert newcomer.enrol(_code(page.text), label="").status_code == 201
    listed = administrator.client.get("/devices/").text
    assert ("Máy 03" in listed, _code(page.text) in listed) == (True, False)


def test_the_picture_carries_where_to_enrol_and_the_code(app: Flask):
    with app.app_context():
        assert enrolment_text("abc") == '{"url":"http://127.0.0.1:8000/sync/v1/devices","code":"abc"}'


def test_a_code_without_a_name_for_the_tablet_is_refused_beside_the_field(administrator: Browser):
    page = administrator.submit("/devices/codes", form_at="/devices/", label="  ")
    assert (page.status_code, "Tên máy còn để trống." in page.text) == (422, True)


@pytest.mark.parametrize(
    ("mode", "label"), [("retired", "Ngừng dùng"), ("lost", "Thất lạc"), ("stolen", "Bị lấy cắp")]
)
def test_a_tablet_is_taken_out_of_use_for_a_reason(
    app: Flask, administrator: Browser, tablet: tablets.Tablet, *, mode: str, label: str
):
    answer = administrator.submit(f"/devices/{tablet.device}/revoke", mode=mode)
    assert (answer.status_code, _mode(app, tablet)) == (303, mode)
    page = administrator.client.get(answer.location).text
    assert (f"{label} từ" in page, f"/devices/{tablet.device}/revoke" in page) == (True, False)


@pytest.mark.parametrize("mode", ["", "gone"])
def test_without_a_reason_nothing_happens(
    app: Flask, administrator: Browser, tablet: tablets.Tablet, mode: str
):
    page = administrator.submit(f"/devices/{tablet.device}/revoke", mode=mode)
    assert (page.status_code, _mode(app, tablet)) == (422, None)
    assert "Chọn lý do thu hồi quyền." in page.text


def test_a_tablet_that_does_not_exist_is_not_found(administrator: Browser):
    assert administrator.client.get("/devices/khong-co/revoke").status_code == 404


@pytest.mark.parametrize("role", ["inspector", "supervisor", "clerk"])
def test_tablets_are_the_administrators_business_alone(app: Flask, role: str):
    other = people.signed_in(app, "nguoi.khac", roles=(role,))
    assert other.client.get("/devices/").status_code == 403
    assert "/devices/" not in other.client.get("/").text
