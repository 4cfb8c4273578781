"""The log on both databases: what is appended, what it leads to, and that nothing ever moves afterwards."""

import dataclasses
import hashlib
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from accounts.models import Person
from core import ids, server_key
from core.caller import Caller
from inspections import chain, fold, log
from inspections.content import content_hash
from inspections.fold import Fold
from inspections.models import BlobReference, Head, LoggedOperation, Receipt
from inspections.operation import Draft
from tests.inspecting import AT, DRAWING, Scene, Tablet, make_scene, supervisor

A16 = "answer/PL-16"
PHU_HOP, KPH = {"value": "phu_hop"}, {"value": "kph_nhe", "note": "Chưa lập sổ"}


@pytest.fixture
def scene(session: Session) -> Scene:
    """An inspection in progress."""
    return make_scene(session)


def _verdicts(outcomes: list) -> list[tuple[str, str | None, int | None]]:
    return [(outcome.effect, outcome.code, outcome.pos) for outcome in outcomes]


def _stored_heads(scene: Scene) -> set[tuple[str, str, str]]:
    rows = scene.session.scalars(select(Head).where(Head.inspection == scene.inspection.id))
    return {(row.entity, row.field, row.op_id) for row in rows}


def _folded_heads(folded: Fold) -> set[tuple[str, str, str]]:
    return {
        (entity, name, head.op_id)
        for entity in folded.entities()
        for name in folded.fields(entity)
        for head in folded.heads(entity, name)
    }


def _check_the_log(scene: Scene) -> None:
    """I4, I6 and I9 for one inspection: no hole, one fold, every hash from the one before."""
    rows = scene.rows()
    assert [row.pos for row in rows] == list(range(1, len(rows) + 1))
    root = chain.log_genesis(scene.inspection.id)
    for row in rows:
        root = chain.log_link(root, pos=row.pos, operation_hash=row.hash, effect=row.effect, code=row.code)
        assert row.log_hash == root
    assert (scene.inspection.head_pos, scene.inspection.root) == (len(rows), root)
    assert _stored_heads(scene) == _folded_heads(scene.fold())


def test_answers_get_positions_without_a_hole_and_two_of_them_stand(scene: Scene):
    one, other = scene.tablet(), scene.tablet()
    one.write("answer.set", A16, PHU_HOP, by=scene.people["member"])
    one.write("answer.set", "answer/PL-17", PHU_HOP, by=scene.people["member"])
    assert _verdicts(one.send()) == [("applied", None, 1), ("applied", None, 2)]
    other.write("answer.set", A16, KPH, by=scene.people["leader"])
    (outcome,) = other.send()
    assert (outcome.effect, outcome.pos) == ("conflict", 3)
    assert outcome.detail["conflict"]["heads"] == sorted(
        row.op_id for row in scene.rows() if row.entity == A16
    )
    assert [conflict.entity for conflict in scene.fold().conflicts()] == [A16]
    assert (one.device.seq, other.device.seq) == (2, 1)
    _check_the_log(scene)


def test_a_resolution_sent_later_ends_the_conflict_in_fold_and_heads(scene: Scene):
    one, other = scene.tablet(), scene.tablet()
    first = one.write("answer.set", A16, PHU_HOP, by=scene.people["member"])
    one.send()
    second = other.write("answer.set", A16, KPH, by=scene.people["leader"])
    other.send()
    third = other.write(
        "answer.resolve",
        A16,
        KPH | {"reason": "Đã xem sổ"},
        by=scene.people["leader"],
        parents=(first, second),
    )
    assert _verdicts(other.send()) == [("applied", None, 3)]
    assert _stored_heads(scene) == {(A16, "answer", third)}
    _check_the_log(scene)


def test_an_operation_that_was_named_before_it_came_is_no_head(scene: Scene):
    one, other = scene.tablet(), scene.tablet()
    late = one.write("answer.set", A16, PHU_HOP, by=scene.people["member"])
    other.write("answer.set", A16, KPH, by=scene.people["leader"], parents=(late,))
    (first,) = other.send()
    assert (first.effect, first.code, first.detail) == ("applied", "parent_unknown", {"parents": [late]})
    assert _verdicts(one.send()) == [("applied", None, 2)]
    assert scene.fold().conflicts() == ()
    _check_the_log(scene)


def test_each_inspection_of_a_batch_has_its_own_stream(scene: Scene, session: Session):
    other = make_scene(session)
    tablet = scene.tablet()
    other.grant(tablet.device, "member")
    tablet.write("answer.set", A16, PHU_HOP, by=scene.people["member"])
    tablet.write("answer.set", A16, KPH, by=other.people["member"], inspection=other.inspection.id)
    tablet.write("answer.set", "answer/PL-17", PHU_HOP, by=scene.people["member"])
    outcomes = tablet.send()
    assert [(outcome.inspection, outcome.pos) for outcome in outcomes] == [
        (scene.inspection.id, 1), (other.inspection.id, 1), (scene.inspection.id, 2),
    ]  # fmt: skip
    _check_the_log(scene)
    _check_the_log(other)


def test_what_belongs_to_no_stream_is_kept_in_the_tablets_chain(scene: Scene, session: Session):
    stranger = make_scene(session)
    tablet = scene.tablet(granted=("member",))
    kept = [
        tablet.write("answer.set", A16, PHU_HOP, by=scene.people["member"], inspection=ids.new_id()),
        tablet.write("answer.set", A16, PHU_HOP, by=stranger.people["leader"]),
        tablet.write("answer.set", A16, PHU_HOP, by="nobody"),
        tablet.write("answer.set", A16, PHU_HOP, by=scene.people["leader"]),
    ]
    assert _verdicts(tablet.send()) == [
        ("quarantined", "inspection_unknown", None), ("quarantined", "not_permitted", None),
        ("quarantined", "not_permitted", None), ("quarantined", "actor_inactive", None),
    ]  # fmt: skip
    assert (scene.inspection.head_pos, tablet.device.seq) == (0, 4)
    rows = session.scalars(select(LoggedOperation).where(LoggedOperation.device == tablet.device.id))
    assert {row.op_id for row in rows} == set(kept)


def test_an_id_used_twice_counts_once_and_blocks_nothing(scene: Scene):
    one, other = scene.tablet(), scene.tablet()
    used = one.write("answer.set", A16, PHU_HOP, by=scene.people["member"])
    one.send()
    other.write("answer.set", A16, KPH, by=scene.people["member"], op_id=used)
    twice = other.write("answer.set", "answer/PL-17", KPH, by=scene.people["member"])
    other.write("answer.set", "answer/PL-17", PHU_HOP, by=scene.people["member"], op_id=twice)
    assert _verdicts(other.send()) == [
        ("quarantined", "op_id_reused", None), ("applied", None, 2), ("quarantined", "op_id_reused", None),
    ]  # fmt: skip
    _check_the_log(scene)


def test_a_grant_that_ran_out_sets_aside_in_the_stream_where_the_leader_sees_it(
    scene: Scene, session: Session
):
    tablet = scene.tablet(granted=())
    scene.grant(tablet.device, "member", until=datetime(2026, 1, 1, tzinfo=UTC))
    scene.grant(tablet.device, "leader")
    session.execute(update(Person).where(Person.id == scene.people["leader"]).values(is_active=False))
    tablet.write("answer.set", A16, PHU_HOP, by=scene.people["member"])
    tablet.write("answer.set", A16, KPH, by=scene.people["leader"])
    assert _verdicts(tablet.send()) == [("quarantined", "actor_inactive", n) for n in (1, 2)]
    assert len(scene.fold().undecided()) == 2
    _check_the_log(scene)


def test_a_lost_tablet_is_heard_and_has_no_effect(scene: Scene):
    tablet = scene.tablet()
    tablet.device.revoke_mode = "lost"
    tablet.write("answer.set", A16, PHU_HOP, by=scene.people["member"])
    assert _verdicts(tablet.send()) == [("quarantined", "device_revoked", 1)]
    _check_the_log(scene)


def test_values_are_judged_by_the_published_list(scene: Scene):
    tablet = scene.tablet()
    by = scene.people["member"]
    tablet.write("answer.set", A16, {"value": "tot"}, by=by)
    tablet.write("answer.set", "answer/PL-999", PHU_HOP, by=by)
    tablet.write("answer.set", A16, PHU_HOP, by=by, checklist="QMS-HCNN-2015@9.9.9")
    tablet.write("answer.set", A16, "[" * 9000, by=by)
    assert [(o.code, o.detail.get("problem")) for o in tablet.send()] == [
        ("value_invalid", "value_not_an_option"), ("item_unknown", None), ("checklist_unknown", None),
        ("value_invalid", "not_a_json_object"),
    ]  # fmt: skip


def test_a_photo_is_referred_to_before_its_file_comes(scene: Scene):
    tablet = scene.tablet()
    body = {"blob": "sha256:" + "ab" * 32, "size": 9, "mime": "image/jpeg", "item": "PL-16"}
    photo = tablet.write("photo.add", f"photo/{ids.new_id()}", body, by=scene.people["member"])
    tablet.send()
    (reference,) = scene.session.scalars(select(BlobReference))
    assert (reference.inspection, reference.op_id, reference.sha256) == (
        scene.inspection.id,
        photo,
        "ab" * 32,
    )


def test_a_thousand_operations_in_one_batch(scene: Scene):
    tablet = scene.tablet()
    for number in range(1000):
        tablet.write(
            "note.add", f"note/{ids.new_id()}", {"text": f"Ghi chú {number}"}, by=scene.people["member"]
        )
    outcomes = tablet.send()
    assert [outcome.pos for outcome in outcomes] == list(range(1, 1001))
    _check_the_log(scene)


# --- the office


def test_the_offices_remark_travels_through_the_same_log_with_a_receipt(scene: Scene, session: Session):
    scene.inspection.state = "submitted"
    remark = f"remark/{ids.new_id()}"
    drafts = [
        Draft("remark.add", remark, {"entity": A16, "text": "Bổ sung số văn bản", "due_on": None}),
        Draft("inspection.send_back", "inspection", {"reason": "Thiếu bằng chứng", "due_on": "2023-06-01"}),
    ]
    outcomes = log.append_own(session, scene.inspection, drafts, by=supervisor(scene), at=AT)
    assert _verdicts(outcomes) == [("applied", None, 1), ("applied", None, 2)]
    assert (scene.inspection.state, scene.inspection.revision) == ("in_progress", 2)
    (receipt,) = session.scalars(select(Receipt))
    assert receipt.device.startswith(f"server:{scene.inspection.id}:")
    assert receipt.body.split("\n")[3:6] == [receipt.device, "2", scene.rows()[-1].hash]
    assert receipt.kid == server_key.current().kid
    _check_the_log(scene)


def test_the_office_is_judged_like_everybody(scene: Scene, session: Session):
    inspector = Caller(scene.people["member"], "Thành viên", roles=frozenset({"inspector"}))
    (outcome,) = log.append_own(
        session, scene.inspection, [Draft("inspection.approve", "inspection", {"content": "0" * 64})],
        by=inspector, at=AT,
    )  # fmt: skip
    assert (outcome.effect, outcome.code, scene.inspection.state) == (
        "quarantined", "step_not_allowed", "in_progress",
    )  # fmt: skip


# --- quarantine


def test_the_leader_adopts_what_came_under_another_inspections_name(scene: Scene):
    tablet = scene.tablet(granted=("leader",))
    aside = tablet.write("answer.set", A16, KPH, by=scene.people["member"])
    (outcome,) = tablet.send()
    assert outcome.pos is None
    (stored,) = scene.session.scalars(select(LoggedOperation).where(LoggedOperation.op_id == aside))
    taken = {"op_id": aside, "type": "answer.set", "body": stored.body}
    adoption = tablet.write("quarantine.adopt", A16, taken, by=scene.people["leader"])
    assert _verdicts(tablet.send()) == [("applied", None, 1)]
    (head,) = scene.fold().heads(A16, "answer")
    assert (head.op_id, head.writes["answer"]) == (adoption, KPH)
    _check_the_log(scene)


def test_a_dismissed_operation_awaits_nobody(scene: Scene):
    tablet = scene.tablet()
    aside = tablet.write("answer.set", A16, {"value": "tot"}, by=scene.people["member"])
    tablet.write("quarantine.dismiss", A16, {"op_id": aside, "reason": "Ghi nhầm"}, by=scene.people["leader"])
    assert [outcome.effect for outcome in tablet.send()] == ["quarantined", "applied"]
    assert scene.fold().undecided() == []


def test_a_supplement_moves_the_inspection_to_another_published_version(scene: Scene):
    tablet = scene.tablet()
    before = scene.inspection.checklist_sha256
    tablet.write(
        "inspection.supplement", "inspection", {"checklist": "QMS-HCNN-2015@1.0.0"}, by=scene.people["leader"]
    )
    tablet.write(
        "inspection.supplement", "inspection", {"checklist": "KHONG-CO@1.0.0"}, by=scene.people["leader"]
    )
    assert _verdicts(tablet.send()) == [("applied", None, 1), ("quarantined", "checklist_unknown", 2)]
    assert (scene.inspection.checklist, scene.inspection.checklist_sha256) == ("QMS-HCNN-2015@1.0.0", before)


# --- signing


@dataclasses.dataclass
class Closing:
    """The closing meeting: what is on the leader's tablet when both sides sign."""

    scene: Scene
    tablet: Tablet

    def agree(self) -> None:
        """The minutes are agreed."""
        self.tablet.write("inspection.conclude", "inspection", by=self.scene.people["leader"])
        self.tablet.send()

    def sign(self, content: str, *, blob: str, unit_refuses: bool = False) -> None:
        """Both sides sign over the content, or the unit refuses."""
        leader = self.scene.people["leader"]
        drawn = {"name": "Trưởng đoàn", "role": "leader", "content": content, "blob": blob}
        self.tablet.write("signature.add", f"signature/{ids.new_id()}", drawn, by=leader)
        refused = {"refusal": {"reason": "Chưa nhất trí", "witnesses": ["Nguyễn Văn Mẫu"]}}
        of_unit = {"name": "Đơn vị", "role": "unit", "content": content}
        of_unit |= refused if unit_refuses else {"blob": blob}
        self.tablet.write("signature.add", f"signature/{ids.new_id()}", of_unit, by=leader)

    def sign_off(self, content: str, seen: dict[str, int], **body: object) -> str:
        """The leader's sign-off waits to be sent."""
        body = {"content": content, "seen": seen, "exclude": [], "statement": "Đã đọc"} | body
        return self.tablet.write("inspection.signoff", "inspection", body, by=self.scene.people["leader"])


@pytest.fixture
def closing(scene: Scene) -> Closing:
    """Two answers are on the server, and the team has agreed."""
    tablet = scene.tablet()
    tablet.write("answer.set", A16, PHU_HOP, by=scene.people["leader"])
    tablet.write("answer.set", "answer/PL-17", KPH, by=scene.people["secretary"])
    tablet.send()
    meeting = Closing(scene, tablet)
    meeting.agree()
    return meeting


def test_signed_content_is_frozen_and_later_work_is_kept_aside(closing: Closing):
    scene, content = closing.scene, closing.scene.content()
    closing.sign(content, blob=scene.store())
    closing.sign_off(content, {closing.tablet.device.id: 3})
    assert [outcome.effect for outcome in closing.tablet.send()] == ["applied"] * 3
    assert (scene.inspection.state, scene.inspection.frozen_pos) == ("signed", 6)
    assert scene.inspection.content_hash == content == scene.content()
    closing.tablet.write("answer.set", A16, KPH, by=scene.people["member"])
    closing.tablet.write(
        "note.add", f"note/{ids.new_id()}", {"text": "Về cơ quan"}, by=scene.people["member"]
    )
    assert _verdicts(closing.tablet.send()) == [("quarantined", "inspection_frozen", 7), ("applied", None, 8)]
    assert scene.content() == content
    _check_the_log(scene)


def test_a_refusal_to_sign_is_recorded_and_the_record_is_closed_all_the_same(closing: Closing):
    content = closing.scene.content()
    closing.sign(content, blob=closing.scene.store(), unit_refuses=True)
    closing.sign_off(content, {closing.tablet.device.id: 3})
    assert closing.tablet.send()[-1].effect == "applied"


def test_a_sign_off_waits_for_its_drawings_and_is_confirmed_when_the_last_has_come(closing: Closing):
    scene, content = closing.scene, closing.scene.content()
    name = "sha256:" + hashlib.sha256(DRAWING).hexdigest()
    closing.sign(content, blob=name)
    waiting = closing.sign_off(content, {closing.tablet.device.id: 3})
    outcome = closing.tablet.send()[-1]
    assert (outcome.code, outcome.detail) == ("blobs_missing", {"missing": [name]})
    assert (scene.inspection.state, scene.inspection.waiting_signoff) == ("agreed", waiting)

    closing.tablet.write("answer.set", A16, KPH, by=scene.people["member"])
    assert _verdicts(closing.tablet.send()) == [("quarantined", "inspection_frozen", 7)]
    scene.store()
    log.blob_arrived(scene.session, name.removeprefix("sha256:"), scene.inspection.id, at=AT)
    last = scene.rows()[-1]
    assert (last.type, last.pos, last.device.split(":")[0]) == ("inspection.signoff_confirmed", 8, "server")
    assert (scene.inspection.state, scene.inspection.frozen_pos) == ("signed", 8)
    assert (scene.inspection.waiting_signoff, scene.content()) == (None, content)
    log.blob_arrived(scene.session, name.removeprefix("sha256:"), scene.inspection.id, at=AT)
    assert scene.inspection.head_pos == 8
    _check_the_log(scene)


def test_a_sign_off_waits_for_a_team_mates_work_that_it_has_seen(closing: Closing):
    scene, mate = closing.scene, closing.scene.tablet()
    mate.write("answer.set", "answer/PL-18", PHU_HOP, by=scene.people["member"])
    (shown,) = chain.chained(mate.device.id, mate.device.hash, mate.waiting)
    imported = fold.Entry(shown.operation, shown.device, shown.digest)
    both = fold.build([*scene.fold().entries.values(), imported])
    content = content_hash(scene.inspection.id, str(scene.inspection.checklist_sha256), both)
    closing.sign(content, blob=scene.store())
    closing.sign_off(content, {closing.tablet.device.id: 3, mate.device.id: 1})
    assert closing.tablet.send()[-1].code == "ops_missing"
    assert _verdicts(mate.send()) == [("applied", None, 7)]
    assert [row.type for row in scene.rows()][-1] == "inspection.signoff_confirmed"
    assert (scene.inspection.state, scene.inspection.frozen_pos) == ("signed", 8)
    assert scene.inspection.content_hash == content
    _check_the_log(scene)


def test_a_waiting_sign_off_that_can_no_longer_hold_lapses_and_the_record_opens_again(closing: Closing):
    scene, mate = closing.scene, closing.scene.tablet()
    content = scene.content()
    closing.sign(content, blob=scene.store())
    closing.sign_off(content, {closing.tablet.device.id: 3, mate.device.id: 1})
    assert closing.tablet.send()[-1].code == "ops_missing"
    mate.write("answer.set", "answer/PL-18", PHU_HOP, by=scene.people["member"])
    mate.send()
    last = scene.rows()[-1]
    assert (last.type, scene.inspection.waiting_signoff) == ("inspection.signoff_lapsed", None)
    assert '"code":"signoff_stale"' in str(last.body)
    closing.tablet.write("answer.set", "answer/PL-19", PHU_HOP, by=scene.people["member"])
    assert closing.tablet.send()[0].effect == "applied"
    _check_the_log(scene)


def test_unseen_work_makes_it_stale_until_it_is_named_and_left_out(closing: Closing):
    scene, content = closing.scene, closing.scene.content()
    mate = scene.tablet()
    late = mate.write("answer.set", "answer/PL-18", KPH, by=scene.people["member"])
    on_late = mate.write("answer.set", "answer/PL-18", PHU_HOP, by=scene.people["member"], parents=(late,))
    mate.send()
    closing.sign(content, blob=scene.store())
    closing.sign_off(content, {closing.tablet.device.id: 3})
    stale = closing.tablet.send()[-1]
    assert (stale.code, stale.detail) == ("signoff_stale", {"unseen": sorted([late, on_late])})

    closing.sign_off(content, {closing.tablet.device.id: 3}, exclude=[late])
    applied = closing.tablet.send()[-1]
    assert (applied.effect, applied.detail) == ("applied", {"not_in_signed": sorted([late, on_late])})
    assert scene.inspection.content_hash == content == scene.content()
    assert scene.fold().left_out == {late, on_late}
    assert {scene.fold().reason_aside(entry) for entry in scene.fold().undecided()} == {"not_in_signed"}
    assert "answer/PL-18" not in scene.fold().entities()
    _check_the_log(scene)


def test_reopened_it_starts_from_the_signed_state_and_what_was_left_out_can_be_adopted(closing: Closing):
    scene, content = closing.scene, closing.scene.content()
    mate = scene.tablet()
    late = mate.write("answer.set", "answer/PL-18", KPH, by=scene.people["member"])
    mate.send()
    closing.sign(content, blob=scene.store())
    closing.sign_off(content, {closing.tablet.device.id: 3}, exclude=[late])
    closing.tablet.write("inspection.reopen", "inspection", {"reason": "Bổ sung"}, by=scene.people["leader"])
    assert [outcome.effect for outcome in closing.tablet.send()] == ["applied"] * 4
    assert (scene.inspection.state, scene.inspection.revision, scene.inspection.frozen_pos) == (
        "in_progress",
        2,
        None,
    )
    assert scene.content() == content

    taken = {"op_id": late, "type": "answer.set", "body": scene.fold().entries[late].operation.body}
    adoption = closing.tablet.write("quarantine.adopt", "answer/PL-18", taken, by=scene.people["leader"])
    mate.write("answer.set", "answer/PL-18", PHU_HOP, by=scene.people["member"], parents=(late,))
    assert closing.tablet.send()[0].effect == "applied"
    (concurrent,) = mate.send()
    signed = fold.build(fold.up_to(scene.fold().entries.values(), 7))
    assert content_hash(scene.inspection.id, str(scene.inspection.checklist_sha256), signed) == content
    assert (concurrent.effect, adoption in concurrent.detail["conflict"]["heads"]) == ("conflict", True)
    _check_the_log(scene)


def test_a_conflict_keeps_the_record_open(closing: Closing):
    scene, mate = closing.scene, closing.scene.tablet()
    mate.write("answer.set", A16, KPH, by=scene.people["member"])
    mate.send()
    content = scene.content()
    closing.sign(content, blob=scene.store())
    closing.sign_off(content, {closing.tablet.device.id: 3, mate.device.id: 1})
    outcome = closing.tablet.send()[-1]
    assert (outcome.code, outcome.detail["conflicts"][0]["entity"]) == ("open_conflicts", A16)
    assert scene.inspection.state == "agreed"


def test_from_signature_to_approval_and_back(closing: Closing, session: Session):
    scene, content = closing.scene, closing.scene.content()
    closing.sign(content, blob=scene.store())
    closing.sign_off(content, {closing.tablet.device.id: 3})
    closing.tablet.write("inspection.submit", "inspection", by=scene.people["leader"])
    assert [outcome.effect for outcome in closing.tablet.send()] == ["applied"] * 4
    approval = [Draft("inspection.approve", "inspection", {"content": content})]
    (approved,) = log.append_own(session, scene.inspection, approval, by=supervisor(scene), at=AT)
    assert (approved.effect, scene.inspection.state, scene.inspection.content_hash) == (
        "applied",
        "approved",
        content,
    )
    reopening = [Draft("inspection.reopen", "inspection", {"reason": "Đơn vị khiếu nại"})]
    log.append_own(session, scene.inspection, reopening, by=supervisor(scene), at=AT)
    assert (scene.inspection.state, scene.inspection.revision) == ("in_progress", 2)
    _check_the_log(scene)
