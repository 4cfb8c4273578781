"""A day at the unit without any network: three tablets, one team, nothing lost and nothing malformed."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from checklists import definition as d
from checklists import loading, relevance
from checklists.relevance import Scope
from core import ids
from demo import content, fieldwork, story
from demo.exchange import Exchange
from demo.fieldwork import Seat, Team
from demo.network import Line
from demo.tablet import Tablet
from inspections import bodies, fold
from inspections import operation as op
from inspections.fold import Entry
from registry import loading as legal_loading
from registry import shipped

CHECKLIST = Path(__file__).parents[2] / "checklists/data/qms_hcnn_tcvn_iso_9001_2015.yaml"
NOWHERE = "http://127.0.0.1:1"


@pytest.fixture(scope="module")
def published() -> bytes:
    texts = legal_loading.legal_texts(shipped.LEGAL_TEXTS.read_bytes(), file=shipped.LEGAL_TEXTS.name)
    known = {one.instrument.code for one in texts.instruments} | {one.code for one in texts.standards}
    return d.encoded(loading.load(CHECKLIST.read_bytes(), file=CHECKLIST.name, known_bases=known))


@pytest.fixture
def team(tmp_path: Path, published: bytes) -> Iterator[Team]:
    inspection, seats = ids.new_id(), []
    reference = {"ref": story.CHECKLIST, "sha256": hashlib.sha256(published).hexdigest()}
    for username, role in (("thanhvien", "member"), ("thuky", "secretary"), ("truongdoan", "leader")):
        tablet = Tablet(tmp_path / username, label=username)
        tablet.take_package({"inspection": {"id": inspection}, "checklist": reference}, published)
        tablet.outbox.remember(actor=ids.new_id())
        seats.append(Seat(username, role, username, "Chuyên viên", tablet, Exchange(tablet, Line(NOWHERE))))
    asked = relevance.relevant_items(d.decoded(published), Scope("so_nganh", story.PROFILE), {})
    items = [i for s in json.loads(published)["sections"] for i in s["items"] if i["code"] in asked]
    people = [(seat.full_name, seat.title, seat.role) for seat in seats]
    told = content.visit(items, unit_name="Sở Nội vụ", team=people, seed=7)
    yield Team(inspection, story.chapters(1)[0], seats, told, 7)
    for seat in seats:
        seat.tablet.outbox.close()


def worked(team: Team) -> list[Entry]:
    fieldwork.open_meeting(team)
    fieldwork.examine(team)
    fieldwork.close_meeting(team)
    return [e for seat in team.seats for e in seat.tablet.fold(team.inspection).entries.values()]


def test_everything_recorded_can_be_stored_and_has_the_shape_its_type_promises(team):
    for entry in worked(team):
        assert op.obstacle(entry.operation) is None
        assert bodies.fault(entry.operation.type, entry.body) is None


def test_every_item_has_an_answer_and_exactly_one_has_two(team):
    folded = fold.build(worked(team))
    assert len(folded.entities("answer")) == 103
    assert [conflict.entity for conflict in folded.conflicts()] == ["answer/TC-8.1-01"]


def test_every_photo_named_is_kept_on_the_tablet_that_took_it(team):
    worked(team)
    for seat in team.seats:
        kept = {f"sha256:{picture.sha256}" for picture in seat.tablet.outbox.pictures()}
        folded = seat.tablet.fold(team.inspection)
        named = {folded.values(photo)["photo"]["blob"] for photo in folded.entities("photo")}
        assert named == kept
    assert sum(len(seat.tablet.outbox.pictures()) for seat in team.seats) == 9


def test_the_leader_alone_sees_no_conflict_until_tablets_meet(team):
    worked(team)
    assert fieldwork.settle_conflicts(team) == 0
