"""What can be done about people, on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts import actions, demo_people, errors, passwords, queries, signing_in
from accounts.models import FailureCount, Person, SignedInSession
from accounts.roles import Role
from core import clock
from core.caller import Caller
from core.journal import JournalEntry
from core.settings import SETTINGS
from tests.people import PASSWORD, make_person

AT = clock.now()
BY = Caller.system("test")
GIVEN = actions.PersonFields(" Le.An ", "Lê  An", "Chuyên viên", frozenset({"inspector"}))


def _is_real(session: Session, app: Flask) -> None:
    app.extensions[SETTINGS] = replace(app.extensions[SETTINGS], demo=False)


def _events(session: Session) -> list[str]:
    return list(session.scalars(select(JournalEntry.event).order_by(JournalEntry.id)))


def test_an_added_person_is_kept_as_normalised_and_cannot_sign_in_yet(session: Session):
    person = actions.add_person(session, GIVEN, by=BY, at=AT)
    assert (person.username, person.full_name, person.password_hash) == ("le.an", "Lê An", None)
    assert person.roles == {"inspector"}
    assert _events(session) == ["person.added"]


def test_every_field_that_cannot_be_used_is_named_at_once(session: Session):
    with pytest.raises(errors.FieldsRefused) as refused:
        actions.add_person(session, actions.PersonFields("x", " ", "", frozenset({"king"})), by=BY, at=AT)
    assert set(refused.value.fields) == {"username", "full_name", "title", "roles"}


def test_a_user_name_is_given_once_and_the_transaction_survives_the_second_try(session: Session):
    actions.add_person(session, GIVEN, by=BY, at=AT)
    with pytest.raises(errors.UsernameTaken):
        actions.add_person(session, GIVEN, by=BY, at=AT)
    assert len(queries.people(session)) == 1


def test_changed_roles_end_the_sessions_of_the_person(session: Session):
    person = make_person(session)
    signing_in.begin_session(session, person, at=AT)
    given = actions.PersonFields("le.an", "Lê An", "Chuyên viên", frozenset({"inspector", "clerk"}))
    actions.change_person(session, person, given, by=BY, at=AT)
    session.flush()
    session.expire(person)
    assert person.roles == {"inspector", "clerk"}
    assert session.scalar(select(func.count()).select_from(SignedInSession)) == 0


def test_a_new_title_alone_leaves_the_person_signed_in(session: Session):
    person = make_person(session)
    signing_in.begin_session(session, person, at=AT)
    given = actions.PersonFields("le.an", "Lê An", "Phó phòng", frozenset({"inspector"}))
    actions.change_person(session, person, given, by=BY, at=AT)
    assert person.title == "Phó phòng"
    assert session.scalar(select(func.count()).select_from(SignedInSession)) == 1


def test_the_last_administrator_can_neither_leave_nor_lose_the_role(session: Session):
    only = make_person(session, "quan.tri", roles=("administrator",))
    make_person(session, "moi", roles=("administrator",), password_hash=None)
    given = actions.PersonFields("quan.tri", "Lê An", "Chuyên viên", frozenset({"clerk"}))
    with pytest.raises(errors.LastAdministrator):
        actions.deactivate(session, only, by=BY, at=AT)
    with pytest.raises(errors.LastAdministrator):
        actions.change_person(session, only, given, by=BY, at=AT)
    assert (only.is_active, only.roles) == (True, {"administrator"})


def test_one_of_two_administrators_can_leave(session: Session):
    first = make_person(session, "mot", roles=("administrator",))
    make_person(session, "hai", roles=("administrator",))
    actions.deactivate(session, first, by=BY, at=AT)
    assert first.is_active is False


def test_an_invitation_sets_the_password_once_and_ends_open_sessions(session: Session):
    person = make_person(session)
    signing_in.begin_session(session, person, at=AT)
    token, _ = actions.invite(session, person, by=BY, at=AT)
    actions.accept_invitation(session, token, password_hash="new", at=AT)
    assert person.password_hash == "new"
    assert session.scalar(select(func.count()).select_from(SignedInSession)) == 0
    with pytest.raises(errors.InvitationUnusable):
        actions.accept_invitation(session, token, password_hash="again", at=AT)


def test_an_invitation_dies_after_seven_days_and_by_a_newer_one(session: Session):
    person = make_person(session)
    first, expires_at = actions.invite(session, person, by=BY, at=AT)
    assert expires_at == AT + timedelta(days=7)
    second, _ = actions.invite(session, person, by=BY, at=AT)
    for token, moment in ((first, AT), (second, expires_at), ("", AT), ("é\x00\ud800", AT)):
        with pytest.raises(errors.InvitationUnusable):
            queries.usable_invitation(session, token, at=moment)
    assert queries.usable_invitation(session, second, at=AT)[1] is person


def test_demo_people_are_made_once_each_with_a_password_of_its_own(session: Session):
    made = actions.create_demo_people(session, by=BY, at=AT)
    assert [one.username for one in made] == [row[0] for row in demo_people.PEOPLE]
    assert len({one.password for one in made}) == 7
    first = queries.person_named(session, "truongdoan")
    assert passwords.matches(made[0].password, first.password_hash)
    assert actions.create_demo_people(session, by=BY, at=AT) == []
    assert _events(session) == ["demo_people.added"]


def test_demo_people_cannot_be_made_outside_demo_mode(session: Session, app: Flask):
    _is_real(session, app)
    with pytest.raises(errors.DemoDisabled):
        actions.create_demo_people(session, by=BY, at=AT)
    assert session.scalars(select(Person)).all() == []


def test_demo_people_are_nobody_when_their_database_is_opened_outside_demo_mode(session: Session, app: Flask):
    (demo, *_) = actions.create_demo_people(session, by=BY, at=AT)
    person = queries.person_named(session, demo.username)
    token = signing_in.begin_session(session, person, at=AT).token
    _is_real(session, app)
    assert queries.people(session) == []
    assert queries.live_session(session, token, at=AT) is None
    attempt = signing_in.attempt(session, demo.username, address="10.0.0.1", at=AT)
    assert signing_in.judged(attempt, demo.password).succeeds is False
    assert queries.is_first_run_open(session)


def test_the_demo_accounts_file_is_for_its_owner_alone_and_can_be_read_back(tmp_path):
    account = demo_people.DemoAccount("vanthu", "AAAA-BBBB", "Đặng Ngọc Lan", Role.CLERK)
    path = demo_people.write_down([account], tmp_path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert demo_people.read_passwords(tmp_path) == {"vanthu": "AAAA-BBBB"}


def test_the_first_run_takes_the_printed_code_once(session: Session, app: Flask):
    _is_real(session, app)
    code = actions.open_first_run(session, by=BY, at=AT)
    given = actions.PersonFields("quan.tri", "Lê An", "Chánh văn phòng", frozenset({Role.ADMINISTRATOR}))
    with pytest.raises(errors.FieldsRefused) as refused:
        actions.add_first_administrator(session, given, code="7K3M", password_hash="x", at=AT)
    assert set(refused.value.fields) == {"code"}
    actions.add_first_administrator(session, given, code=code.lower(), password_hash="x", at=AT)
    assert actions.open_first_run(session, by=BY, at=AT) is None
    with pytest.raises(errors.FirstRunClosed):
        actions.add_first_administrator(session, given, code=code, password_hash="x", at=AT)


def test_a_restart_voids_the_code_printed_before(session: Session, app: Flask):
    _is_real(session, app)
    old = actions.open_first_run(session, by=BY, at=AT)
    actions.open_first_run(session, by=BY, at=AT)
    given = actions.PersonFields("quan.tri", "Lê An", "Chánh văn phòng", frozenset({Role.ADMINISTRATOR}))
    with pytest.raises(errors.FieldsRefused):
        actions.add_first_administrator(session, given, code=old, password_hash="x", at=AT)


def test_a_demonstration_has_no_first_run(session: Session):
    assert actions.open_first_run(session, by=BY, at=AT) is None


def _fail(session: Session, username: str, address: str, *, at=AT):
    made = signing_in.judged(signing_in.attempt(session, username, address=address, at=at), "wrong")
    return signing_in.admit(session, made, at=at)


def test_an_account_tried_from_fifty_addresses_is_slowed_all_the_same(session: Session):
    make_person(session)
    outcomes = [type(_fail(session, "le.an", f"10.0.0.{n}")) for n in range(50)]
    assert outcomes == [errors.SignInRefused] * 10 + [errors.TooManyAttempts] * 40


def test_an_address_that_tries_many_accounts_is_slowed_after_forty(session: Session):
    outcomes = [type(_fail(session, f"nguoi{n}", "10.0.0.1")) for n in range(42)]
    assert outcomes == [errors.SignInRefused] * 40 + [errors.TooManyAttempts] * 2


def test_a_slowed_attempt_is_refused_even_with_the_right_password_and_costs_no_hashing(session: Session):
    make_person(session)
    for _ in range(10):
        _fail(session, "le.an", "10.0.0.1")
    attempt = signing_in.attempt(session, "le.an", address="10.0.0.9", at=AT)
    assert signing_in.judged(attempt, PASSWORD) is attempt
    assert isinstance(signing_in.admit(session, attempt, at=AT), errors.TooManyAttempts)


def test_attempts_judged_side_by_side_cannot_outrun_the_count(session: Session):
    """All were judged before any was counted, as parallel requests are."""
    make_person(session)
    wrong = [signing_in.attempt(session, "le.an", address="10.0.0.1", at=AT) for _ in range(12)]
    right = replace(wrong[0], succeeds=True)
    outcomes = [type(signing_in.admit(session, one, at=AT)) for one in wrong]
    assert outcomes == [errors.SignInRefused] * 10 + [errors.TooManyAttempts] * 2
    assert isinstance(signing_in.admit(session, right, at=AT), errors.TooManyAttempts)


def test_after_the_pause_the_right_password_opens_and_clears_the_account(session: Session):
    make_person(session)
    for _ in range(10):
        _fail(session, "le.an", "10.0.0.1")
    later = AT + timedelta(seconds=31)
    attempt = signing_in.attempt(session, "le.an", address="10.0.0.1", at=later)
    admitted = signing_in.admit(session, signing_in.judged(attempt, PASSWORD), at=later)
    assert admitted.expires_at == later + timedelta(hours=12)
    session.flush()
    assert [row.key for row in session.scalars(select(FailureCount))] == ["address:10.0.0.1"]


def test_a_verdict_on_a_password_that_was_changed_meanwhile_does_not_open(session: Session):
    person = make_person(session)
    attempt = signing_in.judged(signing_in.attempt(session, "le.an", address="", at=AT), PASSWORD)
    person.password_hash = passwords.hashed("another one entirely")
    assert isinstance(signing_in.admit(session, attempt, at=AT), errors.SignInRefused)


def test_a_session_ends_at_twelve_hours_whatever_happens(session: Session):
    token = signing_in.begin_session(session, make_person(session), at=AT).token
    session.flush()
    assert queries.live_session(session, token, at=AT + timedelta(hours=11, minutes=59)) is not None
    assert queries.live_session(session, token, at=AT + timedelta(hours=12)) is None


def test_no_token_stands_in_the_database(session: Session):
    begun = signing_in.begin_session(session, make_person(session), at=AT)
    session.flush()
    kept = session.scalars(select(SignedInSession)).one()
    assert begun.token not in {kept.id, kept.token_sha256}
