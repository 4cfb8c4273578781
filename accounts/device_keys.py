"""Public keys of tablets and what they sign: ECDSA P-256 with SHA-256 and nothing else; pure.

Signatures are 64 bytes (r and s, IEEE P1363) in base64url without padding, as WebCrypto makes them.
Source: RFC 7517, RFC 7518 §3.4 and §6.2, RFC 7638.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

from accounts.device_errors import KeyRefused

_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")
_COORDINATE_BYTES = 32
_MEMBERS = ("crv", "kty", "x", "y")


def bytes_of(base64url: str) -> bytes:
    """The bytes that the unpadded base64url text stands for, in the one spelling that they have.

    Raises:
        ValueError: it is not such a text.
    """
    if _BASE64URL.fullmatch(base64url) is None:
        raise ValueError("not base64url")
    try:
        raw = base64.urlsafe_b64decode(base64url + "=" * (-len(base64url) % 4))
    except binascii.Error:
        raise ValueError("not base64url") from None
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != base64url:
        raise ValueError("not the canonical spelling")
    return raw


def _public_key(jwk: Mapping[str, object]) -> ec.EllipticCurvePublicKey:
    if (jwk["kty"], jwk["crv"]) != ("EC", "P-256"):
        raise ValueError("not a P-256 key")
    return _point(str(jwk["x"]), str(jwk["y"]))


@lru_cache(maxsize=512)
def _point(x_text: str, y_text: str) -> ec.EllipticCurvePublicKey:
    """The key; whether its point lies on the curve is dear to find out, and a tablet asks all day long."""
    x, y = bytes_of(x_text), bytes_of(y_text)
    if {len(x), len(y)} != {_COORDINATE_BYTES}:
        raise ValueError("not a P-256 key")
    numbers = ec.EllipticCurvePublicNumbers(
        int.from_bytes(x, "big"), int.from_bytes(y, "big"), ec.SECP256R1()
    )
    return numbers.public_key()


def public_members(jwk: Mapping[str, object]) -> dict[str, str]:
    """The four members that make the key; everything else (`alg`, `ext`, `key_ops`, …) is left out.

    Raises:
        KeyRefused: it is not a point of P-256, or it is a private key, which must never travel.
    """
    if "d" in jwk:
        raise KeyRefused("Khoá riêng không bao giờ được gửi đi.", field="jwk")
    try:
        _public_key(jwk)
    except (KeyError, ValueError):
        raise KeyRefused("Cần khoá công khai ECDSA P-256 dạng JWK.", field="jwk") from None
    return {name: str(jwk[name]) for name in _MEMBERS}


def is_signed(jwk: Mapping[str, object], message: str, signature: str) -> bool:
    """Whether the holder of the key signed the UTF-8 bytes of the message."""
    try:
        raw = bytes_of(signature)
        key = _public_key(jwk)
    except (KeyError, ValueError):
        return False
    if len(raw) != 2 * _COORDINATE_BYTES:
        return False
    r, s = (int.from_bytes(half, "big") for half in (raw[:_COORDINATE_BYTES], raw[_COORDINATE_BYTES:]))
    try:
        key.verify(utils.encode_dss_signature(r, s), message.encode(), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def enrolment_message(code: str, device: str) -> str:
    """What a tablet signs to prove that it holds the key it brings."""
    return f"td1-enrol\n{code}\n{device}"


def genesis(device: str, thumbprint: str) -> str:
    """The hash before the device's first operation, which binds its chain to its key."""
    return hashlib.sha256(f"td1-genesis\n{device}\n{thumbprint}".encode()).hexdigest()
