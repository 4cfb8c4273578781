"""What the issuing of documents refuses, each with its reason in words."""

from core import errors


class ReportUnknown(errors.NotFound):
    """There is no such document, or the caller may not know of it."""

    slug = "report_unknown"
    title = "Không có biên bản này"


class CodeUnknown(errors.NotFound):
    """No document carries this verification code."""

    slug = "verification_code_unknown"
    title = "Không có văn bản mang mã xác minh này"


class NumberRefused(errors.Invalid):
    """A document number or date that cannot be right; `field` says which."""

    slug = "number_refused"
    title = "Số hoặc ngày của văn bản chưa đúng"


class NumberTaken(errors.Conflict):
    """The agency has already given this number in this year."""

    slug = "number_taken"
    title = "Số này đã cấp cho văn bản khác trong năm"


class NotReadyToSeal(errors.Conflict):
    """The document is in a state in which it cannot be sealed."""

    slug = "not_ready_to_seal"
    title = "Chưa ký số được biên bản này"


class AlreadySealed(errors.Conflict):
    """A sealed document is never changed."""

    slug = "already_sealed"
    title = "Biên bản đã ký số nên không sửa được"


class NotSealed(errors.NotFound):
    """There is no sealed file yet."""

    slug = "not_sealed"
    title = "Biên bản chưa ký số"


class FileMissingForVerification(errors.Invalid):
    """Nothing was uploaded."""

    slug = "no_file"
    title = "Chưa chọn tệp cần xác minh"


class FileTooLargeToVerify(errors.TooLarge):
    """More than any document of ours."""

    slug = "file_too_large_to_verify"
    title = "Tệp lớn hơn mức nhận xác minh"


class PreviewFailed(errors.Conflict):
    """The draft could not be printed within the limits."""

    slug = "preview_failed"
    title = "Chưa in được bản xem trước"
