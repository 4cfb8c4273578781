"""Relevance, values and completeness give what the shared cases say; the tablet runs the same cases."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from checklists import completeness, relevance, values
from checklists import definition as d
from checklists.completeness import Recorded
from checklists.errors import ProfileUnknown
from checklists.relevance import Scope

VECTORS = Path(__file__).resolve().parents[1] / "vectors"
CHECKLIST = d.decoded((VECTORS / "checklist.json").read_bytes())
ITEMS = d.by_code(CHECKLIST)


def _vectors(name: str) -> dict[str, Any]:
    return json.loads((VECTORS / name).read_text(encoding="utf-8"))


def _short(case: dict[str, Any]) -> str:
    return json.dumps([v for k, v in case.items() if k != "expected"], ensure_ascii=False)[:80]


def _scope(plain: dict[str, Any]) -> Scope:
    return Scope(plain["unit_type"], plain["profile"], frozenset(plain["switched_on"]))


@pytest.mark.parametrize("case", _vectors("relevance.json")["cases"], ids=lambda case: case["name"])
def test_the_items_that_are_asked(case: dict[str, Any]):
    asked = relevance.relevant_items(CHECKLIST, _scope(case["scope"]), case["answers"])
    assert list(asked) == case["expected"]


@pytest.mark.parametrize("case", _vectors("completeness_values.json")["cases"], ids=_short)
def test_an_answer_fits_or_has_the_fault(case: dict[str, Any]):
    assert values.answer_fault(CHECKLIST, ITEMS[case["item"]], case["body"]) == case["expected"]


@pytest.mark.parametrize("case", _vectors("completeness_values.json")["rows"], ids=_short)
def test_a_row_fits_or_has_the_fault(case: dict[str, Any]):
    assert values.row_fault(CHECKLIST, ITEMS[case["item"]], case["columns"]) == case["expected"]


@pytest.mark.parametrize("case", _vectors("completeness_values.json")["ratios"], ids=_short)
def test_a_ratio_in_per_cent_and_against_its_target(case: dict[str, Any]):
    expected = case["percentage"]
    assert values.percentage(case["value"]) == (None if expected is None else Decimal(expected))
    assert values.meets_target(ITEMS["B-1"], case["value"]) == case["meets_target"]


@pytest.mark.parametrize("case", _vectors("completeness_values.json")["days"], ids=_short)
def test_once_a_year_is_counted_as_the_department_chose(case: dict[str, Any]):
    rule = ITEMS["B-2"].date_rule
    last, on = date.fromisoformat(case["last"]), date.fromisoformat(case["on"])
    assert values.meets_date_rule(rule, last, on=on, way=case["way"]) == case["expected"]


@pytest.mark.parametrize("case", _vectors("completeness.json")["cases"], ids=lambda case: case["name"])
def test_what_an_item_lacks(case: dict[str, Any]):
    code = case["item"]
    recorded = Recorded(
        answers={} if case["answer"] is None else {code: case["answer"]},
        rows={code: case["rows"]},
        with_attachment={code} if case["has_photo"] else frozenset(),
    )
    found = completeness.item_gaps(CHECKLIST, ITEMS[code], recorded)
    assert [{"lack": gap.lack.value, "detail": gap.detail} for gap in found] == case["expected"]


def test_the_whole_record_lists_gaps_of_asked_items_only_and_counts_the_rest_as_done():
    scope = Scope("so_nganh", "rut_gon")
    recorded = Recorded({"A-1": {"value": "lan_dau"}, "B-5": {"value": None}})
    assert [gap.item for gap in completeness.gaps(CHECKLIST, scope, recorded)] == ["A-2", "B-8"]
    assert completeness.progress(CHECKLIST, scope, recorded) == completeness.Progress(done=1, asked=3)


@pytest.mark.parametrize("profile", ["khac", None])
def test_a_profile_that_the_checklist_lacks_is_refused(profile: str | None):
    with pytest.raises(ProfileUnknown) as refusal:
        relevance.relevant_items(CHECKLIST, Scope("so_nganh", profile), {})
    assert refusal.value.members == {"one_of": ["day_du", "rut_gon"]}


@pytest.mark.parametrize("value", [10**400, float("nan"), float("inf"), -(10**400)])
def test_numbers_beyond_all_bounds_are_faults_and_not_failures(value: float):
    assert values.answer_fault(CHECKLIST, ITEMS["B-3"], {"value": value}) == "number_out_of_range"
    ratio = {"numerator": value, "denominator": value}
    assert values.answer_fault(CHECKLIST, ITEMS["B-1"], {"value": ratio}) == "ratio_not_counts"


def test_every_lack_has_words():
    assert set(completeness.LABELS) == set(completeness.Lack)
