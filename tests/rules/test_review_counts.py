"""What the reader of an inspection is told in figures, and which items each choice shows."""

from inspections import review
from inspections.review import Item, Picture, Reading, RemarkShown, Section


def reading(verdict: str | None) -> Reading:
    return Reading(verdict, "", "", (), (), "", "Võ Thị Thư Ký", "Máy 1", "09:14", "")


def item(code: str, *verdicts: str | None, **more: object) -> Item:
    readings = tuple(reading(verdict) for verdict in verdicts)
    return Item(code, "Câu hỏi", "Căn cứ", "1.a", readings, in_conflict=len(verdicts) > 1, **more)


PICTURE = Picture(1, "a" * 64, "", "", "C", is_here=True)
REMARK = RemarkShown("r1", "answer/D", "Làm rõ", "open", "Chờ đoàn", (), "Lãnh đạo", "16:05", "")
ITEMS = (
    item("A", "phu_hop"),
    item("B", "kph_nhe"),
    item("C", "phu_hop", pictures=(PICTURE,)),
    item("D", "phu_hop", remarks=(REMARK,)),
    item("E", "phu_hop", "kph_nang"),
    item("F"),
)
SECTIONS = (Section("P1", "Phần một", ITEMS, review.counts_of(ITEMS)),)
WHOLE = review.Review(SECTIONS, (), review.counts_of(ITEMS))


def shown(choice: str) -> list[str]:
    return [item.code for section in review.narrowed(SECTIONS, choice) for item in section.entries]


def test_disputed_items_are_answered_and_have_no_verdict_yet():
    counts = review.counts_of(ITEMS)
    assert (counts.total, counts.answered, counts.in_conflict, counts.to_mend) == (6, 5, 1, 1)
    assert counts.by_verdict == {"phu_hop": 3, "luu_y": 0, "kph_nhe": 1, "kph_nang": 0, "khong_ap_dung": 0}


def test_each_choice_shows_its_items():
    choices = ("all", "attention", "conflicts", "open", "photos")
    assert {choice: shown(choice) for choice in choices} == {
        "all": ["A", "B", "C", "D", "E", "F"],
        "attention": ["B", "D", "E"],
        "conflicts": ["E"],
        "open": ["F"],
        "photos": ["C"],
    }


def test_an_unknown_choice_in_the_address_shows_everything():
    assert shown("x") == shown("all")


def test_a_narrowed_section_still_counts_all_its_items():
    assert review.narrowed(SECTIONS, "open")[0].counts.total == 6


def test_choices_that_would_show_nothing_are_not_offered():
    only_a = (Section("P1", "Phần một", ITEMS[:1], review.counts_of(ITEMS[:1])),)
    narrow = review.Review(only_a, (), review.counts_of(ITEMS[:1]))
    assert [lens.code for lens in review.lenses_of(narrow)] == ["all"]
    assert [(lens.code, lens.count) for lens in review.lenses_of(WHOLE)] == [
        ("all", 6), ("attention", 3), ("conflicts", 1), ("open", 1), ("photos", 1),
    ]  # fmt: skip
