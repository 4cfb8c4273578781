"""Rows of a plan: what is wrong is named by row and column, all of it at once."""

from dataclasses import dataclass, replace
from datetime import date

import pytest

from inspections.errors import PlanStepNotAllowed
from inspections.plan_rules import RowFields, faults_of
from inspections.plan_steps import PlanState, after, steps_open


@dataclass(frozen=True)
class Known:
    """A unit as the registry tells of it."""

    name: str = "Sở Nội vụ"
    valid_from: date | None = None
    valid_to: date | None = None


UNITS = {"TV-S02": Known(), "TV-H01": Known("UBND huyện", date(2020, 1, 1), date(2023, 6, 30))}
ROW = RowFields("TV-S02", "Chi cục TĐC", "", date(2023, 5, 23), date(2023, 5, 24), "on_site", 5_000_000)


def _told(*rows: RowFields) -> list[str]:
    return [str(fault) for fault in faults_of(rows, year=2023, units=UNITS)]


def test_a_row_of_the_form_stands():
    assert _told(ROW, replace(ROW, unit_code="TV-H01", form="desk", budget_vnd=None)) == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"unit_code": "TV-X9"},
            (
                "cột «Cơ quan chịu sự kiểm tra»: danh bạ không có đơn vị mã «TV-X9». "
                "Chọn đơn vị trong danh bạ, hoặc nạp thêm."
            ),
        ),
        ({"inspecting_unit": ""}, "cột «Đơn vị kiểm tra»: chưa ghi đơn vị kiểm tra."),
        (
            {"cooperating_unit": "x" * 201},
            "cột «Đơn vị phối hợp»: dài quá 200 ký tự hoặc có ký tự không in được. Ghi lại ngắn hơn.",
        ),
        ({"form": "by_post"}, "cột «Hình thức»: chọn một trong: on_site, desk."),
        ({"budget_vnd": -1}, "cột «Kinh phí»: ghi số tiền bằng đồng, không âm."),
        ({"first_day": None}, "cột «Thời gian từ»: chưa có ngày. Ghi ngày dự kiến."),
        (
            {"last_day": date(2024, 1, 1)},
            "cột «Thời gian đến»: ngày 01/01/2024 ngoài năm kế hoạch 2023. Chọn ngày trong năm.",
        ),
        (
            {"last_day": date(2023, 5, 22)},
            "cột «Thời gian đến»: ngày cuối trước ngày đầu. Sửa một trong hai ngày.",
        ),
        (
            {"unit_code": "TV-H01", "last_day": date(2023, 7, 1)},
            (
                "cột «Thời gian đến»: ngày 01/07/2023 đơn vị «UBND huyện» chưa thành lập hoặc đã chấm dứt "
                "hoạt động. Chọn ngày khác hoặc đơn vị kế thừa."
            ),
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_place_and_remedy(changes: dict[str, object], told: str):
    assert _told(ROW, replace(ROW, first_day=date(2023, 3, 1)), replace(ROW, **changes))[:1] == [
        f"Dòng 3, {told}"
    ]


def test_all_faults_of_all_rows_are_told_at_once():
    rows = (replace(ROW, form="x"), ROW, replace(ROW, unit_code="TV-X9", budget_vnd=-5))
    assert [one.split(":")[0] for one in _told(*rows)] == [
        "Dòng 1, cột «Hình thức»",
        "Dòng 2, cột «Thời gian từ»",
        "Dòng 3, cột «Cơ quan chịu sự kiểm tra»",
        "Dòng 3, cột «Kinh phí»",
    ]


def test_one_unit_is_not_inspected_twice_from_the_same_day():
    assert _told(ROW, replace(ROW, form="desk")) == [
        (
            "Dòng 2, cột «Thời gian từ»: đơn vị «TV-S02» đã có ở dòng 1 cùng ngày 23/05/2023. "
            "Đổi ngày hoặc bỏ một dòng."
        )
    ]


@pytest.mark.parametrize(
    ("state", "open_steps"),
    [
        (PlanState.DRAFT, {"edit", "submit"}),
        (PlanState.SUBMITTED, {"hand_back", "approve"}),
        (PlanState.APPROVED, {"schedule", "adjust", "supersede", "complete"}),
        (PlanState.SUPERSEDED, set()),
        (PlanState.COMPLETED, set()),
    ],
)
def test_each_state_has_its_steps_and_no_others(state: PlanState, open_steps: set[str]):
    assert steps_open(state) == open_steps


def test_a_step_from_elsewhere_says_where_the_plan_is_and_where_it_should_be():
    with pytest.raises(PlanStepNotAllowed, match="«Dự thảo»; bước này chỉ làm được khi kế hoạch «Đã trình»"):
        after(PlanState.DRAFT, "approve")
