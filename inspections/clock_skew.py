"""How far a tablet's clock stood from the server's, from what its operations say and when they came.

Nothing depends on it: order is by position and by what operations name as parents. It is a fact for whoever
reads times on paper, and no accusation: batteries run out, and clocks are set wrong.

An operation gives two kinds of evidence. `clk` is the tablet's last measurement of the server's clock before
it was recorded (server minus tablet in ms, and its age in s; `+0/0`: never measured). And nothing can have
been recorded after it came, so a `wall` beyond `received_at` shows a clock that was ahead by at least that
much. A `wall` before `received_at` shows nothing: tablets are without network for days.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from inspections import bodies
from inspections.fold import Entry

TOLERATED = timedelta(minutes=5)
_CLK = re.compile(r"([+-]\d{1,15})/(\d{1,12})")
_NEVER = "+0/0"
_HOURS_FROM, _DAYS_FROM = timedelta(minutes=90), timedelta(hours=48)


@dataclass(frozen=True)
class Evidence:
    """What one operation says of the clock that it was recorded by."""

    wall: str
    clk: str
    received_at: datetime


@dataclass(frozen=True)
class Skew:
    """The furthest that a tablet's clock was ahead of the server's (behind: less than zero), and how often.

    `operations` counts those that were recorded while it stood further off than is tolerated.
    """

    ahead: timedelta
    operations: int

    @property
    def is_notable(self) -> bool:
        """Whether readers of times have to be told."""
        return self.operations > 0


def ahead(evidence: Evidence) -> timedelta | None:
    """How far the clock was ahead when the operation was recorded; None where nothing shows it."""
    found = [known for known in (_measured(evidence.clk), _at_least(evidence)) if known is not None]
    return max(found) if found else None


def _measured(clk: str) -> timedelta | None:
    read = _CLK.fullmatch(clk)
    return None if read is None or clk == _NEVER else -timedelta(milliseconds=int(read[1]))


def _at_least(evidence: Evidence) -> timedelta | None:
    if not bodies.is_moment(evidence.wall):
        return None
    beyond = datetime.fromisoformat(evidence.wall) - evidence.received_at
    return beyond if beyond > timedelta(0) else None


def skew(evidences: Iterable[Evidence]) -> Skew | None:
    """The skew of one tablet over its operations; None where none of them shows anything."""
    known = [found for found in map(ahead, evidences) if found is not None]
    if not known:
        return None
    return Skew(max(known, key=abs), sum(abs(one) > TOLERATED for one in known))


def notable(entries: Iterable[Entry]) -> dict[str, Skew]:
    """The tablets, by id, whose clock stood further off than is tolerated while they wrote these entries."""
    by_device: dict[str, list[Evidence]] = {}
    for entry in entries:
        if entry.received_at is not None and not entry.device.startswith("server:"):
            said = Evidence(entry.operation.wall, entry.operation.clk, entry.received_at)
            by_device.setdefault(entry.device, []).append(said)
    found = ((device, skew(evidences)) for device, evidences in sorted(by_device.items()))
    return {device: one for device, one in found if one is not None and one.is_notable}


def in_words(one: Skew) -> str:
    """The skew as people say it: `nhanh khoảng 12 phút`, `chậm khoảng 3 giờ`."""
    size = abs(one.ahead)
    if size < _HOURS_FROM:
        length = f"{round(size / timedelta(minutes=1))} phút"
    elif size < _DAYS_FROM:
        length = f"{round(size / timedelta(hours=1))} giờ"
    else:
        length = f"{round(size / timedelta(days=1)):,} ngày".replace(",", ".")
    return f"{'nhanh' if one.ahead > timedelta(0) else 'chậm'} khoảng {length}"
