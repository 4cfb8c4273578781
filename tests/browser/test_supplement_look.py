"""A supplement on its page and what it leaves to be adopted: for axe, by width, by keys."""

import pytest
from flask import Flask

from tests import visits
from tests.browser import tablet_hands as hands
from tests.browser.conftest import Opener
from tests.browser.test_pages_look import TOO_WIDE, objections, sign_in
from tests.pages.test_supplement_pages import newer_definition, publish
from tests.visits import TEAM, Visit

pytestmark = pytest.mark.browser


@pytest.fixture
def visit(app: Flask) -> Visit:
    """Three answers are on the server, one is on its way; a newer version is published."""
    visits.registered(app)
    made = Visit(app).decided().started()
    for item in ("PL-16", "PL-17", "PL-20"):
        made.answer(item, "phu_hop", note="Đủ")
    made.push("leader")
    made.answer("PL-17", "kph_nhe", "secretary", note="Ghi theo bản cũ, gửi muộn.")
    publish(app, newer_definition())
    return made


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 768, 1280])
def test_a_supplement_is_confirmed_and_late_work_adopted_without_any_script(
    opened: Opener, visit: Visit, width: int, scheme: str
):
    watched, page = opened(width, scheme), opened(width, scheme, scripts=False)
    for one in (watched, page):
        sign_in(one, TEAM["leader"][0])
    watched.goto(visit.address)
    watched.get_by_role("link", name="Xem thay đổi để bổ sung theo bản 1.1.0").focus()
    watched.keyboard.press("Enter")
    watched.wait_for_url("**/supplement")
    hands.shoot(watched, f"bo-sung-{width}-{scheme}", whole=True)
    assert objections(watched) + watched.evaluate(TOO_WIDE) == []
    page.goto(f"{visit.address}/supplement")
    page.get_by_label("Mục thay cho PL-17").select_option("PL-99")
    page.get_by_role("button", name="Bổ sung danh mục").click()
    page.wait_for_url("**done=supplemented")
    assert visit.push("secretary") == ["quarantined"]
    watched.goto(visit.address)
    watched.locator("#set-aside").scroll_into_view_if_needed()
    hands.shoot(watched, f"giu-rieng-{width}-{scheme}", whole=True)
    assert objections(watched) + watched.evaluate(TOO_WIDE) == []
    page.goto(visit.address)
    page.get_by_role("button", name="Nhận vào hồ sơ").click()
    page.wait_for_url("**done=adopt")
    assert page.locator("#set-aside").count() == 0
    assert "Ghi theo bản cũ, gửi muộn." in page.locator("#item-PL-99").inner_text()
