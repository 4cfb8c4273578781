"""Whether the rows of a plan hold together; every fault is named by row and column, all of them at once.

It knows units only as it is told of them. Coverage is no fault: a plan that covers too little may stand.

Source: Thông tư 26/2014/TT-BKHCN Điều 34 khoản 2 (what a plan contains), Mẫu 19. KHKT.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from inspections.workflow import Form
from registry.existence import exists_on

FIRST_YEAR, LAST_YEAR = 2014, 2100
MAX_ROWS = 1000
MAX_TEXT = 200
MAX_BUDGET_VND = 1_000_000_000_000
COLUMNS = {
    "unit_code": "Cơ quan chịu sự kiểm tra",
    "inspecting_unit": "Đơn vị kiểm tra",
    "cooperating_unit": "Đơn vị phối hợp",
    "first_day": "Thời gian từ",
    "last_day": "Thời gian đến",
    "form": "Hình thức",
    "budget_vnd": "Kinh phí",
}


class KnownUnit(Protocol):
    """What the rules need to know of a unit."""

    @property
    def name(self) -> str:
        """How it is called."""

    @property
    def valid_from(self) -> date | None:
        """Its first day, or None if nobody recorded it."""

    @property
    def valid_to(self) -> date | None:
        """Its last day, or None while it goes on."""


@dataclass(frozen=True)
class RowFields:
    """One row of the plan as somebody typed it; `entry` names the row across versions of the plan."""

    unit_code: str
    inspecting_unit: str
    cooperating_unit: str
    first_day: date | None
    last_day: date | None
    form: str
    budget_vnd: int | None = None
    entry: str = ""


@dataclass(frozen=True)
class RowFault:
    """What is wrong in one cell, and what to do about it; rows are counted from 1."""

    row: int
    field: str
    problem: str

    def __str__(self) -> str:
        return f"Dòng {self.row}, cột «{COLUMNS[self.field]}»: {self.problem}"

    def members(self) -> dict[str, object]:
        """The fault as JSON-ready members."""
        return {"row": self.row, "field": self.field, "problem": self.problem}


def faults_of(
    rows: Sequence[RowFields], *, year: int, units: Mapping[str, KnownUnit]
) -> tuple[RowFault, ...]:
    """Everything that is wrong with the rows of the year's plan; empty if they can stand."""
    found: list[RowFault] = []
    seen: dict[tuple[str, date], int] = {}
    for number, row in enumerate(rows, start=1):
        found += (RowFault(number, field, problem) for field, problem in _faults(row, year, units))
        if row.first_day is None:
            continue
        earlier = seen.setdefault((row.unit_code, row.first_day), number)
        if earlier != number:
            found.append(
                RowFault(
                    number, "first_day",
                    f"đơn vị «{row.unit_code}» đã có ở dòng {earlier} cùng ngày {row.first_day:%d/%m/%Y}. "
                    "Đổi ngày hoặc bỏ một dòng.",
                )
            )  # fmt: skip
    return tuple(found)


def _faults(row: RowFields, year: int, units: Mapping[str, KnownUnit]) -> Iterator[tuple[str, str]]:
    unit = units.get(row.unit_code)
    if unit is None:
        shown = row.unit_code[:40]
        yield "unit_code", f"danh bạ không có đơn vị mã «{shown}». Chọn đơn vị trong danh bạ, hoặc nạp thêm."
    yield from _text_faults(row)
    if row.form not in set(Form):
        yield "form", f"chọn một trong: {', '.join(Form)}."
    if row.budget_vnd is not None and not 0 <= row.budget_vnd <= MAX_BUDGET_VND:
        yield "budget_vnd", "ghi số tiền bằng đồng, không âm."
    yield from _day_faults(row, year, unit)


def _text_faults(row: RowFields) -> Iterator[tuple[str, str]]:
    if not row.inspecting_unit:
        yield "inspecting_unit", "chưa ghi đơn vị kiểm tra."
    for field in ("inspecting_unit", "cooperating_unit"):
        text = str(getattr(row, field))
        if len(text) > MAX_TEXT or not (text.isprintable() or not text):
            yield field, f"dài quá {MAX_TEXT} ký tự hoặc có ký tự không in được. Ghi lại ngắn hơn."


def _day_faults(row: RowFields, year: int, unit: KnownUnit | None) -> Iterator[tuple[str, str]]:
    for field in ("first_day", "last_day") if row.last_day != row.first_day else ("first_day",):
        day: date | None = getattr(row, field)
        if day is None:
            yield field, "chưa có ngày. Ghi ngày dự kiến."
        elif day.year != year:
            yield field, f"ngày {day:%d/%m/%Y} ngoài năm kế hoạch {year}. Chọn ngày trong năm."
        elif unit is not None and not exists_on(unit, day):
            yield (
                field,
                (
                    f"ngày {day:%d/%m/%Y} đơn vị «{unit.name}» chưa thành lập hoặc đã chấm dứt hoạt động. "
                    "Chọn ngày khác hoặc đơn vị kế thừa."
                ),
            )
    if row.first_day and row.last_day and row.last_day < row.first_day:
        yield "last_day", "ngày cuối trước ngày đầu. Sửa một trong hai ngày."
