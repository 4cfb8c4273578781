"""The table that the demonstration prints; the same seed gives the same table.

Vietnamese letters are one column wide each once composed, which is how texts are kept here.
"""

import unicodedata
from collections.abc import Sequence

from demo.journey import Outcome

_HEADS = (
    "Đơn vị", "Trả lời", "Phát hiện", "Mâu thuẫn", "Ảnh", "Thao tác gửi", "gửi lại", "đã lưu", "Trang PDF",
    "Kết quả",
)  # fmt: skip


def table(outcomes: Sequence[Outcome]) -> str:
    """One line for each unit, numbers right, in the order of the plan."""
    rows = [_HEADS, *map(_cells, outcomes)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADS))]
    lines = [
        "  ".join(
            _placed(cell, width, column) for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
    lines.insert(1, "  ".join("─" * width for width in widths))
    return "\n".join(line.rstrip() for line in lines)


def courses(outcomes: Sequence[Outcome]) -> str:
    """Which units went another way than the others, one line each; empty where one unit stands alone."""
    told = [f"  {outcome.unit_name}: {outcome.course}." for outcome in outcomes if outcome.course]
    return "\n".join(("\nNgoài trình tự thường:", *told, "")) if told and len(outcomes) > 1 else ""


def _cells(outcome: Outcome) -> tuple[str, ...]:
    numbers = (
        outcome.answers, outcome.findings, outcome.conflicts, outcome.photos, outcome.sent, outcome.repeated,
        outcome.stored, outcome.pages,
    )  # fmt: skip
    verdict = outcome.verdict if not outcome.broken else f"{len(outcome.broken)} điều không đúng"
    return (unicodedata.normalize("NFC", outcome.unit_name), *map(str, numbers), verdict)


def _placed(cell: str, width: int, column: int) -> str:
    is_text = column in (0, len(_HEADS) - 1)
    return cell.ljust(width) if is_text else cell.rjust(width)
