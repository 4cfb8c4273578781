"""From approval to a sealed, downloadable, verifiable document, over HTTP and through the job table."""

import io
import json
from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from core import clock, db, files, jobs, stores
from core.journal import JournalEntry
from core.settings import SETTINGS
from inspections import chain
from inspections.models import Inspection
from reports import sealing
from reports.models import Report
from tests import issuing, people, tablets
from tests.issuing import Desk

DAY = date(2023, 5, 23)


@pytest.fixture
def desk(app: Flask) -> Desk:
    """Minutes that wait for the clerk."""
    return issuing.desk_with_minutes(app)


def test_the_sealed_minutes_are_found_authentic_and_the_inspection_is_issued(desk: Desk):
    pdf = desk.sealed()
    shown = desk.shown()
    assert (shown["state"], shown["number"], shown["pdf_bytes"]) == ("sealed", "07/BB-TĐC", len(pdf))
    assert desk.visit.state() == ("awaiting_correction", 1)
    page = desk.app.test_client().get(f"/verify/{shown['verification_code'].lower()}")
    assert 'data-verdict="authentic"' in page.text
    reader = PdfReader(io.BytesIO(pdf))
    text = "\n".join(page.extract_text() for page in reader.pages)
    for expected in ("07/BB-TĐC", "Sở Nội vụ", "Quy trình còn ghi 10 ngày", "Phạm Văn Giám Đốc"):
        assert expected in text
    findings = json.loads(reader.attachments["findings.json"][0])
    assert [(one["category"], one["due_on"]) for one in findings["findings"]] == [("kph_nhe", "2023-07-23")]


def test_the_enclosed_log_ends_at_the_root_that_the_paper_states(desk: Desk):
    reader = PdfReader(io.BytesIO(desk.sealed()))
    log = json.loads(reader.attachments["operation-log.json"][0])
    trace = json.loads(reader.attachments["findings.json"][0])["trace"]
    assert log["root"] == trace["log_root"] == log["operations"][-1]["log_hash"]
    assert len(log["operations"]) == trace["log_length"]
    assert [one["pos"] for one in log["operations"]] == list(range(1, trace["log_length"] + 1))
    assert chain.log_genesis(desk.visit.inspection) != log["root"]


def test_sealing_twice_changes_nothing(desk: Desk):
    first = desk.sealed()
    again = desk.clerk.post(desk.address("/seal"), {})
    assert (again.status_code, again.json["code"]) == (409, "already_sealed")
    with desk.app.app_context():
        with db.writing() as session:
            job = session.scalars(select(jobs.Job).where(jobs.Job.kind == "reports.seal")).one()
            job.state = jobs.JobState.QUEUED
        jobs.run_due()
        with db.reading() as session:
            events = session.scalars(
                select(JournalEntry.event).where(JournalEntry.event.startswith("report."))
            ).all()
    assert desk.file() == first
    assert events.count("report.sealed") == 1


def test_a_worker_that_died_before_recording_leaves_the_document_to_the_next(desk: Desk):
    """The first worker prints, signs and stores, and is gone before the registry knows."""
    desk.number()
    with desk.app.app_context():
        with db.reading() as session:
            report = session.get_one(Report, desk.report)
            wanted = report.snapshot_sha256, sealing.draft_imprint(report.verification_code)
        lost = sealing.carried_out(
            wanted[0], replace(wanted[1], number="07/BB-TĐC", dated_on=DAY), at=clock.now()
        )
    assert desk.seal().status_code == 202
    assert desk.shown()["state"] == "sealed"
    assert desk.shown()["pdf_sha256"] != lost.received.sha256
    with desk.app.app_context(), db.reading() as session:
        assert not files.is_stored(session, lost.received.sha256)


def test_drafting_twice_gives_one_document(desk: Desk):
    with desk.app.app_context():
        with db.writing() as session:
            jobs.enqueue(session, "reports.draft", {"inspection": desk.visit.inspection}, at=clock.now())
        assert jobs.run_due() == 1
        with db.reading() as session:
            assert [one.id for one in session.scalars(select(Report))] == [desk.report]


def test_a_number_or_date_that_cannot_be_right_is_refused(desk: Desk):
    refused = {
        "number_refused": [{"number": "7/BB-TĐC"}, {"number": "07/BB-KHCN"}, {"dated_on": "2023-05-24"}],
        "invalid": [{"dated_on": "23/5/2023"}, {"status": "sealed"}],
    }
    for code, attempts in refused.items():
        for attempt in attempts:
            answer = desk.number(**attempt)
            assert (answer.status_code, answer.json["code"], attempt) == (422, code, attempt)
    assert desk.shown()["number"] is None


def test_a_number_of_the_year_is_given_once(desk: Desk):
    with desk.app.app_context(), db.writing() as session:
        mine = session.get_one(Report, desk.report)
        inspection = session.get_one(Inspection, mine.inspection_id)
        fields = {"kind": "record", "state": "numbered", "snapshot_sha256": mine.snapshot_sha256}
        numbered = {"number": "07/BB-TĐC", "ordinal": 7, "symbol": "BB-TĐC", "year": 2023}
        session.add(
            Report(
                id="00000000-0000-7000-8000-000000000001", inspection=inspection, revision=9,
                verification_code="0" * 16, drafted_at=mine.drafted_at, **fields, **numbered,
            )
        )  # fmt: skip
    answer = desk.number()
    assert (answer.status_code, answer.json["code"]) == (409, "number_taken")
    assert desk.number(number="08/BB-TĐC").status_code == 200


def test_without_a_number_nothing_is_sealed(desk: Desk):
    answer = desk.seal()
    assert (answer.status_code, answer.json["code"]) == (409, "not_ready_to_seal")
    assert desk.clerk.client.get(desk.address("/file")).json["code"] == "not_sealed"


def test_a_reopened_inspection_is_not_issued(desk: Desk):
    desk.number()
    with desk.app.app_context(), db.writing() as session:
        inspection = session.get_one(Inspection, desk.visit.inspection)
        inspection.state, inspection.revision = "in_progress", 2
    answer = desk.seal()
    assert (answer.status_code, answer.json["code"]) == (409, "not_ready_to_seal")


def test_why_it_could_not_be_sealed_is_said_and_it_can_be_tried_again(desk: Desk):
    desk.number()
    honest = desk.app.extensions[SETTINGS]
    desk.app.extensions[SETTINGS] = replace(honest, signer="p12:/khong/co.p12")
    assert desk.seal().status_code == 202
    shown = desk.shown()
    assert (shown["state"], "co.p12" in shown["failure"]) == ("failed", True)
    desk.app.extensions[SETTINGS] = honest
    assert desk.seal().status_code == 202
    assert desk.shown()["state"] == "sealed"


def test_only_the_clerk_numbers_and_seals(desk: Desk):
    for step, body in (("/number", issuing.NUMBER), ("/seal", {})):
        assert desk.supervisor.post(desk.address(step), body).status_code == 403


def test_another_teams_inspector_does_not_learn_that_the_minutes_exist(desk: Desk):
    people.there_is(desk.app, "nguoi.ngoai")
    outsider = tablets.Office(desk.app, "nguoi.ngoai").client
    assert outsider.get(desk.address()).status_code == 404
    assert outsider.get(desk.address("/file")).status_code == 404


def test_the_preview_says_that_it_is_a_draft_and_is_stored_nowhere(desk: Desk):
    with desk.app.app_context():
        before = list(stores.current().names())
    pdf = desk.supervisor.client.get(desk.address("/preview")).data
    with desk.app.app_context():
        after = list(stores.current().names())
    assert before == after
    assert "BẢN NHÁP" in PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
