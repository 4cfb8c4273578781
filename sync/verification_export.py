"""A file with one inspection's log is verified from its own keys; no database is asked.

That the keys are the right ones is for whoever holds the file to know: the server publishes its own at
`/sync/v1/info`. Nothing in the file is believed before it was computed.
"""

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import msgspec

from accounts import device_keys
from accounts.device_models import DeviceKind
from core import errors
from inspections import chain, content, fold
from inspections.fold import Entry
from inspections.operation import Operation
from sync import log_file
from sync.log_file import DeviceLine, EntryLine, Line, LogOpening
from sync.verification_walks import ChainWalk, Fault, LogWalk, ReceiptLine, Signature, entry_faults


class NoLogFile(errors.Malformed):
    """It is no file of ours, or it ends early."""

    slug = "no_log_file"
    title = "Không phải tệp nhật ký đã xuất, hoặc tệp bị cắt"


@dataclass
class _Chain:
    """What the file holds of one device's chain."""

    device: DeviceLine
    digests: dict[int, str] = field(default_factory=dict)
    hashes: dict[int, str] = field(default_factory=dict)
    signatures: dict[int, Signature] = field(default_factory=dict)
    receipts: dict[int, ReceiptLine] = field(default_factory=dict)


def faults(path: Path) -> Iterator[Fault]:
    """Everything in the file that is not as it was written.

    Raises:
        NoLogFile: it cannot be read as such a file.
    """
    lines = _decoded(path)
    try:
        opening = msgspec.json.decode(next(lines, b""), type=LogOpening)
    except msgspec.MsgspecError:
        raise NoLogFile(str(path)) from None
    if opening.format != log_file.FORMAT:
        raise NoLogFile(f"{path}: {opening.format}")
    yield from _root_faults(opening)
    chains: dict[str, _Chain] = {}
    walk = LogWalk(opening.inspection)
    yield from _taken(lines, chains, walk)
    if (walk.pos, walk.root) != (opening.head_pos, opening.root):
        yield Fault(walk.place, f"đầu tệp ghi nhật ký đến vị trí {opening.head_pos} với mã khác")
    yield from _signed_faults(opening, walk)
    for one in chains.values():
        yield from _chain_faults(one, opening)


def _decoded(path: Path) -> Iterator[bytes]:
    try:
        with gzip.open(path, "rb") as packed:
            yield from packed
    except (OSError, EOFError, zlib.error):
        raise NoLogFile(str(path)) from None


def _root_faults(opening: LogOpening) -> Iterator[Fault]:
    key = {one.kid: one.jwk for one in opening.server_keys}.get(opening.kid)
    message = log_file.root_message(
        opening.inspection, opening.head_pos, root=opening.root, at=opening.made_at
    )
    if key is None or not device_keys.is_signed(key, message, opening.sig):
        yield Fault("đầu tệp", "chữ ký của máy chủ trên mã nhật ký không đúng")


def _taken(lines: Iterator[bytes], chains: dict[str, _Chain], walk: LogWalk) -> Iterator[Fault]:
    """Every line is in its chain or in the log; what is wrong with the log."""
    for number, raw in enumerate(lines, start=2):
        try:
            line = msgspec.json.decode(raw, type=Line)
        except msgspec.MsgspecError:
            yield Fault(f"dòng {number}", "không đọc được")
            continue
        if line.end is not None:
            if line.end.entries != walk.pos:
                yield Fault("cuối tệp", f"ghi {line.end.entries} thao tác, có {walk.pos}")
            return
        if line.entry is not None:
            yield from _entered(line.entry, chains, walk, number)
        elif not _kept(line, chains):
            yield Fault(f"dòng {number}", "nói về máy chưa được nêu")
    yield Fault("cuối tệp", "thiếu dòng cuối")


def _kept(line: Line, chains: dict[str, _Chain]) -> bool:
    """Whether the line about a device stands with its chain now."""
    if line.device is not None:
        chains[line.device.id] = _Chain(line.device)
        return True
    about = line.links or line.signature or line.receipt
    known = chains.get(about.device) if about is not None else None
    if known is None:
        return False
    if line.links is not None:
        known.digests |= dict(line.links.links)
    elif line.signature is not None:
        known.signatures[line.signature.seq] = line.signature
    elif line.receipt is not None:
        known.receipts[line.receipt.seq] = line.receipt
    return True


def _entered(line: EntryLine, chains: dict[str, _Chain], walk: LogWalk, number: int) -> Iterator[Fault]:
    known = chains.get(line.device)
    try:
        sent = msgspec.json.decode(line.op, type=Operation)
        at = datetime.fromisoformat(line.received_at)
    except (msgspec.MsgspecError, ValueError):
        known = None
    if known is None:
        yield Fault(f"dòng {number}", "thao tác không đọc được, hoặc của máy chưa được nêu")
        return
    digest = chain.digest(sent)
    entry = Entry(
        sent, line.device, digest, effect=line.effect, code=line.code, pos=line.pos, hash=line.hash,
        received_at=at, detail=line.detail,
    )  # fmt: skip
    if sent.seq in known.digests:
        yield Fault(f"dòng {number}", f"máy {line.device} có hai thao tác số {sent.seq}")
    known.digests[sent.seq], known.hashes[sent.seq] = digest, line.hash
    yield from walk.step(entry)


def _signed_faults(opening: LogOpening, walk: LogWalk) -> Iterator[Fault]:
    if opening.frozen_pos is None or opening.content_hash is None:
        return
    signed = fold.build(fold.up_to(walk.entries, opening.frozen_pos))
    computed = content.content_hash(opening.inspection, str(opening.checklist_sha256), signed)
    if computed != opening.content_hash:
        yield Fault("đầu tệp", "nội dung khác với nội dung hai bên đã ký")


def _chain_faults(one: _Chain, opening: LogOpening) -> Iterator[Fault]:
    keys = {key.kid: key.jwk for key in opening.server_keys}
    is_server = one.device.kind == DeviceKind.SERVER
    walk = ChainWalk(one.device.id, one.device.jwk)
    if is_server and one.device.jwk not in keys.values():
        yield Fault(walk.place, "khoá không phải của máy chủ")
    for seq in range(1, one.device.seq + 1):
        if seq not in one.digests:
            yield Fault(f"máy {one.device.id}, thao tác {seq}", "thiếu")
            return
        before, digest = walk.hash, one.digests[seq]
        after = walk.step(digest)
        stored = (digest, before, one.hashes.get(seq, after))
        yield from entry_faults(walk, stored=stored, computed=(digest, before, after))
        if seq in one.signatures:
            yield from walk.check_signature(one.signatures[seq])
        if seq in one.receipts:
            yield from walk.check_receipt(one.receipts[seq], keys)
    yield from walk.check_end(is_server=is_server)
