"""Checklist files for tests: the shipped ones, a small one, and ways to spoil it."""

from pathlib import Path

from checklists import loading
from checklists.definition import Definition
from registry import loading as registry_loading
from registry import shipped

SMALL = (Path(__file__).parent / "vectors/checklist.yaml").read_text(encoding="utf-8")
_LEGAL = registry_loading.legal_texts(shipped.LEGAL_TEXTS.read_bytes(), file="legal_bases.yaml")
INSTRUMENTS = {text.instrument.code: text.instrument for text in _LEGAL.instruments}
KNOWN_BASES = frozenset(INSTRUMENTS) | {norm.code for norm in _LEGAL.standards}


def spoilt(old: str, new: str) -> bytes:
    """The small file with one place changed."""
    assert SMALL.count(old) >= 1, old
    return SMALL.replace(old, new, 1).encode()


def loaded(content: bytes, file: str = "mau.yaml") -> Definition:
    """The definition in the file, with all legal texts known."""
    return loading.load(content, file=file, known_bases=KNOWN_BASES)
