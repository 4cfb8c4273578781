"""What the leader and the supervisor decide on an inspection's page, and what all others only read there."""

import re
from datetime import date

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from core import clock, db
from inspections import actions
from inspections.models import Inspection
from inspections.workflow import Form
from registry import queries as registry
from tests import people, visits
from tests.people import Browser
from tests.visits import TEAM, Visit

REASON = "Đã kiểm lại hồ sơ tại đơn vị"


@pytest.fixture
def visit(app: Flask) -> Visit:
    """An inspection in progress."""
    visits.registered(app)
    return Visit(app).decided().started()


@pytest.fixture
def leader(app: Flask, visit: Visit) -> Browser:
    """The leader at a desk."""
    return browser_of(app, "leader")


@pytest.fixture
def supervisor(app: Flask) -> Browser:
    """Somebody of the office who is on no team."""
    return people.signed_in(app, "lanh.dao", full_name="Lê Thị Lãnh Đạo", roles=("supervisor",))


def browser_of(app: Flask, role: str) -> Browser:
    browser = Browser(app)
    browser.sign_in(TEAM[role][0])
    return browser


def shown(response: TestResponse) -> str:
    body = re.sub(r"<(script|style).*?</\1>", " ", response.text, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def logged(visit: Visit) -> tuple[int, str]:
    """How far the log goes, and its root."""
    with visit.app.app_context(), db.reading() as session:
        inspection = session.get_one(Inspection, visit.inspection)
        return inspection.head_pos, inspection.root


def disputed(visit: Visit) -> tuple[str, str]:
    first = visit.answer("PL-16", "phu_hop", note="Đã xác nhận bằng văn bản.")
    second = visit.answer("PL-16", "kph_nhe", "secretary", note="Chưa thấy văn bản xác nhận.")
    visit.push("leader")
    assert visit.push("secretary") == ["conflict"]
    return first, second


def resolve(browser: Browser, visit: Visit, standing: tuple[str, ...], **typed: str) -> TestResponse:
    form = {"entity": "answer/PL-16", "field": "answer", "heads": ",".join(standing), "reason": REASON}
    return browser.submit(f"{visit.address}/resolve", form_at=visit.address, **(form | typed))


def test_the_leader_sees_both_sides_with_their_authors_and_chooses_one(visit: Visit, leader: Browser):
    heads = disputed(visit)
    page = leader.client.get(visit.address)
    words = shown(page)
    block = words[words.index("Nội dung ghi khác nhau 1") : words.index("Lý do thống nhất")]
    for told in ("Phù hợp", "KPH nhẹ", "Đã xác nhận bằng văn bản.", "Chưa thấy văn bản xác nhận.",
                 "Nguyễn Văn Trưởng", "Võ Thị Thư Ký"):  # fmt: skip
        assert told in block
    response = resolve(leader, visit, heads, keep=heads[1])
    assert (response.status_code, response.location) == (303, f"{visit.address}?done=resolved")
    words = shown(leader.client.get(response.location))
    assert ("Đã thống nhất." in words, "Nội dung ghi khác nhau" in words) == (True, False)
    assert "Thống nhất câu trả lời PL-16 Đã ghi" in words


def test_the_leader_states_another_conclusion_on_the_evidence_of_both(visit: Visit, leader: Browser):
    heads = []
    for role, text in (("leader", "Văn bản 12"), ("secretary", "Phỏng vấn một cửa")):
        evidence = [{"kind": "ho_so", "text": text}]
        value = "phu_hop" if role == "leader" else "kph_nhe"
        heads.append(visit.answer("PL-16", value, role, evidence=evidence))
        visit.push(role)
    resolve(leader, visit, tuple(heads), keep="own", verdict="luu_y", note="Có văn bản, ban hành muộn.")
    words = shown(leader.client.get(f"{visit.address}?show=attention"))
    assert "Có văn bản, ban hành muộn." in words
    assert "Văn bản 12; Phỏng vấn một cửa" in words


@pytest.mark.parametrize(
    ("typed", "status", "says"),
    [
        ({"keep": "own", "verdict": "luu_y", "reason": " "}, 422, "Chưa nêu lý do."),
        ({"note": "Đang gõ dở"}, 422, "Chưa chọn nội dung nào."),
        ({"heads": "x"}, 409, "Tải lại trang"),
        ({"keep": "own", "verdict": "tot", "note": "Đang gõ dở"}, 409, "không đúng dạng"),
        ({"entity": "<script>"}, 409, "không còn nội dung ghi khác nhau"),
    ],
)
def test_a_resolution_that_lacks_something_changes_nothing_and_says_so_at_its_form(
    visit: Visit, leader: Browser, *, typed: dict[str, str], status: int, says: str
):
    heads, before = disputed(visit), logged(visit)
    response = resolve(leader, visit, heads, **({"keep": ""} | typed))
    assert logged(visit) == before
    assert (response.status_code, "<script>" in response.text) == (status, False)
    assert says in shown(response)
    assert "Chưa quyết định được" in shown(response)
    if note := typed.get("note"):
        assert f">{note}</textarea>" in response.text
    assert "Nội dung ghi khác nhau 1" in shown(leader.client.get(visit.address))


def test_others_read_both_sides_and_have_no_form(app: Flask, visit: Visit, supervisor: Browser):
    heads = disputed(visit)
    for browser in (browser_of(app, "secretary"), supervisor):
        page = browser.client.get(visit.address)
        assert "Chưa thấy văn bản xác nhận." in shown(page)
        assert f"{visit.address}/resolve" not in page.text
        response = browser.client.post(
            f"{visit.address}/resolve",
            data={"csrf_token": browser.token(visit.address), "entity": "answer/PL-16", "field": "answer",
                  "heads": ",".join(heads), "keep": heads[0], "reason": REASON},
        )  # fmt: skip
        assert response.status_code == 403


def late(visit: Visit) -> str:
    """An answer of the secretary's that came after both sides had signed."""
    visit.answer("PL-03", "phu_hop", note="Nội dung đã ký.")
    visit.submitted()
    op_id = visit.answer("PL-03", "kph_nhe", "secretary", note="Ghi <ngoại tuyến>, gửi muộn.")
    assert visit.push("secretary") == ["quarantined"]
    return op_id


def settle(browser: Browser, visit: Visit, aside: str, **typed: str) -> TestResponse:
    form = {"op_id": aside, "decision": "dismiss", "reason": REASON}
    return browser.submit(f"{visit.address}/quarantine", form_at=visit.address, **(form | typed))


def test_what_was_set_aside_stands_beside_what_counts_with_the_reason_in_words(visit: Visit, leader: Browser):
    late(visit)
    page = leader.client.get(visit.address)
    words = shown(page)
    block = words[words.index("Thao tác giữ riêng 1") :]
    for told in ("Cuộc kiểm tra đã ký chốt.", "Ghi &lt;ngoại tuyến&gt;, gửi muộn.", "Võ Thị Thư Ký",
                 "Đang tính vào kết quả", "Nội dung đã ký.", "muốn nhận thì mở lại trước"):  # fmt: skip
        assert told in block
    assert 'value="adopt"' not in page.text
    assert 'value="dismiss"' in page.text


def test_the_leader_dismisses_with_a_reason_and_the_log_keeps_both(visit: Visit, leader: Browser):
    response = settle(leader, visit, late(visit))
    assert response.location == f"{visit.address}?done=dismiss"
    words = shown(leader.client.get(response.location))
    assert ("Đã bỏ thao tác giữ riêng." in words, "Thao tác giữ riêng 1" in words) == (True, False)
    assert "Bỏ thao tác giữ riêng PL-03 Đã ghi" in words


def test_reopened_the_late_answer_is_adopted_and_meets_what_was_signed(
    visit: Visit, leader: Browser, supervisor: Browser
):
    op_id = late(visit)
    reopened = supervisor.submit(f"{visit.address}/reopen", form_at=visit.address, reason=REASON)
    assert (reopened.location, visit.state()) == (f"{visit.address}?done=reopen", ("in_progress", 2))
    assert 'value="adopt"' in leader.client.get(visit.address).text
    assert settle(leader, visit, op_id, decision="adopt").location == f"{visit.address}?done=adopt"
    words = shown(leader.client.get(visit.address))
    block = words[words.index("Nội dung ghi khác nhau 1") : words.index("Lý do thống nhất")]
    assert ("Nội dung đã ký." in block, "gửi muộn." in block, "Nguyễn Văn Trưởng" in block) == (True,) * 3


@pytest.mark.parametrize(
    ("typed", "status", "says"),
    [
        ({"reason": "  "}, 422, "Chưa nêu lý do."),
        ({"decision": ""}, 422, "Chọn nhận hoặc bỏ."),
        ({"op_id": "x", "reason": REASON}, 404, "đã được quyết định"),
    ],
)
def test_a_decision_that_lacks_something_leaves_it_where_it_was(
    visit: Visit, leader: Browser, *, typed: dict[str, str], status: int, says: str
):
    op_id = late(visit)
    response = settle(leader, visit, op_id, **typed)
    assert response.status_code == status
    assert says in shown(response)
    if "op_id" not in typed:
        assert f'id="aside-{op_id}"' in response.text
        assert re.search(r"<details class=\"remark-field no-print\" open>", response.text) is not None


def test_others_see_what_was_set_aside_and_no_form(app: Flask, visit: Visit, supervisor: Browser):
    op_id = late(visit)
    for browser in (browser_of(app, "secretary"), supervisor):
        page = browser.client.get(visit.address)
        assert "Thao tác giữ riêng 1" in shown(page)
        assert f"{visit.address}/quarantine" not in page.text
        assert settle(browser, visit, op_id).status_code == 403


def test_an_edit_that_met_a_retraction_is_kept_or_ended(visit: Visit, leader: Browser):
    finding = "finding/0198c0de-5a10-7000-8000-0123456789ab"
    said = {"category": "luu_y", "text": "Nên gộp hai sổ.", "items": ["PL-18"]}
    first = visit.record("leader", "finding.set", finding, said)
    visit.record("leader", "finding.retract", finding, {"reason": "Nêu ở mục khác"}, parents=(first,))
    visit.record("leader", "finding.set", finding, {"text": "Nên gộp hai sổ làm một."}, parents=(first,))
    visit.push("leader")
    page = leader.client.get(visit.address)
    words = shown(page)
    block = words[words.index("Phát hiện: vừa sửa vừa rút") : words.index("Lý do thống nhất")]
    assert "Chọn nội dung 2 Rút, không dùng nữa" in block
    assert ("Phân loại: Điểm lưu ý" in block, "Nội dung: Nên gộp hai sổ làm một." in block) == (True, True)
    kept = re.search(r'name="keep" id="[^"]*-1" value="([0-9a-f-]{36})"', page.text)[1]
    heads = re.search(r'name="heads" value="([0-9a-f,-]+)"', page.text)[1].split(",")
    resolve(leader, visit, tuple(heads), entity=finding, field="retract", keep=kept)
    words = shown(leader.client.get(visit.address))
    assert ("Nên gộp hai sổ làm một." in words, "vừa sửa vừa rút" in words) == (True, False)


def test_a_value_that_cannot_be_told_in_words_is_shown_as_it_was_sent(visit: Visit, leader: Browser):
    visit.answer("PL-16", "tot", "secretary")
    visit.push("leader")
    visit.push("secretary")
    page = leader.client.get(visit.address)
    words = shown(page)
    assert "{&#34;value&#34;: &#34;tot&#34;}" in words[words.index("Thao tác giữ riêng 1") :]
    assert "Thao tác này không nhận vào hồ sơ được" in words


@pytest.mark.parametrize(
    ("step", "state", "says"),
    [("postpone", "postponed", "Đã hoãn."), ("cancel", "cancelled", "Đã hủy cuộc kiểm tra.")],
)
def test_the_supervisor_puts_off_or_calls_off_with_a_reason(
    visit: Visit, supervisor: Browser, *, step: str, state: str, says: str
):
    visit.push("leader")
    empty = supervisor.submit(f"{visit.address}/{step}", form_at=visit.address, reason=" ")
    assert (empty.status_code, visit.state()) == (422, ("in_progress", 1))
    assert f'href="#reason-{step}"' in empty.text
    response = supervisor.submit(f"{visit.address}/{step}", form_at=visit.address, reason=REASON)
    assert (response.status_code, visit.state()) == (303, (state, 1))
    page = supervisor.client.get(response.location)
    assert says in shown(page)
    assert f'action="{visit.address}/{step}"' not in page.text


def test_the_page_offers_only_the_steps_that_the_table_has(
    visit: Visit, leader: Browser, supervisor: Browser
):
    def offered(browser: Browser) -> set[str]:
        text = browser.client.get(visit.address).text
        return {step for step in ("reopen", "postpone", "cancel") if f'{visit.address}/{step}"' in text}

    visit.push("leader")
    assert (offered(leader), offered(supervisor)) == (set(), {"postpone", "cancel"})
    visit.submitted()
    assert (offered(leader), offered(supervisor)) == (set(), {"reopen"})
    assert leader.submit(f"{visit.address}/reopen", form_at=visit.address, reason=REASON).status_code == 403


def test_what_the_last_minutes_left_open_stands_beside_the_item_that_asks_about_it(
    app: Flask, visit: Visit, leader: Browser
):
    visit.answer("PL-40", "kph_nang", note="Quy trình còn ghi 10 ngày.")
    visit.submitted()
    after = Visit(app, planned_on=date(2024, 5, 20), people_ids=visit.people_ids, held=visit.held)
    with app.app_context(), db.writing() as session:
        first = session.get_one(Inspection, visit.inspection)
        first.state = "approved"
        actions.issue(session, first, needs_correction=True, by=visits.SYSTEM, at=clock.now())
        unit = registry.unit_by_code(session, visit.unit)
        after.inspection = actions.schedule(
            session, unit, form=Form.ON_SITE, planned_on=after.planned_on, by=visits.SYSTEM, at=clock.now()
        ).id
    after.decided()
    page = leader.client.get(after.address)
    item = page.text[page.text.index('id="item-PL-32"') :].partition('id="item-PL-33"')[0]
    words = " ".join(re.sub(r"<[^>]+>", " ", item).split())
    assert "Tồn tại nêu lần trước 1 Quy trình còn ghi 10 ngày." in words
    assert "Kiểm tra ngày 23/5/2023 · PL-40 · chờ đơn vị khắc phục · hạn 23/7/2023" in words
    assert "Quá hạn báo cáo khắc phục" in words
    assert f'href="{visit.address}"' in item
    assert "Tồn tại nêu lần trước" not in shown(leader.client.get(visit.address))
