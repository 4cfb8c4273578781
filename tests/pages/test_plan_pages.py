"""A year's plan as people make it on pages: rows, coverage, approval, adjustment, inspections from rows."""

import re

import pytest
from flask import Flask

from core import db
from tests import people, plans, visits
from tests.pages.test_inspection_pages import shown
from tests.people import Browser

ROW = {
    "unit_code": "TV-S02", "inspecting_unit": "Chi cục TĐC", "cooperating_unit": "Sở Nội vụ",
    "first_day": "2023-05-23", "form": "on_site", "budget_vnd": "5.000.000",
}  # fmt: skip


@pytest.fixture
def supervisor(app: Flask) -> Browser:
    """A supervisor where units, obligations and the main checklist are known."""
    visits.registered(app)
    with app.app_context(), db.writing() as session:
        plans.register(session)
    return people.signed_in(app, "lanh.dao", roles=("supervisor",))


@pytest.fixture
def draft(supervisor: Browser) -> str:
    """The address of a draft with one row."""
    made = supervisor.submit("/plans/new", year="2023", title="Kế hoạch kiểm tra năm 2023")
    address = made.location.partition("?")[0]
    supervisor.submit(f"{address}/rows/new", **ROW)
    return address


@pytest.fixture
def approved(supervisor: Browser, draft: str) -> str:
    """The address of the plan in force."""
    supervisor.submit(f"{draft}/submit", form_at=draft)
    supervisor.submit(f"{draft}/approve", form_at=draft, number="2248/QĐ-UBND", approved_on="2022-12-20")
    return draft


def test_an_empty_list_says_what_to_do_next(app: Flask):
    assert "Bấm «Lập kế hoạch»" in people.signed_in(app, roles=("supervisor",)).client.get("/plans/").text


def test_a_row_is_shown_with_all_that_the_form_asks(supervisor: Browser, draft: str):
    words = shown(supervisor.client.get(draft))
    for told in ("Sở Nội vụ", "Chi cục TĐC Phối hợp: Sở Nội vụ", "23/5/2023", "Tại trụ sở", "5.000.000"):
        assert told in words


def test_coverage_warns_with_both_figures_and_names_and_stops_nothing(supervisor: Browser, draft: str):
    words = shown(supervisor.client.get(draft))
    assert "Kế hoạch chưa đủ độ phủ; vẫn trình và phê duyệt được" in words
    assert "27 cơ quan phải được kiểm tra chưa có trong kế hoạch" in words
    assert "Còn thiếu 9 cuộc tại trụ sở để đủ một phần ba." in words
    assert "1/28 (3,6 %)" in words
    assert "UBND huyện Duyên Hải TV-H09" in words
    supervisor.submit(f"{draft}/submit", form_at=draft)
    assert "Đã trình" in supervisor.client.get(draft).text


def test_the_missing_are_added_at_one_stroke(supervisor: Browser, draft: str):
    supervisor.submit(f"{draft}/add-missing", form_at=draft, first_day="2023-10-02", last_day="2023-10-31")
    words = shown(supervisor.client.get(draft))
    assert "28 dòng, kinh phí 5.000.000 đồng" in words
    assert "28/28 (100,0 %)" in words
    assert "cơ quan phải được kiểm tra chưa có" not in words
    assert "Còn thiếu 9 cuộc tại trụ sở" in words


@pytest.mark.parametrize(
    ("changed", "field", "says"),
    [
        ({"unit_code": ""}, "unit_code", "Danh bạ không có đơn vị"),
        ({"first_day": "2023-02-30"}, "first_day", "Chưa có ngày. Ghi ngày dự kiến."),
        ({"first_day": "2022-12-31"}, "first_day", "Ngày 31/12/2022 ngoài năm kế hoạch 2023."),
        ({"last_day": "2023-05-22"}, "last_day", "Ngày cuối trước ngày đầu."),
        ({"form": "x"}, "form", "Chọn một trong"),
        ({"budget_vnd": "năm triệu"}, "budget_vnd", "Ghi số tiền bằng đồng"),
        ({"inspecting_unit": " "}, "inspecting_unit", "Chưa ghi đơn vị kiểm tra."),
        ({"unit_code": "TV-S02"}, "first_day", "Đơn vị «TV-S02» đã có ở dòng 1 cùng ngày 23/05/2023."),
    ],
)
def test_what_is_wrong_with_a_row_stands_beside_the_field_and_what_was_typed_stays(
    supervisor: Browser, draft: str, *, changed: dict[str, str], field: str, says: str
):
    typed = ROW | {"unit_code": "TV-S03", "cooperating_unit": "Văn phòng"} | changed
    refused = supervisor.submit(f"{draft}/rows/new", **typed)
    assert refused.status_code == 422
    assert f'href="#{field}"' in refused.text
    assert says in shown(refused)
    assert 'value="Văn phòng"' in refused.text
    assert "1 dòng" in shown(supervisor.client.get(draft))


def test_a_row_is_changed_and_taken_out(supervisor: Browser, draft: str):
    (row,) = re.findall(rf'href="({draft}/rows/[0-9a-f-]{{36}})"', supervisor.client.get(draft).text)
    assert 'value="2023-05-23"' in supervisor.client.get(row).text
    supervisor.submit(row, **(ROW | {"first_day": "2023-05-24", "budget_vnd": ""}))
    words = shown(supervisor.client.get(draft))
    assert "24/5/2023" in words
    assert "Chưa ghi" in words
    (row,) = re.findall(rf'href="({draft}/rows/[0-9a-f-]{{36}})"', supervisor.client.get(draft).text)
    supervisor.submit(row, remove="1")
    assert "Dự thảo chưa có đơn vị nào" in supervisor.client.get(draft).text


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"number": "", "approved_on": "2022-12-20"}, "Ghi số, ký hiệu văn bản phê duyệt"),
        ({"number": "1/QĐ", "approved_on": ""}, "Ngày phê duyệt còn trống"),
        ({"number": "1/QĐ", "approved_on": "2999-01-01"}, "không sau hôm nay"),
    ],
)
def test_an_approval_without_its_paper_is_refused_beside_the_field(
    supervisor: Browser, draft: str, typed: dict[str, str], says: str
):
    supervisor.submit(f"{draft}/submit", form_at=draft)
    refused = supervisor.submit(f"{draft}/approve", form_at=draft, **typed)
    assert (refused.status_code, says in shown(refused)) == (422, True)
    assert "Ghi phê duyệt" in shown(supervisor.client.get(draft))


def test_an_approved_plan_is_not_edited(supervisor: Browser, approved: str):
    assert supervisor.client.get(f"{approved}/rows/new").status_code == 409
    refused = supervisor.submit(f"{approved}/submit", form_at=approved)
    assert (refused.status_code, "Bước này chưa thực hiện được" in refused.text) == (409, True)


def test_an_adjustment_is_a_new_version_and_both_are_listed(supervisor: Browser, approved: str):
    made = supervisor.submit(f"{approved}/adjust", form_at=approved, reason="Đơn vị bận tổng kết")
    new = made.location.partition("?")[0]
    words = shown(supervisor.client.get(new))
    assert "Đơn vị bận tổng kết" in words
    assert "Phiên bản 1 · Đã phê duyệt, 2248/QĐ-UBND ngày 20/12/2022" in words
    without = supervisor.submit(f"{approved}/adjust", form_at=approved, reason="Lại đổi")
    assert (without.status_code, "Đang có dự thảo điều chỉnh" in without.text) == (409, True)
    supervisor.submit(f"{new}/discard", form_at=new)
    assert supervisor.client.get(new).status_code == 404


def test_a_row_leads_to_its_inspection_whose_decision_cites_the_plan(
    app: Flask, supervisor: Browser, approved: str
):
    people.there_is(app, "thanh.vien", full_name="Phạm Quốc Đạt")
    (way,) = re.findall(r'action="(/plans/[^"]+/inspection)"', supervisor.client.get(approved).text)
    made = supervisor.submit(way, form_at=approved)
    assert (made.status_code, made.location[-9:]) == (303, "/decision")
    words = shown(supervisor.client.get(made.location))
    assert "Căn cứ: Kế hoạch kiểm tra năm 2023, phê duyệt tại 2248/QĐ-UBND ngày 20/12/2022." in words
    assert "Phạm Quốc Đạt ◆ Chưa ghi nhận theo Điều 40" in words
    assert "Đã lên lịch" in shown(supervisor.client.get(approved))
    assert "1 cuộc kiểm tra" in shown(supervisor.client.get("/units/TV-S02/inspections"))


def test_the_next_decision_under_a_plan_begins_as_the_last_one_was(app: Flask, supervisor: Browser):
    made = supervisor.submit("/plans/new", year="2023", title="Kế hoạch")
    plan = made.location.partition("?")[0]
    supervisor.submit(f"{plan}/rows/new", **ROW)
    supervisor.submit(f"{plan}/rows/new", **(ROW | {"unit_code": "TV-S03", "first_day": "2023-05-24"}))
    supervisor.submit(f"{plan}/submit", form_at=plan)
    supervisor.submit(f"{plan}/approve", form_at=plan, number="1/QĐ-UBND", approved_on="2023-01-16")
    leader = people.there_is(app, "truong.doan", full_name="Nguyễn Văn Trưởng")
    first, second = re.findall(r'action="(/plans/[^"]+/inspection)"', supervisor.client.get(plan).text)
    decision = supervisor.submit(first, form_at=plan).location
    content = f"{visits.CHECKLIST}|{visits.PROFILE}"
    supervisor.submit(
        decision, number="41/QĐ-TĐC", decided_on="2023-05-08", content=content, period_from="2022-01-01",
        period_to="2023-04-30", **{f"role:{leader}": "leader", f"title:{leader}": "Trưởng phòng mới"},
    )  # fmt: skip
    form = supervisor.client.get(supervisor.submit(second, form_at=plan).location).text
    assert f'<option value="{content}" selected>' in form
    assert 'value="2022-01-01"' in form
    assert '<option value="leader" selected>' in form
    assert 'value="Trưởng phòng mới"' in form
    assert "41/QĐ-TĐC" not in form


def test_an_inspection_outside_the_plan_asks_for_its_request(supervisor: Browser, approved: str):
    typed = {"unit_code": "TV-S09", "form": "on_site", "planned_on": "2023-04-03"}
    refused = supervisor.submit("/inspections/new", **typed)
    assert (refused.status_code, 'href="#request_number"' in refused.text) == (422, True)
    request = {"request_number": "15/UBND-NC", "requested_on": "2023-03-01", "requested_by": "UBND tỉnh"}
    wrong = supervisor.submit("/inspections/new", **typed, **(request | {"requested_on": ""}))
    assert (wrong.status_code, "Ngày yêu cầu còn trống" in wrong.text) == (422, True)
    made = supervisor.submit("/inspections/new", **typed, **request)
    words = shown(supervisor.client.get(made.location.removesuffix("/decision")))
    assert "Yêu cầu đột xuất 15/UBND-NC ngày 01/3/2023 của UBND tỉnh" in words


def test_a_longer_plan_and_more_inspections_ask_the_database_no_more_often(
    supervisor: Browser, draft: str, statements: list[str]
):
    def asked(path: str) -> int:
        statements.clear()
        assert supervisor.client.get(path).status_code == 200
        return len(statements)

    def inspect(day: str) -> None:
        request = {"request_number": "15/UBND", "requested_on": "2023-03-01", "requested_by": "UBND tỉnh"}
        visit = {"unit_code": "TV-S09", "form": "on_site", "planned_on": day}
        assert supervisor.submit("/inspections/new", **visit, **request).status_code == 303

    inspect("2023-04-03")
    before = {path: asked(path) for path in ("/plans/", draft, "/units/TV-S09/inspections")}
    days = {"first_day": "2023-10-02", "last_day": "2023-10-31"}
    assert supervisor.submit(f"{draft}/add-missing", form_at=draft, **days).status_code == 303
    for day in ("2023-05-04", "2023-06-05", "2023-07-06"):
        inspect(day)
    assert {path: asked(path) for path in before} == before


def test_readers_see_plans_and_no_way_to_change_them(app: Flask, supervisor: Browser, draft: str):
    reader = people.signed_in(app).client
    page = reader.get(draft)
    assert "Lãnh đạo lập, trình và ghi phê duyệt kế hoạch." in shown(page)
    assert f'action="{draft}' not in page.text
    assert reader.get("/plans/new").status_code == 403


@pytest.mark.parametrize("path", ["/plans/x", "/plans/x/rows/new", "/units/TV-X99/inspections"])
def test_what_does_not_exist_is_said_to_be_missing(supervisor: Browser, path: str):
    assert (supervisor.client.get(path).status_code, "Không có" in supervisor.client.get(path).text) == (
        404, True,
    )  # fmt: skip


def test_a_step_that_plans_do_not_have_is_no_page(supervisor: Browser, draft: str):
    refused = supervisor.submit(f"{draft}/burn", form_at=draft)
    assert (refused.status_code, "Kế hoạch không có bước này." in refused.text) == (404, True)
