"""A file as a tablet exports it, line by line, with a key that everybody may know."""

import base64
import hashlib
from typing import Any

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

from core import server_key
from inspections import chain
from sync import exchange_file
from sync.exchange_file import FileLine, Opening
from tests.logbook import INSPECTION, make_operation, uuid_of

# The example key of RFC 7517 appendix A.2, which keeps no secret.
_PRIVATE = "870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE"
DEVICE = uuid_of("tablet")
EPOCH = "e-0123456789abcdef"
PHOTO = b"\xff\xd8\xff" + bytes(range(256)) * 1100


def _key() -> ec.EllipticCurvePrivateKey:
    raw = base64.urlsafe_b64decode(_PRIVATE + "=")
    return ec.derive_private_key(int.from_bytes(raw, "big"), ec.SECP256R1())


def _signed(message: str) -> str:
    """The signature, the same each time (RFC 6979), so that the file is."""
    signed = _key().sign(message.encode(), ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
    r, s = utils.decode_dss_signature(signed)
    return server_key.b64url(r.to_bytes(32, "big") + s.to_bytes(32, "big"))


def _pushes() -> tuple[list[str], int]:
    blob = f"sha256:{hashlib.sha256(PHOTO).hexdigest()}"
    photo = {
        "blob": blob, "size": len(PHOTO), "mime": "image/jpeg", "item": "PL-16", "caption": "Bảng niêm yết",
        "taken_at": "2023-05-23T09:20:00+07:00",
    }  # fmt: skip
    operations = [
        make_operation(
            "e1", "answer.set", "answer/PL-16", {"value": "kph_nhe", "note": "Chưa lập sổ"}, seq=1
        ),
        make_operation("e2", "photo.add", f"photo/{uuid_of('p')}", photo, seq=2),
        make_operation("e3", "note.add", f"note/{uuid_of('n')}", {"text": "Phòng họp tầng 2"}, seq=3),
    ]
    prev = chain.genesis(DEVICE, chain.thumbprint(server_key.public_jwk(_key().public_key())))
    bodies = []
    for part in (operations[:2], operations[2:]):
        links = chain.chained(DEVICE, prev, part)
        head = links[-1].hash
        message = chain.head_message(DEVICE, part[-1].seq, head)
        body = {
            "device": DEVICE, "epoch": EPOCH, "prev": prev, "head": head, "sig": _signed(message),
            "ops": part,
        }  # fmt: skip
        bodies.append(msgspec.json.encode(body).decode())
        prev = head
    return bodies, len(operations)


def exchange_vectors() -> dict[str, Any]:
    """The lines of a file, and what a reader finds in them."""
    bodies, operations = _pushes()
    opening = Opening(exchange_file.FORMAT, DEVICE, "Máy 03 – Phòng Tiêu chuẩn", "2023-05-23T04:00:00.000Z")
    line = FileLine(
        f"sha256:{hashlib.sha256(PHOTO).hexdigest()}", len(PHOTO), "image/jpeg", INSPECTION
    )  # fmt: skip
    written = list(exchange_file.lines_of(opening, bodies, [(line, PHOTO)], operations=operations))
    return {
        "about": "The lines of an exported file before gzip; each ends with a line feed in the file.",
        "jwk": server_key.public_jwk(_key().public_key()),
        "lines": [one.removesuffix("\n") for one in written],
        "expected": {
            "device": DEVICE, "inspection": INSPECTION,
            "pushes": [{"first_seq": 1, "last_seq": 2}, {"first_seq": 3, "last_seq": 3}],
            "operations": operations, "files": [{"blob": line.blob, "size": line.size}],
        },
    }  # fmt: skip
