"""What came after the signatures is kept apart, and the leader takes it into the record or leaves it out."""

from datetime import date

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect

from core import clock, db
from core.caller import Caller
from inspections import actions, log_reading
from inspections.models import Inspection
from tests import people, visits
from tests.browser import tablet_hands as hands
from tests.browser.test_pages_look import objections
from tests.browser.wire import Wire
from tests.visits import Visit

pytestmark = pytest.mark.browser


@pytest.fixture
def visit(app: Flask) -> Visit:
    """An inspection that was handed in, met by two late answers of the secretary's, and sent back."""
    visits.registered(app)
    made = Visit(app).decided().started()
    made.answer("PL-01", "phu_hop")
    made.submitted()
    made.answer("PL-02", "kph_nhe", role="secretary", note="Chưa có văn bản phân công.")
    made.answer("PL-03", "luu_y", role="secretary")
    assert made.push("secretary") == ["quarantined", "quarantined"]
    person = people.there_is(app, "lanh.dao", full_name="Lê Thị Lãnh Đạo", roles=("supervisor",))
    supervisor = Caller(person, "Lê Thị Lãnh Đạo", frozenset({"supervisor"}))
    with app.app_context(), db.writing() as session:
        inspection = session.get_one(Inspection, made.inspection)
        actions.send_back(
            session, inspection, reason="Xem lại phần đến muộn.", due_on=date(2023, 6, 5), remarks=[],
            by=supervisor, at=clock.now(),
        )  # fmt: skip
    return made


def undecided(visit: Visit) -> int:
    """How much still waits for the leader, as the server sees it."""
    with visit.app.app_context(), db.reading() as session:
        return len(log_reading.whole_fold(session, visit.inspection).undecided())


def test_one_is_taken_into_the_record_and_one_is_left_out(chromium: Browser, wire: Wire, visit: Visit):
    page = hands.window(chromium, wire.address)
    hands.opened_by(page, visit.app, "truong.doan")
    hands.enter(page, visit)
    hands.go(page, visit, "conflicts")
    aside = page.locator("td-aside")
    expect(aside).to_have_count(2)
    expect(aside.first).to_contain_text("Thao tác này được giữ riêng để trưởng đoàn xem xét, không bị mất.")
    assert objections(page) == []
    hands.shoot_both(page, "giu-rieng")
    wire.cut()
    hands.decide(aside.filter(has_text="PL-02"), "Nhận vào hồ sơ", "Đã xem hồ sơ.")
    expect(aside).to_have_count(1)
    hands.decide(aside, "Bỏ qua", "Trùng với ghi nhận khác.")
    expect(aside).to_have_count(0)
    wire.mend()
    hands.send(page)
    kept = hands.on_server(visit).answers
    assert kept["PL-02"].body["note"] == "Chưa có văn bản phân công."
    assert "PL-03" not in kept
    assert undecided(visit) == 0
    page.context.close()
    assert page.complaints == []
