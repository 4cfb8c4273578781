"""The same rows written and read by the bare drivers: as quick as each database lets anybody be.

The tables have our columns and indexes and no foreign keys. Nothing is checked, hashed or answered here.
"""

import sqlite3
from pathlib import Path
from typing import Any, Protocol

import psycopg
from psycopg.types.json import Json
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from inspections.models import LoggedOperation

_TABLE: Any = LoggedOperation.__table__
_COLUMNS = tuple(column.name for column in _TABLE.columns)
_NAMED = ", ".join(_COLUMNS)
_OF_DEVICE = f"SELECT {_NAMED} FROM operation WHERE device = "  # noqa: S608 (names of our own columns)

Row = tuple[Any, ...]


class Floor(Protocol):
    """A database without us in between."""

    writing: str

    def rows(self, device: str) -> list[Row]:
        """What our push has stored of the device."""

    def write(self, rows: list[Row]) -> None:
        """The rows are durable in a table of the same shape."""

    def clear(self) -> None:
        """Nothing is in that table."""


class Sqlite:
    """`executemany` in one transaction, WAL and synchronous=FULL."""

    writing = "raw executemany"

    def __init__(self, database: Path) -> None:
        self._ours = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
        self._raw = sqlite3.connect(database.with_name("raw.sqlite"), isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "wal_autocheckpoint=4000"):
            self._raw.execute(f"PRAGMA {pragma}")
        self._raw.execute(str(CreateTable(_TABLE).compile(dialect=sqlite.dialect())))
        for index in _TABLE.indexes:
            self._raw.execute(str(CreateIndex(index).compile(dialect=sqlite.dialect())))

    def rows(self, device: str) -> list[Row]:
        """What our push has stored of the device."""
        return self._ours.execute(f"{_OF_DEVICE} ? ORDER BY seq", (device,)).fetchall()

    def write(self, rows: list[Row]) -> None:
        """The rows are durable in a table of the same shape."""
        marks = ", ".join("?" * len(_COLUMNS))
        self._raw.execute("BEGIN IMMEDIATE")
        self._raw.executemany(f"INSERT INTO operation ({_NAMED}) VALUES ({marks})", rows)  # noqa: S608 (ours)
        self._raw.execute("COMMIT")

    def clear(self) -> None:
        """Nothing is in that table."""
        self._raw.execute("DELETE FROM operation")


class Postgres:
    """Binary COPY in one transaction, synchronous_commit=on."""

    writing = "raw COPY"
    _TYPES = ("text", "int4", "uuid", "uuid", "int4", "text", "text", "text", "text", *["text"] * 4, "text",
              "text", "json", "timestamptz", "text")  # fmt: skip

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://"))
        self._connection.execute("CREATE TABLE raw_operation (LIKE operation INCLUDING INDEXES)")
        self._connection.commit()

    def rows(self, device: str) -> list[Row]:
        """What our push has stored of the device."""
        found = self._connection.execute(f"{_OF_DEVICE} %s ORDER BY seq", (device,)).fetchall()
        self._connection.commit()
        place = _COLUMNS.index("detail")
        return [(*row[:place], row[place] and Json(row[place]), *row[place + 1 :]) for row in found]

    def write(self, rows: list[Row]) -> None:
        """The rows are durable in a table of the same shape."""
        statement = f"COPY raw_operation ({_NAMED}) FROM STDIN (FORMAT BINARY)"
        with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.set_types(self._TYPES)
            for row in rows:
                copy.write_row(row)
        self._connection.commit()

    def clear(self) -> None:
        """Nothing is in that table."""
        self._connection.execute("TRUNCATE raw_operation")
        self._connection.commit()
