"""What the office writes beside the ordinary steps: answered remarks are accepted, newer checklists bind."""

import msgspec
import pytest
from flask import Flask

from checklists import actions as checklist_actions
from core import clock, db, ids
from inspections import log_reading
from inspections.models import Inspection
from tests import people, visits
from tests.inspecting import shipped_definition
from tests.people import Browser
from tests.tablets import Office
from tests.visits import SYSTEM, TEAM, Visit

NEWER = "QMS-HCNN-2015@1.1.0"


@pytest.fixture
def supervisor(app: Flask) -> Browser:
    return people.signed_in(app, "lanh.dao", full_name="Lê Thị Lãnh Đạo", roles=("supervisor",))


@pytest.fixture
def visit(app: Flask) -> Visit:
    """An inspection in progress."""
    visits.registered(app)
    return Visit(app).decided().started()


@pytest.fixture
def remark(app: Flask, visit: Visit, supervisor: Browser) -> str:
    """A remark that came with a return and that the team has answered; its id."""
    visit.answer("PL-16", "kph_nhe", note="Chưa lập sổ")
    visit.submitted()
    sent = supervisor.submit(
        f"{visit.address}/send-back", form_at=visit.address, reason="Thiếu bằng chứng",
        **{"remark:answer/PL-16": "Nêu số của sổ"},
    )  # fmt: skip
    assert sent.status_code == 303
    with app.app_context(), db.reading() as session:
        folded = log_reading.whole_fold(session, visit.inspection)
        (entity,) = folded.entities("remark")
        (head,) = folded.heads(entity, "state")
    visit.record("leader", "remark.answer", entity, {"text": "Sổ số 3"}, parents=(head.op_id,))
    assert visit.push("leader") == ["applied"]
    return entity.removeprefix("remark/")


def state_of(visit: Visit, remark: str) -> list[str]:
    with visit.app.app_context(), db.reading() as session:
        heads = log_reading.whole_fold(session, visit.inspection).heads(f"remark/{remark}", "state")
        return [head.writes["state"] for head in heads]


def length(visit: Visit) -> int:
    with visit.app.app_context(), db.reading() as session:
        return session.get_one(Inspection, visit.inspection).head_pos


def test_the_supervisor_accepts_what_the_team_answered(visit: Visit, supervisor: Browser, remark: str):
    assert "Chấp nhận trả lời" in supervisor.client.get(visit.address).text
    path = f"{visit.address}/remarks/{remark}/accept"
    assert supervisor.submit(path, form_at=visit.address).status_code == 303
    assert state_of(visit, remark) == ["accepted"]
    assert "Chấp nhận trả lời" not in supervisor.client.get(visit.address).text
    before = length(visit)
    assert supervisor.submit(path, form_at=visit.address).status_code == 303
    assert length(visit) == before


def test_the_team_does_not_accept_its_own_answer(app: Flask, visit: Visit, remark: str):
    leader = Browser(app)
    leader.sign_in(TEAM["leader"][0])
    assert "Chấp nhận trả lời" not in leader.client.get(visit.address).text
    refused = leader.submit(f"{visit.address}/remarks/{remark}/accept", form_at=visit.address)
    assert (refused.status_code, state_of(visit, remark)) == (403, ["answered"])


def test_a_remark_that_is_none_is_not_found(app: Flask, visit: Visit, supervisor: Browser, remark: str):
    desk = Office(app, "lanh.dao")
    path = f"/api/v1/inspections/{visit.inspection}/remarks"
    unknown = desk.post(f"{path}/{ids.new_id()}/acceptance", {})
    assert (unknown.status_code, unknown.json["code"]) == (404, "remark_unknown")
    assert desk.post(f"{path}/{remark}/acceptance", {}).status_code == 200
    assert state_of(visit, remark) == ["accepted"]


def _publish_newer(app: Flask) -> None:
    known = shipped_definition()
    sections = tuple(
        msgspec.structs.replace(one, items=tuple(item for item in one.items if item.code != "PL-17"))
        for one in known.sections
    )
    newer = msgspec.structs.replace(known, version="1.1.0", sections=sections)
    with app.app_context(), db.writing() as session:
        checklist_actions.publish(session, newer, by=SYSTEM, at=clock.now())


def test_a_supplement_reaches_the_package_and_what_was_recorded_before_still_counts(
    app: Flask, visit: Visit, supervisor: Browser
):
    _publish_newer(app)
    desk, tablet = Office(app, "lanh.dao"), visit.tablet("leader")
    path = f"/api/v1/inspections/{visit.inspection}/supplement"
    visit.push("leader")
    etag = tablet.get(f"/sync/v1/packages/{visit.inspection}").headers["ETag"]
    bound = desk.post(path, {"checklist": NEWER, "mapping": {"PL-17": "PL-18"}})
    assert (bound.status_code, bound.json["checklist"]) == (200, NEWER)
    package = tablet.get(f"/sync/v1/packages/{visit.inspection}")
    assert package.json["checklist"]["ref"] == NEWER
    assert package.headers["ETag"] != etag
    visit.answer("PL-16", "phu_hop", note="Đủ")
    visit.answer("PL-17", "phu_hop", note="Đủ")
    assert visit.push("leader") == ["applied", "quarantined"]


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"checklist": "KHONG-CO@1.0.0"}, "checklist_unknown"),
        ({"checklist": NEWER, "mapping": {"PL-16": "PL-17"}}, "item_unknown"),
    ],
)
def test_a_supplement_to_what_is_not_known_is_refused_with_the_reason(
    app: Flask, visit: Visit, wanted: dict, code: str
):
    _publish_newer(app)
    before = length(visit)
    people.there_is(app, "lanh.dao", full_name="Lê Thị Lãnh Đạo", roles=("supervisor",))
    refused = Office(app, "lanh.dao").post(f"/api/v1/inspections/{visit.inspection}/supplement", wanted)
    assert (refused.status_code, refused.json["operation_code"]) == (409, code)
    assert length(visit) == before


def test_a_secretary_does_not_bind_to_another_list(app: Flask, visit: Visit):
    desk = Office(app, TEAM["secretary"][0])
    refused = desk.post(f"/api/v1/inspections/{visit.inspection}/supplement", {"checklist": visits.CHECKLIST})
    assert (refused.status_code, refused.json["code"]) == (403, "step_not_yours")
