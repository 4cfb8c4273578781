"""A sign-off and a team mate's push at the same moment: one of two outcomes, and never a third."""

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from accounts.device_models import Device
from core import db, ids
from inspections import chain, log
from inspections.models import Inspection
from inspections.operation import Operation
from tests.inspecting import AT, Scene, make_scene

ROUNDS = 6
Prepared = tuple[str, str, list[Operation]]


def _prepare(app: Flask) -> tuple[Prepared, Prepared]:
    """A committed inspection about to be signed: the leader's last batch, and a team mate's answer."""
    with app.app_context(), db.writing() as session:
        scene: Scene = make_scene(session, state="agreed")
        leader, mate = scene.tablet(), scene.tablet()
        leader.write("answer.set", "answer/PL-16", {"value": "phu_hop"}, by=scene.people["leader"])
        leader.send()
        content, blob = scene.content(), scene.store()
        for role in ("leader", "unit"):
            drawn = {"role": role, "name": role, "content": content, "blob": blob}
            leader.write("signature.add", f"signature/{ids.new_id()}", drawn, by=scene.people["leader"])
        body = {"content": content, "seen": {leader.device.id: 1}}
        leader.write("inspection.signoff", "inspection", body, by=scene.people["leader"])
        mate.write("answer.set", "answer/PL-17", {"value": "kph_nhe"}, by=scene.people["member"])
        return (
            (scene.inspection.id, leader.device.id, leader.waiting),
            (scene.inspection.id, mate.device.id, mate.waiting),
        )


def _push(app: Flask, prepared: Prepared, start: threading.Barrier) -> Callable[[], None]:
    def run() -> None:
        _, name, operations = prepared
        start.wait(timeout=10)
        with app.app_context(), db.writing() as session:
            device = session.scalars(select(Device).where(Device.id == name).with_for_update()).one()
            log.append(session, chain.chained(name, device.hash, operations), device=device, at=AT)

    return run


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_either_the_answer_is_frozen_out_or_the_sign_off_is_stale(app: Flask, round_: int):
    prepared = _prepare(app)
    start = threading.Barrier(2)
    ordered = prepared if round_ % 2 else prepared[::-1]
    threads = [threading.Thread(target=_push(app, one, start)) for one in ordered]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    with app.app_context(), db.reading() as session:
        inspection = session.get(Inspection, prepared[0][0])
        entries = log.read_fold(session, inspection.id).entries.values()
        told = {entry.operation.type: entry.code for entry in entries if entry.entity != "answer/PL-16"}
        assert sorted(entry.pos for entry in entries) == list(range(1, inspection.head_pos + 1))
        signed = {"inspection.signoff": None, "answer.set": "inspection_frozen"}
        stale = {"inspection.signoff": "signoff_stale", "answer.set": None}
        outcome = {kind: told[kind] for kind in signed}
        assert (inspection.state, outcome) in [("signed", signed), ("agreed", stale)]
