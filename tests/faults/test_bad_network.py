"""Networks as they are in the field: most connections break, some are slow, clocks are years off.

The pass is the same as after a kill: what was acknowledged is there, once, and everybody ends with the same.
"""

import asyncio
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from tests.faults import evidence, scenes
from tests.faults.chaos_proxy import chaos
from tests.faults.evidence import Examiner
from tests.faults.servers import IS_LONG, Unanswered, Wire, prepared, site
from tests.faults.storming import Storm
from tests.faults.test_kill import storms_at

TURNS = 200 if IS_LONG else 15
SLOW, SLOW_BYTES_PER_S = 100, 4096
PROBES = 60


def _until_taken(asked: scenes.Asked, wire: Wire) -> None:
    for _ in range(60):
        try:
            if wire.open(asked.method, asked.path, asked.body, asked.headers).status_code in (200, 201):
                return
        except Unanswered:
            continue
    raise AssertionError(f"{asked.method} {asked.path} never got through")


def test_visits_over_a_network_that_breaks_most_connections(tmp_path: Path, database_url: str):
    where = site(tmp_path / "var", database_url)
    storms, closing = storms_at(where, seed="chaos")[:3], scenes.closing(where)
    where.leave()
    with prepared(where) as server:
        server.serve()
        with chaos(server.port, seed="chaos") as proxy:
            wire = Wire(proxy.port, patience_s=20)

            def visit(storm: Storm) -> None:
                for _ in range(TURNS):
                    storm.turn(wire)
                storm.quiesce(wire)

            with ThreadPoolExecutor(len(storms)) as hands:
                list(hands.map(visit, storms))
            for asked in (*closing.before, closing.signoff):
                _until_taken(asked, wire)
        for storm in storms:
            storm.read(server.wire, limit=1000)
        server.kill()
    print(f"connections: {dict(proxy.done)}, {sum(storm.unknown for storm in storms)} answers lost")
    assert Examiner(where, storms).look(is_last=True) == []
    assert len({tuple(entry["hash"] for entry in storm.streams[storm.inspection]) for storm in storms}) == 1
    assert _is_signed(where, closing.inspection)
    assert proxy.done.total() - proxy.done["none"] > 0.4 * proxy.done.total()


def _is_signed(where: evidence.Site, inspection: str) -> bool:
    return any(inspection in row and "'signed'" in row for row in evidence.tables(where)["inspection"])


@pytest.mark.parametrize("years", [-10, 10])
def test_a_clock_that_is_years_off_changes_no_outcome(years: int, tmp_path: Path):
    where = site(tmp_path / "var")
    storms = storms_at(where, seed="clock")[:2]
    where.leave()
    storms[0].years_off = years
    with prepared(where) as server:
        server.serve()
        for _ in range(TURNS):
            for storm in storms:
                storm.turn(server.wire)
        for storm in storms:
            storm.quiesce(server.wire)
        server.kill()
    assert Examiner(where, storms).look(is_last=True) == []
    outcomes = {promise["status"] for promise in storms[0].promised.values()}
    assert outcomes <= {"applied", "conflict"}
    told = {(promise["warning"] or {}).get("code") for promise in storms[0].promised.values()}
    assert told == {"clock_implausible"}, "a clock that is years off is evidence that must not be silent"


async def _slow_push(port: int, asked: scenes.Asked, over: asyncio.Event) -> None:
    """One tablet whose network carries little; it begins again until all is over."""
    lines = [f"{asked.method} {asked.path} HTTP/1.1", "Host: x", f"Content-Length: {len(asked.body)}"]
    lines += [f"{name}: {value}" for name, value in asked.headers.items()]
    sent = "\r\n".join([*lines, "", ""]).encode() + asked.body
    while not over.is_set():
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        with suppress(OSError):
            for start in range(0, len(sent), SLOW_BYTES_PER_S // 4):
                writer.write(sent[start : start + SLOW_BYTES_PER_S // 4])
                await writer.drain()
                await asyncio.sleep(0.25)
                if over.is_set():
                    break
        writer.transport.abort()


def _probed(wire: Wire, asked: scenes.Asked) -> list[float]:
    took = []
    for _ in range(PROBES):
        started = time.monotonic()
        assert wire.open(asked.method, asked.path, asked.body, asked.headers).status_code == 200
        took.append(time.monotonic() - started)
    return took


def _p95(took: list[float]) -> float:
    return statistics.quantiles(took, n=20)[-1]


def test_a_hundred_slow_tablets_keep_nobody_waiting(tmp_path: Path):
    where = site(tmp_path / "var")
    slow, fast = where.team.tablet(), where.team.tablet()
    scenes.record_people(slow, where.team.id, 200)
    scenes.record_people(fast, where.team.id, 1)
    asked, heavy = scenes.push(fast), scenes.delivery(slow, where.team.id, bytes(200_000))
    where.leave()

    async def disturbed(wire: Wire) -> list[float]:
        over = asyncio.Event()
        crowd = [asyncio.ensure_future(_slow_push(server.port, heavy, over)) for _ in range(SLOW)]
        await asyncio.sleep(2)
        try:
            return await asyncio.to_thread(_probed, wire, asked)
        finally:
            over.set()
            await asyncio.gather(*crowd, return_exceptions=True)

    with prepared(where) as server:
        server.serve()
        wire = Wire(server.port, patience_s=20)
        calm = _p95(_probed(wire, asked))
        crowded = _p95(asyncio.run(disturbed(wire)))
    print(f"p95 of a push: {calm * 1000:.0f} ms alone, {crowded * 1000:.0f} ms beside {SLOW} slow tablets")
    assert crowded < 10 * calm + 1.0
