"""What the clerk sees and does, in pages without any script."""

import io
import re

import pytest
from flask import Flask

from core import child, jobs
from tests import issuing
from tests.issuing import Desk
from tests.people import Browser


@pytest.fixture
def engine_name() -> str:
    """Pages do not depend on the database; the actions behind them are tested on both."""
    return "sqlite"


@pytest.fixture
def desk(app: Flask) -> Desk:
    return issuing.desk_with_minutes(app)


def browser_of(desk: Desk, username: str) -> Browser:
    browser = Browser(desk.app)
    assert browser.sign_in(username).status_code == 303
    return browser


def shown(html: str) -> str:
    """The words of the page."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_the_clerk_finds_the_minutes_numbers_them_and_seals_them(desk: Desk):
    clerk = browser_of(desk, "van.thu")
    address = f"/reports/{desk.report}"
    register = clerk.client.get("/reports/")
    assert "Chưa vào số" in shown(register.text)
    assert address in register.text
    page = clerk.client.get(address).text
    assert 'value="2023-05-23"' in page
    assert "Ký số và phát hành" not in page
    answer = clerk.submit(f"{address}/number", form_at=address, number="7/BB-TĐC", dated_on="2023-05-23")
    assert answer.status_code == 422
    assert "Phần số «7» viết chưa đúng" in shown(answer.text)
    assert 'value="7/BB-TĐC"' in answer.text
    answer = clerk.submit(f"{address}/number", form_at=address, number="07/BB-TĐC", dated_on="2023-05-23")
    assert (answer.status_code, answer.location) == (303, address)
    assert clerk.submit(f"{address}/seal", form_at=address).status_code == 303
    assert "đang được in và ký số" in shown(clerk.client.get(address).text)
    with desk.app.app_context():
        jobs.run_due()
    page = clerk.client.get(address).text
    assert "Tải văn bản đã ký số" in shown(page)
    assert "/number" not in page
    with clerk.client.get(f"{address}/file") as file:
        assert file.mimetype == "application/pdf"
        assert file.headers["Content-Disposition"].startswith('attachment; filename="bien-ban-07-BB-TC.pdf"')
        assert file.data.startswith(b"%PDF-")


def test_the_supervisor_reads_and_cannot_number(desk: Desk):
    supervisor = browser_of(desk, "lanh.dao")
    page = supervisor.client.get(f"/reports/{desk.report}").text
    assert "Xem bản nháp" in page
    assert "Ghi số" not in page
    answer = supervisor.submit(
        f"/reports/{desk.report}/number", form_at="/account/password", **issuing.NUMBER
    )
    assert answer.status_code == 403


def test_a_date_that_is_none_is_said_at_its_field(desk: Desk):
    clerk = browser_of(desk, "van.thu")
    address = f"/reports/{desk.report}"
    answer = clerk.submit(f"{address}/number", form_at=address, number="07/BB-TĐC", dated_on="2023-02-30")
    assert answer.status_code == 422
    assert 'id="dated_on-error"' in answer.text


def test_minutes_that_do_not_exist_are_not_found(desk: Desk):
    clerk = browser_of(desk, "van.thu")
    nowhere = "00000000-0000-7000-8000-000000000000"
    for path in (f"/reports/{nowhere}", f"/reports/{nowhere}/file", f"/reports/{nowhere}/preview"):
        assert clerk.client.get(path).status_code == 404


def test_a_file_up_to_the_limit_that_the_page_names_is_examined(app: Flask):
    stranger = Browser(app)
    content = b"%PDF-1.7\n" + b"x" * (9 * 1024 * 1024)
    named = b'Content-Disposition: form-data; name="'
    body = b"\r\n".join(
        [
            b"--line", named + b'csrf_token"', b"", stranger.token("/verify").encode(),
            b"--line", named + b'file"; filename="van-ban.pdf"', b"", content, b"--line--", b"",
        ]
    )  # fmt: skip
    form = "multipart/form-data; boundary=line"
    answer = stranger.client.post("/verify", data=body, content_type=form)
    assert answer.status_code == 200
    assert "Không đọc được tệp" in shown(answer.text)


def test_whoever_chose_no_file_gets_the_form_again_with_the_reason(app: Flask):
    answer = Browser(app).submit("/verify", form_at="/verify")
    assert answer.status_code == 422
    assert "Chọn tệp PDF đã nhận được" in shown(answer.text)
    assert 'type="file"' in answer.text


def test_a_file_over_the_limit_is_refused_by_size(app: Flask):
    body = b"x" * (26 * 1024 * 1024)
    answer = app.test_client().post("/verify", data=body, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 413


def test_who_would_wait_long_for_a_verdict_is_asked_to_come_back(app: Flask, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(child, "DOCUMENTS", child.Queue(1, patience_s=0.01))
    with child.DOCUMENTS.places:
        answer = Browser(app).submit("/verify", file=(io.BytesIO(b"%PDF-1.7"), "van-ban.pdf"))
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "5")


def test_our_own_document_is_examined_once(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    desk.sealed()
    code = desk.shown()["verification_code"]
    first = shown(desk.app.test_client().get(f"/verify/{code}").text)
    assert "Văn bản xác thực" in first
    monkeypatch.setattr(child, "DOCUMENTS", child.Queue(1, patience_s=0.01))
    with child.DOCUMENTS.places:
        assert shown(desk.app.test_client().get(f"/verify/{code}").text) == first
