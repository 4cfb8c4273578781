"""What the leader and the office decide at a desk, on both databases: adopt, dismiss, resolve, step back."""

import json

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import ids
from core.caller import Caller
from core.journal import JournalEntry
from inspections import log_reading, quarantine
from inspections import set_aside_actions as acts
from inspections.errors import (
    CannotBeAdopted,
    ConflictChanged,
    NothingSetAside,
    OperationRefused,
    ReasonMissing,
    StepNotAllowed,
    StepNotYours,
)
from tests.inspecting import AT, Scene, Tablet, make_scene, supervisor

A16 = "answer/PL-16"
PHU_HOP, KPH = {"value": "phu_hop"}, {"value": "kph_nhe", "note": "Chưa lập sổ"}
REASON = "Đã kiểm lại hồ sơ"


@pytest.fixture
def scene(session: Session) -> Scene:
    """An inspection in progress."""
    return make_scene(session)


def caller(scene: Scene, role: str) -> Caller:
    return Caller(scene.people[role], role.title(), roles=frozenset({"inspector"}))


def events(scene: Scene) -> list[str]:
    query = select(JournalEntry.event).where(JournalEntry.about_id == scene.inspection.id)
    return list(scene.session.scalars(query.order_by(JournalEntry.id)))


def wrong_value(scene: Scene, tablet: Tablet, entity: str = A16, body_now: dict = KPH, **fields) -> str:
    """An operation of the member's that the log set aside."""
    tablet.device.revoke_mode = "lost"
    op_id = tablet.write("answer.set", entity, body_now, by=scene.people["member"], **fields)
    assert tablet.send()[0].code == "device_revoked"
    tablet.device.revoke_mode = None
    return op_id


def waiting(scene: Scene) -> list[str]:
    beside = log_reading.beside(scene.session, scene.inspection.id)
    return [entry.op_id for entry in quarantine.awaiting(scene.fold(), beside)]


def adopted(scene: Scene, op_id: str, role: str = "leader", reason: str = REASON):
    return acts.adopt(scene.session, scene.inspection, op_id, reason=reason, by=caller(scene, role), at=AT)


def dismissed(scene: Scene, op_id: str, role: str = "leader", reason: str = REASON):
    return acts.dismiss(scene.session, scene.inspection, op_id, reason=reason, by=caller(scene, role), at=AT)


def test_an_adopted_operation_counts_under_the_leaders_name_and_keeps_where_it_came_from(scene: Scene):
    op_id = wrong_value(scene, scene.tablet())
    outcome = adopted(scene, op_id)
    (head,) = scene.fold().heads(A16, "answer")
    assert (outcome.effect, head.op_id, head.writes["answer"]) == ("applied", outcome.op_id, KPH)
    assert head.operation.actor == scene.people["leader"]
    assert (head.body["op_id"], head.body["reason"]) == (op_id, REASON)
    assert (waiting(scene), events(scene)) == ([], ["operation.adopted"])


def test_adoption_takes_the_place_of_what_its_author_had_seen(scene: Scene):
    tablet = scene.tablet()
    first = tablet.write("answer.set", A16, PHU_HOP, by=scene.people["member"])
    tablet.send()
    outcome = adopted(scene, wrong_value(scene, tablet, parents=(first,)))
    assert [head.op_id for head in scene.fold().heads(A16, "answer")] == [outcome.op_id]


def test_adoption_meets_what_was_written_meanwhile_as_a_conflict(scene: Scene):
    tablet, other = scene.tablet(), scene.tablet()
    op_id = wrong_value(scene, tablet)
    other.write("answer.set", A16, PHU_HOP, by=scene.people["secretary"])
    other.send()
    assert adopted(scene, op_id).effect == "conflict"
    (conflict,) = scene.fold().conflicts()
    assert (conflict.entity, len(conflict.heads)) == (A16, 2)


def test_what_builds_on_an_adopted_operation_replaces_its_adoption(scene: Scene):
    tablet = scene.tablet()
    first = wrong_value(scene, tablet)
    second = wrong_value(scene, tablet, parents=(first,))
    assert waiting(scene) == [first, second]
    adopted(scene, first)
    last = adopted(scene, second)
    assert [head.op_id for head in scene.fold().heads(A16, "answer")] == [last.op_id]


def test_what_never_reached_the_stream_is_seen_adopted_and_dismissed(scene: Scene):
    tablet = scene.tablet(granted=())
    kept = [
        tablet.write("answer.set", f"answer/PL-{item}", KPH, by=scene.people["member"]) for item in (17, 18)
    ]
    assert [outcome.pos for outcome in tablet.send()] == [None, None]
    assert waiting(scene) == kept
    adopted(scene, kept[0])
    dismissed(scene, kept[1])
    assert waiting(scene) == []
    assert scene.fold().values("answer/PL-17")["answer"] == KPH
    assert "answer/PL-18" not in scene.fold().entities()


def test_what_another_inspection_was_meant_for_is_not_seen_here(scene: Scene, session: Session):
    other = make_scene(session)
    tablet = scene.tablet(granted=())
    op_id = tablet.write("answer.set", A16, KPH, by=other.people["member"], inspection=other.inspection.id)
    tablet.send()
    assert (waiting(scene), waiting(other)) == ([], [op_id])
    with pytest.raises(NothingSetAside):
        adopted(scene, op_id)


def test_a_dismissed_operation_stays_in_the_log_and_cannot_be_decided_again(scene: Scene):
    op_id = wrong_value(scene, scene.tablet())
    dismissed(scene, op_id)
    assert op_id in {row.op_id for row in scene.rows()}
    assert events(scene) == ["operation.dismissed"]
    for decision in (adopted, dismissed):
        with pytest.raises(NothingSetAside):
            decision(scene, op_id)


@pytest.mark.parametrize("role", ["deputy", "secretary", "member", "supervisor"])
def test_only_the_leader_decides_about_what_was_set_aside(scene: Scene, role: str):
    op_id = wrong_value(scene, scene.tablet())
    for decision in (adopted, dismissed):
        with pytest.raises(StepNotYours):
            decision(scene, op_id, role)
    assert (waiting(scene), events(scene)) == ([op_id], [])


@pytest.mark.parametrize("reason", ["", " \n"])
def test_a_decision_without_a_reason_is_none(scene: Scene, reason: str):
    op_id = wrong_value(scene, scene.tablet())
    for decision in (adopted, dismissed):
        with pytest.raises(ReasonMissing):
            decision(scene, op_id, reason=reason)
    assert scene.inspection.head_pos == 1


@pytest.mark.parametrize(
    ("entity", "body"), [(A16, {"value": "tot"}), (A16, "[1"), ("answer/PL-999", {"value": "phu_hop"})]
)
def test_what_the_list_refused_cannot_be_adopted_and_can_be_dismissed(scene: Scene, entity: str, body):
    tablet = scene.tablet()
    op_id = tablet.write("answer.set", entity, body, by=scene.people["member"])
    tablet.send()
    with pytest.raises(CannotBeAdopted):
        adopted(scene, op_id)
    dismissed(scene, op_id)
    assert waiting(scene) == []


def test_what_the_log_does_not_take_when_adopted_is_said_and_not_written(scene: Scene):
    op_id = wrong_value(scene, scene.tablet(), body_now={"value": "tot"})
    with pytest.raises(OperationRefused) as refused:
        adopted(scene, op_id)
    assert refused.value.members["operation_code"] == "value_invalid"


def test_an_operation_with_anothers_id_is_shown_and_left_to_the_administrator(scene: Scene):
    one, other = scene.tablet(), scene.tablet()
    used = one.write("answer.set", A16, PHU_HOP, by=scene.people["member"])
    one.send()
    other.write("answer.set", A16, KPH, by=scene.people["member"], op_id=used)
    other.send()
    (entry,) = quarantine.awaiting(scene.fold(), log_reading.beside(scene.session, scene.inspection.id))
    assert (entry.code, quarantine.is_adoptable(entry), quarantine.is_dismissible(entry)) == (
        "op_id_reused", False, False,
    )  # fmt: skip
    with pytest.raises(CannotBeAdopted):
        dismissed(scene, used)


def test_a_signed_record_takes_nothing_in_until_it_is_reopened(scene: Scene):
    op_id = wrong_value(scene, scene.tablet())
    scene.inspection.state, scene.inspection.frozen_pos = "signed", 1
    with pytest.raises(StepNotAllowed):
        adopted(scene, op_id)
    acts.reopen(scene.session, scene.inspection, reason=REASON, by=caller(scene, "leader"), at=AT)
    assert (scene.inspection.state, scene.inspection.revision) == ("in_progress", 2)
    assert adopted(scene, op_id).effect == "applied"
    assert events(scene) == ["inspection.reopened", "operation.adopted"]


def test_a_signed_record_lets_the_leader_dismiss(scene: Scene):
    op_id = wrong_value(scene, scene.tablet())
    scene.inspection.state, scene.inspection.frozen_pos = "signed", 1
    assert dismissed(scene, op_id).effect == "applied"


# --- conflicts


def ruling(conflict, **changed) -> acts.Ruling:
    said = {
        "entity": conflict.entity, "field": conflict.field, "heads": conflict.heads, "reason": REASON,
    }  # fmt: skip
    return acts.Ruling(**(said | changed))


def resolved(scene: Scene, decided: acts.Ruling, role: str = "leader"):
    return acts.resolve(scene.session, scene.inspection, decided, by=caller(scene, role), at=AT)


def disputed(scene: Scene):
    """Two answers to one item."""
    for role, body in (("member", PHU_HOP), ("secretary", KPH)):
        tablet = scene.tablet()
        tablet.write("answer.set", A16, body, by=scene.people[role])
        tablet.send()
    (conflict,) = scene.fold().conflicts()
    return conflict


@pytest.mark.parametrize("role", ["leader", "deputy"])
def test_the_leader_keeps_one_answer_and_the_other_remains_what_it_replaced(scene: Scene, role: str):
    conflict = disputed(scene)
    kept = next(op for op in conflict.heads if scene.fold().entries[op].writes["answer"] == KPH)
    assert resolved(scene, ruling(conflict, keep=kept), role).effect == "applied"
    (head,) = scene.fold().heads(A16, "answer")
    assert (head.writes["answer"], head.body["reason"]) == (KPH, REASON)
    assert sorted(head.operation.parents) == sorted(conflict.heads)
    assert (scene.fold().conflicts(), events(scene)) == ((), ["conflict.resolved"])


def test_the_leader_states_a_third_answer_in_place_of_both(scene: Scene):
    stated = {"value": "luu_y", "note": "Sổ có, chưa cập nhật"}
    resolved(scene, ruling(disputed(scene), value=stated))
    assert scene.fold().values(A16)["answer"] == stated


@pytest.mark.parametrize("role", ["secretary", "member", "supervisor"])
def test_nobody_else_resolves(scene: Scene, role: str):
    conflict = disputed(scene)
    with pytest.raises(StepNotYours):
        resolved(scene, ruling(conflict, keep=conflict.heads[0]), role)
    assert scene.fold().conflicts() == (conflict,)


def test_a_resolution_says_why_and_which(scene: Scene):
    conflict = disputed(scene)
    for wrong in ({"keep": conflict.heads[0], "reason": " "}, {}, {"keep": ids.new_id()}):
        with pytest.raises(ReasonMissing):
            resolved(scene, ruling(conflict, **wrong))
    assert scene.inspection.head_pos == 2


def test_a_third_answer_that_was_not_on_the_screen_stops_the_resolution(scene: Scene):
    conflict = disputed(scene)
    tablet = scene.tablet()
    tablet.write("answer.set", A16, {"value": "luu_y"}, by=scene.people["deputy"])
    tablet.send()
    with pytest.raises(ConflictChanged) as changed:
        resolved(scene, ruling(conflict, keep=conflict.heads[0]))
    assert len(changed.value.members["heads"]) == 3
    with pytest.raises(ConflictChanged):
        resolved(scene, ruling(conflict, entity="answer/PL-17", keep=conflict.heads[0]))


def test_one_field_of_a_finding_is_resolved_and_the_others_stay(scene: Scene):
    finding = f"finding/{ids.new_id()}"
    tablet, other = scene.tablet(), scene.tablet()
    whole = {"category": "kph_nhe", "text": "Chưa lập sổ", "items": ["PL-16"]}
    first = tablet.write("finding.set", finding, whole, by=scene.people["leader"])
    tablet.send()
    for one, text in ((tablet, "Chưa lập sổ theo dõi"), (other, "Sổ lập chưa đủ")):
        one.write("finding.set", finding, {"text": text}, by=scene.people["leader"], parents=(first,))
        one.send()
    (conflict,) = scene.fold().conflicts()
    resolved(scene, ruling(conflict, keep=conflict.heads[1]))
    values = scene.fold().values(finding)
    assert (values["category"], values["items"], scene.fold().conflicts()) == ("kph_nhe", ["PL-16"], ())


@pytest.mark.parametrize("is_kept", [True, False])
@pytest.mark.parametrize(
    ("kind", "add", "edit"),
    [
        ("row/PL-37", ("row.set", {"columns": {"ten_tthc": "A"}}),
         ("row.set", {"columns": {"ten_tthc": "B"}})),
        ("participant", ("participant.set", {"name": "A"}), ("participant.set", {"name": "B"})),
        ("finding", ("finding.set", {"text": "A"}), ("finding.set", {"text": "B"})),
        ("note", ("note.add", {"text": "A"}), ("note.edit", {"text": "B"})),
        ("photo", ("photo.add", {"blob": f"sha256:{'ab' * 32}", "size": 1, "mime": "image/jpeg"}),
         ("photo.edit", {"caption": "B"})),
    ],
)  # fmt: skip
def test_an_edit_that_met_a_retraction_is_kept_or_retracted_for_good(
    scene: Scene, kind: str, add: tuple, edit: tuple, *, is_kept: bool
):
    entity, leader = f"{kind}/{ids.new_id()}", scene.people["leader"]
    tablet, other = scene.tablet(), scene.tablet()
    first = tablet.write(*[add[0], entity, add[1]], by=leader)
    tablet.send()
    verb = f"{kind.partition('/')[0]}.retract"
    removal = tablet.write(verb, entity, {"reason": "Ghi nhầm"}, by=leader, parents=(first,))
    tablet.send()
    edited = other.write(edit[0], entity, edit[1], by=leader, parents=(first,))
    other.send()
    (conflict,) = scene.fold().conflicts()
    assert conflict.field == "retract"
    resolved(scene, ruling(conflict, keep=edited if is_kept else removal))
    assert scene.fold().conflicts() == ()
    assert scene.fold().is_hidden(entity) is not is_kept


# --- steps back


def step(scene: Scene, name: str, by: Caller, reason: str = REASON) -> str:
    getattr(acts, name)(scene.session, scene.inspection, reason=reason, by=by, at=AT)
    return scene.inspection.state


@pytest.mark.parametrize("state", ["scheduled", "decided", "in_progress", "agreed"])
@pytest.mark.parametrize(
    ("name", "to", "event"),
    [("postpone", "postponed", "inspection.postponed"), ("cancel", "cancelled", "inspection.cancelled")],
)
def test_what_is_not_signed_can_be_put_off_or_called_off(
    scene: Scene, *, state: str, name: str, to: str, event: str
):
    scene.inspection.state = state
    if state == "scheduled":
        scene.inspection.checklist = scene.inspection.checklist_sha256 = None
    assert step(scene, name, supervisor(scene)) == to
    (row,) = scene.rows()
    assert (row.type, json.loads(row.body)["reason"]) == (f"inspection.{name}", REASON)
    assert events(scene) == [event]


@pytest.mark.parametrize("state", ["signed", "submitted", "approved", "closed", "cancelled"])
@pytest.mark.parametrize("name", ["postpone", "cancel"])
def test_what_is_signed_is_neither_put_off_nor_called_off(scene: Scene, state: str, name: str):
    scene.inspection.state = state
    with pytest.raises(StepNotAllowed):
        step(scene, name, supervisor(scene))
    assert (scene.inspection.state, scene.rows(), events(scene)) == (state, [], [])


@pytest.mark.parametrize(
    ("name", "role"), [("postpone", "leader"), ("cancel", "leader"), ("reopen", "member")]
)
def test_steps_back_are_the_supervisors_or_the_leaders(scene: Scene, name: str, role: str):
    scene.inspection.state = "signed" if name == "reopen" else "in_progress"
    with pytest.raises(StepNotYours):
        step(scene, name, caller(scene, role))


@pytest.mark.parametrize("state", ["signed", "submitted", "approved"])
def test_the_supervisor_reopens_what_is_not_issued_and_names_what_was_signed(scene: Scene, state: str):
    scene.inspection.state, scene.inspection.frozen_pos, scene.inspection.content_hash = state, 1, "ab" * 32
    assert step(scene, "reopen", supervisor(scene)) == "in_progress"
    assert (scene.inspection.revision, scene.inspection.frozen_pos) == (2, None)
    assert json.loads(scene.rows()[0].body) == {"reason": REASON, "content": "ab" * 32}


def test_a_leader_does_not_reopen_what_was_handed_in(scene: Scene):
    scene.inspection.state = "submitted"
    with pytest.raises(StepNotYours):
        step(scene, "reopen", caller(scene, "leader"))


@pytest.mark.parametrize("name", ["postpone", "cancel", "reopen"])
def test_a_step_back_gives_a_reason(scene: Scene, name: str):
    scene.inspection.state = "signed" if name == "reopen" else "in_progress"
    with pytest.raises(ReasonMissing):
        step(scene, name, supervisor(scene), reason="  ")
    assert scene.rows() == []
