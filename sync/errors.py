"""What the transport refuses as a whole; what becomes of a single operation is no refusal but an outcome."""

from core import errors


class BatchTooLarge(errors.TooLarge):
    """More operations or bytes than one push takes; half of it will do."""

    slug = "batch_too_large"
    title = "Gói gửi lên quá lớn"


class Gap(errors.Conflict):
    """Operations before the first one sent have not been received."""

    slug = "gap"
    title = "Thiếu các thao tác ở trước"


class ChainFork(errors.Conflict):
    """Another operation is recorded under this number: the tablet was copied or set back."""

    slug = "chain_fork"
    title = "Chuỗi thao tác khác với chuỗi máy chủ đã nhận"


class EpochMismatch(errors.Conflict):
    """The server was restored from a backup since; its history is another one."""

    slug = "epoch_mismatch"
    title = "Máy chủ đã được khôi phục từ bản sao lưu"


class CursorAhead(errors.Conflict):
    """The tablet says that it has entries which the log does not have."""

    slug = "cursor_ahead"
    title = "Máy tính bảng báo đã có nhiều hơn nhật ký của máy chủ"


class BadChain(errors.Invalid):
    """The operations do not hash to the head that was announced."""

    slug = "bad_chain"
    title = "Chuỗi mã kiểm của các thao tác không khớp"


class BadSignature(errors.Invalid):
    """The head was not signed by the tablet's key."""

    slug = "bad_signature"
    title = "Chữ ký của gói gửi lên không đúng"


class ProtocolTooOld(errors.UpgradeRequired):
    """The header `Sync-Protocol` is absent or names a version that is not spoken here."""


class UploadHeaderWrong(errors.Malformed):
    """A header of a resumable upload is absent or cannot be read."""

    slug = "upload_header_wrong"
    title = "Thông tin đầu của lần gửi tệp chưa đúng"


class TusVersionUnknown(errors.VersionUnknown):
    """The header `Tus-Resumable` is absent or names another version than 1.0.0."""

    slug = "tus_version_unknown"


class UploadUnknown(errors.NotFound):
    """There is no such upload, or it is another tablet's."""

    slug = "upload_unknown"
    title = "Không có lần gửi tệp này"


class UploadExpired(errors.Gone):
    """The upload was begun too long ago."""

    slug = "upload_expired"
    title = "Lần gửi tệp này đã quá hạn"


class OffsetDiffers(errors.Conflict):
    """The part does not begin where the server's copy ends; `offset` says where that is."""

    slug = "offset_differs"
    title = "Vị trí gửi tiếp khác với phần máy chủ đã có"


class PartTooLong(errors.TooLarge):
    """The part goes beyond the announced end of the file."""

    slug = "part_too_long"
    title = "Phần gửi lên vượt quá độ dài tệp đã báo"


class QuotaReached(errors.NoSpace):
    """The tablet, or the inspection, has as many bytes of files as it may have."""

    slug = "quota_reached"
    title = "Đã đạt hạn mức dung lượng tệp"


class BlobNameWrong(errors.Malformed):
    """A file is named by `sha256:` and 64 lower-case hexadecimal digits."""

    slug = "blob_name_wrong"
    title = "Tên tệp phải là sha256: và 64 chữ số thập lục phân"


class BlobUnwanted(errors.NotFound):
    """No operation of an inspection that the caller may see speaks of this file."""

    slug = "blob_unwanted"
    title = "Chưa có thao tác nào nhắc đến tệp này"


class BlobUnknown(errors.NotFound):
    """There is no such file, or none that the caller may know of."""

    slug = "blob_unknown"
    title = "Không có tệp này"
