"""What each way of taking a tablet out of use means on every route, from the page's button to the wire."""

import pytest
from flask import Flask

from accounts.device_models import Device
from core import db, ids
from tests import people
from tests.tablets import Office, Tablet
from tests.visits import Visit, registered

READS = ("/sync/v1/heads", "/sync/v1/packages")


@pytest.fixture
def visit(app: Flask) -> Visit:
    """An inspection on its way, and the leader's tablet."""
    registered(app)
    visit = Visit(app).decided().started()
    visit.push("leader")
    return visit


@pytest.fixture
def engine_name() -> str:
    """What is let in does not depend on the database."""
    return "sqlite"


def taken_out(app: Flask, tablet: Tablet, mode: str) -> None:
    """An administrator presses the button."""
    browser = people.Browser(app)
    assert browser.sign_in("quan.tri").status_code == 303
    assert browser.submit(f"/devices/{tablet.device}/revoke", mode=mode).status_code == 303
    with app.app_context(), db.reading() as session:
        assert session.get_one(Device, tablet.device).revoke_mode == mode


def signed_in_again(app: Flask, tablet: Tablet):
    """The leader signs in on the tablet once more."""
    return tablet.authorise(Office(app, "truong.doan"))


def reading(tablet: Tablet, inspection: str) -> list[tuple[int, str | None, bool | None]]:
    """Status, code and whether to wipe, of every way to read."""
    answers = [tablet.get(path) for path in READS]
    answers += [tablet.get(f"/sync/v1/packages/{inspection}"), tablet.pull({inspection: 0})]
    found = [answer.json if isinstance(answer.json, dict) else {} for answer in answers]
    return [
        (answer.status_code, told.get("code"), told.get("wipe"))
        for answer, told in zip(answers, found, strict=True)
    ]


def sent(visit: Visit, tablet: Tablet):
    """What becomes of one more note."""
    tablet.record(visit.inspection, "note.add", f"note/{ids.new_id()}", {"text": "Sau khi thu hồi"})
    return tablet.push(len(tablet.operations))


def test_a_retired_tablet_goes_on_sending_and_reading(app: Flask, visit: Visit):
    tablet = visit.tablet("leader")
    taken_out(app, tablet, "retired")
    assert tablet.get("/sync/v1/heads").json["code"] == "token_expired"
    assert signed_in_again(app, tablet).status_code == 200
    assert sent(visit, tablet).json["results"][0]["status"] == "applied"
    assert reading(tablet, visit.inspection) == [(200, None, None)] * 4


def test_a_lost_tablet_is_heard_set_aside_and_told_nothing(app: Flask, visit: Visit):
    tablet = visit.tablet("leader")
    taken_out(app, tablet, "lost")
    assert signed_in_again(app, tablet).status_code == 200
    (result,) = sent(visit, tablet).json["results"]
    assert (result["status"], result["error"]["code"]) == ("quarantined", "device_revoked")
    assert reading(tablet, visit.inspection) == [(403, "device_revoked", False)] * 4


def test_a_stolen_tablet_is_shut_out_everywhere_and_told_to_wipe(app: Flask, visit: Visit):
    tablet = visit.tablet("leader")
    taken_out(app, tablet, "stolen")
    assert reading(tablet, visit.inspection) == [(403, "device_revoked", True)] * 4
    for answer in (sent(visit, tablet), signed_in_again(app, tablet)):
        assert (answer.status_code, answer.json["code"], answer.json["wipe"]) == (403, "device_revoked", True)
