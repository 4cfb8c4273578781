"""A tablet's batch comes in: everything that can be checked without the database, then one transaction.

Stored is not the same as effective: whatever can be recorded is recorded, with a verdict, and the tablet may
then forget nothing and worry about nothing. A batch is refused as a whole only where nothing of it can be
believed. The numbers in comments are the steps of the README.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, exists, select
from sqlalchemy.orm import Session

from accounts import device_keys, devices
from accounts.device_models import Device
from core import bulk, clock, epoch, errors, framing, journal
from core.caller import Caller
from inspections import chain, codes, ledger, log, operation, receipts
from inspections.chain import ChainedOperation
from inspections.models import BlobReference, LoggedOperation, Receipt, UploadedBlob
from inspections.operation import Operation
from sync import batch_text, limits, schemas, signatures
from sync.errors import BadChain, BadSignature, BatchTooLarge, ChainFork, EpochMismatch, Gap
from sync.schemas import PushIn, PushOut, Reason, Result, Verdict

_HAS_COME = exists().where(
    UploadedBlob.inspection == BlobReference.inspection, UploadedBlob.sha256 == BlobReference.sha256
)
_SPEAKS = and_(
    LoggedOperation.inspection == BlobReference.inspection, LoggedOperation.op_id == BlobReference.op_id
)
_MISSING_BLOBS = (
    select(BlobReference.sha256)
    .join(LoggedOperation, _SPEAKS)
    .where(
        LoggedOperation.device == bindparam("device"),
        LoggedOperation.seq.between(bindparam("first"), bindparam("last")),
        ~_HAS_COME,
    )
)
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_SURROGATE_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F]")  # in UTF-8, half a pair can only come as an escape


class Stored(msgspec.Struct, frozen=True):
    """What is told of an operation that was received before."""

    seq: int
    hash: str
    inspection: str | None
    pos: int | None
    effect: str
    code: str | None
    detail: dict[str, Any] | None


@dataclass(frozen=True)
class Batch:
    """A batch whose chain holds; `obstacles` are numbers and codes of those that cannot be recorded."""

    device: str
    epoch: str
    prev: str
    head: str
    sig: str
    operations: tuple[ChainedOperation, ...]
    obstacles: tuple[tuple[int, str], ...]

    @property
    def first(self) -> int:
        """The number of the first operation."""
        return self.operations[0].operation.seq

    @property
    def last(self) -> int:
        """The number of the last operation."""
        return self.operations[-1].operation.seq

    def obstacle(self, *, after: int) -> tuple[int, str] | None:
        """The first of the obstacles beyond this number.

        What was stored with its body withheld may come again in full, and must not hide the next one.
        """
        return next((found for found in self.obstacles if found[0] > after), None)


def read(raw: bytes) -> Batch:
    """The batch, decoded and its chain recomputed; needs no database.

    Raises:
        Malformed: no strict JSON of the right shape, or no operation at all.
        BatchTooLarge: too many operations.
        BadChain: numbers with holes, or a head that the operations do not lead to.
    """
    sent = batch_text.read(raw)  # 1
    if sent is None or len(sent.ops) > limits.MAX_PUSH_OPERATIONS:
        sent = _shaped(framing.decoded(raw))
    if not sent.ops:
        raise errors.Malformed("Gói gửi lên không có thao tác nào.", place="$.ops")
    first = sent.ops[0].seq
    if first < 1 or any(one.seq != first + index for index, one in enumerate(sent.ops)):
        raise BadChain("Số thứ tự của các thao tác phải liên tục.", first_seq=first)
    hashed = map(_as_hashed, sent.ops) if _SURROGATE_ESCAPE.search(raw) else sent.ops
    links = chain.chained(sent.device, sent.prev, hashed)  # 2
    if links[-1].hash != sent.head:
        raise BadChain(announced=sent.head, computed=links[-1].hash)
    obstacles = []
    for one in sent.ops:
        code = operation.obstacle(one)
        if code is None:
            one.prepare()
        else:
            obstacles.append((one.seq, code))
    return Batch(sent.device, sent.epoch, sent.prev, sent.head, sent.sig, links, tuple(obstacles))


def _shaped(value: object) -> PushIn:
    """The envelope with every text storable; the operations' texts are looked at one by one later."""
    if isinstance(value, dict):
        ops = value.get("ops")
        if isinstance(ops, list) and len(ops) > limits.MAX_PUSH_OPERATIONS:
            raise BatchTooLarge(
                max_ops=limits.MAX_PUSH_OPERATIONS, max_bytes=limits.MAX_PUSH_BYTES, ops=len(ops)
            )
        framing.check_storable({name: member for name, member in value.items() if name != "ops"})
    return schemas.converted(value, PushIn)


def _as_hashed(sent: Operation) -> Operation:
    """The operation as its author hashed it: half a surrogate pair encodes as U+FFFD (WHATWG Encoding §4)."""
    texts = {name: getattr(sent, name) for name in sent.__struct_fields__ if name not in ("seq", "parents")}
    broken = {name: text for name, text in texts.items() if text is not None and _SURROGATE.search(text)}
    changed: dict[str, Any] = {name: _SURROGATE.sub("\ufffd", text) for name, text in broken.items()}
    if any(map(_SURROGATE.search, sent.parents)):
        changed["parents"] = tuple(_SURROGATE.sub("\ufffd", parent) for parent in sent.parents)
    return msgspec.structs.replace(sent, **changed) if changed else sent


def receive(session: Session, batch: Batch, *, by: Caller, at: datetime) -> PushOut:
    """What is new of the batch stands in the log, and the tablet has an outcome for each of its operations.

    Raises:
        DeviceUnknown, DeviceRevoked: the tablet is not enrolled, or was stolen.
        BadSignature: its key did not sign the head.
        EpochMismatch, Gap, ChainFork: the batch does not continue what is stored.
    """
    device = devices.locked_tablet(session, batch.device)  # 3
    message = chain.head_message(batch.device, batch.last, batch.head)
    if not device_keys.is_signed(device.public_jwk, message, batch.sig):  # 4
        raise BadSignature
    current = epoch.current(session)
    if batch.epoch != current:  # 5
        raise EpochMismatch(epoch=current, acked_seq=device.seq, acked_hash=device.hash)
    stored = _already_stored(session, batch, device)  # 6
    fresh = _recordable(batch, after=device.seq)  # 7
    results = [_duplicate(link.operation.op_id, stored[link.operation.seq])
               for link in batch.operations if link.operation.seq in stored]  # fmt: skip
    results += [_result(outcome) for outcome in log.append(session, fresh, device=device, at=at)]  # 8
    receipt = _receipt(session, device, current, is_new=bool(fresh), at=at)  # 9
    if by.device_id == device.id:
        # A batch that somebody else brings says nothing of where the tablet is.
        bulk.put(session, device, last_seen_at=at)
    if fresh:
        signatures.keep(session, device, batch.operations, head=batch.head, sig=batch.sig)
        journal.record(
            session, "batch.received", about=("device", device.id), by=by, at=at,
            first_seq=fresh[0].operation.seq, last_seq=device.seq,
        )  # fmt: skip
    session.flush()  # what is received next in this transaction reads the device's row again
    return PushOut(
        device=device.id, epoch=current, acked_seq=device.seq, acked_hash=device.hash,
        server_time=clock.wire_time(at), server_hlc=f"{int(at.timestamp() * 1000):012x}-0000",
        results=results, stopped=_stopped(batch, device),
        missing_blobs=_missing_blobs(session, batch, device),
        receipt=_shown(receipt),
    )  # fmt: skip


def _already_stored(session: Session, batch: Batch, device: Device) -> dict[int, Stored]:
    """The operations of the batch that were received before, by number, all of them the same as now."""
    if batch.first > device.seq + 1:
        raise Gap(expected_seq=device.seq + 1, acked_hash=device.hash)
    stored = {row.seq: row for row in _received(session, batch, device)}
    for link in batch.operations:
        row = stored.get(link.operation.seq)
        if row is not None and row.hash != link.hash:
            raise ChainFork(seq=row.seq, server_hash=row.hash)
    if batch.first == device.seq + 1 and batch.prev != device.hash:
        raise ChainFork(seq=device.seq, server_hash=device.hash)
    return stored


def _received(session: Session, batch: Batch, device: Device) -> Iterable[Stored]:
    if batch.first > device.seq:
        return ()
    query = select(*(getattr(LoggedOperation, name) for name in Stored.__struct_fields__))
    numbers = LoggedOperation.seq.between(batch.first, min(batch.last, device.seq))
    rows = session.execute(query.where(LoggedOperation.device == device.id, numbers))
    return (Stored(*row) for row in rows)


def _recordable(batch: Batch, *, after: int) -> list[ChainedOperation]:
    """What is new, up to the first that cannot be recorded: it must not block what came before it."""
    obstacle = batch.obstacle(after=after)
    end = batch.last + 1 if obstacle is None else obstacle[0]
    return [link for link in batch.operations if after < link.operation.seq < end]


def _stopped(batch: Batch, device: Device) -> schemas.Stopped | None:
    obstacle = batch.obstacle(after=device.seq)
    if obstacle is None:
        return None
    seq, code = obstacle
    error: dict[str, Any] = {"code": code}
    if code == "op_too_large":
        error |= {"max": operation.MAX_BODY_BYTES}
    op_id = batch.operations[seq - batch.first].operation.op_id
    return schemas.Stopped(seq, op_id if operation.is_id(op_id) else None, error)


def _reason(code: str, detail: dict[str, Any]) -> Reason:
    return Reason(code, codes.sentence(code), detail, codes.actionable_by(code))


def _verdict(outcome: ledger.Outcome | Stored) -> Verdict:
    if outcome.code is None and not outcome.detail:
        return Verdict(outcome.effect, outcome.inspection, outcome.pos, None, None, None)
    detail = dict(outcome.detail or {})
    contest = detail.pop("conflict", None)
    reason = _reason(outcome.code, detail) if outcome.code else None
    is_aside = outcome.effect == codes.Effect.QUARANTINED
    return Verdict(
        status=outcome.effect, inspection=outcome.inspection, pos=outcome.pos,
        error=reason if is_aside else None, warning=None if is_aside else reason,
        conflict=schemas.converted(contest, schemas.Contest) if contest else None,
    )  # fmt: skip


def _result(outcome: ledger.Outcome) -> Result:
    told = _verdict(outcome)
    return Result(
        outcome.op_id, outcome.seq, told.status, told.inspection, told.pos, told.error, told.warning,
        told.conflict,
    )  # fmt: skip


def _duplicate(op_id: str, row: Stored) -> Result:
    return Result(op_id=op_id, seq=row.seq, status="duplicate", first=_verdict(row))


def _missing_blobs(session: Session, batch: Batch, device: Device) -> list[str]:
    """The files that operations of the batch speak of and that have not come for their inspection."""
    if not any(map(_may_speak_of_a_file, batch.operations)):
        return []
    numbers = {"device": device.id, "first": batch.first, "last": batch.last}
    return _names(sorted(set(session.scalars(_MISSING_BLOBS, numbers))))


def _may_speak_of_a_file(link: ChainedOperation) -> bool:
    """Whether the body could name a file; most do not, and need not be looked up."""
    body = link.operation.body or ""
    return "blob" in body or "\\u" in body


def _names(hashes: Sequence[str]) -> list[str]:
    return [f"sha256:{sha256}" for sha256 in hashes]


def _receipt(session: Session, device: Device, since: str, *, is_new: bool, at: datetime) -> Receipt | None:
    return receipts.give(session, device, at=at, is_first=is_new, since=since) if device.seq else None


def _shown(receipt: Receipt | None) -> schemas.ReceiptOut | None:
    return None if receipt is None else schemas.ReceiptOut(receipt.body, receipt.kid, receipt.sig)
