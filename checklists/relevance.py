"""Which items an inspection asks: by the unit's type, the profile, what is switched on, and conditions.

It looks at a definition and answers, and at nothing else; what a relevant item still lacks is `completeness`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from checklists import definition as d
from checklists.definition import Definition, Item
from checklists.errors import ProfileUnknown

Answers = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Scope:
    """What the inspection decision fixed: the unit's type, the profile, items switched on beside it.

    `profile` is None for a checklist without profiles, and then every item is meant.
    """

    unit_type: str
    profile: str | None = None
    switched_on: frozenset[str] = frozenset()


def relevant_items(definition: Definition, scope: Scope, answers: Answers) -> tuple[str, ...]:
    """The codes of the items that are asked, in the order of the checklist.

    A condition holds when the item that it looks at is itself asked and its value is the one named.

    Args:
        answers: the body of each item's answer; an item whose answers are in conflict is left out.
    Raises:
        ProfileUnknown: the checklist has no such profile.
    """
    listed = _listed(definition, scope.profile)
    asked: dict[str, None] = {}
    for item in d.items(definition):
        if _is_in_scope(item, scope, listed) and _condition_holds(item, answers, asked):
            asked[item.code] = None
    return tuple(asked)


def _listed(definition: Definition, profile: str | None) -> frozenset[str] | None:
    """The items that the profile names one by one, or None where it means all."""
    if profile is None and not definition.profiles:
        return None
    known = {one.code: one.include for one in definition.profiles}
    if profile is None or profile not in known:
        raise ProfileUnknown(
            f"Danh mục {definition.reference} không có cấu hình «{profile or ''}».", one_of=sorted(known)
        )
    include = known[profile]
    return None if include == d.ALL else frozenset(include)


def _is_in_scope(item: Item, scope: Scope, listed: frozenset[str] | None) -> bool:
    if scope.unit_type not in item.applies_to:
        return False
    if item.code in scope.switched_on:
        return True
    # A profile that names an item wants it, even one that is off by default; `all` does not name any.
    return item.default_enabled if listed is None else item.code in listed


def _condition_holds(item: Item, answers: Answers, asked: Mapping[str, None]) -> bool:
    if item.condition is None:
        return True
    answer = answers.get(item.condition.item, {})
    return item.condition.item in asked and answer.get("value") == item.condition.equals
