"""How dates, times and figures are written for people in Việt Nam; the words themselves live in templates.

Nothing here reads the clock or translates; what is stored and sent stays in ISO form.
"""

from datetime import date, datetime

from flask import Flask

from core import clock, settings

_KIB, _MIB = 1024, 1024 * 1024


def day(value: date | datetime | None) -> str:
    """A day as `05/3/2024`; empty for none.

    Days below 10 and the months 1 and 2 take a leading zero.
    Source: Nghị định 30/2020/NĐ-CP Phụ lục I mục II.4.
    """
    if value is None:
        return ""
    on = clock.local_date(value) if isinstance(value, datetime) else value
    month = f"{on.month:02d}" if on.month < 3 else str(on.month)
    return f"{on.day:02d}/{month}/{on.year}"


def time(value: datetime | None) -> str:
    """The time of day in Việt Nam as `14:32`; empty for none."""
    return "" if value is None else f"{value.astimezone(clock.VIETNAM):%H:%M}"


def moment(value: datetime | None) -> str:
    """Time and day in Việt Nam as `14:32 ngày 05/3/2024`; empty for none."""
    return "" if value is None else f"{time(value)} ngày {day(value)}"


def number(value: float, *, decimals: int = 0) -> str:
    """A figure with a dot between thousands and a decimal comma: `1.234,5`."""
    return f"{value:,.{decimals}f}".translate(str.maketrans(",.", ".,"))


def size(bytes_: int) -> str:
    """How large a file is, in steps of 1024: `820 kB`, `4,5 MB`."""
    if bytes_ < _MIB:
        return f"{number(-(-bytes_ // _KIB))} kB"
    return f"{number(bytes_ / _MIB, decimals=1)} MB"


def share(part: int, whole: int) -> str:
    """Both figures and their percentage: `134/163 (82,2 %)`; without a percentage where there is no whole."""
    figures = f"{number(part)}/{number(whole)}"
    return f"{figures} ({number(100 * part / whole, decimals=1)} %)" if whole else figures


def register(app: Flask) -> None:
    """Templates can write `|day`, `|moment`, `|number`, `|size`, and know whether this is a demonstration."""
    for function in (day, time, moment, number, size):
        app.add_template_filter(function)
    app.context_processor(lambda: {"is_demo": settings.current().demo})
