"""Builders of people and of browsers that are signed in as them."""

import re
from functools import cache

from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from accounts.models import HeldRole, Person
from core import clock, db, ids

PASSWORD = "giấy trắng mực đen"


@cache
def _hashed() -> str:
    """A hash of PASSWORD that is quick to make and to compare, which the hash says of itself.

    What real hashes cost is the question of `test_passwords`; here people sign in by the thousand.
    """
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


def make_person(
    session: Session, username: str = "le.an", *, roles: tuple[str, ...] = ("inspector",), **fields: object
) -> Person:
    """A person at work, whose password is PASSWORD."""
    plain = {
        "full_name": "Lê An",
        "title": "Chuyên viên",
        "is_active": True,
        "is_demo": False,
        "password_hash": _hashed(),
        "added_at": clock.now(),
    }
    held = [HeldRole(role=role) for role in roles]
    person = Person(id=ids.new_id(), username=username, held=held, **(plain | fields))
    session.add(person)
    return person


def there_is(app: Flask, username: str = "le.an", **fields: object) -> str:
    """A committed person's id."""
    with app.app_context(), db.writing() as session:
        return make_person(session, username, **fields).id


class Browser:
    """A browser that fills in forms as a person would, anti-forgery token and all."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()

    def token(self, path: str = "/sign-in") -> str:
        """The token in the first form of the page."""
        return re.search(r'name="csrf_token" value="([0-9a-f]{64})"', self.client.get(path).text)[1]

    def submit(self, path: str, *, form_at: str = "", **fields: object):
        """Open the page, fill in its form and send it."""
        return self.client.post(path, data={"csrf_token": self.token(form_at or path), **fields})

    def sign_in(self, username: str = "le.an", password: str = PASSWORD):
        """Send the sign-in form."""
        return self.submit("/sign-in", username=username, password=password)


def signed_in(app: Flask, username: str = "le.an", **fields: object) -> Browser:
    """A browser signed in as a new person."""
    there_is(app, username, **fields)
    browser = Browser(app)
    assert browser.sign_in(username).status_code == 303
    return browser
