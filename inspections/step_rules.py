"""Whether a step of an inspection may be taken, and what it changes; the order of states is in `workflow`.

Nothing here looks at a role beyond what the table of steps says, but for one rule: nobody approves an
inspection of whose team he is.
"""

from collections.abc import Callable, Iterable
from typing import Any

from inspections import content, errors, fold, signoff, workflow
from inspections.codes import WAITING, Code, Effect
from inspections.fold import Entry, Fold
from inspections.situation import Judgement, Situation, Taken, aside
from inspections.workflow import Form, Part, State

TEAM_PARTS = frozenset({Part.LEADER, Part.DEPUTY, Part.SECRETARY, Part.MEMBER})


def step_judgement(entry: Entry, situation: Situation) -> Judgement:
    """The verdict on a step whose author and body have been looked at."""
    step = entry.operation.type.removeprefix("inspection.")
    if step in _OWN_STEPS:
        return _OWN_STEPS[step](entry, situation)
    try:
        to = workflow.after(situation.state, step, form=situation.form, parts=situation.parts)
    except errors.StepNotAllowed:
        return aside(Code.STEP_NOT_ALLOWED, state=situation.state.value, step=step)
    except errors.StepNotYours:
        return aside(Code.NOT_PERMITTED, type=entry.operation.type)
    if situation.form is Form.ON_SITE and situation.state is State.AGREED and step in _BEHIND_SIGNOFF:
        return _BEHIND_SIGNOFF[step](situation, Taken(to.state, opens_revision=to.opens_revision))
    condition = _CONDITIONS.get(step)
    taken = Taken(to.state, opens_revision=to.opens_revision)
    return condition(entry, situation, taken) if condition else _applied(taken)


def _applied(taken: Taken, detail: dict[str, Any] | None = None) -> Judgement:
    return Judgement(Effect.APPLIED, detail=detail or {}, taken=taken, ends_waiting=True)


def _start(_entry: Entry, _situation: Situation, taken: Taken) -> Judgement:
    return Judgement(Effect.APPLIED, taken=taken)


def _signoff(entry: Entry, situation: Situation, taken: Taken) -> Judgement:
    ground = signoff.Ground(
        situation.inspection, situation.checklist_sha256, list(situation.fold.entries.values()),
        situation.device_seqs, situation.stored,
    )  # fmt: skip
    verdict = signoff.assess(entry, ground)
    if verdict.code is None:
        return _frozen(entry, fold.excluded_by(entry), situation, taken)
    waits = verdict.code in WAITING
    return Judgement(Effect.QUARANTINED, verdict.code, verdict.detail, waits=waits, ends_waiting=not waits)


def _confirm(entry: Entry, situation: Situation, taken: Taken) -> Judgement:
    if situation.waiting is None or situation.waiting.op_id != entry.body["op_id"]:
        return aside(Code.STEP_NOT_ALLOWED, state=situation.state.value, problem="nothing_waits")
    return _frozen(entry, situation.waiting.exclude, situation, taken)


def _frozen(entry: Entry, excluded: frozenset[str], situation: Situation, taken: Taken) -> Judgement:
    standing = (e for e in situation.fold.entries.values() if e.op_id not in situation.fold.left_out)
    out = sorted(fold.with_descendants(excluded, standing))
    content_hash = str(entry.body["content"])
    detail = {Code.NOT_IN_SIGNED.value: out} if out else None
    return _applied(Taken(taken.state, freezes=True, content=content_hash), detail)


def _submit_behind(situation: Situation, _taken: Taken) -> Judgement:
    """Who signs and submits in a place without network need not come back to submit once the files are up."""
    if situation.waiting is None:
        return aside(Code.STEP_NOT_ALLOWED, state=situation.state.value, step="submit")
    return aside(Code.SIGNOFF_AWAITED, signoff=situation.waiting.op_id)


def _withdraw(situation: Situation, taken: Taken) -> Judgement:
    """The sign-off that waits holds no longer, and the record is open to its team again."""
    if situation.waiting is None:
        return aside(Code.STEP_NOT_ALLOWED, state=situation.state.value, step="reopen")
    return _applied(taken, {"withdrawn": situation.waiting.op_id})


def submission_behind(signoff_id: str, steps: Iterable[Entry]) -> Entry | None:
    """The submission that waits for this sign-off to be confirmed, if the leader has sent one."""
    waiting = (
        entry for entry in steps
        if entry.code == Code.SIGNOFF_AWAITED and (entry.detail or {}).get("signoff") == signoff_id
    )  # fmt: skip
    return next(waiting, None)


def _submit(_entry: Entry, situation: Situation, taken: Taken) -> Judgement:
    if remarks := _open_remarks(situation.fold):
        return aside(Code.STEP_NOT_ALLOWED, state=situation.state.value, open_remarks=remarks)
    if situation.form is Form.ON_SITE:
        return _applied(taken)
    if conflicts := signoff.record_conflicts(situation.fold):
        return aside(Code.OPEN_CONFLICTS, conflicts=conflicts)
    missing = sorted(signoff.blobs_needed(situation.fold, None) - set(situation.stored))
    if missing:
        return aside(Code.BLOBS_MISSING, missing=[f"sha256:{sha256}" for sha256 in missing])
    return _applied(Taken(taken.state, content=_content(situation)))


def _open_remarks(folded: Fold) -> list[str]:
    return [
        entity
        for entity in folded.entities("remark")
        if any(head.writes["state"] == "open" for head in folded.heads(entity, "state"))
    ]


def _content(situation: Situation) -> str:
    return content.content_hash(situation.inspection, situation.checklist_sha256, situation.fold)


def _approve(entry: Entry, situation: Situation, taken: Taken) -> Judgement:
    if situation.parts & TEAM_PARTS:
        return aside(Code.NOT_PERMITTED, type=entry.operation.type, problem="own_inspection")
    actual = _content(situation)
    if entry.body["content"] != actual:
        return aside(Code.SIGNOFF_STALE, content=actual)
    return _applied(Taken(taken.state, content=actual))


def _supplement(entry: Entry, situation: Situation) -> Judgement:
    if not workflow.takes_record_operations(situation.state):
        return aside(Code.STEP_NOT_ALLOWED, state=situation.state.value, step="supplement")
    checklist = str(entry.body["checklist"])
    if checklist not in situation.checklists:
        return aside(Code.CHECKLIST_UNKNOWN, checklist=checklist)
    if not situation.checklists[checklist].has_profile(situation.profile):
        return aside(
            Code.VALUE_INVALID, member="checklist", problem="profile_unknown", profile=situation.profile
        )
    mapping = entry.body.get("mapping") or {}
    before, after = situation.checklists.get(situation.checklist), situation.checklists[checklist]
    unknown = [item for item in mapping if before is None or not before.has(item)]
    unknown += [item for item in mapping.values() if item is not None and not after.has(item)]
    if unknown:
        return aside(Code.ITEM_UNKNOWN, items=sorted(unknown), checklist=checklist)
    return _applied(Taken(situation.state, checklist=checklist), {"before": situation.checklist})


def _lapse(_entry: Entry, situation: Situation) -> Judgement:
    return _applied(Taken(situation.state))


_OWN_STEPS: dict[str, Callable[[Entry, Situation], Judgement]] = {
    "supplement": _supplement,
    "signoff_lapsed": _lapse,
}
_CONDITIONS: dict[str, Callable[[Entry, Situation, Taken], Judgement]] = {
    "start": _start,
    "signoff": _signoff,
    "signoff_confirmed": _confirm,
    "submit": _submit,
    "submit_confirmed": _submit,
    "approve": _approve,
}
_BEHIND_SIGNOFF: dict[str, Callable[[Situation, Taken], Judgement]] = {
    "submit": _submit_behind,
    "reopen": _withdraw,
}
