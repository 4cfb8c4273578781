"""Looks at what is new with a million answers stored, ours beside Kinto's; and what growth costs.

The million is put there by SQL. What is looked at was pushed: a visit of 80 answers among all the others. One
client keeps its connection open and takes every kind of look many times in each round.
"""

import argparse
import json
import re
import statistics
import time
from collections.abc import Mapping, Sequence

import psycopg

from benchmarks import kinto, measuring, peers, sidebyside, visits
from benchmarks.clients import Call, Connection, call
from benchmarks.peers import Field, Ours
from core import db

FEW, MANY = 10_000, 1_000_000
_LOOKS = 60
_PORTION = 10_000
_KINDS = ("304", "nothing new", "80 changes")
_TAG = re.compile(rb'\r\netag: *("?[^"\r]+"?)', re.IGNORECASE)
_COPIED = (
    "type, entity, header, body, body_sha256, digest, prev_hash, hash, effect, code, detail, received_at"
)
_NUMBERS = {
    "sqlite": "(WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up LIMIT {}) SELECT n FROM up)",
    "postgresql": "generate_series(1, {}) AS up(n)",
}
_FRESH_ID = {"sqlite": "lower(hex(randomblob(16)))", "postgresql": "gen_random_uuid()"}
_KINTO_SEED = """
INSERT INTO objects (id, parent_id, resource_name, last_modified, data, deleted)
SELECT md5(n::text), '/buckets/td/collections/many' || n %% 8, 'record',
       now() - interval '20 days' + n * interval '1 millisecond', %s::jsonb, false
FROM generate_series(%s::int, %s::int) AS n
"""

Looks = Mapping[str, Call]


def fill(ours: Ours, total: int, so_far: int) -> None:
    """As many answers more are stored: copies of one that was pushed, with ids of their own."""
    pushed, holder = ours.tablet(0).device, ours.tablet(12).device
    with ours.app.app_context():
        for offset in range(so_far, total, _PORTION):
            inspection = ours.team.another()
            with db.writing() as session:
                connection = session.connection()
                kind = connection.dialect.name
                numbers, named = _NUMBERS[kind].format(_PORTION), inspection.replace("-", "")
                connection.exec_driver_sql(
                    f"INSERT INTO operation (device, seq, op_id, inspection, pos, log_hash, {_COPIED}) "  # noqa: S608 (ours)
                    f"SELECT '{holder}', {offset} + n, {_FRESH_ID[kind]}, '{named}', n, log_hash, {_COPIED} "
                    f"FROM {numbers}, operation WHERE device = '{pushed}' AND seq = 1"
                )


def _let_settle(field: Field) -> None:
    """PostgreSQL knows how its tables have grown, which it finds out by itself a minute later."""
    for name in ("ours", "kinto"):
        with psycopg.connect(field.database.url(name).replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")


def fill_kinto(field: Field, so_far: int, total: int) -> None:
    """Kinto holds as many records, in eight collections."""
    like = json.dumps(visits.records("tablet", "stored", 1)[0])
    with psycopg.connect(field.database.url("kinto").replace("+psycopg", "")) as connection:
        connection.execute(_KINTO_SEED, (like, so_far + 1, total))


def our_looks(ours: Ours, seed: int) -> Looks:
    """At one visit that has been pushed."""
    tablet, inspection, connection = ours.tablet(0), ours.team.another(), Connection(ours.address)
    body = visits.push(tablet, inspection, seed)
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


def _push_cpu_us(field: Field, count: int, seed: int) -> dict[str, float]:
    took: dict[str, list[float]] = {}
    for number in range(count):
        for peer in field.peers(4)[:2]:
            taken = sidebyside.pushed(peer, seed + number, visits_each=20)
            took.setdefault(peer.name, []).append(taken.cpu_us)
    return {name: statistics.median(each) for name, each in took.items()}


def main() -> None:
    """Print the results."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pulls", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=2023)
    parser.add_argument("--stored", type=int, default=MANY)
    wanted = parser.parse_args()
    with peers.running() as field:
        _push_cpu_us(field, 1, wanted.seed)  # so that there is something to copy
        stored, pushes = 0, {}
        for total in (FEW, wanted.stored):
            for ours in (field.sqlite, field.postgres):
                fill(ours, total, stored)
            fill_kinto(field, stored, total)
            _let_settle(field)
            print(table(rounds(field, wanted.rounds, wanted.seed + total), f"{total:,} stored"), end="\n\n")
            pushes[total] = _push_cpu_us(field, wanted.rounds, wanted.seed + total)
            stored = total
    amounts = " | ".join(f"{total:,} stored" for total in pushes)
    print(f"| push, CPU µs/answer | {amounts} | ratio |\n|---|---|---|---|")
    for name in pushes[FEW]:
        few, many = pushes[FEW][name], pushes[stored][name]
        print(f"| {name} | {few:.1f} | {many:.1f} | {many / few:.2f} |")
    print(f"\n{wanted.rounds} rounds, seeds from {wanted.seed}.\n\n{measuring.machine()}")


if __name__ == "__main__":
    main()
