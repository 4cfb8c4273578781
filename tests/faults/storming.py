"""Tablets that never rest: they record, send twice, lose answers, send files, read, and note every promise.

What a server said is noted only when its answer had come whole. A contradiction between two answers is noted
in `contradictions`; what the disk says is compared elsewhere (`tests.faults.evidence`).
"""

import hashlib
import random
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any

from core import clock, ids
from inspections import chain
from tests.faults.servers import Answer, Unanswered, Wire
from tests.tablets import Tablet

PEOPLE_FORMS = 3  # entities that all tablets edit, so that conflicts arise
LONGEST_QUEUE, MOST_PHOTOS_WAITING = 60, 6
_MAY_COME_AGAIN = (429, 503, 507)


class Storm:
    """One tablet with what it was promised; it works where `visited` ends, which may grow while it runs."""

    def __init__(self, tablet: Tablet, inspection: str, *, seed: str) -> None:
        self.tablet = tablet
        self.visited = [inspection]
        self.random = random.Random(seed)
        self.acked = 0
        self.promised: dict[int, dict[str, Any]] = {}
        self.receipts: dict[int, dict[str, Any]] = {}
        self.files: dict[str, bytes] = {}
        self.delivered: set[str] = set()
        self.streams: dict[str, list[dict[str, Any]]] = {}
        self.contradictions: list[str] = []
        self.unknown = 0
        self.later = 0
        self.found_done = 0
        self.years_off = 0

    @property
    def inspection(self) -> str:
        """Where the tablet is at work."""
        return self.visited[-1]

    def turn(self, wire: Wire) -> None:
        """A few operations are recorded and sent; perhaps twice at once, perhaps unheard."""
        if len(self.tablet.operations) - self.acked < LONGEST_QUEUE:
            self._record(self.random.randint(1, 10))
        first = max(1, self.acked + 1 - self.random.choice((0, 0, 0, 2, 5)))
        raw = self.tablet.batch(first, min(len(self.tablet.operations), first + self.random.randint(4, 30)))
        answers = self._pushed(wire, raw, copies=self.random.choice((1, 1, 1, 2)))
        if self.random.random() < 0.85:
            for answer in answers:
                self.hear(answer)
        if self.random.random() < 0.4:
            self.deliver(wire)
        if self.random.random() < 0.25:
            self.read(wire, limit=self.random.randint(1, 60))

    def quiesce(self, wire: Wire) -> None:
        """Everything is sent and confirmed, and what was read is the whole stream."""
        while self.acked < len(self.tablet.operations):
            last = min(len(self.tablet.operations), self.acked + 400)
            self._until_heard(wire, self.tablet.batch(self.acked + 1, last))
        while set(self.files) - self.delivered:
            self.deliver(wire)
        self.read(wire, limit=1000)

    def _until_heard(self, wire: Wire, raw: dict[str, Any]) -> None:
        before = self.acked
        for answer in self._pushed(wire, raw, copies=1):
            self.hear(answer)
        if self.acked == before and self.contradictions:
            raise AssertionError(self.contradictions[-1])

    def _record(self, count: int) -> None:
        tablet, own = self.tablet, self.inspection
        known = [entry["op"] for entry in self.streams.get(own, [])[-40:]]
        for _ in range(count):
            entity = f"participant/{_uuid(own, self.random.randrange(PEOPLE_FORMS))}"
            seen = [one["op_id"] for one in known if one["entity"] == entity]
            seen += [
                one.op_id for one in tablet.operations[-20:] if (one.entity, one.inspection) == (entity, own)
            ]
            match self.random.randrange(4):
                case 0:
                    body = {"name": f"Người {self.random.random()}", "side": "unit"}
                    self._write("participant.set", entity, body, parents=tuple(sorted(seen[-1:])))
                case 1 if len(self.files) - len(self.delivered) < MOST_PHOTOS_WAITING:
                    self._photograph()
                case _:
                    self._write("note.add", f"note/{ids.new_id()}", {"text": "Đã xem sổ. " * 4})

    def _write(self, operation_type: str, entity: str, body: dict[str, Any], **more: Any) -> None:
        """The tablet records it by its own clock, right or wrong."""
        at = clock.now() + self.years_off * timedelta(days=365)
        moment = {
            "hlc": f"{int(at.timestamp() * 1000):012x}-0000",
            "wall": at.isoformat(timespec="milliseconds"),
        }
        self.tablet.record(self.inspection, operation_type, entity, body, **moment, **more)

    def _photograph(self) -> None:
        content = self.random.randbytes(self.random.choice((900, 20_000, 300_000)))
        sha256 = hashlib.sha256(content).hexdigest()
        self.files[sha256] = content
        body = {
            "blob": f"sha256:{sha256}", "size": len(content), "mime": "image/jpeg",
            "taken_at": "2023-05-23T09:20:00+07:00", "item": None, "caption": "",
        }  # fmt: skip
        self._write("photo.add", f"photo/{ids.new_id()}", body)

    def _pushed(self, wire: Wire, raw: dict[str, Any], *, copies: int) -> Sequence[Answer]:
        def once(_number: int) -> Answer | None:
            try:
                return wire.post("/sync/v1/push", json=raw, headers=self.tablet.headers)
            except Unanswered:
                return None

        if copies == 1:
            answers = [once(0)]
        else:
            with ThreadPoolExecutor(copies) as hands:
                answers = list(hands.map(once, range(copies)))
        self.unknown += answers.count(None)
        return [answer for answer in answers if answer is not None]

    def hear(self, answer: Answer) -> None:
        """The answer has come: a promise, a polite request to come again, or a contradiction."""
        if answer.status_code in _MAY_COME_AGAIN and answer.is_refused_politely:
            self.later += 1
        elif answer.status_code != 200:
            self.contradictions.append(f"push answered {answer.status_code}: {answer.text[:300]}")
        else:
            self._believe(answer.json)

    def _believe(self, told: dict[str, Any]) -> None:
        for result in told["results"]:
            verdict = result["first"] or {
                name: result[name] for name in ("status", "inspection", "pos", "error", "warning", "conflict")
            }
            self.found_done += bool(result["first"]) and result["seq"] not in self.promised
            if self.promised.setdefault(result["seq"], verdict) != verdict:
                self.contradictions.append(f"operation {result['seq']} had another outcome the second time")
        if told["stopped"] or told["acked_hash"] != self.tablet.hashes[told["acked_seq"]]:
            self.contradictions.append(f"the server stands elsewhere: {told['stopped'] or told['acked_seq']}")
        if self.receipts.setdefault(told["acked_seq"], told["receipt"]) != told["receipt"]:
            self.contradictions.append(f"head {told['acked_seq']} was receipted twice")
        self.acked = max(self.acked, told["results"][-1]["seq"])

    def deliver(self, wire: Wire) -> None:
        """One file that the server has not confirmed is sent."""
        waiting = sorted(set(self.files) - self.delivered)
        if not waiting:
            return
        sha256 = self.random.choice(waiting)
        path = f"/sync/v1/blobs/sha256:{sha256}?inspection={self.inspection}"
        try:
            answer = wire.put(path, data=self.files[sha256], headers=self.tablet.headers)
        except Unanswered:
            self.unknown += 1
            return
        if answer.status_code in (200, 201):
            self.delivered.add(sha256)
        elif answer.status_code in _MAY_COME_AGAIN and answer.is_refused_politely:
            self.later += 1
        else:
            self.contradictions.append(f"file answered {answer.status_code}: {answer.text[:300]}")

    def read(self, wire: Wire, *, limit: int) -> None:
        """The tablet reads on; whatever it is given must continue what it has (I5)."""
        here, more = self.inspection, True
        stream = self.streams.setdefault(here, [])
        while more:
            asked = {
                "device": self.tablet.device, "epoch": self.tablet.epoch, "limit": limit,
                "streams": {f"inspection:{here}": len(stream)},
            }  # fmt: skip
            try:
                answer = wire.post("/sync/v1/pull", json=asked, headers=self.tablet.headers)
            except Unanswered:
                self.unknown += 1
                return
            if answer.status_code in _MAY_COME_AGAIN and answer.is_refused_politely:
                self.later += 1
                return
            if answer.status_code != 200:
                self.contradictions.append(f"pull answered {answer.status_code}: {answer.text[:300]}")
                return
            more = self._take(here, answer.json) and limit >= 1000

    def _take(self, inspection: str, told: dict[str, Any]) -> bool:
        part, stream = told["streams"][f"inspection:{inspection}"], self.streams[inspection]
        for entry in part["entries"]:
            if entry["pos"] != len(stream) + 1:
                self.contradictions.append(f"position {entry['pos']} was given after {len(stream)}")
                return False
            stream.append(entry)
        if part["to"] != len(stream) or part["root"] != _root(inspection, stream):
            self.contradictions.append(f"the stream up to {len(stream)} does not lead to its root")
            return False
        return bool(told["more"])


def _root(inspection: str, stream: Sequence[dict[str, Any]]) -> str:
    root = chain.log_genesis(inspection)
    for entry in stream:
        root = chain.log_link(
            root, pos=entry["pos"], operation_hash=entry["hash"], effect=entry["effect"], code=entry["code"]
        )
    return root


def _uuid(inspection: str, number: int) -> str:
    return f"{inspection[:-1]}{number}"


class Field:
    """Several tablets at work, each in a thread of its own, until the field is left."""

    def __init__(self, storms: Sequence[Storm], wire: Wire) -> None:
        self.storms = storms
        self._wire = wire
        self._over = threading.Event()
        self._turns = [threading.Lock() for _ in storms]
        self._threads = [
            threading.Thread(target=self._work, args=(storm, turn))
            for storm, turn in zip(storms, self._turns, strict=True)
        ]

    def _work(self, storm: Storm, turn: threading.Lock) -> None:
        while not self._over.is_set() and not storm.contradictions:
            with turn:
                refused = storm.later
                storm.turn(self._wire)
            # Whoever is told to come again later does so; the others let a rest begin.
            self._over.wait(0.1 if storm.later > refused else 0.001)

    @contextmanager
    def resting(self) -> Iterator[None]:
        """No tablet is in the middle of anything."""
        with ExitStack() as held:
            for turn in self._turns:
                held.enter_context(turn)
            yield

    def __enter__(self) -> "Field":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_unused: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(timeout=120)

    def is_at_work(self) -> bool:
        """Whether no tablet has met a contradiction yet."""
        return not any(storm.contradictions for storm in self.storms)

    def moves_to(self, inspection: str) -> None:
        """From now on the tablets work at another unit."""
        for storm in self.storms:
            storm.visited.append(inspection)
