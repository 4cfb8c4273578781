"""Which earlier findings go along to the next inspection: the vectors, and the words made of them."""

import json
from datetime import date
from pathlib import Path

import pytest

from checklists.definition import FindingCategory
from inspections import carrying_over, earlier_findings
from inspections.carrying_over import Carried, Earlier
from inspections.findings import Finding
from inspections.workflow import State

VECTORS = json.loads((Path(__file__).parents[1] / "vectors/carry_over.json").read_text(encoding="utf-8"))


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def finding(plain: dict) -> Finding:
    category = FindingCategory(
        code=plain["category"], label_vi=plain["category"], label_en="",
        needs_corrective_action=plain["needs_corrective_action"], basis="", max_due="P2M",
    )  # fmt: skip
    return Finding(
        plain["id"], category, plain["text"], "", tuple(plain["items"]), (), day(plain["due_on"]), "", True
    )


def earlier(plain: dict) -> Earlier:
    return Earlier(
        plain["inspection"], date.fromisoformat(plain["inspected_on"]), plain["decision_number"],
        State(plain["state"]), plain["was_refused"], tuple(map(finding, plain["findings"])),
    )  # fmt: skip


def carried(case: dict) -> tuple[Carried, ...]:
    on = date.fromisoformat(case["on"])
    return carrying_over.carried_over(map(earlier, case["earlier"]), on=on)


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_what_goes_along_is_what_the_vector_says(case: dict):
    told = [
        {
            "inspection": one.inspection,
            "finding": one.finding.id,
            "standing": one.standing,
            "is_overdue": one.is_overdue,
        }
        for one in carried(case)
    ]
    assert told == case["carried"]


def case(name: str) -> dict:
    return next(one for one in VECTORS["cases"] if one["name"] == name)


def test_the_note_says_when_what_where_by_when_and_how_far():
    (one,) = carried(case("a report that was not accepted leaves the finding open and the term passed"))
    assert earlier_findings.summary([one]) == (
        "1) Kiểm tra ngày 20/5/2022: Chưa lập sổ theo dõi [PL-16], hạn 20/7/2022 (quá hạn); "
        "báo cáo khắc phục chưa được chấp nhận."
    )


def test_nothing_left_open_starts_no_note():
    assert earlier_findings.summary([]) == ""


def test_many_long_findings_still_fit_into_a_note_and_say_how_many_are_left_out():
    plain = {"id": "1", "category": "kph_nhe", "needs_corrective_action": True, "text": "dài dòng " * 400,
             "items": ["PL-16"], "due_on": None}  # fmt: skip
    many = Earlier("a", date(2022, 5, 20), "", State.AWAITING_CORRECTION, False, (finding(plain),) * 40)
    note = earlier_findings.summary(carrying_over.carried_over([many], on=date(2023, 5, 23)))
    assert len(note) < 10_000
    assert note.endswith("Còn 25 tồn tại khác trong danh sách kèm theo.")
