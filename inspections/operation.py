"""One operation (thao tác) as it travels and as it is stored; it judges nothing and knows no database.

The body is a JSON text inside a string: the bytes that are hashed are the bytes that are sent, and members
that this version does not know are kept. A body may be absent (`null` with `body_sha256`): it was withheld by
its author or erased by law, and the chain still holds, because the chain covers only the body's hash.

Body contracts, by type. Days and moments lie in the years 1900 to 2100. A member named `reason` or `salt`
sets no field, nor does `reissues` `{"device","seq","hash"}`: the link of another chain that this one repeats.

* `answer.set|resolve`: as `checklists.values` says; resolve adds `reason`.
* `row.set|resolve` `{"columns": {…}}`; `row.retract` `{}`.
* `participant.set` any of `side` (team, unit, other), `name`, `title`, `role`, `present`.
* `announcement.set` any of `opened_at`, `closed_at`, `place`, `statement`.
* `inspection.set` any of `started_at`, `ended_at`, `place`, `conclusion`, `recommendations`,
  `period_examined`.
* `finding.set` any of `category`, `text`, `reference` `{"code","article"}`, `items`, `evidence`, `due_on`.
* `explanation.set` any of `text`, `by`. `assignment.set` `{"members": […]}`.
* `photo.add`, `file.add` `{"blob":"sha256:…","size","mime","taken_at","item","caption"}`, a file also `name`
  and, if it is a photo as the camera wrote it, `original_of`, the photo's entity; `.edit` `item`, `caption`;
  `.retract` `{"reason"}`, as `finding.retract` has too.
* `note.add|edit` `{"text"}`; `remark.add` `{"entity","text","due_on"}`; `remark.answer` `{"text"}`.
* `signature.add` `{"role","name","title","content","blob"}`, or `refusal` `{"reason","witnesses"}` instead of
  `blob`; the role is `leader`, `unit`, `secretary` or `member`.
* `inspection.signoff` `{"content","seen":{device: seq},"exclude":[op_id],"statement"}`;
  `inspection.approve` `{"content"}`; `inspection.send_back` `{"reason","due_on"}`; `inspection.reopen`,
  `postpone`, `cancel` `{"reason"}`, a reopening with `content`, the hash of what was signed;
  `inspection.supplement` `{"checklist","mapping"}`: what items became in the new version, null for none.
* `inspection.receive_correction` `{"received_on","document","note"}`, `.accept_correction`
  `{"decided_on","note"}`, `.refuse_correction` `{"decided_on","reason","due_on"}`: the office's alone.
* `quarantine.adopt` `{"op_id","type","body"}`: what is adopted, word for word, so that no reader has to look
  it up; `quarantine.dismiss` `{"op_id","reason"}`. Both name the entity of the operation they decide about,
  an adoption after a supplement also that of the item which took its item's place.
"""

import hashlib
import re
from functools import cached_property
from typing import Any

import msgspec

from inspections import entities

MAX_BODY_BYTES = 64 * 1024
MAX_HEADER_BYTES = 8 * 1024
MAX_PARENTS = 100
# Bounds of what a text can grow to, so that most operations need not be encoded to know that they are small.
_MAX_UTF8_BYTES = 4
_MAX_JSON_BYTES = 6
_ID_IN_JSON_BYTES = 39
_NAMES_IN_JSON_BYTES = 200

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
_BREAKING = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029\ud800-\udfff]")


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the chain covers of an operation beside its body's hash."""

    op_id: str
    seq: int
    type: str
    inspection: str
    entity: str
    parents: tuple[str, ...]
    checklist: str
    actor: str
    hlc: str
    wall: str
    clk: str


class Operation(Header, frozen=True, forbid_unknown_fields=True, omit_defaults=True, dict=True):
    """Một thao tác: a header and the text of its body, which is read once, when somebody first asks."""

    body: str | None
    body_sha256: str | None = None

    @property
    def is_withheld(self) -> bool:
        """Whether only the hash of the body is here."""
        return self.body is None

    @cached_property
    def header(self) -> str:
        """The header as JSON text, ready to be stored."""
        header = Header(
            self.op_id, self.seq, self.type, self.inspection, self.entity, self.parents, self.checklist,
            self.actor, self.hlc, self.wall, self.clk,
        )  # fmt: skip
        return _encode(header).decode()

    @cached_property
    def parsed(self) -> dict[str, Any] | None:
        """The body; None if it is not here or is not a JSON object that both databases can store."""
        return _object(self.body)

    @cached_property
    def writes(self) -> dict[str, Any]:
        """The fields that the operation sets; an adoption sets what the adopted operation would have set."""
        body = self.parsed or {}
        if self.type != "quarantine.adopt":
            return entities.writes(self.type, body)
        return entities.writes(str(body.get("type")), _object(str(body.get("body"))) or {})

    def prepare(self) -> None:
        """Header and body have been read, so that it need not be done while others wait for a lock."""
        _ = self.header, self.writes


class Draft(msgspec.Struct, frozen=True):
    """What the office wants to write; the log gives it a number, an author and a place in a chain."""

    type: str
    entity: str
    body: dict[str, Any]
    parents: tuple[str, ...] = ()


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Operation).decode
_decode_header = msgspec.json.Decoder(Header).decode
_decode_body = msgspec.json.Decoder().decode


def sha256(text: str) -> str:
    """SHA-256 of the UTF-8 bytes, in lower-case hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def body_sha256(operation: Operation) -> str:
    """The hash of the body, computed if the body is here."""
    if operation.body is not None:
        return sha256(operation.body)
    return operation.body_sha256 or ""


def wire_text(header: str, *, body: str | None, body_hash: str) -> str:
    """The operation as JSON, joined from what is stored, with nothing decoded on the way."""
    if body is None:
        return f'{header[:-1]},"body":null,"body_sha256":"{body_hash}"}}'
    return f'{header[:-1]},"body":{msgspec.json.encode(body).decode()}}}'


def from_stored(header: str, *, body: str | None, body_hash: str) -> Operation:
    """The operation whose header and body are stored."""
    known = _decode_header(header)
    withheld = body_hash if body is None else None
    return Operation(**msgspec.structs.asdict(known), body=body, body_sha256=withheld)


def from_wire(text: str | bytes) -> Operation:
    """The operation that the JSON text says.

    Raises:
        msgspec.DecodeError: it is no operation.
    """
    return _decode(text)


def _object(text: str | None) -> dict[str, Any] | None:
    if text is None:
        return None
    try:
        body = _decode_body(text)
    except (msgspec.MsgspecError, RecursionError):
        return None
    if not isinstance(body, dict):
        return None
    # What cannot be stored can stand in JSON only as an escape.
    return body if "\\u" not in text or _is_storable(body) else None


def _is_storable(value: object) -> bool:
    if isinstance(value, str):
        return _UNSTORABLE.search(value) is None
    if isinstance(value, dict):
        return all(_is_storable(key) and _is_storable(member) for key, member in value.items())
    return all(map(_is_storable, value)) if isinstance(value, list) else True


def is_id(text: str) -> bool:
    """Whether the text is a UUID in lower case with hyphens."""
    return _ID.fullmatch(text) is not None


def is_sha256(text: str) -> bool:
    """Whether the text is a SHA-256 in lower-case hexadecimal."""
    return _SHA256.fullmatch(text) is not None


def obstacle(operation: Operation) -> str | None:
    """Why the operation cannot even be recorded, or None if it can.

    `malformed` is a defect of the client; `op_unencodable` and `op_too_large` are cured by sending the
    operation again with its body withheld.
    """
    one, body = operation, operation.body or ""
    texts = f"{one.type}{one.entity}{one.checklist}{one.actor}{one.hlc}{one.wall}{one.clk}"
    if not _is_well_formed(operation):
        return "malformed"
    # What is printable breaks nothing, and is found out in a fraction of the time.
    if not texts.isprintable() and _BREAKING.search(texts):
        return "op_unencodable"
    if not body.isprintable() and _UNSTORABLE.search(body):
        return "op_unencodable"
    if len(operation.parents) > MAX_PARENTS or _is_header_too_large(operation, len(texts)):
        return "op_too_large"
    is_surely_short = len(body) * _MAX_UTF8_BYTES <= MAX_BODY_BYTES
    return None if is_surely_short or len(body.encode()) <= MAX_BODY_BYTES else "op_too_large"


def _is_header_too_large(operation: Operation, text_length: int) -> bool:
    ids = (2 + len(operation.parents)) * _ID_IN_JSON_BYTES
    if text_length * _MAX_JSON_BYTES + ids + _NAMES_IN_JSON_BYTES <= MAX_HEADER_BYTES:
        return False
    return len(operation.header.encode()) > MAX_HEADER_BYTES


def _is_well_formed(operation: Operation) -> bool:
    if _ID.fullmatch(operation.op_id) is None or _ID.fullmatch(operation.inspection) is None:
        return False
    has_body_hash = is_sha256(operation.body_sha256 or "")
    return all(map(is_id, operation.parents)) and operation.seq > 0 and operation.is_withheld == has_body_hash
