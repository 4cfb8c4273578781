"""What an operation wrote, in words, whatever it wrote: for people who must choose between two writings.

Every field has its line; a field that this version does not know is shown under its own name. It asks no
database and judges nothing.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from checklists import definition as checklist
from checklists.definition import Definition
from core import wording
from inspections import bodies, entities, review_layout, words
from inspections.entities import RETRACT

RETRACTED = "Rút, không dùng nữa"
_LABELS = {
    "started_at": "Bắt đầu", "ended_at": "Kết thúc", "place": "Địa điểm", "conclusion": "Kết luận",
    "recommendations": "Kiến nghị", "period_examined": "Thời kỳ kiểm tra", "opened_at": "Khai mạc",
    "closed_at": "Kết thúc", "statement": "Nội dung công bố", "side": "Bên", "name": "Họ và tên",
    "title": "Chức vụ", "role": "Vai trò", "present": "Có mặt", "category": "Phân loại", "text": "Nội dung",
    "reference": "Căn cứ", "items": "Mục", "evidence": "Bằng chứng", "due_on": "Hạn khắc phục",
    "by": "Người nêu", "item": "Mục", "caption": "Chú thích", "members": "Người được phân công",
    "taken_at": "Chụp lúc", "note": "Ghi chú", "not_applicable_reason": "Lý do không áp dụng",
}  # fmt: skip
_UNTOLD = frozenset({"blob", "size", "mime", "evidence_kind", "content", "value", "columns"})


def label_of(name: str) -> str:
    """What people call the field; its own name if it is not known here."""
    return _LABELS.get(name, name)


def told(definition: Definition, entity: str, writes: Mapping[str, Any]) -> tuple[str, ...]:
    """Each thing that the operation wrote at the entity, one line for one thing."""
    return tuple(line for name, value in writes.items() for line in _lines(definition, entity, name, value))


def _lines(definition: Definition, entity: str, name: str, value: object) -> Iterator[str]:
    if name == RETRACT:
        yield RETRACTED
    elif name == "answer" and isinstance(value, Mapping):
        yield from _answer(definition, entity, value)
    elif name == "row" and isinstance(value, Mapping):
        yield from _cells(definition, entity, value.get("columns"))
    elif isinstance(value, Mapping) and name == entities.kind_of(entity):
        yield from _members(definition, value)
    elif text := _text(definition, name, value):
        yield f"{label_of(name)}: {text}"


def _answer(definition: Definition, entity: str, value: Mapping[str, Any]) -> Iterator[str]:
    item = checklist.by_code(definition).get(entities.item_of(entity) or "")
    if item is not None and (shown := review_layout.value_in_words(definition, item, value.get("value"))):
        yield shown
    yield from _members(definition, {name: member for name, member in value.items() if name != "conclusion"})


def _cells(definition: Definition, entity: str, cells: object) -> Iterator[str]:
    item = checklist.by_code(definition).get(entities.item_of(entity) or "")
    columns = item.sample.columns if item is not None and item.sample is not None else ()
    labels = {column.code: column.label_vi for column in columns}
    for code, cell in cells.items() if isinstance(cells, Mapping) else ():
        if text := _text(definition, code, cell):
            yield f"{labels.get(code, code)}: {text}"


def _members(definition: Definition, value: Mapping[str, Any]) -> Iterator[str]:
    for name, member in value.items():
        if name not in _UNTOLD and (text := _text(definition, name, member)):
            yield text if name == "note" else f"{label_of(name)}: {text}"


def _text(definition: Definition, name: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Có" if value else "Không"
    if isinstance(value, list | tuple):
        return "; ".join(text for one in value if (text := _text(definition, name, one)))
    if isinstance(value, Mapping):
        shown = value.get("text") or ", ".join(str(part) for part in value.values() if part)
        return str(shown)
    if name == "category":
        return next((one.label_vi for one in definition.finding_categories if one.code == value), str(value))
    return words.SIDE_LABELS.get(str(value), str(value)) if name == "side" else _moment_or_text(str(value))


def _moment_or_text(text: str) -> str:
    if bodies.is_day(text):
        return wording.day(date.fromisoformat(text))
    return wording.moment(datetime.fromisoformat(text)) if bodies.is_moment(text) else text
