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
