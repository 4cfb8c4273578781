"""A visit of 80 answers, as our tablets send it and as a general record store would be sent it.

Both say the same: item, answer with note and evidence, who, on which tablet and when. Only the form differs.
"""

import itertools
import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from benchmarks import workload
from core import clock, ids
from demo import content
from tests.tablets import Tablet

SIZE = 80
_UNIT = "Sở Nội vụ"
_TEAM = (("Huỳnh Thị Minh Châu", "Phó Chi cục trưởng", "Trưởng đoàn"),)


@lru_cache(maxsize=64)
def answers(seed: int) -> tuple[tuple[str, dict[str, Any]], ...]:
    """The first 80 answers of a visit, each with its item; the seed decides what was found."""
    seen = content.visit(workload.items(), unit_name=_UNIT, team=_TEAM, seed=seed % 64)
    return tuple((answer.item, answer.body) for answer in itertools.islice(seen.answers, SIZE))


def text(value: object) -> bytes:
    """JSON as a browser writes it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def push(tablet: Tablet, inspections: Iterable[str], seed: int) -> bytes:
    """The tablet's batch with a visit to each of these; its chain goes on from what it recorded before."""
    first = len(tablet.operations) + 1
    for number, inspection in enumerate(inspections):
        for item, body in answers(seed + number):
            tablet.record(inspection, "answer.set", f"answer/{item}", text(body).decode())
    return text(tablet.batch(first))


def records(device: str, inspection: str, seed: int) -> list[dict[str, Any]]:
    """The same visit as a record for each answer."""
    now = clock.now().isoformat(timespec="milliseconds")
    return [
        {
            "id": ids.new_id(), "inspection": inspection, "item": item, "answer": body, "device": device,
            "recorded_at": now, "sent_at": now,
        }
        for item, body in answers(seed)
    ]  # fmt: skip
