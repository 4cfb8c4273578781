"""The server as the protocol promises it: chains, streams, files, and the verdict on every batch.

It stands on `plain_fold` and `plain_judge` and, like them, on nothing of the product.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from tests.properties.machine import plain_judge
from tests.properties.machine.plain_fold import Kept, Op
from tests.properties.machine.plain_judge import STEPS, Around, Stream

MAX_BODY_BYTES = 65_536
SERVER = "server:"


@dataclass(frozen=True)
class Sent:
    """A batch as it was sent, `prev` being the hash before its first operation."""

    device: str
    epoch: str
    prev: str
    ops: tuple[Op, ...]

    @property
    def hashes(self) -> list[str]:
        """Where the chain stands after each operation."""
        found, prev = [], self.prev
        for op in self.ops:
            prev = op.chained(prev)
            found.append(prev)
        return found


@dataclass
class Chain:
    """What one device has had recorded, and in which mode it was taken out of use."""

    hashes: list[str]
    kept: list[Kept] = field(default_factory=list)
    mode: str = ""

    @property
    def seq(self) -> int:
        return len(self.kept)


@dataclass
class PlainServer:
    """What is stored, and who is let in; `batches` counts those that brought something new."""

    epoch: str
    streams: dict[str, Stream]
    chains: dict[str, Chain]
    let_in: set[str]
    used: set[str] = field(default_factory=set)
    uploaded: set[tuple[str, str]] = field(default_factory=set)
    batches: int = 0

    def refusal(self, sent: Sent, *, by: str) -> tuple[int, str] | None:
        """Why the whole batch, brought by the device `by`, is refused, or None."""
        chain, first = self.chains.get(sent.device), sent.ops[0].seq
        if by not in self.let_in:
            return 401, "token_expired"
        if chain is None:
            return 403, "device_unknown"
        if "stolen" in (chain.mode, self.chains[by].mode):
            return 403, "device_revoked"
        if sent.epoch != self.epoch:
            return 409, "epoch_mismatch"
        if first > chain.seq + 1:
            return 409, "gap"
        known = enumerate([sent.prev, *sent.hashes], start=first - 1)
        is_fork = any(seq <= chain.seq and chain.hashes[seq] != one for seq, one in known)
        return (409, "chain_fork") if is_fork else None

    def new_of(self, sent: Sent) -> list[Op]:
        """What the server will record of the batch: what is new, up to the first too large body."""
        fresh: list[Op] = []
        for op in sent.ops:
            if op.seq > self.chains[sent.device].seq:
                if len((op.text or "").encode()) > MAX_BODY_BYTES:
                    break
                fresh.append(op)
        return fresh

    def receive(self, sent: Sent) -> list[Kept]:
        """What is new of the batch is recorded; what became of it. Sign-offs that waited are not settled."""
        fresh, chain = self.new_of(sent), self.chains[sent.device]
        kept = [self._record(op, is_lost=chain.mode == "lost") for op in fresh]
        for one in kept:
            chain.hashes.append(one.op.chained(chain.hashes[-1]))
            chain.kept.append(one)
        self.batches += bool(fresh)
        return kept

    def _record(self, op: Op, *, is_lost: bool) -> Kept:
        stream = self.streams.get(op.inspection)
        is_reused = op.op_id in self.used
        self.used.add(op.op_id)
        if is_reused:
            return Kept(op, "quarantined", "op_id_reused")
        if stream is None:
            return Kept(op, "quarantined", "inspection_unknown")
        if op.actor not in stream.roles:
            stream.beside.append(Kept(op, "quarantined", "not_permitted"))
            return stream.beside[-1]
        return self.place(stream, op, is_lost=is_lost)

    def place(self, stream: Stream, op: Op, *, is_lost: bool = False) -> Kept:
        """The operation has the next position of the stream, and what follows from it has followed."""
        around = replace(self.around(), is_lost=is_lost)
        effect, code = plain_judge.judge(op, stream, around)
        kept = Kept(op, effect, code, len(stream.kept) + 1)
        stream.kept.append(kept)
        _follow(stream, kept)
        return kept

    def take_own(self, stream: Stream, ops: Iterable[Op]) -> list[Kept]:
        """What the server itself wrote stands in the stream."""
        self.used.update(op.op_id for op in ops)
        return [self.place(stream, op) for op in ops]

    def around(self) -> Around:
        """What the judge knows beside a stream."""
        own = [kept.op for stream in self.streams.values() for kept in stream.kept]
        seqs = {op.device: op.seq for op in sorted(own, key=lambda op: op.seq)}
        seqs |= {device: chain.seq for device, chain in self.chains.items()}
        return Around(seqs, frozenset(self.uploaded), self.epoch)

    def settlement(self, stream: Stream) -> list[str]:
        """The types of the steps with which the server ends a sign-off's waiting, if it is to end."""
        if stream.waiting is None:
            return []
        code = plain_judge.obstacle(stream.waiting, stream, self.around())
        if code in plain_judge.WAITING:
            return []
        submits = ["inspection.submit_confirmed"] if stream.waiting.op_id in stream.submitted_behind else []
        return ["inspection.signoff_lapsed"] if code else ["inspection.signoff_confirmed", *submits]

    def missing_files(self, ops: Sequence[Op]) -> list[str]:
        """The files that these operations attach in their stream and that have not come for it."""
        placed = {(kept.op.device, kept.op.seq): kept for s in self.streams.values() for kept in s.kept}
        attached = [
            (kept.op.inspection, value["blob"].removeprefix("sha256:"))
            for op in ops
            if (kept := placed.get((op.device, op.seq))) is not None and kept.op.body is not None
            for kind in ("photo", "file", "signature")
            if isinstance(value := kept.writes.get(kind), dict) and "blob" in value
        ]
        return sorted({f"sha256:{sha256}" for one, sha256 in attached if (one, sha256) not in self.uploaded})


def _follow(stream: Stream, kept: Kept) -> None:  # noqa: C901 (one line for each kind of step)
    op, body = kept.op, kept.op.body or {}
    if op.type == "inspection.signoff":
        if kept.code in plain_judge.WAITING:
            stream.waiting = op
        elif (
            kept.counts or kept.code in ("signoff_stale", "open_conflicts") or _lacks_signature(stream, kept)
        ):
            stream.waiting = None
    if kept.code == "signoff_awaited" and stream.waiting is not None:
        stream.submitted_behind.add(stream.waiting.op_id)
    if not kept.counts:
        return
    if op.type in STEPS:
        stream.state = STEPS[op.type][1]
        stream.waiting = stream.waiting if op.type == "inspection.start" else None
    if op.type in ("inspection.supplement", "inspection.signoff_lapsed"):
        stream.waiting = None
    if op.type == "inspection.supplement":
        stream.earlier.add(stream.checklist)
        stream.checklist = body["checklist"]
    if op.type in ("inspection.reopen", "inspection.send_back"):
        stream.revision, stream.frozen_pos, stream.signed = stream.revision + 1, None, None
    if op.type in ("inspection.signoff", "inspection.signoff_confirmed"):
        stream.frozen_pos, stream.signed = kept.pos, body["content"]


def _lacks_signature(stream: Stream, kept: Kept) -> bool:
    """Whether it was judged to its end, where the lack of a signature has the code of a wrong state."""
    is_leader = stream.roles.get(kept.op.actor) == "leader"
    return kept.code == "step_not_allowed" and stream.state == "agreed" and is_leader and not kept.op.nonsense
