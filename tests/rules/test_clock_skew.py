"""How far a tablet's clock stood off, from what is stored with its operations."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from inspections import clock_skew
from inspections.clock_skew import Evidence
from inspections.fold import Entry
from tests.logbook import make_operation

VECTORS = Path(__file__).resolve().parents[1] / "vectors" / "clock_skew.json"
CASES = json.loads(VECTORS.read_text(encoding="utf-8"))["cases"]
CAME = datetime.fromisoformat("2026-08-22T08:14:06Z")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_vectors_hold(case):
    said = [Evidence(wall, clk, datetime.fromisoformat(came)) for wall, clk, came in case["evidence"]]
    found = clock_skew.skew(said)
    if case["ahead_ms"] is None:
        assert found is None
        return
    assert found.ahead == timedelta(milliseconds=case["ahead_ms"])
    assert (found.operations, found.is_notable) == (case["operations"], case["operations"] > 0)
    assert clock_skew.in_words(found) == case["words"]


def entry(device: str, clk: str) -> Entry:
    sent = make_operation("a", "note.add", "note/x", {"text": "x"})
    return Entry(msgspec.structs.replace(sent, clk=clk), device, "", received_at=CAME)


def test_each_tablet_is_judged_alone_and_the_server_never():
    entries = [entry("b", "+5/5"), entry("a", "-600000/5"), entry("server:x:y", "-600000/5")]
    assert list(clock_skew.notable(entries)) == ["a"]
