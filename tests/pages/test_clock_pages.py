"""A tablet whose clock stands off: said as a fact on the inspection's page and in its minutes."""

import re

import pytest
from flask import Flask

from core import db, files
from core.clock import now
from inspections.models import Inspection
from reports import composing
from tests import people, visits
from tests.visits import Visit


@pytest.fixture
def visit(app: Flask) -> Visit:
    """An inspection in progress."""
    visits.registered(app)
    return Visit(app).decided().started()


def page_of(visit: Visit) -> str:
    """The words of the leader's page."""
    browser = people.Browser(visit.app)
    browser.sign_in("truong.doan")
    return " ".join(re.sub(r"<[^>]+>", " ", browser.client.get(visit.address).text).split())


def noted(visit: Visit, clk: str) -> None:
    visit.answer("PL-16", "phu_hop", clk=clk)
    body = {"value": "phu_hop"}
    visit.record("leader", "answer.set", "answer/PL-17", body, clk=clk)
    assert visit.push("leader") == ["applied"] * 3


def test_page_and_minutes_say_how_far_a_clock_stood_off(visit: Visit):
    tablet = visit.tablet("leader")
    noted(visit, "-720000/60")
    assert "Đồng hồ của «Máy số 1» nhanh khoảng 12 phút so với máy chủ khi ghi 2 thao tác." in page_of(visit)
    with visit.app.app_context(), db.writing() as session:
        inspection = session.get_one(Inspection, visit.inspection)
        log_file = files.put(session, b"{}", media_type="application/json", at=now()).sha256
        (clock,) = composing.composed(session, inspection, log_file=log_file).clocks
    assert (clock.device, clock.skew, clock.operations) == ("Máy số 1", "nhanh khoảng 12 phút", 2)
    assert tablet.device not in page_of(visit)


def test_a_clock_within_five_minutes_is_nobodys_business(visit: Visit):
    noted(visit, "+299000/60")
    assert "Đồng hồ" not in page_of(visit)
