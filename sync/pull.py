"""A tablet fetches what is new: stretches of its inspections' logs, gapless, with every hash.

It only reads, and it reads what was committed: a position is visible with everything before it, because
positions are given under the inspection's lock. The numbers in comments are the steps of the README.
"""

from datetime import datetime
from functools import lru_cache

import msgspec
from sqlalchemy import Text, bindparam, case, cast, select

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
    rows = () if cursor == stream.head_pos or room.entries < 1 else glance.rows(
        _STRETCH, inspection=stream.id, cursor=cursor, head=stream.head_pos, most=room.entries
    )  # fmt: skip
    entries = []
    for row in rows:
        if not room.takes(len(row[_HEADER]) + len(row[_BODY] or "")):
            break
        entries.append(_entry(row))
    to = cursor + len(entries)
    return StreamOut(
        from_=cursor, to=to, head=stream.head_pos, status=streams.status_of(stream), state=stream.state,
        revision=stream.revision, root=_root_at(glance, stream, to), entries=entries,
    )  # fmt: skip


# Bounded by the head read before: what was committed since then belongs to the next answer.
_STRETCH = Question(
    select(
        LoggedOperation.pos, LoggedOperation.device, LoggedOperation.prev_hash, LoggedOperation.hash,
        LoggedOperation.effect, LoggedOperation.code, cast(LoggedOperation.detail, Text),
        LoggedOperation.received_at, LoggedOperation.header, LoggedOperation.body,
        case((LoggedOperation.body.is_(None), LoggedOperation.body_sha256)),
    )
    .where(
        LoggedOperation.inspection == bindparam("inspection"),
        LoggedOperation.pos > bindparam("cursor"),
        LoggedOperation.pos <= bindparam("head"),
    )
    .order_by(LoggedOperation.pos)
    .limit(bindparam("most"))
)  # fmt: skip
_HEADER, _BODY = 8, 9
_ROOT = Question(
    select(LoggedOperation.log_hash).where(
        LoggedOperation.inspection == bindparam("inspection"), LoggedOperation.pos == bindparam("pos")
    )
)


def _root_at(glance: Glance, stream: Stream, pos: int) -> str:
    if pos == 0:
        return chain.log_genesis(stream.id)
    if pos == stream.head_pos:
        return stream.root
    ((root,),) = glance.rows(_ROOT, inspection=stream.id, pos=pos)
    return str(root)


def _entry(row: Row) -> EntryOut:
    pos, device, prev, own, effect, code, detail, received_at, header, body, body_hash = row
    told = None if detail is None else msgspec.json.decode(detail)
    sent = _sent(header, body, body_hash)
    return EntryOut(pos, device, prev, own, effect, code, told, _shown(received_at), msgspec.Raw(sent))


_encode = msgspec.json.Encoder().encode


def _sent(header: str, body: str | None, body_hash: str) -> bytes:
    """The operation as its author sent it: `operation.wire_text`, with each text encoded a single time."""
    if body is None:
        return operation.wire_text(header, body=None, body_hash=body_hash).encode()
    return b'%b,"body":%b}' % (header.encode()[:-1], _encode(body))


# All operations of a batch were received at one moment.
_shown = lru_cache(maxsize=64)(clock.wire_time)
