"""How a conflict is ended: by one operation that names every value it replaces, with a reason.

Pure: it reads a fold and writes a draft. Which verb ends which kind of conflict is decided here once, for the
pages and the API; whether it counts is judged by the log.
"""

from collections.abc import Mapping
from typing import Any

from inspections import entities
from inspections.entities import RETRACT
from inspections.fold import Conflict, Entry, Fold
from inspections.operation import Draft

_MOVABLE = ("item", "caption")


def can_be_resolved(conflict: Conflict) -> bool:
    """Whether there is a verb with which somebody of the team ends a conflict on this kind of entity."""
    return _verb(entities.kind_of(conflict.entity)) is not None


def _verb(kind: str) -> str | None:
    verbs = entities.KINDS[kind].verbs
    return next((verb for verb in ("resolve", "edit") if verb in verbs), None)


def keeping(folded: Fold, conflict: Conflict, op_id: str, *, reason: str) -> Draft:
    """The value that this operation wrote stands alone, or its retraction holds."""
    chosen = folded.entries[op_id]
    if conflict.field != RETRACT:
        return stating(folded, conflict, {conflict.field: chosen.writes[conflict.field]}, reason=reason)
    if RETRACT in chosen.writes:
        kind = entities.kind_of(conflict.entity)
        return Draft(f"{kind}.retract", conflict.entity, {"reason": reason}, parents=conflict.heads)
    return stating(folded, conflict, _standing_writes(folded, chosen), reason=reason)


def stating(folded: Fold, conflict: Conflict, fields: Mapping[str, Any], *, reason: str) -> Draft:
    """These values stand, in place of all that stood in their fields and of every retraction met there."""
    kind = entities.kind_of(conflict.entity)
    replaced = {head.op_id for name in fields for head in folded.heads(conflict.entity, name)}
    if conflict.field == RETRACT:
        replaced |= {head.op_id for head in folded.heads(conflict.entity, RETRACT)}
    is_one = entities.KINDS[kind].is_one_register and kind not in ("photo", "file")
    body = dict(fields[kind]) if is_one else dict(fields)
    draft_type = f"{kind}.{_verb(kind)}"
    return Draft(draft_type, conflict.entity, body | {"reason": reason}, parents=tuple(sorted(replaced)))


def concluding(folded: Fold, conflict: Conflict, verdict: str, *, note: str) -> dict[str, Any]:
    """Another conclusion for an item, resting on the evidence of everybody who answered it."""
    answers = [folded.entries[op_id].writes.get("answer") or {} for op_id in conflict.heads]
    stated: dict[str, Any] = {"value": verdict}
    for name in ("evidence_kind", "evidence"):
        pieces = [piece for answer in answers for piece in answer.get(name) or ()]
        stated[name] = [piece for place, piece in enumerate(pieces) if piece not in pieces[:place]]
    said = "not_applicable_reason" if verdict == "khong_ap_dung" else "note"
    return {"answer": stated | {said: note}}


def _standing_writes(folded: Fold, chosen: Entry) -> dict[str, Any]:
    """What the operation wrote and still stands; of a photo, what can be said about it a second time."""
    standing = {
        name: value
        for name, value in chosen.writes.items()
        if chosen.op_id in {head.op_id for head in folded.heads(chosen.entity, name)}
    }
    if entities.kind_of(chosen.entity) in ("photo", "file"):
        standing = {name: standing[name] for name in _MOVABLE if name in standing}
        return standing or {"caption": str(folded.values(chosen.entity).get("caption") or "")}
    return standing
