"""Rows to the driver without the toolkit's work on each, for the few places where a thousand come at once.

Values become what the column's type makes of them, and nothing is read back. It begins and commits nothing,
and fires no events of the ORM.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, cast

import msgspec
from sqlalchemy import DateTime, Table, Update, bindparam, update
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.types import TypeDecorator, TypeEngine

from core.db import Base

Row = Mapping[str, Any]
Bound = Callable[[Any], Any]


@dataclass(frozen=True)
class _Form:
    """The statement for one table and dialect, and what it takes for the rows."""

    statement: str
    parameters: Callable[[Sequence[Row]], Any]


def insert(session: Session, model: type[Base], rows: Sequence[Row]) -> None:
    """The rows, each with a value for every column of the model's table, stand in it.

    What the session holds and has not flushed is not written first: the rows must not refer to it.
    """
    if rows:
        connection = session.connection()
        form = _form(cast(Table, model.__table__), connection.dialect)
        connection.exec_driver_sql(form.statement, form.parameters(rows))


def put(session: Session, row: Base, **values: Any) -> None:
    """The values stand in the database in the place of those that the row had, and in the object.

    Other changes to the object wait for the session's next flush, as ever.
    """
    keys = {f"of_{name}": getattr(row, name) for name in _key_names(type(row))}
    session.connection().execute(_update(type(row), tuple(values)), keys | values)
    for name, value in values.items():
        set_committed_value(row, name, value)


@cache
def _key_names(model: type[Base]) -> tuple[str, ...]:
    return tuple(column.name for column in cast(Table, model.__table__).primary_key)


@cache
def _update(model: type[Base], names: tuple[str, ...]) -> Update:
    table = cast(Table, model.__table__)
    is_it = (table.c[name] == bindparam(f"of_{name}") for name in _key_names(model))
    return update(table).where(*is_it).values({name: bindparam(name) for name in names})


def present(session: Session, column: InstrumentedAttribute[Any], values: Collection[str]) -> set[str]:
    """Those of the values that the column holds already; each must be one that its type can have."""
    if not values:
        return set()
    connection = session.connection()
    bound = _bound(column.type, connection.dialect) or str
    known = {bound(value): value for value in values}
    named, table = column.name, column.table.name
    listed: Any = list(known)
    if connection.dialect.name == "sqlite":
        listed = msgspec.json.encode(listed).decode()
        matches = "IN (SELECT value FROM json_each(?))"
    else:
        matches = f"= ANY(%s::{column.type.compile(connection.dialect)}[])"
    statement = f"SELECT {named} FROM {table} WHERE {named} {matches}"  # noqa: S608 (our own names)
    return {known[str(row[0])] for row in connection.exec_driver_sql(statement, (listed,))}


_FORMS: dict[tuple[Table, str], _Form] = {}


def _form(table: Table, dialect: Dialect) -> _Form:
    key = table, dialect.name
    if key not in _FORMS:
        _FORMS[key] = (_many_rows if dialect.name == "sqlite" else _one_document)(table, dialect)
    return _FORMS[key]


def _many_rows(table: Table, dialect: Dialect) -> _Form:
    """SQLite: the statement is prepared once and stepped through the rows."""
    names = [column.name for column in table.columns]
    marks = ", ".join("?" * len(names))
    statement = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608 (our own names)
    bounds = [_bound(column.type, dialect) for column in table.columns]

    def parameters(rows: Sequence[Row]) -> list[tuple[Any, ...]]:
        columns = (_column(rows, name, bound) for name, bound in zip(names, bounds, strict=True))
        return list(zip(*columns, strict=True))

    return _Form(statement, parameters)


def _column(rows: Sequence[Row], name: str, bound: Bound | None) -> list[Any]:
    values = [row[name] for row in rows]
    return values if bound is None else [None if value is None else bound(value) for value in values]


def _one_document(table: Table, dialect: Dialect) -> _Form:
    """PostgreSQL: one JSON document for all rows costs the client least, and the server no more than they."""
    names = ", ".join(column.name for column in table.columns)
    typed = ", ".join(f"{column.name} {column.type.compile(dialect)}" for column in table.columns)
    statement = (
        f"INSERT INTO {table.name} ({names}) SELECT {names} FROM json_to_recordset(%s) AS given ({typed})"  # noqa: S608 (our own names)
    )
    moments = [
        (column.name, _bound(column.type, dialect)) for column in table.columns if _is_moment(column.type)
    ]

    def parameters(rows: Sequence[Row]) -> tuple[str]:
        for name, bound in moments:
            for value in {row[name] for row in rows}:
                if bound is not None and value is not None:
                    bound(value)  # the column's type refuses what is no moment in time
        return (msgspec.json.encode(rows).decode(),)

    return _Form(statement, parameters)


def _bound(kind: TypeEngine[Any], dialect: Dialect) -> Bound | None:
    """What makes of a value what the driver takes, or None if that is the value itself."""
    bound: Bound | None = kind.dialect_impl(dialect).bind_processor(dialect)
    # A batch has one moment, and writing it out is dear.
    return lru_cache(maxsize=16)(bound) if bound is not None and _is_moment(kind) else bound


def _is_moment(kind: TypeEngine[Any]) -> bool:
    return isinstance(kind, TypeDecorator) and isinstance(kind.impl_instance, DateTime)
