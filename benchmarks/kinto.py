"""Kinto at its best, to be measured against: PostgreSQL, gunicorn, a collection per client.

Records have no permissions of their own. It is installed from pinned and hashed requirements into an
environment of its own, outside this project's.
"""

import base64
import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks import peer_server, visits
from benchmarks.clients import Call, Unit, call

_REQUIREMENTS = Path(__file__).with_name("kinto-requirements.txt")
_USER = "Basic " + base64.b64encode(b"tablet:secret").decode()
_HEADERS = {"Authorization": _USER}
_OPEN = b'{"permissions": {"write": ["system.Authenticated"]}}'
_BATCH = 25
_SETTINGS = """
[server:main]
use = egg:waitress#main

[app:main]
use = egg:kinto
kinto.userid_hmac_secret = benchmark
multiauth.policies = basicauth
multiauth.policy.basicauth.use = kinto.core.authentication.BasicAuthAuthenticationPolicy
kinto.storage_backend = kinto.core.storage.postgresql
kinto.storage_url = {url}
kinto.permission_backend = kinto.core.permission.postgresql
kinto.permission_url = {url}
kinto.cache_backend = kinto.core.cache.memory
kinto.bucket_create_principals = system.Authenticated
kinto.explicit_permissions = false
kinto.batch_max_requests = 25
"""


def _environment(folder: Path) -> Path:
    """The programs of an environment with Kinto, made if it is not there."""
    programs = folder / "kinto" / "bin"
    if not (programs / "kinto").exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder / "kinto")], check=True)  # noqa: S603 (ours)
        pip = [str(programs / "pip"), "install", "-q", "--require-hashes", "--only-binary", ":all:"]
        subprocess.run([*pip, "-r", str(_REQUIREMENTS)], check=True)  # noqa: S603 (pinned and hashed)
    return programs


@contextlib.contextmanager
def running(url: str, folder: Path, *, environments: Path) -> Iterator[tuple[str, int]]:
    """Kinto's address and its process, while it runs on the database.

    Args:
        folder: for its settings, gone afterwards.
        environments: where its environment is kept for the next run.
    """
    programs = _environment(environments)
    settings = folder / "kinto.ini"
    settings.write_text(_SETTINGS.format(url=url), encoding="utf-8")
    migrate = [str(programs / "kinto"), "migrate", "--ini", str(settings)]
    subprocess.run(migrate, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 (ours)

    def command(port: int) -> list[str]:
        return [
            str(programs / "gunicorn"), "--paste", str(settings), "-k", "gthread", "-w", "3",
            "--threads", "4", "--bind", f"127.0.0.1:{port}", "--keep-alive", "75", "--log-level", "error",
            "--no-control-socket",
        ]  # fmt: skip

    environment = {**os.environ, "PYTHONPATH": ""}
    with peer_server.running(command, answers="/v1/", folder=folder, environment=environment) as running_one:
        yield running_one


def begin(address: str, collections: list[str]) -> list[Call]:
    """The calls that make the bucket and the collections."""
    paths = ["/v1/buckets/td", *(f"/v1/buckets/td/collections/{name}" for name in collections)]
    return [call(address, "PUT", path, body=_OPEN, headers=_HEADERS) for path in paths]


def visit_as_one(address: str, collection: str, inspection: str, seed: int) -> Unit:
    """A record that holds the whole visit."""
    body = visits.text({"data": {"answers": visits.records("tablet", inspection, seed)}})
    path = f"/v1/buckets/td/collections/{collection}/records/{inspection}"
    return [call(address, "PUT", path, body=body, headers=_HEADERS)]


def visits_in_one(address: str, collection: str, inspections: Sequence[str], seed: int) -> Unit:
    """A record for each of these visits, in one batch."""
    path = f"/v1/buckets/td/collections/{collection}/records"
    wanted = [
        {
            "method": "PUT", "path": f"{path}/{inspection}",
            "body": {"data": {"answers": visits.records("tablet", inspection, seed + number)}},
        }
        for number, inspection in enumerate(inspections)
    ]  # fmt: skip
    return [_batch(address, wanted)]


def visit_as_many(address: str, collection: str, inspection: str, seed: int) -> Unit:
    """A record for each answer, in batches as large as Kinto takes them by default."""
    path = f"/v1/buckets/td/collections/{collection}/records"
    wanted = [
        {"method": "PUT", "path": f"{path}/{one['id']}", "body": {"data": one}}
        for one in visits.records("tablet", inspection, seed)
    ]
    parts = [wanted[start : start + _BATCH] for start in range(0, len(wanted), _BATCH)]
    return [_batch(address, part) for part in parts]


def _batch(address: str, wanted: Sequence[object]) -> Call:
    return call(
        address, "POST", "/v1/batch", body=visits.text({"requests": wanted}), headers=_HEADERS,
        holds=b'"status":201', times=len(wanted),
    )  # fmt: skip


def pull(
    address: str, collection: str, query: str, *, known: str = "", holds: bytes = b"", times: int = 1
) -> Call:
    """A look at what changed in a collection."""
    more = {"If-None-Match": known} if known else {}
    path = f"/v1/buckets/td/collections/{collection}/records?{query}"
    return call(address, "GET", path, headers=_HEADERS | more, holds=holds, times=times)
