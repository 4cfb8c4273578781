"""The server's own signing key: it signs receipts and the operations that the server itself authors.

ECDSA P-256 with SHA-256; signatures are 64 bytes (r and s, IEEE P1363), base64url without padding. The
private key is made on first use, lies in the data folder for the owner alone, and never leaves it.
"""

import base64
import hashlib
import json
import os
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from flask import current_app

from core import durably, settings

_P256_BYTES = 32


def b64url(raw: bytes) -> str:
    """Base64url without padding (RFC 7515 §2)."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def public_jwk(key: ec.EllipticCurvePublicKey) -> dict[str, str]:
    """The public key as a JSON Web Key (RFC 7517, RFC 7518 §6.2)."""
    point = key.public_numbers()
    return {
        "kty": "EC",
        "crv": "P-256",
        "x": b64url(point.x.to_bytes(_P256_BYTES, "big")),
        "y": b64url(point.y.to_bytes(_P256_BYTES, "big")),
    }


def thumbprint(jwk: dict[str, str]) -> str:
    """The key's name derived from itself, base64url (RFC 7638)."""
    required = {name: jwk[name] for name in ("crv", "kty", "x", "y")}
    canonical = json.dumps(required, separators=(",", ":"), sort_keys=True).encode()
    return b64url(hashlib.sha256(canonical).digest())


def sign_p1363(key: ec.EllipticCurvePrivateKey, message: bytes) -> str:
    """The signature over the message, 64 bytes in base64url."""
    r, s = utils.decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256())))
    return b64url(r.to_bytes(_P256_BYTES, "big") + s.to_bytes(_P256_BYTES, "big"))


@dataclass(frozen=True)
class ServerKey:
    """A loaded key with its public half."""

    private: ec.EllipticCurvePrivateKey

    @cached_property
    def jwk(self) -> dict[str, str]:
        """The public half."""
        return public_jwk(self.private.public_key())

    @cached_property
    def thumbprint(self) -> str:
        """RFC 7638 thumbprint of the public half."""
        return thumbprint(self.jwk)

    @cached_property
    def kid(self) -> str:
        """The short name under which receipts cite the key."""
        return f"srv-{self.thumbprint[:12]}"

    def sign(self, message: str) -> str:
        """The signature over the UTF-8 bytes of the message."""
        return sign_p1363(self.private, message.encode())


def _created(path: Path) -> ec.EllipticCurvePrivateKey:
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    durably.make_folder(path.parent)
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(temporary, path)  # unlike rename, it fails if another process was first
    except FileExistsError:
        return _loaded(path)
    finally:
        temporary.unlink()
    durably.sync_folder(path.parent)  # or a power cut would leave receipts of a key that is gone
    return key


def _loaded(path: Path) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{path} does not hold an EC key")
    return key


@cache
def _at(path: Path) -> ServerKey:
    return ServerKey(_loaded(path) if path.exists() else _created(path))


def current() -> ServerKey:
    """The key of the running application, made if there is none yet."""
    if not current_app:
        raise RuntimeError("the server key needs an application")
    return _at((settings.current().keys / "server.pem").absolute())
