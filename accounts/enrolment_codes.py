"""The code with which a tablet enrols, as hands type it: twelve symbols that are not mistaken for each other.

Case, blanks and hyphens do not matter, O is read as 0 and I or L as 1, and the last symbol shows a slip
before anybody is asked. The tablet reads it by the same rule (`tests/vectors/enrolment_code.json`).

Source: Crockford, "Base 32" (alphabet and readings); Luhn mod N (the last symbol).
"""

from collections.abc import Sequence

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
DRAWN = 11
GROUP = 4
_LENGTH = DRAWN + 1
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", " ": None, "-": None})


def from_drawn(symbols: Sequence[str]) -> str:
    """The code of so many drawn symbols: 55 bits, and the symbol that shows a slip."""
    drawn = "".join(symbols)
    return drawn + ALPHABET[-_sum(drawn + "0") % len(ALPHABET)]


def grouped(code: str) -> str:
    """The code as it is shown: `7K3M-Q9TD-0WXC`."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def read(text: str) -> str | None:
    """The code that was typed, or None if it is none: another length, a foreign symbol, or a slip."""
    code = text.upper().translate(_READ_AS)
    if len(code) != _LENGTH or not set(code) <= set(ALPHABET):
        return None
    return code if _sum(code) % len(ALPHABET) == 0 else None


def _sum(code: str) -> int:
    """Every second symbol from the right counts twice; two figures are added up."""
    total = 0
    for place, symbol in enumerate(reversed(code)):
        value = ALPHABET.index(symbol) * (1 + place % 2)
        total += value // len(ALPHABET) + value % len(ALPHABET)
    return total
