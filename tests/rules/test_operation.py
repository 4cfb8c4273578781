"""What can be recorded at all, and that a stored operation reads back as it was sent."""

import json

import msgspec
import pytest

from inspections import bodies, codes, entities, operation
from inspections.codes import Code
from inspections.operation import Operation
from tests.logbook import make_operation


def _odd(**fields: object) -> Operation:
    return make_operation("a", "answer.set", "answer/PL-16", {"value": "phu_hop"}, **fields)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, None),
        ({"op_id": "A"}, "malformed"),
        ({"op_id": "0198C0DE-5A10-7000-8000-000000000000"}, "malformed"),
        ({"inspection": ""}, "malformed"),
        ({"parents": ("x",), "op_id": "?"}, "malformed"),
        ({"seq": 0}, "malformed"),
        ({"body_sha256": "1" * 64}, "malformed"),
        ({"checklist": "a\nb"}, "op_unencodable"),
        ({"wall": "\u2028"}, "op_unencodable"),
        ({"clk": "\x00"}, "op_unencodable"),
        ({"checklist": "x" * 9000}, "op_too_large"),
        ({"parents": tuple(f"p{n}" for n in range(101))}, "op_too_large"),
    ],
)
def test_an_operation_that_cannot_be_recorded_says_why(fields: dict, expected: str | None):
    assert operation.obstacle(_odd(**fields)) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("x" * 65_536, None),
        ("x" * 65_537, "op_too_large"),
        ("đ" * 32_769, "op_too_large"),
        ("\x00", "op_unencodable"),
    ],
)
def test_a_body_is_measured_in_bytes(body: str, expected: str | None):
    assert operation.obstacle(make_operation("a", "note.add", "note/x", body)) == expected


@pytest.mark.parametrize("withheld", [False, True])
def test_what_is_stored_reads_back_as_it_was_sent(*, withheld: bool):
    sent = make_operation("a", "answer.set", "answer/PL-16", '{ "note":"đã \\u0111" }', withheld=withheld)
    header, body_hash = sent.header, operation.body_sha256(sent)
    assert operation.from_stored(header, body=sent.body, body_hash=body_hash) == sent
    wire = operation.wire_text(header, body=sent.body, body_hash=body_hash)
    assert operation.from_wire(wire) == sent
    assert json.loads(wire) == json.loads(msgspec.json.encode(sent))


def test_a_member_of_the_header_that_the_chain_does_not_cover_is_refused():
    wire = json.loads(msgspec.json.encode(_odd())) | {"secret": 1}
    with pytest.raises(msgspec.ValidationError, match="secret"):
        operation.from_wire(json.dumps(wire))


def test_every_code_has_a_sentence_and_somebody_who_can_act():
    for code in Code:
        assert codes.sentence(code).endswith(".")
        assert codes.actionable_by(code) in ("author", "lead", "administrator", "nobody")


def test_every_shape_belongs_to_a_published_type():
    assert bodies.SHAPES.keys() - entities.TYPES == set()


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        ("photo.add", {"blob": "sha256:xyz", "size": 1, "mime": "image/jpeg"}, "blob"),
        ("photo.add", {"blob": "sha256:" + "a" * 64, "size": True, "mime": "image/jpeg"}, "size"),
        ("file.add", {"blob": "sha256:" + "a" * 64, "size": 1, "mime": "application/pdf", "name": 7}, "name"),
        (
            "file.add",
            {"blob": "sha256:" + "a" * 64, "size": 1, "mime": "application/pdf", "name": "a.pdf"},
            None,
        ),
        ("announcement.set", {"opened_at": "2023-05-23T08:00"}, "opened_at"),
        ("announcement.set", {"opened_at": "2023-05-23T08:00:00+07:00"}, None),
        ("finding.set", {"due_on": "23/7/2023"}, "due_on"),
        ("finding.set", {"items": ["PL-16", 3]}, "items"),
        ("inspection.set", {"place": ["Trà Vinh"]}, "place"),
        ("inspection.set", {"place": None}, None),
        ("inspection.signoff", {"content": "0" * 64, "seen": {"a": -1}}, "seen"),
        ("inspection.cancel", {"reason": "  "}, "reason"),
        (
            "signature.add",
            {"role": "unit", "name": "B", "content": "0" * 64, "refusal": {"witnesses": []}},
            "refusal",
        ),
        ("row.set", {"columns": []}, "columns"),
    ],
)
def test_a_body_of_the_wrong_shape_names_the_member(kind: str, body: dict, expected: str | None):
    found = bodies.fault(kind, body)
    assert (found and found["member"]) == expected
