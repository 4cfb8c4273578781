"""The quick reader of batches takes nothing that the strict one refuses, and reads it alike."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import errors, framing
from inspections.operation import Operation
from sync import batch_text, schemas
from sync.schemas import PushIn

ID = "018f3c1e-1111-7000-8000-000000000001"
OP: dict[str, Any] = {
    "op_id": ID, "seq": 1, "type": "answer.set", "inspection": ID, "entity": "answer/PL-01", "parents": [ID],
    "checklist": "QMS@1", "actor": ID, "hlc": "0-0", "wall": "2026-01-01T00:00:00Z", "clk": "+0/0",
    "body": '{"value":"phù hợp","note":"a \\"b\\": c\\\\"}',
}  # fmt: skip
BATCH: dict[str, Any] = {"device": ID, "epoch": "e", "prev": "0", "head": "1", "sig": "s", "ops": [OP, OP]}
NAMES = [*BATCH, *OP, "body_sha256", "wrong"]


def text(value: object) -> str:
    """JSON as a browser writes it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def strictly(raw: bytes) -> PushIn | None:
    """The batch as the strict reader has it; None if it refuses."""
    try:
        return schemas.converted(framing.storable(raw), PushIn)
    except errors.Malformed:
        return None


def test_what_a_browser_writes_is_read_quickly():
    quick = batch_text.read(text(BATCH).encode())
    assert quick is not None
    assert quick == strictly(text(BATCH).encode())
    assert quick.ops[0] == Operation(**OP | {"parents": (ID,)})


@pytest.mark.parametrize(
    "repeated",
    ['"seq":2', '"seq" :2', '"seq"\t\n:2', r'"s\u0065q":2', '"seq": 2', '"seq":2,"seq":1', '"device":"x"'],
)
@pytest.mark.parametrize("where", ['"type":', '"device":'])
def test_a_repeated_name_is_never_overlooked(repeated: str, where: str):
    raw = text(BATCH).replace(where, f"{repeated},{where}", 1).encode()
    assert strictly(raw) is None
    assert batch_text.read(raw) is None


pieces = st.sampled_from(
    [*'":\\, {}[]\n\t\x00\x7fxé\u2028', r"\u0041", r"\u0000", r"\ud800", '\\"', '":', '\\":', "null", "1e3",
     "9" * 20, "-1", "NaN", *(f'"{name}":' for name in NAMES)]
)  # fmt: skip
edits = st.lists(
    st.tuples(st.integers(0, 2000), st.integers(0, 12), st.lists(pieces, max_size=4)), min_size=1, max_size=4
)


@settings(max_examples=600, deadline=None)
@given(edits)
def test_however_a_batch_is_spoilt_both_readers_agree_or_the_quick_one_gives_up(spoilt: list[Any]):
    written = text(BATCH)
    for at, length, inserted in spoilt:
        start = at % len(written)
        written = written[:start] + "".join(inserted) + written[start + length :]
    raw = written.encode()
    quick = batch_text.read(raw)
    assert quick is None or quick == strictly(raw)


texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)


@settings(max_examples=200, deadline=None)
@given(texts, texts, st.booleans())
def test_any_texts_are_read_alike(body: str, entity: str, is_ascii: bool):
    ops = [OP | {"body": json.dumps({"note": body}), "entity": entity}]
    raw = json.dumps(BATCH | {"ops": ops}, ensure_ascii=is_ascii).encode()
    quick = batch_text.read(raw)
    assert quick is None or quick == strictly(raw)
