"""The ground the machine plays on: one application and one database for all its games, put back before each.

A backup is a copy of every row that a game can change; putting it back is what a restore does to the rows.
"""

import random
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.orm import Session

from accounts import devices, tokens
from accounts.device_models import Device, DeviceGrant, DeviceToken, RevokeMode
from checklists import actions as checklist_actions
from checklists import queries as checklist_queries
from checklists import shipped
from core import clock, db, epoch, ids
from core.caller import Caller
from inspections import chain
from tests import people, tablets, teams, visits
from tests.properties.machine.plain_fold import words
from tests.properties.machine.plain_judge import Stream

STARTED_AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
LIST, SUCCESSOR = "QMS-HCNN-2015@1.0.0", "QMS-HCNN-2015@1.1.0"
# The successor has another item in the place of this one.
DROPPED, ADDED = "PL-05", "PL-05B"
ITEMS = {LIST: words(f"PL-01 PL-02 {DROPPED} PL-24"), SUCCESSOR: words(f"PL-01 PL-02 {ADDED} PL-24")}
HOLDERS = ("leader", "secretary", "member")
SPARES = 3
SETTLED = words(
    """agency checklist_version legal_instrument person person_role plan plan_row qualification
    seal_certificate standard type_obligation unit unit_event unit_name unit_obligation qms_status"""
)

Rows = dict[str, list[dict[str, Any]]]


class Seeded:
    """Ids that are the same in every run of the same game, and still ordered by time."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def new_id(self) -> str:
        """A fresh UUIDv7."""
        milliseconds = int(clock.now().timestamp() * 1000)
        number = (milliseconds & 0xFFFF_FFFF_FFFF) << 80 | self._random.getrandbits(80)
        number = number & ~(0xF << 76) | 0x7 << 76
        return str(uuid.UUID(int=number & ~(0x3 << 62) | 0x2 << 62))


@dataclass(frozen=True)
class Ground:
    """The application, who is there, and the rows as they are before a game.

    `bodies` are tablets without anything recorded: the holders', and spares that nobody has enrolled yet.
    """

    app: Flask
    person_ids: dict[str, str]
    inspection: str
    other: str
    foreign: str
    checklists: dict[str, str]
    bodies: list[tablets.Tablet]
    keys: dict[str, Any]
    rows: Rows

    def caller(self, who: str) -> Caller:
        """The person at a desk."""
        roles = frozenset({"supervisor"} if who == "supervisor" else {"inspector"})
        return Caller(self.person_ids[who], who, roles)

    def streams(self) -> dict[str, Stream]:
        """The inspections as the model has them before a game."""
        lists = {name: (self.checklists[name], items) for name, items in ITEMS.items()}
        team = {self.person_ids[who]: who for who in HOLDERS}
        strangers = {self.person_ids["stranger"]: "leader"}
        roles = {self.inspection: team, self.other: team, self.foreign: strangers}
        return {name: Stream(name, who, LIST, lists) for name, who in roles.items()}

    def body(self, number: int) -> tablets.Tablet:
        """One of the bodies, with nothing recorded."""
        made = tablets.Tablet(self.app)
        original = self.bodies[number]
        made.device, made.key, made.bearer = original.device, original.key, original.bearer
        made.person_id, made.epoch = original.person_id, original.epoch
        made.hashes = [original.hashes[0]]
        return made


@dataclass
class Grounds:
    """Builds the ground for an application, once."""

    app: Flask
    person_ids: dict[str, str] = field(default_factory=dict)

    def built(self) -> Ground:
        """The ground."""
        visits.registered(self.app)
        with self.app.app_context(), db.writing() as session:
            checklists = _published(session)
            for who in (*HOLDERS, "stranger", "supervisor"):
                role = "supervisor" if who == "supervisor" else "inspector"
                made = people.make_person(session, who, roles=(role,), password_hash=None)
                self.person_ids[who] = made.id
            session.flush()
            team = {self.person_ids[who]: who for who in HOLDERS}
            sha256 = checklists[LIST]
            main, other = (teams.make_inspection(session, team, checklist_sha256=sha256) for _ in range(2))
            foreign = teams.make_inspection(
                session, {self.person_ids["stranger"]: "leader"}, checklist_sha256=sha256
            )
            bodies = [teams.admitted(session, self.app, self.person_ids[who]) for who in HOLDERS]
            ground = (main.id, other.id, foreign.id)
        spares = [tablets.Tablet(self.app) for _ in range(SPARES)]
        for spare in spares:
            spare.bearer = tokens.new_token()
        keys = self.app.test_client().get("/sync/v1/info").json["server_keys"]
        by_kid = {key["kid"]: key.get("jwk", key) for key in keys}
        rows = copied(self.app)
        return Ground(self.app, self.person_ids, *ground, checklists, [*bodies, *spares], by_kid, rows)


def _published(session: Session) -> dict[str, str]:
    """The hash of each version, with a successor that has one item under another code."""
    (path,) = (one for one in shipped.files() if "9001_2015" in one.name)
    text = path.read_text(encoding="utf-8").replace("version: 1.0.0", "version: 1.1.0", 1)
    changed = re.sub(rf"\b{DROPPED}\b", ADDED, text)
    assert changed != text
    checklist_actions.publish_file(
        session, changed.encode(), file="successor.yaml", by=visits.SYSTEM, at=clock.now()
    )
    return {name: checklist_queries.version(session, name).sha256 for name in ITEMS}


@contextmanager
def writing(app: Flask) -> Iterator[Connection]:
    with app.app_context():
        lock = app.extensions[db.WRITE_LOCK]
        connection = db.db.engine.connect().execution_options(**db.writing_options())
        if lock is None:
            with connection, connection.begin():
                yield connection
            return
        with lock, connection, connection.begin():
            yield connection


def copied(app: Flask) -> Rows:
    """Every row that a game can change."""
    with app.app_context(), db.db.engine.connect() as connection:
        return {
            table.name: [dict(row) for row in connection.execute(select(table)).mappings()]
            for table in db.Base.metadata.sorted_tables
            if table.name not in SETTLED
        }


def put_back(app: Flask, rows: Rows) -> None:
    """The rows are those of the copy and no others."""
    tables = [table for table in db.Base.metadata.sorted_tables if table.name in rows]
    with writing(app) as connection:
        for table in reversed(tables):
            connection.execute(delete(table))
        for table in tables:
            if rows[table.name]:
                connection.execute(insert(table), rows[table.name])


def restored(app: Flask, rows: Rows) -> str:
    """The copy is in place and a new epoch has begun; its name."""
    put_back(app, rows)
    with app.app_context(), db.writing() as session:
        return epoch.begin(session, at=clock.now())


def taken_out(app: Flask, tablet: tablets.Tablet, mode: str) -> None:
    """The tablet is out of use; whoever holds it has signed in once more, where that lets anybody in."""
    with app.app_context(), db.writing() as session:
        device = session.get_one(Device, tablet.device)
        devices.revoke(session, device, RevokeMode(mode), by=Caller.system("office"), at=clock.now())
    if mode != RevokeMode.STOLEN:
        let_in(app, tablet)


def enrolled(app: Flask, tablet: tablets.Tablet) -> None:
    """The server knows the tablet's key, with nothing recorded, and lets its holder in."""
    at = clock.now()
    with app.app_context(), db.writing() as session:
        session.add(Device(
            id=tablet.device, label="Máy thử", kind="tablet", public_jwk=tablet.jwk, seq=0,
            thumbprint=chain.thumbprint(tablet.jwk), hash=tablet.hashes[0], enrolled_at=at,
        ))  # fmt: skip
    let_in(app, tablet)


def let_in(app: Flask, tablet: tablets.Tablet) -> None:
    """The holder is signed in on the tablet, and may write there for long."""
    at = clock.now()
    until = at.replace(year=at.year + 1)
    with app.app_context(), db.writing() as session:
        session.merge(DeviceGrant(
            device_id=tablet.device, person_id=tablet.person_id, granted_at=at, expires_at=until
        ))  # fmt: skip
        session.merge(DeviceToken(
            token_sha256=tokens.sha256(tablet.bearer), device_id=tablet.device, person_id=tablet.person_id,
            issued_at=at, expires_at=until,
        ))  # fmt: skip


@contextmanager
def one_game(ground: Ground, *, seed: int) -> Iterator[Callable[[float], None]]:
    """The ground is fresh, the clock stands still until it is moved on, and ids can be foretold.

    Yields: what moves the clock on, by so many seconds.
    """
    with time_machine.travel(STARTED_AT, tick=False) as traveller, pytest.MonkeyPatch.context() as patch:
        patch.setattr(ids, "new_id", Seeded(seed).new_id)
        put_back(ground.app, ground.rows)
        yield traveller.shift
