"""What each promise of a push costs: visits of 80 answers with one part after another left out.

One process takes the pushes on SQLite, without a network, so that nothing but the part differs. What is left
out is replaced by something that does nothing; batches are prepared under the same replacement, so that they
are still believed. In every round each way is taken once, in an order that the seed decides.
"""

import argparse
import random
import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from flask import Flask
from werkzeug.test import create_environ, run_wsgi_app

from accounts import device_keys
from app import create_app
from benchmarks import measuring, visits
from core import bulk, journal
from core.settings import Settings
from core.web_server import when_ready
from demo import server
from inspections import chain, judgement, receipts
from inspections.codes import Effect
from inspections.models import Head, Receipt
from inspections.situation import Judgement
from sync import signatures
from tests.tablets import Tablet
from tests.teams import Team, team_on_its_way

_WHOLE = "everything"
_HASH = "0" * 64
_SIGNATURE = "0" * 86


def _nothing(*_given: object, **_named: object) -> None:
    """In the place of what is left out."""


def _hash(*_given: object, **_named: object) -> str:
    """In the place of a hash."""
    return _HASH


@contextmanager
def _without_chain() -> Iterator[None]:
    with (
        patch.object(chain, "_digest", lambda *_: _HASH),
        patch.object(chain, "link", lambda *_, **__: _HASH),
    ):
        yield


@contextmanager
def _without_root() -> Iterator[None]:
    with patch.object(chain, "log_link", _hash):
        yield


@contextmanager
def _without_signature() -> Iterator[None]:
    with patch.object(device_keys, "is_signed", lambda *_: True), patch.object(signatures, "keep", _nothing):
        yield


@contextmanager
def _without_heads() -> Iterator[None]:
    insert = bulk.insert

    def all_but_heads(session: Any, model: Any, rows: Any) -> None:
        if model is not Head:
            insert(session, model, rows)

    with patch.object(bulk, "insert", all_but_heads):
        yield


@contextmanager
def _without_receipt() -> Iterator[None]:
    unsigned = Receipt(device="", seq=0, hash=_HASH, body="", kid="", sig=_SIGNATURE)
    with patch.object(receipts, "give", lambda *_, **__: unsigned):
        yield


@contextmanager
def _without_judgement() -> Iterator[None]:
    with patch.object(judgement, "judge", lambda *_: Judgement(Effect.APPLIED)):
        yield


@contextmanager
def _without_journal() -> Iterator[None]:
    with patch.object(journal, "record", _nothing):
        yield


WAYS: dict[str, Callable[[], Any]] = {
    _WHOLE: ExitStack,
    "the tablet's chain": _without_chain,
    "the log's root": _without_root,
    "the tablet's signature": _without_signature,
    "heads": _without_heads,
    "the receipt": _without_receipt,
    "judging": _without_judgement,
    "the journal": _without_journal,
}


class Desk:
    """The application, and tablets that push to it within this process, one for each way."""

    def __init__(self, app: Flask, team: Team) -> None:
        self._app, self._team = app, team
        self._tablets = {name: team.tablet() for name in WAYS}

    def pushed_ms(self, name: str, seed: int) -> float:
        """The processor time of a push this way; every operation has taken effect."""
        with WAYS[name]():
            tablet = self._tablets[name]
            asked = _request(tablet, visits.push(tablet, [self._team.another()], seed))
            with measuring.measured(measuring.own_cpu_s) as cost:
                status, answer = self._answered(asked)
        if status != 200 or answer.count(b'"status":"applied"') != visits.SIZE:
            raise RuntimeError(answer.decode())
        return 1000 * cost.cpu_s

    def _answered(self, asked: dict[str, Any]) -> tuple[int, bytes]:
        parts, status, _headers = run_wsgi_app(self._app, asked)
        return int(status.split()[0]), b"".join(parts)


def _request(tablet: Tablet, body: bytes) -> dict[str, Any]:
    return create_environ(
        "/sync/v1/push", "http://127.0.0.1:8000", method="POST", data=body, headers=tablet.headers,
        content_type="application/json",
    )  # fmt: skip


def one_round(desk: Desk, seed: int) -> dict[str, float]:
    """Milliseconds of processor time for a push, each way once."""
    names = list(WAYS)
    random.Random(seed).shuffle(names)  # noqa: S311 (an order, not a secret)
    return {name: desk.pushed_ms(name, seed) for name in names}


def table(rounds: list[dict[str, float]]) -> str:
    """Each part's share of a push, medians over the rounds."""
    whole = statistics.median(one[_WHOLE] for one in rounds)
    lines = [
        f"A push of {visits.SIZE} answers takes {whole:.2f} ms of processor time inside the application.", "",
        "| left out | ms less | part of the whole |", "|---|---|---|",
    ]  # fmt: skip
    for name in (name for name in WAYS if name != _WHOLE):
        less = statistics.median(one[_WHOLE] - one[name] for one in rounds)
        part = statistics.median(1 - one[name] / one[_WHOLE] for one in rounds)
        lines.append(f"| {name} | {less:.2f} | {100 * part:.0f} % |")
    return "\n".join(lines)


def main() -> None:
    """Print the results."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.parts", description=__doc__)
    parser.add_argument("--rounds", type=int, default=120)
    parser.add_argument("--seed", type=int, default=2023)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="thucdia-bench-") as folder:
        settings = Settings(data=Path(folder))
        with server.running(settings, folder=Path(folder)):
            pass  # it has migrated and loaded
        app = create_app(settings)
        desk = Desk(app, team_on_its_way(app))
        when_ready(None)  # garbage is collected as in the server
        rounds = [one_round(desk, wanted.seed + number) for number in range(wanted.rounds + 1)][1:]
    print(f"{table(rounds)}\n\n{wanted.rounds} rounds, seeds from {wanted.seed}.\n\n{measuring.machine()}")


if __name__ == "__main__":
    main()
