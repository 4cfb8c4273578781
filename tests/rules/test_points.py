"""The points of Điều 36 and their order."""

import json
import random
from pathlib import Path

import pytest

from checklists import definition as d
from checklists import points, shipped
from inspections import words
from tests.checklist_files import SMALL, loaded

CHECKLIST = loaded(SMALL.encode())


def test_there_are_seven_points_on_the_standard_and_six_on_the_decision():
    assert [point for point in points.POINTS if point[0] == "1"] == [f"1.{letter}" for letter in "abcdđeg"]
    assert [point for point in points.POINTS if point[0] == "2"] == [f"2.{letter}" for letter in "abcdđe"]


def test_points_sort_as_the_law_lists_them_and_sections_follow():
    mixed = ["P2-10", *points.POINTS, "N-8"]
    random.Random(7).shuffle(mixed)
    assert sorted(mixed, key=points.point_order) == [*points.POINTS, "N-8", "P2-10"]


@pytest.mark.parametrize(("item", "point"), [("A-3", "1.đ"), ("A-4", "1.d"), ("A-1", "A"), ("B-2", "B")])
def test_an_item_is_reported_under_its_point_or_else_under_its_section(item: str, point: str):
    found = next(
        (one, section) for section in CHECKLIST.sections for one in section.items if one.code == item
    )
    assert points.report_point(*found) == point


@pytest.mark.parametrize(
    ("point", "words"), [("1.đ", "khoản 1 điểm đ"), ("2.a", "khoản 2 điểm a"), ("P2-10", "P2-10")]
)
def test_a_point_is_spelled_out_as_documents_write_it(point: str, words: str):
    assert points.spelled_out(point) == words


def test_every_item_of_the_main_checklist_names_a_point():
    main = next(file for file in shipped.files() if "2015" in file.name and "hcnn" in file.name)
    named = {item.dieu_36 for item in d.items(loaded(main.read_bytes(), main.name))}
    assert named == set(points.POINTS)


def test_the_short_titles_are_those_that_the_tablet_has_in_the_order_of_the_law():
    path = Path(__file__).resolve().parents[1] / "vectors" / "points.json"
    titles = json.loads(path.read_text(encoding="utf-8"))["titles"]
    assert list(words.POINT_TITLES.items()) == list(titles.items())
    assert list(titles) == list(points.POINTS)
