"""What awaits the leader on the page of an inspection: values that stand against each other, and what was set
aside; laid out so that each can be decided where it is read.

It asks no database and decides nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from checklists import definition as checklist
from checklists.definition import Definition
from checklists.values import Items, items_of
from core import wording
from inspections import codes, entities, findings, fold, quarantine, resolution, review, telling, words
from inspections.codes import Code
from inspections.entities import RETRACT
from inspections.fold import Conflict, Entry, Fold
from inspections.review_layout import Surroundings, clock_in_words

_BY_THE_EARLIER_LIST = "Ghi theo phiên bản danh mục trước khi bổ sung."


@dataclass(frozen=True)
class _Desk:
    folded: Fold
    definition: Definition
    around: Surroundings

    @cached_property
    def items(self) -> Items:
        """The present version, as answers are held against it."""
        return items_of(self.definition)


def disputes_of(folded: Fold, definition: Definition, around: Surroundings) -> tuple[review.Dispute, ...]:
    """Every open conflict that a resolution can end, by entity and field."""
    desk = _Desk(folded, definition, around)
    return tuple(_dispute(desk, one) for one in folded.conflicts() if resolution.can_be_resolved(one))


def asides_of(
    folded: Fold, beside: Iterable[Entry], definition: Definition, around: Surroundings
) -> tuple[review.Aside, ...]:
    """Everything set aside that nobody has decided about, in the order of the log."""
    desk = _Desk(folded, definition, around)
    return tuple(_aside(desk, entry) for entry in quarantine.awaiting(folded, beside))


def _dispute(desk: _Desk, conflict: Conflict) -> review.Dispute:
    code = entities.item_of(conflict.entity) or ""
    item = checklist.by_code(desk.definition).get(code)
    is_judged = item is not None and conflict.field == "answer" and item.response == "conformity"
    options = checklist.conclusions(desk.definition) if is_judged else ()
    return review.Dispute(
        entity=conflict.entity, field=conflict.field, item=code, title=_title(conflict),
        question=item.question_vi if item else "",
        sides=tuple(_sides(desk, conflict)), heads=conflict.heads,
        choices=tuple((option.value, option.label_vi) for option in options),
    )  # fmt: skip


def _sides(desk: _Desk, conflict: Conflict) -> Iterator[review.Side]:
    heads = sorted((desk.folded.entries[op_id] for op_id in conflict.heads), key=fold.log_order)
    if conflict.field != RETRACT:
        yield from (_side(desk, head, {conflict.field: head.writes[conflict.field]}) for head in heads)
        return
    last = [head for head in heads if RETRACT not in head.writes][-1]
    yield _side(desk, last, desk.folded.values(conflict.entity))
    yield from (_side(desk, head, head.writes) for head in heads if RETRACT in head.writes)


def _title(conflict: Conflict) -> str:
    thing = words.thing(entities.kind_of(conflict.entity)).capitalize()
    if conflict.field == RETRACT:
        return f"{thing}: vừa sửa vừa rút"
    is_whole = conflict.field == entities.kind_of(conflict.entity)
    return thing if is_whole else f"{thing}: {telling.label_of(conflict.field).lower()}"


def _side(desk: _Desk, entry: Entry, writes: Mapping[str, Any]) -> review.Side:
    is_server = entry.device.startswith("server:")
    known_as = desk.around.devices.get(entry.device, entry.device[:8])
    verdict = _verdict(desk, entry.entity, writes)
    return review.Side(
        op_id=entry.op_id,
        verdict=verdict,
        lines=telling.told(desk.definition, entry.entity, writes) or (() if verdict else _as_sent(entry)),
        author=desk.around.people.get(entry.operation.actor, words.SOMEBODY),
        device=words.SERVER if is_server else known_as,
        written=clock_in_words(entry.operation.wall),
        received=wording.moment(entry.received_at),
    )


def _as_sent(entry: Entry) -> tuple[str, ...]:
    """The beginning of the body itself, where nothing in it can be told in words."""
    text = entry.operation.body or ""
    return (text[:200],) if text.strip("{} \n") else ()


def _verdict(desk: _Desk, entity: str, writes: Mapping[str, Any]) -> str | None:
    item = checklist.by_code(desk.definition).get(entities.item_of(entity) or "")
    answer = writes.get("answer")
    if item is None or not isinstance(answer, Mapping):
        return None
    verdict = findings.conclusion_of(item, answer)
    return verdict if verdict in review.VERDICTS else None


def _aside(desk: _Desk, entry: Entry) -> review.Aside:
    reason = desk.folded.reason_aside(entry)
    place = quarantine.place_of(entry, desk.around.earlier)
    present = {head.op_id: head for name in entry.writes for head in desk.folded.heads(place, name)}
    return review.Aside(
        side=_side(desk, entry, entry.writes),
        deed=words.deed(entry.operation.type),
        item=entities.item_of(entry.entity) or "",
        reason=codes.sentence(reason) if reason else "",
        present=tuple(_side(desk, present[op_id], present[op_id].writes) for op_id in sorted(present)),
        can_adopt=quarantine.is_adoptable_at(entry, place, desk.items),
        can_dismiss=quarantine.is_dismissible(entry),
        becomes=(entities.item_of(place) or "") if place != entry.entity else "",
        reason_offered=_BY_THE_EARLIER_LIST if reason == Code.CHECKLIST_MISMATCH else "",
    )
