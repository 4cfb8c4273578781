"""Identifiers are made here, by whoever creates the thing; the database never invents one.

Source: RFC 9562 §5.7 (UUID version 7: 48 bits of Unix milliseconds, then random bits).
"""

import re
import secrets
import time
import uuid

_TEXT = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def new_id() -> str:
    """A fresh UUIDv7 in lower-case text, ordered by time to the millisecond."""
    milliseconds = time.time_ns() // 1_000_000
    number = (milliseconds & 0xFFFF_FFFF_FFFF) << 80 | secrets.randbits(80)
    number = number & ~(0xF << 76) | 0x7 << 76
    number = number & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=number))


def is_id(text: str) -> bool:
    """Whether the text is a UUID exactly as we write it: lower case, with hyphens."""
    return _TEXT.fullmatch(text) is not None
