"""Any arrival of the same work gives the same state, and no operation is ever lost from sight.

Work is generated as several tablets that see some of each other's operations; it then arrives in any order in
which each tablet's own operations keep theirs. Checks the invariants I6 (one state) and I7 (no silent loss).
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from hypothesis import example, given, settings
from hypothesis import strategies as st

from inspections import content, fold
from inspections.entities import RETRACT
from inspections.fold import Entry, Fold
from inspections.judgement import judge
from inspections.situation import Situation
from inspections.workflow import Form, Part, State
from tests.logbook import CHECKLIST, INSPECTION, RECEIVED_AT, answer, make_entry, uuid_of
from tests.vectors.fold_cases import A16, F1, R1
from tests.vectors.judgement_cases import CHECKLISTS, SHA, VALUES

DEVICES = ("tablet-a", "tablet-b", "tablet-c")
ENTITIES = (A16, F1, R1)


def _write(entity: str, choice: int) -> tuple[str, dict[str, Any]]:
    if entity == A16:
        kinds = ("answer.set", "answer.set", "answer.set", "answer.resolve")
        return kinds[choice % 4], {"value": VALUES[choice % 3], "reason": "r"}
    if entity == F1:
        fields = [
            {"text": "Thiếu sổ"},
            {"text": "Thiếu"},
            {"due_on": "2023-07-23"},
            {"text": "x", "category": "y"},
        ]
        return (
            ("finding.retract", {"reason": "r"}) if choice % 7 == 6 else ("finding.set", fields[choice % 4])
        )
    return ("row.retract", {}) if choice % 4 == 3 else ("row.set", {"columns": {"ma": str(choice % 2)}})


@st.composite
def histories(draw: st.DrawFn) -> list[Entry]:
    """Operations of three tablets, each naming as parents some of what its tablet had seen by then."""
    made: list[Entry] = []
    seen: dict[str, list[Entry]] = {device: [] for device in DEVICES}
    for number in range(draw(st.integers(1, 14))):
        device = draw(st.sampled_from(DEVICES))
        if draw(st.booleans()):
            seen[device] = list(made)  # the tablet has pulled
        entity = draw(st.sampled_from(ENTITIES))
        kind, body = _write(entity, draw(st.integers(0, 13)))
        here = [entry.op_id for entry in seen[device] if entry.entity == entity]
        parents = draw(st.lists(st.sampled_from(here), unique=True, max_size=3)) if here else []
        entry = make_entry(
            f"op{number}", kind, entity, body, device=device, actor=device, seq=len(made) + 1,
        )  # fmt: skip
        entry = msgspec.structs.replace(entry, operation=_naming(entry, parents), digest=f"{number:064x}")
        made.append(entry)
        seen[device].append(entry)
    return made


def _naming(entry: Entry, parents: Sequence[str]) -> Any:
    sent = entry.operation
    return sent.__class__(
        **{name: getattr(sent, name) for name in sent.__struct_fields__} | {"parents": tuple(parents)}
    )


@st.composite
def arrivals(draw: st.DrawFn) -> tuple[list[Entry], list[Entry]]:
    """A history, and an order of arrival that keeps the order of each tablet."""
    made = draw(histories())
    queues = {device: [entry for entry in made if entry.device == device] for device in DEVICES}
    order: list[Entry] = []
    while any(queues.values()):
        device = draw(st.sampled_from([name for name, queue in queues.items() if queue]))
        order.append(queues[device].pop(0))
    return made, order


def _picture(folded: Fold) -> dict[str, Any]:
    return {
        "heads": {
            (entity, name): [head.op_id for head in folded.heads(entity, name)]
            for entity in folded.entities()
            for name in folded.fields(entity)
        },
        "conflicts": folded.conflicts(),
        "hidden": [entity for entity in folded.entities() if folded.is_hidden(entity)],
        "content": content.content_hash(INSPECTION, SHA, folded),
    }


def _check_that_nothing_is_lost(folded: Fold) -> None:
    for entry in folded.entries.values():
        if not entry.is_effective:
            assert entry.code is not None
            continue
        for name in entry.writes:
            assert _leads_to_a_head(folded, entry, name), (entry.op_id, name)


def _leads_to_a_head(folded: Fold, entry: Entry, name: str) -> bool:
    # A retraction may also be answered by an edit that names it and brings the entity back.
    fields = folded.fields(entry.entity) if name == RETRACT else [name]
    heads = {head.op_id for field in fields for head in folded.heads(entry.entity, field)}
    waiting, seen = [entry.op_id], set()
    while waiting:
        op_id = waiting.pop()
        if op_id in heads:
            return True
        seen.add(op_id)
        children = (
            e.op_id for e in folded.entries.values() if e.is_effective and op_id in e.operation.parents
        )
        waiting += [child for child in children if child not in seen]
    return False


def _check_that_conflicts_are_shown(folded: Fold) -> None:
    shown = {(conflict.entity, conflict.field) for conflict in folded.conflicts()}
    for entity in folded.entities():
        for name in folded.fields(entity):
            differs = fold.distinct(head.writes[name] for head in folded.heads(entity, name)) > 1
            if differs and not folded.is_hidden(entity):
                assert (entity, name) in shown


@given(arrivals(), st.randoms())
@settings(max_examples=300, deadline=None)
def test_every_order_of_arrival_folds_to_one_state(work: tuple[list[Entry], list[Entry]], random: Any):
    made, arrived = work
    anyhow = list(made)
    random.shuffle(anyhow)
    expected = _picture(fold.build(made))
    assert _picture(fold.build(arrived)) == expected
    assert _picture(fold.build(anyhow)) == expected
    assert _picture(fold.build([*arrived, *made])) == expected, "an entry that comes twice changes something"


def _judged(arrived: Sequence[Entry]) -> Fold:
    folded = Fold()
    for pos, entry in enumerate(arrived, start=1):
        situation = Situation(
            inspection=INSPECTION, state=State.IN_PROGRESS, form=Form.ON_SITE, parts=frozenset({Part.MEMBER}),
            received_at=RECEIVED_AT, fold=folded, checklist=CHECKLIST, checklist_sha256=SHA,
            checklists=CHECKLISTS,
        )  # fmt: skip
        verdict = judge(entry, situation)
        before = {conflict for conflict in folded.conflicts() if conflict.entity == entry.entity}
        folded.add(msgspec.structs.replace(entry, effect=verdict.effect, code=verdict.code, pos=pos))
        after = {(conflict.entity, conflict.field) for conflict in folded.conflicts()}
        ended = {(conflict.entity, conflict.field) for conflict in before} - after
        if ended and verdict.effect != "quarantined":
            _check_that_it_was_meant(folded, entry, before)
    return folded


def _check_that_it_was_meant(folded: Fold, entry: Entry, before: set[fold.Conflict]) -> None:
    """A conflict ends by a resolution or a retraction of all, or by one side coming round to the other."""
    if entry.operation.type.endswith((".resolve", ".retract")):
        return
    for conflict in before:
        named = [folded.entries[op_id] for op_id in conflict.heads if op_id in entry.operation.parents]
        assert fold.distinct(one.writes.get(conflict.field) for one in named) <= 1


@given(arrivals())
@settings(max_examples=300, deadline=None)
@example(
    ([], [answer("a", parents=("b",), device="tablet-a"), answer("b", parents=("a",), device="tablet-a")])
)
@example(
    ([], [answer("a"), answer("b", "kph_nhe", device="tablet-b"), answer("c", parents=("a", "b"), seq=2)])
)
def test_whatever_the_judge_says_nothing_is_lost_from_sight(work: tuple[list[Entry], list[Entry]]):
    folded = _judged(work[1])
    _check_that_nothing_is_lost(folded)
    _check_that_conflicts_are_shown(folded)
    assert set(folded.entries) == {entry.op_id for entry in work[1]}


def test_an_operation_set_aside_is_still_in_sight():
    late = answer("late", "kph_nhe", effect="quarantined", code="inspection_frozen", pos=3)
    folded = fold.build([answer("a", pos=1), late])
    assert [entry.op_id for entry in folded.undecided()] == [uuid_of("late")]
