"""Many answers stored at once: chained, numbered and hashed as if each visit had been pushed.

Rows are made by the same functions and written by the same bulk insert as a push; what is left out is the
judgement, since every one of these answers is known to be applied. A verification of the log finds no fault.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any

import psycopg
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.device_models import Device
from benchmarks import visits
from benchmarks.peers import Field, Ours
from core import bulk, clock, db, ids
from core.db import Base
from inspections import chain, receipts
from inspections.chain import ChainedOperation
from inspections.codes import Effect
from inspections.ledger import End, row_of
from inspections.models import Head, Inspection, LoggedOperation, TeamMember
from inspections.operation import Operation
from inspections.situation import Judgement
from sync import signatures
from tests.tablets import Tablet

# A tablet that pushes nothing itself: the chain that all of them stand in.
_HOLDER = 12
_VISITS_AT_ONCE = 25
_KINDS_OF_VISIT = 16
_APPLIED = Judgement(Effect.APPLIED)
_KINTO = """
INSERT INTO objects (id, parent_id, resource_name, last_modified, data, deleted)
SELECT md5(n::text), '/buckets/td/collections/many' || n %% 8, 'record',
       now() - interval '20 days' + n * interval '1 millisecond', %s::jsonb, false
FROM generate_series(%s::int, %s::int) AS n
"""


def fill(ours: Ours, total: int, so_far: int) -> None:
    """As many answers are stored as `total` says, in visits of 80 to inspections of their own."""
    tablet = ours.tablet(_HOLDER)
    left = -(-(total - so_far) // visits.SIZE)
    with ours.app.app_context():
        while left > 0:
            with db.writing() as session:
                _store(session, ours.team.id, tablet, min(left, _VISITS_AT_ONCE))
            left -= _VISITS_AT_ONCE


def _store(session: Session, like: str, tablet: Tablet, count: int) -> None:
    device, at = session.get_one(Device, tablet.device), clock.now()
    template, names = session.get_one(Inspection, like), _fields(session)
    rows: dict[type[Base], list[dict[str, Any]]] = {
        model: [] for model in (Inspection, TeamMember, LoggedOperation, Head)
    }
    seq, prev = device.seq, device.hash
    for number in range(count):
        inspection = ids.new_id()
        sent = _visit(inspection, tablet.person_id, seq, seed=number % _KINDS_OF_VISIT)
        links = chain.chained(device.id, prev, sent)
        made, end = _rows(links, inspection, at=at)
        seq, prev = links[-1].operation.seq, links[-1].hash
        rows[LoggedOperation] += made
        rows[Head] += [
            {"inspection": inspection, "entity": row["entity"], "field": name, "op_id": row["op_id"]}
            for row in made
            for name in names
        ]
        rows[Inspection].append(_copied(template) | {"id": inspection, "head_pos": end.pos, "root": end.root})
        rows[TeamMember] += [_copied(member) | {"inspection_id": inspection} for member in template.team]
    for model, them in rows.items():
        bulk.insert(session, model, them)
    device.seq, device.hash = seq, prev
    signed = tablet.sign(chain.head_message(device.id, seq, prev))
    signatures.keep(session, device, (), head=prev, sig=signed)
    receipts.give(session, device, at=at, is_first=True)


def _copied(row: Base) -> dict[str, Any]:
    return {column.name: getattr(row, column.name) for column in row.__table__.columns}


def _fields(session: Session) -> list[str]:
    """The fields of an answer for which a value stands."""
    return list(session.scalars(select(Head.field).where(Head.entity.startswith("answer/")).distinct()))


def _visit(inspection: str, actor: str, after: int, *, seed: int) -> Iterator[Operation]:
    now = clock.now()
    hlc = f"{int(now.timestamp() * 1000):012x}-0000"
    wall = now.astimezone(clock.VIETNAM).isoformat(timespec="milliseconds")
    for number, (entity, text) in enumerate(_answers(seed), start=1):
        yield Operation(
            ids.new_id(), after + number, "answer.set", inspection, entity, (), "QMS-HCNN-2015@1.0.0", actor,
            hlc, wall, "+0/0", text,
        )  # fmt: skip


@lru_cache(maxsize=_KINDS_OF_VISIT)
def _answers(seed: int) -> list[tuple[str, str]]:
    return [(f"answer/{item}", visits.text(body).decode()) for item, body in visits.answers(seed)]


def _rows(
    links: tuple[ChainedOperation, ...], inspection: str, *, at: datetime
) -> tuple[list[dict[str, Any]], End]:
    end, rows = End(inspection, 0, chain.log_genesis(inspection)), []
    for link in links:
        end = end.after(link.hash, _APPLIED)
        rows.append(row_of(link, _APPLIED, end=end, at=at))
    return rows, end


def fill_kinto(field: Field, total: int, so_far: int) -> None:
    """Kinto holds as many records, in eight collections."""
    like = visits.text(visits.records("tablet", "stored", 1)[0]).decode()
    with psycopg.connect(field.database.url("kinto").replace("+psycopg", "")) as connection:
        connection.execute(_KINTO, (like, so_far + 1, total))


def let_settle(field: Field) -> None:
    """PostgreSQL knows how its tables have grown, which it finds out by itself a minute later."""
    for name in ("ours", "kinto"):
        with psycopg.connect(field.database.url(name).replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
