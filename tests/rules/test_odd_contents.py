"""What a tablet may have written and nobody expected: days at the end of time, answers to nothing."""

from datetime import UTC, date, datetime

import pytest

from core import wording
from inspections import bodies, review_layout, telling
from inspections.record import record_of
from tests import logbook

EXTREMES = ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1899-12-31T23:59:59Z"]


@pytest.mark.parametrize("moment", EXTREMES)
def test_a_moment_that_is_no_time_of_day_in_viet_nam_is_no_moment(moment: str):
    assert not bodies.is_moment(moment)
    assert bodies.fault("inspection.set", {"started_at": moment}) == {
        "member": "started_at", "problem": "wrong_form",
    }  # fmt: skip


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "2101-01-01", "9999-12-31"])
def test_a_day_to_which_no_term_can_be_added_is_no_day(day: str):
    assert not bodies.is_day(day)


@pytest.mark.parametrize("year", [1900, 2023, 2100])
def test_every_moment_and_day_that_is_taken_can_be_told(year: int):
    last = datetime(year, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert bodies.is_moment(last.isoformat())
    assert bodies.is_day(date(year, 12, 31).isoformat())
    assert wording.moment(last).endswith(f"01/01/{year + 1}")


@pytest.mark.parametrize("moment", EXTREMES)
def test_what_was_set_aside_is_told_as_it_came(moment: str):
    assert review_layout.clock_in_words(moment) == moment
    assert telling._moment_or_text(moment) == moment


@pytest.mark.parametrize(
    ("kind", "entity", "body"),
    [
        ("remark.answer", f"remark/{logbook.uuid_of('r')}", {"text": "Đã sửa"}),
        ("photo.edit", f"photo/{logbook.uuid_of('p')}", {"caption": "Bảng niêm yết"}),
        ("file.edit", f"file/{logbook.uuid_of('f')}", {"item": "PL-01"}),
    ],
)
def test_what_was_never_made_has_no_place_in_the_record(kind: str, entity: str, body: dict[str, str]):
    record = record_of(logbook.fold_of(logbook.make_entry("one", kind, entity, body)))
    assert [*record.remarks, *record.photos, *record.files] == []
