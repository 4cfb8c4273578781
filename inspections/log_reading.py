"""Reads the operation log and what its judge has to know; it writes nothing and locks one row.

Lists of values go to the database in portions, so that a batch of a thousand operations needs few queries
and none is longer than SQLite takes.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, bindparam, select
from sqlalchemy.orm import Session, lazyload

from accounts.device_models import Device, DeviceGrant
from accounts.models import Person
from checklists import definition, values
from checklists import queries as checklist_queries
from core import bulk, epoch
from inspections import fold, operation, signoff, supplements
from inspections.fold import Entry, Fold, Freeze
from inspections.models import BlobReference, Inspection, LoggedOperation, TeamMember, UploadedBlob
from inspections.situation import Items
from inspections.workflow import Part

PORTION = 500
KEPT_FOLDS = 32
_NOTHING_MORE = 1 << 62
_FREEZING = ("inspection.signoff", "inspection.signoff_confirmed")


def portions(values: Collection[str]) -> Iterator[list[str]]:
    """The values in sorted lists of at most `PORTION`."""
    ordered = sorted(values)
    for start in range(0, len(ordered), PORTION):
        yield ordered[start : start + PORTION]


_LOCKED = (
    select(Inspection)
    .where(Inspection.id == bindparam("inspection"))
    .with_for_update(key_share=True)
    .options(lazyload(Inspection.team))  # of it a batch wants only `parts`
    .execution_options(populate_existing=True)
)
_TEAM = (
    select(TeamMember.person_id, TeamMember.role)
    .where(TeamMember.inspection_id == bindparam("inspection"))
    .order_by(TeamMember.position)
)


def locked(session: Session, inspection_id: str) -> Inspection | None:
    """The inspection, read afresh and held until the transaction ends: one writer of its log at a time."""
    # `key_share`: rows that refer to the inspection may come meanwhile. Whoever has just added one and then
    # wants this lock would otherwise wait for another who has done the same, for ever (PostgreSQL).
    return session.scalar(_LOCKED, {"inspection": inspection_id})


def parts(session: Session, inspection_id: str) -> dict[str, frozenset[Part]]:
    """The members of the inspection's team, each with the part that the decision gave them."""
    members = session.connection().execute(_TEAM, {"inspection": inspection_id})
    return {person: frozenset({Part(role)}) for person, role in members}


_OF_ENTRY = (
    LoggedOperation.header, LoggedOperation.body, LoggedOperation.body_sha256, LoggedOperation.device,
    LoggedOperation.digest, LoggedOperation.effect, LoggedOperation.code, LoggedOperation.pos,
    LoggedOperation.hash, LoggedOperation.received_at, LoggedOperation.detail,
)  # fmt: skip


def entry_of(row: LoggedOperation | Row[Any]) -> Entry:
    """The stored operation with what became of it."""
    sent = operation.from_stored(row.header, body=row.body, body_hash=row.body_sha256)
    return Entry(
        sent, row.device, row.digest, effect=row.effect, code=row.code, pos=row.pos, hash=row.hash,
        received_at=row.received_at, detail=row.detail,
    )  # fmt: skip


def _entries(session: Session, query: Select[Any]) -> list[Entry]:
    return [entry_of(row) for row in session.execute(query)]


def _stream(inspection_id: str) -> Select[Any]:
    return (
        select(*_OF_ENTRY)
        .where(LoggedOperation.inspection == inspection_id, LoggedOperation.pos.is_not(None))
        .order_by(LoggedOperation.pos)
    )


def all_entries(session: Session, inspection_id: str) -> list[Entry]:
    """The whole log of the inspection, in its order."""
    return _entries(session, _stream(inspection_id))


def whole_fold(session: Session, inspection_id: str) -> Fold:
    """The fold of the whole log."""
    return fold.build(all_entries(session, inspection_id))


_AT: dict[tuple[str, int], Fold] = {}


def fold_at(session: Session, inspection_id: str, pos: int) -> Fold:
    """The fold as it stood at the position; it never changes, so those read last are kept in memory."""
    if (kept := _AT.get((inspection_id, pos))) is not None:
        return kept
    entries = _entries(session, _stream(inspection_id).where(LoggedOperation.pos <= pos))
    if len(_AT) >= KEPT_FOLDS:
        _AT.pop(next(iter(_AT)), None)
    folded = _AT[inspection_id, pos] = fold.build(entries)
    return folded


def partial_fold(session: Session, inspection: Inspection, touched: Collection[str]) -> Fold:
    """The fold of these entities alone, with what past signatures have left out of them."""
    entries: list[Entry] = []
    for names in portions(touched) if inspection.head_pos else ():
        entries += _entries(session, _stream(inspection.id).where(LoggedOperation.entity.in_(names)))
    return fold.build(entries, frozen=_freezes(session, inspection))


def _freezes(session: Session, inspection: Inspection) -> list[Freeze]:
    if inspection.revision == 1 and inspection.frozen_pos is None:
        return []
    steps = _stream(inspection.id).where(LoggedOperation.type.in_(_FREEZING))
    return fold.freezes(_entries(session, steps))


def used_ids(session: Session, op_ids: Collection[str]) -> set[str]:
    """Those of the ids that operations are stored under, of whatever inspection and device."""
    return bulk.present(session, LoggedOperation.op_id, set(filter(operation.is_id, op_ids)))


def by_op_id(session: Session, op_ids: Collection[str]) -> dict[str, LoggedOperation]:
    """The stored operations of these ids, of whatever inspection and device."""
    known = (name for name in op_ids if operation.is_id(name))
    return {
        str(row.op_id): row
        for names in portions(set(known))
        for row in session.scalars(select(LoggedOperation).where(LoggedOperation.op_id.in_(names)))
    }


def adoptable(session: Session, inspection_id: str, op_ids: Collection[str]) -> dict[str, Entry]:
    """The operations that were meant for this inspection, in its stream or recorded beside it."""
    found = map(entry_of, by_op_id(session, op_ids).values())
    return {entry.op_id: entry for entry in found if entry.operation.inspection == inspection_id}


def beside(session: Session, inspection_id: str) -> list[Entry]:
    """The operations that name this inspection and stand in their device's chain alone, in no stream."""
    named = LoggedOperation.header.contains(f'"inspection":"{inspection_id}"', autoescape=True)
    query = select(*_OF_ENTRY).where(LoggedOperation.inspection.is_(None), named)
    return _entries(session, query.order_by(LoggedOperation.received_at, LoggedOperation.seq))


def waiting_signoff(session: Session, inspection: Inspection) -> signoff.Shown | None:
    """What the sign-off that waits for confirmation says was shown; None if none waits."""
    if inspection.waiting_signoff is None:
        return None
    row = by_op_id(session, [inspection.waiting_signoff])[inspection.waiting_signoff]
    return signoff.shown_by(entry_of(row))


def device_seqs(session: Session, devices: Iterable[str]) -> dict[str, int]:
    """The last recorded number of each device; an unknown one is absent.

    The server's own devices of earlier epochs have said all that they ever will: what a restore lost of them
    cannot come again, so nobody may wait for it.
    """
    wanted = set(devices)
    found = {
        device: seq
        for names in portions(wanted)
        for device, seq in session.execute(select(Device.id, Device.seq).where(Device.id.in_(names)))
    }
    own = {name for name in wanted if name.startswith("server:")}
    if own:
        present = f":{epoch.current(session)}"
        found |= {name: _NOTHING_MORE for name in own if not name.endswith(present)}
    return found


def stored_blobs(session: Session, inspection_id: str, entries: Iterable[Entry]) -> frozenset[str]:
    """The hashes of those files named by the entries that have come for this very inspection."""
    named = {blob for entry in entries if (blob := blob_of(entry)) is not None}
    came = select(UploadedBlob.sha256).where(UploadedBlob.inspection == inspection_id)
    return frozenset(
        sha256
        for hashes in portions(named)
        for sha256 in session.scalars(came.where(UploadedBlob.sha256.in_(hashes)))
    )


_WITH_FILES = frozenset({"photo", "file", "signature"})


def blob_of(entry: Entry) -> str | None:
    """The hash of the file that the operation attaches, or None."""
    written = entry.writes
    for kind in _WITH_FILES & written.keys():
        value = written[kind]
        name = value.get("blob") if isinstance(value, dict) else None
        if isinstance(name, str) and operation.is_sha256(name.removeprefix("sha256:")):
            return name.removeprefix("sha256:")
    return None


def is_referenced(session: Session, inspection_id: str, sha256: str) -> bool:
    """Whether an operation in the inspection's stream attaches the file."""
    query = select(BlobReference.op_id).where(
        BlobReference.inspection == inspection_id, BlobReference.sha256 == sha256
    )
    return session.scalar(query.limit(1)) is not None


@dataclass(frozen=True)
class Version:
    """A published checklist as the judge needs it."""

    sha256: str
    items: Items


_ITEMS: dict[str, Items] = {}


def _items(session: Session, reference: str, sha256: str) -> Items:
    """The items of the version; a published version never changes, so it is read once."""
    if sha256 not in _ITEMS:
        content = checklist_queries.version(session, reference).content
        _ITEMS[sha256] = values.items_of(definition.decoded(content))
    return _ITEMS[sha256]


def versions(session: Session, references: Collection[str]) -> dict[str, Version]:
    """The published versions among these, by `CODE@VERSION`; what nobody published is absent."""
    found = {}
    for reference in sorted(references):
        sha256 = checklist_queries.sha256_of(session, reference)
        if sha256 is not None:
            found[reference] = Version(sha256, _items(session, reference, sha256))
    return found


def earlier_checklists(session: Session, inspection_id: str) -> dict[str, dict[str, str | None]]:
    """The checklist versions before the inspection's supplements, each with the items that became others."""
    steps = _stream(inspection_id).where(
        LoggedOperation.type == "inspection.supplement", LoggedOperation.effect == "applied"
    )
    found = _entries(session, steps)
    return supplements.since(
        (str((one.detail or {})["before"]), one.body.get("mapping") or {}) for one in found
    )


_GRANTS = (
    select(DeviceGrant.person_id, DeviceGrant.expires_at, Person.is_active)
    .join(Person, Person.id == DeviceGrant.person_id)
    .where(DeviceGrant.device_id == bindparam("device"))
)


def grants(session: Session, device: str, *, at: datetime) -> dict[str, bool]:
    """Of everybody who was ever granted the device: whether it still holds and they are active."""
    given = session.connection().execute(_GRANTS, {"device": device})
    return {person: is_active and expires_at > at for person, expires_at, is_active in given}
