"""What the registry refuses, and in which words; it knows neither status codes nor forms."""

from collections.abc import Sequence

from core import errors
from core.strict_yaml import MAX_FAULTS, Fault


class UnitUnknown(errors.NotFound):
    """There is no unit with this code."""

    slug = "unit_unknown"
    title = "Không có đơn vị này"


class FileRefused(errors.Invalid):
    """A file of units or legal texts is wrong; `faults` lists places and remedies, and nothing was taken."""

    slug = "registry_file_refused"
    title = "Tệp danh bạ chưa dùng được"

    def __init__(self, file: str, faults: Sequence[Fault]) -> None:
        shown = faults[:MAX_FAULTS]
        super().__init__(
            f"Tệp «{file}» có {len(faults)} chỗ cần sửa; chưa ghi gì.\n" + "\n".join(map(str, shown)),
            file=file,
            count=len(faults),
            faults=[fault.members() for fault in shown],
        )


class AgencyNamesRefused(errors.Invalid):
    """Names of the agency that cannot stand on a document; `fields` maps each to its messages."""

    slug = "agency_names_refused"
    title = "Tên cơ quan chưa dùng được"

    def __init__(self, fields: dict[str, list[str]]) -> None:
        super().__init__(
            " ".join(message for messages in fields.values() for message in messages), fields=fields
        )
        self.fields = fields


class AgencyUnnamed(errors.NotFound):
    """Nobody has entered the names of the inspecting agency yet."""

    slug = "agency_unnamed"
    title = "Chưa khai tên cơ quan kiểm tra"
