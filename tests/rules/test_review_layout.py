"""The record laid out for its reader: nothing of it is lost, and values read as people write them."""

from datetime import date

import pytest

from checklists import definition as checklist
from checklists import shipped
from checklists.definition import Definition
from inspections import findings, words
from inspections.entities import TYPES
from inspections.record import record_of
from inspections.review import Review
from inspections.review_layout import Surroundings, laid_out, value_in_words
from tests import checklist_files
from tests.logbook import INSPECTION, LEADER, answer, fold_of, make_entry, uuid_of

(PATH,) = (path for path in shipped.files() if "9001_2015" in path.name)


@pytest.fixture(scope="module")
def definition() -> Definition:
    """The main list."""
    return checklist_files.loaded(PATH.read_bytes(), PATH.name)


def laid(definition: Definition, *entries, asked: tuple[str, ...] = ("PL-01",), **around: object) -> Review:
    folded = fold_of(*entries)
    surroundings = {
        "asked": asked, "references": {}, "lacks": {}, "people": {LEADER: "Trưởng đoàn A"}, "devices": {},
        "stored": (), "content": None,
    }  # fmt: skip
    found = findings.findings_of(INSPECTION, folded, definition, signed_on=date(2023, 5, 23), references={})
    return laid_out(record_of(folded), definition, found, around=Surroundings(**(surroundings | around)))


def codes(review: Review) -> list[str]:
    return [item.code for section in review.sections for item in section.entries]


def test_an_answer_to_an_item_that_is_not_asked_keeps_its_place(definition: Definition):
    assert codes(laid(definition, answer("a", item="PL-20"))) == ["PL-01", "PL-20"]


def test_a_photo_and_a_remark_of_no_item_stand_at_the_end(definition: Definition):
    photo = {
        "blob": "sha256:" + "a" * 64,
        "size": 1,
        "mime": "image/jpeg",
        "item": None,
        "caption": "Mặt tiền",
    }
    remark = {"entity": "inspection", "text": "Bổ sung ý kiến.", "due_on": "2023-05-30"}
    review = laid(
        definition,
        make_entry("p", "photo.add", f"photo/{uuid_of('p')}", photo),
        make_entry("r", "remark.add", f"remark/{uuid_of('r')}", remark),
    )
    assert [(one.caption, one.is_here) for one in review.loose_pictures] == [("Mặt tiền", False)]
    assert [(one.text, one.due, one.state) for one in review.loose_remarks] == [
        ("Bổ sung ý kiến.", "30/5/2023", "open")
    ]


def test_both_sides_of_a_dispute_are_readings_and_no_verdict_stands(definition: Definition):
    review = laid(
        definition,
        answer("a", "phu_hop", item="PL-01"),
        answer("b", "kph_nhe", item="PL-01", device="tablet-b", actor="leader"),
    )
    (item,) = review.sections[0].entries
    assert ({one.verdict for one in item.readings}, item.verdict, item.in_conflict) == (
        {"phu_hop", "kph_nhe"}, None, True,
    )  # fmt: skip
    assert {one.author for one in item.readings} == {"Trưởng đoàn A", words.SOMEBODY}


def test_equal_answers_of_two_people_are_one_reading(definition: Definition):
    review = laid(definition, answer("a", item="PL-01"), answer("b", item="PL-01", device="tablet-b"))
    (item,) = review.sections[0].entries
    assert (len(item.readings), item.verdict) == (1, "phu_hop")


def test_points_stand_in_the_order_of_the_law(definition: Definition):
    everything = tuple(item.code for item in checklist.items(definition))
    order = [point.code for point in laid(definition, asked=everything).points]
    law = ["1.a", "1.b", "1.c", "1.d", "1.đ", "1.e", "1.g", "2.a", "2.b", "2.c", "2.d", "2.đ", "2.e"]
    assert order == law
    assert set(law) == words.POINT_TITLES.keys()


@pytest.mark.parametrize(
    ("response", "value", "written"),
    [
        ("conformity", "phu_hop", ""),
        ("yes_no", "co", "Có"),
        ("ratio", {"numerator": 134, "denominator": 163}, "134/163 (82,2 %)"),
        ("ratio", {"numerator": 0, "denominator": 0}, "0/0"),
        ("date", "2022-10-21", "21/10/2022"),
        ("yes_no", None, ""),
    ],
)
def test_a_value_reads_as_people_write_it(
    definition: Definition, *, response: str, value: object, written: str
):
    item = next(one for one in checklist.items(definition) if one.response == response)
    assert value_in_words(definition, item, value) == written


def test_a_visit_within_one_day_names_the_day_once(definition: Definition):
    times = {
        "started_at": "2023-05-23T08:00:00+07:00",
        "ended_at": "2023-05-23T11:30:00+07:00",
        "place": "Trụ sở",
    }
    review = laid(definition, make_entry("i", "inspection.set", "inspection", times))
    assert review.meeting.visited == "08:00 đến 11:30 ngày 23/5/2023, Trụ sở"


def test_a_refusal_to_sign_is_told_with_its_reason_and_witnesses(definition: Definition):
    refused = {
        "role": "unit", "name": "Phạm Văn Giám Đốc", "title": "Giám đốc", "content": "0" * 64,
        "refusal": {"reason": "không nhất trí với phát hiện 2", "witnesses": ["Hồ Thị B"]},
    }  # fmt: skip
    review = laid(
        definition, make_entry("s", "signature.add", f"signature/{uuid_of('s')}", refused), content="1" * 64
    )
    (signature,) = review.signatures
    assert signature.refusal == "Lý do: không nhất trí với phát hiện 2\nNgười chứng kiến: Hồ Thị B"
    assert (signature.is_current, signature.role_label) == (False, "Đại diện cơ quan chịu sự kiểm tra")


def test_signatures_over_the_present_content_come_first_and_the_leaders_before_the_units(
    definition: Definition,
):
    def signed(name: str, role: str, content: str):
        body = {
            "role": role,
            "name": name,
            "title": "",
            "content": content * 64,
            "blob": "sha256:" + "a" * 64,
        }
        return make_entry(name, "signature.add", f"signature/{uuid_of(name)}", body)

    review = laid(
        definition,
        signed("old leader", "leader", "0"), signed("unit", "unit", "1"), signed("leader", "leader", "1"),
        content="1" * 64,
    )  # fmt: skip
    assert [(one.name, one.is_current) for one in review.signatures] == [
        ("leader", True), ("unit", True), ("old leader", False),
    ]  # fmt: skip


def test_every_kind_of_operation_has_its_words():
    assert sorted(kind for kind in TYPES if words.deed(kind) == kind) == []


def test_an_unknown_kind_keeps_its_own_name():
    assert words.deed("drone.fly") == "drone.fly"
