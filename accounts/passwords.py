"""Argon2id with bounded cost: a flood of sign-ins takes neither the memory nor the cores from those at work.

Source: RFC 9106; OWASP's second choice of parameters (19 MiB, two passes, one lane). It decides nothing about
who may sign in.
"""

import secrets
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from argon2 import PasswordHasher, Type, exceptions

from core.errors import SlowDown

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)
_AT_ONCE = threading.BoundedSemaphore(2)
_PATIENCE_S = 5.0


def _bytes(password: str) -> bytes:
    """The password's bytes, equal whether the keyboard composes its accents or not."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


@contextmanager
def _turn() -> Iterator[None]:
    if not _AT_ONCE.acquire(timeout=_PATIENCE_S):
        raise SlowDown("Nhiều người đang đăng nhập cùng lúc. Thử lại sau vài giây.")
    try:
        yield
    finally:
        _AT_ONCE.release()


def hashed(password: str) -> str:
    """The Argon2id hash to store.

    Raises:
        SlowDown: too many others are waiting.
    """
    with _turn():
        return _HASHER.hash(_bytes(password))


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash(secrets.token_bytes(32))


def matches(password: str, password_hash: str | None) -> bool:
    """Whether the password belongs to the hash; without a hash the same work is done, and the answer is no.

    Raises:
        SlowDown: too many others are waiting.
    """
    with _turn():
        try:
            return _HASHER.verify(password_hash or _nobodys_hash(), _bytes(password))
        except exceptions.VerificationError:
            return False
