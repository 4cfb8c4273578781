"""What the disk says after a fault, compared with what tablets were promised: every difference is a sentence.

It reads the database and the folder of files with nothing but SQL, hashes and the pure fold; a SQLite file is
copied first, so that looking at it does not recover it.
"""

import hashlib
import itertools
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, create_engine, select, text

from accounts.device_models import Device
from core.files import StoredFile
from core.journal import JournalEntry
from inspections import chain, fold, operation
from inspections.fold import Entry
from inspections.models import Head, Inspection, LoggedOperation, Receipt, UploadedBlob
from tests.faults.servers import Site
from tests.faults.storming import Storm


@contextmanager
def looking_at(site: Site) -> Iterator[Connection]:
    """A connection to the database as the fault left it."""
    with tempfile.TemporaryDirectory() as folder:
        url = site.settings.sqlalchemy_url
        if url.startswith("sqlite"):
            for name in ("thucdia.sqlite", "thucdia.sqlite-wal", "thucdia.sqlite-journal"):
                if (site.data / name).exists():
                    shutil.copy(site.data / name, folder)
            url = f"sqlite:///{folder}/thucdia.sqlite"
        engine = create_engine(url)
        with engine.connect() as connection:
            yield connection
        engine.dispose()


@dataclass
class Examiner:
    """Finds what does not hold; what was found whole once is not read again before the last look."""

    site: Site
    storms: Sequence[Storm]
    whole: dict[str, int] = field(default_factory=dict)
    files_seen: set[str] = field(default_factory=set)

    def look(self, *, is_last: bool = False) -> list[str]:
        """Every difference between the disk and the promises, and every rule that the disk breaks."""
        if is_last:
            self.whole, self.files_seen = {}, set()
        with looking_at(self.site) as connection:
            found = [*_quick_check(connection)]
            for storm in self.storms:
                found += self._device(connection, storm)
            for inspection in sorted(
                {name for storm in self.storms for name in storm.visited[-1 - 99 * is_last :]}
            ):
                found += stream_faults(connection, inspection)
            found += self._files(connection)
        return found + [said for storm in self.storms for said in storm.contradictions]

    def _device(self, connection: Connection, storm: Storm) -> Iterator[str]:
        """I1 to I4 for one tablet: what was promised stands there once, as it was sent, without a hole."""
        name, after = storm.tablet.device, self.whole.get(storm.tablet.device, 0)
        table = LoggedOperation.__table__
        rows = connection.execute(
            select(table).where(table.c.device == name, table.c.seq > after).order_by(table.c.seq)
        ).all()
        expected = range(after + 1, after + len(rows) + 1)
        if [row.seq for row in rows] != list(expected):
            yield f"I4 {name}: numbers {[row.seq for row in rows]} after {after}"
            return
        last = after + len(rows)
        head = connection.execute(select(Device.seq, Device.hash).where(Device.id == name)).one()
        if (head.seq, head.hash) != (
            last,
            storm.tablet.hashes[last] if last < len(storm.tablet.hashes) else "?",
        ):
            yield f"I4 {name}: its head says {head.seq}, the log has {last}"
        lost = [seq for seq in storm.promised if seq > last]
        if lost:
            yield f"I1 {name}: {len(lost)} acknowledged operations are gone, from {min(lost)}"
        for row in rows:
            yield from _row(row, storm)
        receipted = set(connection.scalars(select(Receipt.seq).where(Receipt.device == name)))
        if storm.receipts.keys() - receipted:
            yield f"I1 {name}: receipts {sorted(storm.receipts.keys() - receipted)} are not kept"
        yield from _journal(connection, name, last)
        self.whole[name] = last

    def _files(self, connection: Connection) -> Iterator[str]:
        """V3 and I10: a row has its file, a file has its hash, what was delivered is there."""
        rows = _stored(connection)
        came = set(connection.scalars(select(UploadedBlob.sha256)))
        for storm in self.storms:
            for sha256 in storm.delivered - (rows.keys() & came):
                yield f"I1 file {sha256[:12]} was confirmed and no row names it"
        yield from _file_faults(self.site, rows, self.files_seen)


def _stored(connection: Connection) -> dict[str, int]:
    query = select(StoredFile.sha256, StoredFile.size_bytes)
    return {row.sha256: row.size_bytes for row in connection.execute(query)}


def _file_faults(site: Site, rows: Mapping[str, int], seen: set[str]) -> Iterator[str]:
    """V3 and I10 for what was not seen before, which then is."""
    root = site.data / "blobs"
    for sha256 in rows.keys() - seen:
        path = root / sha256[:2] / sha256[2:4] / sha256
        if not path.is_file():
            yield f"V3 row {sha256[:12]} names a file that is not there"
        elif hashlib.sha256(path.read_bytes()).hexdigest() != sha256 or path.stat().st_size != rows[sha256]:
            yield f"V3 file {sha256[:12]} has other bytes"
        seen.add(sha256)
    for path in root.glob("??/??/*"):
        if path.name not in seen and hashlib.sha256(path.read_bytes()).hexdigest() != path.name:
            yield f"I10 {path.name[:12]} is not what its name says"
        seen.add(path.name)


def at_any_moment(connection: Connection, site: Site) -> Iterator[str]:
    """What must hold of an installation at any moment, whatever anybody was promised."""
    yield from _quick_check(connection)
    for inspection in connection.scalars(select(Inspection.id)).all():
        yield from stream_faults(connection, inspection)
    for device, last in connection.execute(select(Device.id, Device.seq)).all():
        seqs = connection.scalars(select(LoggedOperation.seq).where(LoggedOperation.device == device))
        if sorted(seqs) != list(range(1, last + 1)):
            yield f"I4 {device}: its head says {last}, and the log has something else"
    yield from _file_faults(site, _stored(connection), set())


def _quick_check(connection: Connection) -> Iterator[str]:
    if connection.dialect.name == "sqlite":
        said = connection.scalar(text("PRAGMA quick_check"))
        if said != "ok":
            yield f"V1 the database is damaged: {said}"


def _row(row: Any, storm: Storm) -> Iterator[str]:
    sent = storm.tablet.operations[row.seq - 1]
    if row.hash != storm.tablet.hashes[row.seq] or row.body != sent.body:
        yield f"I3 {row.device}: operation {row.seq} is not what the tablet sent"
    promise = storm.promised.get(row.seq)
    if promise is not None and (promise["status"], promise["pos"]) != (row.effect, row.pos):
        yield f"I2 {row.device}: operation {row.seq} was promised {promise['status']} at {promise['pos']}"
    if row.effect == "quarantined" and not row.code:
        yield f"I13 {row.device}: operation {row.seq} is set aside without a code"


def _journal(connection: Connection, device: str, last: int) -> Iterator[str]:
    """I2: the journal says of each operation exactly once that it was received."""
    query = select(JournalEntry.details).where(
        JournalEntry.event == "batch.received", JournalEntry.about_id == device
    )
    told = sorted((said["first_seq"], said["last_seq"]) for said in connection.scalars(query))
    ends = [0, *(end for _, end in told)]
    if [first for first, _ in told] != [end + 1 for end in ends[:-1]] or ends[-1] != last:
        yield f"I2 {device}: the journal does not tell each batch once: {told[-5:]} of {last}"


def stream_faults(connection: Connection, inspection: str) -> Iterator[str]:
    """I4, I7, I8, I9 of one inspection: no hole, a root that leads here, heads that are the fold."""
    table = LoggedOperation.__table__
    rows = connection.execute(
        select(table).where(table.c.inspection == inspection, table.c.pos.is_not(None)).order_by(table.c.pos)
    ).all()
    own = connection.execute(
        select(Inspection.head_pos, Inspection.root, Inspection.frozen_pos).where(Inspection.id == inspection)
    ).one()
    if [row.pos for row in rows] != list(range(1, own.head_pos + 1)):
        yield f"I4 {inspection}: positions end at {len(rows)}, the inspection says {own.head_pos}"
        return
    root = chain.log_genesis(inspection)
    for row in rows:
        root = chain.log_link(root, pos=row.pos, operation_hash=row.hash, effect=row.effect, code=row.code)
        if root != row.log_hash:
            yield f"I9 {inspection}: the root at {row.pos} is another"
            return
    if root != own.root:
        yield f"I9 {inspection}: the root does not lead to the log's end"
    entries = [_entry(row) for row in rows]
    yield from _heads(connection, inspection, entries)
    yield from _frozen(inspection, entries, own.frozen_pos)


def _entry(row: Any) -> Entry:
    sent = operation.from_stored(row.header, body=row.body, body_hash=row.body_sha256)
    return Entry(sent, row.device, row.digest, effect=row.effect, code=row.code, pos=row.pos, hash=row.hash)


def _heads(connection: Connection, inspection: str, entries: Sequence[Entry]) -> Iterator[str]:
    """I7: what the table of heads says is what the log folds to, and conflicts were told."""
    query = select(Head.entity, Head.field, Head.op_id).where(Head.inspection == inspection)
    stored = {tuple(row) for row in connection.execute(query)}
    folded = fold.build(entries)
    computed = {
        (entity, name, head.op_id)
        for entity in folded.entities()
        for name in folded.fields(entity)
        for head in folded.heads(entity, name)
    }
    if stored != computed:
        lacking, additional = sorted(computed - stored)[:3], sorted(stored - computed)[:3]
        yield f"I7 {inspection}: heads differ from the log: lacking {lacking}, additional {additional}"
    conflicts = {one.entity for one in folded.conflicts()}
    told = {entry.entity for entry in entries if entry.effect == "conflict"}
    if conflicts - told:
        yield f"I7 {inspection}: nobody was told of the conflicts at {sorted(conflicts - told)}"


def _frozen(inspection: str, entries: Sequence[Entry], frozen_pos: int | None) -> Iterator[str]:
    """I8: nothing of the record takes effect behind a signature."""
    for entry in entries:
        if frozen_pos and (entry.pos or 0) > frozen_pos and entry.is_effective and entry.writes:
            yield f"I8 {inspection}: {entry.operation.type} at {entry.pos} counts behind {frozen_pos}"


def tables(site: Site) -> Mapping[str, Any]:
    """What the installation holds, without the moments and ids that differ from run to run."""
    stretch = ("head_pos", "root", "state", "revision", "frozen_pos", "content_hash", "waiting_signoff")
    wanted = {
        LoggedOperation: ("device", "seq", "op_id", "inspection", "pos", "hash", "effect", "code"),
        Head: ("inspection", "entity", "field", "op_id"), Device: ("id", "seq", "hash"),
        Inspection: ("id", *stretch),
        Receipt: ("device", "seq", "hash"), StoredFile: ("sha256", "size_bytes", "media_type"),
        UploadedBlob: ("inspection", "sha256", "device"), JournalEntry: ("event", "about_id"),
    }  # fmt: skip
    held: dict[str, Any] = defaultdict(list)
    with looking_at(site) as connection:
        for model, names in wanted.items():
            query = select(*(getattr(model, name) for name in names))
            held[model.__tablename__] = sorted(map(repr, map(tuple, connection.execute(query))))
    held["files"] = sorted(path.name for path in (site.data / "blobs").glob("??/??/*"))
    return dict(held)


def differences(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """Where two installations hold different things."""
    return [
        f"{name}: {len(other[name])} instead of {len(one[name])}; "
        f"{list(itertools.islice(set(one[name]) ^ set(other[name]), 2))}"
        for name in one
        if one[name] != other[name]
    ]
