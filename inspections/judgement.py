"""What becomes of one operation: applied, in conflict, or set aside with a code; it stores nothing.

Every operation that can be recorded gets a verdict, and none is an error: a tablet far from the network must
never be stuck behind one refused answer. The checks run in a fixed order, so that the code is the same on
every server.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import msgspec

from inspections import bodies, entities, fold, permissions, step_rules, workflow
from inspections.codes import Code, Effect
from inspections.fold import Entry, Fold
from inspections.operation import Operation
from inspections.permissions import Capacity
from inspections.situation import Items, Judgement, Situation, aside

# A tablet's clock is evidence, never order; beyond these bounds the report says so.
MAX_AHEAD = timedelta(hours=24)
MAX_BEHIND = timedelta(days=90)


def judge(entry: Entry, situation: Situation) -> Judgement:
    """The verdict on the operation in this situation; `entry` is the operation before it has a position."""
    for check in _CHECKS:
        refused = check(entry, situation)
        if refused is not None:
            return refused
    if entry.operation.type in entities.STEP_TYPES:
        return step_rules.step_judgement(entry, situation)
    return _write(entry, situation)


def _standing(entry: Entry, situation: Situation) -> Judgement | None:
    if situation.is_device_lost:
        return aside(Code.DEVICE_REVOKED)
    if situation.is_grant_over:
        return aside(Code.ACTOR_INACTIVE)
    if entry.operation.is_withheld:
        return aside(Code.VALUE_INVALID, problem="withheld")
    if entry.operation.type not in entities.TYPES:
        return aside(Code.UNKNOWN_TYPE, type=entry.operation.type)
    if not entities.is_well_named(entry.operation.type, entry.entity):
        return aside(Code.VALUE_INVALID, member="entity", problem="wrong_form")
    return None


def _permission(entry: Entry, situation: Situation) -> Judgement | None:
    operation = entry.operation
    if operation.type in entities.TABLED_STEP_TYPES:
        return None  # the table of steps says who
    held: frozenset[Capacity] = situation.parts
    allowed = permissions.may_write(operation.type, held)
    if not allowed:  # by appointment; perhaps by what has been written
        held = permissions.capacities(operation, situation.parts, situation.fold)
        allowed = permissions.may_write(operation.type, held)
    if allowed and operation.type == "signature.add":
        role = str(entry.body.get("role"))
        allowed = bool(permissions.SIGNATURE_ROLES.get(role, situation.parts) & held)
    return None if allowed else aside(Code.NOT_PERMITTED, type=operation.type)


def _openness(entry: Entry, situation: Situation) -> Judgement | None:
    operation = entry.operation
    writes_record = entities.is_in_record(entry.entity) and operation.type not in entities.STEP_TYPES
    if not writes_record or operation.type == "quarantine.dismiss":
        return None
    if situation.frozen_pos is not None:
        return aside(Code.INSPECTION_FROZEN, frozen_pos=situation.frozen_pos)
    if situation.waiting is not None and not situation.waiting.has_seen(entry):
        return aside(Code.INSPECTION_FROZEN, waiting_signoff=situation.waiting.op_id)
    if not workflow.takes_record_operations(situation.state):
        return aside(Code.STEP_NOT_ALLOWED, state=situation.state.value)
    return None


def _form(entry: Entry, situation: Situation) -> Judgement | None:
    if entry.parsed is None:
        return aside(Code.VALUE_INVALID, member="", problem="not_a_json_object")
    if found := bodies.fault(entry.operation.type, entry.body, fields=entry.writes):
        return aside(Code.VALUE_INVALID, **found)
    if _closes_a_circle(entry, situation.fold):
        return aside(Code.VALUE_INVALID, member="parents", problem="circle")
    if entry.operation.type in entities.DECISIONS:
        return _decision(entry, situation)
    return _against_checklist(entry.operation, entry.body, situation)


def _closes_a_circle(entry: Entry, folded: Fold) -> bool:
    """Whether the operation would be its own ancestor, so that a register could lose every head."""
    if entry.op_id in entry.operation.parents:
        return True
    if not folded.has_registers(entry.entity):
        return False
    if entry.op_id not in folded.register(entry.entity, entities.RETRACT).replaced:
        return False  # nothing there has named it as a parent, so it is nobody's ancestor
    known, waiting, seen = folded.known(entry.entity), list(entry.operation.parents), set()
    while waiting:
        op_id = waiting.pop()
        if op_id == entry.op_id:
            return True
        parent = known.get(op_id)
        if op_id not in seen and parent is not None and parent.is_effective:
            waiting.extend(parent.operation.parents)
        seen.add(op_id)
    return False


def _decision(entry: Entry, situation: Situation) -> Judgement | None:
    original = situation.adopted
    is_named = original is not None and original.op_id == entry.body["op_id"]
    if original is None or not is_named or entry.entity not in _places(entry, original, situation):
        return aside(Code.VALUE_INVALID, member="op_id", problem="unknown")
    if original.is_effective and original.op_id not in situation.fold.left_out:
        return aside(Code.VALUE_INVALID, member="op_id", problem="not_set_aside")
    is_adoption = entry.operation.type == "quarantine.adopt"
    return _adoption(entry, original.operation, situation) if is_adoption else None


def _places(entry: Entry, original: Entry, situation: Situation) -> set[str]:
    """Where a decision about the operation may stand: at its entity, and adopted also at what that became."""
    if entry.operation.type != "quarantine.adopt":
        return {original.entity}
    became = situation.earlier_checklists.get(original.operation.checklist, {})
    return {original.entity, entities.moved(original.entity, became)}


def _adoption(entry: Entry, original: Operation, situation: Situation) -> Judgement | None:
    if (entry.body["type"], entry.body["body"]) != (original.type, original.body):
        return aside(Code.VALUE_INVALID, member="body", problem="differs_from_original")
    adopted = msgspec.structs.replace(entry.operation, type=original.type, body=original.body)
    body = adopted.parsed
    if adopted.type not in entities.WRITE_TYPES or body is None:
        return aside(Code.VALUE_INVALID, member="type", problem="not_adoptable")
    if found := bodies.fault(adopted.type, body):
        return aside(Code.VALUE_INVALID, **found)
    return _against_checklist(adopted, body, situation)


def _against_checklist(
    operation: Operation, body: Mapping[str, Any], situation: Situation
) -> Judgement | None:
    named = _items_named(operation, body)
    if not named:
        return None
    items = situation.checklists.get(operation.checklist)
    if items is None:
        return aside(Code.CHECKLIST_UNKNOWN, checklist=operation.checklist)
    unknown = [item for item in named if not items.has(item)]
    if unknown:
        return aside(Code.ITEM_UNKNOWN, items=sorted(unknown), checklist=operation.checklist)
    if operation.checklist != situation.checklist and not _lives_on(operation, body, situation):
        became = situation.earlier_checklists.get(operation.checklist, {})
        moved = {item: became[item] for item in named if item in became}
        return aside(
            Code.CHECKLIST_MISMATCH, pinned=situation.checklist, **({"became": moved} if moved else {})
        )
    found = value_fault(operation, body, items)
    return aside(Code.VALUE_INVALID, member="value", problem=found) if found else None


def _lives_on(operation: Operation, body: Mapping[str, Any], situation: Situation) -> bool:
    """Whether what was asked in an earlier version is still asked, and may be answered so."""
    became = situation.earlier_checklists.get(operation.checklist)
    pinned = situation.checklists.get(situation.checklist)
    if became is None or pinned is None:
        return False
    named = _items_named(operation, body)
    is_same = all(became.get(item, item) == item and pinned.has(item) for item in named)
    return is_same and value_fault(operation, body, pinned) is None


def _items_named(operation: Operation, body: Mapping[str, Any]) -> list[str]:
    of_entity = entities.item_of(operation.entity)
    if of_entity is not None:
        return [of_entity]
    listed = body.get("items") if operation.type.startswith("finding.") else [body.get("item")]
    return [str(item) for item in listed or () if item is not None]


def value_fault(operation: Operation, body: Mapping[str, Any], items: Items) -> str | None:
    """Why the value does not fit the item, which the version has, as a short code, or None."""
    item = entities.item_of(operation.entity)
    if item is None or operation.type.endswith(".retract"):
        return None
    if operation.entity.startswith("row/"):
        return items.row_fault(item, body["columns"])
    return items.answer_fault(item, body)


def _resolution(entry: Entry, situation: Situation) -> Judgement | None:
    """Only a resolution, by those who may, ends a conflict; an ordinary edit never does so by the way."""
    if not entry.writes or not _ends_a_conflict(entry, situation.fold):
        return None
    held = permissions.capacities(entry.operation, situation.parts, situation.fold)
    if entry.operation.type in entities.WRITE_TYPES and permissions.may_resolve(entry.operation.type, held):
        return None
    return aside(Code.NOT_PERMITTED, type=entry.operation.type, problem="ends_a_conflict")


def _ends_a_conflict(entry: Entry, folded: Fold) -> bool:
    if len(entry.operation.parents) < 2 and not folded.has_registers(entry.entity):
        return False
    parents = set(entry.operation.parents)
    retractions = {head.op_id for head in folded.heads(entry.entity, entities.RETRACT)}
    retracts = entities.RETRACT in entry.writes
    speaks_of_them = bool(retractions) and (retracts or bool(parents & retractions))
    if speaks_of_them and any(c.field == entities.RETRACT for c in folded.conflicts_at(entry.entity)):
        return True
    if len(parents) < 2:
        return False  # one value alone is no conflict
    fields = folded.fields(entry.entity) if retracts else list(entry.writes)
    # A parent that has not arrived may hold any value, so it cannot be taken for an equal one.
    unknown = len(parents - folded.known(entry.entity).keys())
    return any(_named_values(folded, entry.entity, name, parents) + unknown > 1 for name in fields)


def _named_values(folded: Fold, entity: str, name: str, parents: set[str]) -> int:
    written = folded.register(entity, name).writes
    return fold.distinct(written[op_id].writes[name] for op_id in parents & written.keys())


def _write(entry: Entry, situation: Situation) -> Judgement:
    code, detail = _warning(entry, situation)
    for conflict in situation.fold.conflicts_after(entry):
        if conflict.field == entities.RETRACT or conflict.field in entry.writes:
            detail["conflict"] = {
                "entity": conflict.entity, "field": conflict.field, "kind": "hard",
                "heads": list(conflict.heads),
            }  # fmt: skip
            return Judgement(Effect.CONFLICT, code, detail)
    return Judgement(Effect.APPLIED, code, detail)


def _warning(entry: Entry, situation: Situation) -> tuple[Code | None, dict[str, Any]]:
    if entry.operation.parents:
        unknown = sorted(set(entry.operation.parents) - situation.fold.known(entry.entity).keys())
        if unknown:
            return Code.PARENT_UNKNOWN, {"parents": unknown}
    wall = entry.operation.wall
    claimed = bodies.moment(wall)
    if claimed is None:
        return Code.CLOCK_IMPLAUSIBLE, {"wall": wall}
    skew = claimed - situation.received_at
    if not -MAX_BEHIND <= skew <= MAX_AHEAD:
        return Code.CLOCK_IMPLAUSIBLE, {"skew_s": round(skew.total_seconds())}
    return None, {}


_CHECKS: tuple[Callable[[Entry, Situation], Judgement | None], ...] = (
    _standing,
    _permission,
    _openness,
    _form,
    _resolution,
)
