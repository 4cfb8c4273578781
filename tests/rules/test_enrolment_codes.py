"""The enrolment code for hands: read as people type it, alike on the server and on the tablet."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts import enrolment_codes
from accounts.enrolment_codes import ALPHABET, DRAWN

CASES = json.loads(
    (Path(__file__).resolve().parents[1] / "vectors" / "enrolment_code.json").read_text(encoding="utf-8")
)["cases"]
DRAWS = st.lists(st.sampled_from(ALPHABET), min_size=DRAWN, max_size=DRAWN)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_code_is_read_as_people_type_it(case: dict):
    assert enrolment_codes.read(case["typed"]) == case["code"]


@given(DRAWS)
def test_what_is_shown_is_read(drawn: list[str]):
    code = enrolment_codes.from_drawn(drawn)
    assert enrolment_codes.read(enrolment_codes.grouped(code).lower()) == code
    assert code.startswith("".join(drawn))


@given(DRAWS, st.integers(0, DRAWN), st.sampled_from(ALPHABET))
def test_any_one_wrong_symbol_is_noticed(drawn: list[str], place: int, symbol: str):
    code = enrolment_codes.from_drawn(drawn)
    wrong = code[:place] + symbol + code[place + 1 :]
    assert enrolment_codes.read(wrong) == (code if wrong == code else None)


@given(DRAWS, st.integers(0, DRAWN - 1))
def test_neighbours_that_change_places_are_noticed_but_for_the_first_and_the_last_symbol(
    drawn: list[str], place: int
):
    code = enrolment_codes.from_drawn(drawn)
    pair = code[place : place + 2]
    swapped = code[:place] + pair[::-1] + code[place + 2 :]
    if set(pair) not in ({ALPHABET[0], ALPHABET[-1]}, set(pair[:1])):
        assert enrolment_codes.read(swapped) is None
