"""What the unit puts right after the document is out: received, judged, closed, all through the log."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from core import clock, db, journal
from inspections import actions, log_reading
from inspections.models import Inspection
from tests import people, visits
from tests.people import Browser
from tests.tablets import Office
from tests.visits import TEAM, Visit

RECEIVED = {"step": "receive_correction", "on": "2023-07-03", "text": "112/BC-SNV"}
ACCEPTED = {"step": "accept_correction", "on": "2023-07-10", "text": "Đã bổ sung đủ sổ"}
REFUSED = {"step": "refuse_correction", "on": "2023-07-10", "text": "Còn thiếu sổ", "due_on": "2023-08-10"}


@pytest.fixture
def visit(app: Flask) -> Visit:
    """An inspection whose minutes are out, with something to put right."""
    visits.registered(app)
    made = Visit(app).decided().started()
    made.answer("PL-16", "kph_nhe", note="Chưa lập sổ")
    made.submitted()
    with app.app_context(), db.writing() as session:
        inspection = session.get_one(Inspection, made.inspection)
        inspection.state = "approved"
        actions.issue(session, inspection, needs_correction=True, by=visits.SYSTEM, at=clock.now())
    return made


@pytest.fixture
def supervisor(app: Flask) -> Browser:
    return people.signed_in(app, "lanh.dao", full_name="Lê Thị Lãnh Đạo", roles=("supervisor",))


def send(browser: Browser, visit: Visit, form: dict):
    return browser.submit(f"{visit.address}/correction", form_at=visit.address, **form)


def steps_of(visit: Visit) -> list[tuple[str, str, dict]]:
    """The follow-up as the log has it: type, effect, body."""
    with visit.app.app_context(), db.reading() as session:
        return [
            (one.operation.type.removeprefix("inspection."), str(one.effect), one.body)
            for one in log_reading.whole_fold(session, visit.inspection).steps()
            if "correction" in one.operation.type
        ]


def journalled(visit: Visit) -> list[str]:
    with visit.app.app_context(), db.reading() as session:
        events = select(journal.JournalEntry.event).order_by(journal.JournalEntry.id)
        return [event for event in session.scalars(events) if event.startswith("correction.")]


def test_from_the_units_report_to_the_closed_inspection(visit: Visit, supervisor: Browser):
    page = supervisor.client.get(visit.address)
    assert "Tiếp nhận báo cáo khắc phục" in page.text
    for form, state in (
        (RECEIVED, "under_review"), (REFUSED, "awaiting_correction"),
        (RECEIVED | {"on": "2023-08-09"}, "under_review"), (ACCEPTED | {"on": "2023-08-15"}, "closed"),
    ):  # fmt: skip
        sent = send(supervisor, visit, form)
        assert (sent.status_code, sent.location) == (303, f"{visit.address}?done={form['step']}")
        assert visit.state()[0] == state
    assert steps_of(visit) == [
        ("receive_correction", "applied", {"received_on": "2023-07-03", "document": "112/BC-SNV"}),
        ("refuse_correction", "applied",
         {"decided_on": "2023-07-10", "reason": "Còn thiếu sổ", "due_on": "2023-08-10"}),
        ("receive_correction", "applied", {"received_on": "2023-08-09", "document": "112/BC-SNV"}),
        ("accept_correction", "applied", {"decided_on": "2023-08-15", "note": "Đã bổ sung đủ sổ"}),
    ]  # fmt: skip
    assert journalled(visit) == [
        "correction.received", "correction.refused", "correction.received", "correction.accepted",
    ]  # fmt: skip
    closed = supervisor.client.get(visit.address)
    assert "Cuộc kiểm tra đã đóng." in closed.text
    assert "correction-title" not in closed.text


def test_the_team_learns_of_it_by_an_ordinary_pull(visit: Visit, supervisor: Browser):
    send(supervisor, visit, RECEIVED)
    told = visit.tablet("leader").pull({visit.inspection: 0}).json
    entries = told["streams"][f"inspection:{visit.inspection}"]["entries"]
    assert entries[-1]["op"]["type"] == "inspection.receive_correction"


TOMORROW = (clock.local_date(clock.now()) + timedelta(days=1)).isoformat()


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        (RECEIVED | {"text": " "}, "Chưa ghi số, ký hiệu hoặc tên báo cáo"),
        (RECEIVED | {"on": "2023-05-22"}, "Ngày phải từ ngày kiểm tra (23/05/2023) đến hôm nay."),
        (RECEIVED | {"on": TOMORROW}, "đến hôm nay."),
        (RECEIVED | {"on": "hôm qua"}, "Ngày"),
    ],
)
def test_what_does_not_fit_is_said_beside_the_field_and_nothing_is_written(
    visit: Visit, supervisor: Browser, form: dict, sentence: str
):
    answer = send(supervisor, visit, form)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'class="field field-wrong"' in answer.text
    assert (steps_of(visit), visit.state()[0]) == ([], "awaiting_correction")


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        (REFUSED | {"text": ""}, "Chưa nêu lý do. Đơn vị cần biết còn thiếu gì."),
        (REFUSED | {"due_on": "2023-07-10"}, "Hạn mới phải sau ngày quyết định."),
    ],
)
def test_a_refusal_gives_its_reason_and_a_term_that_lies_ahead(
    visit: Visit, supervisor: Browser, form: dict, sentence: str
):
    send(supervisor, visit, RECEIVED)
    answer = send(supervisor, visit, form)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert visit.state()[0] == "under_review"


def test_steps_out_of_turn_and_steps_of_others_are_refused(app: Flask, visit: Visit, supervisor: Browser):
    assert send(supervisor, visit, ACCEPTED).status_code == 409
    assert send(supervisor, visit, RECEIVED | {"step": "fly"}).status_code == 409
    leader = Browser(app)
    leader.sign_in(TEAM["leader"][0])
    assert "correction-title" not in leader.client.get(visit.address).text
    assert send(leader, visit, RECEIVED).status_code == 403
    assert (steps_of(visit), visit.state()[0]) == ([], "awaiting_correction")


def test_a_clerk_receives_and_does_not_judge(app: Flask, visit: Visit):
    people.signed_in(app, "van.thu", full_name="Văn Thư", roles=("clerk",))
    clerk = Office(app, "van.thu")
    path = f"/api/v1/inspections/{visit.inspection}/correction"
    assert clerk.post(path, RECEIVED).json["state"] == "under_review"
    refused = clerk.post(path, ACCEPTED)
    assert (refused.status_code, refused.json["code"]) == (403, "step_not_yours")


def test_programs_get_the_reason_with_the_field(app: Flask, visit: Visit, supervisor: Browser):
    desk = Office(app, "lanh.dao")
    path = f"/api/v1/inspections/{visit.inspection}/correction"
    refused = desk.post(path, RECEIVED | {"text": ""})
    assert (refused.status_code, refused.json["code"], refused.json["field"]) == (
        422,
        "correction_refused",
        "text",
    )
    assert desk.post(path, RECEIVED | {"step": "start"}).status_code == 422
    assert steps_of(visit) == []
