"""The administrator's pages of tablets: a code is shown once, revoking is asked once."""

import re
from datetime import timedelta

import pytest
from flask import Flask

from accounts.device_models import Device
from accounts.device_pages import enrolment_text
from core import clock, db, ids
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
    return re.search(r'<p class="code-text"><code>((?:[0-9A-Z]{4}-){2}[0-9A-Z]{4})</code>', text)[1]


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


@pytest.mark.parametrize("role", ["inspector", "clerk"])
def test_others_see_nothing_of_the_tablets(app: Flask, role: str):
    other = people.signed_in(app, "nguoi.khac", roles=(role,))
    assert other.client.get("/devices/").status_code == 403
    assert "/devices/" not in other.client.get("/").text


def test_a_supervisor_sees_the_tablets_and_changes_nothing(app: Flask, tablet: tablets.Tablet):
    supervisor = people.signed_in(app, "lanh.dao", roles=("supervisor",))
    page = supervisor.client.get("/devices/").text
    assert ("Máy số 1" in page, "Lê An" in page, "/devices/" in supervisor.client.get("/").text) == (
        True,
    ) * 3
    assert ("Tạo mã ghi danh" in page, "Thu hồi quyền" in page) == (False, False)
    for path in ("/devices/codes", f"/devices/{tablet.device}/revoke"):
        refused = supervisor.submit(path, form_at="/account/password", label="x", mode="lost")
        assert refused.status_code == 403


def _said(tablet: tablets.Tablet, text: str) -> None:
    assert tablet.get("/sync/v1/heads", **{"Sync-Waiting": text}).status_code == 200


def _waits(app: Flask, tablet: tablets.Tablet) -> tuple[int | None, int | None]:
    with app.app_context(), db.reading() as session:
        device = session.get_one(Device, tablet.device)
        return device.waiting_operations, device.waiting_files


def test_what_a_tablet_still_holds_is_shown_with_when_it_said_so(
    app: Flask, administrator: Browser, tablet: tablets.Tablet
):
    _said(tablet, "operations=12, files=3")
    assert "Còn 12 thao tác, 3 ảnh và tệp chưa gửi" in administrator.client.get("/devices/").text
    _said(tablet, "operations=0")
    assert "Đã gửi hết" in administrator.client.get("/devices/").text


@pytest.mark.parametrize(
    "text", ["", "12", "operations=-1", "operations=9999999999", "operations=1, files=x"]
)
def test_a_wrong_word_about_it_is_passed_over(app: Flask, tablet: tablets.Tablet, text: str):
    _said(tablet, "operations=7")
    _said(tablet, text)
    assert _waits(app, tablet) == (7, 0)


def test_asking_often_does_not_mean_writing_often(app: Flask, tablet: tablets.Tablet):
    told = []
    for said in ("operations=7", "operations=7", "operations=6"):
        _said(tablet, said)
        with app.app_context(), db.reading() as session:
            told.append(session.get_one(Device, tablet.device).waiting_told_at)
    assert (told[0] == told[1], told[1] < told[2]) == (True, True)


def test_a_push_and_a_token_say_it_too(app: Flask, tablet: tablets.Tablet):
    tablet.record(ids.new_id(), "note.add", f"note/{ids.new_id()}", {"text": "Phòng họp"})
    answer = tablet.send(tablet.batch(), headers={"Sync-Waiting": "operations=4, files=1"})
    assert (answer.status_code, _waits(app, tablet)) == (200, (4, 1))
    office = tablets.Office(app, "le.an")
    office.headers["Sync-Waiting"] = "operations=3, files=1"
    assert (tablet.authorise(office).status_code, _waits(app, tablet)) == (200, (3, 1))


def test_who_is_not_seen_for_days_with_work_in_hand_is_flagged(
    app: Flask, administrator: Browser, tablet: tablets.Tablet
):
    _said(tablet, "operations=12")
    with app.app_context(), db.writing() as session:
        session.get_one(Device, tablet.device).last_seen_at = clock.now() - timedelta(days=3)
    text = administrator.client.get("/devices/").text
    assert re.search(
        r'<span class="flag">Không thấy từ [^<]+ \(3 ngày\)</span><br>Còn 12 thao tác chưa gửi', text
    )
