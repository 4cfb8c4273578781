"""The JSON routes with which a leader or a supervisor decides outside the ordinary course."""

import pytest
from flask import Flask

from core import db, ids
from inspections.models import LoggedOperation
from tests import people, tablets, visits
from tests.tablets import Office
from tests.visits import TEAM, Visit

REASON = "Đã kiểm lại hồ sơ tại đơn vị"


@pytest.fixture
def visit(app: Flask) -> Visit:
    """An inspection in progress."""
    visits.registered(app)
    return Visit(app).decided().started()


@pytest.fixture
def leader(app: Flask, visit: Visit) -> Office:
    """The leader at a desk."""
    return Office(app, TEAM["leader"][0])


@pytest.fixture
def supervisor(app: Flask) -> Office:
    """Somebody of the office who is on no team."""
    people.there_is(app, "lanh.dao", full_name="Lê Thị Lãnh Đạo", roles=("supervisor",))
    return Office(app, "lanh.dao")


def post(office: Office, visit: Visit, route: str, **body: object) -> tuple[int, dict]:
    answer = office.post(f"/api/v1{visit.address}/{route}", {"reason": REASON} | body)
    return answer.status_code, answer.json


def get(office: Office, visit: Visit, route: str) -> dict:
    return office.client.get(f"/api/v1{visit.address}/{route}").json


def disputed(visit: Visit) -> list[str]:
    heads = [
        visit.answer("PL-16", "phu_hop", note="Có văn bản."),
        visit.answer("PL-16", "kph_nhe", "secretary", note="Chưa thấy văn bản."),
    ]
    visit.push("leader")
    assert visit.push("secretary") == ["conflict"]
    return heads


def test_both_answers_are_listed_and_the_leaders_choice_ends_the_conflict(visit: Visit, leader: Office):
    heads = disputed(visit)
    (conflict,) = get(leader, visit, "conflicts")["conflicts"]
    assert (conflict["entity"], conflict["field"]) == ("answer/PL-16", "answer")
    assert [one["op_id"] for one in conflict["heads"]] == sorted(heads)
    status, told = post(
        leader, visit, "resolve", entity="answer/PL-16", field="answer", heads=heads, keep=heads[1]
    )
    assert (status, told["type"], told["effect"]) == (200, "answer.resolve", "applied")
    assert get(leader, visit, "conflicts") == {"conflicts": []}


def test_a_value_that_the_list_does_not_know_ends_nothing(visit: Visit, leader: Office):
    heads = disputed(visit)
    status, told = post(
        leader, visit, "resolve", entity="answer/PL-16", field="answer", heads=heads,
        value={"value": "tot"},
    )  # fmt: skip
    assert (status, told["code"], told["operation_code"]) == (409, "operation_refused", "value_invalid")
    assert (told["type"], told["operation_type"]) == (
        "urn:thucdia:problem:operation_refused",
        "answer.resolve",
    )
    assert len(get(leader, visit, "conflicts")["conflicts"]) == 1


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({}, 422, "invalid"),
        ({"keep": "0"}, 422, "invalid"),
        ({"keep": ids.new_id(), "value": {"value": "luu_y"}}, 422, "invalid"),
        ({"value": 1}, 422, "reason_missing"),
        ({"value": {"value": "luu_y", "note": "x" * 70_000}}, 422, "reason_missing"),
        ({"keep": ids.new_id()}, 422, "reason_missing"),
        ({"value": {"value": "luu_y"}, "reason": "   "}, 422, "reason_missing"),
        ({"value": {"value": "luu_y"}, "entity": "x"}, 409, "conflict_changed"),
        ({"value": {"value": "luu_y"}, "field": "x"}, 409, "conflict_changed"),
    ],
)
def test_what_ends_no_conflict_is_said_to_end_none(
    visit: Visit, leader: Office, *, changed: dict, status: int, code: str
):
    body = {"entity": "answer/PL-16", "field": "answer", "heads": disputed(visit)} | changed
    answered, told = post(leader, visit, "resolve", **body)
    assert (answered, told["code"]) == (status, code)
    assert len(get(leader, visit, "conflicts")["conflicts"]) == 1


def signed_with_a_late_answer(visit: Visit) -> str:
    """The member's answer came after both sides had signed."""
    visit.answer("PL-01", "phu_hop")
    visit.submitted()
    late = visit.answer("PL-03", "kph_nhe", "secretary", note="Ghi ngoại tuyến, gửi muộn.")
    assert visit.push("secretary") == ["quarantined"]
    return late


def test_a_late_operation_is_listed_with_its_reason_and_adopted_after_reopening(
    visit: Visit, leader: Office, supervisor: Office
):
    late = signed_with_a_late_answer(visit)
    (told,) = get(leader, visit, "quarantine")["operations"]
    assert (told["op_id"], told["code"], told["can_adopt"]) == (late, "inspection_frozen", True)
    assert "đã ký chốt" in told["reason"]
    status, refused = post(leader, visit, "quarantine", op_id=late, decision="adopt")
    assert (status, refused["code"]) == (409, "step_not_allowed")
    status, inspection = post(supervisor, visit, "reopen")
    assert (status, inspection["state"], inspection["revision"]) == (200, "in_progress", 2)
    status, adopted = post(leader, visit, "quarantine", op_id=late, decision="adopt")
    assert (status, adopted["type"], adopted["effect"]) == (200, "quarantine.adopt", "applied")
    assert get(leader, visit, "quarantine") == {"operations": []}
    status, again = post(leader, visit, "quarantine", op_id=late, decision="dismiss")
    assert (status, again["code"]) == (404, "nothing_set_aside")


def test_dismissing_needs_no_reopening(visit: Visit, leader: Office):
    late = signed_with_a_late_answer(visit)
    assert post(leader, visit, "quarantine", op_id=late, decision="dismiss")[0] == 200
    assert (get(leader, visit, "quarantine"), visit.state()) == ({"operations": []}, ("submitted", 1))


def test_others_of_the_team_see_it_and_decide_nothing(app: Flask, visit: Visit, supervisor: Office):
    late = signed_with_a_late_answer(visit)
    secretary = Office(app, TEAM["secretary"][0])
    for office in (secretary, supervisor):
        assert len(get(office, visit, "quarantine")["operations"]) == 1
        status, told = post(office, visit, "quarantine", op_id=late, decision="dismiss")
        assert (status, told["code"], told["needs"]) == (403, "step_not_yours", ["leader"])
    assert post(secretary, visit, "reopen")[0] == 403


def test_a_stranger_learns_nothing(app: Flask, visit: Visit):
    people.there_is(app, "nguoi.la", full_name="Đỗ Người Lạ")
    stranger = Office(app, "nguoi.la")
    told = [get(stranger, visit, route)["code"] for route in ("quarantine", "conflicts")]
    body = {"op_id": ids.new_id(), "decision": "adopt"}
    told += [
        post(stranger, visit, "quarantine", **body)[1]["code"],
        post(stranger, visit, "cancel")[1]["code"],
    ]
    assert told == ["inspection_unknown"] * 4


@pytest.mark.parametrize(("step", "state"), [("postpone", "postponed"), ("cancel", "cancelled")])
def test_the_supervisor_puts_off_or_calls_off_with_a_reason(
    app: Flask, visit: Visit, supervisor: Office, *, step: str, state: str
):
    visit.push("leader")
    leader = Office(app, TEAM["leader"][0])
    assert post(leader, visit, step)[0] == 403
    assert post(supervisor, visit, step, reason="")[0] == 422
    status, told = post(supervisor, visit, step)
    assert (status, told["state"], visit.state()) == (200, state, (state, 1))
    with app.app_context(), db.reading() as session:
        (row,) = session.query(LoggedOperation).filter(LoggedOperation.type == f"inspection.{step}")
        assert REASON in str(row.body)


def test_a_postponed_inspection_is_decided_anew_by_the_same_team(visit: Visit, supervisor: Office):
    assert post(supervisor, visit, "postpone")[0] == 200
    visit.decided()
    assert visit.state() == ("decided", 1)
    visit.answer("PL-01", "phu_hop")
    assert visit.push("leader") == ["applied", "applied"]


def test_a_tablet_has_no_desk(visit: Visit):
    tablet: tablets.Tablet = visit.tablet("leader")
    answer = tablet.client.post(
        f"/api/v1{visit.address}/reopen", json={"reason": REASON}, headers=tablet.headers
    )
    assert answer.status_code in (401, 403)
