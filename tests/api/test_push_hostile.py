"""Sixty bad bodies: each has its verdict, alike on both databases, never a 5xx, and loses nothing else."""

import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from core import ids
from tests.tablets import Tablet, statuses
from tests.teams import Team, team_on_its_way

Batch = dict[str, Any]


def _with(**members: object) -> Callable[[Batch], bytes]:
    return lambda batch: json.dumps(batch | members).encode()


def _without(member: str) -> Callable[[Batch], bytes]:
    return lambda batch: json.dumps({name: value for name, value in batch.items() if name != member}).encode()


def _op(**members: object) -> Callable[[Batch], bytes]:
    return lambda batch: json.dumps(batch | {"ops": [batch["ops"][0] | members, *batch["ops"][1:]]}).encode()


def _op_without(member: str) -> Callable[[Batch], bytes]:
    def made(batch: Batch) -> bytes:
        del batch["ops"][0][member]
        return json.dumps(batch).encode()

    return made


def _text(change: Callable[[str], str]) -> Callable[[Batch], bytes]:
    return lambda batch: change(json.dumps(batch)).encode()


def _raw(raw: bytes) -> Callable[[Batch], bytes]:
    return lambda _batch: raw


def _more(text: str) -> Callable[[Batch], bytes]:
    """The honest batch with another member in front."""
    return _text(lambda honest: "{" + text + "," + honest[1:])


HOSTILE: dict[str, tuple[Callable[[Batch], bytes], int, str]] = {
    "a space": (_raw(b" "), 400, "malformed"),
    "not json": (_raw(b"ops=1"), 400, "malformed"),
    "half of it": (_text(lambda honest: honest[: len(honest) // 2]), 400, "malformed"),
    "one byte short": (_text(lambda honest: honest[:-1]), 400, "malformed"),
    "twice": (_text(lambda honest: honest * 2), 400, "malformed"),
    "a list": (_raw(b"[]"), 400, "malformed"),
    "a text": (_raw(b'"push"'), 400, "malformed"),
    "null": (_raw(b"null"), 400, "malformed"),
    "a number": (_raw(b"7"), 400, "malformed"),
    "an empty object": (_raw(b"{}"), 400, "malformed"),
    "utf-16": (lambda batch: json.dumps(batch).encode("utf-16"), 400, "malformed"),
    "a byte order mark": (_text(lambda honest: "\ufeff" + honest), 400, "malformed"),
    "latin-1": (lambda batch: json.dumps(batch).encode() + b"\xe9", 400, "malformed"),
    "nested 5000 deep": (_more('"deep":' + "[" * 5000 + "]" * 5000), 400, "malformed"),
    "nested 100000 deep": (_raw(b"[" * 100_000), 400, "malformed"),
    "a repeated member": (_more('"epoch":"x"'), 400, "malformed"),
    "a repeated member within an operation": (
        _text(lambda honest: honest.replace('"seq": 1,', '"seq": 2, "seq": 1,')), 400, "malformed",
    ),
    "NaN": (_more('"x":NaN'), 400, "malformed"),
    "infinity": (_more('"x":-Infinity'), 400, "malformed"),
    "a huge number": (_more('"x":' + "9" * 10_000), 400, "malformed"),
    "an unknown member": (_with(more=1), 400, "malformed"),
    "no device": (_without("device"), 400, "malformed"),
    "no epoch": (_without("epoch"), 400, "malformed"),
    "no signature": (_without("sig"), 400, "malformed"),
    "no head": (_without("head"), 400, "malformed"),
    "no operations": (_without("ops"), 400, "malformed"),
    "an empty list of operations": (_with(ops=[]), 400, "malformed"),
    "operations as an object": (_with(ops={}), 400, "malformed"),
    "operations as null": (_with(ops=None), 400, "malformed"),
    "an operation that is null": (_with(ops=[None]), 400, "malformed"),
    "an operation that is a list": (_with(ops=[[]]), 400, "malformed"),
    "1001 nulls": (_with(ops=[None] * 1001), 413, "batch_too_large"),
    "a device that is a number": (_with(device=7), 400, "malformed"),
    "a device with NUL": (_with(device="a\0b"), 400, "malformed"),
    "half a surrogate pair as device": (_with(device="\ud800"), 400, "malformed"),
    "a device with a line break": (_with(device="a\nb"), 422, "bad_chain"),
    "a prev that is null": (_with(prev=None), 400, "malformed"),
    "a prev with NUL": (_with(prev="\0"), 400, "malformed"),
    "another prev": (_with(prev="ab" * 32), 422, "bad_chain"),
    "another head": (_with(head="ab" * 32), 422, "bad_chain"),
    "an empty head": (_with(head=""), 422, "bad_chain"),
    "no signature at all": (_with(sig=""), 422, "bad_signature"),
    "a signature of zeros": (_with(sig="A" * 86), 422, "bad_signature"),
    "a padded signature": (_with(sig="A" * 86 + "=="), 422, "bad_signature"),
    "another epoch": (_with(epoch="e-other"), 409, "epoch_mismatch"),
    "an epoch of a megabyte": (_with(epoch="e" * 1_000_000), 409, "epoch_mismatch"),
    "seq as a text": (_op(seq="1"), 400, "malformed"),
    "seq as true": (_op(seq=True), 400, "malformed"),
    "seq with a fraction": (_op(seq=1.5), 400, "malformed"),
    "seq zero": (_op(seq=0), 422, "bad_chain"),
    "seq minus one": (_op(seq=-1), 422, "bad_chain"),
    "seq of 63 bits": (_op(seq=2**63 - 1), 422, "bad_chain"),
    "seq of 65 bits": (_op(seq=2**65), 400, "malformed"),
    "an operation without op_id": (_op_without("op_id"), 400, "malformed"),
    "an operation without body": (_op_without("body"), 400, "malformed"),
    "a body that is an object": (_op(body={"text": "x"}), 400, "malformed"),
    "a body that is another": (_op(body="{}"), 422, "bad_chain"),
    "parents as a text": (_op(parents="x"), 400, "malformed"),
    "parents of numbers": (_op(parents=[1]), 400, "malformed"),
    "an unknown member of an operation": (_op(priority=1), 400, "malformed"),
    "an unknown member with half a surrogate pair": (_op(**{"\ud800": 1}), 400, "malformed"),
    "an actor that is null": (_op(actor=None), 400, "malformed"),
}  # fmt: skip


@pytest.fixture
def team(app: Flask) -> Team:
    """An inspection on its way."""
    return team_on_its_way(app)


@pytest.fixture
def tablet(team: Team) -> Tablet:
    """The member's tablet with two notes that are not sent yet."""
    made = team.tablet()
    for _ in range(2):
        made.record(team.id, "note.add", f"note/{ids.new_id()}", {"text": "x"})
    return made


def test_each_bad_body_gets_its_own_verdict_and_the_good_batch_still_gets_in(tablet: Tablet):
    """One test for all, so that what one body leaves behind would be felt by the next."""
    verdicts = {}
    for name, (spoil, _status, _code) in HOSTILE.items():
        raw = spoil(tablet.batch())
        for zipped in (False, True):
            answer = tablet.send(raw, zipped=zipped)
            assert answer.mimetype == "application/problem+json", name
            assert len(answer.data) < 16_384, name
            verdicts[name, zipped] = (answer.status_code, answer.json["code"])
    expected = {(name, zipped): verdict[1:] for name, verdict in HOSTILE.items() for zipped in (False, True)}
    assert verdicts == expected
    assert statuses(tablet.push()) == ["applied", "applied"]


@pytest.mark.parametrize(
    ("headers", "raw", "verdict"),
    [
        ({"Content-Type": "text/plain"}, b"{}", (415, "encoding")),
        ({"Content-Type": "application/json; charset=utf-16"}, b"{}", (415, "encoding")),
        ({"Content-Encoding": "br"}, b"{}", (415, "encoding")),
        ({"Content-Encoding": "deflate"}, b"{}", (415, "encoding")),
        ({"Content-Encoding": "gzip"}, b"{}", (400, "malformed")),
        ({"Content-Encoding": "gzip"}, gzip.compress(b"{}", mtime=0)[:-4], (400, "malformed")),
        ({"Content-Encoding": "gzip"}, gzip.compress(b"{}", mtime=0) * 2, (400, "malformed")),
        ({"Content-Encoding": "gzip"}, gzip.compress(b" " * 100_000_000, mtime=0), (413, "batch_too_large")),
        ({"Content-Encoding": "gzip"}, b"\0" * 1_048_577, (413, "batch_too_large")),
    ],
)
def test_a_body_in_a_wrong_wrapping_is_refused(
    tablet: Tablet, headers: dict[str, str], raw: bytes, verdict: tuple[int, str]
):
    answer = tablet.client.post("/sync/v1/push", data=raw, headers=_headers(tablet) | headers)
    assert (answer.status_code, answer.json["code"]) == verdict


def _headers(tablet: Tablet) -> dict[str, str]:
    return tablet.headers | {"Content-Type": "application/json"}


def test_a_truncated_batch_is_not_taken_for_a_whole_one(tablet: Tablet):
    raw = json.dumps(tablet.batch()).encode()
    answer = tablet.client.post(
        "/sync/v1/push", data=raw[:-100], headers=_headers(tablet),
        environ_overrides={"CONTENT_LENGTH": str(len(raw))},
    )  # fmt: skip
    assert (answer.status_code, answer.json["code"]) == (400, "truncated")


def test_a_batch_of_unknown_length_is_refused(tablet: Tablet):
    answer = tablet.client.post(
        "/sync/v1/push", data=b"", headers=_headers(tablet),
        environ_overrides={"CONTENT_LENGTH": None, "HTTP_TRANSFER_ENCODING": "chunked"},
    )  # fmt: skip
    assert (answer.status_code, answer.json["code"]) == (411, "length_required")


def _record(tablet: Tablet, inspection: str, changed: dict[str, Any]) -> None:
    plain = {"inspection": inspection, "type": "note.add", "entity": f"note/{ids.new_id()}"}
    members = plain | {"body": {"text": "x"}} | changed
    named = [members.pop(name) for name in ("inspection", "type", "entity", "body")]
    tablet.record(*named, **members)


STRANGE: dict[str, tuple[dict[str, Any], str]] = {
    "an op_id that is no id": ({"op_id": "x"}, "malformed"),
    "an op_id in capitals": ({"op_id": "0198C0DE-5A10-7C1E-9D21-5F0E7A1B2C3D"}, "malformed"),
    "an op_id with NUL": ({"op_id": "\0" * 36}, "malformed"),
    "an op_id with a line break": ({"op_id": "\n" * 36}, "malformed"),
    "an inspection that is no id": ({"inspection": "x"}, "malformed"),
    "an empty inspection": ({"inspection": ""}, "malformed"),
    "a parent that is no id": ({"parents": ("x",)}, "malformed"),
    "101 parents": ({"parents": tuple(ids.new_id() for _ in range(101))}, "op_too_large"),
    "a type with a line break": ({"type": "note.add\nx"}, "op_unencodable"),
    "an entity with NUL": ({"entity": "note/\0"}, "op_unencodable"),
    "a type of 9000 letters": ({"type": "x" * 9000}, "op_too_large"),
    "a wall with a line separator": ({"wall": "\u2028"}, "op_unencodable"),
    "a checklist with NUL": ({"checklist": "\0"}, "op_unencodable"),
    "an actor with a line break": ({"actor": "a\nb"}, "op_unencodable"),
    "a body of 64 KiB and a byte": ({"body": "x" * 65_537}, "op_too_large"),
    "a withheld body without a hash": ({"body": None, "body_sha256": "x"}, "malformed"),
}


@pytest.mark.parametrize("name", STRANGE)
def test_an_operation_that_cannot_be_recorded_stops_the_batch_there_and_by_name(
    team: Team, tablet: Tablet, name: str
):
    changed, code = STRANGE[name]
    _record(tablet, team.id, changed)
    answer = tablet.push()
    assert (answer.status_code, statuses(answer)) == (200, ["applied", "applied"])
    assert (answer.json["stopped"]["seq"], answer.json["stopped"]["error"]["code"]) == (3, code)


ASIDE: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown type": ({"type": "note.explode"}, "unknown_type"),
    "an empty type": ({"type": ""}, "unknown_type"),
    "an unknown kind": ({"type": "dragon.add", "entity": "dragon/1"}, "unknown_type"),
    "an entity of another kind": ({"entity": "photo/1"}, "value_invalid"),
    "an empty entity": ({"entity": ""}, "value_invalid"),
    "a body that is no json": ({"body": "{"}, "value_invalid"),
    "a body that is a list": ({"body": "[]"}, "value_invalid"),
    "a body nested deep": ({"body": "[" * 30_000}, "value_invalid"),
    "a body with NaN": ({"body": '{"text": NaN}'}, "value_invalid"),
    "a body with an escaped NUL": ({"body": '{"text": "\\u0000"}'}, "value_invalid"),
    "a body with half a pair": ({"body": '{"text": "\\ud800"}'}, "value_invalid"),
    "a text that is a number": ({"body": '{"text": 7}'}, "value_invalid"),
    "an empty body": ({"body": ""}, "value_invalid"),
    "an actor that is nobody": ({"actor": "nobody"}, "not_permitted"),
    "an actor on no team": ({"actor": ids.new_id()}, "not_permitted"),
    "an actor of 500 letters": ({"actor": "x" * 500}, "not_permitted"),
    "an unknown inspection": ({"inspection": ids.new_id()}, "inspection_unknown"),
}


@pytest.mark.parametrize("name", ASIDE)
def test_an_operation_that_means_nothing_here_is_kept_aside_by_code(team: Team, tablet: Tablet, name: str):
    changed, code = ASIDE[name]
    _record(tablet, team.id, changed)
    answer = tablet.push()
    assert (answer.status_code, statuses(answer)) == (200, ["applied", "applied", "quarantined"])
    assert answer.json["results"][2]["error"]["code"] == code
    assert answer.json["results"][2]["error"]["message"]


def test_half_a_surrogate_pair_in_a_header_stops_the_batch_and_is_not_echoed(team: Team, tablet: Tablet):
    """The tablet hashed U+FFFD, as browsers do; the answer must still be JSON."""
    tablet.record(team.id, "note.add", f"note/{ids.new_id()}", {"text": "x"}, op_id="\ufffd")
    batch = tablet.batch()
    batch["ops"][2]["op_id"] = "\ud800"
    answer = tablet.send(batch)
    assert (statuses(answer), answer.json["stopped"]) == (
        ["applied", "applied"], {"seq": 3, "op_id": None, "error": {"code": "malformed"}},
    )  # fmt: skip
