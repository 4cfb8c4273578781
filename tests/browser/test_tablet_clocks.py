"""Tablets whose clock or zone is wrong: nothing is lost, the order holds, and people are told."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from core import clock, db
from inspections.models import LoggedOperation
from tests.browser import tablet_hands as hands
from tests.browser import tablet_script as script
from tests.browser.wire import Wire
from tests.visits import Visit

pytestmark = pytest.mark.browser


def walls(visit: Visit) -> list[str]:
    """What the tablet's clock showed at each answer that the server has, in the order of the log."""
    with visit.app.app_context(), db.reading() as session:
        query = select(LoggedOperation.header).where(LoggedOperation.type == "answer.set")
        told = session.scalars(query.order_by(LoggedOperation.pos)).all()
    return [(json.loads(one) if isinstance(one, str) else one)["wall"] for one in told]


@pytest.mark.parametrize("days", [-365, 3652])
def test_a_clock_that_is_years_off_is_told_and_loses_nothing(
    chromium: Browser, wire: Wire, under_way: Visit, days: int
):
    page = hands.window(chromium, wire.address)
    page.clock.install(time=clock.now() + timedelta(days=days))
    hands.opened_by(page, under_way.app, "truong.doan")
    hands.enter(page, under_way)
    hands.tap(page, "PL-01", "phu_hop")
    page.clock.set_system_time(clock.now())
    hands.tap(page, "PL-01", "luu_y")
    page.clock.set_system_time(clock.now() + timedelta(days=days))
    hands.tap(page, "PL-02", "phu_hop")
    hands.send(page)
    expect(page.get_by_text("Đồng hồ của máy sai")).to_be_visible()
    hands.shoot_both(page, f"dong-ho-{days}")
    kept = hands.on_server(under_way)
    assert {item: one.body["value"] for item, one in kept.answers.items()} == {
        "PL-01": "luu_y", "PL-02": "phu_hop",
    }  # fmt: skip
    page.clock.set_system_time(clock.now())
    hands.tap_again(page, under_way, "PL-03", "phu_hop")
    hands.send(page)
    expect(page.get_by_text("Đồng hồ của máy sai")).to_have_count(0)
    page.context.close()
    assert page.complaints == []


def test_wrong_pins_under_a_clock_ahead_do_not_lock_the_tablet_for_years(
    chromium: Browser, wire: Wire, under_way: Visit
):
    page = hands.window(chromium, wire.address)
    page.clock.install(time=clock.now())
    hands.opened_by(page, under_way.app, "truong.doan")
    page.get_by_role("button", name="Khóa máy").click()
    page.clock.set_system_time(clock.now() + timedelta(days=3652))
    for left in (4, 3, 2, 1, 0):
        hands.unlock(page, "000000")
        expect(page.get_by_role("alert")).to_contain_text(f"Còn {left} lần thử")
    hands.unlock(page)
    expect(page.get_by_role("alert")).to_contain_text("Đã nhập sai nhiều lần.")
    page.clock.set_system_time(clock.now())
    hands.unlock(page)
    expect(page.get_by_role("heading", name="Việc của tôi")).to_be_visible()
    page.context.close()


def test_the_hour_that_comes_twice_and_another_zone_change_neither_order_nor_time(
    chromium: Browser, wire: Wire, under_way: Visit
):
    page = hands.window(chromium, wire.address, zone=None)
    tools = script.devtools(page)
    tools.send("Emulation.setTimezoneOverride", {"timezoneId": "Europe/Berlin"})
    summer = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # half past two, for the first time
    page.clock.install(time=summer)
    hands.opened_by(page, under_way.app, "truong.doan")
    hands.enter(page, under_way)
    wire.cut()
    hands.tap(page, "PL-01", "phu_hop")
    page.clock.set_system_time(summer + timedelta(hours=1))  # half past two, for the second time
    hands.tap(page, "PL-01", "luu_y")
    tools.send("Emulation.setTimezoneOverride", {"timezoneId": "Asia/Ho_Chi_Minh"})
    page.clock.set_system_time(summer + timedelta(hours=2))
    hands.tap(page, "PL-02", "phu_hop")
    expect(page.locator("#item-PL-01")).to_contain_text("08:30")
    wire.mend()
    hands.send(page)
    assert hands.on_server(under_way).answers["PL-01"].body["value"] == "luu_y"
    assert [one[11:16] + one[-6:] for one in walls(under_way)] == [
        "02:30+02:00",
        "02:30+01:00",
        "09:30+07:00",
    ]
    page.context.close()
    assert page.complaints == []
