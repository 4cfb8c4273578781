"""What a user name, a name and a password must look like; pure, and silent about who has which.

Source: NIST SP 800-63B §3.1.1.2 (length before composition rules; no forced change; context words refused).
"""

import re
import unicodedata

MIN_PASSWORD_CHARACTERS = 12
MAX_PASSWORD_CHARACTERS = 200
MAX_NAME_CHARACTERS = 120
_USERNAME = re.compile(r"[a-z][a-z0-9._-]{2,31}")
_CONTEXT_WORDS = ("thucdia", "kiemtra", "matkhau", "password", "quantri", "admin", "qwerty", "iloveyou")
_RUNS = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def username(text: str) -> str:
    """The user name as it is stored and compared: NFKC, lower case, without surrounding space."""
    return unicodedata.normalize("NFKC", text).strip().lower()


def name(text: str) -> str:
    """A name or title as it is stored: NFC, single spaces, nothing invisible."""
    visible = "".join(" " if c.isspace() else c for c in unicodedata.normalize("NFC", text))
    return " ".join("".join(c for c in visible if unicodedata.category(c) not in _INVISIBLE).split())


def username_problem(text: str) -> str | None:
    """Why the (already normalised) user name cannot be used, or None."""
    if _USERNAME.fullmatch(text):
        return None
    return (
        "Tên đăng nhập gồm 3 đến 32 ký tự: bắt đầu bằng chữ cái a–z, "
        "sau đó là chữ không dấu, chữ số, dấu chấm, gạch nối hoặc gạch dưới."
    )


def name_problem(text: str, *, what: str) -> str | None:
    """Why the (already normalised) name cannot be used, or None.

    Args:
        what: what the field is called, as the sentence begins ("Họ và tên").
    """
    if not text:
        return f"{what} còn để trống."
    if len(text) > MAX_NAME_CHARACTERS:
        return f"{what} dài quá {MAX_NAME_CHARACTERS} ký tự."
    return None


def _folded(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.lower()).replace("đ", "d")
    return "".join(c for c in letters if c.isalnum())


def _is_monotonous(letters: str) -> bool:
    """Whether the password mostly walks along the alphabet or the keyboard, or has hardly a letter to it."""
    pairs = [letters[i : i + 2] for i in range(len(letters) - 1)]
    steps = sum(any(pair in run or pair[::-1] in run for run in _RUNS) for pair in pairs)
    return len(set(letters)) < 5 or steps > len(pairs) // 2


def password_problem(text: str, *, username: str) -> str | None:
    """Why the password cannot be used, or None."""
    if len(text) < MIN_PASSWORD_CHARACTERS:
        return f"Mật khẩu này có {len(text)} ký tự, cần ít nhất {MIN_PASSWORD_CHARACTERS}."
    if len(text) > MAX_PASSWORD_CHARACTERS:
        return f"Mật khẩu dài quá {MAX_PASSWORD_CHARACTERS} ký tự."
    letters = _folded(text)
    rest = letters
    for word in (_folded(username), *_CONTEXT_WORDS):
        rest = rest.replace(word, "") if word else rest
    if len(rest) < MIN_PASSWORD_CHARACTERS // 2 or _is_monotonous(rest):
        return "Mật khẩu dễ đoán: chứa tên đăng nhập, từ quen thuộc hoặc dãy phím liền nhau."
    return None


def new_password_problem(text: str, again: str, *, username: str) -> str | None:
    """Why the password, typed twice, cannot be used, or None."""
    if text != again:
        return "Hai lần nhập mật khẩu không giống nhau."
    return password_problem(text, username=username)
