"""Which findings of a unit's earlier inspections go along to the next one, and how far each has come.

Pure: it knows no database and no clock. A finding goes along until the correction was accepted; nothing is
dropped because time has passed. What closes a finding is decided elsewhere.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from inspections.findings import Finding
from inspections.workflow import State


class Standing(StrEnum):
    """Tình trạng khắc phục của một tồn tại nêu lần trước."""

    AWAITED = "awaited"
    REPORTED = "reported"
    NOT_ACCEPTED = "not_accepted"


@dataclass(frozen=True)
class Earlier:
    """An issued inspection of the unit; `was_refused`: its last correction report was not accepted."""

    inspection: str
    inspected_on: date
    decision_number: str
    state: State
    was_refused: bool
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Carried:
    """Tồn tại lần trước: the finding, where it was made, how far its correction has come.

    `is_overdue`: the term for the report had passed by the day of the new inspection, and none is in.
    """

    finding: Finding
    inspection: str
    inspected_on: date
    decision_number: str
    standing: Standing
    is_overdue: bool


# Issued and not yet closed; a closed inspection had nothing to correct, or its correction was accepted.
OPEN_STATES = (State.ISSUED, State.AWAITING_CORRECTION, State.UNDER_REVIEW)


def carried_over(earlier: Iterable[Earlier], *, on: date) -> tuple[Carried, ...]:
    """What goes along to an inspection on the day, oldest inspection first, each in the order of its minutes.

    Source: Thông tư 26/2014/TT-BKHCN Điều 37 khoản 2 điểm c, d.
    """
    in_order = sorted(earlier, key=lambda one: (one.inspected_on, one.inspection))
    return tuple(
        _carried(one, finding, on=on)
        for one in in_order
        if one.inspected_on < on and one.state in OPEN_STATES
        for finding in one.findings
        if finding.category.needs_corrective_action
    )


def _carried(one: Earlier, finding: Finding, *, on: date) -> Carried:
    standing = _standing(one)
    is_late = finding.due_on is not None and finding.due_on < on
    return Carried(
        finding, one.inspection, one.inspected_on, one.decision_number, standing,
        is_overdue=is_late and standing is not Standing.REPORTED,
    )  # fmt: skip


def _standing(one: Earlier) -> Standing:
    if one.state == State.UNDER_REVIEW:
        return Standing.REPORTED
    return Standing.NOT_ACCEPTED if one.was_refused else Standing.AWAITED
