"""Plans, units and certificates at the narrowest and a wide window: nothing for axe, nothing too wide."""

import pytest
from flask import Flask

from core import db
from tests import people, plans, visits
from tests.browser.conftest import Opener
from tests.browser.test_pages_look import objections, sign_in

pytestmark = pytest.mark.browser


@pytest.fixture
def paths(app: Flask) -> list[str]:
    """A draft, a plan in force with an inspection in sight, and the pages around them."""
    visits.registered(app)
    with app.app_context(), db.writing() as session:
        plans.register(session)
        held, draft = plans.approved(session).id, plans.drafted(session, plans.NEXT_YEAR, year=2024).id
    inspector = people.there_is(app, "thanh.vien", full_name="Phạm Quốc Đạt")
    people.there_is(app, "lanh.dao", roles=("supervisor", "administrator"))
    return [
        "/plans/", f"/plans/{held}", f"/plans/{draft}", f"/plans/{draft}/rows/new", "/plans/new", "/units/",
        "/units/TV-S02", "/units/TV-S02/inspections", f"/people/{inspector}/qualifications/",
    ]  # fmt: skip


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1280, "dark")])
def test_no_page_of_plans_offends_axe_or_is_wider_than_its_window(
    opened: Opener, paths: list[str], width: int, scheme: str
):
    page = opened(width, scheme)
    sign_in(page, "lanh.dao")
    offending = {}
    for path in paths:
        page.goto(path)
        assert page.locator("h1").count() == 1, path
        too_wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if found := objections(page) + ([f"{too_wide} px too wide"] if too_wide > 0 else []):
            offending[path] = found
    assert offending == {}


def test_a_plan_is_made_and_carried_out_without_any_script(opened: Opener, paths: list[str]):
    page = opened(1280, scripts=False)
    sign_in(page, "lanh.dao")
    page.goto("/plans/new")
    page.get_by_label("Năm").fill("2025")
    page.get_by_role("button", name="Lập dự thảo").click()
    page.wait_for_url("**done=drafted")
    assert "Dự thảo chưa có đơn vị nào" in page.locator("main").inner_text()
    page.goto(paths[1])
    page.get_by_role("button", name="Lập cuộc kiểm tra Sở Nội vụ").click()
    page.wait_for_url("**/decision")
    assert "Căn cứ: Kế hoạch kiểm tra" in page.locator("main").inner_text()
