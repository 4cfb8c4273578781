"""How a person gets in and out: one judged attempt, a session of twelve hours, and its end.

An attempt is first looked at without the write lock (a password costs milliseconds of processor time), then
counted and admitted in a short transaction that checks the count again. A failed attempt is returned, not
raised: a raised refusal would roll back the very count that slows the next one.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import delete, exc
from sqlalchemy.orm import Session

from accounts import actions, errors, fields, passwords, queries, throttling, tokens
from accounts.models import FailureCount, Person, SignedInSession
from core import errors as core_errors
from core import ids, journal
from core.caller import ANONYMOUS, Caller

SESSION_LASTS = timedelta(hours=12)


@dataclass(frozen=True)
class Attempt:
    """A sign-in as it was judged against what stood in the database a moment ago."""

    username: str
    network: str
    person_id: str | None
    judged_hash: str | None
    is_slowed: bool
    succeeds: bool

    @property
    def keys(self) -> dict[str, int]:
        """What failures are counted against, and how many of them are free."""
        return {
            f"account:{tokens.sha256(self.username)}": throttling.FREE_FOR_ACCOUNT,
            f"address:{self.network}": throttling.FREE_FOR_ADDRESS,
        }


@dataclass(frozen=True)
class Admitted:
    """A session that has begun; the token exists nowhere else."""

    token: str
    session_id: str
    person: Person
    expires_at: datetime


def attempt(session: Session, username: str, *, address: str, at: datetime) -> Attempt:
    """What stands in the database about the name and the address; the password is still to be judged."""
    name = fields.username(username[:200])
    person = queries.person_named(session, name)
    made = Attempt(
        username=name,
        network=throttling.network_of(address),
        person_id=person.id if person else None,
        judged_hash=person.password_hash if person and person.is_active else None,
        is_slowed=False,
        succeeds=False,
    )
    return replace(made, is_slowed=_pause(session, made, at=at) is not None)


def judged(made: Attempt, password: str) -> Attempt:
    """The attempt with its verdict: an unknown name costs the same work, and a slowed one none at all.

    Raises:
        core.errors.SlowDown: too many others are waiting for the processor.
    """
    if made.is_slowed:
        return made
    given = password[: fields.MAX_PASSWORD_CHARACTERS + 1]
    return replace(made, succeeds=passwords.matches(given, made.judged_hash))


def _pause(session: Session, made: Attempt, *, at: datetime) -> timedelta | None:
    """How long the account or the address must still wait, or None."""
    longest = timedelta()
    for key, free in made.keys.items():
        counted = queries.failures(session, key)
        if counted is not None:
            longest = max(longest, throttling.opens_at(counted, free=free) - at)
    return longest or None


def admit(
    session: Session, made: Attempt, *, replacing: Caller = ANONYMOUS, at: datetime
) -> Admitted | core_errors.Refusal:
    """A session begins, or the failure is counted and the refusal to answer with is returned.

    Args:
        replacing: whoever was signed in on this browser; that session ends.
    """
    locked = {key: _locked_count(session, key, at=at) for key in made.keys}
    pause = _pause(session, made, at=at)
    if pause is not None:
        return _too_many(pause)
    person = session.get(Person, made.person_id) if made.person_id else None
    if person is None or not _still_holds(made, person):
        return _counted_failure(session, made, locked, at=at)
    for key, row in locked.items():
        if key.startswith("account:") or row.failures == 0:
            session.delete(row)
    if replacing.session_id is not None:
        session.execute(delete(SignedInSession).where(SignedInSession.id == replacing.session_id))
    admitted = begin_session(session, person, at=at)
    by = Caller(person.id, person.full_name, person.roles, session_id=admitted.session_id)
    journal.record(
        session, "person.signed_in", about=("person", person.id), by=by, at=at, network=made.network
    )
    return admitted


def _still_holds(made: Attempt, person: Person) -> bool:
    """Whether the verdict is good and nobody has changed the password or closed the account since."""
    return made.succeeds and person.is_active and person.password_hash == made.judged_hash


def _too_many(pause: timedelta) -> errors.TooManyAttempts:
    seconds = int(pause.total_seconds()) + 1
    wait = f"{seconds} giây" if seconds < 120 else f"{-(-seconds // 60)} phút"
    return errors.TooManyAttempts(
        f"Tài khoản không bị khóa. Chờ {wait} rồi thử lại, hoặc liên hệ quản trị viên để được cấp "
        "liên kết đặt lại mật khẩu.",
        retry_after_s=seconds,
    )


def _locked_count(session: Session, key: str, *, at: datetime) -> FailureCount:
    """The counter's row, made if there is none, held until the transaction ends."""
    row = session.get(FailureCount, key, with_for_update=True)
    if row is not None:
        return row
    try:
        with session.begin_nested():
            session.add(FailureCount(key=key, failures=0, last_failed_at=at))
    except exc.IntegrityError:
        pass  # another attempt was first with its row; both count
    return session.get_one(FailureCount, key, with_for_update=True)


def _counted_failure(
    session: Session, made: Attempt, locked: dict[str, FailureCount], *, at: datetime
) -> errors.SignInRefused:
    for row in locked.values():
        before = throttling.Failures(row.failures, row.last_failed_at) if row.failures else None
        after = throttling.after_another(before, at=at)
        row.failures, row.last_failed_at = after.count, after.last_at
    session.execute(delete(FailureCount).where(FailureCount.last_failed_at < at - throttling.FORGOTTEN_AFTER))
    journal.record(
        session, "sign_in.failed", about=("person", made.person_id or "unknown"), by=ANONYMOUS, at=at,
        network=made.network,
    )  # fmt: skip
    return errors.SignInRefused("Kiểm tra lại phím viết hoa và bộ gõ tiếng Việt, rồi thử lại.")


def begin_session(session: Session, person: Person, *, at: datetime) -> Admitted:
    """A browser is signed in as the person, under a new token; sessions long over are forgotten."""
    session.execute(delete(SignedInSession).where(SignedInSession.expires_at < at))
    token = tokens.new_token()
    begun = SignedInSession(
        id=ids.new_id(), token_sha256=tokens.sha256(token), person_id=person.id, started_at=at,
        expires_at=at + SESSION_LASTS,
    )  # fmt: skip
    session.add(begun)
    return Admitted(token, begun.id, person, begun.expires_at)


def sign_out(session: Session, *, by: Caller, at: datetime) -> None:
    """The caller's session is over; its cookie opens nothing."""
    session.execute(delete(SignedInSession).where(SignedInSession.id == by.session_id))
    journal.record(session, "person.signed_out", about=("person", str(by.person_id)), by=by, at=at)


@dataclass(frozen=True)
class NewPassword:
    """A change of password, judged and hashed before the transaction."""

    judged_hash: str | None
    is_right: bool
    problem: str | None
    new_hash: str


def new_password(*, username: str, password_hash: str | None, old: str, new: str, again: str) -> NewPassword:
    """The judged change; nothing is stored yet.

    Raises:
        core.errors.SlowDown: too many others are waiting for the processor.
    """
    problem = fields.new_password_problem(new, again, username=username)
    is_right = passwords.matches(old[: fields.MAX_PASSWORD_CHARACTERS + 1], password_hash)
    new_hash = passwords.hashed(new) if is_right and problem is None else ""
    return NewPassword(password_hash, is_right, problem, new_hash)


def change_password(session: Session, judged: NewPassword, *, by: Caller, at: datetime) -> Admitted:
    """The new password holds, every session of the person is over, and a new one has begun for this browser.

    Raises:
        FieldsRefused: the old password is wrong or the new one unfit.
    """
    person = queries.person(session, str(by.person_id))
    if not judged.is_right or person.password_hash != judged.judged_hash:
        raise errors.FieldsRefused({"old": ["Mật khẩu đang dùng không đúng."]})
    if judged.problem is not None:
        raise errors.FieldsRefused({"new": [judged.problem]})
    person.password_hash = judged.new_hash
    actions.end_sessions(session, person.id)
    journal.record(session, "person.password_changed", about=("person", person.id), by=by, at=at)
    return begin_session(session, person, at=at)
