"""The cases of the judge: an operation in a situation, and the verdict that it must get, written by hand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from inspections import fold
from inspections.codes import Code
from inspections.fold import Entry
from inspections.situation import Situation
from inspections.workflow import Form, Part, State
from tests.logbook import CHECKLIST, INSPECTION, MEMBER, RECEIVED_AT, answer, make_entry, uuid_of
from tests.vectors.fold_cases import A16, BLOB, F1, M1, N1, P1, R1

SHA = "c0ffee" + "0" * 58
OLD, UNKNOWN = "QMS-HCNN-2015@0.9.0", "QMS-HCNN-2015@9.0.0"
E1 = "explanation/general"
SIGNED_BY_LEADER, SIGNED_BY_UNIT = f"signature/{uuid_of('sl')}", f"signature/{uuid_of('su')}"


@dataclass(frozen=True)
class ListedItems:
    """A checklist of which only the codes matter and the values that each takes."""

    sha256: str
    values: Mapping[str, tuple[str, ...]]

    def has(self, item: str) -> bool:
        return item in self.values

    def has_profile(self, profile: str | None) -> bool:
        return profile is None

    def answer_fault(self, item: str, body: Mapping[str, Any]) -> str | None:
        return None if body.get("value") in self.values[item] else "value_not_listed"

    def row_fault(self, _item: str, columns: Mapping[str, Any]) -> str | None:
        return None if columns else "no_columns"


VALUES = ("phu_hop", "luu_y", "kph_nhe", "kph_nang")
CHECKLISTS = {
    CHECKLIST: ListedItems(SHA, {"PL-16": VALUES, "PL-17": VALUES, "PL-24": VALUES}),
    OLD: ListedItems("0" * 64, {"PL-16": VALUES, "PL-24": ("khac",), "PL-99": VALUES}),
}


@dataclass(frozen=True)
class Case:
    """`verdict` is the effect, or the code of what was set aside; `says` is part of the detail."""

    name: str
    entry: Entry
    verdict: str
    parts: tuple[Part, ...] = (Part.MEMBER,)
    before: tuple[Entry, ...] = ()
    state: State = State.IN_PROGRESS
    warning: str | None = None
    says: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def situation(self) -> Situation:
        """The situation with the plain defaults of these cases."""
        defaults: dict[str, Any] = {
            "inspection": INSPECTION,
            "state": self.state,
            "form": Form.ON_SITE,
            "parts": frozenset(self.parts),
            "received_at": RECEIVED_AT,
            "fold": fold.build(self.before),
            "checklist": CHECKLIST,
            "checklist_sha256": SHA,
            "checklists": CHECKLISTS,
        }
        return Situation(**(defaults | self.extra))


LEADER, DEPUTY, SECRETARY, MEMBER_ = (Part.LEADER,), (Part.DEPUTY,), (Part.SECRETARY,), (Part.MEMBER,)
SUPERVISOR, SERVER = (Part.SUPERVISOR,), (Part.SERVER,)
AGREED, SIGNED, SUBMITTED = State.AGREED, State.SIGNED, State.SUBMITTED


def op(kind: str, entity: str, body: Any = None, **fields: Any) -> Entry:
    """The operation under judgement, written by a member."""
    return make_entry("x", kind, entity, body, **fields)


def step(name: str, body: Any = None, **fields: Any) -> Entry:
    """A step under judgement."""
    return op(f"inspection.{name}", "inspection", body, actor="leader", **fields)


def aside(code: Code, name: str, entry: Entry, **fields: Any) -> Case:
    """A case whose operation is set aside."""
    return Case(name, entry, code.value, **fields)


TWO = (answer("a", actor="leader", pos=1), answer("b", "kph_nhe", device="tablet-b", actor="phodoan", pos=2))
OWN_TWO = (answer("a", pos=1), answer("b", "kph_nhe", device="tablet-b", pos=2))
ROW = (make_entry("r", "row.set", R1, {"columns": {"ma": "01"}}, pos=1),)
FINDING = (make_entry("f", "finding.set", F1, {"text": "Thiếu sổ"}, actor="leader", pos=1),)
REMARK = (make_entry("m", "remark.add", M1, {"entity": A16, "text": "Bổ sung"}, actor="lanhdao", pos=1),)
PHOTO = {"blob": BLOB, "size": 9, "mime": "image/jpeg", "item": "PL-16"}

WRITES = [
    Case("a member answers", answer("x"), "applied"),
    Case("an answer is taken before the opening meeting", answer("x"), "applied", state=State.DECIDED),
    Case("an answer is taken while the minutes are agreed", answer("x"), "applied", state=AGREED),
    aside(Code.STEP_NOT_ALLOWED, "no answer before the decision", answer("x"), state=State.SCHEDULED),
    aside(Code.STEP_NOT_ALLOWED, "no answer once submitted", answer("x"), state=SUBMITTED),
    Case(
        "a note goes on once submitted", op("note.add", N1, {"text": "Hẹn lại"}), "applied", state=SUBMITTED
    ),
    aside(Code.UNKNOWN_TYPE, "a type of the future", op("answer.paint", A16, {"value": 1})),
    aside(Code.VALUE_INVALID, "an entity of another kind", op("answer.set", N1, {"value": "phu_hop"})),
    aside(
        Code.VALUE_INVALID,
        "an entity that ends the line",
        op("answer.set", A16 + "\tx", {"value": "phu_hop"}),
    ),
    aside(Code.VALUE_INVALID, "a body that is no JSON", op("answer.set", A16, "{value:1}")),
    aside(Code.VALUE_INVALID, "a body that is a list", op("answer.set", A16, "[1]")),
    aside(
        Code.VALUE_INVALID, "a body with NUL", op("answer.set", A16, '{"value":"phu_hop","note":"\\u0000"}')
    ),
    aside(Code.VALUE_INVALID, "a body with half a character", op("answer.set", A16, '{"note":"\\ud800"}')),
    aside(
        Code.VALUE_INVALID, "a body too deep", op("answer.set", A16, '{"a":' + "[" * 5000 + "]" * 5000 + "}")
    ),
    aside(
        Code.VALUE_INVALID,
        "a withheld body",
        make_entry("x", "answer.set", A16, body=None, withheld=True),
        says={"problem": "withheld"},
    ),
    aside(Code.VALUE_INVALID, "a value that the item does not take", answer("x", "tot")),
    aside(Code.ITEM_UNKNOWN, "an item that the list does not have", answer("x", item="PL-98")),
    aside(Code.ITEM_UNKNOWN, "a finding about an unknown item", op("finding.set", F1, {"items": ["PL-98"]})),
    aside(Code.ITEM_UNKNOWN, "a photo of an unknown item", op("photo.add", P1, PHOTO | {"item": "PL-98"})),
    aside(Code.CHECKLIST_UNKNOWN, "a version that nobody published", answer("x", checklist=UNKNOWN)),
    aside(Code.CHECKLIST_MISMATCH, "another version than the inspection's", answer("x", checklist=OLD)),
    Case(
        "the earlier version after a supplement, where the item lives on",
        answer("x", checklist=OLD),
        "applied",
        extra={"earlier_checklists": {OLD: {"PL-17": "PL-24"}}},
    ),
    aside(
        Code.CHECKLIST_MISMATCH,
        "the earlier version, where the item is gone",
        answer("x", item="PL-99", checklist=OLD),
        extra={"earlier_checklists": {OLD: {}}},
    ),
    aside(
        Code.CHECKLIST_MISMATCH,
        "the earlier version, where the item is another now",
        answer("x", item="PL-16", checklist=OLD),
        extra={"earlier_checklists": {OLD: {"PL-16": "PL-17"}}},
        says={"became": {"PL-16": "PL-17"}},
    ),
    aside(
        Code.CHECKLIST_MISMATCH,
        "the earlier version, with a value that the item does not take any more",
        answer("x", "khac", item="PL-24", checklist=OLD),
        extra={"earlier_checklists": {OLD: {}}},
    ),
    Case(
        "a participant does not depend on the list",
        op(
            "participant.set",
            f"participant/{uuid_of('p')}",
            {"side": "unit", "name": "Trần Thị Mẫu"},
            checklist=UNKNOWN,
        ),
        "applied",
    ),
    aside(
        Code.VALUE_INVALID,
        "a participant of no side",
        op("participant.set", f"participant/{uuid_of('p')}", {"side": "left"}),
    ),
    aside(
        Code.VALUE_INVALID,
        "a set that sets nothing",
        op("inspection.set", "inspection", {"reason": "x"}),
        parts=SECRETARY,
    ),
    aside(
        Code.VALUE_INVALID,
        "a field whose name would forge a line",
        op("inspection.set", "inspection", {"a\tb": 1}),
        parts=SECRETARY,
    ),
    aside(Code.VALUE_INVALID, "a retraction without a reason", op("photo.retract", P1, {})),
    aside(Code.VALUE_INVALID, "an operation that names itself", answer("x", parents=("x",))),
    aside(
        Code.VALUE_INVALID,
        "an operation that would be its own ancestor",
        answer("x", parents=("a",)),
        before=(answer("a", parents=("x",), pos=1),),
    ),
    Case("a parent that has not come yet", answer("x", parents=("z",)), "applied", warning="parent_unknown"),
    Case(
        "a tablet set to next year",
        answer("x", wall="2027-08-22T10:14:05+07:00"),
        "applied",
        warning="clock_implausible",
    ),
    Case(
        "a tablet set to last year",
        answer("x", wall="2025-08-22T10:14:05+07:00"),
        "applied",
        warning="clock_implausible",
    ),
    Case(
        "a tablet without a sense of time",
        answer("x", wall="hôm qua"),
        "applied",
        warning="clock_implausible",
    ),
]

RIGHTS = [
    aside(Code.DEVICE_REVOKED, "a lost tablet", answer("x"), extra={"is_device_lost": True}),
    aside(Code.ACTOR_INACTIVE, "a grant that is over", answer("x"), extra={"is_grant_over": True}),
    aside(
        Code.NOT_PERMITTED,
        "a member states the conclusion",
        op("inspection.set", "inspection", {"conclusion": "Đạt"}),
    ),
    Case(
        "the secretary drafts the conclusion",
        op("inspection.set", "inspection", {"conclusion": "Đạt"}),
        "applied",
        parts=SECRETARY,
    ),
    aside(
        Code.NOT_PERMITTED,
        "a member records the explanation",
        op("explanation.set", E1, {"text": "Nhất trí"}),
    ),
    aside(Code.NOT_PERMITTED, "a supervisor answers", answer("x"), parts=SUPERVISOR),
    Case("a member opens a finding", op("finding.set", F1, {"text": "Thiếu sổ"}), "applied"),
    aside(
        Code.NOT_PERMITTED,
        "a member changes somebody else's finding",
        op("finding.set", F1, {"text": "Đủ sổ"}, parents=("f",)),
        before=FINDING,
    ),
    Case(
        "the deputy changes somebody else's finding",
        op("finding.set", F1, {"text": "Đủ sổ"}, parents=("f",)),
        "applied",
        before=FINDING,
        parts=DEPUTY,
    ),
    aside(
        Code.NOT_PERMITTED,
        "a note is edited by its author alone",
        op("note.edit", N1, {"text": "x"}),
        before=(make_entry("n", "note.add", N1, {"text": "y"}, actor="leader", pos=1),),
    ),
    aside(
        Code.NOT_PERMITTED,
        "a member divides the work",
        op("assignment.set", "assignment/A", {"members": [MEMBER]}),
    ),
    aside(
        Code.NOT_PERMITTED,
        "a team member adds a remark",
        op("remark.add", M1, {"entity": A16, "text": "?"}),
        parts=LEADER,
    ),
    Case(
        "a supervisor adds a remark",
        op("remark.add", M1, {"entity": A16, "text": "?"}),
        "applied",
        parts=SUPERVISOR,
        state=SUBMITTED,
    ),
    aside(
        Code.VALUE_INVALID,
        "a remark about nothing",
        op("remark.add", M1, {"entity": "x/y", "text": "?"}),
        parts=SUPERVISOR,
    ),
    Case(
        "a member answers a remark",
        op("remark.answer", M1, {"text": "Đã bổ sung"}, parents=("m",)),
        "applied",
        before=REMARK,
    ),
    aside(
        Code.NOT_PERMITTED,
        "a member signs as leader",
        op("signature.add", SIGNED_BY_LEADER, {"role": "leader", "name": "A", "content": SHA, "blob": BLOB}),
    ),
    aside(
        Code.VALUE_INVALID,
        "a signature that is neither drawn nor refused",
        op("signature.add", SIGNED_BY_UNIT, {"role": "unit", "name": "B", "content": SHA}),
        parts=SECRETARY,
    ),
    Case(
        "a refusal to sign with its reason",
        op(
            "signature.add",
            SIGNED_BY_UNIT,
            {
                "role": "unit",
                "name": "B",
                "content": SHA,
                "refusal": {"reason": "Không nhất trí", "witnesses": ["C"]},
            },
        ),
        "applied",
        parts=SECRETARY,
        state=AGREED,
    ),
]

CONFLICTS = [
    Case(
        "the second of two answers is in conflict",
        answer("x", "kph_nhe", device="tablet-b"),
        "conflict",
        before=(answer("a", pos=1),),
        says={"heads": ["a", "x"]},
    ),
    Case(
        "the same answer twice is agreement",
        answer("x", device="tablet-b"),
        "applied",
        before=(answer("a", pos=1),),
    ),
    Case(
        "an answer replaces the one it saw",
        answer("x", "kph_nhe", parents=("a",)),
        "applied",
        before=(answer("a", pos=1),),
    ),
    aside(
        Code.NOT_PERMITTED, "an ordinary answer ends no conflict", answer("x", parents=("a", "b")), before=TWO
    ),
    aside(
        Code.NOT_PERMITTED, "not even the leader's", answer("x", parents=("a", "b")), before=TWO, parts=LEADER
    ),
    aside(
        Code.NOT_PERMITTED,
        "two parents of which one may say anything",
        answer("x", parents=("a", "z")),
        before=TWO[:1],
    ),
    Case(
        "two equal parents are no conflict",
        answer("x", "kph_nhe", parents=("a", "b")),
        "applied",
        before=(answer("a", pos=1), answer("b", device="tablet-b", pos=2)),
    ),
    Case(
        "the leader resolves",
        op("answer.resolve", A16, {"value": "kph_nhe", "reason": "r"}, parents=("a", "b")),
        "applied",
        before=TWO,
        parts=LEADER,
    ),
    aside(
        Code.NOT_PERMITTED,
        "a member does not resolve between others",
        op("answer.resolve", A16, {"value": "kph_nhe", "reason": "r"}, parents=("a", "b")),
        before=TWO,
    ),
    Case(
        "who wrote both resolves",
        op("answer.resolve", A16, {"value": "kph_nhe", "reason": "r"}, parents=("a", "b")),
        "applied",
        before=OWN_TWO,
    ),
    aside(
        Code.VALUE_INVALID,
        "a resolution gives its reason",
        op("answer.resolve", A16, {"value": "kph_nhe"}, parents=("a", "b")),
        before=TWO,
        parts=LEADER,
    ),
    Case(
        "a resolution that missed one leaves a conflict",
        op("answer.resolve", A16, {"value": "luu_y", "reason": "r"}, parents=("a",)),
        "conflict",
        before=TWO,
        parts=LEADER,
        says={"heads": ["b", "x"]},
    ),
    Case(
        "a retraction met by an edit",
        op("row.set", R1, {"columns": {"ma": "02"}}, parents=("r",)),
        "conflict",
        before=(*ROW, make_entry("t", "row.retract", R1, parents=("r",), actor="leader", pos=2)),
        says={"heads": ["t", "x"]},
    ),
]
