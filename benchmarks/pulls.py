"""Looks at what is new with a million answers stored, ours beside Kinto's; what growth costs; what is missed.

What is looked at was pushed: a visit of 80 answers among all the others (`stored`). One client keeps its
connection open and takes every kind of look many times in each round.
"""

import argparse
import re
import statistics
import time
from collections.abc import Mapping, Sequence

from benchmarks import feed, kinto, measuring, peers, sidebyside, visits
from benchmarks import stored as filling
from benchmarks.clients import Call, Connection, call
from benchmarks.peers import Field, Ours

FEW, MANY = 10_000, 1_000_000
_LOOKS = 60
_KINDS = ("304", "nothing new", "80 changes")
_TAG = re.compile(rb'\r\netag: *("?[^"\r]+"?)', re.IGNORECASE)

Looks = Mapping[str, Call]


def our_looks(ours: Ours, seed: int) -> Looks:
    """At one visit that has been pushed."""
    tablet, inspection, connection = ours.tablet(0), ours.team.another(), Connection(ours.address)
    body = visits.push(tablet, [inspection], seed)
    connection.send(call(ours.address, "POST", "/sync/v1/push", body=body, headers=tablet.headers))
    stream = f"inspection:{inspection}"
    path = f"/sync/v1/heads?streams={stream}"
    tag = _tag(connection.send(call(ours.address, "GET", path, headers=tablet.headers)))

    def pull(cursor: int, entries: int) -> Call:
        asked = {"device": tablet.device, "epoch": tablet.epoch, "streams": {stream: cursor}}
        raw = visits.text(asked)
        holds, path = b'"op_id":', "/sync/v1/pull"
        return call(ours.address, "POST", path, body=raw, headers=tablet.headers, holds=holds, times=entries)

    unchanged = call(ours.address, "GET", path, headers=tablet.headers | {"If-None-Match": tag})
    return {"304": unchanged, "nothing new": pull(80, 0), "80 changes": pull(0, 80)}


def kinto_looks(address: str, seed: int) -> Looks:
    """At one visit that has been written into a collection among the others."""
    connection, collection = Connection(address), "many0"
    before = _tag(connection.send(kinto.pull(address, collection, "_limit=1")))
    for one in kinto.visit_as_many(address, collection, "looked-at", seed):
        connection.send(one)
    after = _tag(connection.send(kinto.pull(address, collection, "_limit=1")))

    def since(tag: str, *, entries: int) -> Call:
        query = f"_since=%22{tag.strip(chr(34))}%22"
        return kinto.pull(address, collection, query, holds=b'"sent_at":', times=entries)

    unchanged = kinto.pull(address, collection, "_limit=1", known=after)
    return {"304": unchanged, "nothing new": since(after, entries=0), "80 changes": since(before, entries=80)}


def _tag(answer: bytes) -> str:
    found = _TAG.search(answer)
    if found is None:
        raise RuntimeError("no ETag came")
    return found[1].decode()


def looked(address: str, looks: Looks) -> dict[str, float]:
    """The median milliseconds of each kind of look."""
    connection, took = Connection(address), {}
    for kind in _KINDS:
        seconds = []
        for _ in range(_LOOKS):
            began = time.perf_counter()
            connection.send(looks[kind])
            seconds.append(time.perf_counter() - began)
        took[kind] = 1000 * statistics.median(seconds)
    return took


Round = dict[str, dict[str, float]]


def rounds(field: Field, count: int, seed: int) -> list[Round]:
    """Every kind of look at everybody, round by round."""
    everybody = {
        "Thực Địa, SQLite": (field.sqlite.address, our_looks(field.sqlite, seed)),
        "Thực Địa, PostgreSQL": (field.postgres.address, our_looks(field.postgres, seed)),
        "Kinto": (field.kinto, kinto_looks(field.kinto, seed)),
    }
    done = [{name: looked(*one) for name, one in everybody.items()} for _ in range(count + 1)]
    return done[1:]


def table(done: Sequence[Round], title: str) -> str:
    """The medians, and how many times as long Kinto takes, each the median of the rounds' own ratios."""
    lines = [f"| {title}, p50 ms (Kinto's ÷ ours) | {' | '.join(_KINDS)} |", "|---|---|---|---|"]
    for name in done[0]:
        cells = []
        for kind in _KINDS:
            took = statistics.median(one[name][kind] for one in done)
            ratio = statistics.median(one["Kinto"][kind] / one[name][kind] for one in done)
            cells.append(f"{took:.2f}" + ("" if name == "Kinto" else f" ({ratio:.1f}×)"))
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def growth_table(few: Sequence[Round], many: Sequence[Round], title: str) -> str:
    """How many times as long each look takes with many stored as with few."""
    lines = [f"| {title}, p50 ÷ p50 | {' | '.join(_KINDS)} |", "|---|---|---|---|"]
    for name in few[0]:
        cells = (_middle(many, name, kind) / _middle(few, name, kind) for kind in _KINDS)
        lines.append(f"| {name} | {' | '.join(f'{ratio:.2f}' for ratio in cells)} |")
    return "\n".join(lines)


def _middle(done: Sequence[Round], name: str, kind: str) -> float:
    return statistics.median(one[name][kind] for one in done)


def push_table(pushes: Mapping[int, dict[str, float]]) -> str:
    """What an answer costs when it is pushed, with few and with many stored."""
    (few, many), amounts = pushes.values(), (f"{total:,} stored" for total in pushes)
    lines = [f"| push, CPU µs/answer | {' | '.join(amounts)} | ratio |", "|---|---|---|---|"]
    lines += [
        f"| {name} | {few[name]:.1f} | {many[name]:.1f} | {many[name] / few[name]:.2f} |" for name in few
    ]
    return "\n".join(lines)


def _push_cpu_us(field: Field, count: int, seed: int) -> dict[str, float]:
    took: dict[str, list[float]] = {}
    for number in range(count):
        for peer in field.peers(4)[:2]:
            taken = sidebyside.pushed(peer, seed + number, units_each=20)
            took.setdefault(peer.name, []).append(taken.cpu_us)
    return {name: statistics.median(each) for name, each in took.items()}


def main() -> None:
    """Print the results."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pulls", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=2023)
    parser.add_argument("--stored", type=int, default=MANY)
    wanted = parser.parse_args()
    began, stored, done, pushes = time.monotonic(), 0, {}, {}
    with peers.running() as field:
        _push_cpu_us(field, 1, wanted.seed)  # so that the tables, and what is like them, are there
        for total in (FEW, wanted.stored):
            for ours in (field.sqlite, field.postgres):
                filling.fill(ours, total, stored)
            filling.fill_kinto(field, total, stored)
            filling.let_settle(field)
            done[total] = rounds(field, wanted.rounds, wanted.seed + total)
            print(table(done[total], f"{total:,} stored"), end="\n\n", flush=True)
            pushes[total] = _push_cpu_us(field, wanted.rounds, wanted.seed + total)
            stored = total
        grown = f"{wanted.stored:,} stored ÷ {FEW:,}"
        print(growth_table(done[FEW], done[wanted.stored], grown), end="\n\n")
        print(push_table(pushes), end="\n\n")
        print(feed.table(feed.followed(field)), end="\n\n")
    took = f"{(time.monotonic() - began) / 60:.1f} minutes"
    print(f"{wanted.rounds} rounds, seeds from {wanted.seed}, {took} in all.\n\n{measuring.machine()}")


if __name__ == "__main__":
    main()
