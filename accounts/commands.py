"""`flask accounts …`: what an administrator does at the server's own keyboard."""

import click
from flask.cli import AppGroup

from accounts import actions, demo_people, queries
from accounts.roles import LABELS, Role
from core import clock, db, errors, settings, wording
from core.caller import Caller

group = AppGroup("accounts", help="People and how they get in.")
_KEYBOARD = Caller.system("flask accounts")


@group.command("invite")
@click.argument("username")
@click.option("--role", "role_names", multiple=True, type=click.Choice([role.value for role in Role]))
@click.option("--full-name", default="", help="Họ và tên, cho người chưa có tài khoản.")
@click.option("--title", default="", help="Chức vụ, cho người chưa có tài khoản.")
def invite(username: str, role_names: tuple[str, ...], full_name: str, title: str) -> None:
    """Print a one-time link with which USERNAME sets a password; a new person needs the options."""
    given = actions.PersonFields(
        username, full_name or username, title or "Chuyên viên", frozenset(role_names)
    )
    at = clock.now()
    try:
        with db.writing() as session:
            person = queries.person_named(session, given.username)
            if person is None:
                person = actions.add_person(session, given, by=_KEYBOARD, at=at)
            elif role_names:
                known = actions.PersonFields(person.username, person.full_name, person.title, given.roles)
                actions.change_person(session, person, known, by=_KEYBOARD, at=at)
            token, expires_at = actions.invite(session, person, by=_KEYBOARD, at=at)
    except errors.Refusal as refusal:
        raise click.ClickException(f"{refusal.title}. {refusal.detail}") from None
    click.echo(f"{settings.current().base_url}/invitations/{token}")
    click.echo(f"Dùng một lần, đến {wording.moment(expires_at)}.", err=True)


@group.command("list")
def list_people() -> None:
    """Print everybody: user name, name, roles, state."""
    with db.reading() as session:
        for person in queries.people(session):
            held = ", ".join(LABELS[role] for role in Role if role in person.roles)
            state = "đang hoạt động" if person.is_active else "đã ngừng"
            click.echo(f"{person.username:<20}{person.full_name} ({held}; {state})")


@group.command("demo")
def demo() -> None:
    """Create the demonstration's people, if this is a demonstration, and print who is new."""
    try:
        with db.writing() as session:
            made = actions.create_demo_people(session, by=_KEYBOARD, at=clock.now())
    except errors.Refusal as refusal:
        raise click.ClickException(refusal.title) from None
    if made:
        demo_people.write_down(made, settings.current().data)
    click.echo(demo_people.table(made))
