"""The plan that the demonstration carries out: which units, on which days, under which papers.

Business dates lie in 2023; every operation, receipt and seal has the real time. Units come from the registry
by their codes; numbers of papers are invented for the demonstration.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from core.clock import VIETNAM

CHECKLIST = "QMS-HCNN-2015@1.0.0"
PROFILE = "tai_tru_so_day_du"
PERIOD = (date(2022, 1, 1), date(2023, 4, 30))
_FIRST_DAY = date(2023, 5, 23)
_FIRST_NUMBER = 7
LAST_YEAR = 2023

UNITS = (
    "TV-S02", "TV-S03", "TV-S04", "TV-S06", "TV-S07", "TV-S08", "TV-S09", "TV-S10", "TV-S11", "TV-S12",
    "TV-S16", "TV-H01", "TV-H02", "TV-H03", "TV-H04", "TV-H05", "TV-H06", "TV-H07", "TV-H08", "TV-H09",
)  # fmt: skip

# username, role in the team
TEAM = (("truongdoan", "leader"), ("phodoan", "deputy"), ("thuky", "secretary"), ("thanhvien", "member"))
# The leader's tablet syncs last, so that it signs what all the others have sent.
WITH_TABLETS = ("thanhvien", "thuky", "truongdoan")


class Turn(StrEnum):
    """What happens at a unit out of the ordinary."""

    NONE = "none"
    SENT_BACK = "sent_back"
    REFUSED = "refused"
    LATE_ADOPTED = "late_adopted"
    LATE_DISMISSED = "late_dismissed"
    NOT_SHOWN = "not_shown"


_TURNS = {
    0: Turn.SENT_BACK, 4: Turn.REFUSED, 7: Turn.LATE_ADOPTED, 10: Turn.LATE_DISMISSED, 13: Turn.NOT_SHOWN,
}  # fmt: skip


@dataclass(frozen=True)
class Chapter:
    """One unit's inspection as the papers fix it."""

    unit_code: str
    place: int

    @property
    def planned_on(self) -> date:
        """The day of the inspection: one unit a working day, in the order of the plan."""
        weeks, days = divmod(_FIRST_DAY.weekday() + self.place, 5)
        return _FIRST_DAY + timedelta(days=weeks * 7 + days - _FIRST_DAY.weekday())

    @property
    def decided_on(self) -> date:
        """The day of the inspection decision."""
        return self.planned_on - timedelta(days=15)

    @property
    def decision_number(self) -> str:
        """The number that the decision carries."""
        return f"{41 + self.place}/QĐ-TĐC"

    @property
    def record_number(self) -> str:
        """The number that the clerk gives the minutes."""
        return f"{_FIRST_NUMBER + self.place:02d}/BB-TĐC"

    @property
    def turn(self) -> Turn:
        """What happens there out of the ordinary."""
        return _TURNS.get(self.place % len(UNITS), Turn.NONE)

    @property
    def request(self) -> dict[str, str] | None:
        """The paper on which an inspection outside the plan rests; the plan itself needs none."""
        if self.place < len(UNITS):
            return None
        return {
            "number": f"{self.place}/UBND-KGVX (mô phỏng)", "requested_on": self.decided_on.isoformat(),
            "requested_by": "Ủy ban nhân dân tỉnh Trà Vinh",
        }  # fmt: skip

    def another_time(self) -> "Chapter":
        """The same unit after the whole plan, for a folder in which the plan was carried out before."""
        return replace(self, place=self.place + len(UNITS))

    def at(self, hour: int, minute: int = 0) -> datetime:
        """A moment of the day of the inspection, in Việt Nam."""
        return datetime.combine(self.planned_on, time(hour, minute), VIETNAM)


def chapters(units: int) -> list[Chapter]:
    """The first `units` inspections of the plan."""
    return [Chapter(code, place) for place, code in enumerate(UNITS[:units])]
