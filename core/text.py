"""Text that people wrote, made fit to be shown and printed; what it means is never changed.

Control characters, direction overrides and piles of combining marks can hide or reorder what a reader sees;
a word without end can hold a renderer for minutes. Nothing here knows HTML, PDF or any font: which characters
can be drawn is told by the caller.

Source: Unicode UAX #9 (bidirectional text), UAX #15 (NFC); Unicode TR #36 §2 (visual security).
"""

import re
import unicodedata
from collections.abc import Container

SOFT_BREAK = "\u200b"
UNDRAWABLE = "\u25a1"
MAX_COMBINING = 4
_LINE_ENDS = re.compile(r"\r\n?|[\u0085\u2028\u2029\v\f]")
_UNSEEN = re.compile(
    "["
    "\u0000-\u0008\u000e-\u001f\u007f-\u009f"  # C0 and C1, without tab and line feed
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # marks, embeddings, overrides and isolates of direction
    "\u200b-\u200d\u2060-\u2064\ufeff\u00ad"  # characters without width, which split words for a search
    "\ufe00-\ufe0f\ufff9-\ufffb\ufffe\uffff"  # variation selectors, interlinear marks, noncharacters
    "\U000e0000-\U000e007f"  # tags
    "\ud800-\udfff"  # halves of pairs, which no encoding takes
    "]"
)
_PILED = re.compile(f"([\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{{{MAX_COMBINING}}})"
                    "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+")  # fmt: skip
_BLANKS = re.compile(r"[^\S\n]+")


def clean(text: str) -> str:
    """The text in NFC with line feeds only, and without what a reader cannot see."""
    seen = _UNSEEN.sub("", _LINE_ENDS.sub("\n", text))
    return _PILED.sub(r"\1", unicodedata.normalize("NFC", seen))


def one_line(text: str) -> str:
    """The cleaned text on one line, words parted by single blanks."""
    return " ".join(clean(text).split())


def paragraphs(text: str) -> list[str]:
    """The cleaned text's lines that say something, each on its own."""
    return [line for raw in clean(text).split("\n") if (line := _BLANKS.sub(" ", raw).strip())]


def drawable(text: str, covered: Container[int]) -> str:
    """The text with a box in place of every character that the fonts at hand cannot draw.

    Args:
        covered: the code points that can be drawn.
    """
    if text.isascii():
        return text
    return "".join(
        one if ord(one) in covered or one in "\n\t" else "" if unicodedata.combining(one) else UNDRAWABLE
        for one in text
    )


def with_soft_breaks(text: str, every: int = 40) -> str:
    """The text with a place to break in each run of that many characters without a blank.

    A renderer's time grows with the square of the longest run that it may not break.
    """
    return re.sub(rf"(\S{{{every}}})(?=\S)", rf"\1{SOFT_BREAK}", text)
