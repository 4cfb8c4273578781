"""Looks again at operations whose type an earlier version did not know, once this one knows it.

An entry's effect never changes: what may count now is adopted by the server in a new entry that names the old
one, word for word, under the server's own name. Only what its author might have written is taken; what would
not count, steps of the workflow and signatures stay where they are, for the leader to decide.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import journal
from core.caller import Caller
from inspections import entities, log, log_reading, permissions, quarantine
from inspections.codes import Code, Effect
from inspections.errors import OperationRefused
from inspections.fold import Entry, Fold
from inspections.models import LoggedOperation
from inspections.workflow import Part

REASON = "Phiên bản mới của máy chủ đã biết loại thao tác này."
_BY = Caller.system("reassessment")
_LEFT_TO_PEOPLE = frozenset({"signature"})

Parts = dict[str, frozenset[Part]]


def waiting(session: Session) -> list[str]:
    """The inspections that hold operations of once unknown types that this version knows, in order."""
    query = select(LoggedOperation.inspection).where(
        LoggedOperation.code == Code.UNKNOWN_TYPE.value, LoggedOperation.inspection.is_not(None),
        LoggedOperation.type.in_(sorted(entities.WRITE_TYPES)),
    )  # fmt: skip
    return sorted({str(name) for name in session.scalars(query)})


def reassess(session: Session, inspection_id: str, *, at: datetime) -> int:
    """What may count of the inspection's once unknown operations has been adopted; how many.

    Doing it again finds nothing more, because each is then decided.
    """
    inspection = log_reading.locked(session, inspection_id)
    if inspection is None:
        return 0
    parts, taken = log_reading.parts(session, inspection_id), 0
    earlier = log_reading.earlier_checklists(session, inspection_id)
    for op_id in [entry.op_id for entry in _candidates(log.read_fold(session, inspection_id))]:
        folded = log.read_fold(session, inspection_id)  # what was just adopted may be what the next builds on
        entry = folded.entries[op_id]
        if not _might_write(entry, parts, folded):
            continue
        place = quarantine.place_of(entry, earlier)
        draft = quarantine.adoption(entry, folded, reason=REASON, place=place)
        try:
            with session.begin_nested():  # what the log did not take is not left behind in it
                outcome = log.write_own(session, inspection, draft, by=_BY, at=at)
        except OperationRefused:
            continue
        taken += outcome.effect != Effect.QUARANTINED
        journal.record(
            session, "operation.reassessed", about=("inspection", inspection_id), by=_BY, at=at, op_id=op_id
        )
    return taken


def _candidates(folded: Fold) -> list[Entry]:
    return [
        entry
        for entry in folded.undecided()
        if entry.code == Code.UNKNOWN_TYPE
        and quarantine.is_adoptable(entry)
        and entities.is_well_named(entry.operation.type, entry.entity)
        and entities.kind_of(entry.entity) not in _LEFT_TO_PEOPLE
    ]


def _might_write(entry: Entry, parts: Parts, folded: Fold) -> bool:
    """Whether the author may write this, by appointment or by what stands; the adoption judges the rest."""
    held = permissions.capacities(entry.operation, parts.get(entry.operation.actor, frozenset()), folded)
    return permissions.may_write(entry.operation.type, held)
