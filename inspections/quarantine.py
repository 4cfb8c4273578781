"""What was set aside and awaits the leader: which operations, and what taking one in or leaving one out says.

Pure: it reads a fold and writes drafts. It decides nothing; whether a decision counts is judged by the log.
"""

from collections.abc import Iterable, Mapping

import msgspec

from inspections import bodies, entities, fold, judgement
from inspections.codes import Code
from inspections.fold import Entry, Fold
from inspections.operation import Draft
from inspections.situation import Items

# What the list or the form of a value refused once, it refuses again, whoever says it.
_WRONG_IN_ITSELF = frozenset({Code.VALUE_INVALID, Code.ITEM_UNKNOWN})


def awaiting(folded: Fold, beside: Iterable[Entry] = ()) -> list[Entry]:
    """What was neither adopted nor dismissed, in the order of the log; what has no position comes last.

    Args:
        beside: operations meant for this inspection that were recorded outside its stream.
    """
    decided = folded.decided()
    waiting = [entry for entry in beside if entry.op_id not in decided or is_duplicate(entry)]
    return [*folded.undecided(), *sorted(waiting, key=fold.log_order)]


def is_duplicate(entry: Entry) -> bool:
    """Whether the operation carries another operation's id, so that no decision could name it."""
    return entry.code == Code.OP_ID_REUSED


def is_dismissible(entry: Entry) -> bool:
    """Whether a decision can name the operation and what it speaks about."""
    return entities.is_name(entry.entity) and not is_duplicate(entry)


def is_adoptable(entry: Entry) -> bool:
    """Whether the operation says something that the record could take in."""
    return (
        is_dismissible(entry)
        and entry.code not in _WRONG_IN_ITSELF
        and entry.operation.type in entities.WRITE_TYPES
        and entry.parsed is not None
    )


def place_of(entry: Entry, earlier: Mapping[str, Mapping[str, str | None]]) -> str:
    """The entity at which the operation would be taken in.

    Args:
        earlier: the checklist versions before a supplement, each with the items that became others since.
    """
    return entities.moved(entry.entity, earlier.get(entry.operation.checklist, {}))


def is_adoptable_at(entry: Entry, place: str, items: Items) -> bool:
    """Whether the record could take the operation in at the entity, by the checklist that binds now."""
    item = entities.item_of(place)
    if not is_adoptable(entry) or bodies.fault(entry.operation.type, entry.body):
        return False
    if item is not None and not items.has(item):
        return False
    there = msgspec.structs.replace(entry.operation, entity=place)
    return judgement.value_fault(there, entry.body, items) is None


def adoption(entry: Entry, folded: Fold, *, reason: str, place: str) -> Draft:
    """The operation taken in as if it had come in time: word for word, with what its author had seen.

    At another `place` than its own entity (`place_of`) its author has seen nothing.
    Where another value was written meanwhile, both then stand against each other until they are resolved.
    """
    sent = entry.operation
    body = {"op_id": entry.op_id, "type": sent.type, "body": sent.body, "reason": reason}
    seen = _seen_by_author(entry, folded) if place == entry.entity else ()
    return Draft("quarantine.adopt", place, body, parents=seen)


def dismissal(entry: Entry, *, reason: str) -> Draft:
    """The operation left out for good; it stays in the log."""
    return Draft("quarantine.dismiss", entry.entity, {"op_id": entry.op_id, "reason": reason})


def _seen_by_author(entry: Entry, folded: Fold) -> tuple[str, ...]:
    """The operation's parents as far as they count here, an adopted one under the id of its adoption."""
    adopted_as = {
        str(known.body.get("op_id")): known.op_id
        for known in folded.known(entry.entity).values()
        if known.operation.type == "quarantine.adopt" and known.is_effective
    }
    seen = {adopted_as.get(parent, parent) for parent in entry.operation.parents}
    named: set[str] = set()
    for name in entry.writes:
        written = folded.register(entry.entity, name).writes
        standing = seen & written.keys()
        if fold.distinct(written[op_id].writes[name] for op_id in standing) > 1:
            return ()  # to end a conflict takes a resolution; the adopted value joins it instead
        named |= standing
    return tuple(sorted(named))
