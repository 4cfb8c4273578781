"""The migrations build exactly the tables of the models, and can be undone."""

from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import inspect

import first_start
from app import create_app
from core import db
from core.settings import Settings


@pytest.fixture
def empty_app(tmp_path: Path, database_url: str) -> Iterator[Flask]:
    """The application on a database without a single table."""
    application = create_app(Settings(data=tmp_path / "var", database_url=database_url), testing=True)
    with application.app_context():
        yield application
        db.db.engine.dispose()


def _tables() -> set[str]:
    return set(inspect(db.db.engine).get_table_names()) - {"alembic_version"}


def test_the_migrated_schema_is_that_of_the_models(empty_app: Flask):
    newest = ScriptDirectory(str(first_start.MIGRATIONS)).get_current_head()
    assert list(first_start.migrate()) == [f"Cơ sở dữ liệu: đã đưa lược đồ lên phiên bản {newest}"]
    assert _tables() == set(db.Base.metadata.tables)
    with db.db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": _same_moment})
        assert compare_metadata(context, db.Base.metadata) == []


def _same_moment(_context, _inspected, _column, _inspected_type, metadata_type) -> bool | None:
    return False if isinstance(metadata_type, db.UTCDateTime) else None


def test_migrating_a_second_time_says_and_does_nothing(empty_app: Flask):
    list(first_start.migrate())
    assert list(first_start.migrate()) == []


def test_migrations_can_be_undone(empty_app: Flask):
    list(first_start.migrate())
    flask_migrate.downgrade(directory=str(first_start.MIGRATIONS), revision="base")
    assert _tables() == set()


def test_the_first_start_fills_an_empty_database_and_the_second_changes_nothing(empty_app: Flask):
    settings = empty_app.extensions["thucdia.settings"]
    said = list(first_start.prepare(settings))
    assert any("QMS-HCNN-2015@1.0.0" in line for line in said)
    assert any("quantri" in line for line in said)
    assert list(first_start.prepare(settings)) == []
