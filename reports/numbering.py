"""Whether a document number can be right; it never makes one up.

Source: Nghị định 30/2020/NĐ-CP Điều 15 (numbers run from 01 within a year, given by văn thư) and Phụ lục I
mục II.3 (below 10 a leading zero; a slash, then the kind's and the agency's letters joined by hyphens).
"""

import re
from dataclasses import dataclass
from datetime import date

from reports.errors import NumberRefused

# More digits than an office fills in a year would not fit into the column.
_FORM = re.compile(r"([0-9]{1,6})/([^\W\d_]+(?:-[^\W\d_]+)*)")


@dataclass(frozen=True)
class Number:
    """A number as typed: its place in the year, and the letters of kind and agency."""

    ordinal: int
    symbol: str

    @property
    def text(self) -> str:
        """How it is written: `07/BB-TĐC`."""
        return f"{self.ordinal:02d}/{self.symbol}"


def parsed(typed: str, *, symbol: str) -> Number:
    """The number that was typed.

    Args:
        symbol: the letters that the agency's minutes carry, for example `BB-TĐC`.
    Raises:
        NumberRefused: it is of another form, or of another agency's.
    """
    example = f"07/{symbol}"
    matched = _FORM.fullmatch(typed.strip())
    if matched is None:
        raise NumberRefused(
            f"Số «{typed.strip()[:40]}» chưa đúng thể thức. Nhập theo mẫu {example}.", field="number",
        )  # fmt: skip
    number = Number(int(matched[1]), matched[2])
    if number.symbol != symbol:
        raise NumberRefused(
            f"Ký hiệu «{number.symbol[:40]}» khác ký hiệu biên bản của cơ quan. Nhập theo mẫu {example}.",
            field="number", symbol=symbol,
        )  # fmt: skip
    if number.ordinal == 0 or f"{number.ordinal:02d}" != matched[1]:
        raise NumberRefused(
            f"Phần số «{matched[1][:20]}» viết chưa đúng: bắt đầu từ 01, dưới 10 có một số 0 đứng trước.",
            field="number",
        )  # fmt: skip
    return number


def check_date(dated_on: date, *, ended_on: date | None, decided_on: date, today: date) -> None:
    """Return if the minutes can carry this date.

    Minutes are dated on the day on which the visit ended; those of a desk inspection between its decision
    and today.

    Raises:
        NumberRefused: they cannot.
    """
    if ended_on is not None and dated_on != ended_on:
        raise NumberRefused(
            f"Ngày của biên bản là ngày kết thúc kiểm tra: {ended_on:%d/%m/%Y}.", field="dated_on",
            expected=ended_on.isoformat(),
        )  # fmt: skip
    if not decided_on <= dated_on <= today:
        raise NumberRefused(
            f"Ngày của biên bản phải từ ngày quyết định kiểm tra ({decided_on:%d/%m/%Y}) đến hôm nay.",
            field="dated_on",
        )
