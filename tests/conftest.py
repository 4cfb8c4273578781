"""Fixtures every test may use: a real database of each kind, an application on it, a session, a client."""

import gc
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, NullPool, create_engine, event, text
from sqlalchemy.orm import Session

from app import create_app
from core import clock, db, epoch
from core.settings import Settings
from tests import compiled
from tests.postgres import PostgresServer, running_server

ENGINES = ("sqlite", "postgres")
compiled.keep()


def pytest_collection_finish() -> None:
    """What is loaded by now stays: looking through it for garbage took a sixth of the tests' time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """One PostgreSQL for the whole run, on a socket of its own, stopped at the end."""
    with running_server(tmp_path_factory.mktemp("postgres")) as server:
        yield server


def _settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(data=tmp_path / "var", database_url=database_url, port=8000, demo=True)


@pytest.fixture(params=[pytest.param("sqlite"), pytest.param("postgres", marks=pytest.mark.postgres)])
def engine_name(request: pytest.FixtureRequest) -> str:
    """Each test that needs a database runs once on each kind."""
    return request.param


def _set_up(application: Flask) -> None:
    with application.app_context():
        connection = db.db.engine.connect().execution_options(**db.writing_options())
        with connection, connection.begin():
            db.Base.metadata.create_all(connection)
        with db.writing() as session:
            epoch.begin(session, at=clock.now())
        db.db.engine.dispose()


@pytest.fixture(scope="session")
def prepared_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with all tables and an epoch, which tests copy: creating it anew costs far more."""
    settings = _settings(tmp_path_factory.mktemp("prepared"), "")
    _set_up(create_app(settings, testing=True))
    file = settings.data / "thucdia.sqlite"
    assert not file.with_name(file.name + "-wal").exists()
    return file


@pytest.fixture(scope="session")
def prepared_database(postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a PostgreSQL database with all tables and an epoch, to be taken as template."""
    with _administration(postgres_server) as connection:
        connection.execute(text("CREATE DATABASE prepared"))
    url = postgres_server.url("prepared")
    _set_up(create_app(_settings(tmp_path_factory.mktemp("prepared"), url), testing=True))
    return "prepared"


@contextmanager
def _administration(server: PostgresServer) -> Iterator[Connection]:
    engine = create_engine(server.url("postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


@contextmanager
def _database(server: PostgresServer, *, template: str = "template1") -> Iterator[str]:
    name = f"test_{secrets.token_hex(6)}"
    with _administration(server) as connection:
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY'))
    yield server.url(name)
    with _administration(server) as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))


@pytest.fixture
def database_url(engine_name: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """A fresh, empty database."""
    if engine_name == "sqlite":
        yield ""
        return
    with _database(request.getfixturevalue("postgres_server")) as url:
        yield url


@pytest.fixture
def _prepared(engine_name: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Settings]:
    if engine_name == "sqlite":
        settings = _settings(tmp_path, "")
        settings.data.mkdir(parents=True)
        shutil.copyfile(request.getfixturevalue("prepared_file"), settings.data / "thucdia.sqlite")
        yield settings
        return
    server = request.getfixturevalue("postgres_server")
    with _database(server, template=request.getfixturevalue("prepared_database")) as url:
        yield _settings(tmp_path, url)


@pytest.fixture
def app(_prepared: Settings) -> Iterator[Flask]:
    """The application on a database with all tables and an epoch, and nothing else in it."""
    application = create_app(_prepared, testing=True)
    yield application
    with application.app_context():
        db.db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without cookies."""
    return app.test_client()


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """A writing transaction that is rolled back at the end."""
    with app.app_context(), db.rehearsing() as opened:
        yield opened


@pytest.fixture
def statements(app: Flask) -> Iterator[list[str]]:
    """What is asked of the database from here on."""
    asked: list[str] = []

    def note(_connection, _cursor, statement: str, *_more: object) -> None:
        asked.append(statement)

    with app.app_context():
        engine = db.db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)
