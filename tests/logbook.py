"""Builders of operations and entries with plain defaults, for tests of the log and for its vectors."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from inspections import chain, fold
from inspections.fold import Entry, Fold
from inspections.operation import Operation

CHECKLIST = "QMS-HCNN-2015@1.0.0"
RECEIVED_AT = datetime(2026, 8, 22, 8, 14, 9, tzinfo=UTC)


def uuid_of(name: str) -> str:
    """A UUIDv7 that is always the same for the name."""
    return f"0198c0de-5a10-7000-8000-{hashlib.sha256(name.encode()).hexdigest()[:12]}"


INSPECTION = uuid_of("inspection")
LEADER, DEPUTY, SECRETARY, MEMBER = map(uuid_of, ("leader", "deputy", "secretary", "member"))


def make_operation(
    name: str, kind: str, entity: str, body: Any = None, *, parents: tuple[str, ...] = (), seq: int = 1,
    actor: str = "member", withheld: bool = False, **fields: Any,
) -> Operation:  # fmt: skip
    """An operation named `name`; parents and actor are names too, a body that is a text is taken as it is."""
    if withheld:
        fields |= {"body": None, "body_sha256": "12" * 32}
    text = (
        body if isinstance(body, str) else json.dumps(body or {}, ensure_ascii=False, separators=(",", ":"))
    )
    defaults: dict[str, Any] = {
        "op_id": uuid_of(name), "seq": seq, "type": kind, "inspection": INSPECTION, "entity": entity,
        "parents": tuple(map(uuid_of, parents)), "checklist": CHECKLIST, "actor": uuid_of(actor),
        "hlc": f"0198c0de5a10-{seq:04x}", "wall": "2026-08-22T10:14:05.120+02:00", "clk": "+183/3600",
        "body": text,
    }  # fmt: skip
    return Operation(**(defaults | fields))


def make_entry(name: str, kind: str, entity: str, body: Any = None, **fields: Any) -> Entry:
    """An entry; `device`, `effect`, `code` and `pos` are the entry's, all else is the operation's."""
    own = {key: fields.pop(key) for key in ("device", "effect", "code", "pos") if key in fields}
    operation = make_operation(name, kind, entity, body, **fields)
    return Entry(operation, own.pop("device", "tablet-a"), chain.digest(operation), **own)


def answer(name: str, value: str = "phu_hop", *, item: str = "PL-16", **fields: Any) -> Entry:
    """An answer to an item."""
    return make_entry(name, "answer.set", f"answer/{item}", {"value": value}, **fields)


def fold_of(*entries: Entry) -> Fold:
    """The fold of the entries."""
    return fold.build(entries)


def names(folded_ids: Any, known: tuple[str, ...]) -> set[str]:
    """The names behind the ids, so that a failing test can be read."""
    by_id = {uuid_of(name): name for name in known}
    return {by_id[op_id] for op_id in folded_ids}
