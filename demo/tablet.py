"""A tablet in Python: it holds a key, records offline into its outbox, and folds what it knows.

Everything that an inspector taps is on the disk before the method returns. What travels, and how, is
`demo.exchange`; nothing here touches the network, so all of it works in a basement.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from core import clock, ids, server_key
from demo.outbox import Kept, Outbox, Picture
from inspections import chain, content, entities, fold, log
from inspections import operation as op
from inspections.fold import Entry, Fold
from inspections.operation import Operation

Body = Mapping[str, Any]


class LogMismatch(Exception):  # noqa: N818 (evidence against the server, not a defect of this file)
    """What the server claims does not hash: a gap, another order, an edit, or another history."""


def picture(content_bytes: bytes, mime: str) -> Picture:
    """The bytes under the name that everybody gives them: their SHA-256."""
    return Picture(hashlib.sha256(content_bytes).hexdigest(), mime, content_bytes)


def stream_of(inspection: str) -> str:
    """The name of an inspection's log on the wire."""
    return f"inspection:{inspection}"


def entry_of(sent: Mapping[str, Any]) -> Entry:
    """An entry of the server's log, as this tablet folds it."""
    operation = msgspec.convert(sent["op"], Operation)
    return Entry(
        operation, sent["device"], chain.digest(operation), effect=sent["effect"], code=sent["code"],
        pos=sent["pos"], hash=sent["hash"], received_at=datetime.fromisoformat(sent["received_at"]),
        detail=sent["detail"],
    )  # fmt: skip


class Tablet:
    """One enrolled device in somebody's hands, for one inspection at a time."""

    def __init__(self, folder: Path, *, label: str) -> None:
        self.label = label
        self.outbox = Outbox(folder / "outbox.sqlite")
        self.device: str = self.outbox.recall("device", "")
        if not self.device:
            self.device = ids.new_id()
            self.outbox.remember(device=self.device)
        self._folds: dict[str, Fold] = {}
        self._hlc = (0, 0)
        self.clock_offset = timedelta()
        self.clock_read_at: datetime | None = None

    @cached_property
    def key(self) -> ec.EllipticCurvePrivateKey:
        """The device's private key, made on first use; it never leaves the outbox."""
        pem = self.outbox.key("device")
        if pem is None:
            made = ec.generate_private_key(ec.SECP256R1())
            pem = made.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            ).decode()
            self.outbox.set_key("device", pem)
        key = serialization.load_pem_private_key(pem.encode(), password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError("the outbox holds a key of another kind")
        return key

    @property
    def jwk(self) -> dict[str, str]:
        """The public half of the device's key."""
        return server_key.public_jwk(self.key.public_key())

    def sign(self, message: str) -> str:
        """The device's signature over the message."""
        return server_key.sign_p1363(self.key, message.encode())

    @property
    def head(self) -> tuple[int, str]:
        """Number and hash of the last recorded operation; the genesis hash before the first."""
        seq = self.outbox.recall("chain_seq", 0)
        if seq:
            return seq, self.outbox.recall("chain_hash")
        return 0, chain.genesis(self.device, chain.thumbprint(self.jwk))

    def hash_at(self, seq: int) -> str:
        """The chain's hash after operation `seq`."""
        if seq == 0:
            return chain.genesis(self.device, chain.thumbprint(self.jwk))
        return self.outbox.operations(after=seq - 1, limit=1)[0].hash

    def take_package(self, package: Body, checklist: bytes) -> None:
        """The inspection's facts and its checklist are on the disk, ready for days without a network.

        Raises:
            ValueError: the checklist's bytes are not those that the package names.
        """
        sha256 = hashlib.sha256(checklist).hexdigest()
        if sha256 != package["checklist"]["sha256"]:
            raise ValueError(f"checklist {sha256} is not the one that the package names")
        inspection = package["inspection"]["id"]
        self.outbox.remember(
            **{f"package:{inspection}": package, f"checklist:{sha256}": json.loads(checklist)}
        )

    def package(self, inspection: str) -> dict[str, Any]:
        """What the office said about the inspection."""
        package: dict[str, Any] = self.outbox.recall(f"package:{inspection}")
        return package

    def checklist(self, inspection: str) -> dict[str, Any]:
        """The checklist version to which the inspection is pinned."""
        published: dict[str, Any] = self.outbox.recall(
            f"checklist:{self.package(inspection)['checklist']['sha256']}"
        )
        return published

    def record(
        self,
        inspection: str,
        operation_type: str,
        entity: str,
        body: Body,
        *,
        pictures: Sequence[Picture] = (),
    ) -> str:
        """The operation is on the disk, in the chain and in the fold; its id."""
        folded = self.fold(inspection)
        heads = {
            head.op_id
            for name in entities.writes(operation_type, body)
            for head in folded.heads(entity, name)
        }
        seq, prev = self.head
        operation = Operation(
            op_id=ids.new_id(), seq=seq + 1, type=operation_type, inspection=inspection, entity=entity,
            parents=tuple(sorted(heads)), checklist=self.package(inspection)["checklist"]["ref"],
            actor=self.outbox.recall("actor"), hlc=self._next_hlc(), wall=_wall(), clk=self._clk(),
            body=json.dumps(body, ensure_ascii=False),
        )  # fmt: skip
        (linked,) = chain.chained(self.device, prev, [operation])
        sent = op.wire_text(operation.header, body=operation.body, body_hash="")
        kept = Kept(operation.seq, operation.op_id, inspection, sent, linked.hash)
        self.outbox.record(kept, pictures=pictures)
        folded.add(Entry(operation, self.device, linked.digest))
        return operation.op_id

    def fold(self, inspection: str) -> Fold:
        """What this tablet knows: the server's entries and its own work that has no position yet."""
        if inspection not in self._folds:
            entries = [entry_of(sent) for sent in self.outbox.entries(stream_of(inspection))]
            known = {entry.op_id for entry in entries}
            own = [kept for kept in self.outbox.operations() if kept.inspection == inspection]
            waiting = [op.from_wire(kept.sent) for kept in own if kept.op_id not in known]
            entries += [Entry(operation, self.device, chain.digest(operation)) for operation in waiting]
            entries += self._carried(inspection, known)
            entries += self._awaited(inspection, {entry.op_id for entry in entries})
            self._folds[inspection] = fold.build(entries)
        return self._folds[inspection]

    def _carried(self, inspection: str, known: set[str]) -> list[Entry]:
        """What team mates handed over and the server has not given a position; that it does, the id tells."""
        return [
            Entry(operation, push["device"], chain.digest(operation))
            for push in self.outbox.carried()
            for operation in msgspec.convert(push["ops"], list[Operation])
            if operation.inspection == inspection and operation.op_id not in known
        ]

    def _awaited(self, inspection: str, known: set[str]) -> list[Entry]:
        """What team mates had sent to a server that has lost it since: their tablets will send it again.

        What the server itself had written is not among it: that comes again only if somebody does it again.
        """
        earlier = map(entry_of, self.outbox.earlier_entries(stream_of(inspection)))
        return [
            msgspec.structs.replace(entry, pos=None)
            for entry in {entry.op_id: entry for entry in earlier}.values()
            if entry.op_id not in known and not entry.device.startswith(log.SERVER)
        ]

    def remembered_of_server(self, inspection: str) -> list[dict[str, Any]]:
        """What the server itself had written before it was restored, and does not know any more."""
        known = {sent["op"]["op_id"] for sent in self.outbox.entries(stream_of(inspection))}
        earlier = {
            sent["op"]["op_id"]: {
                name: sent[name] for name in ("device", "prev", "hash", "received_at", "op")
            }
            for sent in self.outbox.earlier_entries(stream_of(inspection))
            if sent["device"].startswith(log.SERVER)
        }
        return [entry for op_id, entry in earlier.items() if op_id not in known]

    def begin_epoch(self, epoch: str, *, acked_seq: int, acked_hash: str) -> None:
        """The tablet goes on with a server that was restored from a backup.

        Raises:
            LogMismatch: the server's history of this tablet is not the beginning of the tablet's own.
        """
        if acked_seq > self.head[0] or self.hash_at(acked_seq) != acked_hash:
            raise LogMismatch(f"the server has {acked_hash} at {acked_seq}, which was never recorded here")
        self.outbox.begin_epoch(epoch, acked_seq=acked_seq)
        self._folds.clear()

    def push_body(self, sent: Sequence[str], first_seq: int, head: str) -> str:
        """The signed batch of these operations, which go out as the very bytes that were recorded."""
        last_seq = first_seq + len(sent) - 1
        envelope = json.dumps(
            {
                "device": self.device, "epoch": self.outbox.recall("epoch"),
                "prev": self.hash_at(first_seq - 1), "head": head,
                "sig": self.sign(chain.head_message(self.device, last_seq, head)),
            }
        )  # fmt: skip
        return f'{envelope[:-1]},"ops":[{",".join(sent)}]}}'

    def forget_fold(self, inspection: str) -> None:
        """The next reader folds again from what is on the disk."""
        self._folds.pop(inspection, None)

    def content_hash(self, inspection: str) -> str:
        """What a signature on this tablet's glass binds to."""
        return content.content_hash(
            inspection, self.package(inspection)["checklist"]["sha256"], self.fold(inspection)
        )

    def seen(self, inspection: str) -> dict[str, int]:
        """The last operation of each device that this tablet has folded."""
        last: dict[str, int] = {}
        for entry in self.fold(inspection).entries.values():
            last[entry.device] = max(last.get(entry.device, 0), entry.operation.seq)
        return last

    def _next_hlc(self) -> str:
        milliseconds = int(clock.now().timestamp() * 1000)
        last, count = self._hlc
        self._hlc = (milliseconds, 0) if milliseconds > last else (last, count + 1)
        return f"{self._hlc[0]:012x}-{self._hlc[1]:04x}"

    def _clk(self) -> str:
        """The last measured offset of the server's clock in ms, and how old that measurement is in s."""
        age = clock.now() - self.clock_read_at if self.clock_read_at else timedelta()
        return f"{round(self.clock_offset.total_seconds() * 1000):+d}/{round(age.total_seconds())}"


def _wall() -> str:
    return clock.now().astimezone(clock.VIETNAM).isoformat(timespec="milliseconds")
