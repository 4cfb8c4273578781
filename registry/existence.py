"""Whether a unit existed on a given day; it asks nobody what day it is today."""

from datetime import date
from typing import Protocol


class Dated(Protocol):
    """What has a first and a last day, either of which may be unknown."""

    @property
    def valid_from(self) -> date | None:
        """The first day, or None if nobody recorded it."""

    @property
    def valid_to(self) -> date | None:
        """The last day, or None while it goes on."""


def exists_on(unit: Dated, on: date) -> bool:
    """Whether the day lies within the unit's life; an unrecorded end counts as open."""
    begun = unit.valid_from is None or unit.valid_from <= on
    return begun and (unit.valid_to is None or on <= unit.valid_to)
