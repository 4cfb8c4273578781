"""Argon2id with bounded cost: a flood of sign-ins takes neither the memory nor the cores from those at work.

Two threads do all the hashing. More than two would only compete for the cores, and the C library keeps the
19 MiB of every thread that ever hashed. It decides nothing about who may sign in.

Source: RFC 9106; OWASP's second choice of parameters (19 MiB, two passes, one lane).
"""

import os
import secrets
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from argon2 import PasswordHasher, Type, exceptions

from core.errors import SlowDown

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)
_AT_ONCE = 2
_PATIENCE_S = 5.0

Result = TypeVar("Result")


@cache
def _threads(process_id: int) -> ThreadPoolExecutor:  # noqa: ARG001 (threads do not survive a fork)
    return ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="argon2")


def _in_turn(work: Callable[[], Result]) -> Result:
    future = _threads(os.getpid()).submit(work)
    try:
        return future.result(timeout=_PATIENCE_S)
    except TimeoutError:
        future.cancel()
        raise SlowDown("Nhiều người đang đăng nhập cùng lúc. Thử lại sau vài giây.") from None


def _bytes(password: str) -> bytes:
    """The password's bytes, equal whether the keyboard composes its accents or not."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


def hashed(password: str) -> str:
    """The Argon2id hash to store.

    Raises:
        SlowDown: too many others are waiting.
    """
    return _in_turn(lambda: _HASHER.hash(_bytes(password)))


@cache
def _nobodys_hash() -> str:
    return _in_turn(lambda: _HASHER.hash(secrets.token_bytes(32)))


def matches(password: str, password_hash: str | None) -> bool:
    """Whether the password belongs to the hash; without a hash the same work is done, and the answer is no.

    Raises:
        SlowDown: too many others are waiting.
    """
    compared = password_hash or _nobodys_hash()
    try:
        return _in_turn(lambda: _HASHER.verify(compared, _bytes(password)))
    except exceptions.VerificationError:
        return False
