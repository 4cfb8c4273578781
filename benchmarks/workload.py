"""What a tablet brings back: 1,000 operations of inspections, as inspectors really enter them.

An inspector taps a conclusion, then writes the note, then names the evidence: three operations for an answer,
each replacing the one before. Texts are those of the demonstration; the seed decides which.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from core import ids
from demo import content
from tests.tablets import Tablet

_CHECKLIST = Path(__file__).resolve().parents[1] / "checklists/data/qms_hcnn_tcvn_iso_9001_2015.yaml"
_UNITS = ("Sở Nội vụ", "Sở Tài chính", "UBND huyện Cầu Kè", "Sở Công Thương")
_TEAM = (("Huỳnh Thị Minh Châu", "Phó Chi cục trưởng", "Trưởng đoàn"),)
VISITS = len(_UNITS)

Write = tuple[str, str, dict[str, Any]]


@cache
def items() -> list[dict[str, Any]]:
    """The items of the checklist, in its order."""
    checklist = yaml.safe_load(_CHECKLIST.read_text(encoding="utf-8"))
    return [item for section in checklist["sections"] for item in section["items"]]


def _stages(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The answer as it grows under the inspector's hands."""
    said = {name: body[name] for name in ("value", "conclusion")}
    yield said
    yield said | {name: body[name] for name in ("note", "not_applicable_reason")}
    yield body


def _visit(items: Iterable[dict[str, Any]], unit: str, seed: int) -> Iterator[Write]:
    seen = content.visit(items, unit_name=unit, team=_TEAM, seed=seed)
    for person in seen.participants:
        yield "participant.set", f"participant/{ids.new_id()}", person
    for answer in seen.answers:
        for body in _stages(answer.body):
            yield "answer.set", f"answer/{answer.item}", body
        for row in answer.rows:
            yield "row.set", f"row/{answer.item}/{ids.new_id()}", {"columns": row}
    yield "finding.set", f"finding/{ids.new_id()}", seen.strength


def record(tablet: Tablet, inspections: Sequence[str], *, size: int, seed: int) -> None:
    """The tablet's outbox holds the first `size` operations of its visits to these inspections."""
    visits = zip(inspections, _UNITS, strict=True)
    writes = ((name, write) for name, unit in visits for write in _visit(items(), unit, seed))
    last: dict[tuple[str, str], str] = {}
    for name, (kind, entity, body) in itertools.islice(writes, size):
        before = last.get((name, entity))
        last[name, entity] = tablet.record(name, kind, entity, body, parents=(before,) if before else ())
