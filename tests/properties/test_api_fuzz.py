"""Whatever is sent to any route by anybody, the answer is one that the API document announces.

FUZZ_EXAMPLES=400 in the environment looks longer, at the routes and (`test_record_readers`) at the record.
"""

import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import negative_data_rejection
from sqlalchemy import create_engine, text

from core import db
from tests.api_world import DEVICE, EVERYBODY, STRANGER, World, make_world
from tests.postgres import PostgresServer

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "openapi.json"
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "20"))
PROOF = dict.fromkeys(EVERYBODY, "session") | {STRANGER: "", DEVICE: "bearer"}
JUDGES_PROOF = {"POST /sync/v1/token", "POST /sync/v1/token/renewal", "POST /sync/v1/recovery"}
ENDS_SESSIONS = {"POST /api/v1/sessions", "DELETE /api/v1/sessions/current"}
_REFUSED = ["400", "401", "403", "404", "405", "409", "415", "422", "429"]
_CONFIG = SchemathesisConfig.from_dict(
    {
        "generation": {
            "max-examples": EXAMPLES,
            "deterministic": True,
            "database": "none",
            "with-security-parameters": False,
        },
        "phases": {"coverage": {"unexpected-methods": ["PATCH", "TRACE"]}},
        # What fits the shape may still be wrong in this office: 422 is then the right answer.
        "checks": {
            "positive_data_acceptance": {"enabled": False},
            # Everybody calls every route below, which says more than a guess at which header is the proof.
            "ignored_auth": {"enabled": False},
            "negative_data_rejection": {"expected-statuses": [*_REFUSED, "411", "412", "413", "426"]},
            "missing_required_header": {"expected-statuses": [*_REFUSED, "412", "426"]},
        },
    }
)
schemathesis.serializer.alias(
    ["application/offset+octet-stream", "application/gzip"], "application/octet-stream"
)
SCHEMA = schemathesis.openapi.from_path(DOCUMENT, config=_CONFIG)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One office for all on each kind of database; what the cases change in it stays."""
    url = ""
    if request.param == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        admin = create_engine(server.url("postgres"), isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text("CREATE DATABASE fuzz"))
        admin.dispose()
        url = server.url("fuzz")
    made = make_world(tmp_path_factory.mktemp("fuzz"), url)
    yield made
    with made.app.app_context():
        db.db.engine.dispose()


@SCHEMA.parametrize()
def test_every_answer_is_documented(case: schemathesis.Case, world: World):
    who = _caller(case, world)
    _ground(case, world)
    # Some checks call again with less, so they too must know where the application is.
    case.operation.app = case.operation.schema.app = world.serve
    answer = case.call_and_validate(excluded_checks=_unfit(case), **world.credentials(who))
    wanted = {name for proofs in case.operation.definition.raw["security"] for name in proofs}
    if wanted and PROOF[who] not in wanted:
        assert 400 <= answer.status_code < 500, "somebody was let in without proof"
    elif wanted and case.operation.label not in JUDGES_PROOF:
        assert answer.status_code != 401, "somebody with proof was not recognised"
    if case.operation.label in ENDS_SESSIONS:
        world.end_sessions()


def _unfit(case: schemathesis.Case) -> list[Any]:
    """A header that nobody knows is no fault of a request (RFC 9110 §5.1)."""
    return [negative_data_rejection] if "x-schemathesis-unknown-property" in (case.headers or {}) else []


def _caller(case: schemathesis.Case, world: World) -> str:
    """Mostly somebody whom the route lets in, for only they get to what lies behind it."""
    chosen = zlib.crc32(repr(case).encode("utf-8", "replace"))
    welcome = world.welcome(case.operation.method, case.operation.path)
    among = welcome if chosen % 4 else EVERYBODY
    return among[chosen // 4 % len(among)]


def _ground(case: schemathesis.Case, world: World) -> None:
    """Half of the made-up names are replaced by existing ones, or nothing but 404 would come."""
    salt = repr(case)
    if not case.operation.path.endswith("/preview"):  # to print a document takes seconds
        case.path_parameters = world.grounded(case.path_parameters, salt=salt)
    if isinstance(case.body, dict):
        case.body = world.grounded(case.body, salt=salt)
    is_wrong_on_purpose = case.meta is not None and case.meta.generation.mode.is_negative
    if case.operation.label == "POST /sync/v1/push" and not is_wrong_on_purpose:
        case.body = world.chained(case.body)
