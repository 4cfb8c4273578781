"""Which text was in force in a period, whether a unit existed on a day, and what an item then cites."""

from dataclasses import dataclass
from datetime import date

import pytest

from checklists import definition as d
from checklists import references
from registry import in_force
from registry.existence import exists_on
from registry.in_force import Instrument, Period
from tests.checklist_files import INSTRUMENTS, SMALL, loaded

EXAMINED = Period(date(2022, 1, 1), date(2023, 4, 30))
ACROSS = Period(date(2025, 1, 1), date(2025, 12, 31))
EARLY = Period(date(2013, 1, 1), date(2013, 12, 31))
LATE = Period(date(2026, 1, 1), date(2026, 6, 30))


@pytest.mark.parametrize(
    ("code", "period", "expected"),
    [
        ("QD-19-2014-TTG", EXAMINED, ["QD-19-2014-TTG"]),
        ("QD-19-2014-TTG", EARLY, ["QD-144-2006-TTG", "QD-118-2009-TTG"]),
        ("QD-144-2006-TTG", EXAMINED, ["QD-19-2014-TTG"]),
        ("ND-61-2018", EXAMINED, ["ND-61-2018", "ND-107-2021"]),
        ("ND-118-2025", EXAMINED, ["ND-61-2018", "ND-107-2021"]),
        ("ND-118-2025", ACROSS, ["ND-61-2018", "ND-107-2021", "ND-118-2025"]),
        ("ND-61-2018", LATE, ["ND-118-2025"]),
        ("LUAT-BVDLCN-2025", EXAMINED, []),
        ("KHONG-CO", EXAMINED, []),
    ],
)
def test_a_text_gives_way_to_what_was_in_force(code: str, period: Period, expected: list[str]):
    assert [text.code for text in in_force.texts_in_force(code, INSTRUMENTS, period)] == expected


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (date(2014, 5, 17), date(2014, 5, 17), False),
        (date(2014, 5, 18), date(2014, 5, 18), True),
        (date(2025, 6, 30), date(2025, 6, 30), True),
        (date(2025, 7, 1), date(2025, 7, 1), False),
        (date(2000, 1, 1), date(2030, 1, 1), True),
    ],
)
def test_the_first_and_the_last_day_count(first: date, last: date, *, expected: bool):
    text = Instrument(
        "X",
        "nghi_dinh",
        "1/2014",
        "Một",
        None,
        effective_from=date(2014, 5, 18),
        effective_to=date(2025, 6, 30),
    )
    assert in_force.is_in_force(text, Period(first, last)) == expected


def test_where_the_first_day_is_unknown_the_day_of_issue_stands_for_it():
    text = INSTRUMENTS["CV-419-2018-BKHCN"]
    assert text.effective_from is None
    assert not in_force.is_in_force(text, Period(date(2018, 2, 20), date(2018, 2, 20)))
    assert in_force.is_in_force(text, Period(date(2018, 2, 21), date(2018, 2, 21)))


def test_a_circle_of_replacements_is_found_and_ends():
    one = Instrument("A", "nghi_dinh", "1", "Một", replaced_by="B")
    other = Instrument("B", "nghi_dinh", "2", "Hai", replaced_by="A")
    assert in_force.circle_in([one, other]) in ("A", "B")
    assert in_force.circle_in(INSTRUMENTS.values()) is None
    assert len(in_force.texts_in_force("A", {"A": one, "B": other}, EXAMINED)) == 2


@pytest.mark.parametrize(
    ("code", "cited"),
    [
        ("ND-61-2018", "Nghị định số 61/2018/NĐ-CP"),
        ("LUAT-GDDT-2023", "Luật Giao dịch điện tử số 20/2023/QH15"),
    ],
)
def test_texts_are_named_as_documents_name_them(code: str, cited: str):
    assert INSTRUMENTS[code].cited == cited


POSTED = d.by_code(loaded(SMALL.encode()))["A-4"]
AMENDED = "Nghị định số 61/2018/NĐ-CP (sửa đổi, bổ sung bởi Nghị định số 107/2021/NĐ-CP)"


@pytest.mark.parametrize(
    ("period", "text", "was_resolved"),
    [
        (EXAMINED, f"Điều 16 {AMENDED}", True),
        (ACROSS, POSTED.ref.text, False),
        (LATE, "Nghị định số 118/2025/NĐ-CP", True),
        (EARLY, f"{POSTED.ref.text} (không có hiệu lực trong thời kỳ kiểm tra)", True),
    ],
    ids=["examined", "both in force", "late", "neither"],
)
def test_an_item_cites_what_was_in_force_and_an_article_only_of_its_own_text(
    period: Period, text: str, *, was_resolved: bool
):
    cited = references.cited_in(POSTED, INSTRUMENTS, period)
    assert (cited.text, cited.was_resolved) == (text, was_resolved)


def test_an_item_whose_text_is_in_force_keeps_its_own_words():
    item = d.by_code(loaded(SMALL.encode()))["A-2"]
    cited = references.cited_in(item, INSTRUMENTS, EXAMINED)
    assert (cited.text, cited.was_resolved) == ("TT 26/2014/TT-BKHCN Điều 7 khoản 1 điểm a", False)
    assert [citation.article for citation in cited.citations] == ["Điều 7 khoản 1 điểm a"]


def test_a_standard_keeps_its_own_words_even_before_it_was_published():
    item = d.by_code(loaded(SMALL.encode()))["B-2"]
    assert references.cited_in(item, INSTRUMENTS, EARLY) == references.Cited(
        "TCVN ISO 9001:2015 9.2", (), was_resolved=False
    )


@dataclass
class Life:
    valid_from: date | None = None
    valid_to: date | None = None


@pytest.mark.parametrize(
    ("life", "on", "expected"),
    [
        (Life(), date(2023, 5, 23), True),
        (Life(valid_to=date(2025, 2, 28)), date(2025, 2, 28), True),
        (Life(valid_to=date(2025, 2, 28)), date(2025, 3, 1), False),
        (Life(valid_from=date(2025, 3, 1)), date(2025, 2, 28), False),
        (Life(valid_from=date(2025, 3, 1)), date(2025, 3, 1), True),
    ],
)
def test_a_unit_exists_from_its_first_to_its_last_day(life: Life, on: date, *, expected: bool):
    assert exists_on(life, on) == expected
