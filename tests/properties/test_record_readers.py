"""Whatever a team's tablet has put into the record, everybody who reads the record gets an answer.

Bodies are nearly right: a member has the form that its type promises, with the oddest content that has it, or
something else. What the log takes must neither stop the log nor any page, pull or document after it.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from core import db
from inspections import bodies, entities
from inspections.models import Inspection
from reports import composing
from tests import teams, visits
from tests.api_world import World, make_world
from tests.tablets import Tablet

EXAMPLES = 3 * int(os.environ.get("FUZZ_EXAMPLES", "20"))
IDS = [f"0198c0de-5a10-7000-8000-{number:012x}" for number in range(3)]
ITEMS = ["PL-01", "PL-40", "PL-16", "KHONG-CO"]
ENTITIES = [
    "inspection", "announcement", "explanation/general", "finding/x", "row/PL-40", "",
    *(f"answer/{item}" for item in ITEMS), *(f"row/{item}/{IDS[0]}" for item in ITEMS),
    *(f"assignment/{item}" for item in ITEMS[:2]),
    *(f"{kind}/{one}" for one in IDS for kind in
      ("participant", "finding", "explanation", "photo", "file", "note", "signature", "remark")),
]  # fmt: skip
MOMENTS = [
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2023-05-23T08:00:00+07:00",
    "2023-05-23T24:00:00+07:00", "2023-05-23T08:00:00.123456+00:00:01", "2023-05-23T08:00Z",
    "20230523T080000+0700",
]  # fmt: skip
DAYS = ["0001-01-01", "9999-12-31", "2023-02-30", "2023-05-23", "1900-01-01", "2100-12-31"]
PLAIN: list[Any] = [
    None, True, False, 0, -1, 1, 2**63 - 1, -(2**63), 0.5, 1e308, "", " ", "x", "x" * 5000, "\u202e<b>&",
    "\ufeff", "phu_hop", "kph_nhe", "kph_nang", "luu_y", "khong_ap_dung", "co", "leader", "unit", "team",
    "ho_so", "image/jpeg",
    *MOMENTS, *DAYS, *IDS, *ITEMS, "0" * 64, "sha256:" + "0" * 64,
]  # fmt: skip
NESTED: list[Any] = [
    [], {}, [None], [{}], [[]], [""], [1], ITEMS[:2], IDS[:2], {"": None}, {"a": {"b": []}}, {IDS[0]: 1},
    [{"kind": "ho_so", "text": "Số 1"}], [{"kind": None, "text": []}], [{"text": "x"}], ["ho_so"],
    {"numerator": 1, "denominator": 0}, {"numerator": 2**62, "denominator": 2**62}, {"numerator": 0.5},
    {"code": "QĐ-19-2014-TTg", "article": "Điều 5"}, {"code": "x" * 300},
    {"reason": "Vắng", "witnesses": ["A", ""]}, {"reason": "Vắng", "witnesses": None},
]  # fmt: skip
POOL = [*PLAIN, *NESTED]
ANSWER = ("value", "conclusion", "note", "evidence_kind", "evidence", "not_applicable_reason", "reason")
ROW = ("columns", "reason")


def _fitting(check: bodies.Check) -> st.SearchStrategy[Any]:
    fits = [one for one in POOL if check(one)]
    return st.sampled_from(fits * 4 + POOL) if fits else st.sampled_from(POOL)


def _members(operation_type: str) -> dict[str, st.SearchStrategy[Any]]:
    shape = bodies.SHAPES.get(operation_type, bodies.Shape({}, {}))
    members = {name: _fitting(check) for name, check in {**shape.optional, **shape.required}.items()}
    named = {"answer": ANSWER, "row": ROW}.get(entities.kind_of(operation_type.replace(".", "/")), ())
    return {name: st.sampled_from(POOL) for name in named} | members


def _body(operation_type: str) -> st.SearchStrategy[dict[str, Any]]:
    members = _members(operation_type)
    required = bodies.SHAPES.get(operation_type, bodies.Shape({}, {})).required
    return st.fixed_dictionaries(
        {name: one for name, one in members.items() if name in required},
        optional={name: one for name, one in members.items() if name not in required} | {"x": st.just([1])},
    )


def _entity(operation_type: str) -> st.SearchStrategy[str]:
    kind = operation_type.partition(".")[0]
    own = [name for name in ENTITIES if entities.kind_of(name) == kind]
    return st.sampled_from(own * 6 + ENTITIES) if own else st.sampled_from(ENTITIES)


@st.composite
def _operation(draw: st.DrawFn) -> tuple[str, str, dict[str, Any]]:
    operation_type = draw(st.sampled_from(WRITES + STEPS))
    return operation_type, draw(_entity(operation_type)), draw(_body(operation_type))


WRITES = sorted(entities.WRITE_TYPES) * 3
STEPS = sorted(entities.STEP_TYPES | entities.DECISIONS)
OPERATIONS = st.lists(_operation(), min_size=1, max_size=15)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """One office; every example has an inspection and a tablet of its own in it."""
    return make_world(tmp_path_factory.mktemp("readers"))


def _visited(world: World) -> tuple[str, Tablet]:
    """A new inspection in progress, and a tablet of its leader's."""
    checklist = world.app.test_client().get(f"/api/v1/checklists/{visits.CHECKLIST}").data
    sha256 = hashlib.sha256(checklist).hexdigest()
    with world.app.app_context(), db.writing() as session:
        leader = world.known["actor"][0]
        inspection = teams.make_inspection(session, {leader: "leader"}, checklist_sha256=sha256).id
        tablet = teams.admitted(session, world.app, leader)
    tablet.epoch, tablet.person_id = world.tablet.epoch, leader
    return inspection, tablet


def _check_readers(world: World, inspection: str, tablet: Tablet) -> None:
    office = world.client("supervisor")
    for path in (
        f"/inspections/{inspection}", f"/inspections/{inspection}/approve", "/", "/inspections/",
        f"/api/v1/inspections/{inspection}", f"/api/v1/inspections/{inspection}/conflicts",
        f"/api/v1/inspections/{inspection}/quarantine",
    ):  # fmt: skip
        answer = office.get(path)
        assert answer.status_code < 500, (path, answer.text)
    pulled = tablet.pull({inspection: 0})
    assert pulled.status_code == 200, pulled.text
    assert len(pulled.json["streams"][f"inspection:{inspection}"]["entries"]) >= len(tablet.operations)
    assert tablet.get(f"/sync/v1/packages/{inspection}").status_code in (200, 404)
    with world.app.app_context(), db.reading() as session:
        composing.composed(session, session.get_one(Inspection, inspection), log_file="0" * 64)


@settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(recorded=OPERATIONS)
def test_the_record_can_be_read_whatever_is_in_it(
    world: World, recorded: list[tuple[str, str, Mapping[str, Any]]]
):
    inspection, tablet = _visited(world)
    for operation_type, entity, body in recorded:
        tablet.record(inspection, operation_type, entity, json.dumps(body))
    pushed = tablet.push()
    assert pushed.status_code == 200, pushed.text
    note(str([(one["status"], (one["error"] or {}).get("code")) for one in pushed.json["results"]]))
    _check_readers(world, inspection, tablet)
