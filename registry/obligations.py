"""Whether a unit must run a quality management system on a day, and which paper says so.

It knows the days and the papers that it is given and guesses nothing: where neither the law's rules nor the
unit's own papers speak, the obligation is unknown. It asks nobody what day it is today.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Kind(StrEnum):
    """Mức độ bắt buộc. Source: Quyết định 19/2014/QĐ-TTg Điều 2; Thông tư 26/2014/TT-BKHCN Điều 6 khoản 5."""

    MANDATORY = "bat_buoc"
    ENCOURAGED = "khuyen_khich"
    PROVINCIAL = "tinh_quyet_dinh"


@dataclass(frozen=True)
class ObligationRule:
    """What a legal text says about units of one type, between two days; an open end is None."""

    unit_type: str
    kind: str
    basis: str
    clause: str
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True)
class Obligation:
    """Nghĩa vụ của một đơn vị: how binding, from when to when, and the document that set it.

    `is_derived` tells what follows from the unit's type from what a paper says of this one unit.
    """

    kind: str
    valid_from: date | None
    valid_to: date | None
    document: str
    is_derived: bool = False

    def holds_on(self, on: date) -> bool:
        """Whether the day lies between its ends, both included."""
        begun = self.valid_from is None or self.valid_from <= on
        return begun and (self.valid_to is None or on <= self.valid_to)


def obligations_of(
    unit_type: str, rules: Iterable[ObligationRule], own: Iterable[Obligation]
) -> tuple[Obligation, ...]:
    """Everything that is known of a unit's obligation: its own papers first, then the rules for its type."""
    derived = [
        Obligation(rule.kind, rule.valid_from, rule.valid_to, f"{rule.basis}, {rule.clause}", is_derived=True)
        for rule in rules
        if rule.unit_type == unit_type
    ]
    return tuple(_oldest_first(own) + _oldest_first(derived))


def obligation_on(obligations: Iterable[Obligation], on: date) -> Obligation | None:
    """What holds on the day: a paper about the unit itself before the rule for its type; None if unknown."""
    holding = [one for one in obligations if one.holds_on(on)]
    own = [one for one in holding if not one.is_derived]
    speaking = own or holding
    return speaking[-1] if speaking else None


def _oldest_first(obligations: Iterable[Obligation]) -> list[Obligation]:
    return sorted(obligations, key=lambda one: (one.valid_from or date.min, one.kind))
