"""Rows that go to the driver at once are read back as the ORM reads its own."""

from datetime import UTC, datetime, timedelta, timezone

from flask import Flask
from sqlalchemy import select

from core import bulk, db, ids
from core.journal import JournalEntry

AT = datetime(2026, 3, 1, 23, 59, 59, 123456, tzinfo=timezone(timedelta(hours=7)))


def entry(**changed: object) -> dict[str, object]:
    """A row for the journal."""
    plain = {
        "id": ids.new_id(), "at": AT, "event": "test.happened", "person_id": None, "device_id": None,
        "name": "Trần «\"'\\ Bình\n", "about_kind": "test", "about_id": "1",
        "details": {"n": 1, "deep": [None, {"é": "\u2028%s ?"}]},
    }  # fmt: skip
    return plain | changed


def test_every_kind_of_value_comes_back_as_it_was(app: Flask):
    rows = [entry(), entry(person_id=ids.new_id(), device_id="máy"), entry(details={}), entry(name="")]
    with app.app_context(), db.rehearsing() as session:
        bulk.insert(session, JournalEntry, rows)
        bulk.insert(session, JournalEntry, [])
        found = {one.id: one for one in session.scalars(select(JournalEntry))}
        for row in rows:
            assert {name: getattr(found[str(row["id"])], name) for name in row} == row
        session.add(JournalEntry(**entry(id=(own := ids.new_id()))))
        session.flush()
        session.expire_all()
        assert session.get_one(JournalEntry, own).at == found[str(rows[0]["id"])].at == AT.astimezone(UTC)


def test_those_that_are_there_are_told_from_those_that_are_not(app: Flask):
    here, elsewhere = [ids.new_id() for _ in range(700)], [ids.new_id() for _ in range(700)]
    with app.app_context(), db.rehearsing() as session:
        bulk.insert(session, JournalEntry, [entry(id=one) for one in here])
        assert bulk.present(session, JournalEntry.id, {*here, *elsewhere}) == set(here)
        assert bulk.present(session, JournalEntry.id, elsewhere) == set()
        assert bulk.present(session, JournalEntry.id, []) == set()
