"""The cases of the judge for sign-offs, steps and quarantine decisions, and all cases as vectors."""

from collections.abc import Callable
from typing import Any

from inspections import content, fold
from inspections.codes import Code
from inspections.fold import Entry
from inspections.signoff import Shown
from inspections.workflow import Form, Part, State
from tests.logbook import INSPECTION, answer, make_entry, uuid_of
from tests.vectors.fold_cases import A16, BLOB, F1, M1, N1
from tests.vectors.judgement_cases import (
    AGREED,
    CHECKLISTS,
    CONFLICTS,
    LEADER,
    MEMBER_,
    OLD,
    REMARK,
    RIGHTS,
    SHA,
    SIGNED,
    SIGNED_BY_LEADER,
    SIGNED_BY_UNIT,
    SUBMITTED,
    SUPERVISOR,
    TWO,
    UNKNOWN,
    WRITES,
    Case,
    aside,
    op,
    step,
)  # fmt: skip


def _signatures(hash_: str, *, unit: bool = True) -> tuple[Entry, ...]:
    leader = make_entry(
        "sl",
        "signature.add",
        SIGNED_BY_LEADER,
        {"role": "leader", "name": "A", "content": hash_, "blob": BLOB},
        actor="leader",
        pos=8,
    )
    of_unit = make_entry(
        "su",
        "signature.add",
        SIGNED_BY_UNIT,
        {
            "role": "unit",
            "name": "B",
            "content": hash_,
            "refusal": {"reason": "Chưa nhất trí", "witnesses": []},
        },
        actor="leader",
        pos=9,
    )
    return (leader, of_unit) if unit else (leader,)


RECORD = (answer("a", seq=1, pos=1), answer("b", "kph_nhe", item="PL-17", device="tablet-b", seq=1, pos=2))
CONTENT = content.content_hash(INSPECTION, SHA, fold.build(RECORD))
CONTENT_A = content.content_hash(INSPECTION, SHA, fold.build(RECORD[:1]))
SEEN = {"tablet-a": 1, "tablet-b": 1}
HERE = {"device_seqs": SEEN, "stored": frozenset({BLOB[7:]})}
SIGNED_RECORD = RECORD + _signatures(CONTENT)


def _signoff(content_hash: str = CONTENT, **body: Any) -> Entry:
    return step("signoff", {"content": content_hash, "seen": SEEN} | body, device="tablet-a", seq=2)


SIGNOFFS = [
    Case("both have signed what stands", _signoff(), "applied", LEADER, SIGNED_RECORD, AGREED, extra=HERE),
    aside(
        Code.NOT_PERMITTED, "a member signs off", _signoff(), before=SIGNED_RECORD, state=AGREED, extra=HERE
    ),
    aside(
        Code.STEP_NOT_ALLOWED,
        "not before the team has agreed",
        _signoff(),
        parts=LEADER,
        before=SIGNED_RECORD,
        extra=HERE,
    ),
    aside(
        Code.OPS_MISSING,
        "work that the signers saw is not here",
        _signoff(seen=SEEN | {"tablet-c": 4}),
        parts=LEADER,
        before=SIGNED_RECORD,
        state=AGREED,
        extra=HERE,
        says={"missing": {"tablet-c": 4}},
    ),
    aside(
        Code.SIGNOFF_STALE,
        "work that they had not seen is here",
        _signoff(CONTENT_A, seen={"tablet-a": 1}),
        parts=LEADER,
        before=RECORD + _signatures(CONTENT_A),
        state=AGREED,
        extra=HERE,
        says={"unseen": [uuid_of("b")]},
    ),
    Case(
        "it is named and left out",
        _signoff(CONTENT_A, seen={"tablet-a": 1}, exclude=[uuid_of("b")]),
        "applied",
        LEADER,
        RECORD + _signatures(CONTENT_A),
        AGREED,
        extra=HERE,
    ),
    aside(
        Code.SIGNOFF_STALE,
        "another content than the one that stands",
        _signoff("9" * 64),
        parts=LEADER,
        before=SIGNED_RECORD,
        state=AGREED,
        extra=HERE,
        says={"content": CONTENT},
    ),
    aside(
        Code.STEP_NOT_ALLOWED,
        "the unit has neither signed nor refused",
        _signoff(),
        parts=LEADER,
        before=RECORD + _signatures(CONTENT, unit=False),
        state=AGREED,
        extra=HERE,
        says={"missing_signatures": ["unit"]},
    ),
    aside(
        Code.STEP_NOT_ALLOWED,
        "signatures over an older content do not count",
        _signoff(),
        parts=LEADER,
        before=RECORD + _signatures("9" * 64),
        state=AGREED,
        extra=HERE,
        says={"missing_signatures": ["leader", "unit"]},
    ),
    aside(
        Code.BLOBS_MISSING,
        "the drawn signature is still travelling",
        _signoff(),
        parts=LEADER,
        before=SIGNED_RECORD,
        state=AGREED,
        extra=HERE | {"stored": frozenset()},
        says={"missing": [BLOB]},
    ),
    aside(
        Code.INSPECTION_FROZEN,
        "an answer after the signatures",
        answer("x"),
        state=SIGNED,
        extra={"frozen_pos": 10},
        says={"frozen_pos": 10},
    ),
    aside(
        Code.INSPECTION_FROZEN,
        "an answer beyond what a waiting sign-off saw",
        answer("x", seq=7),
        state=AGREED,
        extra={"waiting": Shown(uuid_of("w"), CONTENT, {"tablet-a": 6}, frozenset())},
    ),
    Case(
        "an answer that a waiting sign-off saw",
        answer("x", seq=6),
        "applied",
        state=AGREED,
        extra={"waiting": Shown(uuid_of("w"), CONTENT, {"tablet-a": 6}, frozenset())},
    ),
    Case(
        "a note after the signatures",
        op("note.add", N1, {"text": "Về cơ quan"}),
        "applied",
        state=SIGNED,
        extra={"frozen_pos": 10},
    ),
]
CLASH = (*TWO, *_signatures(content.content_hash(INSPECTION, SHA, fold.build(TWO))))
SIGNOFFS.append(
    aside(
        Code.OPEN_CONFLICTS,
        "two answers stand against each other",
        _signoff(content.content_hash(INSPECTION, SHA, fold.build(TWO))),
        parts=LEADER,
        before=CLASH,
        state=AGREED,
        extra=HERE,
    )
)

LATE = make_entry(
    "late", "answer.set", A16, {"value": "kph_nang"}, effect="quarantined", code="actor_inactive", pos=3
)
TAKEN_OVER = {"op_id": uuid_of("late"), "type": "answer.set", "body": LATE.operation.body}


WAITS = {"waiting": Shown(uuid_of("w"), CONTENT, {"tablet-a": 6}, frozenset())}
LATE_BY_OLD = make_entry(
    "late", "answer.set", "answer/PL-99", {"value": "kph_nang"}, checklist=OLD, effect="quarantined",
    code="checklist_mismatch", pos=3,
)  # fmt: skip
BECAME = {"adopted": LATE_BY_OLD, "earlier_checklists": {OLD: {"PL-99": "PL-17", "PL-24": None}}}
LINK = {"device": uuid_of("copied"), "seq": 4, "hash": "4" * 64}
# A deputy's edit that came before the finding which it edits: `x` is the operation under judgement.
EDITED_FIRST = (make_entry("f2", "finding.set", F1, {"text": "Sửa"}, parents=("x",), actor="deputy", pos=1),)


def _adopt(body: dict[str, Any], entity: str = A16, **fields: Any) -> Entry:
    return op("quarantine.adopt", entity, body, actor="leader", **fields)


STEPS = [
    Case("a member opens the inspection", step("start"), "applied", state=State.DECIDED),
    Case("the leader concludes", step("conclude"), "applied", parts=LEADER),
    aside(Code.NOT_PERMITTED, "a member concludes", step("conclude")),
    aside(Code.STEP_NOT_ALLOWED, "nothing is submitted unsigned", step("submit"), parts=LEADER, state=AGREED),
    Case("what is signed is submitted", step("submit"), "applied", parts=LEADER, state=SIGNED),
    aside(
        Code.STEP_NOT_ALLOWED,
        "not with an open remark",
        step("submit"),
        parts=LEADER,
        state=SIGNED,
        before=REMARK,
        says={"open_remarks": [M1]},
    ),
    Case(
        "an answered remark is not open",
        step("submit"),
        "applied",
        parts=LEADER,
        state=SIGNED,
        before=(*REMARK, make_entry("n", "remark.answer", M1, {"text": "Đã"}, parents=("m",), pos=2)),
    ),
    aside(
        Code.OPEN_CONFLICTS,
        "a desk inspection is not submitted in conflict",
        step("submit"),
        parts=LEADER,
        state=AGREED,
        before=TWO,
        extra={"form": Form.DESK},
    ),
    Case(
        "the content on the screen is approved",
        step("approve", {"content": CONTENT}),
        "applied",
        parts=SUPERVISOR,
        state=SUBMITTED,
        before=RECORD,
    ),
    aside(
        Code.SIGNOFF_STALE,
        "another content is not",
        step("approve", {"content": "9" * 64}),
        parts=SUPERVISOR,
        state=SUBMITTED,
        before=RECORD,
    ),
    aside(
        Code.NOT_PERMITTED,
        "nobody approves his own inspection",
        step("approve", {"content": CONTENT}),
        parts=SUPERVISOR + MEMBER_,
        state=SUBMITTED,
        before=RECORD,
    ),
    aside(
        Code.VALUE_INVALID,
        "nothing is sent back without a reason",
        step("send_back", {"reason": " "}),
        parts=SUPERVISOR,
        state=SUBMITTED,
    ),
    Case(
        "sent back with a reason",
        step("send_back", {"reason": "Thiếu bằng chứng", "due_on": "2023-06-01"}),
        "applied",
        parts=SUPERVISOR,
        state=SUBMITTED,
    ),
    aside(
        Code.NOT_PERMITTED,
        "a tablet confirms a sign-off",
        step("signoff_confirmed", {"op_id": uuid_of("w"), "content": CONTENT}),
        parts=LEADER,
        state=AGREED,
    ),
    aside(
        Code.NOT_PERMITTED,
        "a tablet lets a sign-off lapse",
        step("signoff_lapsed", {"op_id": uuid_of("w"), "code": "signoff_stale"}),
        parts=LEADER,
        state=AGREED,
    ),
    Case(
        "the leader adopts what was set aside",
        _adopt(TAKEN_OVER),
        "applied",
        parts=LEADER,
        before=(LATE,),
        extra={"adopted": LATE},
    ),
    aside(Code.NOT_PERMITTED, "a member adopts", _adopt(TAKEN_OVER), before=(LATE,), extra={"adopted": LATE}),
    Case(
        "what was set aside is adopted at the item that its own became",
        _adopt(TAKEN_OVER, "answer/PL-17"),
        "applied",
        parts=LEADER,
        before=(LATE_BY_OLD,),
        extra=BECAME,
    ),
    aside(
        Code.VALUE_INVALID,
        "an adoption at an item that took no place of its own",
        _adopt(TAKEN_OVER, A16),
        parts=LEADER,
        before=(LATE_BY_OLD,),
        extra=BECAME,
        says={"member": "op_id", "problem": "unknown"},
    ),
    aside(
        Code.VALUE_INVALID,
        "an adoption in other words",
        _adopt(TAKEN_OVER | {"body": '{"value":"phu_hop"}'}),
        parts=LEADER,
        before=(LATE,),
        extra={"adopted": LATE},
        says={"problem": "differs_from_original"},
    ),
    aside(
        Code.VALUE_INVALID,
        "an adoption of what counts already",
        _adopt({"op_id": uuid_of("a"), "type": "answer.set", "body": answer("a").operation.body}),
        parts=LEADER,
        before=RECORD,
        extra={"adopted": RECORD[0]},
        says={"problem": "not_set_aside"},
    ),
    aside(
        Code.NOT_PERMITTED,
        "an adoption ends no conflict",
        _adopt(TAKEN_OVER, parents=("a", "b")),
        parts=LEADER,
        before=(*TWO, LATE),
        extra={"adopted": LATE},
    ),
    aside(
        Code.INSPECTION_FROZEN,
        "no adoption after the signatures",
        _adopt(TAKEN_OVER),
        parts=LEADER,
        before=(LATE,),
        state=SIGNED,
        extra={"adopted": LATE, "frozen_pos": 10},
    ),
    Case(
        "a dismissal goes on after the signatures",
        op("quarantine.dismiss", A16, {"op_id": uuid_of("late"), "reason": "Trùng"}, actor="leader"),
        "applied",
        parts=LEADER,
        before=(LATE,),
        state=SIGNED,
        extra={"adopted": LATE, "frozen_pos": 10},
    ),
    Case(
        "a supplement binds to another version",
        step("supplement", {"checklist": OLD, "mapping": {}}),
        "applied",
        parts=SUPERVISOR,
    ),
    aside(
        Code.CHECKLIST_UNKNOWN,
        "not to one that nobody published",
        step("supplement", {"checklist": UNKNOWN}),
        parts=SUPERVISOR,
    ),
    aside(
        Code.VALUE_INVALID,
        "not to one that lacks the inspection's profile",
        step("supplement", {"checklist": OLD}),
        parts=SUPERVISOR,
        extra={"profile": "rut_gon"},
        says={"member": "checklist", "problem": "profile_unknown"},
    ),
    Case(
        "a supplement says what became of items",
        step("supplement", {"checklist": OLD, "mapping": {"PL-17": "PL-99", "PL-24": None}}),
        "applied",
        parts=LEADER,
    ),
    aside(
        Code.ITEM_UNKNOWN,
        "no item becomes one that the version does not have",
        step("supplement", {"checklist": OLD, "mapping": {"PL-16": "PL-17"}}),
        parts=SUPERVISOR,
        says={"items": ["PL-17"]},
    ),
    aside(
        Code.VALUE_INVALID,
        "a mapping that maps to numbers",
        step("supplement", {"checklist": OLD, "mapping": {"PL-16": 1}}),
        parts=SUPERVISOR,
    ),
    Case(
        "the leader concludes where the start is still on another tablet",
        step("conclude"),
        "applied",
        parts=LEADER,
        state=State.DECIDED,
    ),
    aside(
        Code.SIGNOFF_AWAITED,
        "a submission waits with the sign-off before it",
        step("submit"),
        parts=LEADER,
        state=AGREED,
        extra=WAITS,
        says={"signoff": uuid_of("w")},
    ),
    aside(Code.NOT_PERMITTED, "a member submits behind it", step("submit"), state=AGREED, extra=WAITS),
    aside(
        Code.NOT_PERMITTED,
        "a tablet confirms a submission",
        step("submit_confirmed", {"op_id": uuid_of("y")}),
        parts=LEADER,
        state=SIGNED,
    ),
    Case(
        "the server confirms it once the sign-off holds",
        step("submit_confirmed", {"op_id": uuid_of("y")}),
        "applied",
        parts=(Part.SERVER,),
        state=SIGNED,
    ),
    aside(
        Code.STEP_NOT_ALLOWED,
        "not with an open remark, even so",
        step("submit_confirmed", {"op_id": uuid_of("y")}),
        parts=(Part.SERVER,),
        state=SIGNED,
        before=REMARK,
    ),
    Case(
        "the leader withdraws a sign-off that waits",
        step("reopen", {"reason": "Ghi sót một mục"}),
        "applied",
        parts=LEADER,
        state=AGREED,
        extra=WAITS,
        says={"withdrawn": uuid_of("w")},
    ),
    aside(
        Code.STEP_NOT_ALLOWED,
        "nothing is reopened where nothing was signed",
        step("reopen", {"reason": "Ghi sót một mục"}),
        parts=LEADER,
        state=AGREED,
    ),
    aside(
        Code.VALUE_INVALID,
        "a reopening that cites no hash",
        step("reopen", {"reason": "Ghi sót", "content": "hôm qua"}),
        parts=LEADER,
        state=SIGNED,
    ),
    Case(
        "the office receives a report of correction",
        step("receive_correction", {"received_on": "2023-07-03", "document": "112/BC-SNV"}),
        "applied",
        parts=(Part.CLERK,),
        state=State.AWAITING_CORRECTION,
    ),
    aside(
        Code.VALUE_INVALID,
        "on a day that is none",
        step("receive_correction", {"received_on": "2023-02-30"}),
        parts=SUPERVISOR,
        state=State.AWAITING_CORRECTION,
    ),
    aside(
        Code.NOT_PERMITTED,
        "a team does not accept corrections",
        step("accept_correction", {"decided_on": "2023-07-10"}),
        parts=LEADER,
        state=State.UNDER_REVIEW,
    ),
    Case(
        "the supervisor accepts the correction",
        step("accept_correction", {"decided_on": "2023-07-10"}),
        "applied",
        parts=SUPERVISOR,
        state=State.UNDER_REVIEW,
    ),
    aside(
        Code.VALUE_INVALID,
        "a refusal of the correction gives its reason",
        step("refuse_correction", {"decided_on": "2023-07-10", "reason": ""}),
        parts=SUPERVISOR,
        state=State.UNDER_REVIEW,
    ),
    Case(
        "what a copied tablet held is issued again by another chain",
        op("answer.set", A16, {"value": "phu_hop", "reissues": LINK}),
        "applied",
    ),
    aside(
        Code.VALUE_INVALID,
        "a re-issue that names no link",
        op("answer.set", A16, {"value": "phu_hop", "reissues": {"seq": 4}}),
    ),
    Case(
        "whoever opened a finding is known behind an edit that came first",
        op("finding.set", F1, {"text": "Thiếu sổ"}),
        "applied",
        before=EDITED_FIRST,
    ),
    aside(
        Code.NOT_PERMITTED,
        "an edit does not open what has not come",
        op("finding.set", F1, {"text": "Đủ sổ"}, parents=("f",)),
    ),
    aside(
        Code.NOT_PERMITTED,
        "nobody opens a finding before somebody who has not seen it",
        op("finding.set", F1, {"text": "Đủ sổ"}),
        before=(
            *EDITED_FIRST[:-1],
            make_entry("f2", "finding.set", F1, {"text": "Sửa"}, parents=("other",), actor="leader", pos=1),
        ),
    ),
]

JUDGEMENTS = [*WRITES, *RIGHTS, *CONFLICTS, *SIGNOFFS, *STEPS]


def judgement_vectors(plain_entry: Callable[[Entry], dict[str, Any]]) -> dict[str, Any]:
    """The cases as JSON, with every operation in full."""
    return {
        "about": "An operation in a situation, and the verdict that it must get.",
        "checklists": {
            name: {"sha256": one.sha256, "items": {item: list(v) for item, v in one.values.items()}}
            for name, one in CHECKLISTS.items()
        },
        "cases": [_plain(case, plain_entry) for case in JUDGEMENTS],
    }


def _plain(case: Case, plain_entry: Callable[[Entry], dict[str, Any]]) -> dict[str, Any]:
    situation = case.situation
    waiting, adopted = situation.waiting, situation.adopted
    return {
        "name": case.name,
        "operation": plain_entry(case.entry),
        "before": [plain_entry(e) for e in case.before],
        "situation": {
            "state": situation.state,
            "form": situation.form,
            "parts": sorted(situation.parts),
            "received_at": situation.received_at.isoformat(),
            "checklist": situation.checklist,
            "earlier_checklists": {name: dict(one) for name, one in situation.earlier_checklists.items()},
            "frozen_pos": situation.frozen_pos,
            "waiting": waiting and {"op_id": waiting.op_id, "seen": dict(waiting.seen)},
            "is_device_lost": situation.is_device_lost,
            "is_grant_over": situation.is_grant_over,
            "adopted": adopted and adopted.op_id,
            "device_seqs": dict(situation.device_seqs),
            "stored": sorted(situation.stored),
        },
        "expected": {
            "effect": case.verdict if case.verdict in ("applied", "conflict") else "quarantined",
            "code": case.warning if case.verdict in ("applied", "conflict") else case.verdict,
        },
    }
