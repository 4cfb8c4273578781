"""How a tablet gets in, who may write on it, and what taking it out of use does."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from accounts.device_models import Device, DeviceGrant, DeviceToken, EnrolmentCode
from accounts.models import Person
from core import clock, db
from core.journal import JournalEntry
from tests import people
from tests.tablets import Office, Tablet, enrolled


@pytest.fixture
def office(app: Flask) -> Office:
    """An administrator at the desk."""
    people.there_is(app, "quan.tri", roles=("administrator",))
    return Office(app)


@pytest.fixture
def user(app: Flask) -> Office:
    """An inspector who is signed in."""
    people.there_is(app, "le.an")
    return Office(app, "le.an")


@pytest.fixture
def newcomer(app: Flask, office: Office) -> Tablet:
    """A tablet that is enrolled and on which nobody has signed in."""
    tablet = Tablet(app)
    assert tablet.enrol(office.enrolment_code()).status_code == 201
    return tablet


def _stored(app: Flask, kind: type):
    with app.app_context(), db.reading() as session:
        return session.scalars(select(kind)).all()


def test_an_enrolled_tablet_is_known_by_its_key_and_the_code_is_not_stored(app: Flask, office: Office):
    tablet, code = Tablet(app), office.enrolment_code()
    answer = tablet.enrol(code)
    assert (answer.status_code, answer.json["device"]) == (201, tablet.device)
    assert answer.json["server_keys"][0]["jwk"]["crv"] == "P-256"
    (device,) = _stored(app, Device)
    assert (device.public_jwk, device.seq, device.hash) == (tablet.jwk, 0, tablet.hashes[0])
    assert code not in repr([vars(row) for row in _stored(app, EnrolmentCode)])
    events = [entry.event for entry in _stored(app, JournalEntry)]
    assert events[-2:] == ["enrolment_code.made", "device.enrolled"]


def test_enrolling_again_after_a_lost_answer_gives_the_same_answer(app: Flask, office: Office):
    tablet, code = Tablet(app), office.enrolment_code()
    first, second = tablet.enrol(code), tablet.enrol(code)
    assert (second.status_code, second.json) == (201, first.json)
    assert len(_stored(app, Device)) == 1


def test_a_code_enrols_one_tablet(app: Flask, office: Office):
    code = office.enrolment_code()
    assert Tablet(app).enrol(code).status_code == 201
    answer = Tablet(app).enrol(code)
    assert (answer.status_code, answer.json["code"]) == (403, "enrolment_refused")


def test_what_is_typed_enrols_like_what_is_scanned_and_either_uses_up_both(app: Flask, office: Office):
    for used, left in (("typed_code", "code"), ("code", "typed_code")):
        made = office.post("/api/v1/enrolment-codes", {"label": "Máy số 4"}).json
        assert len(made["code"]) == 22
        assert Tablet(app).enrol(made[used]).status_code == 201
        assert Tablet(app).enrol(made[left]).json["code"] == "enrolment_refused"


def test_a_typed_code_is_taken_as_people_type_it_and_is_not_stored(app: Flask, office: Office):
    made = office.post("/api/v1/enrolment-codes", {"label": "Máy số 4"}).json
    typed = made["typed_code"].lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert Tablet(app).enrol(typed).status_code == 201
    kept = repr([vars(row) for row in _stored(app, EnrolmentCode)])
    assert made["typed_code"].replace("-", "") not in kept


def test_a_code_lives_ten_minutes(app: Flask, office: Office):
    code = office.enrolment_code()
    with app.app_context(), db.writing() as session:
        session.execute(update(EnrolmentCode).values(expires_at=clock.now()))
    assert Tablet(app).enrol(code).json["code"] == "enrolment_refused"


def test_an_unknown_code_says_the_same_as_a_used_one(app: Flask, office: Office):
    assert Tablet(app).enrol("x" * 22).json["code"] == "enrolment_refused"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"jwk": {}}, "key_refused"),
        ({"jwk": {"kty": "EC", "crv": "P-384", "x": "AA", "y": "AA"}}, "key_refused"),
        ({"jwk": {"kty": "EC", "crv": "P-256", "x": "A" * 43, "y": "A" * 43}}, "key_refused"),
        ({"jwk": {"kty": "oct", "k": "AAAA"}}, "key_refused"),
        ({"jwk": {"kty": "EC", "crv": "P-256", "x": None, "y": 7}}, "key_refused"),
        ({"proof": "A" * 86}, "key_refused"),
        ({"proof": "không"}, "key_refused"),
        ({"device": "MAY-1"}, "fields_refused"),
        ({"device": "0198C0DE-5A10-7C1E-9D21-5F0E7A1B2C3D"}, "fields_refused"),
        ({"label": "x" * 150}, "fields_refused"),
        ({"extra": 1}, "invalid"),
    ],
)
def test_a_tablet_that_does_not_prove_its_key_is_not_enrolled(
    app: Flask, office: Office, changed: dict[str, object], code: str
):
    answer = Tablet(app).enrol(office.enrolment_code(), **changed)
    assert (answer.json["code"], _stored(app, Device)) == (code, [])


def test_a_private_key_is_refused_by_name(app: Flask, office: Office):
    tablet = Tablet(app)
    answer = tablet.enrol(office.enrolment_code(), jwk=tablet.jwk | {"d": "A" * 43})
    assert "Khoá riêng" in answer.json["detail"]


def test_a_proof_for_another_device_does_not_enrol(app: Flask, office: Office):
    tablet, code = Tablet(app), office.enrolment_code()
    answer = tablet.enrol(code, proof=tablet.sign(f"td1-enrol\n{code}\n{Tablet(app).device}"))
    assert answer.json["code"] == "key_refused"


def test_nobody_takes_over_the_id_of_another_tablet(app: Flask, office: Office):
    mine = Tablet(app)
    mine.enrol(office.enrolment_code())
    thief, code = Tablet(app), office.enrolment_code()
    answer = thief.enrol(code, device=mine.device, proof=thief.sign(f"td1-enrol\n{code}\n{mine.device}"))
    assert (answer.status_code, answer.json["code"]) == (409, "device_exists")
    assert _stored(app, Device)[0].public_jwk == mine.jwk


def test_only_an_administrator_makes_codes(user: Office):
    answer = user.post("/api/v1/enrolment-codes", {"label": "Máy"})
    assert (answer.status_code, answer.json["code"]) == (403, "forbidden")


def test_a_token_is_for_one_person_on_one_tablet_and_gives_a_grant(app: Flask, office: Office, user: Office):
    tablet = enrolled(app, office, user)
    (token,), (granted,) = _stored(app, DeviceToken), _stored(app, DeviceGrant)
    assert (token.device_id, token.person_id) == (tablet.device, user.person["id"])
    assert tablet.bearer not in token.token_sha256
    assert token.expires_at - token.issued_at == timedelta(minutes=15)
    assert granted.expires_at - granted.granted_at == timedelta(days=30)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"aud": "https://evil.example/sync/v1/token"}, "audience"),
        ({"aud": None}, "audience"),
        ({"exp": 1}, "expired"),
        ({"exp": None}, "expired"),
        ({"exp": True}, "expired"),
        ({"exp": 10**18}, "expired"),
        ({"exp": int(clock.now().timestamp()) + 86400}, "lives_too_long"),
        ({"iat": int(clock.now().timestamp()) + 3600}, "not_yet_valid"),
        ({"nbf": "soon"}, "not_yet_valid"),
        ({"sub": "someone else"}, "subject"),
        ({"jti": ""}, "subject"),
        ({"jti": 7}, "subject"),
        ({"header": {"alg": "none"}}, "algorithm"),
        ({"header": {"alg": "HS256"}}, "algorithm"),
        ({"header": {"alg": "ES256", "crit": ["b64"]}}, "algorithm"),
    ],
)
def test_an_assertion_that_does_not_hold_gives_no_token(
    newcomer: Tablet, user: Office, changed: dict[str, object], reason: str
):
    answer = user.post("/sync/v1/token", {"client_assertion": newcomer.assertion(**changed)})
    assert (answer.status_code, answer.json["code"], answer.json["reason"]) == (
        401, "assertion_refused", reason,
    )  # fmt: skip
    assert _stored(newcomer.client.application, DeviceToken) == []


@pytest.mark.parametrize("assertion", ["", "a.b", "a.b.c", "....", "e30.e30.AA", "W10.W10.AA", "ế.ế.ế"])
def test_what_is_no_assertion_is_refused_by_name(user: Office, assertion: str):
    answer = user.post("/sync/v1/token", {"client_assertion": assertion})
    assert (answer.status_code, answer.json["code"]) == (401, "assertion_refused")


def test_an_assertion_signed_by_another_key_gives_no_token(app: Flask, office: Office, user: Office):
    mine, thief = Tablet(app), Tablet(app)
    mine.enrol(office.enrolment_code())
    thief.device = mine.device
    answer = user.post("/sync/v1/token", {"client_assertion": thief.assertion()})
    assert answer.json["reason"] == "signature"


def test_an_assertion_works_once(newcomer: Tablet, user: Office):
    assertion = newcomer.assertion()
    assert user.post("/sync/v1/token", {"client_assertion": assertion}).status_code == 200
    answer = user.post("/sync/v1/token", {"client_assertion": assertion})
    assert (answer.status_code, answer.json["reason"]) == (401, "replayed")


def test_a_wrong_clock_is_told_the_time(newcomer: Tablet, user: Office):
    answer = user.post("/sync/v1/token", {"client_assertion": newcomer.assertion(exp=1)})
    assert answer.json["server_time"].startswith(f"{clock.now():%Y-%m-%dT%H}")


def test_an_unknown_tablet_gets_no_token(app: Flask, user: Office):
    answer = user.post("/sync/v1/token", {"client_assertion": Tablet(app).assertion()})
    assert (answer.status_code, answer.json["code"]) == (403, "device_unknown")


def test_a_token_needs_somebody_who_is_signed_in(newcomer: Tablet):
    answer = newcomer.client.post("/sync/v1/token", json={"client_assertion": newcomer.assertion()})
    assert (answer.status_code, answer.json["code"]) == (401, "unauthenticated")


def _renewed(tablet: Tablet, person: str, **changed: object):
    assertion = tablet.assertion(person=person, **changed)
    return tablet.client.post("/sync/v1/token/renewal", json={"client_assertion": assertion})


def test_a_running_grant_gives_a_token_without_a_new_sign_in(app: Flask, office: Office, user: Office):
    tablet = enrolled(app, office, user)
    tablet.bearer = ""
    answer = _renewed(tablet, user.person["id"])
    assert (answer.status_code, answer.json["person_id"]) == (200, user.person["id"])
    tablet.bearer = answer.json["access_token"]
    assert tablet.get("/sync/v1/packages").json == []


def test_a_renewed_token_does_not_prolong_the_grant(app: Flask, office: Office, user: Office):
    tablet = enrolled(app, office, user)
    with app.app_context(), db.reading() as session:
        before = session.scalars(select(DeviceGrant.expires_at)).one()
    _renewed(tablet, user.person["id"])
    with app.app_context(), db.reading() as session:
        assert session.scalars(select(DeviceGrant.expires_at)).one() == before


def test_without_a_running_grant_somebody_has_to_sign_in(app: Flask, office: Office, user: Office):
    tablet = enrolled(app, office, user)
    refused = [_renewed(tablet, named) for named in (office.person["id"], "ai đó", "")]
    with app.app_context(), db.writing() as session:
        session.execute(update(DeviceGrant).values(expires_at=clock.now()))
    refused.append(_renewed(tablet, user.person["id"]))
    told = {(one.status_code, one.json["code"]) for one in refused}
    assert told == {(401, "grant_over")}


def test_whoever_left_the_office_gets_no_renewed_token(app: Flask, office: Office, user: Office):
    tablet = enrolled(app, office, user)
    with app.app_context(), db.writing() as session:
        session.get_one(Person, user.person["id"]).is_active = False
    assert _renewed(tablet, user.person["id"]).json["code"] == "grant_over"


@pytest.mark.parametrize("mode", ["retired", "lost", "stolen"])
def test_a_tablet_out_of_use_gets_no_renewed_token(app: Flask, office: Office, user: Office, mode: str):
    tablet = enrolled(app, office, user)
    _revoke(office, tablet, mode)
    code = "device_revoked" if mode == "stolen" else "grant_over"
    assert _renewed(tablet, user.person["id"]).json["code"] == code


def test_an_assertion_renews_once_and_only_by_the_tablets_own_key(app: Flask, office: Office, user: Office):
    tablet, other = enrolled(app, office, user), Tablet(app)
    assert _renewed(tablet, user.person["id"], jti="một").status_code == 200
    assert _renewed(tablet, user.person["id"], jti="một").json["reason"] == "replayed"
    forged = _renewed(other, user.person["id"], iss=tablet.device, sub=tablet.device)
    assert (forged.status_code, forged.json["reason"]) == (401, "signature")


def test_a_tablet_is_no_person(app: Flask, office: Office, user: Office):
    tablet = enrolled(app, office, user)
    answer = tablet.get("/api/v1/people/me")
    assert (answer.status_code, answer.json["code"]) == (401, "unauthenticated")


def test_an_expired_token_says_so(app: Flask, office: Office, user: Office):
    tablet = enrolled(app, office, user)
    with app.app_context(), db.writing() as session:
        session.execute(update(DeviceToken).values(expires_at=clock.now()))
    answer = tablet.get("/sync/v1/packages")
    assert (answer.status_code, answer.json["code"]) == (401, "token_expired")


def test_a_bearer_beside_a_good_cookie_is_judged_alone(app: Flask, user: Office):
    answer = user.client.get("/api/v1/people/me", headers={"Authorization": "Bearer nonsense"})
    assert (answer.status_code, answer.json["code"]) == (401, "token_expired")


def _revoke(office: Office, tablet: Tablet, mode: str):
    return office.post(f"/api/v1/devices/{tablet.device}/revocation", {"mode": mode})


def test_a_stolen_tablet_is_shut_out_at_once_and_told_to_wipe(app: Flask, office: Office, user: Office):
    tablet = enrolled(app, office, user)
    assert _revoke(office, tablet, "stolen").json["revoke_mode"] == "stolen"
    answer = tablet.get("/sync/v1/packages")
    assert (answer.status_code, answer.json["code"], answer.json["wipe"]) == (403, "device_revoked", True)
    assert tablet.authorise(user).json["code"] == "device_revoked"


def test_a_retired_tablet_gets_tokens_for_who_had_access_and_for_nobody_else(
    app: Flask, office: Office, user: Office
):
    tablet = enrolled(app, office, user)
    _revoke(office, tablet, "retired")
    assert tablet.authorise(user).status_code == 200
    answer = tablet.authorise(office)
    assert (answer.json["code"], answer.json["wipe"]) == ("device_revoked", False)


@pytest.mark.parametrize("mode", ["", "gone", None, 7])
def test_an_unknown_way_of_revoking_is_refused(app: Flask, office: Office, user: Office, mode: object):
    tablet = enrolled(app, office, user)
    assert office.post(f"/api/v1/devices/{tablet.device}/revocation", {"mode": mode}).status_code == 422


def test_revoking_what_does_not_exist_is_refused(office: Office, app: Flask):
    assert _revoke(office, Tablet(app), "lost").json["code"] == "device_not_found"


def test_the_administrator_sees_the_tablets(app: Flask, office: Office, user: Office):
    tablet = enrolled(app, office, user)
    (shown,) = office.client.get("/api/v1/devices").json
    assert (shown["id"], shown["label"], shown["seq"], shown["revoked_at"]) == (
        tablet.device, "Máy số 1", 0, None,
    )  # fmt: skip
