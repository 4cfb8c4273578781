"""A tablet fetches what is new: stretches of its inspections' logs, gapless, with every hash.

It only reads, and it reads what was committed: a position is visible with everything before it, because
positions are given under the inspection's lock. The numbers in comments are the steps of the README.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from accounts import devices
from accounts.device_errors import DeviceUnknown
from core import clock, epoch, errors
from core.caller import Caller
from inspections import chain, operation
from inspections.models import Inspection, LoggedOperation
from sync import limits, streams
from sync.errors import CursorAhead, EpochMismatch
from sync.schemas import EntryOut, PullIn, PullOut, StreamOut


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


def answer(session: Session, asked: PullIn, *, caller: Caller, at: datetime) -> PullOut:
    """What is new in the streams after the cursors, as much as fits.

    Raises:
        DeviceUnknown: the token belongs to another tablet.
        DeviceRevoked: the tablet is lost or stolen.
        EpochMismatch: the cursors belong to a history before a restore.
        CursorAhead: a cursor lies beyond the end of its log.
    """
    if asked.device != caller.device_id:
        raise DeviceUnknown
    device = devices.tablet(session, asked.device)
    devices.check_may_read(device)  # 1
    current = epoch.current(session)
    if asked.epoch != current:  # 2
        raise EpochMismatch(epoch=current, acked_seq=device.seq, acked_hash=device.hash)
    found, gone = streams.opened(session, asked.streams, caller)  # 3
    room = _Room(min(asked.limit, limits.MAX_PULL_ENTRIES), limits.MAX_PULL_BYTES)
    told = {name: _stretch(session, one, asked.streams[name], room) for name, one in found.items()}  # 4
    more = any(stretch.to < stretch.head for stretch in told.values())
    return PullOut(current, clock.wire_time(at), more, told, gone)


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


def _stretch(session: Session, inspection: Inspection, cursor: int, room: _Room) -> StreamOut:
    if cursor > inspection.head_pos:
        raise CursorAhead(stream=f"{streams.PREFIX}{inspection.id}", head=inspection.head_pos)
    rows = _rows(session, inspection, cursor, limit=room.entries)
    entries, root = [], _root_at(session, inspection, cursor)
    for row in rows:
        if not room.takes(len(row.header) + len(row.body or "")):
            break
        entries.append(_entry(row))
        root = str(row.log_hash)
    return StreamOut(
        from_=cursor, to=cursor + len(entries), head=inspection.head_pos,
        status=streams.status_of(inspection), state=inspection.state, revision=inspection.revision, root=root,
        entries=entries,
    )  # fmt: skip


# Bounded by the head read before: what was committed since then belongs to the next answer.
_STRETCH = (
    select(
        LoggedOperation.pos, LoggedOperation.device, LoggedOperation.prev_hash, LoggedOperation.hash,
        LoggedOperation.effect, LoggedOperation.code, LoggedOperation.detail, LoggedOperation.received_at,
        LoggedOperation.header, LoggedOperation.body, LoggedOperation.body_sha256, LoggedOperation.log_hash,
    )
    .where(
        LoggedOperation.inspection == bindparam("inspection"),
        LoggedOperation.pos > bindparam("cursor"),
        LoggedOperation.pos <= bindparam("head"),
    )
    .order_by(LoggedOperation.pos)
    .limit(bindparam("most"))
)  # fmt: skip


def _rows(
    session: Session, inspection: Inspection, cursor: int, *, limit: int
) -> Sequence[Row[tuple[Any, ...]]]:
    if limit < 1 or cursor == inspection.head_pos:
        return []
    stretch = {"inspection": inspection.id, "cursor": cursor, "head": inspection.head_pos, "most": limit}
    return session.execute(_STRETCH, stretch).all()


def _root_at(session: Session, inspection: Inspection, pos: int) -> str:
    if pos == 0:
        return chain.log_genesis(inspection.id)
    if pos == inspection.head_pos:
        return inspection.root
    query = select(LoggedOperation.log_hash).where(
        LoggedOperation.inspection == inspection.id, LoggedOperation.pos == pos
    )
    return str(session.scalars(query).one())


def _entry(row: Row[Any]) -> EntryOut:
    stored: tuple[Any, ...] = tuple(row)
    pos, device, prev, own, effect, code, detail, received_at, header, body, body_hash, _root = stored
    sent = operation.wire_text(header, body=body, body_hash=body_hash)
    shown = _shown(received_at)
    return EntryOut(pos, device, prev, own, effect, code, detail, shown, msgspec.Raw(sent.encode()))


# All operations of a batch were received at one moment.
_shown = lru_cache(maxsize=64)(clock.wire_time)
