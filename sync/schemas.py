"""The shapes on the wire of TD/1, for msgspec; nothing here touches the database.

What comes in refuses unknown members; operation bodies are text and are kept whole. What goes out names every
member always, so that a client never has to guess between absent and null.
"""

from typing import Any, TypeVar

import msgspec

from core import errors, framing
from inspections.operation import Operation

Shape = TypeVar("Shape")


class PushIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A batch: operations with contiguous numbers, and the tablet's signature over where they lead."""

    device: str
    epoch: str
    prev: str
    head: str
    sig: str
    ops: list[Operation]


class PullIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the tablet has: the last position of each stream."""

    device: str
    epoch: str
    streams: dict[str, int]
    limit: int = 1000
    wait: int = 0


class MissingIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Files of an inspection that the tablet would send."""

    inspection: str
    hashes: list[str]


class Reason(msgspec.Struct, frozen=True):
    """Why an operation was set aside, or what is worth knowing about it, and who can act."""

    code: str
    message: str
    detail: dict[str, Any]
    actionable_by: str


class Contest(msgspec.Struct, frozen=True):
    """Different values that stand beside each other until somebody decides."""

    entity: str
    field: str
    kind: str
    heads: list[str]


class Verdict(msgspec.Struct, frozen=True):
    """What became of an operation when it was first received."""

    status: str
    inspection: str | None
    pos: int | None
    error: Reason | None
    warning: Reason | None
    conflict: Contest | None


class Result(msgspec.Struct, frozen=True):
    """What became of one operation; `first` is set where it is a `duplicate`."""

    op_id: str
    seq: int
    status: str
    inspection: str | None = None
    pos: int | None = None
    error: Reason | None = None
    warning: Reason | None = None
    conflict: Contest | None = None
    first: Verdict | None = None


class Stopped(msgspec.Struct, frozen=True):
    """The operation that could not be recorded; nothing from it on was taken. An id that is none is null."""

    seq: int
    op_id: str | None
    error: dict[str, Any]


class ReceiptOut(msgspec.Struct, frozen=True):
    """The server's signed word on what it has stored of the tablet's chain."""

    body: str
    kid: str
    sig: str


class PushOut(msgspec.Struct, frozen=True):
    """The answer to a batch, the same however often it is sent, but for the times."""

    device: str
    epoch: str
    acked_seq: int
    acked_hash: str
    server_time: str
    server_hlc: str
    results: list[Result]
    stopped: Stopped | None
    missing_blobs: list[str]
    receipt: ReceiptOut | None


class EntryOut(msgspec.Struct, frozen=True):
    """One entry of an inspection's log; `op` is what the tablet sent, word for word."""

    pos: int
    device: str
    prev: str
    hash: str
    effect: str
    code: str | None
    detail: dict[str, Any] | None
    received_at: str
    op: msgspec.Raw


class StreamOut(msgspec.Struct, frozen=True):
    """A stretch of an inspection's log: after `from`, up to `to`; `root` is the log's hash at `to`."""

    from_: int = msgspec.field(name="from")
    to: int
    head: int
    status: str
    state: str
    revision: int
    root: str
    entries: list[EntryOut]


class GoneOut(msgspec.Struct, frozen=True):
    """A stream that the caller may not see, or not any more."""

    stream: str
    code: str


class PullOut(msgspec.Struct, frozen=True):
    """What is new in the streams."""

    epoch: str
    server_time: str
    more: bool
    streams: dict[str, StreamOut]
    gone: list[GoneOut]


class HeadOut(msgspec.Struct, frozen=True):
    """How far an inspection's log goes, and which package belongs to it now."""

    head: int
    root: str
    status: str
    state: str
    revision: int
    package: str


class HeadsOut(msgspec.Struct, frozen=True):
    """One cheap look at everything the tablet follows; `acked_seq` is how far its own chain is here."""

    epoch: str
    acked_seq: int
    streams: dict[str, HeadOut]
    gone: list[GoneOut]


class MissingOut(msgspec.Struct, frozen=True):
    """Those of the files asked about that have not come for this inspection."""

    missing: list[str]


class BlobOut(msgspec.Struct, frozen=True):
    """A file that is stored."""

    blob: str
    size: int


class UploadOut(msgspec.Struct, frozen=True):
    """An upload that has begun, and how far it has come."""

    upload: str
    offset: int
    length: int
    expires_at: str


def converted(value: object, shape: type[Shape]) -> Shape:
    """The decoded JSON as the shape.

    Raises:
        Malformed: it has another shape; the members say where.
    """
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        problem, _, place = str(error).partition(" - at ")
        raise errors.Malformed(
            "Nội dung không đúng cấu trúc của giao thức.",
            place=place.strip("`")[:200] or "$", problem=problem[:200],
        ) from None  # fmt: skip
    except UnicodeEncodeError:
        raise errors.Malformed("Tên trường chứa ký tự không hợp lệ.", place="$") from None


def decoded(raw: bytes, shape: type[Shape]) -> Shape:
    """The bytes as the shape, with every text storable.

    Raises:
        Malformed: they are not strict JSON of that shape.
    """
    return converted(framing.storable(raw), shape)
