"""Who gets the server's half of what opens a tablet whose PIN is forgotten, and who never does."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from accounts.device_models import RecoveryHalf
from accounts.models import SignedInSession
from core import clock, db
from core.journal import JournalEntry
from tests import people
from tests.tablets import Office, Tablet

HALF_CHARACTERS = 43


@pytest.fixture
def office(app: Flask) -> Office:
    """An administrator at the desk."""
    people.there_is(app, "quan.tri", roles=("administrator",))
    return Office(app)


@pytest.fixture
def tablet(app: Flask, office: Office) -> Tablet:
    """An enrolled tablet."""
    made = Tablet(app)
    assert made.enrol(office.enrolment_code()).status_code == 201
    return made


@pytest.fixture
def user(app: Flask) -> Office:
    """An inspector who has just signed in."""
    people.there_is(app, "le.an")
    return Office(app, "le.an")


def ask(tablet: Tablet, user: Office, **claims: object):
    """The tablet asks for the half of whoever is signed in there."""
    return user.post("/sync/v1/recovery", {"client_assertion": tablet.assertion(**claims)})


def stored(app: Flask) -> list[str]:
    """The halves that the server keeps."""
    with app.app_context(), db.reading() as session:
        return list(session.scalars(select(RecoveryHalf.half)))


def test_the_same_person_on_the_same_tablet_gets_the_same_half(app: Flask, tablet: Tablet, user: Office):
    first, again = ask(tablet, user), ask(tablet, Office(app, "le.an"))
    assert (first.status_code, len(first.json["half"])) == (200, HALF_CHARACTERS)
    assert again.json == first.json
    assert stored(app) == [first.json["half"]]
    with app.app_context(), db.reading() as session:
        told = session.scalars(select(JournalEntry.event).where(JournalEntry.event == "device.recovery_told"))
        assert len(list(told)) == 2


def test_other_people_and_other_tablets_have_halves_of_their_own(
    app: Flask, office: Office, tablet: Tablet, user: Office
):
    another = Tablet(app)
    another.enrol(office.enrolment_code())
    people.there_is(app, "vo.binh")
    halves = [
        ask(*one).json["half"] for one in ((tablet, user), (another, user), (tablet, Office(app, "vo.binh")))
    ]
    assert len(set(halves)) == len(halves)


@pytest.mark.parametrize("mode", ["retired", "lost", "stolen"])
def test_a_tablet_out_of_use_never_gets_it_and_the_half_is_gone(
    office: Office, tablet: Tablet, user: Office, mode: str
):
    app = tablet.client.application
    assert ask(tablet, user).status_code == 200
    office.post(f"/api/v1/devices/{tablet.device}/revocation", {"mode": mode})
    answer = ask(tablet, user)
    assert (answer.status_code, answer.json["code"]) == (403, "device_revoked")
    assert answer.json["wipe"] is (mode == "stolen")
    assert stored(app) == []


def test_a_sign_in_of_before_is_not_enough(app: Flask, tablet: Tablet, user: Office):
    with app.app_context(), db.writing() as session:
        begun = clock.now() - timedelta(minutes=10)
        session.execute(update(SignedInSession).values(started_at=begun))
    answer = ask(tablet, user)
    assert (answer.status_code, answer.json["code"]) == (403, "sign_in_stale")
    assert ask(tablet, Office(app, "le.an")).status_code == 200


def test_nobody_gets_it_without_a_session_or_by_a_token(app: Flask, tablet: Tablet, user: Office):
    body = {"client_assertion": tablet.assertion()}
    assert tablet.client.post("/sync/v1/recovery", json=body).status_code == 401
    assert tablet.authorise(user).status_code == 200
    answer = tablet.client.post("/sync/v1/recovery", json=body, headers=tablet.headers)
    assert answer.status_code in (401, 403)
    assert stored(app) == []


def test_the_tablet_proves_its_key_each_time(app: Flask, office: Office, tablet: Tablet, user: Office):
    stranger = Tablet(app)
    stranger.device = tablet.device
    assert ask(stranger, user).json["reason"] == "signature"
    assertion = {"client_assertion": tablet.assertion()}
    assert user.post("/sync/v1/recovery", assertion).status_code == 200
    assert user.post("/sync/v1/recovery", assertion).json["reason"] == "replayed"
    assert ask(Tablet(app), user).json["code"] == "device_unknown"
    assert ask(tablet, user, aud="http://elsewhere.test/sync/v1/token").json["reason"] == "audience"
