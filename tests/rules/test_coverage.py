"""Coverage of Điều 33: everybody obliged at least by papers, a third of them on site, and who is missing."""

from datetime import date

import pytest

from inspections.coverage import UnitInYear, census, coverage

MUST = "bat_buoc"


def _units(count: int) -> list[UnitInYear]:
    return [UnitInYear(f"U{number:02d}", f"Đơn vị {number}", None, None, MUST) for number in range(count)]


@pytest.mark.parametrize(
    ("total", "needed"), [(0, 0), (1, 1), (2, 1), (3, 1), (4, 2), (28, 10), (30, 10), (31, 11)]
)
def test_a_third_is_rounded_up(total: int, needed: int):
    assert coverage(_units(total), []).needed_on_site == needed


def test_an_inspection_on_site_is_more_than_one_of_papers_and_both_figures_are_told():
    found = coverage(_units(6), [("U00", "on_site"), ("U01", "on_site"), ("U01", "desk"), ("U02", "desk")])
    assert (found.total, found.examined, len(found.by_desk), len(found.on_site)) == (6, 3, 2, 2)
    assert [unit.code for unit in found.missing] == ["U03", "U04", "U05"]
    assert (found.short_on_site, found.is_met) == (0, False)


def test_too_few_on_site_is_told_even_when_everybody_is_examined():
    found = coverage(_units(9), [(f"U{number:02d}", "desk") for number in range(9)] + [("U00", "on_site")])
    assert (found.missing, found.short_on_site, found.is_met) == ((), 2, False)


def test_the_rule_is_met_with_everybody_reached_and_a_third_on_site():
    visits = [(f"U{number:02d}", "on_site" if number < 3 else "desk") for number in range(9)]
    assert coverage(_units(9), visits).is_met is True


def test_units_outside_the_denominator_never_help_to_fill_it():
    found = coverage(_units(3), [("XA-01", "on_site"), ("XA-02", "desk")])
    assert (found.examined, found.on_site, found.short_on_site) == (0, frozenset(), 1)


def test_the_year_counts_who_stands_on_its_last_day_and_says_who_ended():
    units = [
        UnitInYear("A", "Còn", None, None, MUST),
        UnitInYear("B", "Hết ngày cuối năm", None, date(2023, 12, 31), MUST),
        UnitInYear("C", "Giải thể trong năm", None, date(2023, 6, 30), MUST),
        UnitInYear("D", "Giải thể năm trước", None, date(2022, 12, 31), MUST),
        UnitInYear("E", "Thành lập năm sau", date(2024, 1, 1), None, MUST),
        UnitInYear("F", "Khuyến khích", None, None, "khuyen_khich"),
        UnitInYear("G", "Tỉnh quyết định", None, None, "tinh_quyet_dinh"),
        UnitInYear("H", "Chưa rõ", None, None, None),
    ]
    found = census(units, 2023)
    assert [unit.code for unit in found.obliged] == ["A", "B"]
    assert [unit.code for unit in found.ended] == ["C"]
    assert [unit.code for unit in found.unknown] == ["H"]
