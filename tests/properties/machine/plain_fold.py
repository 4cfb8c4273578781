"""The state of an inspection, written a second time and as plainly as the protocol says it.

It shares no line with `inspections.fold` and is slow on purpose: every question is answered by looking at all
that was written. It knows neither the database nor the application.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

WHOLE_BODY = {"answer", "row", "note", "signature"}
MOVABLE = ("item", "caption")
RETRACT = "retract"


def words(text: str) -> frozenset[str]:
    """The words of the text."""
    return frozenset(text.split())


RECORD = words("inspection announcement participant answer row finding explanation photo file")


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Op:
    """What somebody recorded.

    `nonsense` says what whoever made it knows to be wrong with its body: its `shape`, or the `value` for the
    item; `skew_days` how far the tablet's clock was off.
    """

    op_id: str
    device: str
    seq: int
    type: str
    inspection: str
    entity: str
    parents: tuple[str, ...]
    checklist: str
    actor: str
    hlc: str
    wall: str
    clk: str
    text: str | None
    body_sha256: str
    nonsense: str = ""
    skew_days: int = 0

    @property
    def body(self) -> dict[str, Any] | None:
        if self.text is None:
            return None
        try:
            read = json.loads(self.text)
        except ValueError:
            return None
        return read if isinstance(read, dict) else None

    @property
    def kind(self) -> str:
        return self.entity.partition("/")[0]

    @property
    def is_in_record(self) -> bool:
        return self.kind in RECORD

    @property
    def digest(self) -> str:
        return sha256("\n".join((
            "td1-op", self.op_id, self.type, self.inspection, self.entity, ",".join(sorted(self.parents)),
            self.checklist, self.actor, self.hlc, self.wall, self.clk, self.body_sha256,
        )))  # fmt: skip

    def chained(self, prev: str) -> str:
        return sha256(f"td1\n{self.device}\n{self.seq}\n{prev}\n{self.digest}")


@dataclass(frozen=True)
class Kept:
    """An operation with what became of it; a tablet takes what it has not sent yet for applied."""

    op: Op
    effect: str = "applied"
    code: str | None = None
    pos: int | None = None

    @property
    def counts(self) -> bool:
        return self.effect in ("applied", "conflict")

    @property
    def writes(self) -> dict[str, Any]:
        if self.op.type == "quarantine.adopt":
            adopted = self.op.body or {}
            return written(adopted["type"], json.loads(adopted["body"]))
        return written(self.op.type, self.op.body or {})


def written(operation_type: str, body: dict[str, Any]) -> dict[str, Any]:
    """The fields that an operation of the type sets, with their values."""
    kind, _, verb = operation_type.partition(".")
    if kind == "quarantine" or verb not in {"set", "resolve", "add", "edit", "retract", "answer", "accept"}:
        return {}
    if verb == "retract":
        return {RETRACT: True}
    body = {name: value for name, value in body.items() if name != "reason"}
    if kind == "remark":
        state = {"add": "open", "answer": "answered", "accept": "accepted"}.get(verb)
        if state is None:
            return {}  # no type of the protocol, though a tablet may send it
        return ({"remark": body} if verb == "add" else {}) | {"state": state}
    if kind in ("photo", "file"):
        moved = {name: body[name] for name in MOVABLE if name in body}
        fixed = {name: value for name, value in body.items() if name not in MOVABLE}
        return moved | ({kind: fixed} if verb == "add" else {})
    return {kind: body} if kind in WHOLE_BODY else body


def same(values: Iterable[Any]) -> bool:
    """Whether all these values are one value."""
    return len({json.dumps(value, sort_keys=True) for value in values}) <= 1


@dataclass
class PlainFold:
    """What stands after these entries; what `out` names was left out by signatures."""

    entries: Sequence[Kept]
    out: frozenset[str] = frozenset()
    _writers: dict[str, list[Kept]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for kept in self.entries:
            if kept.counts and kept.op.op_id not in self.out and kept.writes:
                self._writers.setdefault(kept.op.entity, []).append(kept)

    def entities(self) -> list[str]:
        return sorted(self._writers)

    def fields(self, entity: str) -> list[str]:
        return sorted({name for kept in self._writers.get(entity, ()) for name in kept.writes})

    def heads(self, entity: str, name: str) -> dict[str, Any]:
        """Operation id and value of every write to the field that no other write to it names as a parent; a
        retraction is answered by whatever names it, whichever field that writes."""
        writers = self._writers.get(entity, ())
        own = {kept.op.op_id: kept.writes[name] for kept in writers if name in kept.writes}
        answering = [kept for kept in writers if name in kept.writes or name == RETRACT]
        replaced = {parent for kept in answering for parent in kept.op.parents}
        return {op_id: value for op_id, value in own.items() if op_id not in replaced}

    def standing(self, entity: str) -> set[str]:
        """The operations behind every value of the entity that stands."""
        shown = [name for name in self.fields(entity) if name != RETRACT]
        return {op_id for name in shown for op_id in self.heads(entity, name)}

    def is_hidden(self, entity: str) -> bool:
        gone = self.heads(entity, RETRACT)
        by_id = {kept.op.op_id: kept.op for kept in self._writers.get(entity, ())}
        return any(self.standing(entity) <= set(by_id[op_id].parents) for op_id in gone)

    def conflicts(self, entity: str) -> dict[str, frozenset[str]]:
        """The operations that stand against each other, by field."""
        if self.is_hidden(entity):
            return {}
        found = {}
        for name in self.fields(entity):
            heads = self.heads(entity, name)
            if name == RETRACT and heads:
                found[name] = frozenset(heads.keys() | self.standing(entity))
            elif name != RETRACT and not same(heads.values()):
                found[name] = frozenset(heads)
        return found

    def record_conflicts(self) -> dict[tuple[str, str], frozenset[str]]:
        return {
            (entity, name): heads
            for entity in self.entities()
            if entity.partition("/")[0] in RECORD
            for name, heads in self.conflicts(entity).items()
        }

    def content(self, inspection: str, checklist_sha256: str) -> str:
        """The content hash of the record."""
        digests = {kept.op.op_id: kept.op.digest for kept in self.entries}
        lines = [
            f"{entity}\t{name}\t{','.join(sorted(digests[op_id] for op_id in heads))}\n"
            for entity in self.entities()
            if entity.partition("/")[0] in RECORD
            for name in self.fields(entity)
            if (heads := self.heads(entity, name))
        ]
        return sha256(f"td1-content\n{inspection}\n{checklist_sha256}\n" + "".join(sorted(lines)))

    def files(self, content: str | None) -> set[str]:
        """The hashes of the files that the record shows, and of the signatures over the content."""
        found = set()
        for entity in self.entities():
            kind = entity.partition("/")[0]
            if kind in ("photo", "file") and not self.is_hidden(entity):
                found |= {value["blob"] for value in self.heads(entity, kind).values()}
            if kind == "signature":
                drawn = self.heads(entity, "signature").values()
                found |= {one["blob"] for one in drawn if one["content"] == content and "blob" in one}
        return {name.removeprefix("sha256:") for name in found}

    def signed_by(self, content: str) -> set[str]:
        """The roles whose signature, or whose refusal if it is the unit, names the content."""
        found = set()
        for entity in self.entities():
            if entity.startswith("signature/"):
                for one in self.heads(entity, "signature").values():
                    if one["content"] == content and ("blob" in one or one["role"] == "unit"):
                        found.add(one["role"])
        return found


def left_out_with(named: Iterable[str], entries: Sequence[Kept]) -> frozenset[str]:
    """Those operations of the record that are named, and whatever builds on them in the same entity."""
    record = {k.op.op_id: k for k in entries if k.counts and k.writes and k.op.is_in_record}
    out = record.keys() & set(named)
    while True:
        more = {
            op_id
            for op_id, kept in record.items()
            if op_id not in out
            and any(p in out and record[p].op.entity == kept.op.entity for p in kept.op.parents)
        }
        if not more:
            return frozenset(out)
        out = out | more


def signed_out(entries: Sequence[Kept]) -> frozenset[str]:
    """What the sign-offs that took effect have left out, each of what stood at its position."""
    steps = {kept.op.op_id: kept for kept in entries if kept.op.type.startswith("inspection.signoff")}
    out: frozenset[str] = frozenset()
    for kept in sorted(steps.values(), key=lambda one: one.pos or 0):
        if not kept.counts or kept.pos is None or kept.op.type == "inspection.signoff_lapsed":
            continue
        confirmed = kept.op.type == "inspection.signoff_confirmed"
        signoff = steps[(kept.op.body or {})["op_id"]] if confirmed else kept
        before = [e for e in entries if e.pos is not None and e.pos <= kept.pos and e.op.op_id not in out]
        out |= left_out_with((signoff.op.body or {}).get("exclude") or (), before)
    return out


def folded(entries: Sequence[Kept], *, exclude: Iterable[str] = ()) -> PlainFold:
    """The fold of the entries, without what signatures have left out, or one being prepared would."""
    out = signed_out(entries)
    standing = [kept for kept in entries if kept.op.op_id not in out]
    return PlainFold(entries, out | left_out_with(exclude, standing))


def named_id(name: str) -> str:
    """A UUIDv7 that is always the same for the name."""
    return f"0198c0de-5a10-7000-8000-{sha256(name)[:12]}"
