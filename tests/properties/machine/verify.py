"""Verifies what a tablet holds with no line of the product: chains, roots, positions, receipts (I5, I9)."""

import base64
import json
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

from tests.properties.machine.plain_fold import sha256
from tests.properties.machine.plain_server import Chain
from tests.properties.machine.slate import kept_of


def _unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def is_signed(jwk: dict[str, str], message: str, signature: str) -> bool:
    """Whether the key signed the message, ECDSA P-256 with SHA-256, r and s side by side."""
    x, y = (int.from_bytes(_unb64(jwk[name]), "big") for name in ("x", "y"))
    raw = _unb64(signature)
    r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    key = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    try:
        key.verify(utils.encode_dss_signature(r, s), message.encode(), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def thumbprint(jwk: dict[str, str]) -> str:
    """The key's name (RFC 7638)."""
    members = {name: jwk[name] for name in ("crv", "kty", "x", "y")}
    canonical = json.dumps(members, separators=(",", ":"), sort_keys=True)
    return base64.urlsafe_b64encode(bytes.fromhex(sha256(canonical))).rstrip(b"=").decode()


def check_receipt(receipt: dict[str, Any], keys: dict[str, Any], *, epoch: str, chain: Chain) -> None:
    """The receipt names where the chain stands and is signed with a key that the server publishes (I9)."""
    jwk = keys[receipt["kid"]]
    lines = receipt["body"].split("\n")
    device = chain.kept[-1].op.device
    expected = ["td1-receipt", thumbprint(jwk), epoch, device, str(chain.seq), chain.hashes[-1]]
    assert lines[:-1] == expected, "I9"
    assert is_signed(jwk, receipt["body"], receipt["sig"]), "I9"


def flaw(inspection: str, entries: list[dict[str, Any]], root: str) -> str | None:
    """The first thing about a stream that does not hold together, or None.

    Args:
        entries: as pulled from position 1 on.
        root: what the server says about its end.
    """
    computed, last = sha256(f"td1-log-genesis\n{inspection}"), {}
    for place, entry in enumerate(entries, start=1):
        kept = kept_of(entry)
        if entry["pos"] != place:
            return f"position {entry['pos']} stands where {place} should"
        if kept.op.text is not None and sha256(kept.op.text) != kept.op.body_sha256:
            return f"the body at {place} is another"
        if kept.op.chained(entry["prev"]) != entry["hash"]:
            return f"the hash at {place} is of another operation"
        before = last.get(kept.op.device)
        if before is not None and (before[0] >= kept.op.seq or _is_torn(before, kept.op.seq, entry["prev"])):
            return f"the chain of its device is torn at {place}"
        last[kept.op.device] = (kept.op.seq, entry["hash"])
        line = f"{computed}\n{place}\n{entry['hash']}\n{entry['effect']}\n{entry['code'] or ''}"
        computed = sha256(f"td1-log\n{line}")
    return None if computed == root else "the root is another"


def _is_torn(before: tuple[int, str], seq: int, prev: str) -> bool:
    return before[0] + 1 == seq and before[1] != prev
