"""What an earlier version did not know counts once the server knows it; and the most that a log takes."""

import json

import pytest
from flask import Flask
from sqlalchemy import select

from core import clock, db, ids, jobs
from inspections import entities, log
from inspections.models import LoggedOperation
from sync import reassessment_jobs
from tests import visits
from tests.pages.test_set_aside_pages import browser_of
from tests.pages.test_supplement_pages import confirm, newer_definition, publish
from tests.visits import Visit


@pytest.fixture
def visit(app: Flask) -> Visit:
    """An inspection in progress."""
    return visits.under_way(app)


def sent_to_an_older_version(monkeypatch: pytest.MonkeyPatch, visit: Visit, kind: str, **body: object) -> str:
    """A server whose list of types lacks this one received the operation; its id."""
    role = "secretary" if kind == "assignment.set" else "leader"
    name = "PL" if kind == "assignment.set" else ids.new_id()
    op_id = visit.record(role, kind, f"{kind.partition('.')[0]}/{name}", body)
    with monkeypatch.context() as older:
        older.setattr(entities, "TYPES", entities.TYPES - {kind})
        assert visit.push(role) == ["quarantined"]
    return op_id


def reassessed(app: Flask) -> str:
    ran = app.test_cli_runner().invoke(args=["sync", "reassess"])
    assert ran.exit_code == 0, ran.output
    return ran.output


def rows(app: Flask, inspection: str) -> list[LoggedOperation]:
    with app.app_context(), db.reading() as session:
        query = select(LoggedOperation).where(LoggedOperation.inspection == inspection)
        return list(session.scalars(query.order_by(LoggedOperation.pos)))


def test_what_was_unknown_counts_after_an_upgrade(app: Flask, visit: Visit, monkeypatch):
    op_id = sent_to_an_older_version(monkeypatch, visit, "finding.set", text="Sổ chưa lập", category="luu_y")
    before = rows(app, visit.inspection)
    assert (before[-1].op_id, before[-1].code) == (op_id, "unknown_type")
    assert "nhận thêm 1 thao tác" in reassessed(app)
    *earlier, new = rows(app, visit.inspection)
    assert [(row.hash, row.effect, row.code, row.log_hash) for row in earlier] == [
        (row.hash, row.effect, row.code, row.log_hash) for row in before
    ]
    told = json.loads(new.body or "")
    assert (new.type, told["op_id"], told["body"]) == ("quarantine.adopt", op_id, before[-1].body)
    assert (new.effect, new.device.partition(":")[0]) == ("applied", "server")
    with app.app_context(), db.reading() as session:
        folded = log.read_fold(session, visit.inspection)
    assert folded.values(before[-1].entity)["text"] == "Sổ chưa lập"
    assert folded.undecided() == []
    assert "nhận thêm 0 thao tác" in reassessed(app)
    walked = app.test_cli_runner().invoke(args=["sync", "verify"])
    assert walked.exit_code == 0, walked.output


def test_a_chain_of_unknown_edits_counts_as_its_author_meant_it(app: Flask, visit: Visit, monkeypatch):
    entity = f"participant/{ids.new_id()}"
    first = visit.record("leader", "participant.set", entity, {"name": "Lê An", "side": "unit"})
    visit.record("leader", "participant.set", entity, {"name": "Lê Ân"}, parents=(first,))
    with monkeypatch.context() as older:
        older.setattr(entities, "TYPES", entities.TYPES - {"participant.set"})
        assert visit.push("leader") == ["quarantined"] * 2
    assert "nhận thêm 2 thao tác" in reassessed(app)
    with app.app_context(), db.reading() as session:
        folded = log.read_fold(session, visit.inspection)
    assert folded.values(entity)["name"] == "Lê Ân"
    assert folded.conflicts_at(entity) == ()


def test_what_was_unknown_counts_at_the_item_that_its_own_became(app: Flask, visit: Visit, monkeypatch):
    visit.answer("PL-17", "luu_y", note="Ghi trước khi danh mục đổi.")
    with monkeypatch.context() as older:
        older.setattr(entities, "TYPES", entities.TYPES - {"answer.set"})
        assert visit.push("leader") == ["quarantined"]
    publish(app, newer_definition())
    assert confirm(browser_of(app, "leader"), visit).status_code == 303
    assert "nhận thêm 1 thao tác" in reassessed(app)
    with app.app_context(), db.reading() as session:
        folded = log.read_fold(session, visit.inspection)
    assert folded.values("answer/PL-99")["answer"]["note"] == "Ghi trước khi danh mục đổi."
    assert (folded.heads("answer/PL-17", "answer"), folded.undecided()) == ((), [])


def test_nothing_counts_that_its_author_might_not_have_written(app: Flask, visit: Visit, monkeypatch):
    sent_to_an_older_version(monkeypatch, visit, "assignment.set", members=[ids.new_id()])
    assert "nhận thêm 0 thao tác" in reassessed(app)
    assert rows(app, visit.inspection)[-1].code == "unknown_type"


def test_what_a_still_older_version_knows_not_stays(app: Flask, visit: Visit, monkeypatch):
    visit.record("leader", "hologram.set", "hologram/1", {"x": 1})
    assert visit.push("leader") == ["quarantined"]
    assert "Đã xem lại 0 cuộc kiểm tra" in reassessed(app)


def test_the_workers_look_once_for_each_set_of_known_types(app: Flask, visit: Visit, monkeypatch):
    op_id = sent_to_an_older_version(monkeypatch, visit, "note.add", text="Ghi chú")

    def enqueued() -> int:
        with app.app_context(), db.writing() as session:
            reassessment_jobs.enqueue(session, at=clock.now())
            kind = jobs.Job.kind == reassessment_jobs.REASSESS
            session.flush()
            return len(session.scalars(select(jobs.Job).where(kind)).all())

    assert [enqueued(), enqueued()] == [1, 1]
    with app.app_context(), db.writing() as session:
        reassessment_jobs.reassess(session, {})
    assert json.loads(rows(app, visit.inspection)[-1].body or "")["op_id"] == op_id
    monkeypatch.setattr(entities, "TYPES", entities.TYPES | {"hologram.set"})
    assert enqueued() == 2


def test_a_full_log_keeps_the_rest_aside_and_blocks_nobody(app: Flask, visit: Visit, monkeypatch):
    monkeypatch.setattr(log, "MAX_OPERATIONS", len(rows(app, visit.inspection)) + 2)
    for number in range(4):
        visit.record("leader", "note.add", f"note/{ids.new_id()}", {"text": f"Ghi chú {number}"})
    tablet = visit.tablet("leader")
    answer = tablet.push(tablet.sent + 1).json
    tablet.sent = len(tablet.operations)
    assert answer["stopped"] is None
    assert answer["acked_seq"] == len(tablet.operations)
    told = [(one["status"], one["pos"] is None) for one in answer["results"]]
    assert told == [("applied", False)] * 2 + [("quarantined", True)] * 2
    error = answer["results"][-1]["error"]
    assert (error["code"], error["actionable_by"]) == ("inspection_full", "lead")
    assert "100.000 thao tác" in error["message"]
    visit.record("leader", "inspection.conclude", "inspection")
    assert visit.push("leader") == ["applied"]
    assert tablet.push(1).json["results"][-2]["first"]["error"]["code"] == "inspection_full"
