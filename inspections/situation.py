"""What is known when an operation is judged, and what a judgement says; plain values, no rule among them."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Protocol

import msgspec

from inspections import signoff
from inspections.codes import Code, Effect
from inspections.fold import Entry, Fold
from inspections.workflow import Form, Part, State


class Items(Protocol):
    """What the judge asks of a checklist version."""

    def has(self, item: str) -> bool:
        """Whether the version has the item."""

    def has_profile(self, profile: str | None) -> bool:
        """Whether an inspection of this profile can ask the version; None where it has no profiles."""

    def answer_fault(self, item: str, body: Mapping[str, Any]) -> str | None:
        """Why the answer does not fit the item, as a short code, or None."""

    def row_fault(self, item: str, columns: Mapping[str, Any]) -> str | None:
        """Why the row does not fit the item's sample table, as a short code, or None."""


class Situation(msgspec.Struct, frozen=True):
    """All that is known when an operation is judged; `parts` are those of its author.

    `fold` holds at least the operation's entity, and the whole inspection for a step. `earlier_checklists`
    are the versions before a supplement, each with the items that became others since (None: none).
    """

    inspection: str
    state: State
    form: Form
    parts: frozenset[Part]
    received_at: datetime
    fold: Fold
    checklist: str = ""
    checklist_sha256: str = ""
    profile: str | None = None
    checklists: Mapping[str, Items] = msgspec.field(default_factory=dict)
    earlier_checklists: Mapping[str, Mapping[str, str | None]] = msgspec.field(default_factory=dict)
    frozen_pos: int | None = None
    waiting: signoff.Shown | None = None
    is_device_lost: bool = False
    is_grant_over: bool = False
    adopted: Entry | None = None
    device_seqs: Mapping[str, int] = msgspec.field(default_factory=dict)
    stored: Collection[str] = ()


class Taken(msgspec.Struct, frozen=True):
    """What a step changes in the inspection beside its state."""

    state: State
    opens_revision: bool = False
    freezes: bool = False
    content: str | None = None
    checklist: str | None = None


class Judgement(msgspec.Struct, frozen=True):
    """The verdict on one operation."""

    effect: Effect
    code: Code | None = None
    detail: dict[str, Any] = msgspec.field(default_factory=dict)
    taken: Taken | None = None
    waits: bool = False
    ends_waiting: bool = False


def aside(code: Code, **detail: object) -> Judgement:
    """The operation is kept and has no effect."""
    return Judgement(Effect.QUARANTINED, code, detail)
