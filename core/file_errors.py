"""What is refused about files, wherever they are kept and however they come."""

from core import errors


class HashDiffers(errors.Invalid):
    """The bytes that came are not the bytes that were announced."""

    slug = "hash_differs"
    title = "Tệp nhận được khác với mã kiểm đã báo"


class FileTooLarge(errors.TooLarge):
    """A file over the limit."""

    slug = "file_too_large"
    title = "Tệp vượt quá dung lượng cho phép"


class DiskNearlyFull(errors.NoSpace):
    """The free space has reached its reserve; operations are still taken, files are not."""

    slug = "disk_nearly_full"
    title = "Máy chủ sắp hết chỗ lưu tệp"


class FileMissing(errors.NotFound):
    """No file of that hash is stored."""

    slug = "file_missing"
    title = "Chưa có tệp này trên máy chủ"


class StoreAway(errors.SlowDown):
    """The place where files are kept does not answer."""

    slug = "store_away"
    title = "Kho lưu tệp tạm thời không trả lời"


class PartInUse(errors.InUse):
    """Another request is writing to the same partial file."""

    slug = "upload_in_use"
    title = "Tệp này đang được gửi bằng một kết nối khác"


class PartDamaged(errors.Damaged):
    """A part of a file arrived with another checksum than was announced; nothing of it was kept."""

    slug = "part_damaged"
    title = "Phần tệp vừa gửi bị hỏng trên đường truyền"


class PictureUnreadable(errors.UnsupportedMedia):
    """The stored file is no picture that can be shown."""

    slug = "picture_unreadable"
    title = "Tệp này không hiển thị được dưới dạng ảnh"
