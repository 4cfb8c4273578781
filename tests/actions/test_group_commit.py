"""Writers that wait for each other share a commit: none waits in vain, none pays for another's failure."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask, g
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from core import clock, db, journal
from core.caller import Caller
from core.journal import JournalEntry
from tests.teams import team_on_its_way

WRITERS = 8
Act = Callable[[Session], Any]


@pytest.fixture(autouse=True)
def _only_where_writers_wait(engine_name: str) -> None:
    if engine_name != "sqlite":
        pytest.skip("PostgreSQL lets writers commit together by itself")


@contextmanager
def counted(app: Flask, name: str) -> Iterator[list[object]]:
    """How often the engine did something within the block."""
    seen: list[object] = []

    def note(connection: object, *_rest: object) -> None:
        seen.append(connection)

    with app.app_context():
        engine = db.db.engine
    event.listen(engine, name, note)
    try:
        yield seen
    finally:
        event.remove(engine, name, note)


def writing(number: int) -> Act:
    """An act that leaves an entry of its own in the journal."""

    def act(session: Session) -> int:
        about = ("test", str(number))
        journal.record(session, "test.happened", about=about, by=Caller.system("test"), at=clock.now())
        return number

    return act


def all_at_once(app: Flask, acts: list[Act]) -> list[Any]:
    """What each act returned or raised, where all of them found the lock taken when they came."""
    everybody_waits = threading.Barrier(len(acts) + 1)

    def work(act: Act) -> Any:
        with app.app_context():
            g.number = act
            everybody_waits.wait()
            try:
                return db.transacted(act, writes=True)
            except ValueError as error:
                return error

    with ThreadPoolExecutor(len(acts)) as hands:
        running = [hands.submit(work, act) for act in acts]
        with app.app_context(), db.writing() as session:
            everybody_waits.wait()
            group = app.extensions["thucdia.group_commit"]
            while len(group._waiting) < len(acts) - 1:
                threading.Event().wait(0.005)
            writing(99)(session)
        return [one.result(timeout=60) for one in running]


def entries(app: Flask) -> list[int]:
    """Whose entries are in the journal."""
    with app.app_context(), db.reading() as session:
        query = select(JournalEntry.about_id).where(JournalEntry.event == "test.happened")
        return sorted(int(number) for number in session.scalars(query) if number != "99")


def test_those_who_wait_share_one_commit_and_each_gets_its_own_answer(app: Flask):
    with counted(app, "commit") as commits:
        assert all_at_once(app, [writing(n) for n in range(WRITERS)]) == list(range(WRITERS))
    assert entries(app) == list(range(WRITERS))
    assert len(commits) == 2, "one for whoever held the lock, one for all who waited"


def test_one_that_fails_undoes_its_own_work_alone(app: Flask):
    def fail(session: Session) -> None:
        writing(50)(session)
        raise ValueError("stop")

    told = all_at_once(app, [writing(0), fail, writing(2), fail, writing(4)])
    assert [told[0], told[2], told[4]] == [0, 2, 4]
    assert [str(told[1]), str(told[3])] == ["stop", "stop"]
    assert entries(app) == [0, 2, 4]


def test_an_act_runs_in_the_context_of_its_own_request(app: Flask):
    def look(_session: Session) -> object:
        return g.number

    acts: list[Act] = [lambda session, n=n: (n, look(session)) for n in range(WRITERS)]
    assert [told[1] for told in all_at_once(app, acts)] == acts


def test_if_the_whole_transaction_is_gone_everybody_acts_again_alone(app: Flask):
    seen: list[str] = []

    def pull_the_rug(session: Session) -> str:
        seen.append("")
        if len(seen) == 1:
            session.connection().connection.driver_connection.execute("ROLLBACK")
        return "done"

    told = all_at_once(app, [writing(0), writing(1), pull_the_rug, writing(3)])
    assert sorted(map(str, told)) == ["0", "1", "3", "done"]
    assert entries(app) == [0, 1, 3]
    assert len(seen) == 2


def test_if_the_shared_commit_fails_everybody_acts_again_alone(app: Flask):
    failed: list[object] = []

    def fail_once(connection: Any) -> None:
        held = connection.connection.driver_connection.execute(
            "SELECT count(*) FROM journal_entry"
        ).fetchone()
        if not failed and held[0] >= WRITERS:
            failed.append(connection)
            connection.connection.driver_connection.execute("ROLLBACK")
            connection.exec_driver_sql("COMMIT")  # which the database refuses: nothing has begun

    with app.app_context():
        engine = db.db.engine
    event.listen(engine, "commit", fail_once)
    try:
        assert all_at_once(app, [writing(n) for n in range(WRITERS)]) == list(range(WRITERS))
    finally:
        event.remove(engine, "commit", fail_once)
    assert failed
    assert entries(app) == list(range(WRITERS))


def test_batches_of_many_tablets_at_once_are_taken_each_whole(app: Flask):
    team = team_on_its_way(app)
    tablets = [team.tablet() for _ in range(WRITERS)]
    for number, tablet in enumerate(tablets):
        for item in range(5):
            tablet.record(team.id, "answer.set", f"answer/PL-{10 * number + item:02}", {"value": "phu_hop"})
    with ThreadPoolExecutor(WRITERS) as hands:
        answers = list(hands.map(lambda tablet: tablet.push(), tablets))
    assert [answer.status_code for answer in answers] == [200] * WRITERS
    positions = sorted(result["pos"] for answer in answers for result in answer.json["results"])
    assert positions == list(range(1, 5 * WRITERS + 1))
