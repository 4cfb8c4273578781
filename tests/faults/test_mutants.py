"""Each server that is wrong on purpose is noticed by a harness; one that survives would make this test fail.

What shows itself under tablets and kills is shown here; what only a lost disk or a single system call shows
is beside those harnesses (`test_power_loss`, `test_system_calls`).
"""

import threading
import time
from pathlib import Path

import pytest

from tests.faults import evidence, mutants, scenes
from tests.faults.evidence import Examiner
from tests.faults.servers import Answer, Prepared, Site, prepared, site
from tests.faults.storming import Field
from tests.faults.test_kill import killed_again_and_again, storms_at

LONGEST_STORM_S = 8.0
STORMS = {
    "naive cursor": ("does not lead to its root",),
    "parents ignored": ("I7",),
    "last writer wins": ("I7", "another outcome"),
}


def stormed(where: Site, mutant: str, *, seconds: float) -> list[str]:
    """What is wrong after tablets were at work for a while; less, if it has shown itself before."""
    storms = storms_at(where, seed=mutant)
    where.leave()
    with prepared(where, mutant) as server:
        server.serve()
        until = time.monotonic() + seconds
        with Field(storms, server.wire) as field:
            while field.is_at_work() and time.monotonic() < until:
                time.sleep(0.05)
        server.kill()
        return Examiner(where, storms).look(is_last=True)


def test_the_server_as_it_is_passes_the_same_storm(tmp_path: Path, database_url: str):
    assert stormed(site(tmp_path / "var", database_url), "", seconds=2) == []


@pytest.mark.parametrize("mutant", STORMS)
def test_tablets_notice(mutant: str, tmp_path: Path):
    seconds = LONGEST_STORM_S if mutant == "naive cursor" else 2
    broken = stormed(site(tmp_path / "var"), mutant, seconds=seconds)
    assert any(sign in said for said in broken for sign in STORMS[mutant]), f"the mutant survived: {broken}"


@pytest.mark.postgres
def test_two_copies_of_a_batch_notice_that_nobody_locks_the_device(postgres_database: str, tmp_path: Path):
    broken = stormed(site(tmp_path / "var", postgres_database), "no device lock", seconds=LONGEST_STORM_S)
    assert any("answered 500" in said for said in broken), f"the mutant survived: {broken}"


def test_a_kill_notices_an_answer_before_the_commit(tmp_path: Path):
    where = site(tmp_path / "var")
    tale = killed_again_and_again(where, kills=20, seed="early", mutant="acknowledge before commit")
    assert any(said.startswith(("I1", "I2")) for said in tale.broken), f"the mutant survived: {tale}"


def _both_at_once(server: Prepared, closing: scenes.Closing, signing: Path | None) -> list[Answer]:
    """The sign-off and a team mate's push, which waits for the file if there is to be one."""
    answers = []

    def send(asked: scenes.Asked) -> None:
        answers.append(server.wire.open(asked.method, asked.path, asked.body, asked.headers))

    scenes.record_people(closing.member, closing.inspection, 1)
    late = scenes.push(closing.member)
    first = threading.Thread(target=send, args=(closing.signoff,))
    first.start()
    while signing and first.is_alive() and not signing.exists():
        time.sleep(0.02)
    send(late)
    first.join()
    return answers


@pytest.mark.parametrize("mutant", ["", "freeze check before lock"])
def test_a_late_push_notices_a_freeze_that_was_looked_up_too_early(
    mutant: str, tmp_path: Path, database_url: str
):
    where = site(tmp_path / "var", database_url)
    closing = scenes.closing(where)
    where.leave()
    with prepared(where, mutant) as server:
        server.serve()
        for asked in closing.before:
            assert server.wire.open(asked.method, asked.path, asked.body, asked.headers).status_code in (
                200,
                201,
            )
        answers = _both_at_once(server, closing, where.data / mutants.SIGNING if mutant else None)
        server.kill()
    assert {answer.status_code for answer in answers} == {200}, [answer.text for answer in answers]
    with evidence.looking_at(where) as connection:
        broken = list(evidence.stream_faults(connection, closing.inspection))
    assert any("I8" in said for said in broken) == bool(mutant), broken
