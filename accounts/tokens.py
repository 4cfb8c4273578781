"""Secrets that we hand out once and keep only as a hash."""

import hashlib
import secrets

# Crockford's base 32: no I, L, O, U, which are misread when typed from a screen.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans({"I": "1", "L": "1", "O": "0"})


def new_token() -> str:
    """256 random bits, fit for a cookie or an address."""
    return secrets.token_urlsafe(32)


def new_typed_code() -> str:
    """80 random bits for typing, in groups of four."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(16))
    return "-".join(letters[i : i + 4] for i in range(0, 16, 4))


def typed_code(text: str) -> str:
    """The code as it was shown, however it was typed."""
    letters = "".join(c for c in text.upper() if c.isalnum()).translate(_MISREAD)
    return "-".join(letters[i : i + 4] for i in range(0, len(letters), 4))


def sha256(token: str) -> str:
    """What is stored of a token: enough, since the token cannot be guessed."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
