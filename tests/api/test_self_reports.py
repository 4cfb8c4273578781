"""The unit's self-report: brought by those who may, carried in the package, kept within limits."""

import hashlib
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import select

import first_start
from core import clock, db, files, journal
from core.settings import SETTINGS
from inspections.models import SelfReport
from sync import quotas, verification
from sync.errors import QuotaReached
from tests import people, postgres, visits
from tests.tablets import Office
from tests.visits import Visit

REPORT = b"%PDF-1.7 bao cao tu kiem tra " * 50
NAME = f"sha256:{hashlib.sha256(REPORT).hexdigest()}"
SAID = {"name": "Báo cáo 112.pdf", "document_number": "112/BC-SNV", "received_on": "2023-05-18"}


@pytest.fixture
def visit(app: Flask) -> Visit:
    """A decided inspection; a clerk and a supervisor are there too."""
    visits.registered(app)
    made = Visit(app).decided()
    people.there_is(app, "van.thu", full_name="Văn Thư", roles=("clerk",))
    people.there_is(app, "lanh.dao", full_name="Lê Thị Lãnh Đạo", roles=("supervisor",))
    return made


def address(visit: Visit, rest: str = "") -> str:
    return f"/api/v1/inspections/{visit.inspection}/self-reports{rest}"


def bring(desk: Office, visit: Visit, content: bytes = REPORT, **said: str):
    """The file is sent as the body, with what is said of it."""
    return desk.client.post(
        address(visit), query_string=SAID | said, data=content, content_type="application/pdf",
        headers=desk.headers,
        environ_overrides={"CONTENT_LENGTH": str(len(content))},
    )  # fmt: skip


def package(visit: Visit):
    return visit.tablet("leader").get(f"/sync/v1/packages/{visit.inspection}")


def rows(visit: Visit) -> list[SelfReport]:
    with visit.app.app_context(), db.reading() as session:
        return list(session.scalars(select(SelfReport)))


def test_what_a_clerk_brought_is_in_the_package_and_its_bytes_come_by_their_hash(app: Flask, visit: Visit):
    before = package(visit)
    assert before.json["self_reports"] == []
    brought = bring(Office(app, "van.thu"), visit)
    assert brought.status_code == 201, brought.text
    after = package(visit)
    assert after.headers["ETag"] != before.headers["ETag"]
    assert after.json["self_reports"] == [
        {
            "id": brought.json["id"], "name": "Báo cáo 112.pdf", "media_type": "application/pdf",
            "size": len(REPORT), "sha256": NAME[7:], "document_number": "112/BC-SNV",
            "received_on": "2023-05-18",
        }
    ]  # fmt: skip
    (listed,) = visit.tablet("leader").get("/sync/v1/packages").json
    assert after.headers["ETag"] == f'"{listed["etag"]}"'
    told = visit.tablet("secretary").get(f"/sync/v1/blobs/{NAME}")
    assert (told.status_code, told.data, told.mimetype) == (200, REPORT, "application/pdf")


def test_nobody_else_reads_it(app: Flask, visit: Visit):
    bring(Office(app, "van.thu"), visit)
    people.there_is(app, "nguoi.la")
    stranger = Office(app, "nguoi.la")
    assert stranger.client.get(address(visit)).status_code == 404
    assert stranger.client.get(f"{visit.address}/files/{NAME[7:]}").status_code == 404


@pytest.mark.parametrize("username", ["lanh.dao", "truong.doan", "thu.ky"])
def test_office_and_heads_of_the_team_may_bring_it(app: Flask, visit: Visit, username: str):
    assert bring(Office(app, username), visit).status_code == 201
    with app.app_context(), db.reading() as session:
        event = session.scalars(
            select(journal.JournalEntry).where(journal.JournalEntry.event == "self_report.received")
        ).one()
    assert event.details["document_number"] == "112/BC-SNV"


def test_others_may_not(app: Flask, visit: Visit):
    refused = bring(Office(app, "quan.tri"), visit)
    assert (refused.status_code, refused.json["code"]) == (403, "step_not_yours")
    people.there_is(app, "nguoi.la")
    assert bring(Office(app, "nguoi.la"), visit).status_code == 404
    assert rows(visit) == []


TOMORROW = (clock.local_date(clock.now()) + timedelta(days=1)).isoformat()


@pytest.mark.parametrize(
    ("said", "content"),
    [
        ({"document_number": "  "}, REPORT),
        ({"received_on": TOMORROW}, REPORT),
        ({"received_on": "hôm qua"}, REPORT),
        ({}, b""),
    ],
)
def test_what_does_not_fit_is_told_with_its_field_and_not_even_stored(
    app: Flask, visit: Visit, said: dict, content: bytes
):
    refused = bring(Office(app, "van.thu"), visit, content, **said)
    assert (refused.status_code, refused.json["code"]) == (422, "self_report_refused")
    assert refused.json["field"] == next(iter(said), "file")
    with app.app_context():
        assert files.size_of(NAME[7:]) is None
    assert rows(visit) == []


def test_the_same_file_is_not_taken_twice(app: Flask, visit: Visit):
    desk = Office(app, "van.thu")
    assert bring(desk, visit).status_code == 201
    assert bring(desk, visit).json["field"] == "file"
    assert len(rows(visit)) == 1


def test_after_the_signatures_nothing_is_brought_or_withdrawn(app: Flask, visit: Visit):
    desk = Office(app, "van.thu")
    brought = bring(desk, visit).json["id"]
    visit.started().submitted()
    late = bring(desk, visit, b"later")
    assert (late.status_code, late.json["code"]) == (409, "self_report_closed")
    assert desk.post(address(visit, f"/{brought}/withdrawal"), {"reason": "Nhầm"}).status_code == 409


def test_a_withdrawn_file_leaves_the_package_and_stays_in_the_store_with_the_reason(app: Flask, visit: Visit):
    desk = Office(app, "van.thu")
    brought = bring(desk, visit).json["id"]
    etag = package(visit).headers["ETag"]
    withdrawal = address(visit, f"/{brought}/withdrawal")
    assert desk.post(withdrawal, {"reason": "  "}).status_code == 422
    assert desk.post(withdrawal, {"reason": "Nhầm đơn vị"}).status_code == 204
    assert desk.post(withdrawal, {"reason": "Nhầm đơn vị"}).status_code == 404
    assert package(visit).json["self_reports"] == []
    assert package(visit).headers["ETag"] != etag
    assert visit.tablet("leader").get(f"/sync/v1/blobs/{NAME}").status_code == 404
    assert desk.client.get(f"{visit.address}/files/{NAME[7:]}").status_code == 404
    (row,) = rows(visit)
    assert row.withdrawn_reason == "Nhầm đơn vị"
    with app.app_context():
        assert files.read(NAME[7:]) == REPORT
    assert bring(desk, visit).status_code == 201


def test_it_counts_for_the_room_of_its_inspection(app: Flask, visit: Visit):
    assert bring(Office(app, "van.thu"), visit).status_code == 201
    with app.app_context(), db.reading() as session:
        app.extensions[SETTINGS] = replace(app.extensions[SETTINGS], inspection_mb=1)
        small, large = (
            quotas.Incoming("cd" * 32, size, "x", [visit.inspection]) for size in (1024, 1024 * 1024)
        )
        quotas.check(session, small, at=clock.now())
        with pytest.raises(QuotaReached):
            quotas.check(session, large, at=clock.now())


def test_more_than_there_is_room_for_is_refused_before_it_is_stored(app: Flask, visit: Visit):
    app.extensions[SETTINGS] = replace(app.extensions[SETTINGS], inspection_mb=1)
    refused = bring(Office(app, "van.thu"), visit, b"x" * (1024 * 1024 + 1))
    assert (refused.status_code, refused.json["field"]) == (422, "file")
    assert "1 MB" in refused.json["detail"]
    assert rows(visit) == []


def test_verification_and_a_backup_know_the_file(
    app: Flask, visit: Visit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PATH", f"{postgres._binaries() / 'bin'}{os.pathsep}{os.environ['PATH']}")
    bring(Office(app, "van.thu"), visit)
    with app.app_context():
        flask_migrate.stamp(directory=str(first_start.MIGRATIONS))
        made = app.test_cli_runner().invoke(args=["backup", "create", str(tmp_path / "b.thucdia")])
        assert made.exit_code == 0, made.output
        assert NAME[7:].encode() in (tmp_path / "b.thucdia").read_bytes()
        files.path(NAME[7:]).write_bytes(b"changed")
    with app.app_context(), db.reading() as session:
        found = [fault.place for fault in verification.faults(session, verification.Walked())]
    assert found == [f"tệp {NAME[7:]}"]
