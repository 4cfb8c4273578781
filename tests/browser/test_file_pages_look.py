"""The self-report and attached files at a desk: brought by a form without scripts, and nothing for axe."""

import hashlib

import pytest
from flask import Flask
from playwright.sync_api import expect

from core import ids
from tests import people, visits
from tests.browser import tablet_hands as hands
from tests.browser.conftest import Opener
from tests.browser.test_pages_look import LONGEST_NAME, TOO_WIDE, objections, sign_in
from tests.visits import Visit

pytestmark = pytest.mark.browser
LONG_FILE = f"Báo cáo tự kiểm tra của {LONGEST_NAME} năm 2023 (bản có dấu).pdf"
PDF = b"%PDF-1.7 bao cao"


@pytest.fixture
def visit(app: Flask) -> Visit:
    visits.registered(app)
    made = Visit(app).decided().started()
    made.answer("PL-02", "kph_nhe", note="Chưa có văn bản phân công.")
    blob = f"sha256:{hashlib.sha256(PDF).hexdigest()}"
    for item, caption in (("PL-02", "Quyết định thành lập"), (None, "")):
        body = {"blob": blob, "size": len(PDF), "mime": "application/pdf", "name": LONG_FILE}
        made.record("leader", "file.add", f"file/{ids.new_id()}", body | {"item": item, "caption": caption})
    made.push("leader")
    made.deliver(PDF)
    people.there_is(app, "van.thu", full_name="Văn Thư", roles=("clerk", "administrator"))
    return made


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
def test_a_report_is_brought_and_stands_there_with_the_files(
    opened: Opener, visit: Visit, width: int, scheme: str
):
    page = opened(width, scheme)
    sign_in(page, "van.thu")
    page.goto(visit.address)
    form = page.locator("#self-reports")
    form.get_by_label("Số, ký hiệu văn bản").fill("112/BC-SNV")
    form.get_by_label("Ngày nhận").fill("2023-05-18")
    sent = [
        {"name": name, "mimeType": "application/pdf", "buffer": name.encode()} for name in (LONG_FILE, "b")
    ]
    form.get_by_label("Tệp", exact=True).set_input_files(sent)
    hands.shoot(page, f"van-phong-nhap-{width}")
    form.get_by_role("button", name="Nhập báo cáo").click()
    expect(page.get_by_role("status")).to_contain_text("Đã nhận báo cáo của đơn vị.")
    expect(page.locator("#self-reports li")).to_have_count(2)
    assert objections(page) + page.evaluate(TOO_WIDE) == []
    page.locator("#self-reports").scroll_into_view_if_needed()
    hands.shoot(page, f"van-phong-bao-cao-{width}")
    page.locator("#self-reports li").first.get_by_text("Rút tệp này").click()
    page.get_by_label("Lý do rút").first.fill("Nhầm đơn vị")
    page.locator("#self-reports li").first.get_by_role("button", name="Rút tệp").click()
    expect(page.locator("#self-reports li")).to_have_count(1)
