"""Fetches what the pages of inspections show: the record with the names behind its ids, and the log's lines.

It changes nothing, and asks the database a fixed number of times however long the log is.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import distinct, func, select
from sqlalchemy.orm import Session

from accounts.device_models import Device
from accounts.models import Person
from checklists import completeness, references, relevance
from checklists import definition as checklist
from checklists import queries as checklists
from checklists.definition import Definition
from core import clock, ids, wording
from inspections import (
    clock_skew,
    codes,
    content,
    disputes,
    entities,
    findings,
    log_reading,
    review,
    review_layout,
    words,
)
from inspections.fold import Fold
from inspections.models import BlobReference, Head, Inspection, LoggedOperation, UploadedBlob
from inspections.record import Record, record_of
from registry import queries as registry
from registry.in_force import Period

LINES = 50


@dataclass(frozen=True)
class ListShown:
    """The list that an inspection is bound to, as its page names it."""

    profile: str
    is_draft: bool


@dataclass(frozen=True)
class Line:
    """One operation of the log in words; `reason` says why it was set aside."""

    position: int
    received: str
    author: str
    device: str
    deed: str
    subject: str
    outcome: str
    reason: str


@dataclass(frozen=True)
class History:
    """The newest lines of the log, how many there are, and before which position the next ones lie."""

    lines: tuple[Line, ...]
    shown: int
    total: int
    earlier: int | None


def answered(session: Session, inspection_ids: Collection[str]) -> dict[str, int]:
    """How many items of each inspection have an answer; one without any is absent."""
    counted = (
        select(Head.inspection, func.count(distinct(Head.entity)))
        .where(Head.inspection.in_(inspection_ids), Head.entity.startswith("answer/"))
        .group_by(Head.inspection)
    )
    return dict(session.execute(counted).all())


def checklist_of(session: Session, inspection: Inspection) -> ListShown | None:
    """The inspection's list in words, once a decision has bound it to one."""
    if inspection.checklist is None:
        return None
    definition = checklists.definition(session, inspection.checklist)
    profiles = {profile.code: profile.label_vi for profile in definition.profiles}
    return ListShown(profiles.get(inspection.profile or "", ""), definition.status == checklist.DRAFT)


def review_of(session: Session, inspection: Inspection) -> review.Review | None:
    """The whole page of the inspection; None before a decision, when there is nothing to ask."""
    if inspection.checklist is None:
        return None
    definition = checklists.definition(session, inspection.checklist)
    fold = log_reading.whole_fold(session, inspection.id)
    record = record_of(fold)
    scope = relevance.Scope(inspection.unit_type, inspection.profile)
    recorded = recorded_in(record)
    cited = references_of(session, inspection, definition)
    beside = log_reading.beside(session, inspection.id)
    known = [*fold.entries.values(), *beside]
    around = review_layout.Surroundings(
        asked=relevance.relevant_items(definition, scope, recorded.answers),
        references=cited,
        lacks=_lacks(definition, scope, recorded),
        people=_people(session, {entry.operation.actor for entry in known}),
        devices=_devices(session, {entry.device for entry in known}),
        stored=_stored(session, inspection.id),
        content=content.content_hash(inspection.id, inspection.checklist_sha256 or "", fold),
        earlier=log_reading.earlier_checklists(session, inspection.id),
    )
    signed = signed_on(inspection, fold)
    found = findings.findings_of(inspection.id, fold, definition, signed_on=signed, references=cited)
    return replace(
        review_layout.laid_out(record, definition, found, around=around),
        disputes=disputes.disputes_of(fold, definition, around),
        set_aside=disputes.asides_of(fold, beside, definition, around),
        clocks=_clocks(fold, around.devices),
    )


def _clocks(fold: Fold, labels: Mapping[str, str]) -> tuple[review.ClockShown, ...]:
    found = clock_skew.notable(fold.entries.values()).items()
    return tuple(
        review.ClockShown(labels.get(device, device[:8]), clock_skew.in_words(one), one.operations)
        for device, one in found
    )


def recorded_in(record: Record) -> completeness.Recorded:
    """What the record holds, as completeness is judged from; disputed answers are not yet answers."""
    return completeness.Recorded(
        answers={code: one.body for code, one in record.answers.items() if not one.in_conflict},
        rows={code: [row.columns for row in rows] for code, rows in record.rows.items()},
        with_attachment={one.item for one in (*record.photos, *record.documents) if one.item},
    )


def _lacks(
    definition: Definition, scope: relevance.Scope, recorded: completeness.Recorded
) -> dict[str, list[str]]:
    """What each begun item still wants, in words; one not begun says so by itself."""
    wanted: dict[str, list[str]] = {}
    for gap in completeness.gaps(definition, scope, recorded):
        if gap.lack != completeness.Lack.ANSWER:
            wanted.setdefault(gap.item, []).append(completeness.LABELS[gap.lack])
    return wanted


def references_of(session: Session, inspection: Inspection, definition: Definition) -> dict[str, str]:
    """What each item cites, as it was in force in the period examined."""
    if inspection.period_from is None or inspection.period_to is None:
        return {}
    instruments = registry.instruments_by_code(session)
    period = Period(inspection.period_from, inspection.period_to)
    return {
        item.code: references.cited_in(item, instruments, period).text for item in checklist.items(definition)
    }


def signed_on(inspection: Inspection, fold: Fold) -> date | None:
    """The local day on which the visit ended, once its minutes are signed."""
    ended_at = fold.values("inspection").get("ended_at")
    if inspection.frozen_pos is None or not isinstance(ended_at, str):
        return None
    return clock.local_date(datetime.fromisoformat(ended_at))


def _people(session: Session, actors: Collection[str]) -> dict[str, str]:
    rows = (
        session.execute(select(Person.id, Person.full_name).where(Person.id.in_(portion)))
        for portion in log_reading.portions([one for one in actors if ids.is_id(one)])
    )
    return {person: name for portion in rows for person, name in portion}


def _devices(session: Session, names: Collection[str]) -> dict[str, str]:
    query = select(Device.id, Device.label).where(Device.id.in_(list(names)))
    return dict(session.execute(query).all())


def _stored(session: Session, inspection_id: str) -> frozenset[str]:
    arrived = (
        select(UploadedBlob.sha256)
        .join(BlobReference, BlobReference.sha256 == UploadedBlob.sha256)
        .where(BlobReference.inspection == inspection_id, UploadedBlob.inspection == inspection_id)
    )
    return frozenset(session.scalars(arrived))


def history_of(session: Session, inspection: Inspection, *, before: int | None = None) -> History:
    """The newest lines of the inspection's log, or those before a position."""
    newest = select(LoggedOperation).where(LoggedOperation.inspection == inspection.id)
    end = inspection.head_pos + 1 if before is None else min(before, inspection.head_pos + 1)
    newest = newest.where(LoggedOperation.pos < max(end, 0))
    rows = session.scalars(newest.order_by(LoggedOperation.pos.desc()).limit(LINES)).all()
    entries = [log_reading.entry_of(row) for row in rows]
    people = _people(session, {entry.operation.actor for entry in entries})
    devices = _devices(session, {entry.device for entry in entries})
    lines = tuple(
        _line(row, entry.operation.actor, people, devices) for row, entry in zip(rows, entries, strict=True)
    )
    last = lines[-1].position if lines else 1
    return History(lines, len(lines), inspection.head_pos, last if last > 1 else None)


def _line(row: LoggedOperation, actor: str, people: Mapping[str, str], devices: Mapping[str, str]) -> Line:
    is_own = row.device.startswith("server:")
    return Line(
        position=row.pos or 0,
        received=wording.moment(row.received_at),
        author=people.get(actor, words.SERVER if is_own else words.SOMEBODY),
        device=words.SERVER if is_own else devices.get(row.device, row.device[:8]),
        deed=words.deed(row.type),
        subject=entities.item_of(row.entity) or "",
        outcome=words.AWAITED
        if row.code in codes.WAITING
        else words.EFFECT_LABELS.get(row.effect, row.effect),
        reason=codes.sentence(row.code) if row.code else "",
    )
