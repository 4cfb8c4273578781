"""The office binds an inspection to a newer checklist while a tablet is offline: it follows, and says so."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import tablet_hands as hands
from tests.browser.test_pages_look import objections
from tests.pages.test_set_aside_pages import browser_of
from tests.pages.test_supplement_pages import NEWER, confirm, newer_definition, publish
from tests.visits import Visit

pytestmark = pytest.mark.browser


def test_the_tablet_asks_what_the_new_version_asks_and_keeps_what_was_answered(
    calm_tablet: Page, under_way: Visit
):
    publish(under_way.app, newer_definition())
    calm_tablet.context.set_offline(True)
    hands.tap(calm_tablet, "PL-01", "phu_hop")
    assert confirm(browser_of(under_way.app, "leader"), under_way).status_code == 303
    calm_tablet.context.set_offline(False)
    hands.send(calm_tablet)
    assert hands.on_server(under_way).answers.keys() == {"PL-01"}
    # Whoever had something to send asks for what is new in the next round.
    hands.send(calm_tablet)
    hands.go(calm_tablet, under_way, "checklist/P1-A")
    expect(calm_tablet.locator(".visit-head")).to_contain_text(f"Danh mục đã đổi sang {NEWER}")
    expect(calm_tablet.locator("#item-PL-01 [data-value='phu_hop']")).to_have_attribute(
        "aria-pressed", "true"
    )
    hands.tap(calm_tablet, "PL-99", "luu_y")
    assert objections(calm_tablet) == []
    hands.shoot_both(calm_tablet, "danh-muc-moi")
    hands.send(calm_tablet)
    assert hands.on_server(under_way).answers.keys() == {"PL-01", "PL-99"}


def test_late_work_by_the_earlier_list_is_taken_in_where_its_item_went(calm_tablet: Page, under_way: Visit):
    publish(under_way.app, newer_definition())
    assert confirm(browser_of(under_way.app, "leader"), under_way).status_code == 303
    under_way.answer("PL-17", "luu_y", role="secretary", note="Ghi trước khi danh mục đổi.")
    under_way.answer("PL-20", "phu_hop", role="secretary")
    assert under_way.push("secretary") == ["quarantined", "quarantined"]
    hands.send(calm_tablet)
    hands.go(calm_tablet, under_way, "conflicts")
    aside = calm_tablet.locator("td-aside")
    expect(aside).to_have_count(2)
    goes_on = aside.filter(has_text="PL-17")
    expect(goes_on).to_contain_text("nếu nhận, nội dung được ghi vào mục PL-99")
    fits_no_more = aside.filter(has_text="PL-20")
    expect(fits_no_more).to_contain_text("không nhận nguyên văn vào hồ sơ được")
    expect(fits_no_more.get_by_role("button", name="Nhận vào hồ sơ")).to_have_count(0)
    assert objections(calm_tablet) == []
    hands.shoot_both(calm_tablet, "giu-rieng-danh-muc-cu")
    hands.decide(goes_on, "Nhận vào hồ sơ", "Đã xem hồ sơ.")
    expect(aside).to_have_count(1)
    hands.decide(fits_no_more, "Bỏ qua", "Ghi lại theo danh mục mới.")
    expect(aside).to_have_count(0)
    hands.send(calm_tablet)
    kept = hands.on_server(under_way).answers
    assert {item: answer.body["note"] for item, answer in kept.items()} == {
        "PL-99": "Ghi trước khi danh mục đổi."
    }
