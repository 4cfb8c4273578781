"""PostgreSQL as the place that a backup is made from and put back to, with its own tools.

`pg_dump` and `pg_restore` are found on the path and never brought along. Putting back is one transaction;
what stood there stays in the database, under another schema's name, until somebody drops it.
"""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from psycopg.conninfo import make_conninfo
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from core import db, settings
from core.backup.errors import PlaceInUse, ToolMissing

KIND = "postgresql"
PART = "database.dump"
MAKES_ROOM = True
_ASIDE = "replaced_"
_OURS = "SELECT count(*) FROM pg_catalog.pg_tables WHERE schemaname = 'public'"
_OTHERS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)


def staging_folder() -> Path:
    """Where a copy is laid before it is put back."""
    return settings.current().data


@contextmanager
def copied(folder: Path) -> Iterator[tuple[Path, Connection]]:
    """A dump of the database as it was at one moment, and a connection that reads that very state.

    Raises:
        ToolMissing: `pg_dump` is not on the path, or says why it could not.
    """
    copy = folder / PART
    options = {"isolation_level": "REPEATABLE READ"}
    with db.db.engine.connect().execution_options(**options) as connection:
        snapshot = connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one()
        _run(
            folder, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--no-password",
            f"--exclude-schema={_ASIDE}*", "--exclude-table-data=epoch", f"--snapshot={snapshot}",
            f"--file={copy}",
        )  # fmt: skip
        yield copy, connection


def strip(_copy: Path, _table: str) -> None:
    """Nothing to do: the dump was made without the table's rows."""


def is_empty() -> bool:
    """Whether there is no table yet."""
    with db.reading() as session:
        return bool(session.scalar(text(_OURS)) == 0)


def make_room(session: Session, stamp: str) -> None:
    """What stands in the database has another name, and the usual one is free.

    Raises:
        PlaceInUse: somebody else is connected.
    """
    if session.scalar(text(_OTHERS)):
        raise PlaceInUse("Chưa thay gì. Có kết nối khác vào cơ sở dữ liệu; dừng máy chủ rồi chạy lại.")
    session.execute(text(f'ALTER SCHEMA public RENAME TO "{_ASIDE}{stamp}"'))
    session.execute(text("CREATE SCHEMA public"))


def give_room_back(session: Session, stamp: str) -> None:
    """What stood in the database has its usual name again."""
    session.execute(text("DROP SCHEMA public CASCADE"))
    session.execute(text(f'ALTER SCHEMA "{_ASIDE}{stamp}" RENAME TO public'))


def put_in_place(copy: Path, *, aside: Path) -> None:  # noqa: ARG001 (the other kind keeps files there)
    """The copy is the database, all of it or nothing.

    Raises:
        ToolMissing: `pg_restore` is not on the path, or says why it could not.
    """
    db.db.session.remove()
    _run(
        copy.parent, "pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges",
        "--no-password", str(copy),
    )  # fmt: skip


def _run(folder: Path, tool: str, *arguments: str) -> None:
    found = shutil.which(tool)
    if found is None:
        raise ToolMissing(
            f"Không tìm thấy {tool}. Cài gói postgresql-client cùng phiên bản với máy chủ PostgreSQL rồi "
            "chạy lại.",
            tool=tool,
        )  # fmt: skip
    command = [found, *arguments, f"--dbname={_conninfo(folder)}"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 (found on the path)
    if ended.returncode:
        raise ToolMissing(f"{tool} báo: {ended.stderr.strip()[:600]}", tool=tool)


def _conninfo(folder: Path) -> str:
    """How the tools reach the database; the password goes by a file, since everybody sees command lines."""
    url = make_url(settings.current().sqlalchemy_url)
    known: dict[str, str | int | None] = {
        "host": url.host, "port": url.port, "user": url.username, "dbname": url.database,
        **{name: str(value) for name, value in url.query.items()},
    }  # fmt: skip
    if url.password:
        passfile = folder / "passfile"
        escaped = url.password.replace("\\", "\\\\").replace(":", "\\:")
        passfile.touch(mode=0o600)
        passfile.write_text(f"*:*:*:*:{escaped}\n", encoding="utf-8")
        known["passfile"] = str(passfile)
    return make_conninfo("", **known)
