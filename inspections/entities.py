"""What can be written in an inspection: kinds of entities, their verbs, and the fields that one write sets.

An entity is named `<kind>`, `<kind>/<id>` or `row/<item>/<id>`. Nothing here says who may write or when.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from inspections import workflow

_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_ITEM = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"

# The same items come with every visit, and what their names mean is asked each time: the last are kept.
_KEPT = 1024

RETRACT = "retract"
_FIELD_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_UNREGISTERED = frozenset({"reason", "salt", "reissues", RETRACT})
_MOVABLE = frozenset({"item", "caption"})


@dataclass(frozen=True)
class Kind:
    """A kind of entity: how it is named, what can be done to it, whether signatures cover it."""

    name: str
    verbs: frozenset[str]
    naming: re.Pattern[str]
    in_record: bool
    is_one_register: bool = False


def _kind(
    name: str, verbs: str, naming: str, *, in_record: bool = True, one: bool = False
) -> tuple[str, Kind]:
    return name, Kind(name, frozenset(verbs.split()), re.compile(naming), in_record, one)


KINDS: dict[str, Kind] = dict(
    (
        _kind("inspection", "set resolve", "inspection"),
        _kind("announcement", "set resolve", "announcement"),
        _kind("participant", "set resolve retract", f"participant/{_UUID}"),
        _kind("answer", "set resolve", f"answer/{_ITEM}", one=True),
        _kind("row", "set resolve retract", f"row/{_ITEM}/{_UUID}", one=True),
        _kind("finding", "set resolve retract", f"finding/{_UUID}"),
        _kind("explanation", "set resolve", f"explanation/(?:general|{_UUID})"),
        _kind("photo", "add edit retract", f"photo/{_UUID}", one=True),
        _kind("file", "add edit retract", f"file/{_UUID}", one=True),
        _kind("note", "add edit retract", f"note/{_UUID}", in_record=False, one=True),
        _kind("assignment", "set", f"assignment/{_ITEM}", in_record=False),
        _kind("signature", "add", f"signature/{_UUID}", in_record=False, one=True),
        _kind("remark", "add answer accept", f"remark/{_UUID}", in_record=False, one=True),
    )
)

STEPS = frozenset(row.step for row in workflow.TABLE) - {"decide"}
DECISIONS = frozenset({"quarantine.adopt", "quarantine.dismiss"})
OWN_STEPS = frozenset({"supplement", "signoff_lapsed"})
STEP_TYPES = frozenset(f"inspection.{step}" for step in STEPS | OWN_STEPS)
TABLED_STEP_TYPES = frozenset(f"inspection.{step}" for step in STEPS)
WRITE_TYPES = frozenset(f"{kind.name}.{verb}" for kind in KINDS.values() for verb in kind.verbs)
TYPES = WRITE_TYPES | STEP_TYPES | DECISIONS


def kind_of(entity: str) -> str:
    """The kind that the entity's name begins with."""
    return entity.partition("/")[0]


@lru_cache(maxsize=_KEPT)
def is_in_record(entity: str) -> bool:
    """Whether the entity belongs to what is signed."""
    kind = KINDS.get(kind_of(entity))
    return kind is not None and kind.in_record


def is_name(entity: str) -> bool:
    """Whether the text names an entity in the form of its kind."""
    kind = KINDS.get(kind_of(entity))
    return kind is not None and kind.naming.fullmatch(entity) is not None


@lru_cache(maxsize=_KEPT)
def is_well_named(operation_type: str, entity: str) -> bool:
    """Whether an operation of this type may speak about an entity of this name."""
    if operation_type in STEP_TYPES:
        return entity == "inspection"
    spoken_of = operation_type.partition(".")[0]
    return is_name(entity) and (operation_type in DECISIONS or spoken_of == kind_of(entity))


@lru_cache(maxsize=_KEPT)
def is_field_name(name: str) -> bool:
    """Whether a field may have this name."""
    return _FIELD_NAME.fullmatch(name) is not None


@lru_cache(maxsize=_KEPT)
def item_of(entity: str) -> str | None:
    """The checklist item that an answer or a row belongs to."""
    kind, _, rest = entity.partition("/")
    return rest.partition("/")[0] if kind in ("answer", "row") else None


def moved(entity: str, became: Mapping[str, str | None]) -> str:
    """The entity as it is called at the item that its own became; itself where none took its place."""
    item = item_of(entity)
    now = became.get(item) if item is not None else None
    if item is None or now is None:
        return entity
    kind, _, rest = entity.partition("/")
    return f"{kind}/{now}{rest.removeprefix(item)}"


def writes(operation_type: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that the operation sets, each with its value; a step or a decision sets none.

    In a kind of one register the whole body is judged together, so it is one value; otherwise every member of
    the body is a field, known or not, so that a newer tablet's field is kept and signed like the others.
    """
    kind_name, _, verb = operation_type.partition(".")
    kind = KINDS.get(kind_name)
    if kind is None or verb not in kind.verbs:
        return {}
    if verb == "retract":
        return {RETRACT: True}
    members = {name: value for name, value in body.items() if name not in _UNREGISTERED}
    if kind_name == "remark":
        state = {"state": {"add": "open", "answer": "answered", "accept": "accepted"}[verb]}
        return {"remark": _present(members)} | state if verb == "add" else state
    if kind_name in ("photo", "file"):
        moved = {name: value for name, value in members.items() if name in _MOVABLE}
        fixed = {name: value for name, value in members.items() if name not in _MOVABLE}
        return moved | {kind_name: _present(fixed)} if verb == "add" else moved
    return {kind_name: _present(members)} if kind.is_one_register else members


def _present(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}
