"""The record of an inspection as people speak of it: answers, participants, findings, photos, signatures.

A typed view of a fold for pages, documents and demonstrations. Where values stand against each other it shows
every one of them; it picks none, formats nothing and asks no database.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from inspections import entities, fold
from inspections.entities import RETRACT
from inspections.fold import Entry, Fold


@dataclass(frozen=True)
class Written:
    """A value with who wrote it, on which device, when by that device's clock, and when it was received."""

    op_id: str
    value: Any
    actor: str
    device: str
    wall: str
    received_at: datetime | None
    reason: str = ""


@dataclass(frozen=True)
class Register:
    """A field: the values that stand, and whether they differ."""

    heads: tuple[Written, ...] = ()

    @property
    def in_conflict(self) -> bool:
        """Whether more than one different value stands."""
        return fold.distinct(head.value for head in self.heads) > 1

    @property
    def value(self) -> Any:
        """The value; of several that differ, one of them; None if nothing was written."""
        return self.heads[0].value if self.heads else None


_NOTHING = Register()


@dataclass(frozen=True)
class Entity:
    """Something in the record with its fields; `in_conflict` also where an edit met a retraction."""

    entity: str
    fields: Mapping[str, Register]
    in_conflict: bool = False

    @property
    def id(self) -> str:
        """The last part of the name: a UUID, or what the name consists of."""
        return self.entity.rpartition("/")[2]

    def register(self, name: str) -> Register:
        """The field, empty if nothing was written there."""
        return self.fields.get(name, _NOTHING)

    def value(self, name: str) -> Any:
        """The field's value, or None."""
        return self.register(name).value

    def text(self, name: str) -> str:
        """The field's value if it is a text, or an empty one."""
        value = self.value(name)
        return value if isinstance(value, str) else ""

    def listed(self, name: str) -> list[Any]:
        """The field's value if it is a list, or an empty one."""
        value = self.value(name)
        return value if isinstance(value, list) else []


@dataclass(frozen=True)
class Answer(Entity):
    """Câu trả lời: all that stands for one item; each value is a whole answer body."""

    @property
    def item(self) -> str:
        """The code of the item."""
        return self.id

    @property
    def heads(self) -> tuple[Written, ...]:
        """Every answer that stands."""
        return self.register("answer").heads

    @property
    def body(self) -> dict[str, Any]:
        """The answer; of several that differ, one of them."""
        return _object(self.value("answer"))


@dataclass(frozen=True)
class Row(Entity):
    """Một dòng của bảng mẫu."""

    @property
    def item(self) -> str:
        """The code of the item whose sample it belongs to."""
        return self.entity.split("/")[1]

    @property
    def columns(self) -> dict[str, Any]:
        """The cells by column code."""
        return _object(_object(self.value("row")).get("columns"))


@dataclass(frozen=True)
class Attachment(Entity):
    """Ảnh hoặc tệp kèm theo: the file's hash and what is said about it."""

    @property
    def body(self) -> dict[str, Any]:
        """What was fixed when it was taken: `blob`, `size`, `mime`, `taken_at`."""
        return _object(self.value(entities.kind_of(self.entity)))

    @property
    def sha256(self) -> str:
        """The file's name in the store."""
        return str(self.body.get("blob", "")).removeprefix("sha256:")

    @property
    def item(self) -> str | None:
        """The item that it shows, if it was taken for one."""
        return self.text("item") or None

    @property
    def name(self) -> str:
        """What the file was called where it came from, or an empty text."""
        name = self.body.get("name")
        return name if isinstance(name, str) else ""

    @property
    def is_original(self) -> bool:
        """Whether it is a photo as the camera wrote it, beside the copy that is shown."""
        return bool(self.body.get("original_of")) or str(self.body.get("mime", "")).startswith("image/")


@dataclass(frozen=True, kw_only=True)
class Signature(Entity):
    """Chữ ký vẽ trên màn hình, or a recorded refusal; it points at the content that was shown."""

    written: Written

    @property
    def body(self) -> dict[str, Any]:
        """`role`, `name`, `title`, `content`, and `blob` or `refusal`."""
        return _object(self.written.value)

    @property
    def sha256(self) -> str | None:
        """The drawing's name in the store; None where signing was refused."""
        blob = self.body.get("blob")
        return str(blob).removeprefix("sha256:") if blob else None

    @property
    def refusal(self) -> dict[str, Any] | None:
        """`reason` and `witnesses` of a refusal."""
        refusal = self.body.get("refusal")
        return refusal if isinstance(refusal, dict) else None

    def covers(self, content: str | None) -> bool:
        """Whether it was made over this content."""
        return content is not None and self.body.get("content") == content


@dataclass(frozen=True, kw_only=True)
class Remark(Entity):
    """Nhận xét của lãnh đạo, with the team's answers; the state is open, answered or accepted."""

    replies: tuple[Written, ...]

    @property
    def body(self) -> dict[str, Any]:
        """`entity` it is about, `text`, `due_on`."""
        return _object(self.value("remark"))

    @property
    def state(self) -> str:
        """How far it has come: accepted outweighs answered outweighs open."""
        states = {head.value for head in self.register("state").heads}
        return next((state for state in ("accepted", "answered") if state in states), "open")


@dataclass(frozen=True)
class Step:
    """A step of the inspection, taken or set aside, as the log has it."""

    step: str
    written: Written
    effect: str
    code: str | None
    pos: int | None


@dataclass(frozen=True)
class SetAside:
    """Thao tác được giữ riêng: it does not count, and the leader has neither adopted nor dismissed it."""

    type: str
    entity: str
    written: Written
    code: str | None
    pos: int | None


@dataclass(frozen=True)
class Record:
    """Hồ sơ cuộc kiểm tra: everything that stands, and what was set aside and awaits a decision."""

    inspection: Entity
    announcement: Entity
    answers: Mapping[str, Answer]
    rows: Mapping[str, Sequence[Row]]
    participants: Sequence[Entity]
    findings: Sequence[Entity]
    explanations: Mapping[str, Entity]
    photos: Sequence[Attachment]
    files: Sequence[Attachment]
    signatures: Sequence[Signature]
    remarks: Sequence[Remark]
    notes: Sequence[Entity]
    assignments: Mapping[str, Entity]
    steps: Sequence[Step]
    conflicts: Sequence[fold.Conflict]
    set_aside: Sequence[SetAside]

    @property
    def documents(self) -> list[Attachment]:
        """The files that stand for themselves: not photos as the camera wrote them."""
        return [one for one in self.files if not one.is_original]


def record_of(folded: Fold) -> Record:
    """The record that the fold holds; what a retraction hides is not in it."""
    return Record(
        inspection=_entity(folded, "inspection"),
        announcement=_entity(folded, "announcement"),
        answers={one.item: one for one in (Answer(**_parts(folded, e)) for e in _shown(folded, "answer"))},
        rows=_rows(folded),
        participants=[_entity(folded, e) for e in _shown(folded, "participant")],
        findings=[_entity(folded, e) for e in _shown(folded, "finding")],
        explanations={e.rpartition("/")[2]: _entity(folded, e) for e in _shown(folded, "explanation")},
        photos=[Attachment(**_parts(folded, e)) for e in _made(folded, "photo")],
        files=[Attachment(**_parts(folded, e)) for e in _made(folded, "file")],
        signatures=_signatures(folded),
        remarks=[
            Remark(**_parts(folded, e), replies=_replies(folded, e)) for e in _made(folded, "remark")
        ],
        notes=[_entity(folded, e) for e in _shown(folded, "note")],
        assignments={e.rpartition("/")[2]: _entity(folded, e) for e in _shown(folded, "assignment")},
        steps=[_step(entry) for entry in folded.steps()],
        conflicts=folded.conflicts(),
        set_aside=[_set_aside(folded, entry) for entry in folded.undecided()],
    )  # fmt: skip


def _shown(folded: Fold, kind: str) -> list[str]:
    return [entity for entity in folded.entities(kind) if not folded.is_hidden(entity)]


def _made(folded: Fold, kind: str) -> list[str]:
    """Those that are there: what was only edited or answered has nothing to show."""
    return [entity for entity in _shown(folded, kind) if folded.heads(entity, kind)]


def _parts(folded: Fold, entity: str) -> dict[str, Any]:
    fields = {
        name: Register(tuple(_written(head, head.writes[name]) for head in folded.heads(entity, name)))
        for name in folded.fields(entity)
        if name != RETRACT
    }
    return {"entity": entity, "fields": fields, "in_conflict": bool(folded.conflicts_at(entity))}


def _entity(folded: Fold, entity: str) -> Entity:
    return Entity(**_parts(folded, entity))


def _written(entry: Entry, value: object) -> Written:
    sent = entry.operation
    return Written(
        entry.op_id, value, sent.actor, entry.device, sent.wall, entry.received_at,
        str(entry.body.get("reason") or ""),
    )  # fmt: skip


def _rows(folded: Fold) -> dict[str, list[Row]]:
    by_item: dict[str, list[Row]] = {}
    for entity in _shown(folded, "row"):
        row = Row(**_parts(folded, entity))
        by_item.setdefault(row.item, []).append(row)
    return by_item


def _signatures(folded: Fold) -> list[Signature]:
    return [
        Signature(**_parts(folded, entity), written=_written(head, head.writes["signature"]))
        for entity in _shown(folded, "signature")
        for head in folded.heads(entity, "signature")
    ]


def _replies(folded: Fold, entity: str) -> tuple[Written, ...]:
    return tuple(
        _written(entry, entry.body.get("text", ""))
        for entry in folded.history(entity)
        if entry.is_effective and entry.operation.type == "remark.answer"
    )


def _step(entry: Entry) -> Step:
    name = entry.operation.type.removeprefix("inspection.")
    return Step(name, _written(entry, entry.body), entry.effect, entry.code, entry.pos)


def _set_aside(folded: Fold, entry: Entry) -> SetAside:
    sent = entry.operation
    return SetAside(
        sent.type, sent.entity, _written(entry, entry.body), folded.reason_aside(entry), entry.pos
    )


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
