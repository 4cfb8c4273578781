"""How far inspections reach the agencies that must be inspected in a year; it warns and never forbids.

The denominator is the agencies that must run the system, as they stand on the last day of the year: one that
ended during the year cannot be inspected any more, and its successor stands in its place. Encouraged agencies
and those whose obligation nobody recorded are counted apart, never mixed in.

Source: Thông tư 26/2014/TT-BKHCN Điều 33 khoản 2; Quyết định 19/2014/QĐ-TTg Điều 2 khoản 1.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from inspections.workflow import Form
from registry.existence import exists_on
from registry.obligations import Kind


@dataclass(frozen=True)
class UnitInYear:
    """A unit as coverage sees it; `obligation` is what holds on the last day that counts, None if unknown."""

    code: str
    name: str
    valid_from: date | None
    valid_to: date | None
    obligation: str | None


@dataclass(frozen=True)
class Census:
    """The units of one year: those that count, those that ended on the way, and those nobody can tell of."""

    obliged: tuple[UnitInYear, ...]
    ended: tuple[UnitInYear, ...]
    unknown: tuple[UnitInYear, ...]


@dataclass(frozen=True)
class Coverage:
    """What a set of inspections covers of the agencies that must be inspected."""

    obliged: tuple[UnitInYear, ...]
    by_desk: frozenset[str]
    on_site: frozenset[str]

    @property
    def total(self) -> int:
        """How many must be inspected."""
        return len(self.obliged)

    @property
    def examined(self) -> int:
        """How many are inspected at all: an inspection on site is more than one of papers, and counts."""
        return len(self.by_desk | self.on_site)

    @property
    def needed_on_site(self) -> int:
        """The least number that must be inspected on site: a third, rounded up."""
        return -(-self.total // 3)

    @property
    def missing(self) -> tuple[UnitInYear, ...]:
        """Those that nobody inspects, neither by papers nor on site."""
        reached = self.by_desk | self.on_site
        return tuple(unit for unit in self.obliged if unit.code not in reached)

    @property
    def short_on_site(self) -> int:
        """How many inspections on site are missing to make a third."""
        return max(0, self.needed_on_site - len(self.on_site))

    @property
    def is_met(self) -> bool:
        """Whether both halves of the rule are kept."""
        return not self.missing and not self.short_on_site


def last_day_of(year: int) -> date:
    """The day on which the year's agencies are counted."""
    return date(year, 12, 31)


def census(units: Iterable[UnitInYear], year: int) -> Census:
    """Who counts in the year, who ended on the way, and whose obligation is unknown."""
    known, first, last = list(units), date(year, 1, 1), last_day_of(year)
    standing = [unit for unit in known if exists_on(unit, last)]
    return Census(
        obliged=tuple(unit for unit in standing if unit.obligation == Kind.MANDATORY),
        ended=tuple(
            unit
            for unit in known
            if unit.valid_to and first <= unit.valid_to < last and unit.obligation == Kind.MANDATORY
        ),
        unknown=tuple(unit for unit in standing if unit.obligation is None),
    )


def coverage(obliged: Iterable[UnitInYear], visits: Iterable[tuple[str, str]]) -> Coverage:
    """What the visits cover; each is a unit's code and the form of the inspection."""
    counted = tuple(obliged)
    codes = {unit.code for unit in counted}
    forms: dict[str, set[str]] = {Form.DESK: set(), Form.ON_SITE: set()}
    for code, form in visits:
        forms[form].add(code)
    return Coverage(counted, frozenset(forms[Form.DESK] & codes), frozenset(forms[Form.ON_SITE] & codes))
