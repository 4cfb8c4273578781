"""Fixtures every test may use: a real database of each kind, an application on it, a session, a client."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from app import create_app
from core import clock, db, epoch
from core.settings import Settings
from tests.postgres import PostgresServer, running_server

ENGINES = ("sqlite", "postgres")


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


@pytest.fixture
def database_url(engine_name: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """A fresh, empty database."""
    if engine_name == "sqlite":
        yield ""
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = f"test_{secrets.token_hex(6)}"
    admin = create_engine(server.url("postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    yield server.url(name)
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    admin.dispose()


@pytest.fixture
def app(tmp_path: Path, database_url: str) -> Iterator[Flask]:
    """The application on a database with all tables and an epoch, and nothing else in it."""
    application = create_app(_settings(tmp_path, database_url), testing=True)
    with application.app_context():
        connection = db.db.engine.connect().execution_options(**db.writing_options())
        with connection, connection.begin():
            db.Base.metadata.create_all(connection)
        with db.writing() as session:
            epoch.begin(session, at=clock.now())
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
