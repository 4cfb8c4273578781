"""What is known of a unit through time: its names and the state of its quality management system.

Nothing is filled in between two known days, and nothing is known before the first of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class QmsState(StrEnum):
    """Tình trạng hệ thống quản lý chất lượng của đơn vị."""

    NONE = "chua_xay_dung"
    BUILDING = "dang_xay_dung"
    APPLYING = "dang_ap_dung"
    PUBLISHED = "da_cong_bo"
    SUSPENDED = "tam_dung"
    ENDED = "ket_thuc"


@dataclass(frozen=True)
class NameFacts:
    """Tên cũ: how a unit was called between two days, and the paper that says so."""

    name: str
    valid_from: date | None
    valid_to: date
    document: str


@dataclass(frozen=True)
class QmsFacts:
    """One step in the history of a unit's system; it holds until the next one begins.

    Source: Quyết định 19/2014/QĐ-TTg Điều 4 khoản 3 (publication), khoản 4 điểm c (re-publication).
    """

    since: date
    state: str
    standard: str | None
    scope: str | None
    decision_number: str | None
    decided_on: date | None
    is_electronic: bool | None
    source: str


def name_on(current: str, earlier: Iterable[NameFacts], on: date) -> str:
    """How the unit was called on the day: one of its earlier names, or the one it has now."""
    for one in earlier:
        if (one.valid_from is None or one.valid_from <= on) and on <= one.valid_to:
            return one.name
    return current


def qms_on(history: Iterable[QmsFacts], on: date) -> QmsFacts | None:
    """The step that holds on the day, or None if nothing is recorded up to it."""
    begun = [one for one in history if one.since <= on]
    return max(begun, key=lambda one: one.since, default=None)
