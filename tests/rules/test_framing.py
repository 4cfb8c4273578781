"""Bytes from outside: what is read, and what is refused by name instead of being guessed at."""

import gzip
import time
import zlib
from io import BytesIO

import pytest
from flask import Flask, Request
from werkzeug.test import EnvironBuilder

from core import errors, framing

ABC = gzip.compress(b"abc", mtime=0)  # without the time, so that every process names its cases alike


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": [1, 2.5, true, null, "ế"]}', {"a": [1, 2.5, True, None, "ế"]}),
        ('"\\ud83d\\ude00"', "😀"),
        (str(2**63 - 1), 2**63 - 1),
        ("[" * 32 + "]" * 32, None),
        ('"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["', "[" * 40),
        ('"\\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["', '"' + "[" * 39),
    ],
)
def test_what_is_strict_json_is_read(text: str, value: object):
    read = framing.storable(text.encode())
    assert value is None or read == value


MALFORMED = [
    b"",
    b"{",
    b'{"a":}',
    b"nul",
    b"{'a':1}",
    b'{"a":1,}',
    b"[1] x",
    b"\xff\xfe{\x00}\x00",
    b'"\xff"',
    '{"a":1}'.encode("utf-16"),
    b'\xef\xbb\xbf{"a":1}',
    b'{"a":1,"a":2}',
    b'{"a":{"b":1,"b":1}}',
    b'{"a":NaN}',
    b'{"a":Infinity}',
    b'{"a":-Infinity}',
    b'{"a":1e999}',
    b'{"a":1e400}',
    b"9223372036854775808",
    b"1" * 5000,
    b"-" + b"9" * 30,
    b'"\\ud800"',
    b'"\\udc00x"',
    b'{"\\ud800":1}',
    b'"\\u0000"',
    b'{"a\\u0000":1}',
    b'"a\x00b"',
    b'"tab\there"',
    b'"\\x41"',
    b"[" * 33 + b"]" * 33,
    b'{"a":' * 40 + b"1" + b"}" * 40,
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b"]" * 50,
    b'"' + b"[" * 50,
]


@pytest.mark.parametrize("raw", MALFORMED)
def test_anything_else_is_malformed_and_never_a_defect(raw: bytes):
    with pytest.raises(errors.Malformed):
        framing.storable(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"[" * 40 + b'"' + b'\\"' * 4_000_000,
        b"[]" * 4_000_000,
        b'{"k":1,' + b",".join(b'"%d":1' % n for n in range(500_000)) + b',"499999":2}',
    ],
    ids=["unterminated string", "many values", "late repetition"],
)
def test_eight_megabytes_of_nonsense_cost_seconds_and_not_minutes(raw: bytes):
    began = time.process_time()
    with pytest.raises(errors.Malformed):
        framing.decoded(raw)
    assert time.process_time() - began < 5


def test_a_repeated_name_is_told():
    with pytest.raises(errors.Malformed) as refused:
        framing.decoded('{"seq": 1, "op": {"b": 1, "a": 2, "b": 3}}')
    assert refused.value.members == {"field": "b"}


def test_gzip_inflates_to_what_was_sent():
    assert framing.inflated(gzip.compress(b"abc", mtime=0), "gzip") == b"abc"
    assert framing.inflated(gzip.compress(b"abc", mtime=0), " GZIP ") == b"abc"
    assert framing.inflated(b"abc", "") == framing.inflated(b"abc", "identity") == b"abc"


def test_a_bomb_is_refused_at_the_limit():
    bomb = gzip.compress(b"\0" * 100_000_000, mtime=0)
    with pytest.raises(framing.BodyTooLarge):
        framing.inflated(bomb, "gzip", limit_bytes=1000)


def test_the_limit_itself_is_allowed():
    assert len(framing.inflated(gzip.compress(b"x" * 1000, mtime=0), "gzip", limit_bytes=1000)) == 1000
    with pytest.raises(framing.BodyTooLarge):
        framing.inflated(gzip.compress(b"x" * 1001, mtime=0), "gzip", limit_bytes=1000)


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"abc", ABC[:-1], ABC[:12], ABC + b"x",
        ABC * 2, zlib.compress(b"abc"), ABC[:-8] + b"\0" * 8,
    ],
)  # fmt: skip
def test_what_is_no_single_whole_gzip_member_is_malformed(raw: bytes):
    with pytest.raises(errors.Malformed):
        framing.inflated(raw, "gzip")


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip", "zstd", "x" * 500])
def test_other_encodings_are_refused_by_name(encoding: str):
    with pytest.raises(errors.UnsupportedMedia):
        framing.inflated(b"", encoding)


def _request(body: bytes, *, announced: int | None, terminated: bool = False) -> Request:
    environ = EnvironBuilder(method="POST", content_type="application/json").get_environ()
    environ["wsgi.input"] = BytesIO(body)
    environ.pop("CONTENT_LENGTH", None)
    if announced is not None:
        environ["CONTENT_LENGTH"] = str(announced)
    if terminated:
        environ["wsgi.input_terminated"] = True
    return Request(environ)


@pytest.mark.parametrize("terminated", [False, True])
def test_a_body_shorter_than_announced_is_truncated(terminated: bool):
    with pytest.raises(framing.Truncated):
        framing.body(_request(b"x" * 500, announced=1000, terminated=terminated))
    with pytest.raises(framing.Truncated):
        framing.stream(_request(b"x" * 500, announced=1000, terminated=terminated), limit_bytes=2000).read()


def test_a_whole_body_is_read_and_a_stream_ends_where_it_was_announced_to():
    assert framing.body(_request(b"abc", announced=3)) == b"abc"
    assert framing.stream(_request(b"abcdef", announced=3), limit_bytes=3).read() == b"abc"


def test_a_body_without_a_length_is_refused():
    with pytest.raises(errors.LengthRequired):
        framing.body(_request(b"abc", announced=None, terminated=True))


def test_a_body_over_the_limit_is_refused_before_it_is_read():
    asked = _request(b"abc", announced=2**40)
    with pytest.raises(framing.BodyTooLarge):
        framing.body(asked)
    assert asked.environ["wsgi.input"].tell() == 0


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "application/json; charset=utf-16", "application/x-www-form-urlencoded"]
)
def test_only_json_in_utf_8_is_taken_for_json(kind: str):
    environ = EnvironBuilder(method="POST", data=b"{}", content_type=kind).get_environ()
    with Flask(__name__).test_request_context(), pytest.raises(errors.UnsupportedMedia):
        framing.json_body(Request(environ))


def test_more_members_than_anybody_sends_are_refused_before_a_parser_builds_them():
    most = b"[" + b"1," * framing.MAX_MEMBERS + b"1]"
    assert len(framing.decoded(most)) == framing.MAX_MEMBERS + 1
    with pytest.raises(errors.Malformed) as refused:
        framing.decoded(b"[[]," + most[1:])
    assert refused.value.members == {"max_members": framing.MAX_MEMBERS}
    assert framing.decoded(b'"' + b"," * (framing.MAX_MEMBERS + 1) + b'"')
