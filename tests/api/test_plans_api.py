"""A year's plan over HTTP, from the draft to inspections in the calendar, and what is refused on the way."""

from typing import Any

import pytest
from flask import Flask

from core import db
from tests import people, plans, visits

PLANS = "/api/v1/plans/"
ROW = {
    "unit_code": "TV-S02", "inspecting_unit": "Chi cục TĐC", "first_day": "2023-05-23",
    "last_day": "2023-05-23", "form": "on_site", "budget_vnd": 5_000_000,
}  # fmt: skip
OTHER = ROW | {"unit_code": "TV-S03", "first_day": "2023-06-01", "last_day": "2023-06-09", "form": "desk"}
APPROVAL = {"number": "2248/QĐ-UBND", "approved_on": "2022-12-20"}


class Desk:
    """A signed-in person who speaks JSON."""

    def __init__(self, app: Flask, username: str, role: str) -> None:
        self.client = people.signed_in(app, username, roles=(role,)).client
        self.headers = {"X-CSRF-Token": self.client.get("/api/v1/people/me").json["csrf_token"]}

    def send(self, path: str, body: Any = None, *, method: str = "POST"):
        """Send a body as the person."""
        return self.client.open(path, method=method, json=body, headers=self.headers)


@pytest.fixture
def supervisor(app: Flask) -> Desk:
    """A supervisor where units, obligations and the main checklist are known."""
    visits.registered(app)
    with app.app_context(), db.writing() as session:
        plans.register(session)
    return Desk(app, "lanh.dao", "supervisor")


def _draft(desk: Desk, **changes: object):
    return desk.send(PLANS, {"year": 2023, "title": "Kế hoạch 2023", "rows": [ROW, OTHER]} | changes)


def _approved(desk: Desk) -> dict[str, Any]:
    made = _draft(desk).json
    desk.send(f"{PLANS}{made['id']}/submit")
    assert desk.send(f"{PLANS}{made['id']}/approve", APPROVAL).status_code == 200
    return desk.client.get(f"{PLANS}{made['id']}").json


def test_a_plan_is_drafted_submitted_approved_and_completed(supervisor: Desk):
    made = _draft(supervisor)
    assert made.status_code == 201
    path = f"{PLANS}{made.json['id']}"
    states = [
        supervisor.send(f"{path}/{step}", body).json["state"]
        for step, body in (
            ("submit", None), ("hand-back", None), ("submit", None), ("approve", APPROVAL),
            ("complete", None),
        )
    ]  # fmt: skip
    assert states == ["submitted", "draft", "submitted", "approved", "completed"]
    (listed,) = supervisor.client.get(PLANS).json["plans"]
    assert (listed["approval_number"], listed["approved_on"]) == ("2248/QĐ-UBND", "2022-12-20")


def test_coverage_comes_with_both_figures_and_who_is_missing(supervisor: Desk):
    told = _draft(supervisor).json["coverage"]
    planned = told["planned"]
    figures = ("obliged", "examined", "by_desk", "on_site", "needed_on_site", "is_met")
    assert [planned[name] for name in figures] == [28, 2, 1, 1, 10, False]
    assert len(planned["missing"]) == 26
    assert {"code": "TV-H01", "name": "UBND thành phố Trà Vinh"} in planned["missing"]
    assert (told["done"]["examined"], told["ended"], told["undetermined"]) == (0, [], [])


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"unit_code": "TV-X99"}, "unit_code"),
        ({"first_day": "2023-05-23", "last_day": "2023-05-22"}, "last_day"),
        ({"first_day": "2024-01-02", "last_day": "2024-01-02"}, "first_day"),
        ({"budget_vnd": -1}, "budget_vnd"),
        ({"inspecting_unit": "  "}, "inspecting_unit"),
        ({"first_day": "2023-06-01", "unit_code": "TV-S03"}, "first_day"),
    ],
)
def test_a_row_that_cannot_stand_is_named_and_nothing_is_stored(supervisor: Desk, row: dict, field: str):
    refused = _draft(supervisor, rows=[ROW, OTHER, ROW | {"last_day": "2023-06-20"} | row])
    assert (refused.status_code, refused.json["code"], refused.mimetype) == (
        422, "plan_refused", "application/problem+json",
    )  # fmt: skip
    assert {(fault["row"], fault["field"]) for fault in refused.json["faults"]} >= {(3, field)}
    assert supervisor.client.get(PLANS).json == {"plans": []}


def test_a_unit_dissolved_before_the_planned_day_is_refused_with_its_row(supervisor: Desk):
    late = {"first_day": "2025-05-05", "last_day": "2025-05-05"}
    refused = _draft(supervisor, year=2025, rows=[ROW | late])
    assert refused.json["faults"] == [
        {
            "row": 1, "field": "first_day",
            "problem": "ngày 05/05/2025 đơn vị «Sở Nội vụ» chưa thành lập hoặc đã chấm dứt hoạt động. "
            "Chọn ngày khác hoặc đơn vị kế thừa.",
        }
    ]  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [
        {"year": 1999}, {"year": "2023"}, {"rows": [{}]}, {"rows": [ROW | {"form": "x"}]}, {"title": None},
        {"rows": [ROW | {"budget_vnd": 10**14}]}, {"budget": 1}, {"rows": [ROW | {"first_day": "hôm nay"}]},
        {"rows": [ROW | {"budget_vnd": 1.5}]}, {"title": " "},
    ],
)  # fmt: skip
def test_a_body_of_the_wrong_shape_is_refused(supervisor: Desk, body: dict):
    assert _draft(supervisor, **body).status_code == 422
    assert supervisor.client.get(PLANS).json == {"plans": []}


def test_a_year_has_one_plan_and_an_approved_one_is_adjusted(supervisor: Desk):
    old = _approved(supervisor)
    again = _draft(supervisor)
    assert (again.status_code, again.json["code"]) == (409, "plan_exists")
    locked = supervisor.send(f"{PLANS}{old['id']}", {"title": "x", "rows": []}, method="PUT")
    assert (locked.status_code, locked.json["code"]) == (409, "plan_step_not_allowed")
    new = supervisor.send(f"{PLANS}{old['id']}/adjust", {"reason": "Đổi lịch"}).json
    kept = {name: new["rows"][0][name] for name in (*ROW, "entry")}
    changed = supervisor.send(f"{PLANS}{new['id']}", {"title": new["title"], "rows": [kept]}, method="PUT")
    assert ([row["entry"] for row in changed.json["rows"]], changed.json["version"]) == ([kept["entry"]], 2)
    supervisor.send(f"{PLANS}{new['id']}/submit")
    supervisor.send(f"{PLANS}{new['id']}/approve", {"number": "9/QĐ-UBND", "approved_on": "2023-05-02"})
    before = supervisor.client.get(f"{PLANS}{old['id']}").json
    assert (before["state"], len(before["rows"])) == ("superseded", 2)


def test_a_draft_is_discarded_and_an_approved_plan_is_not(supervisor: Desk):
    made = _draft(supervisor).json
    assert supervisor.send(f"{PLANS}{made['id']}", method="DELETE").status_code == 204
    assert supervisor.client.get(f"{PLANS}{made['id']}").json["code"] == "plan_unknown"
    held = _approved(supervisor)
    refused = supervisor.send(f"{PLANS}{held['id']}", method="DELETE")
    assert (refused.status_code, refused.json["code"]) == (409, "plan_step_not_allowed")


def test_rows_lead_to_inspections_once_each(supervisor: Desk):
    plan = _approved(supervisor)
    row = plan["rows"][1]
    path = f"{PLANS}{plan['id']}/rows/{row['id']}/inspection"
    outside = supervisor.send(path, {"planned_on": "2023-06-10"})
    assert (outside.status_code, outside.json["code"]) == (422, "schedule_refused")
    made = supervisor.send(path, {"planned_on": "2023-06-05"})
    assert (made.status_code, made.json["planned_on"], made.json["form"]) == (201, "2023-06-05", "desk")
    rest = supervisor.send(f"{PLANS}{plan['id']}/inspections").json["inspections"]
    assert [one["unit_name"] for one in rest] == ["Sở Nội vụ"]
    rows = supervisor.client.get(f"{PLANS}{plan['id']}").json["rows"]
    assert [row["inspection_id"] for row in rows] == [rest[0]["id"], made.json["id"]]
    assert supervisor.send(path, {}).json["code"] == "schedule_refused"
    assert supervisor.send(f"{PLANS}{plan['id']}/rows/{plan['id']}/inspection", {}).status_code == 404


def test_one_row_in_the_way_schedules_none(supervisor: Desk):
    plan = _approved(supervisor)
    blocking = {"unit_code": "TV-S03", "form": "on_site", "planned_on": "2023-06-01"}
    request = {"number": "1/CV", "requested_on": "2023-05-30", "requested_by": "UBND tỉnh"}
    assert supervisor.send("/api/v1/inspections/", blocking | {"request": request}).status_code == 201
    refused = supervisor.send(f"{PLANS}{plan['id']}/inspections")
    assert (refused.status_code, refused.json["code"], refused.json["unit"]) == (
        422, "schedule_refused", "TV-S03",
    )  # fmt: skip
    assert len(supervisor.client.get("/api/v1/inspections/").json["inspections"]) == 1


def test_an_unscheduled_inspection_cites_its_request(supervisor: Desk):
    _approved(supervisor)
    wanted = {"unit_code": "TV-S09", "form": "on_site", "planned_on": "2023-04-03"}
    refused = supervisor.send("/api/v1/inspections/", wanted)
    assert (refused.status_code, refused.json["code"], refused.json["field"]) == (
        422, "grounds_missing", "request_number",
    )  # fmt: skip
    request = {"number": "15/UBND-NC", "requested_on": "2023-03-01", "requested_by": "UBND tỉnh"}
    assert supervisor.send("/api/v1/inspections/", wanted | {"request": request}).status_code == 201


def test_a_member_without_certificates_is_warned_of_and_never_blocked(app: Flask, supervisor: Desk):
    plan = _approved(supervisor)
    made = supervisor.send(f"{PLANS}{plan['id']}/rows/{plan['rows'][0]['id']}/inspection", {}).json
    leader, member = people.there_is(app, "truong.doan"), people.there_is(app, "thanh.vien")
    keeper = Desk(app, "quan.tri", "administrator")
    for kind in ("dai_hoc", "quan_ly_nha_nuoc", "danh_gia_htqlcl"):
        keeper.send(f"/api/v1/people/{leader}/qualifications", {"kind": kind, "awarded_on": "2010-01-01"})
    decision = {
        "number": "41/QĐ-TĐC", "decided_on": "2023-05-08", "checklist": visits.CHECKLIST,
        "profile": visits.PROFILE, "period_from": "2022-01-01", "period_to": "2023-04-30",
        "team": [{"person_id": leader, "role": "leader"}, {"person_id": member, "role": "member"}],
    }  # fmt: skip
    answer = supervisor.send(f"/api/v1/inspections/{made['id']}/decision", decision)
    assert (answer.status_code, answer.json["state"]) == (200, "decided")
    (warning,) = answer.json["warnings"]
    assert (warning["person_id"], warning["missing"]) == (
        member, ["dai_hoc", "quan_ly_nha_nuoc", "danh_gia_htqlcl", "tham_nien"],
    )  # fmt: skip
    assert warning["text"].startswith("Chưa ghi nhận theo Điều 40")


def test_others_read_plans_and_change_nothing(app: Flask, supervisor: Desk):
    made = _draft(supervisor).json
    inspector = Desk(app, "le.an", "inspector")
    assert inspector.client.get(f"{PLANS}{made['id']}").json["title"] == "Kế hoạch 2023"
    refused = [
        inspector.send(f"{PLANS}{made['id']}/submit"), inspector.send(PLANS, {}),
        inspector.send(f"{PLANS}{made['id']}", method="DELETE"),
    ]  # fmt: skip
    assert [one.json["code"] for one in refused] == ["forbidden"] * 3
