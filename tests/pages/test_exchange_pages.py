"""A person hands in a tablet's file and reads what became of it."""

import io
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from core import db, ids
from core.journal import JournalEntry
from inspections import team_tablets
from inspections.models import Inspection
from sync import verification_export
from tests import people, visits
from tests.exchanging import exported, joined, lines
from tests.people import Browser
from tests.tablets import Office, Tablet, enrolled
from tests.teams import Team, team_on_its_way
from tests.visits import Visit


@pytest.fixture
def team(app: Flask) -> Team:
    """An inspection on its way."""
    return team_on_its_way(app)


@pytest.fixture
def tablet(team: Team) -> Tablet:
    """The member's tablet, which has no network and three notes."""
    tablet = team.tablet()
    for number in range(3):
        tablet.record(team.id, "note.add", f"note/{ids.new_id()}", {"text": f"Ghi chú {number}"})
    return tablet


@pytest.fixture
def supervisor(app: Flask) -> Browser:
    """Whoever approves inspections."""
    return people.signed_in(app, "lanh.dao", roles=("supervisor",))


def handed_in(browser: Browser, raw: bytes):
    """The page after the file was chosen and sent."""
    return browser.submit("/exchange/import", file=(io.BytesIO(raw), "may-03.tdx"))


def figures(text: str) -> dict[str, str]:
    """The figures of the page by their names."""
    parts = [part.partition("</dt>") for part in text.split("<dt>")[1:]]
    return {name: rest.partition('figures">')[2].partition("<")[0] for name, _, rest in parts}


def test_the_page_says_what_was_new_and_what_was_known(supervisor: Browser, tablet: Tablet):
    first, again = (handed_in(supervisor, exported(tablet)).text for _ in range(2))
    assert figures(first) == {
        "Thao tác mới": "3", "Đã có từ trước": "0", "Mới nhưng giữ riêng": "0", "Không nhận": "0",
    }  # fmt: skip
    assert (figures(again)["Thao tác mới"], figures(again)["Đã có từ trước"]) == ("0", "3")
    assert "Kết quả nhập tệp của «Máy số 1»" in first


def test_what_was_set_aside_and_what_was_refused_have_their_reasons(
    supervisor: Browser, tablet: Tablet, team: Team
):
    tablet.record(team.id, "future.thing", "future/1", {})
    told = handed_in(supervisor, exported(tablet, first=2)).text
    assert (figures(told)["Không nhận"], "Thiếu các thao tác ở trước" in told) == ("3", True)
    told = handed_in(supervisor, exported(tablet)).text
    assert figures(told)["Mới nhưng giữ riêng"] == "1"
    assert "Thao tác 4: " in told


def test_a_cut_file_is_taken_as_far_as_it_goes_and_said_to_be_cut(supervisor: Browser, tablet: Tablet):
    told = handed_in(supervisor, joined(lines(exported(tablet, per_push=1))[:3])).text
    assert (figures(told)["Thao tác mới"], "Tệp xuất bị cắt hoặc bị hỏng" in told) == ("2", True)


def test_another_file_is_refused_beside_the_form(supervisor: Browser):
    page = handed_in(supervisor, b"%PDF-1.7")
    assert (page.status_code, "Không phải tệp xuất từ máy tính bảng" in page.text) == (400, True)


def test_without_a_file_the_form_says_so(supervisor: Browser):
    page = supervisor.submit("/exchange/import")
    assert (page.status_code, "Chưa chọn tệp" in page.text) == (400, True)


def test_inspectors_bring_files_too_and_clerks_do_not(app: Flask):
    seen = {
        role: people.signed_in(app, f"nguoi.{role}", roles=(role,)).client.get("/exchange/import").status_code
        for role in ("inspector", "administrator", "clerk")
    }
    assert seen == {"inspector": 200, "administrator": 200, "clerk": 403}


@pytest.fixture
def visit(app: Flask) -> Visit:
    """An inspection on its way, with a leader who has sent what began it."""
    return visits.under_way(app)


def test_the_inspections_page_shows_the_teams_tablets_and_what_waits(supervisor: Browser, visit: Visit):
    visit.tablet("leader").get("/sync/v1/heads", **{"Sync-Waiting": "operations=3, files=1"})
    text = supervisor.client.get(visit.address).text
    assert ("Máy tính bảng của đoàn" in text, "Còn 3 thao tác, 1 ảnh và tệp chưa gửi" in text) == (True, True)


def test_of_many_tablets_those_are_shown_that_matter_to_the_inspection(app: Flask, visit: Visit):
    wrote, office = visit.tablet("leader"), Office(app)
    idle, holding = (enrolled(app, office, Office(app, "truong.doan")) for _ in range(2))
    holding.get("/sync/v1/heads", **{"Sync-Waiting": "operations=3"})
    older, newer = (enrolled(app, office, Office(app, "thu.ky")) for _ in range(2))
    with app.app_context(), db.reading() as session:
        shown = team_tablets.of(session, session.get_one(Inspection, visit.inspection))
        assert {one.device.id for one in shown} == {wrote.device, holding.device, newer.device}
        assert {idle.device, older.device} & {one.device.id for one in shown} == set()
        assert {one.holders for one in shown} == {("Nguyễn Văn Trưởng",), ("Võ Thị Thư Ký",)}


def test_leader_and_supervisor_take_the_log_away_and_it_verifies(
    app: Flask, supervisor: Browser, visit: Visit, tmp_path: Path
):
    address = f"/exchange{visit.address}"
    leader = Browser(app)
    leader.sign_in("truong.doan")
    for number, browser in enumerate((supervisor, leader), start=1):
        assert address in browser.client.get(visit.address).text
        answer = browser.client.get(address, buffered=True)
        assert "attachment" in answer.headers["Content-Disposition"]
        path = tmp_path / f"{number}.tdl"
        path.write_bytes(answer.data)
        assert list(verification_export.faults(path)) == []
    with app.app_context(), db.reading() as session:
        taken = session.scalars(select(JournalEntry).where(JournalEntry.event == "log.exported")).all()
        assert [entry.about_id for entry in taken] == [visit.inspection] * 2


def test_others_do_not_take_the_log(app: Flask, supervisor: Browser, visit: Visit):
    address = f"/exchange{visit.address}"
    refused = {
        role: people.signed_in(app, f"nguoi.{role}", roles=(role,)).client.get(address).status_code
        for role in ("clerk", "inspector")
    }
    assert refused == {"clerk": 403, "inspector": 404}
    assert supervisor.client.get(f"/exchange/inspections/{ids.new_id()}").status_code == 404
