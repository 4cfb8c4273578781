"""The operation log of inspections: the one door through which anything is written into an inspection.

A tablet's push, the office's remarks and the server's own confirmations all end in the same append. Nothing
here is ever updated or deleted; an operation that cannot take effect is kept with a code. The numbers in
comments are the steps of the server transaction in `sync/README.md`; steps 1 and 2 (the device's lock, its
signature, what it sent before) are the transport's.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

import msgspec
from sqlalchemy.orm import Session

from accounts.device_models import Device
from core import bulk, clock, epoch, ids, server_key
from core.caller import Caller
from inspections import chain, codes, entities, ledger, log_reading, queries, receipts, signoff, step_rules
from inspections.chain import ChainedOperation
from inspections.codes import WAITING, Code, Effect
from inspections.errors import OperationRefused
from inspections.fold import Fold
from inspections.ledger import Outcome, Standing
from inspections.models import Inspection, LoggedOperation
from inspections.operation import Draft, Operation
from inspections.situation import Judgement, aside
from inspections.workflow import Part

SERVER = "server"
MAX_OPERATIONS = 100_000
# Whatever a log has grown to, it can be signed and brought to its end.
_ALWAYS_TAKEN = entities.STEP_TYPES | entities.DECISIONS | {"signature.add"}
_SYSTEM_ACTOR = "system"


def append(
    session: Session, operations: Sequence[ChainedOperation], *, device: Device, at: datetime
) -> list[Outcome]:
    """The operations stand in the device's chain and, where they belong, in their inspections' streams.

    Args:
        operations: new ones of this device, contiguous from `device.seq + 1`, their chain already checked.
        device: locked by the caller; its head is moved.
    Returns: one outcome for each operation, in the same order.
    """
    if not operations:
        return []
    held = log_reading.grants(session, device.id, at=at)
    locked = _locked(session, (chained.operation.inspection for chained in operations))  # 3
    teams = {name: log_reading.parts(session, name) for name in locked}
    aside_codes = _kept_beside(session, operations, teams, held)
    aside_codes |= _beyond_the_limit(operations, locked, aside_codes)
    outcomes: dict[int, Outcome] = {}
    beside = [(chained, aside_codes[chained.operation.seq]) for chained in operations
              if chained.operation.seq in aside_codes]  # fmt: skip
    outcomes |= _write_beside(session, beside, at=at)
    for inspection in locked.values():
        batch = [
            chained
            for chained in operations
            if chained.operation.inspection == inspection.id and chained.operation.seq not in aside_codes
        ]
        standing = Standing(
            parts=teams[inspection.id],
            grant_over=frozenset(person for person, holds in held.items() if not holds),
            is_device_lost=device.revoke_mode == "lost",
        )
        outcomes |= _write(session, inspection, batch, standing, at=at)
    _move_head(session, device, operations)
    for inspection in locked.values():
        _settle(session, inspection, at=at)
    return [outcomes[chained.operation.seq] for chained in operations]


def _locked(session: Session, inspection_ids: Iterable[str]) -> dict[str, Inspection]:
    """The inspections that exist, locked in sorted order so that two batches never wait for each other."""
    found = ((name, log_reading.locked(session, name)) for name in sorted(set(inspection_ids)))
    return {name: inspection for name, inspection in found if inspection is not None}


def _kept_beside(
    session: Session, operations: Sequence[ChainedOperation], teams: Mapping[str, Collection[str]],
    held: Collection[str],
) -> dict[int, Judgement]:  # fmt: skip
    """The verdicts on those operations that belong to no stream, by number."""
    used = log_reading.used_ids(session, {chained.operation.op_id for chained in operations})
    verdicts: dict[int, Judgement] = {}
    for chained in operations:
        sent = chained.operation
        if sent.op_id in used:
            verdicts[sent.seq] = aside(Code.OP_ID_REUSED)
        elif sent.inspection not in teams:
            verdicts[sent.seq] = aside(Code.INSPECTION_UNKNOWN)
        elif sent.actor not in teams[sent.inspection]:
            verdicts[sent.seq] = aside(Code.NOT_PERMITTED, problem="not_on_team")
        elif sent.actor not in held:
            verdicts[sent.seq] = aside(Code.ACTOR_INACTIVE, problem="never_granted")
        used.add(sent.op_id)
    return verdicts


def _beyond_the_limit(
    operations: Sequence[ChainedOperation], locked: Mapping[str, Inspection], beside: Collection[int]
) -> dict[int, Judgement]:
    """The verdicts on those operations for which their inspection's log has no room, by number."""
    room = {name: MAX_OPERATIONS - one.head_pos for name, one in locked.items()}
    if all(left >= len(operations) for left in room.values()):
        return {}  # nearly always
    verdicts = {}
    for chained in operations:
        sent = chained.operation
        if sent.seq in beside:
            continue
        if room[sent.inspection] <= 0 and sent.type not in _ALWAYS_TAKEN:
            verdicts[sent.seq] = aside(Code.INSPECTION_FULL, limit=MAX_OPERATIONS)
        else:
            room[sent.inspection] -= 1
    return verdicts


def _write_beside(
    session: Session, beside: Sequence[tuple[ChainedOperation, Judgement]], *, at: datetime
) -> dict[int, Outcome]:
    rows = [ledger.row_of(chained, verdict, end=None, at=at) for chained, verdict in beside]
    outcomes = {row["seq"]: ledger.outcome_of(row) for row in rows}
    for row in rows:
        if row["code"] == Code.OP_ID_REUSED:
            row["op_id"] = None  # the id stays readable in the header; the first use keeps it
    bulk.insert(session, LoggedOperation, rows)
    return outcomes


def _write(
    session: Session, inspection: Inspection, batch: Sequence[ChainedOperation], standing: Standing, *,
    at: datetime,
) -> dict[int, Outcome]:  # fmt: skip
    if not batch:
        return {}
    opened = ledger.opened(session, inspection, batch, at=at)  # 4
    outcomes = {chained.operation.seq: opened.write(chained, standing) for chained in batch}
    opened.flush()  # 5
    return outcomes


def _move_head(session: Session, device: Device, operations: Sequence[ChainedOperation]) -> None:
    last = operations[-1]
    bulk.put(session, device, seq=last.operation.seq, hash=last.hash)


def append_own(
    session: Session, inspection: Inspection, drafts: Sequence[Draft], *, by: Caller, at: datetime
) -> list[Outcome]:
    """The drafts stand in the inspection's log, authored by the caller and chained on the server's device.

    They are judged like any other operation: an outcome may be `quarantined`, which the caller of this
    function turns into a refusal. The server's chain is receipted like a tablet's.
    """
    locked = log_reading.locked(session, inspection.id)
    if locked is None or not drafts:
        return []
    device = _own_device(session, locked, at=at)
    actor = by.person_id or _SYSTEM_ACTOR
    parts = queries.parts_of(locked, by) if by.person_id else frozenset({Part.SERVER})
    written = [
        _operation(locked, draft, seq=device.seq + number, actor=actor, at=at)
        for number, draft in enumerate(drafts, start=1)
    ]
    operations = chain.chained(device.id, device.hash, written)
    outcomes = _write(session, locked, operations, Standing(parts={actor: parts}), at=at)
    _move_head(session, device, operations)
    receipts.give(session, device, at=at)
    _settle(session, locked, at=at)
    return [outcomes[chained.operation.seq] for chained in operations]


def write_own(session: Session, inspection: Inspection, draft: Draft, *, by: Caller, at: datetime) -> Outcome:
    """The draft is in the log and counts, be it in conflict with something else.

    Raises:
        OperationRefused: it would have been set aside; nothing of it is written then.
    """
    (outcome,) = append_own(session, inspection, [draft], by=by, at=at)
    if outcome.effect == Effect.QUARANTINED:
        raise refusal_of(outcome)
    return outcome


def refusal_of(outcome: Outcome) -> OperationRefused:
    """Why the log does not take what the office would write."""
    return OperationRefused(
        codes.sentence(outcome.code or ""), operation_code=outcome.code, operation_type=outcome.type,
        reasons=outcome.detail,
    )  # fmt: skip


def _own_device(session: Session, inspection: Inspection, *, at: datetime) -> Device:
    """The server's device for this inspection in this epoch, so that no chain is a lock on everything."""
    name = f"{SERVER}:{inspection.id}:{epoch.current(session)}"
    device = session.get(Device, name)
    if device is None:
        key = server_key.current()
        device = Device(
            id=name, label="Máy chủ", kind=SERVER, public_jwk=key.jwk, thumbprint=key.thumbprint, seq=0,
            hash=chain.genesis(name, key.thumbprint), enrolled_at=at,
        )  # fmt: skip
        session.add(device)
        session.flush()  # operations refer to the device
    return device


def _operation(inspection: Inspection, draft: Draft, *, seq: int, actor: str, at: datetime) -> Operation:
    milliseconds = int(at.timestamp() * 1000)
    return Operation(
        op_id=ids.new_id(), seq=seq, type=draft.type, inspection=inspection.id, entity=draft.entity,
        parents=tuple(draft.parents), checklist=inspection.checklist or "", actor=actor,
        hlc=f"{milliseconds:012x}-{seq & 0xFFFF:04x}", wall=clock.wire_time(at), clk="+0/0",
        body=msgspec.json.encode(draft.body).decode(),
    )  # fmt: skip


def blob_arrived(session: Session, sha256: str, inspection_id: str, *, at: datetime) -> None:
    """If the file was the last that a sign-off of the inspection waited for, it has taken effect."""
    inspection = log_reading.locked(session, inspection_id)
    if inspection is not None and log_reading.is_referenced(session, inspection_id, sha256):
        _settle(session, inspection, at=at)


def _settle(session: Session, inspection: Inspection, *, at: datetime) -> None:
    """A sign-off that waits is confirmed once all it needs has come, or lapses where it can no longer hold.

    Without the lapse, the record would stay closed to the very resolution that the leader still owes.
    """
    if inspection.waiting_signoff is None:
        return
    folded = log_reading.whole_fold(session, inspection.id)
    waiting = folded.entries[inspection.waiting_signoff]
    shown = signoff.shown_by(waiting)
    ground = signoff.Ground(
        inspection.id, inspection.checklist_sha256 or "", list(folded.entries.values()),
        log_reading.device_seqs(session, shown.seen),
        log_reading.stored_blobs(session, inspection.id, folded.entries.values()),
    )  # fmt: skip
    verdict = signoff.assess(waiting, ground)
    if verdict.code in WAITING:
        return
    body: dict[str, object] = {"op_id": waiting.op_id}
    if verdict.code is None:
        drafts = [Draft("inspection.signoff_confirmed", "inspection", body | {"content": shown.content})]
        if (behind := step_rules.submission_behind(waiting.op_id, folded.steps())) is not None:
            drafts.append(Draft("inspection.submit_confirmed", "inspection", {"op_id": behind.op_id}))
    else:
        reason = {"code": verdict.code.value, "detail": verdict.detail}
        drafts = [Draft("inspection.signoff_lapsed", "inspection", body | reason)]
    append_own(session, inspection, drafts, by=Caller.system("log"), at=at)


def read_fold(session: Session, inspection_id: str) -> Fold:
    """The state of the inspection as its log has it now."""
    return log_reading.whole_fold(session, inspection_id)
