"""What was done on the server after a backup was made, as far as tablets had seen it before the restore.

A restored server cannot know what it did later. Tablets that had pulled it say so, and the office reads it
and does again what still has to be done. Nothing of it is ever played back: it is a claim that nobody signed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from accounts.models import Person
from core import epoch, errors, journal
from core.caller import Caller
from inspections import bodies, chain, log, operation, words
from inspections.models import Inspection, LoggedOperation
from inspections.operation import Operation
from sync import streams
from sync.errors import BadChain
from sync.recollection_models import Recollection

MAX_TOLD = 1000
_SHOWN_CHARACTERS = 300


class Remembered(msgspec.Struct, forbid_unknown_fields=True):
    """An entry of the earlier log, as the tablet once pulled it; `received_at` is the old server's word."""

    device: str
    prev: str
    hash: str
    received_at: str
    op: Operation


class RecollectionsIn(msgspec.Struct, forbid_unknown_fields=True):
    """What a tablet remembers."""

    entries: list[Remembered]


class RecollectionsOut(msgspec.Struct):
    """How many of them were news to the server."""

    taken: int


@dataclass(frozen=True)
class Lost:
    """Something that was done on the server and that the backup did not hold."""

    inspection: str
    unit_name: str
    deed: str
    who: str
    said_at: datetime
    text: str


def check(told: RecollectionsIn) -> RecollectionsIn:
    """The entries, if each is an operation that hashes to what it says.

    Raises:
        Malformed: too many, or an id, a moment or a text that cannot be stored.
        BadChain: a hash that is not that of its operation.
    """
    if len(told.entries) > MAX_TOLD:
        raise errors.Malformed("Kể quá nhiều thao tác một lần.", max_entries=MAX_TOLD)
    for one in told.entries:
        if operation.obstacle(one.op) is not None or not bodies.is_moment(one.received_at):
            raise errors.Malformed("Thao tác kể lại không đúng dạng.", seq=one.op.seq)
        digest = chain.digest(one.op)
        if chain.link(one.device, one.op.seq, prev=one.prev, operation_digest=digest) != one.hash:
            raise BadChain(announced=one.hash, seq=one.op.seq)
    return told


def take(session: Session, told: RecollectionsIn, *, by: Caller, at: datetime) -> int:
    """What the server itself had written in earlier epochs, and lacks, is listed for the office; how many.

    What another epoch's server did not write for a person (its own confirmations come again by themselves),
    or an inspection that is not the caller's, is passed over.
    """
    present = f":{epoch.current(session)}"
    taken = 0
    for one in told.entries:
        own = one.device.startswith(f"{log.SERVER}:{one.op.inspection}:") and not one.device.endswith(present)
        if (
            not own
            or not operation.is_id(one.op.actor)
            or not _is_visible(session, one.op.inspection, by)
            or _is_known(session, one)
        ):
            continue
        session.add(_row(one, by=by, at=at))
        session.flush()  # so that the same operation told twice in one breath is known the second time
        taken += 1
    if taken:
        device = str(by.device_id)
        journal.record(session, "recollections.told", about=("device", device), by=by, at=at, taken=taken)
    return taken


def _is_visible(session: Session, inspection_id: str, by: Caller) -> bool:
    found, _ = streams.opened(session, [f"{streams.PREFIX}{inspection_id}"], by)
    return bool(found)


def _is_known(session: Session, one: Remembered) -> bool:
    if session.get(Recollection, (one.device, one.op.seq, one.hash)) is not None:
        return True
    return bool(session.scalar(select(exists().where(LoggedOperation.op_id == one.op.op_id))))


def _row(one: Remembered, *, by: Caller, at: datetime) -> Recollection:
    return Recollection(
        device=one.device, seq=one.op.seq, hash=one.hash, op_id=one.op.op_id, inspection=one.op.inspection,
        header=one.op.header, body=one.op.body, body_sha256=operation.body_sha256(one.op),
        said_at=datetime.fromisoformat(one.received_at), told_by=str(by.device_id), told_at=at,
    )  # fmt: skip


def lost(session: Session) -> list[Lost]:
    """What tablets remember and the log lacks, the oldest first."""
    in_log = exists().where(LoggedOperation.op_id == Recollection.op_id)
    query = select(Recollection, Inspection.unit_name).join(Inspection).where(~in_log)
    found = session.execute(query.order_by(Recollection.said_at, Recollection.seq)).all()
    return list(_told(session, [(row, name) for row, name in found]))


def _told(session: Session, found: Sequence[tuple[Recollection, str]]) -> Iterator[Lost]:
    for row, unit_name in found:
        sent = operation.from_stored(row.header, body=row.body, body_hash=row.body_sha256)
        person = session.get(Person, sent.actor)
        yield Lost(
            row.inspection, unit_name, words.deed(sent.type), person.full_name if person else words.SOMEBODY,
            row.said_at, _text_of(sent),
        )  # fmt: skip


def _text_of(sent: Operation) -> str:
    """What a person wrote with it."""
    body = sent.parsed or {}
    said = (str(body[name]) for name in ("reason", "text", "document", "note") if body.get(name))
    return " · ".join(said)[:_SHOWN_CHARACTERS]
