"""What one tablet keeps on its own disk: every operation, its chain head, photos, and what the server said.

It refuses to forget: an operation stays after it was acknowledged, and nothing is kept in memory that is not
on disk first. The fold is derived from these rows and never stored.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_TABLES = """
CREATE TABLE IF NOT EXISTS keys (name TEXT PRIMARY KEY, pem TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS ops (
  seq INTEGER PRIMARY KEY, op_id TEXT NOT NULL UNIQUE, inspection TEXT NOT NULL, sent TEXT NOT NULL,
  hash TEXT NOT NULL, outcome TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS entries (
  stream TEXT NOT NULL, pos INTEGER NOT NULL, entry TEXT NOT NULL, PRIMARY KEY (stream, pos)
) STRICT;
CREATE TABLE IF NOT EXISTS blobs (
  sha256 TEXT PRIMARY KEY, inspection TEXT NOT NULL, mime TEXT NOT NULL, bytes BLOB NOT NULL,
  on_server INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE IF NOT EXISTS carried (
  number INTEGER PRIMARY KEY, body TEXT NOT NULL UNIQUE, is_brought INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE IF NOT EXISTS earlier_entries (
  epoch TEXT NOT NULL, stream TEXT NOT NULL, pos INTEGER NOT NULL, entry TEXT NOT NULL,
  PRIMARY KEY (epoch, stream, pos)
) STRICT;
CREATE TABLE IF NOT EXISTS earlier_receipts (
  epoch TEXT NOT NULL, seq INTEGER NOT NULL, receipt TEXT NOT NULL, PRIMARY KEY (epoch, seq)
) STRICT;
CREATE TABLE IF NOT EXISTS receipts (seq INTEGER PRIMARY KEY, receipt TEXT NOT NULL) STRICT;
"""


@dataclass(frozen=True)
class Kept:
    """One operation as the tablet keeps it; `sent` is its JSON, byte for byte as it travels."""

    seq: int
    op_id: str
    inspection: str
    sent: str
    hash: str


@dataclass(frozen=True)
class Picture:
    """A file that an operation names by its SHA-256; `inspection` is known once it is kept."""

    sha256: str
    mime: str
    content: bytes
    inspection: str = ""


class Outbox:
    """The tablet's SQLite file, written with strict durability: a method that returned is on the disk."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        # FULL and not NORMAL: with WAL, NORMAL may lose the last answers when the battery dies.
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.executescript(_TABLES)

    def close(self) -> None:
        """The file is closed; what was recorded stays."""
        self._db.close()

    @contextmanager
    def _strictly(self) -> Iterator[sqlite3.Connection]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield self._db
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def set_key(self, name: str, pem: str) -> None:
        """The private key is kept under the name."""
        with self._strictly() as db:
            db.execute("INSERT OR REPLACE INTO keys VALUES (?, ?)", (name, pem))

    def key(self, name: str) -> str | None:
        """The private key kept under the name, as PEM text."""
        row = self._db.execute("SELECT pem FROM keys WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def remember(self, **facts: object) -> None:
        """Each fact is kept as JSON under its name."""
        with self._strictly() as db:
            _set_meta(db, facts)

    def recall(self, name: str, default: Any = None) -> Any:
        """The fact kept under the name, or the default."""
        row = self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return default if row is None else json.loads(row[0])

    def record(self, operation: Kept, *, pictures: Sequence[Picture] = ()) -> None:
        """The operation, the new chain head and its pictures are on the disk, all or none.

        Raises:
            sqlite3.IntegrityError: the sequence number or the operation id was used before.
        """
        with self._strictly() as db:
            db.execute(
                "INSERT INTO ops (seq, op_id, inspection, sent, hash) VALUES (?, ?, ?, ?, ?)",
                (operation.seq, operation.op_id, operation.inspection, operation.sent, operation.hash),
            )
            db.executemany(
                "INSERT OR IGNORE INTO blobs (sha256, inspection, mime, bytes) VALUES (?, ?, ?, ?)",
                [(p.sha256, operation.inspection, p.mime, p.content) for p in pictures],
            )
            _set_meta(db, {"chain_seq": operation.seq, "chain_hash": operation.hash})

    def operations(self, *, after: int = 0, limit: int = -1) -> list[Kept]:
        """The operations with a sequence number above `after`, in order."""
        rows = self._db.execute(
            "SELECT seq, op_id, inspection, sent, hash FROM ops WHERE seq > ? ORDER BY seq LIMIT ?",
            (after, limit),
        )
        return [Kept(*row) for row in rows]

    def acknowledge(
        self, results: Sequence[Mapping[str, Any]], receipt: Mapping[str, Any], acked_seq: int
    ) -> None:
        """Outcomes, signed receipt and the acknowledged sequence number are kept together."""
        with self._strictly() as db:
            db.executemany(
                "UPDATE ops SET outcome = ? WHERE op_id = ?",
                [(json.dumps(r.get("first") or r, ensure_ascii=False), r["op_id"]) for r in results],
            )
            db.execute(
                "INSERT OR REPLACE INTO receipts VALUES (?, ?)",
                (acked_seq, json.dumps(receipt, ensure_ascii=False)),
            )
            _set_meta(db, {"acked_seq": max(acked_seq, self.recall("acked_seq", 0))})

    def waiting(self) -> tuple[int, int]:
        """How many operations the server has not acknowledged, and how many files it has not confirmed."""
        acked = self.recall("acked_seq", 0)
        operations = self._db.execute("SELECT count(*) FROM ops WHERE seq > ?", (acked,)).fetchone()[0]
        files = self._db.execute("SELECT count(*) FROM blobs WHERE on_server = 0").fetchone()[0]
        return int(operations), int(files)

    def outcomes(self) -> dict[str, dict[str, Any]]:
        """What the server said to each acknowledged operation, by operation id."""
        rows = self._db.execute("SELECT op_id, outcome FROM ops WHERE outcome IS NOT NULL")
        return {op_id: json.loads(outcome) for op_id, outcome in rows}

    def receipts(self) -> list[dict[str, Any]]:
        """The server's signed receipts, oldest first."""
        rows = self._db.execute("SELECT receipt FROM receipts ORDER BY seq")
        return [json.loads(row[0]) for row in rows]

    def take(self, stream: str, entries: Sequence[Mapping[str, Any]], root: str) -> None:
        """The entries, the cursor and the root it stands for are kept in one transaction."""
        with self._strictly() as db:
            db.executemany(
                "INSERT INTO entries VALUES (?, ?, ?)",
                [(stream, e["pos"], json.dumps(e, ensure_ascii=False)) for e in entries],
            )
            _set_meta(db, {f"root:{stream}": root})

    def cursor(self, stream: str) -> int:
        """The last position of the stream that is on this disk; 0 before the first."""
        row = self._db.execute("SELECT max(pos) FROM entries WHERE stream = ?", (stream,)).fetchone()
        return int(row[0] or 0)

    def entries(self, stream: str) -> list[dict[str, Any]]:
        """The entries of the stream as the server sent them, in order of position."""
        rows = self._db.execute("SELECT entry FROM entries WHERE stream = ? ORDER BY pos", (stream,))
        return [json.loads(row[0]) for row in rows]

    def begin_epoch(self, epoch: str, *, acked_seq: int) -> None:
        """The server has history only up to there, under another name: the rest waits to be sent once more.

        What the server said and signed before stays here, as evidence of what it has lost.
        """
        with self._strictly() as db:
            before = (self.recall("epoch"),)
            db.execute("INSERT INTO earlier_entries SELECT ?, stream, pos, entry FROM entries", before)
            db.execute("INSERT INTO earlier_receipts SELECT ?, seq, receipt FROM receipts", before)
            for emptied in ("entries", "receipts"):
                db.execute(f"DELETE FROM {emptied}")  # noqa: S608 (a table of ours)
            db.execute("DELETE FROM meta WHERE name LIKE 'root:%'")
            db.execute("UPDATE ops SET outcome = NULL WHERE seq > ?", (acked_seq,))
            db.execute("UPDATE blobs SET on_server = 0")
            db.execute("UPDATE carried SET is_brought = 0")
            _set_meta(db, {"epoch": epoch, "acked_seq": acked_seq})

    def earlier_entries(self, stream: str) -> list[dict[str, Any]]:
        """What the server had said of the stream before it was restored, in the order in which it said it."""
        rows = self._db.execute(
            "SELECT entry FROM earlier_entries WHERE stream = ? ORDER BY rowid", (stream,)
        )
        return [json.loads(row[0]) for row in rows]

    def carry(self, pushes: Sequence[str], pictures: Sequence[Picture]) -> None:
        """What team mates signed is on the disk with its pictures, to be shown and to be brought along."""
        with self._strictly() as db:
            db.executemany("INSERT OR IGNORE INTO carried (body) VALUES (?)", [(body,) for body in pushes])
            db.executemany(
                "INSERT OR IGNORE INTO blobs (sha256, inspection, mime, bytes) VALUES (?, ?, ?, ?)",
                [(p.sha256, p.inspection, p.mime, p.content) for p in pictures],
            )

    def carried(self) -> list[dict[str, Any]]:
        """Every batch that team mates signed and this tablet took in."""
        return [json.loads(row[0]) for row in self._db.execute("SELECT body FROM carried ORDER BY number")]

    def to_bring(self) -> list[tuple[int, str]]:
        """Number and text of the batches that the server has not been brought."""
        rows = self._db.execute("SELECT number, body FROM carried WHERE is_brought = 0 ORDER BY number")
        return [(int(number), str(body)) for number, body in rows]

    def is_brought(self, number: int) -> None:
        """The server has the batch."""
        with self._strictly() as db:
            db.execute("UPDATE carried SET is_brought = 1 WHERE number = ?", (number,))

    def pictures_to_send(self) -> list[Picture]:
        """The files that the server has not yet confirmed, small ones first."""
        rows = self._db.execute(
            "SELECT sha256, mime, bytes, inspection FROM blobs WHERE on_server = 0"
            " ORDER BY length(bytes), sha256"
        )
        return [Picture(*row) for row in rows]

    def pictures(self) -> list[Picture]:
        """Every file this tablet made."""
        rows = self._db.execute("SELECT sha256, mime, bytes, inspection FROM blobs ORDER BY rowid")
        return [Picture(*row) for row in rows]

    def picture_is_on_server(self, sha256: str) -> None:
        """The file counts as confirmed; its bytes stay here."""
        with self._strictly() as db:
            db.execute("UPDATE blobs SET on_server = 1 WHERE sha256 = ?", (sha256,))


def _set_meta(db: sqlite3.Connection, facts: Mapping[str, object]) -> None:
    db.executemany(
        "INSERT OR REPLACE INTO meta VALUES (?, ?)",
        [(name, json.dumps(value, ensure_ascii=False)) for name, value in facts.items()],
    )
