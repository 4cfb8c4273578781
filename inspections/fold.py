"""The state of an inspection as a pure function of its log: the same whatever the order of arrival.

Every field of every entity is a register of the values nobody has replaced: `heads = writes − ⋃parents`.
Causality is what operations name as parents, never a clock. Nothing is dropped: an operation is a head, or an
ancestor of one, or set aside with a code, or left out by a signature that names it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from inspections import entities
from inspections.codes import Code, Effect
from inspections.entities import RETRACT
from inspections.operation import Operation


class Entry(msgspec.Struct, frozen=True):
    """An operation with what became of it; without a position it has not reached the server yet."""

    operation: Operation
    device: str
    digest: str
    effect: str = Effect.APPLIED
    code: str | None = None
    pos: int | None = None
    hash: str = ""
    received_at: datetime | None = None
    detail: Mapping[str, Any] | None = None

    @property
    def op_id(self) -> str:
        """The operation's id."""
        return self.operation.op_id

    @property
    def entity(self) -> str:
        """What the operation speaks about."""
        return self.operation.entity

    @property
    def is_effective(self) -> bool:
        """Whether the operation counts."""
        return self.effect in (Effect.APPLIED, Effect.CONFLICT)

    @property
    def parsed(self) -> dict[str, Any] | None:
        """The parsed body; None if there is none that can be read."""
        return self.operation.parsed

    @property
    def body(self) -> dict[str, Any]:
        """The parsed body; empty if there is none that can be read."""
        return self.operation.parsed or {}

    @property
    def writes(self) -> dict[str, Any]:
        """The fields that the operation sets."""
        return self.operation.writes

    def placed(self, pos: int, *, effect: str, code: str | None, detail: Mapping[str, Any] | None) -> "Entry":
        """The entry at its position in the log, with what became of it there."""
        return Entry(
            self.operation, self.device, self.digest, effect, code, pos, self.hash, self.received_at, detail
        )  # fmt: skip


def distinct(values: Iterable[object]) -> int:
    """How many different JSON values there are; 1 and 1.0 are the same number, true is not 1."""
    return len({_shape(value) for value in values})


def _shape(value: object) -> object:
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return type(value).__name__, value
    if isinstance(value, Mapping):
        return "object", frozenset((name, _shape(member)) for name, member in value.items())
    if isinstance(value, list | tuple):
        return "list", tuple(map(_shape, value))
    return "number", value


@dataclass(slots=True)
class Register:
    """All writes to one field of one entity, and all that some operation there has named as a parent."""

    writes: dict[str, Entry] = field(default_factory=dict)
    replaced: set[str] = field(default_factory=set)
    standing: set[str] = field(default_factory=set)

    @property
    def heads(self) -> tuple[Entry, ...]:
        """The writes that nobody has replaced, by id."""
        return tuple(self.writes[op_id] for op_id in sorted(self.standing))

    def write(self, entry: Entry) -> None:
        """The entry is a head, unless something that came before it has already replaced it."""
        self.writes[entry.op_id] = entry
        if entry.op_id not in self.replaced:
            self.standing.add(entry.op_id)

    def replace(self, parents: Collection[str]) -> None:
        """None of these is a head any more, whether it has come or not."""
        if parents:
            self.replaced.update(parents)
            self.standing.difference_update(parents)

    def copy(self) -> "Register":
        """The register as it is now."""
        return Register(dict(self.writes), set(self.replaced), set(self.standing))


@dataclass(frozen=True)
class Conflict:
    """Several different values that await a decision; `field` is `retract` where an edit met a retraction."""

    entity: str
    field: str
    heads: tuple[str, ...]


@dataclass(frozen=True)
class Freeze:
    """A sign-off that took effect at `pos` and named what it leaves out."""

    pos: int
    exclude: frozenset[str]


class Fold:
    """The registers of an inspection, its steps, and what was set aside or left out."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self.left_out: frozenset[str] = frozenset()
        self._registers: dict[str, dict[str, Register]] = {}
        self._history: dict[str, dict[str, Entry]] = {}

    def add(self, entry: Entry) -> None:
        """The entry is part of the fold; adding it again changes nothing."""
        self.entries[entry.op_id] = entry
        self._history.setdefault(entry.entity, {})[entry.op_id] = entry
        if not entry.is_effective or entry.op_id in self.left_out or not entry.writes:
            return
        registers = self._registers.setdefault(entry.entity, {})
        parents = entry.operation.parents
        for name in entry.writes:
            register = registers.get(name)
            if register is None:
                register = registers[name] = Register()
            register.write(entry)
            register.replace(parents)
        if parents:
            # Whatever names a retraction as its parent has seen it and speaks after it.
            registers.setdefault(RETRACT, Register()).replace(parents)

    def entities(self, kind: str | None = None) -> list[str]:
        """The names of what has been written, of one kind if asked."""
        return sorted(name for name in self._registers if kind in (None, entities.kind_of(name)))

    def fields(self, entity: str) -> list[str]:
        """The fields of the entity that hold a value or a retraction."""
        return sorted(name for name, register in self._registers.get(entity, {}).items() if register.writes)

    def register(self, entity: str, name: str) -> Register:
        """The register of the field; an empty one if nothing was written there."""
        return self._registers.get(entity, {}).get(name) or Register()

    def heads(self, entity: str, name: str) -> tuple[Entry, ...]:
        """The values of the field that stand, by operation id."""
        return self.register(entity, name).heads

    def values(self, entity: str) -> dict[str, Any]:
        """One value of each field; where heads differ, that of the lowest id."""
        shown = (name for name in self.fields(entity) if name != RETRACT)
        return {name: self.heads(entity, name)[0].writes[name] for name in shown if self.heads(entity, name)}

    def _content_heads(self, entity: str) -> set[str]:
        shown = (name for name in self.fields(entity) if name != RETRACT)
        return {head.op_id for name in shown for head in self.heads(entity, name)}

    def is_hidden(self, entity: str) -> bool:
        """Whether a retraction stands that has seen everything written there."""
        retractions = self.heads(entity, RETRACT)
        content = self._content_heads(entity) if retractions else set()
        return any(content.issubset(head.operation.parents) for head in retractions)

    def conflicts_at(self, entity: str) -> tuple[Conflict, ...]:
        """The entity's open conflicts; a hidden entity has none."""
        if self.is_hidden(entity):
            return ()
        found = []
        for name in self.fields(entity):
            heads = self.heads(entity, name)
            stand_apart = len(heads) > 1 and distinct(head.writes[name] for head in heads) > 1
            differs = bool(heads) if name == RETRACT else stand_apart
            if differs:
                standing = {head.op_id for head in heads}
                met = self._content_heads(entity) if name == RETRACT else set()
                found.append(Conflict(entity, name, tuple(sorted(standing | met))))
        return tuple(found)

    def conflicts(self) -> tuple[Conflict, ...]:
        """Every open conflict, by entity and field."""
        return tuple(conflict for entity in self.entities() for conflict in self.conflicts_at(entity))

    def has_registers(self, entity: str) -> bool:
        """Whether anything effective was written to the entity."""
        return entity in self._registers

    def standing(self, entity: str) -> list[tuple[str, str]]:
        """The fields of the entity with the ids of what stands there, in order."""
        found = self._registers.get(entity, {}).items()
        return sorted((name, op_id) for name, register in found for op_id in register.standing)

    def conflicts_after(self, entry: Entry) -> tuple[Conflict, ...]:
        """The conflicts at the entry's entity as they would be open with the entry."""
        if entry.entity not in self._registers or not entry.writes:
            return ()  # a first write meets nothing
        return self.with_entry(entry).conflicts_at(entry.entity)

    def with_entry(self, entry: Entry) -> "Fold":
        """A fold of the entry's entity alone, as it would stand with the entry."""
        preview = Fold()
        for name, register in self._registers.get(entry.entity, {}).items():
            preview._registers.setdefault(entry.entity, {})[name] = register.copy()
        preview.add(entry)
        return preview

    def known(self, entity: str) -> Mapping[str, Entry]:
        """Every operation on the entity that has arrived, with whatever effect, by id."""
        return self._history.get(entity, {})

    def history(self, entity: str) -> list[Entry]:
        """The same in the order of the log."""
        return sorted(self.known(entity).values(), key=log_order)

    def decided(self) -> set[str]:
        """The ids of the operations that somebody has adopted or dismissed."""
        return {
            str(entry.body.get("op_id"))
            for entry in self.entries.values()
            if entry.operation.type in entities.DECISIONS and entry.is_effective
        }

    def undecided(self) -> list[Entry]:
        """What was set aside and neither adopted nor dismissed since, in the order of the log."""
        decided = self.decided()
        aside = (e for e in self.entries.values() if not e.is_effective or e.op_id in self.left_out)
        return sorted(
            (e for e in aside if e.op_id not in decided and e.operation.type not in entities.STEP_TYPES),
            key=log_order,
        )

    def reason_aside(self, entry: Entry) -> str | None:
        """Why the operation does not count: its code, or that a signature left it out; None if it counts."""
        if entry.op_id in self.left_out:
            return Code.NOT_IN_SIGNED
        return None if entry.is_effective else entry.code

    def steps(self) -> list[Entry]:
        """The workflow steps, in the order of the log."""
        taken = (e for e in self.entries.values() if e.operation.type in entities.STEP_TYPES)
        return sorted(taken, key=log_order)


def log_order(entry: Entry) -> tuple[int, str, int]:
    """By position; what has none comes last, by device and number."""
    return (1 << 62 if entry.pos is None else entry.pos, entry.device, entry.operation.seq)


def freezes(entries: Iterable[Entry]) -> list[Freeze]:
    """The sign-offs that took effect, in the order of the log."""
    steps = {entry.op_id: entry for entry in entries if entry.operation.type in entities.STEP_TYPES}
    found = []
    for entry in steps.values():
        signoff: Entry | None = entry
        if entry.operation.type == "inspection.signoff_confirmed":
            signoff = steps.get(str(entry.body.get("op_id")))
        elif entry.operation.type != "inspection.signoff":
            continue
        if entry.is_effective and entry.pos is not None and signoff is not None:
            found.append(Freeze(entry.pos, excluded_by(signoff)))
    return sorted(found, key=lambda freeze: freeze.pos)


def excluded_by(signoff: Entry) -> frozenset[str]:
    """The operations that a sign-off names as not shown to those who signed."""
    named = signoff.body.get("exclude")
    return frozenset(map(str, named)) if isinstance(named, list) else frozenset()


def with_descendants(excluded: Collection[str], entries: Iterable[Entry]) -> frozenset[str]:
    """The excluded operations of the record and all that build on them within the same entity."""
    record = [e for e in entries if e.is_effective and e.writes and entities.is_in_record(e.entity)]
    entity_of = {entry.op_id: entry.entity for entry in record}
    children: dict[str, list[str]] = {}
    for entry in record:
        for parent in entry.operation.parents:
            if entity_of.get(parent) == entry.entity:
                children.setdefault(parent, []).append(entry.op_id)
    found = set(entity_of.keys() & set(excluded))
    waiting = list(found)
    while waiting:
        new = set(children.get(waiting.pop(), ())) - found
        found |= new
        waiting.extend(new)
    return frozenset(found)


def left_out(entries: Collection[Entry], frozen: Iterable[Freeze]) -> frozenset[str]:
    """What the signatures leave out: named or built on it, up to the position of the freeze, never later."""
    out: frozenset[str] = frozenset()
    for freeze in frozen:
        before = [e for e in entries if e.pos is not None and e.pos <= freeze.pos and e.op_id not in out]
        out |= with_descendants(freeze.exclude, before)
    return out


def build(
    entries: Iterable[Entry], *, exclude: Collection[str] = (), frozen: Iterable[Freeze] | None = None
) -> Fold:
    """The fold of the entries.

    Args:
        exclude: operations that a sign-off now being prepared leaves out, with all that builds on them.
        frozen: the sign-offs in effect, where `entries` is only a part of the log and does not hold them.
    """
    known = list(entries)
    folded = Fold()
    out = left_out(known, freezes(known) if frozen is None else frozen)
    remaining = (entry for entry in known if entry.op_id not in out)
    folded.left_out = out | with_descendants(exclude, remaining)
    for entry in known:
        folded.add(entry)
    return folded


def up_to(entries: Iterable[Entry], pos: int) -> Iterator[Entry]:
    """The entries as they stood at the position: at that of a freeze, what was signed then."""
    return (entry for entry in entries if entry.pos is not None and entry.pos <= pos)
