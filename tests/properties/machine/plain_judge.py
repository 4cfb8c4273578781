"""What must become of an operation, decided a second time from the protocol's text.

It shares no line with `inspections.judgement`, `permissions`, `signoff` or `workflow`, and knows only what
the machine lets happen: inspections on site, whose team is a leader, a secretary and members.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.properties.machine import plain_fold
from tests.properties.machine.plain_fold import RETRACT, Kept, Op, PlainFold, words

TEAM = frozenset({"leader", "secretary", "member"})
LEADER, DESK, OFFICE, SERVER = ({"leader"}, {"leader", "secretary"}, {"supervisor"}, {"server"})
TYPES = words(
    """answer.set answer.resolve row.set row.resolve row.retract participant.set participant.resolve
    participant.retract announcement.set announcement.resolve inspection.set inspection.resolve finding.set
    finding.resolve finding.retract explanation.set explanation.resolve photo.add photo.edit photo.retract
    file.add file.edit file.retract note.add note.edit note.retract assignment.set signature.add remark.add
    remark.answer remark.accept quarantine.adopt quarantine.dismiss"""
)
BY_TEAM = words(
    """answer.set row.set row.retract participant.set participant.retract photo.add photo.edit file.add
    file.edit note.add remark.answer signature.add"""
)
BY_DESK = frozenset({"announcement.set", "explanation.set", "inspection.set"})
BY_LEADER_OR_OPENER = frozenset(
    {"finding.set", "finding.retract", "photo.retract", "file.retract", "note.retract"}
)
SIGNERS = {"leader": LEADER, "unit": DESK, "secretary": {"secretary"}, "member": TEAM}
RESOLVED_BY_VERB = words("inspection announcement participant answer row finding explanation")
STEPS = {
    "inspection.start": ({"decided"}, "in_progress", TEAM),
    "inspection.conclude": ({"in_progress", "agreed"}, "agreed", LEADER),
    "inspection.signoff": ({"agreed"}, "signed", LEADER),
    "inspection.signoff_confirmed": ({"agreed"}, "signed", SERVER),
    "inspection.submit": ({"agreed", "signed"}, "submitted", LEADER),
    "inspection.submit_confirmed": ({"signed"}, "submitted", SERVER),
    "inspection.send_back": ({"submitted"}, "in_progress", OFFICE),
    "inspection.approve": ({"submitted"}, "approved", OFFICE),
    "inspection.reopen": ({"agreed", "signed", "submitted", "approved"}, "in_progress", LEADER | OFFICE),
}
OTHER_STEPS = frozenset({"inspection.supplement", "inspection.signoff_lapsed"})
RECORDING = frozenset({"decided", "in_progress", "agreed"})
WAITING = frozenset({"ops_missing", "blobs_missing"})

Verdict = tuple[str, str | None]
APPLIED: Verdict = ("applied", None)


def aside(code: str) -> Verdict:
    return "quarantined", code


@dataclass
class Stream:
    """An inspection as the model has it; `lists` are the items of each published checklist version."""

    inspection: str
    roles: Mapping[str, str]
    checklist: str
    lists: Mapping[str, tuple[str, frozenset[str]]]
    state: str = "in_progress"
    revision: int = 1
    frozen_pos: int | None = None
    signed: str | None = None
    waiting: Op | None = None
    submitted_behind: set[str] = field(default_factory=set)
    earlier: set[str] = field(default_factory=set)
    kept: list[Kept] = field(default_factory=list)
    beside: list[Kept] = field(default_factory=list)

    @property
    def fold(self) -> PlainFold:
        return plain_fold.folded(self.kept)

    @property
    def checklist_sha256(self) -> str:
        return self.lists[self.checklist][0]

    def known(self, entity: str) -> list[Kept]:
        return [kept for kept in self.kept if kept.op.entity == entity]


@dataclass(frozen=True)
class Around:
    """What the judge knows beside the stream: how far each device's work has come, the files that came.

    `is_lost` says whether the operation's device was reported lost.
    """

    device_seqs: Mapping[str, int]
    files: frozenset[tuple[str, str]]
    epoch: str
    is_lost: bool = False

    def silenced(self, devices: Iterable[str]) -> list[str]:
        """The server's own devices of earlier epochs."""
        return [one for one in devices if one.startswith("server:") and not one.endswith(self.epoch)]


def judge(op: Op, stream: Stream, around: Around) -> Verdict:  # noqa: PLR0911 (the rules in their order)
    """What becomes of the operation, which stands next in the stream."""
    parts = _parts(op, stream)
    is_step = op.type in STEPS or op.type in OTHER_STEPS
    if around.is_lost:
        return aside("device_revoked")
    if op.text is None:
        return aside("value_invalid")
    if op.type not in TYPES and not is_step:
        return aside("unknown_type")
    if op.type not in STEPS and not _may_write(op, stream, parts):
        return aside("not_permitted")
    if op.is_in_record and not is_step and op.type != "quarantine.dismiss":
        if stream.frozen_pos is not None or _is_beyond(op, stream.waiting):
            return aside("inspection_frozen")
        if stream.state not in RECORDING:
            return aside("step_not_allowed")
    if op.body is None or op.nonsense == "shape":
        return aside("value_invalid")
    if is_step:
        return _step(op, stream, parts, around)
    return _decided(op, stream) or _listed(op, stream) or _written(op, stream, parts)


def _parts(op: Op, stream: Stream) -> set[str]:
    return {"server"} if op.actor == "system" else {stream.roles.get(op.actor, "supervisor")}


def seen_by(signoff: Op) -> dict[str, int]:
    """How far each device's work was before those who signed."""
    return {signoff.device: signoff.seq - 1} | (signoff.body or {})["seen"]


def _is_beyond(op: Op, waiting: Op | None) -> bool:
    return waiting is not None and op.seq > seen_by(waiting).get(op.device, 0)


def _is_opener(op: Op, stream: Stream) -> bool:
    """Whether the author wrote that on which the first to arrive was built, as far as it is here."""
    here = [kept.op for kept in stream.known(op.entity) if kept.counts and kept.writes]
    if not here:  # whoever names what is not here edits what somebody else may have written
        there = {kept.op.op_id: kept.op.actor for kept in stream.known(op.entity)}
        return all(there.get(parent) == op.actor for parent in op.parents)
    by_id, built_on, new = {one.op_id: one for one in here}, set(), {here[0].op_id}
    while new:
        built_on |= new
        new = {p for op_id in new if op_id in by_id for p in by_id[op_id].parents} - built_on
    roots = [one for one in here if one.op_id in built_on and not by_id.keys() & set(one.parents)]
    return op.op_id in built_on or (bool(roots) and roots[0].actor == op.actor)


def _is_sole_author(op: Op, stream: Stream) -> bool:
    fold, actors = stream.fold, {kept.op.op_id: kept.op.actor for kept in stream.kept}
    heads = {op_id for name in fold.fields(op.entity) for op_id in fold.heads(op.entity, name)}
    return {actors[op_id] for op_id in heads} == {op.actor}


def _may_write(op: Op, stream: Stream, parts: set[str]) -> bool:  # noqa: PLR0911 (the rules in their order)
    kind, _, verb = op.type.partition(".")
    if op.type == "signature.add":
        return bool(SIGNERS.get(str((op.body or {}).get("role")), TEAM) & parts)
    if op.type in BY_TEAM:
        return bool(TEAM & parts)
    if op.type in BY_DESK:
        return bool(DESK & parts)
    if op.type in BY_LEADER_OR_OPENER:
        return bool(LEADER & parts) or _is_opener(op, stream)
    if verb == "resolve":
        is_own = _is_sole_author(op, stream) or (kind == "finding" and _is_opener(op, stream))
        return bool(LEADER & parts) or is_own
    if op.type == "note.edit":
        return _is_opener(op, stream)
    others = {"remark.add": OFFICE, "remark.accept": OFFICE, "inspection.supplement": LEADER | OFFICE,
              "inspection.signoff_lapsed": SERVER}  # fmt: skip
    return bool(others.get(op.type, LEADER) & parts)


def _decided(op: Op, stream: Stream) -> Verdict | None:
    """What is wrong with a decision about an operation that was set aside."""
    if not op.type.startswith("quarantine."):
        return None
    body, out = op.body or {}, stream.fold.out
    about = {kept.op.op_id: kept for kept in [*stream.beside, *stream.kept]}.get(body["op_id"])
    if about is None or about.op.entity != op.entity or (about.counts and about.op.op_id not in out):
        return aside("value_invalid")
    if op.type == "quarantine.dismiss":
        return None
    is_word_for_word = (body["type"], body["body"]) == (about.op.type, about.op.text)
    is_sound = about.op.type in TYPES and about.op.body is not None and not about.op.nonsense
    return None if is_word_for_word and is_sound else aside("value_invalid")


def _listed(op: Op, stream: Stream) -> Verdict | None:
    """What the checklist says against it."""
    if op.type == "quarantine.dismiss":
        return None
    kind, _, rest = op.entity.partition("/")
    body = Kept(op).writes if op.type == "quarantine.adopt" else op.body or {}
    listed = body.get("items") if kind == "finding" else [body.get("item")]
    named = [rest.partition("/")[0]] if kind in ("answer", "row") else [one for one in listed or () if one]
    if not named:
        return None
    if op.checklist not in stream.lists:
        return aside("checklist_unknown")
    if not stream.lists[op.checklist][1].issuperset(named):
        return aside("item_unknown")
    if op.checklist != stream.checklist:
        lives_on = stream.lists[stream.checklist][1].issuperset(named) and op.nonsense != "value"
        if op.checklist not in stream.earlier or not lives_on:
            return aside("checklist_mismatch")
    return aside("value_invalid") if op.nonsense == "value" else None


def _written(op: Op, stream: Stream, parts: set[str]) -> Verdict:
    if _ends_conflict(op, stream) and not _may_end(op, stream, parts):
        return aside("not_permitted")
    code = _warning(op, stream)
    written = Kept(op).writes
    after = PlainFold([*stream.kept, Kept(op)], stream.fold.out).conflicts(op.entity) if written else {}
    return ("conflict" if after.keys() & {*written, RETRACT} else "applied"), code


def _warning(op: Op, stream: Stream) -> str | None:
    if set(op.parents) - {kept.op.op_id for kept in stream.known(op.entity)}:
        return "parent_unknown"
    return "clock_implausible" if op.skew_days > 1 or op.skew_days < -90 else None


def _ends_conflict(op: Op, stream: Stream) -> bool:
    """Whether the operation would put one value, or none, where several stood against each other."""
    fold, parents, written = stream.fold, set(op.parents), Kept(op).writes
    gone = fold.heads(op.entity, RETRACT).keys()
    if gone and (RETRACT in written or parents & gone) and RETRACT in fold.conflicts(op.entity):
        return True
    if len(parents) < 2 or not written:
        return False
    unknown = len(parents - {kept.op.op_id for kept in stream.known(op.entity)})
    standing = [k for k in stream.known(op.entity) if k.counts and k.op.op_id not in fold.out]
    replaced = [kept.writes for kept in standing if kept.op.op_id in parents]
    for name in fold.fields(op.entity) if RETRACT in written else written:
        values: list[Any] = []
        for one in replaced:
            if name in one and not any(plain_fold.same([one[name], value]) for value in values):
                values.append(one[name])
        if len(values) + unknown > 1:
            return True
    return False


def _may_end(op: Op, stream: Stream, parts: set[str]) -> bool:
    kind, _, verb = op.type.partition(".")
    if kind == "quarantine" or (kind in RESOLVED_BY_VERB and verb not in ("resolve", "retract")):
        return False
    is_own = kind == "finding" and _is_opener(op, stream)
    by_office = kind == "remark" and bool(OFFICE & parts)
    return bool(LEADER & parts) or _is_sole_author(op, stream) or is_own or by_office


def _step(op: Op, stream: Stream, parts: set[str], around: Around) -> Verdict:  # noqa: C901, PLR0911 (the rules in their order)
    if op.type == "inspection.signoff_lapsed":
        return APPLIED
    if op.type == "inspection.supplement":
        known = (op.body or {})["checklist"] in stream.lists
        is_open = stream.state in RECORDING
        return aside("step_not_allowed") if not is_open else APPLIED if known else aside("checklist_unknown")
    states, _, by = STEPS[op.type]
    if op.type == "inspection.reopen":
        by = {"agreed": LEADER, "signed": LEADER | OFFICE}.get(stream.state, OFFICE)
    if stream.state not in states:
        return aside("step_not_allowed")
    if not by & parts:
        return aside("not_permitted")
    if op.type in ("inspection.submit", "inspection.reopen") and stream.state == "agreed":
        verdict = APPLIED if op.type == "inspection.reopen" else aside("signoff_awaited")
        return verdict if stream.waiting is not None else aside("step_not_allowed")
    if op.type.startswith("inspection.submit") and _has_open_remark(stream.fold):
        return aside("step_not_allowed")
    if op.type == "inspection.signoff_confirmed":
        waits = stream.waiting is not None and stream.waiting.op_id == (op.body or {})["op_id"]
        return APPLIED if waits else aside("step_not_allowed")
    if op.type == "inspection.signoff" and (code := obstacle(op, stream, around)):
        return aside(code)
    if op.type == "inspection.approve":
        content = stream.fold.content(stream.inspection, stream.checklist_sha256)
        return APPLIED if (op.body or {})["content"] == content else aside("signoff_stale")
    return APPLIED


def _has_open_remark(fold: PlainFold) -> bool:
    remarks = [entity for entity in fold.entities() if entity.startswith("remark/")]
    return any("open" in fold.heads(entity, "state").values() for entity in remarks)


def obstacle(signoff: Op, stream: Stream, around: Around) -> str | None:
    """What stands in the way of the sign-off, first things first; None if nothing does."""
    body, seen = signoff.body or {}, seen_by(signoff)
    come = {**around.device_seqs, signoff.device: signoff.seq - 1}
    # What a restore has lost of the server's own earlier words nobody can bring.
    come |= {device: seq for device, seq in seen.items() if device in around.silenced(seen)}
    if any(come.get(device, 0) < seq for device, seq in seen.items()):
        return "ops_missing"
    fold = plain_fold.folded(stream.kept, exclude=body["exclude"])
    standing = [k for k in stream.kept if k.counts and k.writes and k.op.op_id not in fold.out]
    if any(kept.op.is_in_record and kept.op.seq > seen.get(kept.op.device, 0) for kept in standing):
        return "signoff_stale"
    if fold.content(stream.inspection, stream.checklist_sha256) != body["content"]:
        return "signoff_stale"
    if fold.record_conflicts():
        return "open_conflicts"
    if not {"leader", "unit"} <= fold.signed_by(body["content"]):
        return "step_not_allowed"
    here = {sha256 for inspection, sha256 in around.files if inspection == stream.inspection}
    return "blobs_missing" if fold.files(body["content"]) - here else None
