"""What checklists refuse, and in which words; it knows neither status codes nor forms."""

from collections.abc import Sequence

from core import errors
from core.strict_yaml import MAX_FAULTS, Fault


class ChecklistRefused(errors.Invalid):
    """A checklist file is wrong; `faults` lists section, item, field and remedy; nothing was published."""

    slug = "checklist_refused"
    title = "Tệp danh mục kiểm tra chưa dùng được"

    def __init__(self, file: str, faults: Sequence[Fault]) -> None:
        shown = faults[:MAX_FAULTS]
        more = f"\n… và {len(faults) - len(shown)} chỗ khác." if len(faults) > len(shown) else ""
        super().__init__(
            f"Tệp «{file}» có {len(faults)} chỗ cần sửa; chưa công bố gì.\n"
            + "\n".join(map(str, shown))
            + more,
            file=file,
            count=len(faults),
            faults=[fault.members() for fault in shown],
        )
        self.faults = tuple(shown)


class ChecklistUnknown(errors.NotFound):
    """There is no published version of this code and version."""

    slug = "checklist_unknown"
    title = "Không có danh mục kiểm tra này"


class VersionTaken(errors.Conflict):
    """Another text is already published under the same code and version."""

    slug = "checklist_version_taken"
    title = "Phiên bản danh mục đã công bố với nội dung khác"


class ProfileUnknown(errors.Invalid):
    """The checklist has no such profile."""

    slug = "profile_unknown"
    title = "Danh mục không có cấu hình kiểm tra này"


class PeriodMisread(errors.Invalid):
    """The two days of a period cannot be read, or stand in the wrong order."""

    slug = "period_misread"
    title = "Chưa đọc được thời kỳ kiểm tra"
