"""What is refused to tablets and about them, and in which words."""

from core import errors


class EnrolmentRefused(errors.Forbidden):
    """The code is unknown, used or out of date; never says which."""

    slug = "enrolment_refused"
    title = "Mã ghi danh không dùng được"


class KeyRefused(errors.Invalid):
    """The public key or the proof of holding it cannot be used."""

    slug = "key_refused"
    title = "Khoá của máy tính bảng không hợp lệ"


class DeviceExists(errors.Conflict):
    """Another tablet has this id."""

    slug = "device_exists"
    title = "Mã máy tính bảng đã có máy khác dùng"


class DeviceUnknown(errors.Forbidden):
    """No enrolled tablet has this id, or it is not the one that the token was issued to."""

    slug = "device_unknown"
    title = "Máy tính bảng chưa ghi danh"


class DeviceNotFound(errors.NotFound):
    """An administrator asked for a tablet that does not exist."""

    slug = "device_not_found"
    title = "Không có máy tính bảng này"


class DeviceRevoked(errors.Forbidden):
    """The tablet was taken out of use; `wipe` tells it to erase what it holds."""

    slug = "device_revoked"
    title = "Máy tính bảng đã bị thu hồi quyền"


class SignInStale(errors.Forbidden):
    """What was asked for is given only to whoever has just signed in."""

    slug = "sign_in_stale"
    title = "Lần đăng nhập đã quá lâu"


class AssertionRefused(errors.Unauthenticated):
    """The tablet's signed statement does not hold; `reason` says what is wrong with it."""

    slug = "assertion_refused"
    title = "Không xác nhận được máy tính bảng"


class GrantOver(errors.Unauthenticated):
    """The person may not write on this tablet, or not any more; a sign-in on it gives a new grant."""

    slug = "grant_over"
    title = "Cần đăng nhập lại trên máy tính bảng này"


class TokenExpired(errors.Unauthenticated):
    """The access token has run out, or never was one."""

    slug = "token_expired"
    title = "Mã truy cập đã hết hạn"
