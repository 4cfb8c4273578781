"""What can be done about people: add, change, invite, close, and the first administrator.

It sees no password in clear but those it draws for the demonstration: hashing costs a processor's time and is
done before the transaction.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, exc, update
from sqlalchemy.orm import Session

from accounts import demo_people, errors, fields, passwords, queries, tokens
from accounts.models import FirstRunCode, HeldRole, Invitation, Person, SignedInSession
from accounts.roles import Role
from core import ids, journal, settings
from core.caller import Caller

INVITATION_LASTS = timedelta(days=7)


@dataclass(frozen=True)
class PersonFields:
    """What is known of a person before there is an account; normalised on creation."""

    username: str
    full_name: str
    title: str
    roles: frozenset[str] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        object.__setattr__(self, "username", fields.username(self.username))
        object.__setattr__(self, "full_name", fields.name(self.full_name))
        object.__setattr__(self, "title", fields.name(self.title))

    def problems(self) -> dict[str, list[str]]:
        """What is wrong, by field; empty if nothing is."""
        found = {
            "username": fields.username_problem(self.username),
            "full_name": fields.name_problem(self.full_name, what="Họ và tên"),
            "title": fields.name_problem(self.title, what="Chức vụ"),
            "roles": roles_problem(self.roles),
        }
        return {name: [problem] for name, problem in found.items() if problem}


def roles_problem(roles: Iterable[str]) -> str | None:
    """Why these roles cannot be held, or None."""
    unknown = sorted(set(roles) - set(Role))
    if unknown:
        return f"Không có vai trò «{unknown[0][:40]}»."
    return None if set(roles) else "Chọn ít nhất một vai trò."


def _refuse_if(problems: dict[str, list[str]]) -> None:
    if problems:
        raise errors.FieldsRefused(problems)


def _added(
    session: Session, given: PersonFields, *, password_hash: str | None, is_demo: bool, at: datetime
) -> Person:
    _refuse_if(given.problems())
    person = Person(
        id=ids.new_id(), username=given.username, full_name=given.full_name, title=given.title,
        is_active=True, is_demo=is_demo, password_hash=password_hash, added_at=at,
        held=[HeldRole(role=role) for role in sorted(given.roles)],
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(person)
    except exc.IntegrityError:
        raise errors.UsernameTaken(f"Chọn tên khác cho người này; «{given.username}» đã được cấp.") from None
    return person


def add_person(session: Session, given: PersonFields, *, by: Caller, at: datetime) -> Person:
    """The person exists and cannot sign in before an invitation is accepted.

    Raises:
        FieldsRefused: a field cannot be used.
        UsernameTaken: somebody has the user name.
    """
    person = _added(session, given, password_hash=None, is_demo=False, at=at)
    journal.record(
        session, "person.added", about=("person", person.id), by=by, at=at, username=person.username,
        roles=sorted(person.roles),
    )  # fmt: skip
    return person


def create_demo_people(session: Session, *, by: Caller, at: datetime) -> list[demo_people.DemoAccount]:
    """The people of the demonstration exist; the answer lists those who did not before.

    Their passwords are in the answer and nowhere else: print them after the commit. Outside demo mode these
    people are nobody, even in a database that has them.

    Raises:
        DemoDisabled: this installation is not a demonstration.
    """
    if not settings.current().demo:
        raise errors.DemoDisabled
    made = []
    for username, full_name, title, role in demo_people.PEOPLE:
        if queries.person_named(session, username) is not None:
            continue
        given = PersonFields(username, full_name, title, frozenset({role}))
        password = tokens.new_typed_code()
        _added(session, given, password_hash=passwords.hashed(password), is_demo=True, at=at)
        made.append(demo_people.DemoAccount(username, password, full_name, role))
    if made:
        names = [one.username for one in made]
        journal.record(
            session, "demo_people.added", about=("installation", "this"), by=by, at=at, names=names
        )
    return made


def end_sessions(session: Session, person_id: str) -> None:
    """No browser is signed in as the person any more."""
    session.execute(delete(SignedInSession).where(SignedInSession.person_id == person_id))


def _refuse_if_last_administrator(session: Session, person: Person) -> None:
    is_one = person.is_active and person.password_hash is not None and Role.ADMINISTRATOR in person.roles
    if is_one and len(queries.active_administrators(session)) == 1:
        raise errors.LastAdministrator("Cho một người khác làm quản trị viên trước, rồi thực hiện lại.")


def change_person(session: Session, person: Person, given: PersonFields, *, by: Caller, at: datetime) -> None:
    """Name, title and roles are the given ones; if roles changed, the person must sign in again.

    The user name stays: the journal and signed documents cite it.

    Raises:
        FieldsRefused: a field cannot be used.
        LastAdministrator: nobody would be left who manages people.
    """
    _refuse_if({name: found for name, found in given.problems().items() if name != "username"})
    if Role.ADMINISTRATOR not in given.roles:
        _refuse_if_last_administrator(session, person)
    before = sorted(person.roles)
    person.full_name, person.title = given.full_name, given.title
    kept = {one.role: one for one in person.held}
    person.held = [kept.get(role) or HeldRole(role=role) for role in sorted(given.roles)]
    if before != sorted(given.roles) and by.person_id != person.id:
        end_sessions(session, person.id)
    journal.record(
        session, "person.changed", about=("person", person.id), by=by, at=at, full_name=person.full_name,
        title=person.title, roles_before=before, roles=sorted(given.roles),
    )  # fmt: skip


def deactivate(session: Session, person: Person, *, by: Caller, at: datetime) -> None:
    """The person cannot sign in, and is signed out everywhere; what they did stays theirs.

    Raises:
        LastAdministrator: nobody would be left who manages people.
    """
    _refuse_if_last_administrator(session, person)
    person.is_active = False
    end_sessions(session, person.id)
    journal.record(session, "person.deactivated", about=("person", person.id), by=by, at=at)


def reactivate(session: Session, person: Person, *, by: Caller, at: datetime) -> None:
    """The person may sign in again with the password they had."""
    person.is_active = True
    journal.record(session, "person.reactivated", about=("person", person.id), by=by, at=at)


def invite(session: Session, person: Person, *, by: Caller, at: datetime) -> tuple[str, datetime]:
    """A one-time link's token and its last moment; earlier invitations of the person are void.

    Raises:
        PersonInactive: the account is closed.
    """
    if not person.is_active:
        raise errors.PersonInactive("Mở lại tài khoản trước khi mời.")
    session.execute(delete(Invitation).where(Invitation.person_id == person.id, Invitation.used_at.is_(None)))
    token, expires_at = tokens.new_token(), at + INVITATION_LASTS
    session.add(
        Invitation(
            id=ids.new_id(), token_sha256=tokens.sha256(token), person_id=person.id, invited_at=at,
            expires_at=expires_at, used_at=None,
        )
    )  # fmt: skip
    journal.record(session, "person.invited", about=("person", person.id), by=by, at=at)
    return token, expires_at


def accept_invitation(session: Session, token: str, *, password_hash: str, at: datetime) -> Person:
    """The person has the new password, no open session, and the link is spent.

    Raises:
        InvitationUnusable: unknown, used or out of date.
    """
    invitation, person = queries.usable_invitation(session, token, at=at)
    spend = update(Invitation).where(Invitation.id == invitation.id, Invitation.used_at.is_(None))
    if session.execute(spend.values(used_at=at).returning(Invitation.id)).first() is None:
        raise errors.InvitationUnusable
    person.password_hash = password_hash
    end_sessions(session, person.id)
    by = Caller(person_id=person.id, name=person.full_name)
    journal.record(session, "invitation.accepted", about=("person", person.id), by=by, at=at)
    return person


def open_first_run(session: Session, *, by: Caller, at: datetime) -> str | None:
    """The code that the first administrator must type, valid until the next start; None if not needed."""
    session.execute(delete(FirstRunCode))
    if not queries.is_first_run_open(session):
        return None
    code = tokens.new_typed_code()
    session.add(FirstRunCode(code_sha256=tokens.sha256(code), shown_at=at))
    journal.record(session, "first_run.opened", about=("installation", "this"), by=by, at=at)
    return code


def add_first_administrator(
    session: Session, given: PersonFields, *, code: str, password_hash: str, at: datetime
) -> Person:
    """The installation has its administrator, and the first run is over.

    Raises:
        FirstRunClosed: somebody was first, or this is a demonstration.
        FieldsRefused: a field cannot be used, the code included.
        UsernameTaken: cannot happen while nobody is here; the table decides all the same.
    """
    if not queries.is_first_run_open(session):
        raise errors.FirstRunClosed
    _refuse_if(given.problems())
    spend = delete(FirstRunCode).where(FirstRunCode.code_sha256 == tokens.sha256(tokens.typed_code(code)))
    if session.execute(spend.returning(FirstRunCode.code_sha256)).first() is None:
        raise errors.FieldsRefused({"code": ["Mã không khớp với mã mà lệnh serve vừa in trên máy chủ."]})
    person = _added(session, given, password_hash=password_hash, is_demo=False, at=at)
    by = Caller(person_id=person.id, name=person.full_name, roles=person.roles)
    journal.record(
        session, "person.added", about=("person", person.id), by=by, at=at, username=person.username,
        roles=sorted(person.roles), first=True,
    )  # fmt: skip
    return person
