"""Findings follow from conclusions as the checklist's data says, and from what the team writes freely."""

from datetime import date

import pytest

from checklists import definition as checklist
from checklists import shipped
from checklists.definition import Definition
from inspections import findings
from inspections.fold import Fold
from tests.checklist_files import loaded
from tests.logbook import INSPECTION, fold_of, make_entry, uuid_of

SIGNED_ON = date(2023, 5, 23)


@pytest.fixture(scope="module")
def definition() -> Definition:
    """The shipped main checklist."""
    path = next(path for path in shipped.files() if path.name == "qms_hcnn_tcvn_iso_9001_2015.yaml")
    return loaded(path.read_bytes(), path.name)


def _answer(item: str, **body: object):
    return make_entry(f"answer of {item}", "answer.set", f"answer/{item}", body)


def _found(fold: Fold, definition: Definition, **given: object) -> tuple[findings.Finding, ...]:
    plain: dict[str, object] = {"signed_on": SIGNED_ON, "references": {}}
    return findings.findings_of(INSPECTION, fold, definition, **(plain | given))


@pytest.mark.parametrize(
    ("conclusion", "category"),
    [
        ("kph_nang", "kph_nang"),
        ("kph_nhe", "kph_nhe"),
        ("luu_y", "luu_y"),
        ("phu_hop", None),
        ("khong_ap_dung", None),
    ],
)
def test_a_conclusion_gives_rise_to_what_the_data_says(
    definition: Definition, conclusion: str, category: str | None
):
    found = _found(fold_of(_answer("PL-01", value=conclusion, note="Chưa phân công.")), definition)
    assert [one.category.code for one in found] == ([category] if category else [])


def test_a_derived_finding_carries_note_reference_evidence_and_item(definition: Definition):
    evidence = [{"kind": "ho_so", "text": "Công văn số 12/SNV-VP"}]
    fold = fold_of(_answer("PL-01", value="kph_nhe", note="Chưa phân công.", evidence=evidence))
    (one,) = _found(fold, definition, references={"PL-01": "Điều 11 khoản 1"})
    assert (one.text, one.reference, one.items) == ("Chưa phân công.", "Điều 11 khoản 1", ("PL-01",))
    assert one.evidence == ("Công văn số 12/SNV-VP",)
    assert one.is_derived


def test_the_deadline_is_two_calendar_months_from_signing_and_only_for_what_must_be_corrected(
    definition: Definition,
):
    fold = fold_of(_answer("PL-01", value="kph_nang"), _answer("PL-02", value="luu_y"))
    assert [(one.category.code, one.due_on) for one in _found(fold, definition)] == [
        ("kph_nang", date(2023, 7, 23)),
        ("luu_y", None),
    ]
    assert [one.due_on for one in _found(fold, definition, signed_on=None)] == [None, None]


@pytest.mark.parametrize(
    ("agreed", "due_on"), [("2023-06-30", date(2023, 6, 30)), ("2023-12-31", date(2023, 7, 23))]
)
def test_an_earlier_day_can_be_agreed_but_no_later_one(definition: Definition, agreed: str, due_on: date):
    entity = f"finding/{findings.derived_id(INSPECTION, 'PL-01')}"
    fold = fold_of(
        _answer("PL-01", value="kph_nhe"), make_entry("sooner", "finding.set", entity, {"due_on": agreed})
    )
    assert [one.due_on for one in _found(fold, definition)] == [due_on]


def test_what_the_team_writes_about_a_derived_finding_takes_its_place(definition: Definition):
    entity = f"finding/{findings.derived_id(INSPECTION, 'PL-01')}"
    fold = fold_of(
        _answer("PL-01", value="kph_nhe", note="Ghi chú."),
        make_entry("better words", "finding.set", entity, {"text": "Chưa có văn bản phân công."}),
    )
    assert [(one.text, one.category.code) for one in _found(fold, definition)] == [
        ("Chưa có văn bản phân công.", "kph_nhe")
    ]


def test_a_free_finding_stands_by_itself_and_a_retracted_one_does_not(definition: Definition):
    entity = f"finding/{uuid_of('free')}"
    body = {"category": "khuyen_nghi", "text": "Số hóa hồ sơ.", "items": []}
    written = make_entry("free", "finding.set", entity, body)
    assert [(one.text, one.is_derived) for one in _found(fold_of(written), definition)] == [
        ("Số hóa hồ sơ.", False)
    ]
    retracted = make_entry("gone", "finding.retract", entity, {"reason": "trùng"}, parents=("free",))
    assert _found(fold_of(written, retracted), definition) == ()


def test_an_item_in_conflict_gives_rise_to_nothing_until_it_is_resolved(definition: Definition):
    one = make_entry("one", "answer.set", "answer/PL-01", {"value": "kph_nhe"})
    other = make_entry("other", "answer.set", "answer/PL-01", {"value": "phu_hop"})
    assert _found(fold_of(one, other), definition) == ()
    resolved = make_entry(
        "resolved",
        "answer.resolve",
        "answer/PL-01",
        {"value": "kph_nhe", "reason": "xem lại hồ sơ"},
        parents=("one", "other"),
    )
    assert [found.category.code for found in _found(fold_of(one, other, resolved), definition)] == ["kph_nhe"]


def test_the_gravest_comes_first_then_the_order_of_the_checklist(definition: Definition):
    fold = fold_of(
        _answer("PL-02", value="luu_y"), _answer("PL-05", value="kph_nhe"), _answer("PL-03", value="kph_nhe"),
        _answer("PL-09", value="co", conclusion="kph_nang"),
    )  # fmt: skip
    assert [one.items for one in _found(fold, definition)] == [("PL-09",), ("PL-03",), ("PL-05",), ("PL-02",)]


def test_yes_and_no_by_themselves_are_no_findings(definition: Definition):
    item = next(one for one in checklist.items(definition) if one.response == "yes_no")
    assert _found(fold_of(_answer(item.code, value="khong")), definition) == ()


def test_whether_anything_must_be_corrected(definition: Definition):
    grave = _found(fold_of(_answer("PL-01", value="kph_nhe")), definition)
    light = _found(fold_of(_answer("PL-01", value="luu_y")), definition)
    assert (findings.needs_correction(grave), findings.needs_correction(light)) == (True, False)
