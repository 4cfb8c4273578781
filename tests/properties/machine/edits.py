"""What a tablet can record in a game: something of every kind, and everything that a server must set aside.

An edit is named; `place` chooses among a few entities, so that tablets meet, and `value` among a few values,
so that they agree as well as differ.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.properties.machine import plain_fold
from tests.properties.machine.ground import DROPPED, LIST, SUCCESSOR, Ground
from tests.properties.machine.plain_fold import named_id
from tests.properties.machine.plain_judge import SIGNERS
from tests.properties.machine.plain_server import MAX_BODY_BYTES
from tests.properties.machine.slate import Slate

CONCLUSIONS = ("phu_hop", "luu_y", "kph_nhe")


@dataclass(frozen=True)
class Wanted:
    """An edit to be recorded on a tablet for an inspection."""

    slate: Slate
    ground: Ground
    inspection: str
    place: int
    value: int
    way: str

    def write(self, kind: str, entity: str, body: Any, **made: Any) -> None:
        """Record it; where no parents are given, those that the way of editing names."""
        fields = list(plain_fold.written(kind, body)) if isinstance(body, dict) else []
        parents = made.pop("parents", None)
        if parents is None:
            parents = self.slate.parents(self.inspection, entity, fields, self.way)
        self.slate.record(self.inspection, kind, entity, body, parents=parents, **made)

    def id(self, kind: str) -> str:
        """The name of one of two entities of the kind."""
        return f"{kind}/{named_id(f'{kind} {self.place % 2}')}"

    def known(self, kind: str) -> str:
        """The name of an entity of the kind that stands on the screen; a new one if there is none."""
        found = [name for name in self.slate.fold(self.inspection).entities() if name.startswith(f"{kind}/")]
        return found[self.place % len(found)] if found else self.fresh(kind)

    def fresh(self, kind: str) -> str:
        """The name of an entity that nobody has spoken of."""
        return f"{kind}/{named_id(f'{kind} of {self.slate.device} {len(self.slate.ops)}')}"


def _answer(w: Wanted) -> None:
    item = ("PL-01", "PL-02", DROPPED)[w.place % 3]
    w.write("answer.set", f"answer/{item}", {"value": CONCLUSIONS[w.value]})


def _row(w: Wanted) -> None:
    entity = f"row/PL-24/{named_id(f'row {w.place % 2}')}"
    w.write("row.set", entity, {"columns": {"van_ban": f"QĐ {w.value}"}})


def _row_out(w: Wanted) -> None:
    w.write("row.retract", f"row/PL-24/{named_id(f'row {w.place % 2}')}", {})


def _participant(w: Wanted) -> None:
    body = ({"name": "Trần Thị Bình"}, {"title": "Chánh Văn phòng"}, {"name": "Lê An", "present": True})
    w.write("participant.set", w.id("participant"), body[w.value])


def _participant_out(w: Wanted) -> None:
    w.write("participant.retract", w.id("participant"), {})


def _announcement(w: Wanted) -> None:
    w.write("announcement.set", "announcement", {"place": f"phòng {w.value}"})


def _facts(w: Wanted) -> None:
    body = (
        {"place": "trụ sở"},
        {"conclusion": "duy trì tốt"},
        {"conclusion": "còn tồn tại", "place": "cơ sở 2"},
    )
    w.write("inspection.set", "inspection", body[w.value])


def _explanation(w: Wanted) -> None:
    w.write("explanation.set", "explanation/general", {"text": f"giải trình {w.value}"})


def _finding(w: Wanted) -> None:
    body = ({"text": "thiếu hồ sơ"}, {"category": "kph_nhe", "text": "quá hạn"}, {"items": ["PL-01"]})
    w.write("finding.set", w.id("finding"), body[w.value])


def _finding_out(w: Wanted) -> None:
    w.write("finding.retract", w.id("finding"), {"reason": "nhầm"})


def _attached(w: Wanted, kind: str, mime: str) -> None:
    content = f"{kind} {w.inspection} {w.slate.device} {len(w.slate.ops)}".encode()
    body = {"blob": w.slate.photographed(w.inspection, content), "size": len(content), "mime": mime}
    more = {"item": "PL-01"} if w.value else {"caption": "ảnh"}
    w.write(f"{kind}.add", w.fresh(kind), body | more, parents=())


def _photo(w: Wanted) -> None:
    _attached(w, "photo", "image/jpeg")


def _file(w: Wanted) -> None:
    _attached(w, "file", "application/pdf")


def _caption(w: Wanted) -> None:
    w.write("photo.edit", w.known("photo"), {"caption": f"ảnh {w.value}"})


def _photo_out(w: Wanted) -> None:
    w.write("photo.retract", w.known("photo"), {"reason": "mờ"})


def _note(w: Wanted) -> None:
    w.write("note.add", w.fresh("note"), {"text": f"ghi chú {w.value}"}, parents=())


def _note_again(w: Wanted) -> None:
    w.write("note.edit", w.known("note"), {"text": f"sửa {w.value}"})


def _note_out(w: Wanted) -> None:
    w.write("note.retract", w.known("note"), {})


def _assignment(w: Wanted) -> None:
    members = sorted(w.ground.person_ids.values())[: w.value]
    w.write("assignment.set", "assignment/I", {"members": members})


def _remark_answered(w: Wanted) -> None:
    w.write("remark.answer", w.known("remark"), {"text": "đã bổ sung"})


def _signature(w: Wanted) -> None:
    role = sorted(SIGNERS)[(w.place + w.value) % 4]
    refusal = {"reason": "không đồng ý", "witnesses": []}
    body = {"role": role, "name": "ai đó", "content": "ab" * 32, "refusal": refusal}
    w.write("signature.add", w.fresh("signature"), body, parents=())


def _supplement(w: Wanted) -> None:
    checklist = (SUCCESSOR, LIST, "QMS-HCNN-2015@9.9.9")[w.value]
    w.write("inspection.supplement", "inspection", {"checklist": checklist, "mapping": {}}, parents=())


def _step_too_soon(w: Wanted) -> None:
    step = ("inspection.start", "inspection.submit", "inspection.conclude")[w.value]
    w.write(step, "inspection", {}, parents=())


def _reopen(w: Wanted) -> None:
    w.write("inspection.reopen", "inspection", {"reason": "bổ sung"}, parents=())


def _unknown_type(w: Wanted) -> None:
    w.write("future.thing", "future/1", {}, parents=())


def _no_json(w: Wanted) -> None:
    w.write("note.add", w.fresh("note"), "{", parents=())


def _bad_shape(w: Wanted) -> None:
    w.write("finding.set", w.id("finding"), {"due_on": "31/12"}, nonsense="shape")


def _bad_value(w: Wanted) -> None:
    w.write("answer.set", "answer/PL-01", {"value": "tốt"}, nonsense="value")


def _unknown_item(w: Wanted) -> None:
    w.write("answer.set", "answer/XX-99", {"value": "phu_hop"}, parents=())


def _unknown_list(w: Wanted) -> None:
    w.write("answer.set", "answer/PL-01", {"value": "phu_hop"}, checklist="QMS-KHAC@1.0.0")


def _foreign(w: Wanted) -> None:
    w.slate.record(w.ground.foreign, "note.add", w.fresh("note"), {"text": "x"})


def _nowhere(w: Wanted) -> None:
    w.slate.record(named_id("an inspection that is none"), "note.add", w.fresh("note"), {"text": "x"})


def _stranger(w: Wanted) -> None:
    w.write("note.add", w.fresh("note"), {"text": "x"}, parents=(), actor=w.ground.person_ids["stranger"])


def _used_id(w: Wanted) -> None:
    used = [op.op_id for op in w.slate.ops]
    w.write(
        "note.add", w.fresh("note"), {"text": "x"}, parents=(), op_id=used[0] if used else named_id("used")
    )


def _too_large(w: Wanted) -> None:
    w.write("note.add", w.fresh("note"), {"text": "x" * MAX_BODY_BYTES}, parents=())


EDITS: dict[str, Callable[[Wanted], None]] = {
    "answer": _answer, "row": _row, "row out": _row_out, "participant": _participant,
    "participant out": _participant_out, "announcement": _announcement, "facts": _facts,
    "explanation": _explanation, "finding": _finding, "finding out": _finding_out, "photo": _photo,
    "file": _file, "caption": _caption, "photo out": _photo_out, "note": _note, "note again": _note_again,
    "note out": _note_out, "assignment": _assignment, "remark answered": _remark_answered,
    "signature": _signature, "supplement": _supplement, "step": _step_too_soon, "reopen": _reopen,
    "unknown type": _unknown_type, "no json": _no_json, "bad shape": _bad_shape, "bad value": _bad_value,
    "unknown item": _unknown_item, "unknown list": _unknown_list, "foreign": _foreign, "nowhere": _nowhere,
    "stranger": _stranger, "used id": _used_id, "too large": _too_large,
}  # fmt: skip
# Tablets must meet for anything to be at stake: these are drawn as often as all the others together.
CONTESTED = ("answer", "answer", "row", "row out", "participant", "participant out", "finding", "facts")
WAYS = ("seen", "seen", "seen", "all", "blind", "blind", "stale", "unknown")
