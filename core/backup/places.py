"""Which of the two kinds of database is in use, as the place of backups, and what is asked of either."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from core.backup import postgres_place, sqlite_place
from core.db import db


class Place(Protocol):
    """One kind of database; `PART` is the name of its copy inside a backup.

    Only where it `MAKES_ROOM` has what stands there to be readable.
    """

    KIND: str
    PART: str
    MAKES_ROOM: bool

    def staging_folder(self) -> Path:
        """Where a copy is laid before it takes the place."""

    def copied(self, folder: Path) -> AbstractContextManager[tuple[Path, Connection]]:
        """A copy of one state of the database, and a connection that reads that state."""

    def strip(self, copy: Path, table: str) -> None:
        """The table is empty in the copy."""

    def is_empty(self) -> bool:
        """Whether there is no table yet."""

    def make_room(self, session: Session, stamp: str) -> None:
        """The usual place is free."""

    def give_room_back(self, session: Session, stamp: str) -> None:
        """What stood there before `make_room` stands there again."""

    def put_in_place(self, copy: Path, *, aside: Path) -> None:
        """The copy is the database."""


def current() -> Place:
    """The place that the settings name."""
    return sqlite_place if db.engine.dialect.name == "sqlite" else postgres_place
