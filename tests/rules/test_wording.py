"""Dates, times and figures are written as people in Việt Nam write them, in Vietnamese time."""

from datetime import UTC, date, datetime

import pytest

from core import wording

LATE_EVENING_UTC = datetime(2024, 3, 4, 17, 32, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (date(2024, 3, 5), "05/3/2024"),
        (date(2024, 2, 5), "05/02/2024"),
        (date(2024, 1, 31), "31/01/2024"),
        (date(2023, 12, 10), "10/12/2023"),
        (LATE_EVENING_UTC, "05/3/2024"),
        (None, ""),
    ],
)
def test_a_day_is_written_as_official_documents_write_it(value: date | None, written: str):
    assert wording.day(value) == written


def test_a_moment_is_told_in_vietnamese_time():
    assert wording.moment(LATE_EVENING_UTC) == "00:32 ngày 05/3/2024"


def test_figures_have_a_dot_between_thousands_and_a_decimal_comma():
    assert wording.number(1234.5, decimals=1) == "1.234,5"


@pytest.mark.parametrize(
    ("part", "whole", "written"),
    [(134, 163, "134/163 (82,2 %)"), (1000, 1000, "1.000/1.000 (100,0 %)"), (0, 0, "0/0")]
)  # fmt: skip
def test_a_share_keeps_both_figures(part: int, whole: int, written: str):
    assert wording.share(part, whole) == written
