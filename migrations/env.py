"""Runs the migrations on the application's own engine, in one writing transaction each."""

from contextlib import nullcontext
from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import DateTime

from core import db


def _rendered(kind: str, thing: Any, _autogenerate: Any) -> str | bool:
    """Migrations import nothing of ours: a UTCDateTime is a plain DateTime to the database."""
    if kind == "type" and isinstance(thing, db.UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def _same_type(
    _context: Any, _inspected: Any, _column: Any, inspected_type: Any, metadata_type: Any
) -> bool | None:
    if isinstance(metadata_type, db.UTCDateTime):
        return not isinstance(inspected_type, DateTime)
    return None


def run() -> None:
    """Bring the schema to the wanted revision; SQLite alters tables by copying (batch mode)."""
    engine = db.db.engine
    lock = current_app.extensions[db.WRITE_LOCK]
    connection = engine.connect().execution_options(**db.writing_options())
    with connection, lock or nullcontext():
        context.configure(
            connection=connection,
            target_metadata=db.Base.metadata,
            render_as_batch=True,
            render_item=_rendered,
            compare_type=_same_type,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
