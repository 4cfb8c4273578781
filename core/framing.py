"""Bytes from outside become values here, whole and bounded, or are refused by name.

A body is believed only if it is as long as announced (some servers pass on a truncated one as if it were
complete), inflates within its limit, and is JSON that every database can store and every reader understands
in the same way. Nothing is repaired and nothing is guessed.

Source: RFC 9112 §6.3 (length), RFC 1952 (gzip), RFC 8259 and RFC 7493 (I-JSON: unique names, no surrogates).
"""

import json
import re
import zlib
from collections import Counter
from typing import Any, BinaryIO, NoReturn, cast

from flask import Flask, Request, current_app, request
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import ClientDisconnected
from werkzeug.wsgi import LimitedStream

from core import errors, settings

MAX_BODY_BYTES = 8 * 1024 * 1024
MAX_DEPTH = 32
MAX_MEMBERS = 200_000
_MAX_NUMBER_CHARACTERS = 24
_GZIP_WINDOW = 31
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
STREAMS = "streams_body"
BODY_LIMIT = "body_limit_bytes"
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_CUT = "Đường truyền bị ngắt giữa chừng; chưa ghi nhận gì, hãy gửi lại."


class Truncated(errors.Malformed):
    """Fewer bytes came than were announced."""

    slug = "truncated"
    title = "Nội dung gửi lên bị cắt ngang"


class BodyTooLarge(errors.TooLarge):
    """More bytes than the route takes."""

    slug = "body_too_large"
    title = "Nội dung gửi lên quá lớn"


def content_length(asked: Request, *, limit_bytes: int) -> int:
    """The announced length of the body.

    Raises:
        LengthRequired: none was announced, so a truncated body could not be told from a whole one.
        BodyTooLarge: it is over the limit.
    """
    if asked.content_length is None:
        raise errors.LengthRequired("Cần báo trước độ dài nội dung (Content-Length).")
    if asked.content_length > limit_bytes:
        raise BodyTooLarge(limit_bytes=limit_bytes, announced_bytes=asked.content_length)
    return asked.content_length


def body(asked: Request, *, limit_bytes: int = MAX_BODY_BYTES) -> bytes:
    """The whole body, as long as it was announced.

    Raises:
        LengthRequired, BodyTooLarge: as `content_length` says.
        Truncated: the sender stopped early.
    """
    announced = content_length(asked, limit_bytes=limit_bytes)
    _end_silence(asked)
    try:
        received = asked.get_data(cache=True, parse_form_data=False)
    except ClientDisconnected:
        raise Truncated(_CUT) from None
    if len(received) != announced:
        raise Truncated(_CUT, announced_bytes=announced, received_bytes=len(received))
    return received


def _end_silence(asked: Request) -> None:
    """A sender that says nothing for too long is taken for gone, and holds no thread and no lock any more.

    A tablet that lost its network says no goodbye, and would find the file busy when it comes back.
    """
    connection = asked.environ.get("gunicorn.socket")
    if connection is not None:
        connection.settimeout(settings.current().silence_s)


class _WholeStream(LimitedStream):
    """A body read to its announced end, on servers whose own stream ends anywhere."""

    def on_disconnect(self, error: Exception | None = None) -> None:  # noqa: ARG002 (Werkzeug's signature)
        raise Truncated(_CUT, announced_bytes=self.limit, received_bytes=self._pos)


def stream(asked: Request, *, limit_bytes: int) -> BinaryIO:
    """The body as a stream, for a view that says that it reads its own (`STREAMS`).

    Reading raises `Truncated` if the sender stops early.

    Raises:
        LengthRequired, BodyTooLarge: as `content_length` says.
    """
    announced = content_length(asked, limit_bytes=limit_bytes)
    _end_silence(asked)
    return cast(BinaryIO, _WholeStream(asked.environ["wsgi.input"], announced))


def inflated(raw: bytes, encoding: str, *, limit_bytes: int = MAX_BODY_BYTES) -> bytes:
    """The body without its content encoding, at most `limit_bytes` long.

    Raises:
        UnsupportedMedia: an encoding other than gzip or identity.
        BodyTooLarge: it inflates to more than the limit; not one byte more was inflated.
        Malformed: it is no single, complete gzip member.
    """
    coding = encoding.strip().lower()
    if coding in ("", "identity"):
        if len(raw) > limit_bytes:
            raise BodyTooLarge(limit_bytes=limit_bytes)
        return raw
    if coding != "gzip":
        raise errors.UnsupportedMedia(f"Không nhận mã hoá nội dung «{coding[:40]}».", accepts=["gzip"])
    inflater = zlib.decompressobj(_GZIP_WINDOW)
    try:
        plain = inflater.decompress(raw, limit_bytes + 1)
    except zlib.error:
        raise errors.Malformed("Nội dung nén gzip bị hỏng.") from None
    if len(plain) > limit_bytes:
        raise BodyTooLarge(limit_bytes=limit_bytes)
    if not inflater.eof or inflater.unused_data or inflater.unconsumed_tail:
        raise errors.Malformed("Nội dung nén gzip bị cắt hoặc thừa.")
    return plain


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        repeated, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise errors.Malformed("Một tên trường được ghi hai lần.", field=_shown(repeated))
    return members


def _shown(text: str) -> str:
    return text[:80].encode("unicode_escape").decode()


def _no_constant(name: str) -> NoReturn:
    raise errors.Malformed(f"Giá trị {name} không phải là số.")


def _integer(text: str) -> int:
    if len(text) > _MAX_NUMBER_CHARACTERS or not -(2**63) <= int(text) < 2**63:
        raise errors.Malformed("Số nguyên quá lớn.", max_bits=64)
    return int(text)


def _number(text: str) -> float:
    value = float(text)
    if len(text) > 400 or value in (float("inf"), float("-inf")):
        raise errors.Malformed("Số quá lớn.")
    return value


_decoder = json.JSONDecoder(
    object_pairs_hook=_unique, parse_constant=_no_constant, parse_int=_integer, parse_float=_number
)


def decoded(raw: bytes | str) -> Any:
    """The JSON value, with unique names, finite numbers of at most 64 bits, and bounded depth.

    Texts may still hold what a database cannot store; `check_storable` looks for that.

    Raises:
        Malformed: it is not such a value; the members say where.
    """
    try:
        text = raw if isinstance(raw, str) else raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise errors.Malformed("Nội dung không phải UTF-8.", offset=error.start) from None
    _check_shape(text)
    try:
        return _decoder.decode(text)
    except json.JSONDecodeError as error:
        raise errors.Malformed("Nội dung không phải JSON.", line=error.lineno, column=error.colno) from None


# The closing quote is optional and the repetition possessive: an unterminated string costs one pass.
_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_NOT_BRACKETS = re.compile(r"[^\[\]{}]+")


def _check_shape(text: str) -> None:
    """Refuse what nests deeper, or holds more, than any honest client's, before a parser builds it.

    Eight megabytes of empty lists take a parser three hundred; a few of them at once would take the machine.
    """
    if text.count("[") + text.count("{") <= MAX_DEPTH and text.count(",") <= MAX_MEMBERS:
        return
    bare = _STRING.sub("", text)
    if bare.count(",") > MAX_MEMBERS:
        raise errors.Malformed("JSON có quá nhiều phần tử.", max_members=MAX_MEMBERS)
    depth = 0
    for bracket in _NOT_BRACKETS.sub("", bare):
        depth += 1 if bracket in "[{" else -1
        if depth > MAX_DEPTH:
            raise errors.Malformed("JSON lồng nhau quá sâu.", max_depth=MAX_DEPTH)


def check_storable(value: object) -> None:
    """Return if every text in the value can be stored alike on every database.

    Raises:
        Malformed: a text holds NUL or half of a surrogate pair.
    """
    if isinstance(value, str):
        if _UNSTORABLE.search(value):
            raise errors.Malformed("Văn bản chứa ký tự không lưu được.", text=_shown(value))
    elif isinstance(value, dict):
        for name, member in value.items():
            check_storable(name)
            check_storable(member)
    elif isinstance(value, list):
        for member in value:
            check_storable(member)


def storable(raw: bytes | str) -> Any:
    """The JSON value, strict as `decoded` says, in which every text can be stored.

    Raises:
        Malformed: it is no such value.
    """
    value = decoded(raw)
    check_storable(value)
    return value


def json_body(asked: Request, *, limit_bytes: int = MAX_BODY_BYTES) -> bytes:
    """The bytes of a body that says it is JSON, inflated if it says it is compressed.

    Raises:
        UnsupportedMedia: another media type, charset or encoding.
        LengthRequired, BodyTooLarge, Truncated, Malformed: as `body` and `inflated` say.
    """
    charset = asked.mimetype_params.get("charset", "utf-8").lower()
    if asked.mimetype != "application/json" or charset not in ("utf-8", "utf8"):
        raise errors.UnsupportedMedia("Chỉ nhận application/json bằng UTF-8.", accepts=["application/json"])
    raw = body(asked, limit_bytes=limit_bytes)
    return inflated(raw, asked.headers.get("Content-Encoding", ""), limit_bytes=MAX_BODY_BYTES)


class StrictJSON(DefaultJSONProvider):
    """Flask's JSON, reading as strictly as `decoded`, so that no route is more lenient than another."""

    def loads(self, s: str | bytes, **_options: Any) -> Any:
        """The value that the text says.

        Raises:
            Malformed: it is no JSON that can be stored.
        """
        return storable(s)


def _check_length() -> None:
    """Read every body to its announced end before any view looks at it."""
    if request.content_length is None and "chunked" not in request.headers.get("Transfer-Encoding", ""):
        return
    view = current_app.view_functions.get(request.endpoint or "")
    if not getattr(view, STREAMS, False):
        body(request, limit_bytes=getattr(view, BODY_LIMIT, MAX_BODY_BYTES))


def _check_texts() -> None:
    """Refuse an address or a form with a text that no database could be asked about, before any view asks."""
    if _UNSTORABLE.search(request.path):
        raise errors.NotFound
    if not request.query_string and request.mimetype not in _FORMS:
        return
    given = [request.args, request.form] if request.mimetype in _FORMS else [request.args]
    for name, value in (pair for texts in given for pair in texts.items(multi=True)):
        check_storable(name)
        check_storable(value)


def register(app: Flask) -> None:
    """Every route gets whole bodies and strict texts; one that reads its own stream, or takes more
    than the ordinary limit, says so (`STREAMS`, `BODY_LIMIT`).
    """
    app.json = StrictJSON(app)
    app.before_request(_check_length)
    app.before_request(_check_texts)
