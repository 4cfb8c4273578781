"""Legal deadlines counted in calendar months; no clock, no time of day.

Source: Thông tư 26/2014/TT-BKHCN Điều 37 khoản 2 điểm c (02 tháng kể từ ngày ký biên bản); Bộ luật Dân sự
2015 Điều 148 khoản 3 (a term in months ends on the corresponding day, or on the month's last day).
"""

import calendar
import re
from datetime import date

_MONTHS = re.compile(r"P([1-9][0-9]?)M")


def months_after(start: date, months: int) -> date:
    """The day with the same number, so many calendar months later, or that month's last day."""
    index = start.year * 12 + start.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def due_on(signed_on: date, term: str) -> date:
    """The last day of a term such as `P2M` (ISO 8601, months only) that runs from the signing date."""
    matched = _MONTHS.fullmatch(term)
    if matched is None:
        raise ValueError(f"{term!r} is not a term in months such as P2M")
    return months_after(signed_on, int(matched[1]))
