"""What must be true of a finished inspection, checked from outside with code of its own.

It reads what tablets kept and what the server answers, recomputes every hash and verifies every signature
without the product's own chain code, and reports what does not hold; it repairs nothing.
"""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

from demo.exchange import Exchange
from demo.fieldwork import Seat
from demo.tablet import stream_of

Json = Mapping[str, Any]

# A sign-off waits for its files by design; whatever else is set aside must have been decided by somebody.
EXPECTED_ASIDE = frozenset({"blobs_missing"})

_RECORD = frozenset(
    {"answer", "row", "participant", "announcement", "finding", "explanation", "photo", "file"}
)


@dataclass(frozen=True)
class Audit:
    """A finished inspection as an auditor sees it: the log read anew, byte for byte, and who worked on it."""

    inspection: str
    facts: Json
    log_text: str
    entries: Sequence[Json]
    root: str
    seats: Sequence[Seat]
    server_keys: Sequence[Json]
    blobs: Mapping[str, str]


def read_anew(exchange: Exchange, inspection: str, facts: Json, seats: Sequence[Seat]) -> Audit:
    """The whole log and every file, fetched once more from the server."""
    entries: list[Json] = []
    texts: list[str] = []
    stream, root, more = stream_of(inspection), "", True
    while more:
        asked = {
            "device": exchange.tablet.device, "epoch": exchange.tablet.outbox.recall("epoch"),
            "streams": {stream: len(entries)}, "limit": 500, "wait": 0,
        }  # fmt: skip
        answer = exchange.call("POST", "/sync/v1/pull", json.dumps(asked).encode())
        part = answer.json()["streams"][stream]
        entries += part["entries"]
        texts.append(answer.text)
        root, more = part["root"], answer.json()["more"]
    blobs = {
        picture.sha256: _sha256(exchange.call("GET", f"/sync/v1/blobs/sha256:{picture.sha256}").body)
        for seat in seats
        for picture in seat.tablet.outbox.pictures()
    }
    keys = exchange.tablet.outbox.recall("server_keys")
    return Audit(inspection, facts, "".join(texts), entries, root, seats, keys, blobs)


def broken(audit: Audit) -> list[str]:
    """Every invariant that does not hold, each as a sentence; empty when all is well."""
    checks = (
        _durable_ack, _exactly_once, _contiguity, _cursor, _convergence, _no_silent_loss, _freeze, _chains,
        _receipts, _blobs, _explained, _settled,
    )  # fmt: skip
    return [f"{check.__doc__} {found}" for check in checks for found in check(audit)]


def _durable_ack(audit: Audit) -> Iterator[str]:
    """I1 (mọi thao tác đã xác nhận còn nguyên từng byte):"""
    for seat in audit.seats:
        acknowledged = seat.tablet.outbox.outcomes()
        for kept in seat.tablet.outbox.operations():
            if kept.op_id not in acknowledged:
                yield f"{seat.username}: thao tác {kept.seq} chưa được xác nhận"
            elif kept.inspection == audit.inspection and kept.sent not in audit.log_text:
                yield f"{seat.username}: thao tác {kept.seq} không còn nguyên trong nhật ký"


def _exactly_once(audit: Audit) -> Iterator[str]:
    """I2 (mỗi thao tác có mặt đúng một lần):"""
    op_ids = [entry["op"]["op_id"] for entry in audit.entries]
    own = sum(
        1 for seat in audit.seats for k in seat.tablet.outbox.operations() if k.inspection == audit.inspection
    )
    ours = sum(1 for e in audit.entries if e["device"] in {seat.tablet.device for seat in audit.seats})
    if len(set(op_ids)) != len(op_ids):
        yield "có thao tác lặp lại"
    if own != ours:
        yield f"các máy ghi {own} thao tác, nhật ký có {ours}"


def _contiguity(audit: Audit) -> Iterator[str]:
    """I4 (vị trí và số thứ tự liên tục):"""
    if [entry["pos"] for entry in audit.entries] != list(range(1, len(audit.entries) + 1)):
        yield "vị trí trong nhật ký không liên tục"
    for seat in audit.seats:
        seqs = [kept.seq for kept in seat.tablet.outbox.operations()]
        if seqs != list(range(1, len(seqs) + 1)):
            yield f"{seat.username}: số thứ tự không liên tục"


def _cursor(audit: Audit) -> Iterator[str]:
    """I5 (mỗi máy đã nhận đúng nhật ký của máy chủ):"""
    for seat in audit.seats:
        if seat.tablet.outbox.entries(stream_of(audit.inspection)) != list(audit.entries):
            yield f"{seat.username}: nhật ký nhận được khác nhật ký của máy chủ"


def _convergence(audit: Audit) -> Iterator[str]:
    """I6 (các máy và máy chủ có cùng nội dung):"""
    for seat in audit.seats:
        computed = seat.tablet.content_hash(audit.inspection)
        if computed != audit.facts["content_hash"]:
            yield f"{seat.username}: {computed}, máy chủ: {audit.facts['content_hash']}"


def _no_silent_loss(audit: Audit) -> Iterator[str]:
    """I7 (không mất lặng lẽ, không còn mâu thuẫn):"""
    folded = audit.seats[0].tablet.fold(audit.inspection)
    for conflict in folded.conflicts():
        yield f"còn mâu thuẫn tại {conflict.entity}"
    replaced = {parent for entry in audit.entries for parent in entry["op"]["parents"]}
    for entry in folded.entries.values():
        standing = {h.op_id for name in entry.writes for h in folded.heads(entry.entity, name)}
        if entry.is_effective and entry.writes and entry.op_id not in standing | replaced | folded.left_out:
            yield f"thao tác {entry.op_id} tại {entry.entity} không còn dấu vết"


def _freeze(audit: Audit) -> Iterator[str]:
    """I8 (nội dung đã ký không đổi):"""
    frozen = audit.facts["frozen_pos"]
    if frozen is None:
        yield "cuộc kiểm tra chưa được chốt"
        return
    for entry in audit.entries[frozen:]:
        operation_type = entry["op"]["type"]
        is_record = operation_type.partition(".")[0] in _RECORD or operation_type == "inspection.set"
        if is_record and entry["effect"] != "quarantined":
            yield f"vị trí {entry['pos']} ({operation_type}) có hiệu lực sau khi chốt ở vị trí {frozen}"
    approved = [
        e for e in audit.entries if e["op"]["type"] == "inspection.approve" and e["effect"] == "applied"
    ]
    if [json.loads(e["op"]["body"])["content"] for e in approved] != [audit.facts["content_hash"]]:
        yield "nội dung được duyệt khác nội dung đã ký"


def _chains(audit: Audit) -> Iterator[str]:
    """I9 (chuỗi băm của máy và của nhật ký):"""
    root = _hash("td1-log-genesis", audit.inspection)
    previous: dict[tuple[str, int], str] = {}
    for entry in audit.entries:
        op, parents = entry["op"], ",".join(sorted(entry["op"]["parents"]))
        digest = _hash(
            "td1-op", op["op_id"], op["type"], op["inspection"], op["entity"], parents,
            op["checklist"], op["actor"], op["hlc"], op["wall"], op["clk"], _sha256(op["body"].encode()),
        )  # fmt: skip
        if _hash("td1", entry["device"], str(op["seq"]), entry["prev"], digest) != entry["hash"]:
            yield f"vị trí {entry['pos']}: băm không khớp"
        if previous.get((entry["device"], op["seq"] - 1), entry["prev"]) != entry["prev"]:
            yield f"vị trí {entry['pos']}: đứt chuỗi"
        previous[entry["device"], op["seq"]] = entry["hash"]
        root = _hash("td1-log", root, str(entry["pos"]), entry["hash"], entry["effect"], entry["code"] or "")
    if not root == audit.root == audit.facts["root"]:
        yield "gốc nhật ký không khớp"


def _receipts(audit: Audit) -> Iterator[str]:
    """I9 (biên nhận có chữ ký của máy chủ):"""
    keys = {key["kid"]: key.get("jwk", key) for key in audit.server_keys}
    for seat in audit.seats:
        hash_of = {kept.seq: kept.hash for kept in seat.tablet.outbox.operations()}
        receipts = seat.tablet.outbox.receipts()
        if not receipts:
            yield f"{seat.username}: không có biên nhận"
        for receipt in receipts:
            _, _, _, device, seq, head, _ = receipt["body"].split("\n")
            if (device, head) != (seat.tablet.device, hash_of.get(int(seq))):
                yield f"{seat.username}: biên nhận {seq} nói về chuỗi khác"
            if not _is_signed(receipt, keys.get(receipt["kid"])):
                yield f"{seat.username}: biên nhận {seq} có chữ ký sai"


def _blobs(audit: Audit) -> Iterator[str]:
    """I10 (tệp trên máy chủ đúng mã băm):"""
    for name, computed in audit.blobs.items():
        if name != computed:
            yield f"{name} thành {computed}"


def _explained(audit: Audit) -> Iterator[str]:
    """I13 (thao tác không có hiệu lực đều có lý do và đã được quyết định):"""
    decided = {
        json.loads(entry["op"]["body"])["op_id"]
        for entry in audit.entries
        if entry["op"]["type"].startswith("quarantine.") and entry["effect"] == "applied"
    }
    frozen_at = audit.facts["frozen_pos"] or 0
    for entry in audit.entries:
        op = entry["op"]
        is_replaced = entry["code"] == "signoff_stale" and entry["pos"] < frozen_at
        is_explained = entry["code"] in EXPECTED_ASIDE or is_replaced or op["op_id"] in decided
        if entry["effect"] == "quarantined" and not is_explained:
            yield f"vị trí {entry['pos']} ({op['type']}): {entry['code']}"
    undecided = audit.seats[0].tablet.fold(audit.inspection).undecided()
    yield from (
        f"thao tác {entry.op_id} ({entry.operation.type}) chưa được quyết định" for entry in undecided
    )


def _settled(audit: Audit) -> Iterator[str]:
    """Mọi nhận xét của lãnh đạo đã được chấp nhận trả lời:"""
    spoken_of = {
        verb: {entry["op"]["entity"] for entry in audit.entries if entry["op"]["type"] == f"remark.{verb}"}
        for verb in ("add", "accept")
    }
    yield from sorted(spoken_of["add"] - spoken_of["accept"])


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _hash(*lines: str) -> str:
    return _sha256("\n".join(lines).encode())


def _is_signed(receipt: Json, jwk: Json | None) -> bool:
    if jwk is None:
        return False
    x, y = (int.from_bytes(_unb64(jwk[name]), "big") for name in ("x", "y"))
    raw = _unb64(receipt["sig"])
    der = utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    try:
        key.verify(der, receipt["body"].encode(), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def _unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
