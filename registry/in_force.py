"""Which legal text was in force in a period: a replaced text gives way to its successor or its forerunner.

It judges the period examined, never today, and it knows no checklist. Standards are not judged here: agencies
keep using a withdrawn standard while they change over.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

KINDS: dict[str, str] = {
    "luat": "Luật",
    "nghi_quyet": "Nghị quyết",
    "nghi_dinh": "Nghị định",
    "quyet_dinh": "Quyết định",
    "thong_tu": "Thông tư",
    "cong_van": "Công văn",
}


@dataclass(frozen=True)
class Period:
    """From the first to the last day, both included."""

    first: date
    last: date


@dataclass(frozen=True)
class Instrument:
    """Văn bản: a legal text, when it is in force, and what it has to do with others.

    `amends` names the texts that it changes; `replaced_by` the text that took its place.
    """

    code: str
    kind: str
    number: str
    title: str
    issued_on: date | None = None
    effective_from: date | None = None
    effective_to: date | None = None
    replaced_by: str | None = None
    amends: tuple[str, ...] = ()

    @property
    def cited(self) -> str:
        """How documents name it: `Nghị định số 61/2018/NĐ-CP`."""
        name = self.title if self.kind == "luat" else KINDS.get(self.kind, "Văn bản")
        return f"{name} số {self.number}"


def is_in_force(instrument: Instrument, period: Period) -> bool:
    """Whether the text was in force on at least one day of the period.

    Where the first day is unknown, the day of issue stands for it; an unknown last day counts as open.
    """
    first = instrument.effective_from or instrument.issued_on
    if first is not None and period.last < first:
        return False
    return instrument.effective_to is None or period.first <= instrument.effective_to


def texts_in_force(
    code: str, instruments: Mapping[str, Instrument], period: Period
) -> tuple[Instrument, ...]:
    """The texts that said in that period what the named text says: itself, its successor or its forerunners.

    A text comes before those that amend it, and an earlier one before a later one. Empty if nothing was in
    force, or the code is unknown.
    """
    family = [instruments[name] for name in _family(code, instruments)]
    applying = [one for one in family if is_in_force(one, period)]
    return tuple(
        sorted(applying, key=lambda one: (one.issued_on or one.effective_from or date.max, one.code))
    )


def _family(code: str, instruments: Mapping[str, Instrument]) -> set[str]:
    """The text, all that replaced it step by step, all that they replaced, and what amends any of them."""
    family = set(_successors(code, instruments))
    growing = bool(family)
    while growing:
        related = {
            one.code for one in instruments.values() if one.replaced_by in family or family & {*one.amends}
        }
        growing = not related <= family
        family |= related
    return family


def _successors(code: str, instruments: Mapping[str, Instrument]) -> list[str]:
    line: list[str] = []
    at: str | None = code
    while at is not None and at in instruments and at not in line:
        line.append(at)
        at = instruments[at].replaced_by
    return line


def circle_in(instruments: Iterable[Instrument]) -> str | None:
    """The code of a text that would, step by step, replace itself; None if there is no such text."""
    known = {one.code: one for one in instruments}
    for one in known.values():
        line = _successors(one.code, known)
        if known[line[-1]].replaced_by in line:
            return one.code
    return None
