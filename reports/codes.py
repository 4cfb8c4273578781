"""Verification codes: short enough to type, too many to guess.

Sixteen characters of Crockford's base 32 carry 80 random bits. There is no I, L, O or U; whoever types one of
the first three means 1 or 0.
"""

import re
import secrets

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 16
_FORM = re.compile(f"[{_ALPHABET}]{{{_LENGTH}}}")
# A slash may be written as the octal escape of a PDF string (ISO 32000-2 §7.3.4.2).
_IN_ADDRESS = re.compile(
    rf"(?:/|\\057)verify(?:/|\\057)([{_ALPHABET}]{{{_LENGTH}}})(?![{_ALPHABET}])".encode()
)
_MEANT = str.maketrans({"I": "1", "L": "1", "O": "0", "-": "", " ": ""})


def new_code() -> str:
    """A code that nobody can foresee."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))


def meant(typed: str) -> str | None:
    """The code that somebody typed, in whatever grouping; None if it is none."""
    code = typed.upper().translate(_MEANT)
    return code if _FORM.fullmatch(code) else None


def claimed(raw: bytes) -> tuple[str, ...]:
    """The codes of verification addresses that stand in the open in these bytes."""
    return tuple(dict.fromkeys(match.decode() for match in _IN_ADDRESS.findall(raw)))


def grouped(code: str) -> str:
    """The code as it is printed: four groups of four."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))
