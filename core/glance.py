"""Questions that every tablet asks all day: a statement each, put to the driver itself, in no transaction.

A question is made into the driver's own words once, and rows come back as plain tuples. It sees what was
committed when it was put, and it cannot write, which the database itself enforces. What goes wrong is raised
as for every other read.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec
from flask import current_app
from sqlalchemy import ARRAY, ColumnElement, Engine, Select, Text, Uuid, bindparam, exc, literal_column
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeDecorator, TypeEngine

from core.db import GLANCES, MOST_GLANCES, UTCDateTime

Row = tuple[Any, ...]
Mark = tuple[object, ...]

_NUMBERED = "thucdia_number"
_NUMBERS = itertools.count()


class _Ids(TypeDecorator[Sequence[str]]):
    """Several ids in one parameter, so that the statement is the same for however many."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """An array where there are arrays."""
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else ARRAY(Uuid(as_uuid=False)))

    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> Any:
        """The ids as the driver takes them."""
        if dialect.name != "sqlite":
            return list(value or ())
        return msgspec.json.encode([one.replace("-", "") for one in value or ()]).decode()


class _Among(ColumnElement[bool]):
    inherit_cache = False

    def __init__(self, column: ColumnElement[Any], name: str) -> None:
        self.column, self.ids = column, bindparam(name, type_=_Ids())


def among(column: InstrumentedAttribute[Any], name: str) -> ColumnElement[bool]:
    """Whether the column's id is one of those that the parameter of this name lists."""
    return _Among(column.expression, name)


@compiles(_Among, "sqlite")
def _on_sqlite(element: _Among, compiler: SQLCompiler, **how: Any) -> str:
    column, ids = (compiler.process(part, **how) for part in (element.column, element.ids))
    return f"{column} IN (SELECT value FROM json_each({ids}))"  # noqa: S608 (the compiler's own words)


@compiles(_Among, "postgresql")
def _on_postgres(element: _Among, compiler: SQLCompiler, **how: Any) -> str:
    column, ids = (compiler.process(part, **how) for part in (element.column, element.ids))
    return f"{column} = ANY({ids})"


@dataclass(frozen=True)
class _Form:
    """A question in the words of one driver, and what makes its values of ours and ours of its values."""

    statement: str
    fixed: dict[str, Any]
    bound: dict[str, Callable[[Any], Any]]
    read: dict[int, Callable[[Any], Any]]

    def parameters(self, given: dict[str, Any]) -> dict[str, Any]:
        bound = {name: make(given[name]) for name, make in self.bound.items() if name in given}
        return {**self.fixed, **given, **bound}

    def rows(self, found: list[Row]) -> Sequence[Row]:
        if not found or not self.read:
            return found
        columns: list[Any] = list(zip(*found, strict=True))
        for place, read in self.read.items():
            columns[place] = [None if value is None else read(value) for value in columns[place]]
        return list(zip(*columns, strict=True))


class Question:
    """A question with parameters, made once and put often."""

    def __init__(self, query: Select[*tuple[Any, ...]]) -> None:
        self._query = query
        self._forms: dict[tuple[str, bool], _Form] = {}

    def form(self, dialect: Dialect, *, is_marked: bool = False) -> _Form:
        """The words for this kind of database; marked, PostgreSQL tells last which state it answers from."""
        key = dialect.name, is_marked
        if key not in self._forms:
            self._forms[key] = self._made(dialect, is_marked=is_marked)
        return self._forms[key]

    def _made(self, dialect: Dialect, *, is_marked: bool) -> _Form:
        if is_marked and dialect.name != "sqlite":
            query = self._query.add_columns(literal_column("pg_current_snapshot()::text"))
        else:
            query = self._query
        own: Any = type(dialect)
        compiled: Any = query.compile(
            dialect=own(paramstyle="named") if dialect.name == "sqlite" else dialect
        )
        known = {name: value for name, value in compiled.params.items() if value is not None}
        bound = {name: _bound(parameter.type, dialect) for name, parameter in compiled.binds.items()}
        read = {place: _read(column.type, dialect) for place, column in enumerate(query.selected_columns)}
        return _Form(
            str(compiled), known, {name: made for name, made in bound.items() if made is not None},
            {place: made for place, made in read.items() if made is not None},
        )  # fmt: skip


def _bound(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _read(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    read = kind.dialect_impl(dialect).result_processor(dialect, None)
    # All operations of a batch were received at one moment, and reading it is dear.
    return lru_cache(maxsize=64)(read) if read is not None and isinstance(kind, UTCDateTime) else read


class Glance:
    """A connection at hand, to put questions to."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection = self._connected()
        self._tries = MOST_GLANCES + 1

    def rows(self, question: Question, **given: Any) -> Sequence[Row]:
        """What answers the question.

        Raises:
            DBAPIError: the database does not do what it is asked.
        """
        form = question.form(self._engine.dialect)
        return form.rows(self._fetched(form.statement, form.parameters(given)))

    def marked_row(self, question: Question, **given: Any) -> tuple[Row | None, Mark]:
        """The one row that answers the question, and a mark of the state that it was read from.

        As long as this process is given the same mark again, nothing at all was committed in between; what
        is read after the mark is at least as new as it.
        Source: sqlite.org/pragma.html (`data_version`); PostgreSQL documentation 9.27, `pg_current_snapshot`.
        """
        form = question.form(self._engine.dialect, is_marked=True)
        if self._engine.dialect.name == "sqlite":
            ((version,),) = self._fetched("PRAGMA data_version", {})
            found = form.rows(self._fetched(form.statement, form.parameters(given)))
            return (found[0] if found else None), (self._number(), version)
        found = form.rows(self._fetched(form.statement, form.parameters(given)))
        return (found[0][:-1], found[0][-1:]) if found else (None, ())

    def _number(self) -> int:
        """SQLite counts for each connection by itself."""
        number: int = self._connection.info.setdefault(_NUMBERED, next(_NUMBERS))
        return number

    def _fetched(self, statement: str, parameters: dict[str, Any]) -> list[Row]:
        errors = self._engine.dialect.loaded_dbapi.Error
        try:
            rows = self._put(statement, parameters)
        except errors as error:
            is_gone = self._engine.dialect.is_disconnect(error, self._connection.driver_connection, None)
            self._connection.invalidate(error)
            if not is_gone or not self._tries:
                raise _told(self._engine, statement, error) from error
            # The server was started anew since the connection was last used; the next may be as old as it.
            self._tries -= 1
            self._connection = self._connected()
            return self._fetched(statement, parameters)
        self._tries = 0
        return rows

    def _put(self, statement: str, parameters: dict[str, Any]) -> list[Row]:
        driver: Any = self._connection.driver_connection
        rows: list[Row] = driver.execute(statement, parameters).fetchall()
        return rows

    def _connected(self) -> Any:
        try:
            return self._engine.raw_connection()
        except self._engine.dialect.loaded_dbapi.Error as error:
            raise _told(self._engine, None, error) from error

    def close(self) -> None:
        """The connection is free for the next who asks."""
        self._connection.close()


def _told(engine: Engine, statement: str | None, error: Exception) -> BaseException:
    return exc.DBAPIError.instance(
        statement, None, error, engine.dialect.loaded_dbapi.Error, hide_parameters=True,
        dialect=engine.dialect,
    )  # fmt: skip


@contextmanager
def opened() -> Iterator[Glance]:
    """Questions can be put until the block ends."""
    glance = Glance(current_app.extensions[GLANCES])
    try:
        yield glance
    finally:
        glance.close()
