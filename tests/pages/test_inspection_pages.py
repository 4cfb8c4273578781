"""What people see of an inspection, what they can decide there, and what they cannot."""

import re
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from core import clock, db, files
from inspections.models import Inspection, LoggedOperation
from tests import people, visits
from tests.people import Browser
from tests.visits import TEAM, Visit

ANYWHERE = "00000000-0000-7000-8000-000000000000"


@pytest.fixture
def visit(app: Flask) -> Visit:
    """A unit in the calendar."""
    visits.registered(app)
    return Visit(app).scheduled()


@pytest.fixture
def supervisor(app: Flask) -> Browser:
    """Somebody who decides and is on no team."""
    return people.signed_in(app, "lanh.dao", full_name="Lê Thị Lãnh Đạo", roles=("supervisor",))


@pytest.fixture
def submitted(visit: Visit) -> Visit:
    """A signed inspection that waits for approval: one item conforms, one does not."""
    visit.decided().started()
    visit.answer("PL-01", "phu_hop", note="Phân công rõ người phụ trách.")
    visit.answer(
        "PL-02",
        "kph_nhe",
        note="Chưa kiện toàn Ban Chỉ đạo.",
        evidence=[{"kind": "ho_so", "text": "Quyết định cũ"}],
    )
    return visit.submitted()


def shown(response: TestResponse) -> str:
    """The page's words, as a reader takes them in."""
    body = re.sub(r"<(script|style).*?</\1>", " ", response.text, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def headings(response: TestResponse) -> list[str]:
    """The text of the headings of the first and second rank."""
    found = re.findall(r"<h[12][^>]*>(.*?)</h[12]>", response.text, flags=re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", one).split()) for one in found]


def test_a_stranger_is_shown_the_way_in_and_comes_back_to_the_page(app: Flask, visit: Visit):
    response = Browser(app).client.get(visit.address)
    assert (response.status_code, response.location) == (302, f"/?next={visit.address}")
    at_the_door = Browser(app).client.get(response.location)
    assert (at_the_door.status_code, parse_qs(urlsplit(at_the_door.location).query)) == (
        302,
        {"next": [visit.address]},
    )


def test_a_unit_is_put_into_the_calendar_and_the_decision_is_asked_for_next(
    app: Flask, visit: Visit, supervisor: Browser
):
    response = supervisor.submit(
        "/inspections/new", unit_code="TV-S03", form="on_site", planned_on="2023-06-01"
    )
    assert (response.status_code, response.location[-9:]) == (303, "/decision")
    with app.app_context(), db.reading() as session:
        made = session.get_one(Inspection, response.location.split("/")[2])
        assert (made.unit_name, made.state, made.planned_on) == ("Sở Tư pháp", "scheduled", date(2023, 6, 1))


@pytest.mark.parametrize(
    ("typed", "field", "says"),
    [
        ({"unit_code": "", "planned_on": "2023-06-01"}, "unit_code", "Chọn đơn vị"),
        ({"unit_code": "TV-S03", "planned_on": "2023-02-30"}, "planned_on", "không có trong lịch"),
        ({"unit_code": "TV-S03", "planned_on": ""}, "planned_on", "còn trống"),
        ({"unit_code": "TV-S02", "planned_on": "2026-05-01"}, "planned_on", "chấm dứt hoạt động"),
        ({"unit_code": "TV-S02", "planned_on": "2023-05-23"}, "planned_on", "đã có một cuộc kiểm tra"),
        ({"unit_code": "TV-S03", "planned_on": "2023-06-01", "form": "x"}, "form", "hình thức"),
    ],
)
def test_what_is_wrong_with_the_calendar_form_stands_beside_the_field(
    visit: Visit, supervisor: Browser, *, typed: dict[str, str], field: str, says: str
):
    response = supervisor.submit("/inspections/new", **({"form": "on_site"} | typed))
    assert response.status_code == 422
    assert f'href="#{field}"' in response.text
    assert says in shown(response)


def decision(visit: Visit, **changed: str) -> dict[str, str]:
    roles = {f"role:{person}": role for role, person in visit.people_ids.items()}
    return {
        "number": "15/QĐ-TĐC", "decided_on": "2023-05-08", "content": f"{visits.CHECKLIST}|{visits.PROFILE}",
        "period_from": "2022-01-01", "period_to": "2023-04-30",
    } | roles | changed  # fmt: skip


def test_a_decision_fixes_team_list_and_period(visit: Visit, supervisor: Browser):
    response = supervisor.submit(f"{visit.address}/decision", **decision(visit))
    assert (response.status_code, visit.state()) == (303, ("decided", 1))
    page = supervisor.client.get(response.location)
    words = shown(page)
    assert "15/QĐ-TĐC, ngày 08/5/2023" in words
    assert "Nguyễn Văn Trưởng · Trưởng đoàn" in words
    assert "QMS-HCNN-2015@1.0.0 · Kiểm tra tại trụ sở – đầy đủ Dự thảo, chờ Sở phê duyệt" in words
    assert "01/01/2022 – 30/4/2023" in words
    assert "0/103 mục đã trả lời" in words


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"number": " "}, "Chưa nhập số quyết định"),
        ({"decided_on": "2023-05-24"}, "phải trước hoặc trùng ngày kiểm tra"),
        ({"content": ""}, "Chọn danh mục kiểm tra"),
        ({"content": "QMS-HCNN-2015@1.0.0|khong_co"}, "không có cấu hình"),
        ({"period_from": "2023-05-01"}, "ngày đầu phải trước ngày cuối"),
    ],
)
def test_a_wrong_decision_is_refused_and_what_was_typed_is_still_there(
    visit: Visit, supervisor: Browser, changed: dict[str, str], says: str
):
    response = supervisor.submit(f"{visit.address}/decision", **decision(visit, **changed))
    assert (response.status_code, visit.state()) == (422, ("scheduled", 1))
    assert says in shown(response)
    assert f'value="{changed.get("decided_on", "2023-05-08")}"' in response.text


def test_a_team_without_a_leader_is_refused_beside_the_team(visit: Visit, supervisor: Browser):
    nobody_leads = {f"role:{visit.people_ids['leader']}": "member"}
    response = supervisor.submit(f"{visit.address}/decision", **decision(visit, **nobody_leads))
    assert (response.status_code, visit.state()) == (422, ("scheduled", 1))
    assert "Đoàn kiểm tra phải có đúng một trưởng đoàn." in shown(response)


def test_a_finding_stands_before_the_items_with_its_basis_evidence_and_term(
    submitted: Visit, supervisor: Browser
):
    response = supervisor.client.get(submitted.address)
    words = shown(response)
    assert words.index("Chưa kiện toàn Ban Chỉ đạo.") < words.index("Nội dung kiểm tra")
    assert "TT 26/2014/TT-BKHCN Điều 7 khoản 2 điểm b" in words
    assert "Bằng chứng: Quyết định cũ" in words
    assert "23/7/2023" in words  # two calendar months from the day the visit ended


def test_a_verdict_is_a_word_and_a_shape_and_never_a_colour_alone(submitted: Visit, supervisor: Browser):
    text = supervisor.client.get(submitted.address).text
    marks = re.findall(
        r'<span class="verdict tone-(\w+)">(<svg.*?</svg>)<span>(.*?)</span>', text, flags=re.DOTALL
    )
    assert {(tone, bool(shape), re.sub(r"<[^>]+>", "", word)) for tone, shape, word in marks} == {
        ("conform", True, "Phù hợp"), ("minor", True, "KPH nhẹ"),
    }  # fmt: skip


def test_two_answers_that_differ_are_both_shown_with_their_authors(visit: Visit, supervisor: Browser):
    visit.decided().started()
    visit.answer("PL-16", "phu_hop", note="Đã xác nhận bằng văn bản.")
    visit.push("leader")
    visit.answer("PL-16", "kph_nhe", "secretary", note="Chưa thấy văn bản xác nhận.")
    assert visit.push("secretary") == ["conflict"]
    words = shown(supervisor.client.get(f"{visit.address}?show=conflicts"))
    for told in ("1 mục trả lời khác nhau", "Đã xác nhận bằng văn bản.", "Chưa thấy văn bản xác nhận."):
        assert told in words
    both = words[words.index("Trả lời khác nhau") :]
    assert both.index("Nguyễn Văn Trưởng") > 0
    assert both.index("Võ Thị Thư Ký") > 0


def test_a_choice_of_items_is_an_address_that_can_be_sent_to_a_colleague(
    submitted: Visit, supervisor: Browser
):
    everything = shown(supervisor.client.get(submitted.address))
    narrowed = shown(supervisor.client.get(f"{submitted.address}?show=attention"))
    assert ("Phân công rõ người phụ trách." in everything, "Phân công rõ người phụ trách." in narrowed) == (
        True,
        False,
    )
    assert "Chưa kiện toàn Ban Chỉ đạo." in narrowed


def test_the_log_is_told_in_words_and_says_why_something_was_set_aside(submitted: Visit, supervisor: Browser):
    submitted.answer("PL-03", "phu_hop")
    assert submitted.push("leader") == ["quarantined"]
    words = shown(supervisor.client.get(submitted.address))
    assert "Ghi câu trả lời PL-03 Giữ riêng Cuộc kiểm tra đã ký chốt." in words
    assert "Thao tác giữ riêng 1" in words
    assert "Gửi duyệt" in words


def test_sending_back_reaches_the_log_with_one_remark_for_each_item(
    app: Flask, submitted: Visit, supervisor: Browser
):
    remarks = {"remark:answer/PL-02": "Nêu số, ngày của quyết định.", "remark:answer/PL-01": "  "}
    response = supervisor.submit(
        f"{submitted.address}/send-back", form_at=submitted.address,
        reason="Bổ sung bằng chứng.", due_on="2023-05-30", **remarks,
    )  # fmt: skip
    assert (response.status_code, submitted.state()) == (303, ("in_progress", 2))
    with app.app_context(), db.reading() as session:
        rows = session.query(LoggedOperation).filter(
            LoggedOperation.type.in_(["remark.add", "inspection.send_back"])
        )
        assert [(row.type, row.effect) for row in rows.order_by(LoggedOperation.pos)] == [
            ("remark.add", "applied"), ("inspection.send_back", "applied"),
        ]  # fmt: skip
    words = shown(supervisor.client.get(submitted.address))
    assert "Nhận xét của lãnh đạo Chờ đoàn Nêu số, ngày của quyết định." in words
    assert "hạn 30/5/2023" in words
    assert "Ký cho nội dung trước khi sửa" not in words
    submitted.answer(
        "PL-02", "kph_nhe", note="Chưa kiện toàn, đã nêu số.", parents=(submitted.last["PL-02"],)
    )
    submitted.push("leader")
    assert shown(supervisor.client.get(submitted.address)).count("Ký cho nội dung trước khi sửa") == 2


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"reason": " "}, "Chưa nêu lý do trả lại."),
        ({"reason": "Bổ sung", "due_on": "30/5"}, "Hạn hoàn thiện còn trống hoặc"),
    ],
)  # fmt: skip
def test_a_return_that_lacks_something_keeps_every_remark_that_was_typed(
    submitted: Visit, supervisor: Browser, typed: dict[str, str], says: str
):
    remark = {"remark:answer/PL-02": "Nêu số, ngày của quyết định."}
    response = supervisor.submit(
        f"{submitted.address}/send-back", form_at=submitted.address, **typed, **remark
    )
    assert (response.status_code, submitted.state()) == (422, ("submitted", 1))
    assert says in shown(response)
    assert "Nêu số, ngày của quyết định.</textarea>" in response.text


def test_approval_shows_what_is_approved_and_takes_the_hash_that_was_on_the_screen(
    submitted: Visit, supervisor: Browser
):
    page = supervisor.client.get(f"{submitted.address}/approve")
    words = shown(page)
    content = submitted.content_hash()
    assert f"{content[:8]}…{content[-8:]}" in words
    assert "Mục đã trả lời 2/" in words
    assert "Phát hiện 1" in words
    response = supervisor.submit(f"{submitted.address}/approve", content=content)
    assert (response.status_code, submitted.state()) == (303, ("approved", 1))


def test_approving_what_is_no_longer_there_approves_nothing_and_shows_what_is(
    submitted: Visit, supervisor: Browser
):
    response = supervisor.submit(f"{submitted.address}/approve", content="0" * 64)
    assert (response.status_code, submitted.state()) == (409, ("submitted", 1))
    assert "Chưa duyệt gì." in shown(response)
    assert f'value="{submitted.content_hash()}"' in response.text


def test_nobody_approves_what_the_own_team_found(app: Flask, submitted: Visit):
    with app.app_context(), db.writing() as session:
        from accounts.models import HeldRole

        session.add(HeldRole(person_id=submitted.people_ids["leader"], role="supervisor"))
    own = Browser(app)
    own.sign_in(TEAM["leader"][0])
    assert "không duyệt được" in shown(own.client.get(submitted.address))
    assert own.client.get(f"{submitted.address}/approve").status_code == 403
    response = own.submit(
        f"{submitted.address}/approve", form_at=submitted.address, content=submitted.content_hash()
    )
    assert (response.status_code, submitted.state()) == (403, ("submitted", 1))


def test_a_photo_is_shown_small_and_bare_and_the_original_on_demand(visit: Visit, supervisor: Browser):
    original = visits.picture()
    visit.decided().started()
    sha256 = visit.photo("PL-19", original, caption="Bảng niêm yết tại trụ sở")
    page = supervisor.client.get(visit.address)
    assert f'src="{visit.address}/photos/{sha256}" alt="Bảng niêm yết tại trụ sở"' in page.text
    small = supervisor.client.get(f"{visit.address}/photos/{sha256}")
    assert (small.mimetype, b"Exif" in small.data, len(small.data) < len(original)) == (
        "image/jpeg",
        False,
        True,
    )
    whole = supervisor.client.get(f"{visit.address}/photos/{sha256}?size=original", buffered=True)
    assert (whole.data, whole.headers["Content-Disposition"][:10]) == (original, "attachment")


def test_a_photo_that_is_still_on_the_tablet_is_announced_and_not_linked(visit: Visit, supervisor: Browser):
    visit.decided().started()
    sha256 = visit.photo("PL-19", visits.picture(), arrives=False)
    page = supervisor.client.get(visit.address)
    assert "chưa về máy chủ" in shown(page)
    assert f"/photos/{sha256}" not in page.text
    assert supervisor.client.get(f"{visit.address}/photos/{sha256}").status_code == 404


def test_a_photo_is_shown_only_within_the_inspection_that_names_it(visit: Visit, supervisor: Browser):
    visit.decided().started()
    sha256 = visit.photo("PL-19", visits.picture())
    other = Visit(visit.app, unit="TV-S03", planned_on=date(2023, 6, 1))
    other.people_ids = visit.people_ids
    supervisor.submit("/inspections/new", unit_code="TV-S03", form="on_site", planned_on="2023-06-01")
    (elsewhere,) = {one for one in _listed(supervisor) if one != visit.inspection}
    assert supervisor.client.get(f"/inspections/{elsewhere}/photos/{sha256}").status_code == 404


def test_a_photo_that_came_for_another_inspection_has_not_come_for_this_one(
    app: Flask, visit: Visit, supervisor: Browser
):
    """Otherwise whoever knows a photo's hash could have another team's photo shown as the own."""
    visit.decided().started()
    sha256 = visit.photo("PL-19", visits.picture(), arrives=False)
    with app.app_context(), db.writing() as session:
        assert files.put(session, visits.picture(), media_type="image/jpeg", at=clock.now()).sha256 == sha256
    assert "chưa về máy chủ" in shown(supervisor.client.get(visit.address))
    assert supervisor.client.get(f"{visit.address}/photos/{sha256}").status_code == 404


def _listed(browser: Browser, address: str = "/inspections/") -> list[str]:
    return re.findall(r'href="/inspections/([0-9a-f-]{36})"', browser.client.get(address).text)


def test_another_teams_inspector_sees_nothing_of_it(app: Flask, submitted: Visit):
    stranger = people.signed_in(app, "nguoi.khac", full_name="Đỗ Người Khác")
    assert _listed(stranger) == []
    answers = [
        stranger.client.get(path).status_code for path in (submitted.address, f"/inspections/{ANYWHERE}")
    ]
    assert answers == [404, 404]


@pytest.mark.parametrize("path", ["/inspections/new", "{address}/decision", "{address}/approve"])
def test_only_a_supervisor_opens_the_pages_that_decide(app: Flask, visit: Visit, path: str):
    member = Browser(app)
    member.sign_in(TEAM["leader"][0])
    assert member.client.get(path.format(address=visit.address)).status_code == 403


def test_the_inbox_holds_what_waits_for_each(app: Flask, submitted: Visit, supervisor: Browser):
    leader = Browser(app)
    leader.sign_in(TEAM["leader"][0])
    clerk = people.signed_in(app, "van.thu", full_name="Hồ Văn Thư", roles=("clerk",))
    assert headings(supervisor.client.get("/")) == ["Việc cần làm", "Chờ duyệt 1"]
    assert "Hiện không có việc nào chờ" in shown(leader.client.get("/"))
    supervisor.submit(f"{submitted.address}/approve", content=submitted.content_hash())
    assert headings(clerk.client.get("/")) == ["Việc cần làm", "Chờ cấp số và ký số 1"]
    assert "Hiện không có việc nào chờ" in shown(supervisor.client.get("/"))


def test_the_list_is_narrowed_by_its_address(visit: Visit, supervisor: Browser):
    found = {
        query: len(_listed(supervisor, f"/inspections/?{query}"))
        for query in (
            "",
            "state=scheduled",
            "state=closed",
            "year=2023",
            "year=2024",
            "unit=n%E1%BB%99i",
            "unit=x%25",
        )
    }
    assert found == {
        "": 1, "state=scheduled": 1, "state=closed": 0, "year=2023": 1, "year=2024": 0, "unit=n%E1%BB%99i": 1,
        "unit=x%25": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    "query", ["show=x", "before=x", "before=-1", "before=99999999999999999999", "done=x", "show=<script>"]
)
def test_an_odd_address_still_shows_the_page(submitted: Visit, supervisor: Browser, query: str):
    response = supervisor.client.get(f"{submitted.address}?{query}")
    assert (response.status_code, "<script>" in response.text) == (200, False)


def test_an_address_that_no_database_could_be_asked_about_is_refused(submitted: Visit, supervisor: Browser):
    assert supervisor.client.get(f"{submitted.address}?show=%00").status_code == 400


def test_longer_lists_and_longer_logs_ask_the_database_no_more_often(
    visit: Visit, supervisor: Browser, statements: list[str]
):
    def asked(path: str) -> int:
        statements.clear()
        assert supervisor.client.get(path).status_code == 200
        return len(statements)

    visit.decided().started()
    visit.answer("PL-01", "phu_hop")
    visit.push("leader")
    before = {path: asked(path) for path in ("/", "/inspections/", visit.address)}
    for code in ("TV-S03", "TV-S04", "TV-S07"):
        supervisor.submit("/inspections/new", unit_code=code, form="on_site", planned_on="2023-06-01")
    for number in range(2, 16):
        visit.answer(f"PL-{number:02d}", "phu_hop")
    visit.push("leader")
    assert {path: asked(path) for path in before} == before


def test_what_a_team_writes_is_shown_as_text_and_never_as_markup(visit: Visit, supervisor: Browser):
    visit.decided().started()
    visit.answer("PL-01", "kph_nhe", note='<img src=x onerror="alert(1)"> "quoted" & more')
    visit.push("leader")
    text = supervisor.client.get(visit.address).text
    assert "<img src=x" not in text
    assert "&lt;img src=x onerror=&#34;alert(1)&#34;&gt;" in text
