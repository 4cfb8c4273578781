"""The pages by which a person gets in: sign-in, invitation, first administrator, change of password."""

from urllib.parse import urlsplit

from flask import Blueprint, g, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from accounts import (
    actions,
    cookies,
    errors,
    fields,
    passwords,
    people_pages,
    qualification_pages,
    queries,
    signing_in,
)
from accounts.roles import Role
from core import clock, db, page, problems
from core import errors as core_errors
from core.access import PUBLIC, SIGNED_IN
from core.caller import Caller

bp = Blueprint("accounts", __name__)
blueprints = [bp, people_pages.bp, qualification_pages.bp]

Answer = str | Response | tuple[str, int] | tuple[str, int, dict[str, str]]


def local_path(asked: str) -> str:
    """Where to go after signing in: a path of this site, never another site's address."""
    parts = urlsplit(asked.replace("\\", "/"))
    is_local = asked.startswith("/") and not asked.startswith("//") and not parts.scheme and not parts.netloc
    return asked if is_local and asked.isprintable() else "/"


@bp.get("/sign-in")
@page.page(PUBLIC)
def sign_in(*, session: Session, caller: Caller) -> Answer:
    """The sign-in form, the first run if nobody is here yet, or the inbox for who is signed in."""
    if queries.is_first_run_open(session):
        return redirect(url_for("accounts.first_run"))
    if caller.person_id is not None:
        return redirect(local_path(request.args.get("next", "/")))
    return page.render("accounts/sign_in.html", next=local_path(request.args.get("next", "/")), username="")


def _judged_attempt() -> signing_in.Attempt:
    with db.reading() as session:
        made = signing_in.attempt(
            session, request.form.get("username", ""), address=request.remote_addr or "", at=clock.now()
        )
    return signing_in.judged(made, request.form.get("password", ""))


@bp.post("/sign-in")
@page.page(PUBLIC, prepare=_judged_attempt)
def enter(*, prepared: signing_in.Attempt, session: Session, caller: Caller) -> Answer:
    """A session has begun, or the form is shown again with the one reason that is given."""
    outcome = signing_in.admit(session, prepared, replacing=caller, at=clock.now())
    after = local_path(request.form.get("next", "/"))
    if isinstance(outcome, core_errors.Refusal):
        html = page.render("accounts/sign_in.html", next=after, username=prepared.username, refusal=outcome)
        wait = str(outcome.retry_after_s) if isinstance(outcome, core_errors.SlowDown) else None
        return html, problems.status_of(outcome), {"Retry-After": wait} if wait else {}
    cookies.issue(outcome.token)
    return redirect(after, code=303)


@bp.post("/sign-out")
@page.page(SIGNED_IN)
def sign_out(*, session: Session, caller: Caller) -> Answer:
    """The session is over."""
    signing_in.sign_out(session, by=caller, at=clock.now())
    cookies.withdraw()
    return redirect(url_for("accounts.sign_in"), code=303)


@bp.get("/account/password")
@page.page(SIGNED_IN)
def password(*, session: Session, caller: Caller) -> Answer:
    """The form to change one's own password."""
    person = queries.person(session, str(caller.person_id))
    return page.render(
        "accounts/password.html", problems={}, done=request.args.get("done") == "1", username=person.username
    )


def _judged_change() -> signing_in.NewPassword:
    with db.reading() as session:
        person = queries.person(session, str(g.caller.person_id))
        username, password_hash = person.username, person.password_hash
    return signing_in.new_password(
        username=username,
        password_hash=password_hash,
        old=request.form.get("old", ""),
        new=request.form.get("new", ""),
        again=request.form.get("again", ""),
    )


@bp.post("/account/password")
@page.page(SIGNED_IN, prepare=_judged_change)
def change_password(*, prepared: signing_in.NewPassword, session: Session, caller: Caller) -> Answer:
    """The new password holds and other browsers are signed out, or the form says what is wrong."""
    try:
        admitted = signing_in.change_password(session, prepared, by=caller, at=clock.now())
    except errors.FieldsRefused as refusal:
        person = queries.person(session, str(caller.person_id))
        html = page.render("accounts/password.html", problems=refusal.fields, username=person.username)
        return html, problems.status_of(refusal)
    cookies.issue(admitted.token)
    return redirect(url_for("accounts.password", done=1), code=303)


@bp.get("/invitations/<token>")
@page.page(PUBLIC)
def invitation(token: str, *, session: Session, caller: Caller) -> Answer:  # noqa: ARG001 (every view is told)
    """The form to set one's password for the first time, or anew."""
    _, person = queries.usable_invitation(session, token, at=clock.now())
    return page.render("accounts/invitation.html", person=person, problems={})


def _first_password() -> tuple[str | None, str]:
    """What is wrong with the typed password, or its hash; nothing is hashed for a link that opens nothing."""
    with db.reading() as session:
        token = str((request.view_args or {})["token"])
        username = queries.usable_invitation(session, token, at=clock.now())[1].username
    return _new_password(username)


def _new_password(username: str) -> tuple[str | None, str]:
    typed, again = request.form.get("new", ""), request.form.get("again", "")
    problem = fields.new_password_problem(typed, again, username=username)
    return problem, passwords.hashed(typed) if problem is None else ""


@bp.post("/invitations/<token>")
@page.page(PUBLIC, prepare=_first_password)
def accept(
    token: str,
    *,
    prepared: tuple[str | None, str],
    session: Session,
    caller: Caller,  # noqa: ARG001 (every view is told)
) -> Answer:
    """The password is set and the person is signed in, or the form says what is wrong."""
    problem, password_hash = prepared
    at = clock.now()
    if problem is not None:
        _, person = queries.usable_invitation(session, token, at=at)
        html = page.render("accounts/invitation.html", person=person, problems={"new": [problem]})
        return html, problems.status_of(errors.FieldsRefused({}))
    person = actions.accept_invitation(session, token, password_hash=password_hash, at=at)
    cookies.issue(signing_in.begin_session(session, person, at=at).token)
    return redirect("/", code=303)


@bp.get("/first-run")
@page.page(PUBLIC)
def first_run(*, session: Session, caller: Caller) -> Answer:  # noqa: ARG001 (every view is told)
    """The form for the first administrator; there is no such page once somebody is here."""
    if not queries.is_first_run_open(session):
        raise errors.FirstRunClosed
    return page.render("accounts/first_run.html", problems={}, values={})


def _first_administrators_password() -> tuple[str | None, str]:
    with db.reading() as session:
        if not queries.is_first_run_open(session):
            raise errors.FirstRunClosed
    return _new_password(fields.username(request.form.get("username", "")))


def _unfilled_first_run(code: str, password_problem: str | None) -> dict[str, list[str]]:
    """What to say beside code and password, so that everything amiss is told at once."""
    told = {} if code.strip() else {"code": ["Nhập mã khởi tạo in trên màn hình máy chủ."]}
    return told | ({"new": [password_problem]} if password_problem else {})


@bp.post("/first-run")
@page.page(PUBLIC, prepare=_first_administrators_password)
def begin(*, prepared: tuple[str | None, str], session: Session, caller: Caller) -> Answer:  # noqa: ARG001
    """The first administrator is signed in and names the agency next, or the form says what is wrong."""
    problem, password_hash = prepared
    at, form = clock.now(), request.form
    given = actions.PersonFields(
        form.get("username", ""),
        form.get("full_name", ""),
        form.get("title", ""),
        frozenset({Role.ADMINISTRATOR}),
    )
    try:
        unfilled = _unfilled_first_run(form.get("code", ""), problem)
        if unfilled:
            raise errors.FieldsRefused(given.problems() | unfilled)
        person = actions.add_first_administrator(
            session, given, code=form.get("code", ""), password_hash=password_hash, at=at
        )
    except errors.FieldsRefused as refusal:
        html = page.render("accounts/first_run.html", problems=refusal.fields, values=form)
        return html, problems.status_of(refusal)
    cookies.issue(signing_in.begin_session(session, person, at=at).token)
    return redirect("/first-run/agency", code=303)
