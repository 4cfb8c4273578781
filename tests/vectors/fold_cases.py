"""The cases of the fold vectors: logs with the heads, conflicts and absences that they must fold to.

What is expected is written by hand. `write_vectors` turns the names into ids; `check.mjs` folds each case a
second time, forwards and backwards.
"""

from dataclasses import dataclass, field

from inspections.fold import Entry
from tests.logbook import answer, make_entry, make_operation, uuid_of

A16, A17 = "answer/PL-16", "answer/PL-17"
F1, P1 = f"finding/{uuid_of('f1')}", f"photo/{uuid_of('p1')}"
R1 = f"row/PL-24/{uuid_of('r1')}"
N1, M1 = f"note/{uuid_of('n1')}", f"remark/{uuid_of('m1')}"
S1 = f"signature/{uuid_of('s1')}"
BLOB = "sha256:" + "ab" * 32


@dataclass(frozen=True)
class Case:
    """A log and what it folds to; operations are called by their names."""

    name: str
    entries: list[Entry]
    heads: dict[str, dict[str, list[str]]]
    conflicts: list[tuple[str, str, list[str]]] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    exclude: list[str] = field(default_factory=list)


def _finding(name: str, body: dict, **fields: object) -> Entry:
    return make_entry(name, "finding.set", F1, body, **fields)


def _step(name: str, step: str, body: dict, pos: int, **fields: object) -> Entry:
    return make_entry(name, f"inspection.{step}", "inspection", body, actor="leader", pos=pos, **fields)


ADOPTED = make_operation("late", "answer.set", A16, {"value": "kph_nang"})

CASES = [
    Case("nothing", [], {}),
    Case("one answer", [answer("a")], {A16: {"answer": ["a"]}}),
    Case(
        "a later answer replaces the one it names",
        [answer("a"), answer("b", "kph_nhe", parents=("a",), seq=2)],
        {A16: {"answer": ["b"]}},
    ),
    Case(
        "two tablets answer differently and both stand",
        [answer("a"), answer("b", "kph_nhe", device="tablet-b")],
        {A16: {"answer": ["a", "b"]}},
        conflicts=[(A16, "answer", ["a", "b"])],
    ),
    Case(
        "two tablets agree: both stand, nothing to decide",
        [
            make_entry("a", "answer.set", A16, '{"value":"phu_hop","note":null,"evidence":[{"n":1}]}'),
            make_entry("b", "answer.set", A16, '{"evidence":[{"n":1.0}],"value":"phu_hop","salt":"x"}'),
        ],
        {A16: {"answer": ["a", "b"]}},
    ),
    Case(
        "an answer that is issued again says the same",
        [
            answer("a"),
            make_entry(
                "b", "answer.set", A16,
                {"value": "phu_hop", "reissues": {"device": "tablet-a", "seq": 1, "hash": "4" * 64}},
            ),
        ],
        {A16: {"answer": ["a", "b"]}},
    ),
    Case(
        "true is not the number one",
        [
            make_entry("a", "answer.set", A16, '{"value":1}'),
            make_entry("b", "answer.set", A16, '{"value":true}'),
        ],
        {A16: {"answer": ["a", "b"]}},
        conflicts=[(A16, "answer", ["a", "b"])],
    ),
    Case(
        "a resolution naming both ends the conflict",
        [
            answer("a"),
            answer("b", "kph_nhe", device="tablet-b"),
            make_entry("c", "answer.resolve", A16, {"value": "kph_nhe", "reason": "r"}, parents=("a", "b")),
        ],
        {A16: {"answer": ["c"]}},
    ),
    Case(
        "a resolution that did not know the third leaves it standing",
        [
            answer("a"),
            answer("b", "kph_nhe", device="tablet-b"),
            answer("d", "kph_nang", device="tablet-c"),
            make_entry("c", "answer.resolve", A16, {"value": "kph_nhe", "reason": "r"}, parents=("a", "b")),
        ],
        {A16: {"answer": ["c", "d"]}},
        conflicts=[(A16, "answer", ["c", "d"])],
    ),
    Case(
        "an operation already named as a parent is no head when it arrives",
        [answer("b", "kph_nhe", parents=("a",), code="parent_unknown", pos=1), answer("a", pos=2)],
        {A16: {"answer": ["b"]}},
    ),
    Case(
        "what was set aside replaces nothing",
        [
            answer("a"),
            answer("b", "x", parents=("a",), seq=2, effect="quarantined", code="value_invalid"),
            answer("c", "kph_nhe", parents=("b",), seq=3),
        ],
        {A16: {"answer": ["a", "c"]}},
        conflicts=[(A16, "answer", ["a", "c"])],
    ),
    Case(
        "different fields of a finding merge",
        [
            _finding("a", {"category": "kph_nhe", "text": "Chưa lập mục tiêu"}),
            _finding("b", {"text": "Chưa lập mục tiêu năm 2022"}, parents=("a",), device="tablet-b"),
            _finding("c", {"due_on": "2023-07-23"}, device="tablet-c"),
        ],
        {F1: {"category": ["a"], "text": ["b"], "due_on": ["c"]}},
    ),
    Case(
        "the same field of a finding does not",
        [
            _finding("a", {"category": "kph_nhe", "text": "Chưa lập mục tiêu"}),
            _finding("b", {"text": "Chưa lập"}, parents=("a",), device="tablet-b"),
            _finding("c", {"text": "Thiếu mục tiêu"}, parents=("a",), device="tablet-c"),
        ],
        {F1: {"category": ["a"], "text": ["b", "c"]}},
        conflicts=[(F1, "text", ["b", "c"])],
    ),
    Case(
        "a field of a newer tablet is kept, a cleared field is a value",
        [make_entry("a", "inspection.set", "inspection", {"place": None, "weather": "mưa"})],
        {"inspection": {"place": ["a"], "weather": ["a"]}},
    ),
    Case(
        "a retraction that has seen everything hides the row",
        [
            make_entry("a", "row.set", R1, {"columns": {"ma": "01"}}),
            make_entry("b", "row.retract", R1, parents=("a",), seq=2),
        ],
        {R1: {"row": ["a"], "retract": ["b"]}},
        hidden=[R1],
    ),
    Case(
        "an edit concurrent with the retraction wins and is shown",
        [
            make_entry("a", "row.set", R1, {"columns": {"ma": "01"}}),
            make_entry("b", "row.retract", R1, parents=("a",), seq=2),
            make_entry("c", "row.set", R1, {"columns": {"ma": "02"}}, parents=("a",), device="tablet-b"),
        ],
        {R1: {"row": ["c"], "retract": ["b"]}},
        conflicts=[(R1, "retract", ["b", "c"])],
    ),
    Case(
        "an edit that names the retraction brings the row back",
        [
            make_entry("a", "row.set", R1, {"columns": {"ma": "01"}}),
            make_entry("b", "row.retract", R1, parents=("a",), seq=2),
            make_entry("c", "row.set", R1, {"columns": {"ma": "02"}}, parents=("a", "b"), seq=3),
        ],
        {R1: {"row": ["c"], "retract": []}},
    ),
    Case(
        "a photo keeps its file whatever its caption becomes",
        [
            make_entry(
                "a", "photo.add", P1, {"blob": BLOB, "size": 9, "mime": "image/jpeg", "caption": "Bảng tin"}
            ),
            make_entry("b", "photo.edit", P1, {"caption": "Niêm yết", "blob": "x"}, parents=("a",), seq=2),
        ],
        {P1: {"photo": ["a"], "caption": ["b"]}},
    ),
    Case(
        "a remark is answered, then accepted",
        [
            make_entry("a", "remark.add", M1, {"entity": A16, "text": "Bổ sung bằng chứng"}, actor="lanhdao"),
            make_entry("b", "remark.answer", M1, {"text": "Đã bổ sung"}, parents=("a",), device="tablet-b"),
            make_entry("c", "remark.accept", M1, {}, parents=("b",), actor="lanhdao", seq=2),
        ],
        {M1: {"remark": ["a"], "state": ["c"]}},
    ),
    Case(
        "a note with two later versions shows both",
        [
            make_entry("a", "note.add", N1, {"text": "Hỏi lại văn thư"}),
            make_entry("b", "note.edit", N1, {"text": "Hỏi văn thư"}, parents=("a",), seq=2),
            make_entry("c", "note.edit", N1, {"text": "Đã hỏi"}, parents=("a",), device="tablet-b"),
        ],
        {N1: {"note": ["b", "c"]}},
        conflicts=[(N1, "note", ["b", "c"])],
    ),
    Case(
        "an exclusion takes what builds on it, within the entity",
        [
            answer("a"),
            answer("b", "kph_nhe", parents=("a",), device="tablet-b"),
            answer("c", "kph_nang", parents=("b",), device="tablet-c"),
            answer("e", "luu_y", parents=("c",), device="tablet-c", seq=2),
            answer("d", item="PL-17", parents=("b",), device="tablet-c", seq=3),
        ],
        {A16: {"answer": ["a"]}, A17: {"answer": ["d"]}},
        exclude=["b"],
        left_out=["b", "c", "e"],
    ),
    Case(
        "what a signature left out stays out after reopening; a later edit of it counts as concurrent",
        [
            answer("a", pos=1),
            answer("b", "kph_nhe", parents=("a",), device="tablet-b", pos=2),
            answer("c", "kph_nang", parents=("b",), device="tablet-b", seq=2, pos=3),
            _step("s", "signoff", {"content": "0" * 64, "seen": {}, "exclude": [uuid_of("b")]}, 4),
            _step("o", "reopen", {"reason": "bổ sung"}, 5),
            answer("d", "luu_y", parents=("c",), device="tablet-b", seq=3, pos=6),
        ],
        {A16: {"answer": ["a", "d"]}},
        conflicts=[(A16, "answer", ["a", "d"])],
        left_out=["b", "c"],
    ),
    Case(
        "a sign-off that waited leaves out from its confirmation on",
        [
            answer("a", pos=1),
            answer("b", "kph_nhe", parents=("a",), device="tablet-b", pos=2),
            _step(
                "s", "signoff", {"content": "0" * 64, "seen": {}, "exclude": [uuid_of("b")]}, 3,
                effect="quarantined", code="blobs_missing",
            ),
            _step("k", "signoff_confirmed", {"op_id": uuid_of("s"), "content": "0" * 64}, 4, device="server"),
        ],
        {A16: {"answer": ["a"]}},
        left_out=["b"],
    ),
    Case(
        "a sign-off that still waits leaves nothing out",
        [
            answer("a", pos=1),
            answer("b", "kph_nhe", parents=("a",), device="tablet-b", pos=2),
            _step(
                "s", "signoff", {"content": "0" * 64, "seen": {}, "exclude": [uuid_of("b")]}, 3,
                effect="quarantined", code="blobs_missing",
            ),
        ],
        {A16: {"answer": ["b"]}},
    ),
    Case(
        "an adoption speaks with the words of what it adopts",
        [
            answer("a"),
            make_entry(
                "late", "answer.set", A16, {"value": "kph_nang"}, device="tablet-b", effect="quarantined",
                code="inspection_frozen",
            ),
            make_entry(
                "k", "quarantine.adopt", A16,
                {"op_id": ADOPTED.op_id, "type": "answer.set", "body": ADOPTED.body}, parents=("a",), seq=2,
            ),
        ],
        {A16: {"answer": ["k"]}},
    ),
    Case(
        "a signature stands beside the record",
        [
            make_entry("s", "signature.add", S1, {"role": "leader", "content": "0" * 64, "blob": BLOB}),
            _step("c", "conclude", {}, 2),
        ],
        {S1: {"signature": ["s"]}},
    ),
]  # fmt: skip
