"""Rows that a builder makes from files that do not change, read once and put into each further database."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from checklists.models import ChecklistVersion
from core import clock, db
from registry import models

Rows = dict[Table, list[dict[str, Any]]]
_LOOKED_AT = (
    models.Agency, models.LegalInstrument, models.Standard, models.Unit, models.UnitEvent, models.UnitName,
    models.UnitObligation, models.QmsStatus, models.TypeObligation,
)  # fmt: skip


class Kept:
    """A builder that acts once for each state of the registry it meets; from then on its rows are inserted.

    What it inserts is what the actions have written, with the moment of now in place of that of then. Where
    they did more than add rows, they are carried out each time.
    """

    def __init__(self, build: Callable[[Session, datetime], None]) -> None:
        self._build = build
        self._added: dict[str, tuple[datetime, Rows] | None] = {}

    def __call__(self, session: Session) -> None:
        """What is built stands in the transaction."""
        at = clock.now()
        session.flush()
        state = _state(session)
        known = self._added.get(state)
        if known is None:
            before = _rows(session)
            self._build(session, at)
            session.flush()
            added = _added(before, _rows(session))
            self._added[state] = None if added is None else (at, added)
            return
        then, added = known
        for table, rows in added.items():
            session.execute(insert(table), [_moved(row, then, at) for row in rows])


def _state(session: Session) -> str:
    """All that a builder would look at."""
    rows = [session.execute(select(model.__table__)).all() for model in _LOOKED_AT]
    return repr([*map(_sorted, rows), sorted(session.scalars(select(ChecklistVersion.sha256)))])


def _sorted(rows: Any) -> list[str]:
    """The rows in an order that no database chose."""
    return sorted(map(repr, rows))


def _rows(session: Session) -> Rows:
    tables = db.Base.metadata.sorted_tables
    return {one: [dict(row) for row in session.execute(select(one)).mappings()] for one in tables}


def _added(before: Rows, after: Rows) -> Rows | None:
    """The rows that came; None if any other went or changed."""
    if any(row not in after[table] for table, rows in before.items() for row in rows):
        return None
    came = {table: [row for row in rows if row not in before[table]] for table, rows in after.items()}
    return {table: rows for table, rows in came.items() if rows}


def _moved(row: dict[str, Any], then: datetime, now: datetime) -> dict[str, Any]:
    return {name: now if value == then else value for name, value in row.items()}
