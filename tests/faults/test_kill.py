"""`kill -9` of the whole server at any moment: what was acknowledged is there, once, and nothing by halves.

The state is looked at after every kill, before the next server starts. 100 kills; 1,000 with THUCDIA_LONG=1.
"""

import random
import time
from dataclasses import dataclass
from pathlib import Path

from tests.faults.evidence import Examiner
from tests.faults.servers import IS_LONG, Prepared, Site, prepared, site
from tests.faults.storming import Field, Storm

KILLS = {"sqlite": 1000 if IS_LONG else 80, "postgres": 200 if IS_LONG else 20}
TABLETS = 4
KILLS_PER_VISIT = 20
READY_WITHIN_S = 10


@dataclass
class Tale:
    """What was seen: how often it was killed, and the sentences that should not be."""

    kills: int
    acknowledged: int
    photos: int
    unknown: int
    slowest_start_s: float
    broken: list[str]

    def __str__(self) -> str:
        return (
            f"{self.kills} kills, {self.acknowledged} operations and {self.photos} files acknowledged, "
            f"{self.unknown} answers unknown, slowest start {self.slowest_start_s:.2f} s, "
            f"broken: {self.broken[:3]}"
        )


def storms_at(where: Site, *, seed: str) -> list[Storm]:
    """Tablets of the team, the first one the leader's."""
    team = where.team
    holders = [team.leader, *[team.member] * (TABLETS - 1)]
    return [Storm(team.tablet(one), team.id, seed=f"{seed}/{n}") for n, one in enumerate(holders)]


def killed_again_and_again(where: Site, *, kills: int, seed: str, mutant: str = "") -> Tale:
    """Servers live a random while under restless tablets and are killed; the first wrong sight ends it."""
    chance = random.Random(seed)
    storms = storms_at(where, seed=seed)
    visits = [where.team.another() for _ in range(kills // KILLS_PER_VISIT)]
    where.leave()
    examiner, slowest, broken, done = Examiner(where, storms), 0.0, [], 0
    with prepared(where, mutant) as server:
        slowest = server.serve(within_s=READY_WITHIN_S)
        with Field(storms, server.wire) as field:
            try:
                for done in range(1, kills + 1):
                    time.sleep(chance.uniform(0.02, 0.28))
                    server.kill()
                    if broken := examiner.look():
                        break
                    if done % KILLS_PER_VISIT == 0:
                        field.moves_to(visits.pop())
                    slowest = max(slowest, server.serve(within_s=READY_WITHIN_S))
            finally:
                if broken:
                    server.serve()  # so that those who wait for an answer get one
        broken += _settled(server, storms, examiner) if not broken else []
    acknowledged = sum(len(storm.promised) for storm in storms)
    files, unknown = sum(len(storm.delivered) for storm in storms), sum(storm.unknown for storm in storms)
    return Tale(done, acknowledged, files, unknown, slowest, broken)


def _settled(server: Prepared, storms: list[Storm], examiner: Examiner) -> list[str]:
    """After the last kill a fair network: everything arrives, and the last look is at all of it."""
    for storm in storms:
        storm.quiesce(server.wire)
    for storm in storms:
        storm.read(server.wire, limit=1000)
    server.kill()
    broken = examiner.look(is_last=True)
    here = {tuple(entry["hash"] for entry in storm.streams[storm.inspection]) for storm in storms}
    return broken + ([] if len(here) == 1 else ["I6 readers of one stream hold different ones"])


def test_nothing_acknowledged_is_lost_or_doubled_by_any_kill(
    tmp_path: Path, database_url: str, engine_name: str
):
    seed = f"2023/{engine_name}"
    tale = killed_again_and_again(site(tmp_path / "var", database_url), kills=KILLS[engine_name], seed=seed)
    print(f"{engine_name}: {tale}")
    assert tale.broken == []
    assert tale.kills == KILLS[engine_name]
    assert tale.acknowledged > 2 * tale.kills, "the tablets hardly got anything through: this tested nothing"
    assert tale.unknown > 0, "no kill met a request: this tested nothing"
    assert tale.slowest_start_s < READY_WITHIN_S
