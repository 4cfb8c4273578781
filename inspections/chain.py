"""Hash chains of devices and inspections, exactly as the protocol writes them; it signs and stores nothing.

Every text that is hashed or signed begins with a tag of its own, so that no text can be taken for another.
All hashes are lower-case hexadecimal of SHA-256 over UTF-8.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping

import msgspec

from inspections import operation as op
from inspections.operation import Operation, sha256


class ChainedOperation(msgspec.Struct, frozen=True):
    """An operation at its place in its device's chain."""

    operation: Operation
    device: str
    digest: str
    prev: str
    hash: str
    body_sha256: str


def thumbprint(jwk: Mapping[str, str]) -> str:
    """The public key's name derived from itself, base64url without padding. Source: RFC 7638 §3."""
    required = {name: jwk[name] for name in ("crv", "kty", "x", "y")}
    canonical = json.dumps(required, separators=(",", ":"), sort_keys=True)
    return base64.urlsafe_b64encode(hashlib.sha256(canonical.encode()).digest()).rstrip(b"=").decode()


def digest(operation: Operation) -> str:
    """What the operation is, wherever it stands: everything but its device and number."""
    return _digest(operation, op.body_sha256(operation))


def _digest(operation: Operation, body_hash: str) -> str:
    return sha256(
        "\n".join(
            (
                "td1-op", operation.op_id, operation.type, operation.inspection, operation.entity,
                ",".join(sorted(operation.parents)), operation.checklist, operation.actor, operation.hlc,
                operation.wall, operation.clk, body_hash,
            )
        )
    )  # fmt: skip


def genesis(device: str, key_thumbprint: str) -> str:
    """The hash before a device's first operation; it binds the chain to the device's key."""
    return sha256(f"td1-genesis\n{device}\n{key_thumbprint}")


def link(device: str, seq: int, *, prev: str, operation_digest: str) -> str:
    """The hash after operation `seq` of the device."""
    return sha256(f"td1\n{device}\n{seq}\n{prev}\n{operation_digest}")


def chained(device: str, prev: str, operations: Iterable[Operation]) -> tuple[ChainedOperation, ...]:
    """The operations, in the order given, each with its place in the chain that stood at `prev`."""
    links = []
    for operation in operations:
        body_hash = op.body_sha256(operation)
        own_digest = _digest(operation, body_hash)
        own_hash = link(device, operation.seq, prev=prev, operation_digest=own_digest)
        links.append(ChainedOperation(operation, device, own_digest, prev, own_hash, body_hash))
        prev = own_hash
    return tuple(links)


def log_genesis(inspection: str) -> str:
    """The root of an inspection's log before its first entry."""
    return sha256(f"td1-log-genesis\n{inspection}")


def log_link(prev: str, *, pos: int, operation_hash: str, effect: str, code: str | None) -> str:
    """The root of the log after the entry at `pos`; it binds the server to the effect it announced."""
    return sha256(f"td1-log\n{prev}\n{pos}\n{operation_hash}\n{effect}\n{code or ''}")


def head_message(device: str, seq: int, head_hash: str) -> str:
    """What a device signs for a batch: its chain up to here."""
    return f"td1-head\n{device}\n{seq}\n{head_hash}"


def receipt_body(*, server: str, epoch: str, device: str, seq: int, head_hash: str, at: str) -> str:
    """What the server signs: that it has stored the device's chain up to here."""
    return f"td1-receipt\n{server}\n{epoch}\n{device}\n{seq}\n{head_hash}\n{at}"


def receipt_epoch(body: str) -> str:
    """The epoch in which the receipt was given."""
    return body.split("\n", 3)[2]
