"""What must hold, each check under the name of its invariant: after every step, and when all is quiet.

The database and what tablets hold are compared with the model; nothing is asked of the product's own rules.
"""

import hashlib
from typing import Any

from sqlalchemy import select, update

from core import db, files
from core.journal import JournalEntry
from inspections import log
from inspections.models import Head, Inspection, LoggedOperation, Receipt
from tests.properties.machine import plain_fold
from tests.properties.machine.game import Game
from tests.properties.machine.ground import writing
from tests.properties.machine.plain_fold import Kept, sha256
from tests.properties.machine.plain_judge import Stream
from tests.properties.machine.plain_server import SERVER
from tests.properties.machine.slate import Slate
from tests.properties.machine.verify import flaw

_OPERATION = (
    "device", "seq", "inspection", "pos", "header", "body", "body_sha256", "hash", "effect", "code", "entity",
    "type",
)  # fmt: skip
_INSPECTION = ("id", "state", "revision", "head_pos", "root", "frozen_pos", "content_hash", "waiting_signoff",
               "checklist")  # fmt: skip


def check_now(game: Game) -> None:
    """I1 to I5, I7 and I8 at this committed moment."""
    if game.is_dirty:
        with game.ground.app.app_context(), db.reading() as session:
            columns = [getattr(LoggedOperation, name) for name in _OPERATION]
            rows = list(session.execute(select(*columns)).mappings())
            heads = [
                tuple(row)
                for row in session.execute(select(Head.inspection, Head.entity, Head.field, Head.op_id))
            ]
            asked = select(*(getattr(Inspection, name) for name in _INSPECTION))
            inspections = {row["id"]: row for row in session.execute(asked).mappings()}
        _check_chains(game, rows)
        for stream in game.server.streams.values():
            own = [row for row in rows if row["inspection"] == stream.inspection]
            _check_stream(stream, own, inspections[stream.inspection])
            _check_heads(stream, {row[1:] for row in heads if row[0] == stream.inspection})
        game.is_dirty = False
    _check_readers(game)


def _check_chains(game: Game, rows: list[Any]) -> None:
    by_device: dict[str, list[Any]] = {}
    for row in sorted(rows, key=lambda one: (one["device"], one["seq"])):
        by_device.setdefault(row["device"], []).append(row)
    for device, own in by_device.items():
        assert [row["seq"] for row in own] == list(range(1, len(own) + 1)), "I4: a hole in a chain"
        assert device in game.server.chains or device.startswith(SERVER), "I3: nobody's operations"
    for device, chain in game.server.chains.items():
        own = by_device.get(device, [])
        stored = [
            (row["hash"], row["body"], row["body_sha256"], row["effect"], row["code"], row["pos"])
            for row in own
        ]
        known = [
            (one_hash, kept.op.text, kept.op.body_sha256, kept.effect, kept.code, kept.pos)
            for one_hash, kept in zip(chain.hashes[1:], chain.kept, strict=True)
        ]
        assert stored == known, "I1: what was acknowledged is not what is stored"


def _check_stream(stream: Stream, rows: list[Any], told: Any) -> None:
    rows = sorted(rows, key=lambda row: row["pos"])
    assert [row["pos"] for row in rows] == list(range(1, len(rows) + 1)), "I4: a hole in a stream"
    stored = [(row["device"], row["seq"], row["effect"], row["code"]) for row in rows]
    known = [(kept.op.device, kept.op.seq, kept.effect, kept.code) for kept in stream.kept]
    assert stored == known, "I2: a stream holds something else, or twice"
    root = sha256(f"td1-log-genesis\n{stream.inspection}")
    for row in rows:
        line = f"{root}\n{row['pos']}\n{row['hash']}\n{row['effect']}\n{row['code'] or ''}"
        root = sha256(f"td1-log\n{line}")
    assert (told["head_pos"], told["root"]) == (len(rows), root), "I4: the root is not that of the stream"
    state = (told["state"], told["revision"], told["frozen_pos"], told["content_hash"], told["checklist"])
    assert state == (stream.state, stream.revision, stream.frozen_pos, stream.signed, stream.checklist), "I8"
    assert told["waiting_signoff"] == (stream.waiting.op_id if stream.waiting else None), "I8"
    if stream.frozen_pos is not None:
        _check_frozen(stream)


def _check_frozen(stream: Stream) -> None:
    pos = stream.frozen_pos or 0
    late = [kept for kept in stream.kept[pos:] if kept.op.is_in_record and kept.writes]
    assert not any(kept.counts for kept in late), "I8: something took effect after the signatures"
    then = plain_fold.folded(stream.kept[:pos])
    assert then.content(stream.inspection, stream.checklist_sha256) == stream.signed, "I8: content changed"
    assert not then.record_conflicts(), "I8: signed with an open conflict"


def _check_heads(stream: Stream, stored: set[tuple[str, str, str]]) -> None:
    fold = stream.fold
    known = {
        (e, name, op_id) for e in fold.entities() for name in fold.fields(e) for op_id in fold.heads(e, name)
    }
    assert stored == known, "I7: the heads are others"
    standing = {op_id for _, _, op_id in known}
    replaced = {parent for kept in stream.kept if kept.counts for parent in kept.op.parents}
    for kept in stream.kept:
        is_accounted_for = kept.op.op_id in standing | replaced | fold.out or not kept.writes
        assert is_accounted_for or (not kept.counts and kept.code), "I7: an operation is lost"


def _check_readers(game: Game) -> None:
    for slate in game.slates:
        if slate.body.epoch != game.server.epoch:
            continue
        for name, entries in slate.pulled.items():
            stream = game.server.streams[name]
            known = [
                (kept.op.op_id, kept.effect, kept.code, kept.pos) for kept in stream.kept[: len(entries)]
            ]
            read = [(one["op"]["op_id"], one["effect"], one["code"], one["pos"]) for one in entries]
            assert read == known, "I5: what a reader has is no prefix of the stream"
        _check_screen(game, slate)


def _check_screen(game: Game, slate: Slate) -> None:
    shown = {kept.op.op_id for name in (game.main, game.ground.other) for kept in slate.screen(name)}
    for op in slate.ops:
        verdict = slate.told.get(op.seq)
        has_place = verdict is None or verdict["pos"] is not None
        is_elsewhere = op.inspection not in (game.main, game.ground.other)
        assert op.op_id in shown or not has_place or is_elsewhere, "I14: its own work left its screen"


def check_at_rest(game: Game) -> None:
    """I1, I6, I7 on the lists, I9 to I14: everything that could be sent was sent, and read."""
    for slate in game.slates:
        chain = game.server.chains[slate.device]
        if chain.mode != "stolen":
            stored = [kept.op for kept in chain.kept[: len(slate.ops)]]  # a copy may have gone on from there
            lost = [op for place, op in enumerate(slate.ops) if stored[place : place + 1] != [op]]
            assert not lost, f"I1, I11: of {len(slate.ops)} operations these are not there: {lost}"
    readers = [s for s in game.slates if game.server.chains[s.device].mode not in ("lost", "stolen")]
    for name in (game.main, game.ground.other):
        stream = game.server.streams[name]
        for slate in readers:
            entries = slate.pulled[name]
            assert entries == readers[0].pulled[name], "I6: two tablets read something else"
            assert len(entries) == len(stream.kept), "I5: a reader at rest lacks something"
            assert _shown(plain_fold.folded(slate.screen(name)).entries) == _shown(stream.kept), "I13"
        if readers:
            _check_verifiable(game, readers[0], name)
    _check_lists(game)
    _check_files(game)
    _check_effects_once(game)


def _shown(entries: Any) -> dict[str, tuple[str, str | None]]:
    return {kept.op.op_id: (kept.effect, kept.code) for kept in entries if isinstance(kept, Kept)}


def _check_verifiable(game: Game, slate: Slate, name: str) -> None:
    root = slate.body.pull({name: len(slate.pulled[name])}).json["streams"][f"inspection:{name}"]["root"]
    assert flaw(name, slate.pulled[name], root) is None, "I9"


def swap_bytes(game: Game, choice: int) -> None:
    """Somebody with the database's password edits what is stored; whoever reads and verifies sees it (I9)."""
    stream, readers = game.stream, [s for s in game.slates if s.body.epoch == game.server.epoch]
    readers = [s for s in readers if not game.server.chains[s.device].mode and s.device in game.server.let_in]
    placed = [kept for kept in stream.kept if kept.op.text is not None]
    if not placed or not readers:
        return
    victim = placed[choice % len(placed)].op
    verdict = ("quarantined", "not_permitted") if placed[choice % len(placed)].counts else ("applied", None)
    forged = {"body": f"{victim.text} "}, {"effect": verdict[0], "code": verdict[1]}
    changed = forged[choice % 2]
    where = (LoggedOperation.device == victim.device) & (LoggedOperation.seq == victim.seq)
    with writing(game.ground.app) as connection:
        before = dict(connection.execute(select(LoggedOperation).where(where)).mappings().one())
        connection.execute(update(LoggedOperation).where(where).values(**changed))
    try:
        answer = readers[0].body.pull({game.main: 0}).json["streams"][f"inspection:{game.main}"]
        assert flaw(game.main, answer["entries"], answer["root"]) is not None, "I9: a forged row passes"
    finally:
        with writing(game.ground.app) as connection:
            connection.execute(update(LoggedOperation).where(where).values(**before))


def _check_lists(game: Game) -> None:
    """What the leader is shown as open is what is open, no less and no more (I7)."""
    with game.ground.app.app_context(), db.reading() as session:
        for stream in game.server.streams.values():
            folded = log.read_fold(session, stream.inspection)
            listed = {(one.entity, one.field): frozenset(one.heads) for one in folded.conflicts()}
            fold = stream.fold
            known = {(e, name): heads for e in fold.entities() for name, heads in fold.conflicts(e).items()}
            assert listed == known, "I7: the list of conflicts is another"


def _check_files(game: Game) -> None:
    with game.ground.app.app_context():
        for _, sha256_ in game.server.uploaded:
            assert hashlib.sha256(files.read(sha256_)).hexdigest() == sha256_, "I10"


def _check_effects_once(game: Game) -> None:
    """Each batch that brought something is in the journal once, and no receipt is forgotten (I2)."""
    with game.ground.app.app_context(), db.reading() as session:
        received = select(JournalEntry.id).where(JournalEntry.event == "batch.received")
        assert len(session.scalars(received).all()) == game.server.batches, "I2: a batch took effect twice"
        receipted = {tuple(row) for row in session.execute(select(Receipt.device, Receipt.seq))}
    given = {(device, seq) for epoch, device, seq in game.receipts if epoch == game.server.epoch}
    assert given <= receipted, "I1: a receipt was forgotten"
