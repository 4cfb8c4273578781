"""The record as people read it: every value that stands, and nothing that does not."""

from inspections import record
from inspections.record import Record
from tests.logbook import answer, fold_of, make_entry, uuid_of
from tests.vectors.fold_cases import A16, BLOB, F1, M1, P1, R1, S1


def _record(*entries: object) -> Record:
    return record.record_of(fold_of(*entries))


def test_both_answers_of_a_conflict_are_there_with_their_authors():
    kept = _record(answer("a"), answer("b", "kph_nhe", device="tablet-b", actor="leader"))
    one = kept.answers["PL-16"]
    assert one.in_conflict
    assert {(head.value["value"], head.actor, head.device) for head in one.heads} == {
        ("phu_hop", uuid_of("member"), "tablet-a"),
        ("kph_nhe", uuid_of("leader"), "tablet-b"),
    }
    assert [conflict.entity for conflict in kept.conflicts] == [A16]


def test_a_resolution_shows_its_reason():
    resolved = make_entry(
        "c", "answer.resolve", A16, {"value": "kph_nhe", "reason": "Đã xem sổ"}, parents=("a",)
    )
    one = _record(answer("a"), resolved).answers["PL-16"]
    assert (one.body, one.heads[0].reason, one.in_conflict) == ({"value": "kph_nhe"}, "Đã xem sổ", False)


def test_a_retracted_row_is_gone_and_the_others_are_in_their_table():
    other = f"row/PL-24/{uuid_of('r2')}"
    kept = _record(
        make_entry("a", "row.set", R1, {"columns": {"ma": "01"}}),
        make_entry("b", "row.retract", R1, parents=("a",)),
        make_entry("c", "row.set", other, {"columns": {"ma": "02"}}),
    )
    assert [(row.entity, row.item, row.columns) for row in kept.rows["PL-24"]] == [
        (other, "PL-24", {"ma": "02"})
    ]


def test_fields_of_a_finding_come_from_whoever_wrote_them_last():
    kept = _record(
        make_entry("a", "finding.set", F1, {"text": "Thiếu sổ", "items": ["PL-16"]}),
        make_entry("b", "finding.set", F1, {"text": "Chưa lập sổ"}, parents=("a",)),
    )
    (finding,) = kept.findings
    assert (finding.text("text"), finding.listed("items"), finding.value("due_on")) == (
        "Chưa lập sổ",
        ["PL-16"],
        None,
    )
    assert finding.id == uuid_of("f1")


def test_a_photo_has_its_file_its_item_and_its_newest_caption():
    body = {"blob": BLOB, "size": 9, "mime": "image/jpeg", "item": "PL-16", "caption": "Bảng tin"}
    kept = _record(
        make_entry("a", "photo.add", P1, body),
        make_entry("b", "photo.edit", P1, {"caption": "Niêm yết"}, parents=("a",)),
    )
    (photo,) = kept.photos
    assert (photo.sha256, photo.item, photo.text("caption")) == (BLOB[7:], "PL-16", "Niêm yết")


def test_a_signature_says_which_content_it_covers():
    drawn = {"role": "leader", "name": "A", "content": "1" * 64, "blob": BLOB}
    refused = {
        "role": "unit",
        "name": "B",
        "content": "1" * 64,
        "refusal": {"reason": "r", "witnesses": ["C"]},
    }
    other = f"signature/{uuid_of('s2')}"
    kept = _record(
        make_entry("a", "signature.add", S1, drawn), make_entry("b", "signature.add", other, refused)
    )
    by_role = {one.body["role"]: one for one in kept.signatures}
    assert (by_role["leader"].sha256, by_role["leader"].refusal) == (BLOB[7:], None)
    assert (by_role["unit"].sha256, by_role["unit"].refusal) == (None, {"reason": "r", "witnesses": ["C"]})
    assert [by_role["unit"].covers(content) for content in ("1" * 64, "2" * 64, None)] == [True, False, False]


def test_a_remark_carries_its_answers():
    kept = _record(
        make_entry("a", "remark.add", M1, {"entity": A16, "text": "Bổ sung"}, pos=1),
        make_entry("b", "remark.answer", M1, {"text": "Đã bổ sung"}, parents=("a",), pos=2),
    )
    (remark,) = kept.remarks
    assert (remark.state, remark.body["text"], [reply.value for reply in remark.replies]) == (
        "answered", "Bổ sung", ["Đã bổ sung"],
    )  # fmt: skip


def test_steps_and_what_was_set_aside_are_told_apart():
    kept = _record(
        make_entry("a", "inspection.start", "inspection", pos=1),
        make_entry(
            "b", "inspection.submit", "inspection", pos=2, effect="quarantined", code="step_not_allowed"
        ),
        answer("c", "x", pos=3, effect="quarantined", code="value_invalid"),
    )
    assert [(step.step, step.effect, step.code) for step in kept.steps] == [
        ("start", "applied", None), ("submit", "quarantined", "step_not_allowed"),
    ]  # fmt: skip
    assert [(one.written.op_id, one.code) for one in kept.set_aside] == [(uuid_of("c"), "value_invalid")]
    assert kept.answers == {}
