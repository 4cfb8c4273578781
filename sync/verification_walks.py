"""What a chain and a log must be, walked step by step over plain values; it reads no database and no file.

The same walks verify the database and an export of it. Each fault says where and what; nothing is repaired.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from accounts import device_keys
from inspections import chain, entities, fold
from inspections.codes import Effect
from inspections.fold import Entry, Fold

Jwk = Mapping[str, str]
Keys = Mapping[str, Jwk]


class Fault(msgspec.Struct, frozen=True):
    """Something that is not as it was written: where, and what is wrong with it."""

    place: str
    text: str


class Signature(msgspec.Struct, frozen=True):
    """What a tablet signed when its chain was stored up to `seq`; `beyond` are digests of the rest."""

    device: str
    seq: int
    head: str
    sig: str
    beyond: list[str] | None = None


class ReceiptLine(msgspec.Struct, frozen=True):
    """What the server signed about a device's chain."""

    device: str
    seq: int
    body: str
    kid: str
    sig: str


@dataclass
class ChainWalk:
    """One device's chain from its key on; `seq` and `hash` are where it has been walked to."""

    device: str
    jwk: Jwk
    seq: int = 0
    hash: str = ""
    signed_seq: int = 0
    receipted_seq: int = 0

    def __post_init__(self) -> None:
        self.hash = chain.genesis(self.device, chain.thumbprint(self.jwk))

    @property
    def place(self) -> str:
        """Where the walk is, in words."""
        return f"máy {self.device}, thao tác {self.seq}"

    def step(self, operation_digest: str) -> str:
        """The hash after the next operation."""
        self.seq += 1
        self.hash = chain.link(self.device, self.seq, prev=self.hash, operation_digest=operation_digest)
        return self.hash

    def check_signature(self, given: Signature) -> Iterator[Fault]:
        """Whether the tablet signed that its chain leads here, or through here to what was not stored."""
        seq, head = self.seq, self.hash
        for digest in given.beyond or ():
            seq += 1
            head = chain.link(self.device, seq, prev=head, operation_digest=digest)
        if given.head != head:
            yield Fault(self.place, "máy đã ký cho một chuỗi khác")
        elif not device_keys.is_signed(self.jwk, chain.head_message(self.device, seq, head), given.sig):
            yield Fault(self.place, "chữ ký của máy không đúng")
        else:
            self.signed_seq = self.seq

    def check_receipt(self, given: ReceiptLine, keys: Keys) -> Iterator[Fault]:
        """Whether the server signed that it has stored the chain up to here."""
        parts = given.body.split("\n")
        key = keys.get(given.kid)
        if key is None or not device_keys.is_signed(key, given.body, given.sig):
            yield Fault(self.place, "chữ ký trên biên nhận không đúng")
        elif len(parts) != 7 or parts[1] != chain.thumbprint(key):
            yield Fault(self.place, "biên nhận không đúng mẫu")
        elif (parts[0], *parts[3:6]) != ("td1-receipt", self.device, str(self.seq), self.hash):
            yield Fault(self.place, "biên nhận nói về một chuỗi khác")
        else:
            self.receipted_seq = self.seq

    def check_end(self, *, is_server: bool) -> Iterator[Fault]:
        """Whether all that was walked is covered: by the tablet's signature, and by the server's receipt."""
        if not is_server and self.signed_seq < self.seq:
            yield Fault(self.place, f"từ thao tác {self.signed_seq + 1} không có chữ ký của máy")
        if self.receipted_seq < self.seq:
            yield Fault(self.place, f"từ thao tác {self.receipted_seq + 1} không có biên nhận")


@dataclass
class LogWalk:
    """One inspection's log from its beginning: its root, and whether each effect is what the fold says."""

    inspection: str
    pos: int = 0
    root: str = ""
    entries: list[Entry] = field(default_factory=list)
    folded: Fold = field(default_factory=Fold)
    _freezes: int = 0

    def __post_init__(self) -> None:
        self.root = chain.log_genesis(self.inspection)

    @property
    def place(self) -> str:
        """Where the walk is, in words."""
        return f"cuộc kiểm tra {self.inspection}, vị trí {self.pos}"

    def step(self, entry: Entry) -> Iterator[Fault]:
        """The entry is the next of the log; what is wrong with its place or its effect."""
        self.pos += 1
        if entry.pos != self.pos:
            yield Fault(self.place, f"vị trí ghi là {entry.pos}")
        if entry.operation.inspection != self.inspection:
            yield Fault(self.place, "thao tác thuộc cuộc kiểm tra khác")
        self.root = chain.log_link(
            self.root, pos=self.pos, operation_hash=entry.hash, effect=entry.effect, code=entry.code
        )
        expected = self._expected_effect(entry)
        if expected is not None and expected != entry.effect:
            yield Fault(self.place, f"hiệu lực ghi là «{entry.effect}», tính lại là «{expected}»")
        self._add(entry)

    def _expected_effect(self, entry: Entry) -> str | None:
        """What the fold says of an operation that counts; steps and what was set aside follow other rules."""
        if not entry.is_effective or entry.operation.type in entities.STEP_TYPES:
            return None
        standing = self.folded.with_entry(entry).conflicts_at(entry.entity) if entry.writes else ()
        touched = {*entry.writes, entities.RETRACT}
        contested = any(conflict.field in touched for conflict in standing)
        return Effect.CONFLICT if contested else Effect.APPLIED

    def _add(self, entry: Entry) -> None:
        self.entries.append(entry)
        self.folded.add(entry)
        if entry.operation.type in ("inspection.signoff", "inspection.signoff_confirmed"):
            self._leave_out()

    def _leave_out(self) -> None:
        """What a signature names as not shown is gone from the registers, as when it was signed."""
        if len(found := fold.freezes(self.entries)) != self._freezes:
            self._freezes = len(found)
            self.folded = fold.build(self.entries)


def entry_faults(walk: ChainWalk, *, stored: Sequence[str], computed: Sequence[str]) -> Iterator[Fault]:
    """Which of the stored facts about an operation are not those that are computed anew.

    Args:
        stored, computed: digest, hash before, hash after.
    """
    names = ("nội dung", "mã nối với thao tác trước", "mã của chuỗi")
    for name, was, now in zip(names, stored, computed, strict=True):
        if was != now:
            yield Fault(walk.place, f"{name} không khớp: lưu {was[:12]}…, tính lại {now[:12]}…")
