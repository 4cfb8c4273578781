"""A tablet fetches what is new: stretches of its inspections' logs, gapless, with every hash.

It only reads, and it reads what was committed: a position is visible with everything before it, because
positions are given under the inspection's lock. The numbers in comments are the steps of the README.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

import msgspec
from sqlalchemy import Text, bindparam, cast, select

from accounts.device_errors import DeviceUnknown
from core import clock, errors
from core.caller import Caller
from core.glance import Glance, Question, Row
from inspections import chain, operation
from inspections.models import LoggedOperation
from sync import limits, streams
from sync.errors import CursorAhead, EpochMismatch
from sync.schemas import EntryOut, PullIn, PullOut, StreamOut
from sync.streams import Stream


def check(asked: PullIn) -> PullIn:
    """The request, if its numbers make sense.

    Raises:
        Malformed: a negative cursor or limit, or too many streams.
    """
    if asked.limit < 1 or any(cursor < 0 for cursor in asked.streams.values()):
        raise errors.Malformed("Số dòng phải từ 1 và vị trí phải từ 0.", place="$.limit")
    if len(asked.streams) > limits.MAX_STREAMS:
        raise errors.Malformed("Hỏi quá nhiều luồng một lần.", max_streams=limits.MAX_STREAMS)
    return asked


def answer(glance: Glance, asked: PullIn, *, caller: Caller, at: datetime) -> PullOut:
    """What is new in the streams after the cursors, as much as fits.

    Raises:
        DeviceUnknown: the token belongs to another tablet.
        DeviceRevoked: the tablet is lost or stolen.
        EpochMismatch: the cursors belong to a history before a restore.
        CursorAhead: a cursor lies beyond the end of its log.
    """
    if asked.device != caller.device_id:
        raise DeviceUnknown
    seen = streams.seen(glance, asked.streams, caller)  # 1 and 3
    if asked.epoch != seen.epoch:  # 2
        raise EpochMismatch(epoch=seen.epoch, acked_seq=seen.device.seq, acked_hash=seen.device.hash)
    room = _Room(min(asked.limit, limits.MAX_PULL_ENTRIES), limits.MAX_PULL_BYTES)
    told = {name: _stretch(glance, one, asked.streams[name], room) for name, one in seen.found.items()}  # 4
    more = any(stretch.to < stretch.head for stretch in told.values())
    return PullOut(seen.epoch, clock.wire_time(at), more, told, seen.gone)


class _Room:
    """How much still fits into the answer; one entry always does, or a large one would never arrive."""

    def __init__(self, entries: int, size_bytes: int) -> None:
        self.entries = entries
        self.size_bytes = size_bytes

    def takes(self, size_bytes: int) -> bool:
        """Whether another entry of this size fits; if so it is counted."""
        if self.entries < 1 or self.size_bytes < 1:
            return False
        self.entries -= 1
        self.size_bytes -= size_bytes
        return True


def _stretch(glance: Glance, stream: Stream, cursor: int, room: _Room) -> StreamOut:
    if cursor > stream.head_pos:
        raise CursorAhead(stream=f"{streams.PREFIX}{stream.id}", head=stream.head_pos)
    root, rows = _after(glance, stream, cursor, limit=room.entries)
    entries = []
    for row in rows:
        header, body = row[_HEADER], row[_BODY]
        if not room.takes(len(header) + len(body or "")):
            break
        entries.append(_entry(row))
        root = row[_ROOT]
    return StreamOut(
        from_=cursor, to=cursor + len(entries), head=stream.head_pos, status=streams.status_of(stream),
        state=stream.state, revision=stream.revision, root=root, entries=entries,
    )  # fmt: skip


# Bounded by the head read before: what was committed since then belongs to the next answer.
_STRETCH = Question(
    select(
        LoggedOperation.pos, LoggedOperation.device, LoggedOperation.prev_hash, LoggedOperation.hash,
        LoggedOperation.effect, LoggedOperation.code, cast(LoggedOperation.detail, Text),
        LoggedOperation.received_at, LoggedOperation.header, LoggedOperation.body,
        LoggedOperation.body_sha256, LoggedOperation.log_hash,
    )
    .where(
        LoggedOperation.inspection == bindparam("inspection"),
        LoggedOperation.pos >= bindparam("first"),
        LoggedOperation.pos <= bindparam("head"),
    )
    .order_by(LoggedOperation.pos)
    .limit(bindparam("most"))
)  # fmt: skip
_HEADER, _BODY, _ROOT = 8, 9, 11


def _after(glance: Glance, stream: Stream, cursor: int, *, limit: int) -> tuple[str, Sequence[Row]]:
    """The log's root at the cursor, and the rows after it; the row at the cursor tells its own root."""
    if cursor == stream.head_pos:
        return (stream.root if cursor else chain.log_genesis(stream.id)), ()
    most = limit if cursor == 0 else limit + 1
    rows = glance.rows(
        _STRETCH, inspection=stream.id, first=max(1, cursor), head=stream.head_pos, most=most
    )
    if cursor == 0:
        return chain.log_genesis(stream.id), rows
    return rows[0][_ROOT], rows[1:]


def _entry(row: Row) -> EntryOut:
    pos, device, prev, own, effect, code, detail, received_at, header, body, body_hash, _root = row
    sent = operation.wire_text(header, body=body, body_hash=body_hash)
    told = None if detail is None else msgspec.Raw(detail)
    return EntryOut(pos, device, prev, own, effect, code, told, _shown(received_at), msgspec.Raw(sent))


# All operations of a batch were received at one moment.
_shown = lru_cache(maxsize=64)(clock.wire_time)
