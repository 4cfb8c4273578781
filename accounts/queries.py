"""Questions to the tables of accounts; they change nothing."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, false, select, true
from sqlalchemy.orm import Session

from accounts import errors, fields, throttling, tokens
from accounts.models import FailureCount, HeldRole, Invitation, Person, SignedInSession
from accounts.roles import Role
from core import ids, naming, settings


def _may_exist_here() -> ColumnElement[bool]:
    """Demo people are nobody outside demo mode, should their database ever be opened there."""
    return true() if settings.current().demo else Person.is_demo.is_(false())


def people(session: Session) -> Sequence[Person]:
    """Everybody, those at work first, then by given name."""
    found = session.scalars(select(Person).where(_may_exist_here()))
    return sorted(
        found, key=lambda one: (not one.is_active, naming.by_given_name(one.full_name), one.username)
    )


def person(session: Session, person_id: str) -> Person:
    """The person of this id.

    Raises:
        PersonUnknown: there is none.
    """
    found = None
    if ids.is_id(person_id):
        found = session.scalar(select(Person).where(Person.id == person_id, _may_exist_here()))
    if found is None:
        raise errors.PersonUnknown
    return found


def person_named(session: Session, username: str) -> Person | None:
    """The person with the (normalised) user name."""
    if fields.username_problem(username):
        return None
    return session.scalar(select(Person).where(Person.username == username, _may_exist_here()))


def is_anybody_here(session: Session) -> bool:
    """Whether at least one person exists."""
    return session.scalar(select(Person.id).where(_may_exist_here()).limit(1)) is not None


def active_administrators(session: Session) -> Sequence[str]:
    """Who can manage people: at work, with a password, and administrator. Locked until the transaction ends,
    so that two administrators cannot remove each other at the same moment.
    """
    return session.scalars(
        select(Person.id)
        .join(HeldRole)
        .where(
            HeldRole.role == Role.ADMINISTRATOR,
            Person.is_active,
            Person.password_hash.is_not(None),
            _may_exist_here(),
        )
        .order_by(Person.id)
        .with_for_update(of=Person)
    ).all()


def live_session(session: Session, token: str, *, at: datetime) -> tuple[SignedInSession, Person] | None:
    """The session that the token opens, with its person, if neither has ended."""
    row = session.execute(
        select(SignedInSession, Person)
        .join(Person, Person.id == SignedInSession.person_id)
        .where(
            SignedInSession.token_sha256 == tokens.sha256(token),
            SignedInSession.expires_at > at,
            Person.is_active,
            _may_exist_here(),
        )
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def usable_invitation(session: Session, token: str, *, at: datetime) -> tuple[Invitation, Person]:
    """The invitation behind a link, with the person it is for.

    Raises:
        InvitationUnusable: unknown, used, out of date, or for somebody who no longer works here.
    """
    row = session.execute(
        select(Invitation, Person)
        .join(Person, Person.id == Invitation.person_id)
        .where(
            Invitation.token_sha256 == tokens.sha256(token),
            Invitation.used_at.is_(None),
            Invitation.expires_at > at,
            Person.is_active,
            _may_exist_here(),
        )
    ).one_or_none()
    if row is None:
        raise errors.InvitationUnusable(
            "Liên kết đã dùng, đã hết hạn hoặc bị chép thiếu. Liên hệ quản trị viên để được mời lại."
        )
    return row[0], row[1]


def failures(session: Session, key: str) -> throttling.Failures | None:
    """What is counted against an account or an address."""
    row = session.get(FailureCount, key)
    return None if row is None else throttling.Failures(row.failures, row.last_failed_at)


def is_first_run_open(session: Session) -> bool:
    """Whether the guided first administrator is still to come: not a demonstration, and nobody here yet."""
    return not settings.current().demo and not is_anybody_here(session)
