"""Who may write what, as one table; the steps of an inspection are in `workflow`.

The roles are those of the inspection's team as its decision froze them. Circumstances that depend on what is
already written (who opened an entity, whose values are in conflict) are capacities like roles.
"""

from enum import StrEnum

from inspections import entities
from inspections.fold import Fold
from inspections.operation import Operation
from inspections.workflow import Part


class Circumstance(StrEnum):
    """What somebody is by what is written, not by appointment."""

    OPENER = "opener"
    SOLE_AUTHOR = "sole_author"


Capacity = Part | Circumstance

_LEADER = frozenset({Part.LEADER})
_LEADERS = frozenset({Part.LEADER, Part.DEPUTY})
_DESK = _LEADERS | {Part.SECRETARY}
_TEAM = _DESK | {Part.MEMBER}
_OFFICE = frozenset({Part.SUPERVISOR})
_OPENER = frozenset({Circumstance.OPENER})
_RESOLVERS = _LEADERS | {Circumstance.SOLE_AUTHOR}

TABLE: dict[str, frozenset[Capacity]] = {
    **dict.fromkeys(
        ("answer.set", "row.set", "row.retract", "participant.set", "participant.retract"), _TEAM
    ),
    **dict.fromkeys(("photo.add", "photo.edit", "file.add", "file.edit", "note.add", "remark.answer"), _TEAM),
    **dict.fromkeys(("announcement.set", "explanation.set", "inspection.set"), _DESK),
    **dict.fromkeys(("finding.set", "finding.retract", "photo.retract", "file.retract"), _LEADERS | _OPENER),
    "finding.resolve": _RESOLVERS | _OPENER,
    **dict.fromkeys(("answer.resolve", "row.resolve", "participant.resolve"), _RESOLVERS),
    **dict.fromkeys(("announcement.resolve", "explanation.resolve", "inspection.resolve"), _RESOLVERS),
    "note.edit": _OPENER,
    "note.retract": _LEADERS | _OPENER,
    "assignment.set": _LEADERS,
    "signature.add": _TEAM,
    "remark.add": _OFFICE,
    "remark.accept": _OFFICE,
    "quarantine.adopt": _LEADER | {Part.SERVER},  # the server's: `reassessment` alone
    "quarantine.dismiss": _LEADER,
    "inspection.supplement": _LEADER | _OFFICE,
    "inspection.signoff_lapsed": frozenset({Part.SERVER}),
}

# Whose hand a signature shows: the leader's own, or the unit's, drawn on the tablet of one of these.
SIGNATURE_ROLES: dict[str, frozenset[Capacity]] = {
    "leader": _LEADER,
    "unit": _DESK,
    "secretary": frozenset({Part.SECRETARY}),
    "member": _TEAM,
}

_ALSO_RESOLVE: dict[str, frozenset[Capacity]] = {"finding": _OPENER, "remark": _OFFICE}


def capacities(operation: Operation, parts: frozenset[Part], fold: Fold) -> frozenset[Capacity]:
    """The author's parts, and what the author is to the entity as it stands before the operation."""
    found: set[Capacity] = set(parts)
    if parts and _opened_by(operation, fold):
        found.add(Circumstance.OPENER)
    if parts and _is_sole_author(operation, fold):
        found.add(Circumstance.SOLE_AUTHOR)
    return frozenset(found)


def _opened_by(operation: Operation, fold: Fold) -> bool:
    """Whether the author wrote what everything else there builds on.

    After a restore an edit may come before what it edits. Whoever edited names it as a parent, so the first
    of the log is asked what it had seen: nobody can put himself before it without having been seen.
    """
    earlier = [e for e in fold.history(operation.entity) if e.is_effective and e.writes]
    if not earlier:
        named = map(fold.known(operation.entity).get, operation.parents)
        return all(parent and parent.operation.actor == operation.actor for parent in named)
    seen, waiting = set(), [earlier[0].op_id]
    known = {entry.op_id: entry for entry in earlier}
    while waiting:
        op_id = waiting.pop()
        seen.add(op_id)
        if op_id in known:
            waiting += [parent for parent in known[op_id].operation.parents if parent not in seen]
    if operation.op_id in seen:
        return True
    roots = [e for e in earlier if e.op_id in seen and not known.keys() & set(e.operation.parents)]
    return bool(roots) and roots[0].operation.actor == operation.actor


def _is_sole_author(operation: Operation, fold: Fold) -> bool:
    fields = fold.fields(operation.entity)
    authors = {head.operation.actor for name in fields for head in fold.heads(operation.entity, name)}
    return authors == {operation.actor}


def may_write(operation_type: str, held: frozenset[Capacity]) -> bool:
    """Whether somebody in these capacities may author such an operation."""
    return bool(TABLE.get(operation_type, frozenset()) & held)


def may_resolve(operation_type: str, held: frozenset[Capacity]) -> bool:
    """Whether somebody in these capacities may end a conflict with an operation of this type.

    A kind that has the verb `resolve` is resolved with it, or by retracting the whole entity; others by the
    ordinary edit.
    """
    kind_name, _, verb = operation_type.partition(".")
    needs_verb = "resolve" in entities.KINDS[kind_name].verbs
    if needs_verb and verb not in ("resolve", "retract"):
        return False
    return bool((_RESOLVERS | _ALSO_RESOLVE.get(kind_name, frozenset())) & held)
