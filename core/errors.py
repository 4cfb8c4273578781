"""The kinds of refusal a rule can answer with; it knows no HTTP.

Every package subclasses one of these kinds, giving a slug of its own and a Vietnamese title. How a kind
becomes a status code is decided in `core.problems` alone.
"""

from typing import ClassVar


class Refusal(Exception):  # noqa: N818 (a refusal is an answer to the caller, not a defect of the program)
    """A request that is answered with a reason instead of a result.

    `detail` is a Vietnamese sentence that says what happened, what is safe and what to do; `members` are
    machine-readable facts that travel beside it.
    """

    slug: ClassVar[str] = "refused"
    title: ClassVar[str] = "Yêu cầu không thực hiện được"

    def __init__(self, detail: str = "", **members: object) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.members = members


class Malformed(Refusal):
    """The bytes cannot be read as what they claim to be."""

    slug = "malformed"
    title = "Nội dung gửi lên không đọc được"


class Unauthenticated(Refusal):
    """Nobody, or nobody known, is asking."""

    slug = "unauthenticated"
    title = "Cần đăng nhập"


class Forbidden(Refusal):
    """The caller is known and may not do this."""

    slug = "forbidden"
    title = "Không có quyền thực hiện việc này"


class NotFound(Refusal):
    """There is no such thing, or none that this caller may know of."""

    slug = "not_found"
    title = "Không tìm thấy"


class Conflict(Refusal):
    """The request contradicts what is already recorded."""

    slug = "conflict"
    title = "Trái với dữ liệu đã ghi nhận"


class Gone(Refusal):
    """It was there, and has been cleared away."""

    slug = "gone"
    title = "Đã hết hạn và được dọn đi"


class VersionUnknown(Refusal):
    """The client speaks a version of a protocol that is not spoken here."""

    slug = "version_unknown"
    title = "Máy chủ không nhận phiên bản giao thức này"


class InUse(Refusal):
    """Somebody else is just working on the same thing."""

    slug = "in_use"
    title = "Đang được dùng ở nơi khác"


class Damaged(Refusal):
    """The bytes of a part are not those that its checksum announces."""

    slug = "damaged"
    title = "Nội dung bị hỏng trên đường truyền"


class TooLarge(Refusal):
    """More than the stated limit."""

    slug = "too_large"
    title = "Vượt quá kích thước cho phép"


class UnsupportedMedia(Refusal):
    """A media type or encoding that is not taken."""

    slug = "encoding"
    title = "Không nhận kiểu dữ liệu này"


class LengthRequired(Refusal):
    """A body without a declared length cannot be told from a truncated one."""

    slug = "length_required"
    title = "Thiếu độ dài nội dung (Content-Length)"


class Invalid(Refusal):
    """Readable, and wrong in a way that the members name."""

    slug = "invalid"
    title = "Dữ liệu chưa hợp lệ"


class UpgradeRequired(Refusal):
    """The client is older than what is still spoken here."""

    slug = "upgrade_required"
    title = "Cần cập nhật ứng dụng"


class SlowDown(Refusal):
    """Right, but not now; `retry_after_s` says when."""

    slug = "slow_down"
    title = "Máy chủ đang bận, xin thử lại sau"

    def __init__(self, detail: str = "", *, retry_after_s: int = 5, **members: object) -> None:
        super().__init__(detail, retry_after_s=retry_after_s, **members)
        self.retry_after_s = retry_after_s


class Unavailable(SlowDown):
    """Nothing is wrong with the request: what the server itself stands on does not answer."""

    slug = "unavailable"
    title = "Máy chủ tạm thời không làm việc được"


class NoSpace(Refusal):
    """The disk is too full to take more."""

    slug = "no_space"
    title = "Máy chủ hết chỗ lưu tệp"
