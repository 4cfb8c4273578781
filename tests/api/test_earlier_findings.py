"""What an issued inspection left open reaches the tablets of the next one, from its fold at the freeze."""

from datetime import date

import pytest
from flask import Flask

from core import clock, db
from core.caller import Caller
from inspections import actions, log
from inspections.models import Inspection
from inspections.operation import Draft
from inspections.workflow import Form
from registry import queries as registry
from tests import people, visits
from tests.visits import Visit


@pytest.fixture
def first(app: Flask) -> Visit:
    """An issued inspection with one finding that needs correction and one that does not."""
    visits.registered(app)
    visit = Visit(app).decided().started()
    visit.answer("PL-16", "kph_nhe", note="Chưa có văn bản xác nhận hiệu lực.")
    visit.answer("PL-17", "luu_y", note="Nên gộp hai sổ.")
    visit.answer("PL-18", "phu_hop")
    visit.submitted()
    visit.answer("PL-18", "kph_nang", note="Ghi sau khi ký.")
    assert visit.push("leader") == ["quarantined"]
    with app.app_context(), db.writing() as session:
        inspection = session.get_one(Inspection, visit.inspection)
        inspection.state = "approved"
        actions.issue(session, inspection, needs_correction=True, by=visits.SYSTEM, at=clock.now())
    return visit


def next_visit(first: Visit, planned_on: date = date(2024, 5, 20)) -> Visit:
    """The same team at the same unit, later."""
    visit = Visit(first.app, planned_on=planned_on, people_ids=first.people_ids, held=first.held)
    with first.app.app_context(), db.writing() as session:
        unit = registry.unit_by_code(session, first.unit)
        visit.inspection = actions.schedule(
            session, unit, form=Form.ON_SITE, planned_on=planned_on, by=visits.SYSTEM, at=clock.now()
        ).id
    return visit.decided()


def package(visit: Visit) -> dict:
    answer = visit.tablet("leader").get(f"/sync/v1/packages/{visit.inspection}")
    assert answer.status_code == 200, answer.text
    return answer.json


def test_the_next_package_carries_what_must_be_corrected_as_it_was_signed(first: Visit):
    (told,) = package(next_visit(first))["previous_findings"]
    assert told == {
        "id": told["id"], "inspection": first.inspection, "inspected_on": "2023-05-23",
        "decision_number": "15/QĐ-TĐC", "category": "kph_nhe", "category_label": "Điểm không phù hợp nhẹ",
        "text": "Chưa có văn bản xác nhận hiệu lực.", "reference": told["reference"], "items": ["PL-16"],
        "due_on": "2023-07-23", "standing": "awaited", "standing_label": "chờ đơn vị khắc phục",
        "is_overdue": True,
    }  # fmt: skip
    assert told["reference"].startswith("QĐ 19/2014/QĐ-TTg")


def test_the_item_that_asks_about_them_starts_from_a_note(first: Visit):
    told = package(next_visit(first))["prefill"]
    assert told == {
        "PL-32": {
            "note": "1) Kiểm tra ngày 23/5/2023: Chưa có văn bản xác nhận hiệu lực [PL-16], "
            "hạn 23/7/2023 (quá hạn); chờ đơn vị khắc phục."
        }
    }


def test_the_first_inspection_of_a_unit_carries_nothing(first: Visit):
    own = package(first)
    assert (own["previous_findings"], own["prefill"]) == ([], {})


STEPS = {
    "receive_correction": {"received_on": "2023-07-20"},
    "accept_correction": {"decided_on": "2023-07-28"},
    "refuse_correction": {"decided_on": "2023-07-24", "reason": "Chưa đủ bằng chứng"},
}


def step(visit: Visit, name: str, by: Caller = visits.SYSTEM) -> None:
    """The office takes a step after the issue."""
    with visit.app.app_context(), db.writing() as session:
        inspection = session.get_one(Inspection, visit.inspection)
        draft = Draft(f"inspection.{name}", "inspection", STEPS[name])
        (outcome,) = log.append_own(session, inspection, [draft], by=by, at=clock.now())
        assert outcome.effect == "applied"


def test_the_package_follows_the_correction_and_drops_what_was_accepted(app: Flask, first: Visit):
    after, etags = next_visit(first), []
    supervisor_id = people.there_is(app, "lanh.dao", full_name="Lê Thị Lãnh Đạo", roles=("supervisor",))
    supervisor = Caller(supervisor_id, "Lê Thị Lãnh Đạo", frozenset({"supervisor"}))
    seen = []
    for name, by in (
        ("receive_correction", visits.SYSTEM), ("refuse_correction", supervisor),
        ("receive_correction", visits.SYSTEM), ("accept_correction", supervisor),
    ):  # fmt: skip
        step(first, name, by)
        seen.append([one["standing"] for one in package(after)["previous_findings"]])
        etags.append(after.tablet("leader").get(f"/sync/v1/packages/{after.inspection}").headers["ETag"])
    assert seen == [["reported"], ["not_accepted"], ["reported"], []]
    assert (etags[0] == etags[2], len(set(etags))) == (True, 3)
