"""Terms in calendar months end on the corresponding day, never after a count of days."""

from datetime import date

import pytest

from inspections import deadlines


@pytest.mark.parametrize(
    ("signed_on", "due"),
    [
        (date(2023, 5, 23), date(2023, 7, 23)),
        (date(2023, 12, 31), date(2024, 2, 29)),
        (date(2022, 12, 31), date(2023, 2, 28)),
        (date(2023, 6, 30), date(2023, 8, 30)),
        (date(2023, 11, 1), date(2024, 1, 1)),
    ],
)
def test_two_months_end_on_the_corresponding_day_or_the_last_of_the_month(signed_on: date, due: date):
    assert deadlines.due_on(signed_on, "P2M") == due


@pytest.mark.parametrize("term", ["P60D", "P0M", "2M", "P2M "])
def test_a_term_that_is_not_in_months_is_a_defect(term: str):
    with pytest.raises(ValueError, match="not a term in months"):
        deadlines.due_on(date(2023, 5, 23), term)
