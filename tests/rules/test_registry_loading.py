"""Files of units and legal texts: the shipped ones load, and a wrong one is refused with place and remedy."""

import re
from datetime import date
from pathlib import Path

import pytest
import yaml

from registry import loading, shipped
from registry.errors import FileRefused

UNITS = shipped.DEMO_UNITS.read_text(encoding="utf-8")
LEGAL = shipped.LEGAL_TEXTS.read_text(encoding="utf-8")


def test_the_demonstration_has_nineteen_provincial_bodies_and_nine_districts():
    units = loading.units(UNITS.encode(), file="units.yaml")
    levels = [unit.level for unit in units]
    assert (len(units), levels.count("tinh"), levels.count("huyen")) == (28, 19, 9)


def test_two_units_may_be_called_alike_because_codes_tell_them_apart():
    names = {unit.code: unit.name for unit in loading.units(UNITS.encode(), file="units.yaml")}
    assert (names["TV-H02"], names["TV-H09"]) == ("UBND thị xã Duyên Hải", "UBND huyện Duyên Hải")


def test_a_unit_carries_what_happened_to_it():
    unit = next(one for one in loading.units(UNITS.encode(), file="units.yaml") if one.code == "TV-S04")
    assert unit.valid_to == date(2025, 2, 28)
    assert [(event.kind, event.happened_on, event.successor_name) for event in unit.events] == [
        ("to_chuc_lai", date(2025, 3, 1), "Sở Tài chính")
    ]


def test_the_shipped_legal_texts_are_twenty_five_and_the_standards_five():
    facts = loading.legal_texts(LEGAL.encode(), file="legal.yaml")
    assert (len(facts.instruments), len(facts.standards)) == (25, 5)
    assert [norm.code for norm in facts.standards if not norm.is_usable] == [
        "ISO-9001-2015-AMD1-2024", "ISO-9001-2026",
    ]  # fmt: skip


FAULTS = yaml.safe_load(Path(__file__).with_name("registry_faults.yaml").read_text(encoding="utf-8"))
READERS = {"units": (loading.units, UNITS), "legal_texts": (loading.legal_texts, LEGAL)}


@pytest.mark.parametrize("case", FAULTS, ids=[case["fault"][:60] for case in FAULTS])
def test_a_wrong_place_is_named_with_its_remedy(case: dict[str, str]):
    read, text = READERS[case["file"]]
    assert case["old"] in text
    with pytest.raises(FileRefused) as refusal:
        read(text.replace(case["old"], case["new"], 1).encode(), file="tep.yaml")
    first, *told = refusal.value.detail.splitlines()
    assert first == "Tệp «tep.yaml» có 1 chỗ cần sửa; chưa ghi gì."
    assert [re.sub(r"^dòng \d+, ", "", line) for line in told] == [case["fault"]]
