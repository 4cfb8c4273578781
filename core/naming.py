"""The order of Vietnamese names in a list: by given name, which stands last, letter before tone.

It compares and never changes a name.
"""

import unicodedata

_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_RANK = {letter: rank for rank, letter in enumerate(_LETTERS)}
_TONES = "\u0300\u0309\u0303\u0301\u0323"  # huyền, hỏi, ngã, sắc, nặng; the level tone has no mark

Word = tuple[tuple[int, ...], tuple[int, ...]]


def _letters_and_tones(word: str) -> Word:
    letters, tones = [], []
    for character in unicodedata.normalize("NFC", word.casefold()):
        parts = unicodedata.normalize("NFD", character)
        tone = next((mark for mark in parts if mark in _TONES), "")
        letter = unicodedata.normalize("NFC", parts.replace(tone, "") if tone else parts)
        letters.append(_RANK.get(letter, len(_LETTERS) + ord(letter[0])))
        tones.append(_TONES.index(tone) + 1 if tone else 0)
    return tuple(letters), tuple(tones)


def by_given_name(full_name: str) -> tuple[tuple[Word, ...], str]:
    """What sorts people as a Vietnamese reader expects: Nguyễn Thị Ánh before Trần Văn Bình.

    Given name, then family name, then the names between; words that differ by tone alone come in the order
    ngang, huyền, hỏi, ngã, sắc, nặng.

    Source: the order of letters and tones of Vietnamese dictionaries (Từ điển tiếng Việt, Hoàng Phê).
    """
    words = full_name.split()
    return tuple(_letters_and_tones(word) for word in (*words[-1:], *words[:-1])), full_name
