"""One inspection's log while a batch is written into it: positions, roots, heads and the inspection's row.

It exists inside one transaction, under the lock of the inspection's row; it commits nothing and judges
nothing itself.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete
from sqlalchemy.orm import Session

from core import bulk
from inspections import chain, entities, fold, judgement, log_reading, signoff, supplements
from inspections.chain import ChainedOperation
from inspections.fold import Entry, Fold
from inspections.models import BlobReference, Head, Inspection, LoggedOperation
from inspections.situation import Items, Judgement, Situation, Taken
from inspections.workflow import Form, Part, State

_NEEDS_WHOLE = frozenset(
    f"inspection.{step}" for step in ("signoff", "signoff_confirmed", "submit", "approve")
)

_FORGET_HEADS = delete(Head).where(
    Head.inspection == bindparam("inspection"), Head.entity.in_(bindparam("entities", expanding=True))
)


class Outcome(msgspec.Struct, frozen=True):
    """What became of one operation; without a position it stands in its device's chain alone."""

    op_id: str
    seq: int
    type: str
    entity: str
    effect: str
    code: str | None
    detail: dict[str, Any]
    inspection: str | None
    pos: int | None
    hash: str


@dataclass(frozen=True)
class Standing:
    """In what standing the authors of a batch write: their parts, and whose grant on the tablet is over."""

    parts: Mapping[str, frozenset[Part]]
    grant_over: frozenset[str] = frozenset()
    is_device_lost: bool = False


class End(msgspec.Struct, frozen=True):
    """Where a log ends: its last position, and the root that covers everything up to there."""

    inspection: str
    pos: int
    root: str

    def after(self, operation_hash: str, verdict: Judgement) -> "End":
        """Where the log ends once the operation stands in it with this verdict."""
        pos, effect, code = self.pos + 1, verdict.effect, verdict.code
        root = chain.log_link(self.root, pos=pos, operation_hash=operation_hash, effect=effect, code=code)
        return End(self.inspection, pos, root)


@dataclass
class Ledger:
    """The inspection, its fold as far as the batch needs it, and what the batch has touched."""

    session: Session
    inspection: Inspection
    unplaced: Mapping[int, Entry]
    fold: Fold
    waiting: signoff.Shown | None
    adoptable: Mapping[str, Entry]
    checklists: Mapping[str, Items]
    checklist_hashes: Mapping[str, str]
    earlier_checklists: Mapping[str, supplements.Became]
    device_seqs: Mapping[str, int]
    stored: Collection[str]
    at: datetime
    end: End
    rows: list[dict[str, Any]] = field(default_factory=list)
    references: list[dict[str, Any]] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)
    overwritten: set[str] = field(default_factory=set)
    situations: dict[str, Situation] = field(default_factory=dict)

    def write(self, chained: ChainedOperation, standing: Standing) -> Outcome:
        """The operation, one of those that the ledger was opened for, is judged and has the next position."""
        entry = self.unplaced[chained.operation.seq]
        is_write = chained.operation.type in entities.WRITE_TYPES
        known = self.situations.get(chained.operation.actor) if is_write else None
        situation = known or self._situation(entry, standing)
        if is_write:
            self.situations[chained.operation.actor] = situation
        verdict = judgement.judge(entry, situation)
        self.end = self.end.after(entry.hash, verdict)
        placed = entry.placed(
            self.end.pos, effect=verdict.effect, code=verdict.code, detail=verdict.detail or None
        )
        self._take(placed, verdict)
        self.rows.append(row_of(chained, verdict, end=self.end, at=self.at))
        if (blob := log_reading.blob_of(placed)) is not None:
            self.references.append({"inspection": self.inspection.id, "op_id": entry.op_id, "sha256": blob})
        return outcome_of(self.rows[-1])

    def _situation(self, entry: Entry, standing: Standing) -> Situation:
        inspection, actor = self.inspection, entry.operation.actor
        adopted = str(entry.body.get("op_id"))
        return Situation(
            inspection=inspection.id, state=State(inspection.state), form=Form(inspection.form),
            parts=standing.parts[actor], received_at=self.at, fold=self.fold,
            checklist=inspection.checklist or "", checklist_sha256=inspection.checklist_sha256 or "",
            profile=inspection.profile, checklists=self.checklists,
            earlier_checklists=self.earlier_checklists, frozen_pos=inspection.frozen_pos,
            waiting=self.waiting, is_device_lost=standing.is_device_lost,
            is_grant_over=actor in standing.grant_over,
            adopted=self.fold.entries.get(adopted) or self.adoptable.get(adopted),
            device_seqs={**self.device_seqs, entry.device: entry.operation.seq - 1}, stored=self.stored,
        )  # fmt: skip

    def _take(self, placed: Entry, verdict: Judgement) -> None:
        if placed.is_effective and placed.writes:
            if self.fold.has_registers(placed.entity) and placed.entity not in self.touched:
                self.overwritten.add(placed.entity)
            self.touched.add(placed.entity)
        self.fold.add(placed)
        if verdict.ends_waiting or verdict.waits or verdict.taken is not None:
            self.situations.clear()
        if verdict.ends_waiting:
            self.inspection.waiting_signoff, self.waiting = None, None
        if verdict.waits:
            self.inspection.waiting_signoff, self.waiting = placed.op_id, signoff.shown_by(placed)
        if verdict.taken is not None:
            self._advance(verdict.taken, placed)

    def _advance(self, taken: Taken, placed: Entry) -> None:
        inspection = self.inspection
        inspection.state = taken.state
        if taken.opens_revision:
            inspection.revision += 1
            inspection.frozen_pos, inspection.content_hash = None, None
        if taken.content is not None:
            inspection.content_hash = taken.content
        if taken.checklist is not None:
            inspection.checklist = taken.checklist
            inspection.checklist_sha256 = self.checklist_hashes[taken.checklist]
        if taken.freezes:
            inspection.frozen_pos = placed.pos
            self._leave_out()

    def _leave_out(self) -> None:
        """What the signature names as not shown is gone from the registers of the whole inspection."""
        rebuilt = fold.build(self.fold.entries.values())
        if rebuilt.left_out != self.fold.left_out:
            newly = rebuilt.left_out - self.fold.left_out
            entities_of_them = {rebuilt.entries[op_id].entity for op_id in newly}
            self.touched |= entities_of_them
            self.overwritten |= entities_of_them
        self.fold = rebuilt

    def flush(self) -> None:
        """What was written stands in the database: operations, references to files, heads."""
        bulk.put(self.session, self.inspection, head_pos=self.end.pos, root=self.end.root)
        bulk.insert(self.session, LoggedOperation, self.rows)
        bulk.insert(self.session, BlobReference, self.references)
        for names in log_reading.portions(self.overwritten):
            self.session.execute(_FORGET_HEADS, {"inspection": self.inspection.id, "entities": names})
        heads = [
            {"inspection": self.inspection.id, "entity": entity, "field": name, "op_id": op_id}
            for entity in sorted(self.touched)
            for name, op_id in self.fold.standing(entity)
        ]
        bulk.insert(self.session, Head, heads)
        self.rows, self.references, self.touched, self.overwritten = [], [], set(), set()


def row_of(chained: ChainedOperation, verdict: Judgement, *, end: End | None, at: datetime) -> dict[str, Any]:
    """The operation as a row of the log, at the end of an inspection's stream, or in no stream."""
    sent = chained.operation
    return {
        "device": chained.device, "seq": sent.seq, "op_id": sent.op_id,
        "inspection": end.inspection if end else None, "pos": end.pos if end else None,
        "type": sent.type, "entity": sent.entity, "header": sent.header, "body": sent.body,
        "body_sha256": chained.body_sha256, "digest": chained.digest, "prev_hash": chained.prev,
        "hash": chained.hash, "effect": verdict.effect.value,
        "code": verdict.code.value if verdict.code else None, "detail": verdict.detail or None,
        "received_at": at, "log_hash": end.root if end else None,
    }  # fmt: skip


def outcome_of(row: Mapping[str, Any]) -> Outcome:
    """What the row says became of its operation."""
    return Outcome(
        row["op_id"], row["seq"], row["type"], row["entity"], row["effect"], row["code"], row["detail"] or {},
        row["inspection"], row["pos"], row["hash"],
    )  # fmt: skip


def opened(
    session: Session, inspection: Inspection, batch: Collection[ChainedOperation], *, at: datetime
) -> Ledger:
    """The ledger of an inspection that the caller has locked, with what this batch needs to be judged."""
    sent = [chained.operation for chained in batch]
    waiting = log_reading.waiting_signoff(session, inspection)
    is_whole = waiting is not None or any(one.type in _NEEDS_WHOLE for one in sent)
    if is_whole:
        folded = log_reading.whole_fold(session, inspection.id)
    else:
        folded = log_reading.partial_fold(session, inspection, {one.entity for one in sent})
    unplaced = [
        Entry(chained.operation, chained.device, chained.digest, hash=chained.hash, received_at=at)
        for chained in batch
    ]
    decided = {str(entry.body.get("op_id")) for entry in unplaced if _decides(entry)}
    signoffs = [signoff.shown_by(entry) for entry in unplaced if _signs_off(entry)]
    named = {inspection.checklist or "", *(one.checklist for one in sent)}
    named |= {str(entry.body["checklist"]) for entry in unplaced if "checklist" in entry.body}
    versions = log_reading.versions(session, named)
    foreign = any(one.checklist != inspection.checklist for one in sent)
    spoken_of = [*folded.entries.values(), *unplaced] if is_whole else []
    came = log_reading.stored_blobs(session, inspection.id, spoken_of)
    return Ledger(
        session, inspection, {entry.operation.seq: entry for entry in unplaced}, folded, waiting,
        adoptable=log_reading.adoptable(session, inspection.id, decided) if decided else {},
        checklists={name: version.items for name, version in versions.items()},
        checklist_hashes={name: version.sha256 for name, version in versions.items()},
        earlier_checklists=log_reading.earlier_checklists(session, inspection.id)
        if foreign or decided else {},
        device_seqs=log_reading.device_seqs(session, (name for shown in signoffs for name in shown.seen)),
        stored=came,
        at=at, end=End(inspection.id, inspection.head_pos, inspection.root),
    )  # fmt: skip


def _decides(entry: Entry) -> bool:
    return entry.operation.type in entities.DECISIONS


def _signs_off(entry: Entry) -> bool:
    return entry.operation.type == "inspection.signoff" and isinstance(entry.body.get("seen"), dict)
