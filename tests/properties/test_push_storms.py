"""Any order, any retry, any duplicate, any lost answer and any crash end in the same log (I1–I5, I7).

The network and the crashes are Hypothesis's to choose; the tablets, the routes and the database are real. A
crash is a power cut at a statement, just before the commit, or just after it, before the answer is written.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from core import db, ids
from inspections import chain, fold
from inspections.fold import Entry
from inspections.models import Head, LoggedOperation, Receipt
from inspections.operation import Operation
from tests.teams import Team, team_on_its_way

TABLETS = 3
KINDS = (
    "note",
    "same answer",
    "edit",
    "row",
    "unknown type",
    "bad value",
    "foreign",
    "reused id",
    "withheld",
)
# Every example has an inspection and tablets of its own, so one application serves them all.
QUIET = (HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large)
CRASHES = ("statement", "before commit", "after commit")


class PowerCutError(Exception):
    """The process is gone at this very point."""


@contextmanager
def power_cut(where: str, after_statements: int) -> Iterator[None]:
    """The next writing transaction dies at the place named."""
    left = [after_statements]

    def at_statement(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        left[0] -= statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE", "SELECT"))
        if left[0] < 0:
            raise PowerCutError

    def at_commit(_session: Session) -> None:
        raise PowerCutError

    target, name, listener = {
        "statement": (db.db.engine, "before_cursor_execute", at_statement),
        "before commit": (Session, "before_commit", at_commit),
        "after commit": (Session, "after_commit", at_commit),
    }[where]
    event.listen(target, name, listener)
    try:
        yield
    finally:
        event.remove(target, name, listener)


class Field:
    """Tablets with what each of them believes, the network between, and what was ever promised to them."""

    def __init__(self, team: Team) -> None:
        self.team = team
        self.tablets = [team.tablet(team.leader if number == 0 else "") for number in range(TABLETS)]
        self.acked = [0] * TABLETS
        self.cursors = [0] * TABLETS
        self.pulled: list[list[dict[str, Any]]] = [[] for _ in range(TABLETS)]
        self.promised: dict[tuple[str, int], dict[str, Any]] = {}
        self.receipts: dict[tuple[str, int], dict[str, Any]] = {}
        self.entity = f"participant/{ids.new_id()}"
        self.foreign = team.foreign()

    def record(self, number: int, kind: str) -> None:
        """The tablet records an operation of the kind, knowing what it has pulled and recorded itself."""
        tablet, own = self.tablets[number], self.team.id
        note = f"note/{ids.new_id()}"
        known = [e["op"]["op_id"] for e in self.pulled[number] if e["op"]["entity"] == self.entity]
        known += [one.op_id for one in tablet.operations if one.entity == self.entity]
        name = {"name": f"Người {number}.{len(tablet.operations)}", "side": "unit"}
        match kind:
            case "note":
                tablet.record(own, "note.add", note, {"text": "x"})
            case "same":
                tablet.record(own, "participant.set", self.entity, {"name": "Trần Thị Bình"})
            case "edit":
                tablet.record(own, "participant.set", self.entity, name, parents=tuple(sorted(known[-1:])))
            case "row":
                tablet.record(own, "participant.set", f"participant/{ids.new_id()}", name)
            case "unknown type":
                tablet.record(own, "future.thing", "future/1", {})
            case "bad value":
                tablet.record(own, "note.add", note, "{")
            case "foreign":
                tablet.record(self.foreign, "note.add", note, {"text": "x"})
            case "reused id":
                used = [one.op_id for other in self.tablets for one in other.operations] or [ids.new_id()]
                tablet.record(own, "note.add", note, {"text": "x"}, op_id=used[0])
            case "withheld":
                tablet.record(own, "note.add", note, None, body_sha256="ab" * 32)

    def send(self, number: int, back: int, size: int, crash: tuple[str, int] | None) -> Any:
        """A batch from up to `back` operations before the first unacknowledged; None after a crash."""
        tablet = self.tablets[number]
        first = max(1, self.acked[number] + 1 - back)
        last = min(len(tablet.operations), first + size - 1)
        if last < first:
            return None
        if crash is None:
            return tablet.push(first, last, zipped=bool(size % 2))
        with power_cut(*crash):
            try:
                return tablet.push(first, last)
            except PowerCutError:
                return None

    def hear(self, number: int, answer: Any) -> None:
        """The answer arrives: nothing in it contradicts anything promised before."""
        if answer is None:
            return
        assert answer.status_code == 200, answer.text
        told, tablet = answer.json, self.tablets[number]
        assert told["stopped"] is None
        assert told["acked_hash"] == tablet.hashes[told["acked_seq"]]
        for result in told["results"]:
            verdict = result["first"] or {
                name: result[name] for name in ("status", "inspection", "pos", "error", "warning", "conflict")
            }
            promise = self.promised.setdefault((tablet.device, result["seq"]), verdict)
            assert promise == verdict, "a repeated operation had another outcome"
        receipt = self.receipts.setdefault((tablet.device, told["acked_seq"]), told["receipt"])
        assert receipt == told["receipt"], "the same head was receipted twice"
        # Not `acked_seq`: it may lie beyond this batch, where the answer to an earlier one was lost.
        self.acked[number] = max(self.acked[number], told["results"][-1]["seq"])

    def pull(self, number: int, limit: int) -> None:
        """The tablet reads on from where it stands (I5: what it has stays a prefix)."""
        answer = self.tablets[number].pull({self.team.id: self.cursors[number]}, limit=limit)
        assert answer.status_code == 200, answer.text
        stretch = answer.json["streams"][f"inspection:{self.team.id}"]
        self.pulled[number] += stretch["entries"]
        self.cursors[number] = stretch["to"]

    def quiesce(self) -> None:
        """A fair network: everything is sent and read."""
        for number in range(TABLETS):
            while self.acked[number] < len(self.tablets[number].operations):
                self.hear(number, self.send(number, 0, 1000, None))
        for number in range(TABLETS):
            self.pull(number, 1000)


def entry_of(sent: dict[str, Any]) -> Entry:
    """A pulled entry as a tablet folds it."""
    operation = msgspec.convert(sent["op"], Operation)
    return Entry(
        operation, sent["device"], chain.digest(operation), effect=sent["effect"], code=sent["code"],
        pos=sent["pos"], hash=sent["hash"],
    )  # fmt: skip


def check_log(field: Field, app: Flask) -> None:
    """I1 to I4: what was sent is stored once, as it was sent, without a hole."""
    with app.app_context(), db.reading() as session:
        for tablet in field.tablets:
            query = select(LoggedOperation).where(LoggedOperation.device == tablet.device)
            rows = session.scalars(query.order_by(LoggedOperation.seq)).all()
            assert [row.seq for row in rows] == list(range(1, len(tablet.operations) + 1))
            assert [row.hash for row in rows] == tablet.hashes[1:]
            assert [row.body for row in rows] == [one.body for one in tablet.operations]
            stored = [(row.effect, row.pos) for row in rows]
            promised = [field.promised[tablet.device, row.seq] for row in rows]
            assert stored == [(promise["status"], promise["pos"]) for promise in promised]
            receipted = set(session.scalars(select(Receipt.seq).where(Receipt.device == tablet.device)))
            assert {seq for device, seq in field.receipts if device == tablet.device} <= receipted
        query = select(LoggedOperation.pos).where(LoggedOperation.inspection == field.team.id)
        positions = session.scalars(query.order_by(LoggedOperation.pos)).all()
        assert positions == list(range(1, len(positions) + 1))


def check_streams(field: Field) -> None:
    """I5: every reader has the same whole stream, whose hashes hold."""
    for entries in field.pulled:
        assert [e["pos"] for e in entries] == list(range(1, len(entries) + 1))
        assert entries == field.pulled[0]
    root = chain.log_genesis(field.team.id)
    for entry in field.pulled[0]:
        operation = msgspec.convert(entry["op"], Operation)
        computed = chain.link(
            entry["device"], operation.seq, prev=entry["prev"], operation_digest=chain.digest(operation)
        )
        assert computed == entry["hash"]
        root = chain.log_link(
            root, pos=entry["pos"], operation_hash=computed, effect=entry["effect"], code=entry["code"]
        )
    stretch = field.tablets[0].pull({field.team.id: field.cursors[0]}).json["streams"]
    assert stretch[f"inspection:{field.team.id}"]["root"] == root


def check_nothing_is_lost(field: Field, app: Flask) -> None:
    """I7: each operation is a head, was named as a parent by one that counts, or is set aside with a code."""
    entries = list(map(entry_of, field.pulled[0]))
    folded = fold.build(entries)
    with app.app_context(), db.reading() as session:
        query = select(Head.entity, Head.field, Head.op_id).where(Head.inspection == field.team.id)
        stored = {tuple(row) for row in session.execute(query)}
    computed = {
        (entity, name, head.op_id)
        for entity in folded.entities()
        for name in folded.fields(entity)
        for head in folded.heads(entity, name)
    }
    assert stored == computed
    # The plain definition beside the fold: writes that no effective operation has named as a parent.
    named = [e for e in entries if e.entity == field.entity and e.is_effective]
    standing = {e.op_id for e in named if "name" in e.body} - {p for e in named for p in e.operation.parents}
    assert {op_id for entity, name, op_id in stored if (entity, name) == (field.entity, "name")} == standing
    replaced = {parent for e in entries if e.is_effective for parent in e.operation.parents}
    for entry in entries:
        is_head = any(op_id == entry.op_id for _, _, op_id in computed)
        assert is_head or entry.op_id in replaced or (not entry.is_effective and entry.code), entry
    flagged = {one.entity for one in folded.conflicts()}
    told = {e.entity for e in entries if e.effect == "conflict"}
    assert flagged <= told


crash = st.one_of(st.none(), st.tuples(st.sampled_from(CRASHES), st.integers(min_value=0, max_value=25)))
recording = st.tuples(
    # Edits of the one contested entity are what the order of arrival can get wrong: every other one is such.
    st.just("record"), st.integers(0, TABLETS - 1), st.one_of(st.just("edit"), st.sampled_from(KINDS)),
)  # fmt: skip
step = st.one_of(
    recording,
    st.tuples(
        st.just("send"), st.integers(0, TABLETS - 1), st.integers(0, 3), st.integers(1, 6), crash,
        st.sampled_from(("heard", "lost", "twice")),
    ),
    st.tuples(st.just("pull"), st.integers(0, TABLETS - 1), st.integers(1, 4)),
)  # fmt: skip


def play(field: Field, story: list[tuple[Any, ...]]) -> None:
    """What the story says happens to the tablets and to the network."""
    for what, number, *rest in story:
        if what == "record":
            field.record(number, rest[0])
        elif what == "pull":
            field.pull(number, rest[0])
        else:
            back, size, cut, fate = rest
            answer = field.send(number, back, size, cut)
            if fate == "twice":
                field.hear(number, field.send(number, back, size, None))
            if fate != "lost":
                field.hear(number, answer)


@settings(max_examples=40, deadline=None, suppress_health_check=QUIET)
@given(before=st.lists(recording, min_size=5, max_size=15), story=st.lists(step, min_size=8, max_size=30))
def test_any_network_and_any_crash_end_in_one_log_that_lost_nothing(
    app: Flask, before: list[Any], story: list[Any]
):
    field = Field(team_on_its_way(app))
    with app.app_context():
        play(field, before + story)
        field.quiesce()
    check_log(field, app)
    check_streams(field)
    check_nothing_is_lost(field, app)


@settings(max_examples=25, deadline=None, suppress_health_check=QUIET)
@given(
    kinds=st.lists(st.sampled_from(KINDS), min_size=4, max_size=12),
    sends=st.lists(st.tuples(st.integers(0, 3), st.integers(1, 5), crash), min_size=4, max_size=12),
)
def test_a_bad_network_changes_no_outcome_that_a_good_one_would_have_given(
    app: Flask, kinds: list[str], sends: list[Any]
):
    calm, stormy = Field(team_on_its_way(app)), Field(team_on_its_way(app))
    for field in (calm, stormy):
        for kind in kinds:
            field.record(0, kind)
    calm.quiesce()
    with app.app_context():
        for back, size, cut in sends:
            stormy.hear(0, stormy.send(0, back, size, cut))
    stormy.quiesce()
    assert _told(stormy) == _told(calm)


def _told(field: Field) -> list[Any]:
    """The outcomes by number, without the ids that differ from field to field."""
    device = field.tablets[0].device
    verdicts = [field.promised[device, seq] for seq in range(1, len(field.tablets[0].operations) + 1)]
    return [(one["status"], one["pos"], (one["error"] or {}).get("code")) for one in verdicts]
