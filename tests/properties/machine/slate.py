"""A tablet of the game: what it recorded, what it was told, what it has read, and the screen that follows."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import msgspec

from core import clock
from tests.properties.machine import plain_fold
from tests.properties.machine.ground import LIST
from tests.properties.machine.plain_fold import RETRACT, Kept, Op, PlainFold
from tests.properties.machine.plain_judge import RESOLVED_BY_VERB
from tests.properties.machine.plain_server import Sent
from tests.tablets import Tablet


def op_of(device: str, sent: dict[str, Any], **made: Any) -> Op:
    """The operation as it travels, in the model's terms."""
    members = dict(sent)
    text = members.pop("body")
    sha256 = members.pop("body_sha256", None) or plain_fold.sha256(text)
    members["parents"] = tuple(members["parents"])
    return Op(device=device, text=text, body_sha256=sha256, **members, **made)


def kept_of(entry: dict[str, Any]) -> Kept:
    """An entry as it was read, in the model's terms."""
    return Kept(op_of(entry["device"], entry["op"]), entry["effect"], entry["code"], entry["pos"])


@dataclass
class Slate:
    """A tablet in its holder's hands.

    `acked` is the last operation that it has an outcome for; `told` the outcomes by number. `files` are the
    bytes of what it photographed, by hash, with the inspection.
    """

    body: Tablet
    who: str
    ops: list[Op] = field(default_factory=list)
    acked: int = 0
    told: dict[int, dict[str, Any]] = field(default_factory=dict)
    pulled: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    skew_days: int = 0
    checklist: str = LIST

    @property
    def device(self) -> str:
        return self.body.device

    def record(self, inspection: str, kind: str, entity: str, body: object, **made: Any) -> Op:
        """The operation stands at the end of the tablet's chain; `made` may name parents and oddities."""
        own = {name: made.pop(name) for name in ("nonsense",) if name in made}
        wall = clock.now() + timedelta(days=self.skew_days)
        if "wall" not in made:
            made["wall"] = wall.isoformat(timespec="milliseconds")
        made.setdefault("checklist", self.checklist)
        made["parents"] = tuple(sorted(made.get("parents", ())))
        self.body.record(inspection, kind, entity, body, **made)
        recorded = self.body.operations[-1]
        members = {name: getattr(recorded, name) for name in recorded.__struct_fields__}
        self.ops.append(op_of(self.device, members, skew_days=self.skew_days, **own))
        return self.ops[-1]

    def photographed(self, inspection: str, content: bytes) -> str:
        """The bytes are on the tablet; the name of the file."""
        sha256 = hashlib.sha256(content).hexdigest()
        self.files[sha256] = (inspection, content)
        return f"sha256:{sha256}"

    def sent(self, first: int, last: int) -> Sent:
        """The batch from operation `first` to `last`, in the model's terms."""
        return Sent(
            self.device, self.body.epoch, self.body.hashes[first - 1], tuple(self.ops[first - 1 : last])
        )

    def withhold(self, seq: int) -> None:
        """The operation's body stays on the tablet; only its hash will travel."""
        op = self.ops[seq - 1]
        bare = msgspec.structs.replace(self.body.operations[seq - 1], body=None, body_sha256=op.body_sha256)
        self.body.operations[seq - 1] = bare
        members = {name: getattr(bare, name) for name in bare.__struct_fields__}
        self.ops[seq - 1] = op_of(self.device, members, skew_days=op.skew_days, nonsense=op.nonsense)

    def start_over(self, epoch: str, acked: int) -> None:
        """A new epoch: outcomes hold as far as the server still has its chain, and nothing is read."""
        self.body.epoch, self.pulled = epoch, {}
        self.told = {seq: verdict for seq, verdict in self.told.items() if seq <= acked}
        self.go_back(acked)

    def go_back(self, seq: int) -> None:
        """What comes after is sent again; what it has no outcome for is sent again before."""
        self.acked = min(self.acked, seq)

    def screen(self, inspection: str) -> list[Kept]:
        """What the tablet has read of the inspection, and its own work that has not come back yet."""
        entries = [kept_of(entry) for entry in self.pulled.get(inspection, ())]
        back = {kept.op.op_id for kept in entries}
        own = [op for op in self.ops if op.inspection == inspection and op.op_id not in back]
        for op in own:
            verdict = self.told.get(op.seq)
            if verdict is None:
                entries.append(Kept(op))
            elif verdict["pos"] is not None:
                code = (verdict["error"] or verdict["warning"] or {}).get("code")
                entries.append(Kept(op, verdict["status"], code, None))
        return entries

    def fold(self, inspection: str) -> PlainFold:
        """What the screen shows."""
        return plain_fold.folded(self.screen(inspection))

    def parents(self, inspection: str, entity: str, fields: list[str], way: str) -> tuple[str, ...]:
        """What an edit of these fields names as what it replaces, done in one of the ways that occur."""
        fold = self.fold(inspection)
        of_entity = [kept.op.op_id for kept in fold.entries if kept.op.entity == entity]
        if way == "blind":
            return ()
        if way == "stale":
            return tuple(of_entity[:1])
        if way == "unknown":
            return (plain_fold.named_id(f"never recorded {entity}"),)
        every = [*fold.fields(entity), RETRACT]
        named = every if way == "all" or RETRACT in fields else fields
        return tuple({op_id for name in named for op_id in fold.heads(entity, name)})

    def resolution(
        self, inspection: str, choice: int
    ) -> tuple[str, str, dict[str, Any], tuple[str, ...]] | None:
        """Type, entity, body and parents of what would end one of the conflicts on the screen, if any."""
        fold = self.fold(inspection)
        found = [(e, name, heads) for e in fold.entities() for name, heads in fold.conflicts(e).items()]
        if not found:
            return None
        entity, name, heads = found[choice % len(found)]
        kind = entity.partition("/")[0]
        values = fold.heads(entity, name)
        if name == RETRACT or kind in ("photo", "file", "signature", "assignment", "remark"):
            every = fold.standing(entity) | fold.heads(entity, RETRACT).keys()
            can = "retract" if kind in ("participant", "row", "finding", "photo", "file", "note") else "set"
            return f"{kind}.{can}", entity, {"reason": "đã rõ"}, tuple(every)
        value = [values[op_id] for op_id in sorted(values)][choice % len(values)]
        stated = dict(value) if kind in plain_fold.WHOLE_BODY else {name: value}
        verb = "resolve" if kind in RESOLVED_BY_VERB else "edit"
        return f"{kind}.{verb}", entity, json.loads(json.dumps(stated)) | {"reason": "đã rõ"}, tuple(heads)
