"""Visits of 80 answers, pushed by four clients at once: our server, Kinto and the bare drivers in turn.

The server is the ordinary `serve`. Every answer is acknowledged after it is synced to disk, with all. In each
round everybody does the same work once, in an order that the seed decides.
"""

import argparse
import gzip
import random
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from benchmarks import clients, floors, measuring, peers, visits
from benchmarks.clients import Unit
from benchmarks.floors import Floor
from benchmarks.measuring import Cost
from benchmarks.peers import Field, Ours, Peer

CLIENTS = 4
MANY_WRITERS = 8
_FLOOR_VISITS = 80


@dataclass(frozen=True)
class Taken:
    """What one did in one round."""

    answers: int
    cost: Cost
    seconds: list[float]
    sent_bytes: int
    received_bytes: int

    @property
    def rate(self) -> float:
        """Answers a second by the clock."""
        return self.answers / self.cost.wall_s

    @property
    def cpu_us(self) -> float:
        """Microseconds of processor time for each answer."""
        return self.cost.cpu_s / self.answers * 1e6


Round = dict[str, Taken]


def _work(peer: Peer, seed: int, *, writers: int, units_each: int) -> list[list[Unit]]:
    return [
        [peer.visit(client, seed * 1000 + number * peer.visits_per_unit) for number in range(units_each)]
        for client in range(writers)
    ]


def pushed(peer: Peer, seed: int, *, writers: int = CLIENTS, units_each: int = 0) -> Taken:
    """Every client pushes its visits, all clients at once; the work is prepared before."""
    work = _work(peer, seed, writers=writers, units_each=units_each or peer.units_per_client)
    waiting = clients.crowd(peer.address, work)
    with measuring.measured(peer.cpu_s) as cost:
        told = waiting.run()
    sent = sum(len(call.request) for units in work for unit in units for call in unit)
    answers = len(told.seconds) * peer.visits_per_unit * visits.SIZE
    return Taken(answers, cost, told.seconds, sent, told.received_bytes)


def written(floor: Floor, ours: Ours, cpu_s: Callable[[], float]) -> Taken:
    """The bare driver writes the rows of our pushes, a visit for each transaction, on one connection."""
    rows = floor.rows(ours.tablet(0).device)[-_FLOOR_VISITS * visits.SIZE :]
    portions = [rows[start : start + visits.SIZE] for start in range(0, len(rows), visits.SIZE)]
    seconds = []
    with measuring.measured(cpu_s) as cost:
        for portion in portions:
            with measuring.measured(lambda: 0.0) as one:
                floor.write(portion)
            seconds.append(one.wall_s)
    floor.clear()
    return Taken(len(rows), cost, seconds, 0, 0)


def rounds(field: Field, count: int, seed: int) -> list[Round]:
    """Everybody's work, round by round; one more at the beginning, to warm up, is not counted."""
    own_sqlite = floors.Sqlite(field.sqlite.data / "thucdia.sqlite")
    own_postgres = floors.Postgres(field.database.url("ours"))

    def database_too() -> float:
        return measuring.own_cpu_s() + measuring.running_cpu_s(measuring.tree(field.postmaster))

    done = []
    everybody = field.peers(CLIENTS)
    for number in range(count + 1):
        ways: list[tuple[str, Callable[[], Taken]]] = [
            (peer.name, partial(pushed, peer, seed + number)) for peer in everybody
        ]
        random.Random(seed + number).shuffle(ways)  # noqa: S311 (an order, not a secret)
        ways.append(("raw executemany", lambda: written(own_sqlite, field.sqlite, measuring.own_cpu_s)))
        ways.append(("raw COPY", lambda: written(own_postgres, field.postgres, database_too)))
        done.append({name: way() for name, way in ways})
    names = [*(peer.name for peer in everybody), "raw executemany", "raw COPY"]
    return [{name: one[name] for name in names} for one in done[1:]]


def percentile(seconds: Sequence[float], part: float) -> float:
    """The value below which this part of them lies."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def _line(done: Sequence[Round], name: str) -> str:
    took = [one[name] for one in done]
    rates = [one.rate for one in took]
    seconds = [second for one in took for second in one.seconds]
    up, down = (sum(sizes) / sum(one.answers for one in took) for sizes in (
        [one.sent_bytes for one in took], [one.received_bytes for one in took]))  # fmt: skip
    cells = [
        name, f"{statistics.median(rates):,.0f} ({min(rates):,.0f}–{max(rates):,.0f})",
        f"{1000 * percentile(seconds, 0.5):.1f}", f"{1000 * percentile(seconds, 0.99):.1f}",
        f"{statistics.median(one.cpu_us for one in took):,.1f}", f"{up:.0f} / {down:.0f}",
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def pushes_table(done: Sequence[Round]) -> str:
    """Each one's figures, medians over the rounds with the range of the rates."""
    head = [
        "| | answers/s | p50 ms | p99 ms | CPU µs/answer | bytes up / down per answer |",
        "|---|---|---|---|---|---|",
    ]
    return "\n".join([*head, *(_line(done, name) for name in done[0])])


def ratios_tables(done: Sequence[Round]) -> str:
    """How many times the others' figures ours are, each the median of the rounds' own ratios.

    Several visits a request are compared with as many, and one with one.
    """
    each, tours = _parted(done[0], has="a request")
    return "\n\n".join(_ratios_table(done, names) for names in (each, tours))


def _parted(names: Iterable[str], *, has: str) -> tuple[list[str], list[str]]:
    """The names without the words, and those with them."""
    return [name for name in names if has not in name], [name for name in names if has in name]


def _ratios_table(done: Sequence[Round], names: Iterable[str]) -> str:
    others, ours = _parted(names, has="Thực Địa")
    lines = [f"| answers/s (CPU) against | {' | '.join(others)} |", "|---" * (len(others) + 1) + "|"]
    for own in ours:
        cells = []
        for other in others:
            rate = statistics.median(one[own].rate / one[other].rate for one in done)
            cpu = statistics.median(one[other].cpu_us / one[own].cpu_us for one in done)
            cells.append(f"{rate:.2f}× ({cpu:.2f}×)")
        lines.append(f"| {own} | {' | '.join(cells)} |")
    return "\n".join(lines)


def many_writers(field: Field, seed: int) -> str:
    """How long pushes take when eight tablets send at once."""
    lines = ["| 8 writers | answers/s | p50 ms | p99 ms | p99 ÷ p50 |", "|---|---|---|---|---|"]
    for peer in field.peers(MANY_WRITERS)[:3]:
        taken = pushed(peer, seed, writers=MANY_WRITERS, units_each=40)
        half, most = (percentile(taken.seconds, part) for part in (0.5, 0.99))
        lines.append(
            f"| {peer.name} | {taken.rate:,.0f} | {1000 * half:.1f} | {1000 * most:.1f} | {most / half:.1f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Print the results."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sidebyside", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=2023)
    wanted = parser.parse_args()
    with peers.running() as field:
        done = rounds(field, wanted.rounds, wanted.seed)
        print(pushes_table(done), end="\n\n")
        print(ratios_tables(done), end="\n\n")
        print(many_writers(field, wanted.seed + wanted.rounds + 1), end="\n\n")
        batch = visits.push(field.sqlite.tablet(0), [field.sqlite.team.another()], wanted.seed)
    plain, packed = (len(raw) / visits.SIZE for raw in (batch, gzip.compress(batch, 6)))
    sizes = f"{plain:.0f} bytes an operation, {packed:.0f} as gzip"
    print(f"{wanted.rounds} rounds, seeds from {wanted.seed}; {sizes}.\n\n{measuring.machine()}")


if __name__ == "__main__":
    main()
