"""The whole database and all files are verified from their beginnings: what was written is what is there.

It walks every device's chain, every inspection's log, every signature and receipt, and every file, in
streams, so that a million operations need little memory. It reads only, repairs nothing, and says where
what is wrong.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import Row, func, select, text
from sqlalchemy.orm import Session

from accounts.device_models import Device, DeviceKind
from core import errors, files, server_key, stores
from core.files import StoredFile
from inspections import chain, content, fold, log_reading, operation
from inspections.codes import Code
from inspections.fold import Entry
from inspections.models import BlobReference, Head, Inspection, LoggedOperation, Receipt
from inspections.operation import Operation
from sync.models import HeadSignature
from sync.verification_walks import (
    ChainWalk,
    Fault,
    Keys,
    LogWalk,
    ReceiptLine,
    Signature,
    entry_faults,
)

_AT_ONCE = 1000
_READ_BYTES = 256 * 1024
_OPERATION_COLUMNS = (
    LoggedOperation.device, LoggedOperation.seq, LoggedOperation.op_id, LoggedOperation.inspection,
    LoggedOperation.pos, LoggedOperation.type, LoggedOperation.entity, LoggedOperation.header,
    LoggedOperation.body, LoggedOperation.body_sha256, LoggedOperation.digest, LoggedOperation.prev_hash,
    LoggedOperation.hash, LoggedOperation.effect, LoggedOperation.code, LoggedOperation.detail,
    LoggedOperation.received_at, LoggedOperation.log_hash,
)  # fmt: skip

Columns = Row[Any]


@dataclass
class Walked:
    """How much was verified, by what it is."""

    counts: Counter[str] = field(default_factory=Counter)


def hold_still(session: Session) -> None:
    """All that the transaction reads from here on is of one moment, whatever others write meanwhile.

    SQLite gives that by itself; PostgreSQL has to be told before the first question.
    """
    if session.connection().dialect.name == "postgresql":
        session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))


def faults(session: Session, walked: Walked) -> Iterator[Fault]:
    """Everything that is not as it was written; `walked` counts what was looked at.

    Args:
        session: held still, if others may be writing.
    """
    keys = server_keys(session)
    for device in session.execute(select(Device.id).order_by(Device.id)).scalars().all():
        yield from _device_faults(session, session.get_one(Device, device), keys, walked)
        session.expunge_all()
    for inspection in session.execute(select(Inspection.id).order_by(Inspection.id)).scalars().all():
        yield from _inspection_faults(session, session.get_one(Inspection, inspection), walked)
        session.expunge_all()
    yield from _stray_faults(session)
    yield from _file_faults(session, walked)


def server_keys(session: Session) -> Keys:
    """Every key with which this server has signed, by the short name that receipts cite."""
    own = session.scalars(select(Device.public_jwk).where(Device.kind == DeviceKind.SERVER))
    current = server_key.current()
    known = {f"srv-{server_key.thumbprint(jwk)[:12]}": jwk for jwk in own}
    return known | {current.kid: current.jwk}


def streamed(session: Session, query: Any) -> Iterator[Columns]:
    """The rows of the query, a portion of them in memory at a time."""
    yield from session.execute(query.execution_options(yield_per=_AT_ONCE))


def operations(where: Any, order: Any) -> Any:
    """The stored operations as plain columns."""
    return select(*_OPERATION_COLUMNS).where(where).order_by(order)


def signatures(session: Session, device: str) -> dict[int, Signature]:
    """What the device signed, by number."""
    rows = streamed(session, select(HeadSignature).where(HeadSignature.device == device))
    return {row.seq: Signature(device, row.seq, row.head, row.sig, row.beyond) for (row,) in rows}


def receipts(session: Session, device: str) -> dict[int, ReceiptLine]:
    """What the server signed about the device, by number."""
    rows = streamed(session, select(Receipt).where(Receipt.device == device))
    return {row.seq: ReceiptLine(device, row.seq, row.body, row.kid, row.sig) for (row,) in rows}


def sent_of(row: Columns) -> Operation | None:
    """The operation as it was sent; None if what is stored cannot be one."""
    try:
        return operation.from_stored(row.header, body=row.body, body_hash=row.body_sha256)
    except (msgspec.MsgspecError, UnicodeError):
        return None


def _device_faults(session: Session, device: Device, keys: Keys, walked: Walked) -> Iterator[Fault]:
    walk = ChainWalk(device.id, device.public_jwk)
    signed, given = signatures(session, device.id), receipts(session, device.id)
    for row in streamed(session, operations(LoggedOperation.device == device.id, LoggedOperation.seq)):
        walked.counts["thao tác"] += 1
        yield from _chained(walk, row)
        if (signature := signed.pop(walk.seq, None)) is not None:
            yield from walk.check_signature(signature)
        if (receipt := given.pop(walk.seq, None)) is not None:
            yield from walk.check_receipt(receipt, keys)
    walked.counts["chuỗi của máy"] += 1
    if (device.seq, device.hash) != (walk.seq, walk.hash):
        yield Fault(walk.place, f"sổ máy ghi chuỗi đến thao tác {device.seq}, nhật ký có đến {walk.seq}")
    for seq in sorted({*signed, *given}):
        yield Fault(f"máy {device.id}, thao tác {seq}", "có chữ ký hoặc biên nhận nhưng không còn thao tác")
    yield from walk.check_end(is_server=device.kind == DeviceKind.SERVER)


def _chained(walk: ChainWalk, row: Columns) -> Iterator[Fault]:
    """What is wrong with the row as the next operation of the chain; afterwards the walk is at the row."""
    if row.seq != walk.seq + 1:
        yield Fault(f"máy {walk.device}, thao tác {walk.seq + 1}", f"thiếu; tiếp theo là {row.seq}")
        walk.seq, walk.hash = row.seq - 1, row.prev_hash
    sent, before = sent_of(row), walk.hash
    if sent is None:
        walk.step(row.digest)
        yield Fault(walk.place, "không đọc được phần đầu")
        return
    digest = chain.digest(sent)
    after = walk.step(digest)
    yield from entry_faults(
        walk, stored=(row.digest, row.prev_hash, row.hash), computed=(digest, before, after)
    )
    walk.hash = row.hash  # one altered operation is one fault, and not as many as come after it
    yield from _column_faults(walk, row, sent)


def _column_faults(walk: ChainWalk, row: Columns, sent: Operation) -> Iterator[Fault]:
    op_id = None if row.code == Code.OP_ID_REUSED else sent.op_id
    said = (op_id, sent.seq, sent.type, sent.entity)
    if said != (row.op_id, row.seq, row.type, row.entity):
        yield Fault(walk.place, "các cột tra cứu khác với nội dung thao tác")
    if row.body is not None and operation.sha256(row.body) != row.body_sha256:
        yield Fault(walk.place, "mã của phần thân không khớp")
    if (row.inspection is None) != (row.pos is None) or row.inspection not in (None, sent.inspection):
        yield Fault(walk.place, "thao tác nằm ở cuộc kiểm tra khác với nội dung của nó")


def entry_of(row: Columns, sent: Operation) -> Entry:
    """The row as the fold wants it."""
    return Entry(
        sent, row.device, row.digest, effect=row.effect, code=row.code, pos=row.pos, hash=row.hash,
        received_at=row.received_at, detail=row.detail,
    )  # fmt: skip


def _inspection_faults(session: Session, inspection: Inspection, walked: Walked) -> Iterator[Fault]:
    walk = LogWalk(inspection.id)
    for row in streamed(
        session, operations(LoggedOperation.inspection == inspection.id, LoggedOperation.pos)
    ):
        sent = sent_of(row)
        if sent is None:
            continue  # told with its device
        yield from walk.step(entry_of(row, sent))
        if row.log_hash != walk.root:
            yield Fault(walk.place, "mã nhật ký không khớp")
            walk.root = row.log_hash
    walked.counts["cuộc kiểm tra"] += 1
    if (inspection.head_pos, inspection.root) != (walk.pos, walk.root):
        yield Fault(walk.place, f"sổ ghi nhật ký đến vị trí {inspection.head_pos}, có đến {walk.pos}")
    yield from _register_faults(session, walk)
    yield from _signed_faults(inspection, walk)


def _register_faults(session: Session, walk: LogWalk) -> Iterator[Fault]:
    """Whether the values that stand, and the files that are spoken of, are those that the log amounts to."""
    folded = fold.build(walk.entries)
    computed = {
        (entity, name, head.op_id)
        for entity in folded.entities()
        for name in folded.fields(entity)
        for head in folded.heads(entity, name)
    }
    stored = session.execute(
        select(Head.entity, Head.field, Head.op_id).where(Head.inspection == walk.inspection)
    )
    for entity, name, op_id in sorted(computed ^ {tuple(row) for row in stored}):
        yield Fault(f"cuộc kiểm tra {walk.inspection}, {entity}", f"giá trị hiện hành {name} sai ({op_id})")
    spoken = {(e.op_id, blob) for e in walk.entries if (blob := log_reading.blob_of(e)) is not None}
    named = session.execute(
        select(BlobReference.op_id, BlobReference.sha256).where(BlobReference.inspection == walk.inspection)
    )
    for op_id, sha256 in sorted(spoken ^ {tuple(row) for row in named}):
        yield Fault(f"cuộc kiểm tra {walk.inspection}, thao tác {op_id}", f"tham chiếu tệp {sha256} sai")


def _signed_faults(inspection: Inspection, walk: LogWalk) -> Iterator[Fault]:
    """Whether what both sides signed is what the log holds up to the signature."""
    if inspection.frozen_pos is None or inspection.content_hash is None:
        return
    signed = fold.build(fold.up_to(walk.entries, inspection.frozen_pos))
    computed = content.content_hash(inspection.id, str(inspection.checklist_sha256), signed)
    if computed != inspection.content_hash:
        yield Fault(f"cuộc kiểm tra {inspection.id}", "nội dung khác với nội dung hai bên đã ký")


def _stray_faults(session: Session) -> Iterator[Fault]:
    known = select(Inspection.id)
    stray = select(func.count()).where(
        LoggedOperation.inspection.is_not(None), LoggedOperation.inspection.not_in(known)
    )
    if count := session.scalar(stray):
        yield Fault("nhật ký", f"{count} thao tác thuộc cuộc kiểm tra không còn trong sổ")


def _file_faults(session: Session, walked: Walked) -> Iterator[Fault]:
    """Whether every file that a row names is there, whole; what no row names is told by `unnamed_files`."""
    rows = select(StoredFile.sha256, StoredFile.size_bytes).order_by(StoredFile.sha256)
    for row in streamed(session, rows):
        sha256, size = row.sha256, row.size_bytes
        walked.counts["tệp"] += 1
        try:
            found = _hashed(sha256)
        except errors.Refusal as refusal:
            yield Fault(f"tệp {sha256}", refusal.title)
            continue
        if found != (sha256, size):
            yield Fault(f"tệp {sha256}", f"nội dung đã khác ({found[1]} byte, mã {found[0][:12]}…)")


def _hashed(sha256: str) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with files.opened(sha256) as stream:
        while piece := stream.read(_READ_BYTES):
            digest.update(piece)
            size += len(piece)
    return digest.hexdigest(), size


def unnamed_files(session: Session) -> Iterator[str]:
    """The files that no row names: harmless, what a crash between the disk and the database leaves."""
    for sha256 in stores.current().names():
        if not files.is_sha256(sha256) or not files.is_stored(session, sha256):
            yield sha256


def described(counts: Mapping[str, int]) -> str:
    """How much was verified, in words."""
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items())) or "không có gì"
