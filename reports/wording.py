"""How the minutes write days, times, counts and lists; it decides nothing and knows no document.

Source: Nghị định 30/2020/NĐ-CP Phụ lục I (days below 10 and months 1 and 2 take a leading zero; each legal
ground ends with a semicolon, the last with a full stop).
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

VERDICT_LABELS = {
    "phu_hop": "Phù hợp",
    "luu_y": "Điểm lưu ý",
    "kph_nhe": "Không phù hợp nhẹ",
    "kph_nang": "Không phù hợp nặng",
    "khong_ap_dung": "Không áp dụng",
    "": "Ghi nhận",
}
COUNTED_VERDICTS = {
    "phu_hop": "phù hợp",
    "luu_y": "có điểm lưu ý",
    "kph_nhe": "không phù hợp nhẹ",
    "kph_nang": "không phù hợp nặng",
    "khong_ap_dung": "không áp dụng",
    "": "chỉ ghi nhận số liệu",
}


def _month(month: int) -> str:
    return f"{month:02d}" if month < 3 else str(month)


def long_day(day: date) -> str:
    """The day as the text of a document writes it: ngày 05 tháng 02 năm 2024."""
    return f"ngày {day.day:02d} tháng {_month(day.month)} năm {day.year}"


def short_day(day: date) -> str:
    """The day as a table writes it: 05/02/2024, 12/4/2024."""
    return f"{day.day:02d}/{_month(day.month)}/{day.year}"


def long_time(moment: datetime) -> str:
    """The time of day in words: 08 giờ 00 phút."""
    return f"{moment.hour:02d} giờ {moment.minute:02d} phút"


def short_moment(moment: datetime) -> str:
    """The minute of a day: 08:42 ngày 23/5/2023."""
    return f"{moment:%H:%M} ngày {short_day(moment.date())}"


def zoned_second(moment: datetime) -> str:
    """The second with its zone, as a seal shows it: 23/5/2023 14:02:09 +07:00."""
    minutes = (moment.utcoffset() or timedelta(0)) // timedelta(minutes=1)
    sign = "-" if minutes < 0 else "+"
    offset = f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
    return f"{short_day(moment.date())} {moment:%H:%M:%S} {offset}"


def counted(number: int) -> str:
    """A number as the text of a document writes it: 07, 12, 1.204."""
    return f"{number:02d}" if number < 10 else f"{number:,}".replace(",", ".")


def closed(line: str, *, is_last: bool) -> str:
    """The line of an enumeration with the mark that belongs at its end."""
    return line.rstrip(" ;.,") + ("." if is_last else ";")


def enumerated(lines: Sequence[str]) -> list[str]:
    """The lines of an enumeration: semicolons, and a full stop at the very end."""
    return [closed(line, is_last=place == len(lines)) for place, line in enumerate(lines, start=1)]


def in_groups(digits: str, size: int = 8) -> str:
    """A long hash in groups, so that eyes can compare it and lines can break."""
    return " ".join(digits[start : start + size] for start in range(0, len(digits), size))


def roman(number: int) -> str:
    """The number of an annex. Source: Nghị định 30/2020/NĐ-CP Phụ lục I."""
    text = ""
    for value, letters in ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")):
        while number >= value:
            text, number = text + letters, number - value
    return text


def balanced(line: str, lines: int = 2) -> list[str]:
    """The line's words on at most so many lines, the longest of which is as short as can be."""
    words = line.split()
    if lines == 1 or len(words) < 2:
        return [line] if words else []
    cuts = (
        [" ".join(words[:place]), *balanced(" ".join(words[place:]), lines - 1)]
        for place in range(1, len(words))
    )
    return min(cuts, key=lambda parts: max(map(len, parts)))
