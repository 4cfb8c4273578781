"""Why a backup cannot be made or put back, each with its reason in words."""

from core import errors


class NotABackup(errors.Invalid):
    """The file is something else."""

    slug = "not_a_backup"
    title = "Tệp này không phải bản sao lưu của Thực Địa"


class BackupDamaged(errors.Invalid):
    """The file was made by us and is not whole any more."""

    slug = "backup_damaged"
    title = "Bản sao lưu bị cắt ngắn hoặc đã hỏng"


class BackupDoesNotFit(errors.Conflict):
    """A whole backup, of a newer version or of the other kind of database."""

    slug = "backup_does_not_fit"
    title = "Bản sao lưu không dùng được với bản cài đặt này"


class PlaceInUse(errors.Conflict):
    """There is work where the backup would go, or a server that still writes there."""

    slug = "place_in_use"
    title = "Nơi khôi phục đang có dữ liệu hoặc đang được dùng"


class ToolMissing(errors.Conflict):
    """A program of PostgreSQL is not there, or could not do its part."""

    slug = "tool_missing"
    title = "Thiếu hoặc không chạy được công cụ của PostgreSQL"


class BackupExists(errors.Conflict):
    """A file of that name is there; nothing is overwritten."""

    slug = "backup_exists"
    title = "Đã có tệp mang tên này"


class SourceDamaged(errors.Conflict):
    """The database itself does not pass its own check, so a copy of it would be no backup."""

    slug = "source_damaged"
    title = "Cơ sở dữ liệu hiện tại không qua được kiểm tra toàn vẹn"


class RestoreUnfinished(errors.Conflict):
    """A restore was stopped half-way, so that data and keys may not belong together."""

    slug = "restore_unfinished"
    title = "Lần khôi phục trước chưa xong"
