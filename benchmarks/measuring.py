"""What a piece of work costs, by the clock and by the processor, and on what machine that was found.

Processor time repeats far better than wall time on a machine that others use too, so every result has both.
It counts whole trees of processes, the database's included, to the nanosecond (`/proc/…/schedstat`).
"""

import os
import platform
import resource
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

_NS = 1_000_000_000
_LIBRARIES = ("flask", "sqlalchemy", "psycopg", "msgspec", "gunicorn", "weasyprint", "pyhanko")


@dataclass
class Cost:
    """Seconds by the clock and of processor time."""

    wall_s: float = 0.0
    cpu_s: float = 0.0


Round = Mapping[str, Cost]


def children(parent: int) -> Iterator[int]:
    """The processes that this one has started and that still run."""
    for listed in Path(f"/proc/{parent}/task").glob("*/children"):
        try:
            names = listed.read_text().split()
        except OSError:  # the thread has ended meanwhile
            continue
        yield from map(int, names)


def tree(root: int) -> Iterator[int]:
    """The process and all that descend from it, as far as they still run."""
    yield root
    for child in children(root):
        yield from tree(child)


def running_cpu_s(processes: Iterable[int]) -> float:
    """The processor time that all threads of these processes, each named once, have used so far."""
    used_ns = 0
    for process in processes:
        for thread in Path(f"/proc/{process}/task").glob("*/schedstat"):
            used_ns += int(thread.read_text().split()[0])
    return used_ns / _NS


def own_cpu_s() -> float:
    """The processor time of this process and of the children that have ended."""
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in spent)


@contextmanager
def measured(cpu_s: Callable[[], float]) -> Iterator[Cost]:
    """The cost of the block, complete when it ends; `cpu_s` reads whatever processor time counts."""
    cost = Cost()
    cpu, wall = cpu_s(), time.perf_counter()
    yield cost
    cost.wall_s, cost.cpu_s = time.perf_counter() - wall, cpu_s() - cpu


_BY: tuple[Callable[[Cost], float], ...] = (lambda cost: cost.wall_s, lambda cost: cost.cpu_s)


def _line(rounds: Sequence[Round], name: str, floor: str | None) -> str:
    cells = [f"{1000 * statistics.median(by(one[name]) for one in rounds):.1f}" for by in _BY]
    cells.append(floor or "")
    for by in _BY:
        ratios = [by(one[name]) / by(one[floor]) for one in rounds] if floor else []
        cells.append(f"{statistics.median(ratios):.2f}" if ratios else "")
    return f"| {name} | {' | '.join(cells)} |"


def table(rounds: Sequence[Round], against: Mapping[str, str]) -> str:
    """Medians over the rounds as a Markdown table; `against` names the floor of each line.

    A ratio is the median of the rounds' own ratios, so that both sides of it had the same neighbours.
    """
    head = ["| | wall ms | CPU ms | against | ratio by wall | ratio by CPU |", "|---|---|---|---|---|---|"]
    return "\n".join([*head, *(_line(rounds, name, against.get(name)) for name in rounds[0])])


def machine() -> str:
    """One line on where and with what it was measured, the present load included."""
    load = "/".join(f"{value:.1f}" for value in os.getloadavg())
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC; {os.cpu_count()} cores, {platform.machine()}, Linux "
        f"{platform.release()}, load {load}; Python {platform.python_version()}, SQLite "
        f"{sqlite3.sqlite_version}, {libraries}"
    )
