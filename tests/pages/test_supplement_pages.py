"""The page on which an inspection is bound to another version of its checklist."""

import re

import msgspec
import pytest
from flask import Flask
from sqlalchemy import func, select

from checklists import actions as checklist_actions
from checklists import definition as d
from checklists.definition import Definition
from core import clock, db
from core.journal import JournalEntry
from inspections.models import Inspection
from tests import people, visits
from tests.inspecting import shipped_definition
from tests.pages.test_set_aside_pages import browser_of, shown
from tests.people import Browser
from tests.tablets import Office
from tests.visits import SYSTEM, Visit

NEWER = "QMS-HCNN-2015@1.1.0"
QUESTION = "Cơ quan có công bố chính sách chất lượng <mới> không?"


def newer_definition(**more: object) -> Definition:
    """PL-17 is gone, PL-99 is new, PL-16 is asked in other words, PL-20 is answered by a number."""
    known = shipped_definition()
    items = d.by_code(known)
    changes = {
        "PL-16": {"question_vi": QUESTION},
        "PL-20": {"response": "number", "options": (), "requires_conclusion": False},
    }
    added = msgspec.structs.replace(items["PL-18"], code="PL-99", question_vi="Câu hỏi được thêm?", order=99)

    def revised(item: d.Item) -> d.Item:
        return msgspec.structs.replace(item, **changes.get(item.code, {}))

    sections = [
        msgspec.structs.replace(one, items=tuple(revised(i) for i in one.items if i.code != "PL-17"))
        for one in known.sections
    ]
    sections[0] = msgspec.structs.replace(sections[0], items=(*sections[0].items, added))
    return msgspec.structs.replace(known, version="1.1.0", sections=tuple(sections), **more)


def publish(app: Flask, definition: Definition) -> None:
    with app.app_context(), db.writing() as session:
        checklist_actions.publish(session, definition, by=SYSTEM, at=clock.now())


@pytest.fixture
def visit(app: Flask) -> Visit:
    """An inspection in progress with three answers; a newer version of its checklist is published."""
    visits.registered(app)
    made = Visit(app).decided().started()
    for item in ("PL-16", "PL-17", "PL-20"):
        made.answer(item, "phu_hop", note="Đủ")
    assert made.push("leader") == ["applied"] * 4
    publish(app, newer_definition())
    return made


@pytest.fixture
def supervisor(app: Flask) -> Browser:
    return people.signed_in(app, "lanh.dao", full_name="Lê Thị Lãnh Đạo", roles=("supervisor",))


def bound_to(visit: Visit) -> tuple[str | None, int]:
    """The version, and how far the log goes."""
    with visit.app.app_context(), db.reading() as session:
        inspection = session.get_one(Inspection, visit.inspection)
        return inspection.checklist, inspection.head_pos


def journalled(visit: Visit) -> int:
    with visit.app.app_context(), db.reading() as session:
        counted = select(func.count()).where(JournalEntry.event == "inspection.supplemented")
        return session.scalar(counted) or 0


def confirm(browser: Browser, visit: Visit, **typed: str):
    form = {"before": visits.CHECKLIST, "checklist": NEWER, "became:PL-17": "PL-99"}
    return browser.submit(f"{visit.address}/supplement", form_at=visit.address, **(form | typed))


@pytest.mark.parametrize("role", ["leader", "supervisor"])
def test_who_may_is_led_to_what_changes_and_confirms_it_once(app: Flask, visit: Visit, supervisor, role: str):
    browser = supervisor if role == "supervisor" else browser_of(app, role)
    assert f'href="{visit.address}/supplement"' in browser.client.get(visit.address).text
    page = browser.client.get(f"{visit.address}/supplement")
    words = shown(page)
    assert page.status_code == 200
    for told in ("Mục thêm mới 1", "Mục thay đổi 2", "Mục bị bỏ 1", "Câu trả lời còn chỗ 1",
                 "Không hợp cách trả lời mới 1 : PL-20", "Không còn chỗ 1 : PL-17", "Câu hỏi được thêm?",
                 "chính sách chất lượng &lt;mới&gt;", "Cách trả lời"):  # fmt: skip
        assert told in words, words[:1500]
    response = confirm(browser, visit)
    assert (response.status_code, response.location) == (303, f"{visit.address}?done=supplemented")
    assert (bound_to(visit), journalled(visit)) == ((NEWER, 5), 1)
    after = browser.client.get(response.location)
    assert (after.status_code, "Đã bổ sung danh mục." in shown(after)) == (200, True)
    assert f'href="{visit.address}/supplement?' not in after.text


def test_others_are_not_led_there_and_are_refused(app: Flask, visit: Visit):
    secretary = browser_of(app, "secretary")
    assert f"{visit.address}/supplement" not in secretary.client.get(visit.address).text
    assert secretary.client.get(f"{visit.address}/supplement").status_code == 403
    assert (confirm(secretary, visit).status_code, bound_to(visit)) == (403, (visits.CHECKLIST, 4))


@pytest.mark.parametrize(
    ("typed", "status", "says"),
    [
        ({"before": "QMS-HCNN-2015@0.9.0"}, 409, "Xem lại thay đổi rồi quyết định."),
        ({"became:PL-17": "PL-17"}, 422, "Mục thay cho PL-17 không có trong phiên bản đã chọn."),
        ({"became:PL-17": "<script>"}, 422, "Mục thay cho PL-17 không có trong phiên bản đã chọn."),
        ({"checklist": "KHONG-CO@1.0.0"}, 404, "Chưa công bố danh mục «KHONG-CO@1.0.0»."),
        ({"checklist": ""}, 404, "Chưa công bố danh mục"),
        ({"checklist": "ệ" * 5000}, 404, "Chưa công bố danh mục"),
        ({"checklist": visits.CHECKLIST}, 409, "Cuộc kiểm tra đã theo phiên bản"),
    ],
)
def test_what_does_not_hold_changes_nothing_and_says_why(
    visit: Visit, supervisor: Browser, *, typed: dict[str, str], status: int, says: str
):
    response = confirm(supervisor, visit, **typed)
    assert (response.status_code, says in shown(response), "<script>" in response.text) == (
        status,
        True,
        False,
    )
    assert (bound_to(visit), journalled(visit)) == ((visits.CHECKLIST, 4), 0)


def test_a_version_without_the_profile_is_refused_at_every_door(
    app: Flask, visit: Visit, supervisor: Browser
):
    publish(app, msgspec.structs.replace(newer_definition(), version="2.0.0", profiles=(
        d.Profile("khac", "Cấu hình khác", "all"),)))  # fmt: skip
    other = "QMS-HCNN-2015@2.0.0"
    page = supervisor.client.get(f"{visit.address}/supplement?to={other}")
    assert (page.status_code, "không có cấu hình kiểm tra" in shown(page)) == (422, True)
    assert confirm(supervisor, visit, checklist=other).status_code == 422
    desk = Office(app, "lanh.dao")
    refused = desk.post(f"/api/v1/inspections/{visit.inspection}/supplement", {"checklist": other})
    assert (refused.status_code, refused.json["code"]) == (422, "supplement_refused")
    assert bound_to(visit) == (visits.CHECKLIST, 4)


def test_a_signed_record_is_not_bound_to_another_list(visit: Visit, supervisor: Browser):
    visit.submitted()
    before = bound_to(visit)
    assert f"{visit.address}/supplement" not in supervisor.client.get(visit.address).text
    response = confirm(supervisor, visit)
    assert (response.status_code, "mở lại trước rồi bổ sung" in shown(response)) == (409, True)
    assert (supervisor.client.get(f"{visit.address}/supplement").status_code, bound_to(visit)) == (
        409,
        before,
    )


def test_late_work_by_the_old_list_is_taken_where_the_item_lives_on_and_adopted_at_the_item_it_became(
    app: Flask, visit: Visit
):
    visit.tablet("secretary")
    visit.answer("PL-18", "phu_hop", "secretary", note="Còn mục")
    visit.answer("PL-17", "kph_nhe", "secretary", note="Ghi theo bản cũ")
    leader = browser_of(app, "leader")
    assert confirm(leader, visit).status_code == 303
    assert visit.push("secretary") == ["applied", "quarantined"]
    page = leader.client.get(visit.address)
    words = shown(page)
    assert "Thao tác giữ riêng 1" in words
    assert "Nếu nhận, nội dung được ghi vào mục PL-99." in words
    (op_id,) = re.findall(r'name="op_id" value="([^"]+)"', page.text)
    (reason,) = re.findall(rf'<textarea [^>]*id="reason-{op_id}"[^>]*>([^<]+)</textarea>', page.text)
    adopted = leader.submit(
        f"{visit.address}/quarantine", form_at=visit.address, op_id=op_id, decision="adopt", reason=reason
    )
    assert adopted.location == f"{visit.address}?done=adopt"
    words = shown(leader.client.get(adopted.location))
    assert "Thao tác giữ riêng 1" not in words
    item = words[words.index("Câu hỏi được thêm?") :]
    assert "Ghi theo bản cũ" in item[:900]


def test_late_work_that_the_new_way_of_answering_does_not_take_is_only_dismissed(app: Flask, visit: Visit):
    visit.answer("PL-20", "kph_nhe", "secretary", note="Ghi theo bản cũ", parents=[])
    leader = browser_of(app, "leader")
    assert confirm(leader, visit).status_code == 303
    assert visit.push("secretary") == ["quarantined"]
    page = leader.client.get(visit.address)
    assert ('value="adopt"' in page.text, 'value="dismiss"' in page.text) == (False, True)
    (told,) = leader.client.get(f"/api/v1{visit.address}/quarantine").json["operations"]
    assert (told["code"], told["can_adopt"]) == ("checklist_mismatch", False)


def test_late_work_at_an_item_that_nothing_replaces_is_only_dismissed(app: Flask, visit: Visit):
    visit.answer("PL-17", "kph_nhe", "secretary", note="Ghi theo bản cũ")
    leader = browser_of(app, "leader")
    assert confirm(leader, visit, **{"became:PL-17": ""}).status_code == 303
    assert visit.push("secretary") == ["quarantined"]
    page = leader.client.get(visit.address)
    assert ('value="adopt"' in page.text, 'value="dismiss"' in page.text) == (False, True)
