"""A tablet believes nothing that does not hash: it sees a gap, another order, an edit in the server's log."""

import pytest
from msgspec import to_builtins

from core import ids
from demo.exchange import LogMismatch, checked_root
from inspections import chain
from inspections.operation import Operation

INSPECTION = ids.new_id()
DEVICE = ids.new_id()


def operation(seq: int) -> Operation:
    return Operation(
        op_id=ids.new_id(), seq=seq, type="answer.set", inspection=INSPECTION, entity=f"answer/PL-{seq:02d}",
        parents=(), checklist="QMS-HCNN-2015@1.0.0", actor=ids.new_id(), hlc="0198c0de5a10-0003",
        wall="2026-08-22T10:14:05.120+07:00", clk="+0/0", body='{"value":"phu_hop"}',
    )  # fmt: skip


@pytest.fixture
def log() -> tuple[list[dict], str]:
    links = chain.chained(DEVICE, chain.genesis(DEVICE, "thumb"), [operation(seq) for seq in range(1, 6)])
    entries, root = [], chain.log_genesis(INSPECTION)
    for pos, link in enumerate(links, start=1):
        entries.append(
            {
                "pos": pos, "device": DEVICE, "prev": link.prev, "hash": link.hash, "effect": "applied",
                "code": None, "op": to_builtins(link.operation),
            }
        )  # fmt: skip
        root = chain.log_link(root, pos=pos, operation_hash=link.hash, effect="applied", code=None)
    return entries, root


def start() -> str:
    return chain.log_genesis(INSPECTION)


def test_an_honest_log_gives_its_root(log):
    entries, root = log
    assert checked_root(entries, after=0, root=start()) == root


def test_a_log_taken_in_two_parts_gives_the_same_root(log):
    entries, root = log
    half = checked_root(entries[:2], after=0, root=start())
    assert checked_root(entries[2:], after=2, root=half) == root


def edited(entry: dict, **changes: object) -> dict:
    return entry | {"op": entry["op"] | changes}


@pytest.mark.parametrize(
    "tampered",
    [
        lambda e: e[1:],
        lambda e: [*e[:2], *e[3:]],
        lambda e: [e[1], e[0], *e[2:]],
        lambda e: [edited(e[0], body='{"value":"kph_nhe"}'), *e[1:]],
        lambda e: [edited(e[0], actor=ids.new_id()), *e[1:]],
        lambda e: [edited(e[0], entity="answer/PL-99"), *e[1:]],
        lambda e: [e[0] | {"device": ids.new_id()}, *e[1:]],
    ],
)
def test_a_log_that_was_tampered_with_is_refused(log, tampered):
    entries, _ = log
    with pytest.raises(LogMismatch):
        checked_root(tampered(entries), after=0, root=start())


def test_another_effect_gives_another_root(log):
    entries, root = log
    entries[3]["effect"] = "quarantined"
    assert checked_root(entries, after=0, root=start()) != root
