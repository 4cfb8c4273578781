"""Fixtures of the fault harnesses: a database of each kind, for those who need one of them."""

import secrets
from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, text

from tests.postgres import PostgresServer


@pytest.fixture
def postgres_database(postgres_server: PostgresServer) -> Iterator[str]:
    """A fresh PostgreSQL database."""
    name = f"test_{secrets.token_hex(6)}"
    admin = create_engine(postgres_server.url("postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    yield postgres_server.url(name)
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    admin.dispose()
