"""What can go wrong inside the server at a named point of a push: a power cut, or somebody who is quicker."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import current_app
from sqlalchemy import event
from sqlalchemy.orm import Session

from core import db
from sync import push

# Points of one push, in their order. Before "locked" nothing is held; from there on the device is.
STATEMENTS = {
    "locked": re.compile(r"\bFROM device\b"),
    "operations written": re.compile(r"INSERT INTO operation\b"),
    "heads written": re.compile(r"INSERT INTO head\b"),
    "receipt written": re.compile(r"INSERT INTO receipt\b"),
}
POINTS = ("inflated", *STATEMENTS, "before commit", "after commit")


class PowerCutError(Exception):
    """The process is gone at this very point."""


def power_cut() -> None:
    """The process is gone."""
    raise PowerCutError


@contextmanager
def at(point: str, act: Callable[[], None]) -> Iterator[list[str]]:
    """What is to happen happens when a push reaches the point for the first time.

    Yields: a list that holds the point's name from then on.
    """
    reached: list[str] = []

    def once() -> None:
        if not reached:
            reached.append(point)
            with current_app.app_context():  # whoever comes between has a session of his own
                act()

    def after_statement(connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if connection.get_execution_options().get("thucdia_mode") == "write" and STATEMENTS[point].search(
            statement
        ):
            once()

    def at_commit(_session: Session) -> None:
        once()

    if point == "inflated":
        with pytest.MonkeyPatch.context() as patch:
            original = push.read

            def read(*args: Any, **kwargs: Any) -> Any:
                batch = original(*args, **kwargs)
                once()
                return batch

            patch.setattr(push, "read", read)
            yield reached
        return
    target, name, listener = (
        (Session, point.replace(" ", "_"), at_commit)
        if point.endswith("commit")
        else (db.db.engine, "after_cursor_execute", after_statement)
    )
    event.listen(target, name, listener)
    try:
        yield reached
    finally:
        event.remove(target, name, listener)
