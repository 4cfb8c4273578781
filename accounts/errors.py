"""What accounts refuse, and in which words; it knows neither status codes nor forms."""

from core import errors


class SignInRefused(errors.Unauthenticated):
    """The name or the password is wrong; never says which."""

    slug = "sign_in_refused"
    title = "Tên đăng nhập hoặc mật khẩu không đúng"


class TooManyAttempts(errors.SlowDown):
    """The account or the address has failed too often; it opens again by itself."""

    slug = "too_many_attempts"
    title = "Đăng nhập sai quá nhiều lần"


class FormForged(errors.Forbidden):
    """The anti-forgery token is missing or does not belong to this session."""

    slug = "form_token_wrong"
    title = "Biểu mẫu đã quá hạn hoặc không mở từ trang này"


class ForeignOrigin(errors.Forbidden):
    """The request was sent by a page of another site."""

    slug = "foreign_origin"
    title = "Yêu cầu được gửi từ một trang web khác"


class FieldsRefused(errors.Invalid):
    """Some fields cannot be used; `fields` maps each to its Vietnamese messages."""

    slug = "fields_refused"
    title = "Một số ô chưa đúng"

    def __init__(self, fields: dict[str, list[str]]) -> None:
        super().__init__(
            " ".join(message for messages in fields.values() for message in messages), fields=fields
        )
        self.fields = fields


class UsernameTaken(errors.Conflict):
    """Somebody else has this user name."""

    slug = "username_taken"
    title = "Tên đăng nhập đã có người dùng"


class PersonUnknown(errors.NotFound):
    """There is no such person."""

    slug = "person_unknown"
    title = "Không có người dùng này"


class QualificationUnknown(errors.NotFound):
    """The person has no such certificate on record."""

    slug = "qualification_unknown"
    title = "Không có văn bằng, chứng chỉ này"


class PersonInactive(errors.Conflict):
    """The person's account is closed."""

    slug = "person_inactive"
    title = "Tài khoản đã ngừng hoạt động"


class LastAdministrator(errors.Conflict):
    """Nobody would be left who can manage people."""

    slug = "last_administrator"
    title = "Đây là quản trị viên cuối cùng"


class InvitationUnusable(errors.NotFound):
    """The link is unknown, used or out of date; never says which."""

    slug = "invitation_unusable"
    title = "Liên kết mời không còn dùng được"


class FirstRunClosed(errors.NotFound):
    """Somebody administers this installation already, or it is a demonstration."""

    slug = "first_run_closed"
    title = "Không có trang này"


class DemoDisabled(errors.Forbidden):
    """Demo accounts were asked for outside demo mode."""

    slug = "demo_disabled"
    title = "Tài khoản trình diễn chỉ có trong chế độ trình diễn"
