"""An inspection's less usual turns: what waits behind a sign-off, what is withdrawn, what a restore lost."""

import hashlib
import json

import msgspec
import pytest
from sqlalchemy.orm import Session

from checklists import actions as checklist_actions
from core import clock, epoch, ids
from core.caller import Caller
from inspections import log, supplements
from inspections.operation import Draft
from tests.inspecting import AT, DRAWING, Scene, Tablet, make_scene, shipped_definition, supervisor

A16, A17 = "answer/PL-16", "answer/PL-17"
PHU_HOP, KPH = {"value": "phu_hop"}, {"value": "kph_nhe", "note": "Chưa lập sổ"}
DRAWN = hashlib.sha256(DRAWING).hexdigest()


@pytest.fixture
def scene(session: Session) -> Scene:
    """An inspection in progress, and an epoch for the server's own chain."""
    return make_scene(session)


def verdicts(outcomes) -> list[tuple[str, str | None]]:
    return [(str(one.effect), one.code) for one in outcomes]


def write(tablet: Tablet, scene: Scene, kind: str, *of, **more) -> str:
    """The leader's operation waits to be sent."""
    entity, body = of or ("inspection", {})
    return tablet.write(kind, entity, body, by=scene.people["leader"], **more)


def close(tablet: Tablet, scene: Scene, *, blob: str, seen: dict[str, int] | None = None) -> str:
    """The leader concludes; both sides sign what stands, and the leader signs off; the sign-off's id."""
    write(tablet, scene, "inspection.conclude")
    content = scene.content()
    for role in ("leader", "unit"):
        body = {"role": role, "name": "Người ký", "content": content, "blob": blob}
        write(tablet, scene, "signature.add", f"signature/{ids.new_id()}", body)
    return write(tablet, scene, "inspection.signoff", "inspection", {"content": content, "seen": seen or {}})


@pytest.fixture
def waiting(scene: Scene) -> tuple[Scene, Tablet, str]:
    """A record that is signed off and waits for the drawn signatures; the sign-off's id."""
    tablet = scene.tablet()
    write(tablet, scene, "answer.set", A16, PHU_HOP)
    tablet.send()
    blob = f"sha256:{DRAWN}"
    signoff = close(tablet, scene, blob=blob)
    assert verdicts(tablet.send())[-1] == ("quarantined", "blobs_missing")
    return scene, tablet, signoff


def test_a_submission_behind_a_waiting_signoff_goes_along_when_it_is_confirmed(waiting):
    scene, tablet, signoff = waiting
    submission = write(tablet, scene, "inspection.submit")
    (outcome,) = tablet.send()
    assert (outcome.code, outcome.detail) == ("signoff_awaited", {"signoff": signoff})
    scene.store()
    log.blob_arrived(scene.session, DRAWN, scene.inspection.id, at=AT)
    own = [(row.type, json.loads(row.body)["op_id"]) for row in scene.rows()[-2:]]
    assert own == [("inspection.signoff_confirmed", signoff), ("inspection.submit_confirmed", submission)]
    assert (scene.inspection.state, scene.inspection.revision) == ("submitted", 1)


def test_without_one_nothing_is_submitted_by_the_way(waiting):
    scene, _, _ = waiting
    scene.store()
    log.blob_arrived(scene.session, DRAWN, scene.inspection.id, at=AT)
    assert scene.inspection.state == "signed"


def test_a_lapsed_signoff_takes_no_submission_along(waiting):
    scene, tablet, _ = waiting
    write(tablet, scene, "inspection.submit")
    other = scene.tablet()
    # Seen by nobody who signed, yet effective: the sign-off named this tablet's work only up to here.
    scene.inspection.waiting_signoff, held = None, scene.inspection.waiting_signoff
    other.write("answer.set", A17, KPH, by=scene.people["member"])
    other.send()
    scene.inspection.waiting_signoff = held
    tablet.send()
    scene.store()
    log.blob_arrived(scene.session, DRAWN, scene.inspection.id, at=AT)
    assert scene.rows()[-1].type == "inspection.signoff_lapsed"
    assert scene.inspection.state == "agreed"


def test_the_leader_withdraws_a_waiting_signoff_and_the_record_is_open(waiting):
    scene, tablet, signoff = waiting
    write(tablet, scene, "inspection.submit")
    write(tablet, scene, "inspection.reopen", "inspection", {"reason": "Ghi sót mục 17"})
    write(tablet, scene, "answer.set", A17, KPH)
    assert verdicts(tablet.send())[1:] == [("applied", None), ("applied", None)]
    assert (scene.inspection.state, scene.inspection.revision) == ("in_progress", 2)
    scene.store()
    log.blob_arrived(scene.session, DRAWN, scene.inspection.id, at=AT)
    assert scene.rows()[-1].type == "answer.set"
    assert scene.rows()[-2].detail == {"withdrawn": signoff}


def test_a_member_does_not_withdraw_it(waiting):
    scene, tablet, signoff = waiting
    tablet.write("inspection.reopen", "inspection", {"reason": "x"}, by=scene.people["member"])
    assert verdicts(tablet.send()) == [("quarantined", "not_permitted")]
    assert scene.inspection.waiting_signoff == signoff


def test_nobody_waits_for_what_a_restore_lost_of_the_servers_own_chain(scene: Scene):
    tablet = scene.tablet()
    write(tablet, scene, "answer.set", A16, PHU_HOP)
    tablet.send()
    lost = f"server:{scene.inspection.id}:{epoch.current(scene.session)}"
    epoch.begin(scene.session, at=clock.now())
    close(tablet, scene, blob=scene.store(), seen={lost: 9})
    assert verdicts(tablet.send())[-1] == ("applied", None)
    assert scene.inspection.state == "signed"


def test_what_this_epochs_own_chain_lacks_is_waited_for_all_the_same(scene: Scene):
    tablet = scene.tablet()
    own = f"server:{scene.inspection.id}:{epoch.current(scene.session)}"
    close(tablet, scene, blob=scene.store(), seen={own: 9})
    assert verdicts(tablet.send())[-1] == ("quarantined", "ops_missing")


@pytest.mark.parametrize("first", ["leader", "member"])
def test_whoever_opened_a_finding_is_told_in_either_order(scene: Scene, first: str):
    finding = f"finding/{ids.new_id()}"
    theirs, leaders = scene.tablet(), scene.tablet()
    opened = theirs.write("finding.set", finding, {"text": "Chưa lập sổ"}, by=scene.people["member"])
    edited = leaders.write(
        "finding.set", finding, {"text": "Chưa lập sổ theo dõi"}, by=scene.people["leader"], parents=(opened,)
    )
    theirs.write("finding.set", finding, {"text": "Đã lập sổ"}, by=scene.people["member"], parents=(edited,))
    sending = [leaders, theirs] if first == "leader" else [theirs, leaders]
    effects = [outcome.effect for tablet in sending for outcome in tablet.send()]
    assert "quarantined" not in effects
    assert scene.fold().conflicts() == ()
    (head,) = scene.fold().heads(finding, "text")
    assert head.writes["text"] == "Đã lập sổ"


def test_what_a_copied_tablet_held_is_issued_again_and_says_what_it_repeats(scene: Scene):
    copied, anew = scene.tablet(), scene.tablet()
    copied.write("answer.set", A16, KPH, by=scene.people["member"])
    link = {"device": copied.device.id, "seq": 1, "hash": "ab" * 32}
    body = KPH | {"reissues": link}
    op_id = anew.write("answer.set", A16, body, by=scene.people["member"])
    assert verdicts(anew.send()) == [("applied", None)]
    (head,) = scene.fold().heads(A16, "answer")
    assert (head.op_id, head.writes["answer"], head.body["reissues"]) == (op_id, KPH, link)
    assert verdicts(copied.send()) == [("applied", None)]  # the same answer twice is agreement
    assert scene.fold().conflicts() == ()


def _newer_version(session: Session) -> str:
    """The shipped checklist without PL-17, published as another version."""
    known = shipped_definition()
    sections = tuple(
        msgspec.structs.replace(one, items=tuple(item for item in one.items if item.code != "PL-17"))
        for one in known.sections
    )
    newer = msgspec.structs.replace(known, version="1.1.0", sections=sections)
    checklist_actions.publish(session, newer, by=Caller.system("test"), at=AT)
    return "QMS-HCNN-2015@1.1.0"


def test_what_was_recorded_by_the_earlier_list_counts_where_the_item_lives_on(scene: Scene):
    newer, tablet = _newer_version(scene.session), scene.tablet()
    mapping = {"PL-17": "PL-18", "PL-20": None}
    write(tablet, scene, "inspection.supplement", "inspection", {"checklist": newer, "mapping": mapping})
    tablet.send()
    assert scene.inspection.checklist == newer
    old = scene.tablet()
    for entity in (A16, A17, "answer/PL-20"):
        old.write("answer.set", entity, PHU_HOP, by=scene.people["member"])
    old.write("answer.set", "answer/PL-21", PHU_HOP, by=scene.people["member"], checklist=newer)
    assert verdicts(old.send()) == [
        ("applied", None),
        ("quarantined", "checklist_mismatch"),
        ("quarantined", "checklist_mismatch"),
        ("applied", None),
    ]
    assert [row.detail["became"] for row in scene.rows() if row.code] == [{"PL-17": "PL-18"}, {"PL-20": None}]


def test_mappings_of_one_supplement_after_another_are_followed():
    steps = [("V1", {"a": "b", "x": None}), ("V2", {"b": "c", "y": "z"})]
    assert supplements.since(steps) == {
        "V1": {"a": "c", "x": None, "b": "c", "y": "z"},
        "V2": {"b": "c", "y": "z"},
    }


def test_the_office_writes_a_supplement_through_the_same_door(scene: Scene):
    newer = _newer_version(scene.session)
    draft = Draft("inspection.supplement", "inspection", {"checklist": newer, "mapping": {"PL-17": "PL-18"}})
    (outcome,) = log.append_own(scene.session, scene.inspection, [draft], by=supervisor(scene), at=AT)
    assert (outcome.effect, scene.inspection.checklist) == ("applied", newer)
