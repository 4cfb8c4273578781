"""Whether a body has the shape that its type promises; members that are not listed are kept and not judged.

Values of answers and rows depend on the checklist and are judged by `checklists.values`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from inspections import entities
from inspections import operation as op

Check = Callable[[object], bool]
YEARS = range(1900, 2101)


@dataclass(frozen=True)
class Shape:
    """Members that must be there and members that may be there or be null."""

    required: Mapping[str, Check]
    optional: Mapping[str, Check]


def is_text(value: object) -> bool:
    """Whether the value is a text, be it empty."""
    return isinstance(value, str)


def says_something(value: object) -> bool:
    """Whether the value is a text with more than blanks."""
    return isinstance(value, str) and bool(value.strip())


def is_blob_name(value: object) -> bool:
    """Whether the value names a file by its hash: `sha256:` and 64 digits."""
    return isinstance(value, str) and value.startswith("sha256:") and op.is_sha256(value[7:])


def moment(value: object) -> datetime | None:
    """The moment with an offset from UTC, of a year in `YEARS`, that the value names; None if it names none.

    Source: RFC 3339 §5.6.
    """
    if not isinstance(value, str) or len(value) < len("2023-05-23T08:00Z"):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo is not None and found.year in YEARS else None


def is_moment(value: object) -> bool:
    """Whether the value names a moment."""
    return moment(value) is not None


def is_day(value: object) -> bool:
    """Whether the value is a calendar day, `YYYY-MM-DD`, of a year in `YEARS`."""
    if not isinstance(value, str) or len(value) != len("2023-05-23"):
        return False
    try:
        return date.fromisoformat(value).year in YEARS
    except ValueError:
        return False


def _is_hash(value: object) -> bool:
    return isinstance(value, str) and op.is_sha256(value)


def _is_id(value: object) -> bool:
    return isinstance(value, str) and op.is_id(value)


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_object(value: object) -> bool:
    return isinstance(value, dict)


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def _one_of(*names: str) -> Check:
    return lambda value: value in names if isinstance(value, str) else False


def _list_of(check: Check) -> Check:
    return lambda value: isinstance(value, list) and all(map(check, value))


def _is_seen(value: object) -> bool:
    return isinstance(value, dict) and all(map(_is_count, value.values()))


def _is_reference(value: object) -> bool:
    return isinstance(value, dict) and all(is_text(value.get(name, "")) for name in ("code", "article"))


def _is_refusal(value: object) -> bool:
    return (
        isinstance(value, dict)
        and says_something(value.get("reason"))
        and _list_of(is_text)(value.get("witnesses", []))
    )


def _is_mapping(value: object) -> bool:
    return isinstance(value, dict) and all(item is None or isinstance(item, str) for item in value.values())


def _is_reissue(value: object) -> bool:
    """Whether the value names a link of another chain: device, number and hash."""
    return (
        isinstance(value, dict)
        and says_something(value.get("device"))
        and _is_count(value.get("seq"))
        and _is_hash(value.get("hash"))
    )


_ATTACHED = Shape(
    {"blob": is_blob_name, "size": _is_count, "mime": says_something},
    {"taken_at": is_moment, "item": is_text, "caption": is_text},
)
# A file is known by the name it had; the camera's own copy of a photo names the photo that it belongs to.
_FILED = Shape(_ATTACHED.required, {**_ATTACHED.optional, "name": is_text, "original_of": is_text})
_MOVED = Shape({}, {"item": is_text, "caption": is_text})
_REASONED = Shape({"reason": says_something}, {})
_FINDING = {
    "category": says_something, "text": says_something, "reference": _is_reference,
    "items": _list_of(says_something), "evidence": _is_list, "due_on": is_day,
}  # fmt: skip
_INSPECTION = {
    "started_at": is_moment, "ended_at": is_moment, "place": is_text, "conclusion": is_text,
    "recommendations": is_text,
}  # fmt: skip
_ANNOUNCEMENT = {"opened_at": is_moment, "closed_at": is_moment, "place": is_text, "statement": is_text}
_PARTICIPANT = {
    "side": _one_of("team", "unit", "other"), "name": says_something, "title": is_text, "role": is_text,
    "present": _is_flag,
}  # fmt: skip
_EXPLANATION = {"text": is_text, "by": is_text}

_ANYTHING = Shape({}, {})

# Where the verb sets fields, at least one must be set.
SHAPES: dict[str, Shape] = {
    "inspection.set": Shape({}, _INSPECTION),
    "inspection.resolve": Shape({"reason": says_something}, _INSPECTION),
    "announcement.set": Shape({}, _ANNOUNCEMENT),
    "announcement.resolve": Shape({"reason": says_something}, _ANNOUNCEMENT),
    "participant.set": Shape({}, _PARTICIPANT),
    "participant.resolve": Shape({"reason": says_something}, _PARTICIPANT),
    "explanation.set": Shape({}, _EXPLANATION),
    "explanation.resolve": Shape({"reason": says_something}, _EXPLANATION),
    "finding.set": Shape({}, _FINDING),
    "finding.resolve": Shape({"reason": says_something}, _FINDING),
    "finding.retract": _REASONED,
    "answer.resolve": _REASONED,
    "row.set": Shape({"columns": _is_object}, {}),
    "row.resolve": Shape({"columns": _is_object, "reason": says_something}, {}),
    "photo.add": _ATTACHED,
    "file.add": _FILED,
    "photo.edit": _MOVED,
    "file.edit": _MOVED,
    "photo.retract": _REASONED,
    "file.retract": _REASONED,
    "note.add": Shape({"text": says_something}, {"item": is_text}),
    "note.edit": Shape({"text": says_something}, {"item": is_text}),
    "assignment.set": Shape({"members": _list_of(_is_id)}, {}),
    "signature.add": Shape(
        {
            "role": _one_of("leader", "unit", "secretary", "member"),
            "name": says_something,
            "content": _is_hash,
        },
        {"title": is_text, "blob": is_blob_name, "refusal": _is_refusal},
    ),
    "remark.add": Shape({"entity": is_text, "text": says_something}, {"due_on": is_day}),
    "remark.answer": Shape({"text": says_something}, {}),
    "inspection.signoff": Shape(
        {"content": _is_hash, "seen": _is_seen}, {"exclude": _list_of(_is_id), "statement": is_text}
    ),
    "inspection.signoff_confirmed": Shape({"op_id": _is_id, "content": _is_hash}, {}),
    "inspection.signoff_lapsed": Shape({"op_id": _is_id, "code": is_text}, {}),
    "inspection.submit_confirmed": Shape({"op_id": _is_id}, {}),
    "inspection.send_back": Shape({"reason": says_something}, {"due_on": is_day}),
    "inspection.approve": Shape({"content": _is_hash}, {}),
    "inspection.reopen": Shape({"reason": says_something}, {"content": _is_hash}),
    "inspection.postpone": _REASONED,
    "inspection.cancel": _REASONED,
    "inspection.supplement": Shape({"checklist": says_something}, {"mapping": _is_mapping}),
    "inspection.receive_correction": Shape({"received_on": is_day}, {"document": is_text, "note": is_text}),
    "inspection.accept_correction": Shape({"decided_on": is_day}, {"note": is_text}),
    "inspection.refuse_correction": Shape(
        {"decided_on": is_day, "reason": says_something}, {"due_on": is_day}
    ),
    "quarantine.adopt": Shape({"op_id": _is_id, "type": is_text, "body": is_text}, {}),
    "quarantine.dismiss": Shape({"op_id": _is_id, "reason": says_something}, {}),
}


def fault(
    operation_type: str, body: Mapping[str, Any], *, fields: Mapping[str, Any] | None = None
) -> dict[str, Any] | None:
    """The first member that does not fit, or None if the body can be taken.

    Args:
        fields: what `entities.writes` says of the same body, where the caller has asked already.
    """
    shape = SHAPES.get(operation_type, _ANYTHING)
    for name, check in shape.required.items():
        if not check(body.get(name)):
            return {"member": name, "problem": "missing" if body.get(name) is None else "wrong_form"}
    for name, check in shape.optional.items():
        if body.get(name) is not None and not check(body[name]):
            return {"member": name, "problem": "wrong_form"}
    if body.get("reissues") is not None and not _is_reissue(body["reissues"]):
        return {"member": "reissues", "problem": "wrong_form"}
    if operation_type == "signature.add" and (body.get("blob") is None) == (body.get("refusal") is None):
        return {"member": "blob", "problem": "one_of_blob_and_refusal"}
    if operation_type == "remark.add" and not entities.is_name(body["entity"]):
        return {"member": "entity", "problem": "wrong_form"}
    is_write = operation_type in entities.WRITE_TYPES
    written = entities.writes(operation_type, body) if fields is None else fields
    return _field_fault(written) if is_write else None


def _field_fault(fields: Mapping[str, Any]) -> dict[str, Any] | None:
    if not fields:
        return {"member": "", "problem": "sets_nothing"}
    # A field's name stands in the lines that are hashed, where a tab or a line end would forge another line.
    odd = next((name for name in fields if not entities.is_field_name(name)), None)
    return None if odd is None else {"member": odd, "problem": "field_name"}
