"""What accounts say and take over the wire; nothing here touches the database, and no hash ever leaves."""

from marshmallow import fields, validate

from accounts import fields as rules
from accounts.roles import Role
from core.api import In, Out


class SignInIn(In):
    """A user name and its password."""

    username = fields.String(required=True, validate=validate.Length(max=200))
    password = fields.String(
        required=True, load_only=True, validate=validate.Length(max=rules.MAX_PASSWORD_CHARACTERS)
    )


class PersonIn(In):
    """A person to be invited."""

    username = fields.String(required=True)
    full_name = fields.String(required=True)
    title = fields.String(required=True)
    roles = fields.List(fields.String(), required=True, validate=validate.Length(max=len(Role)))


class PersonOut(Out):
    """A person as colleagues may see them."""

    id = fields.UUID(required=True)
    username = fields.String(required=True)
    full_name = fields.String(required=True)
    title = fields.String(required=True)
    is_active = fields.Boolean(required=True)
    roles = fields.List(
        fields.String(validate=validate.OneOf(list(Role))), required=True, attribute="roles_in_order"
    )


class SignedInOut(Out):
    """A session that has begun; unsafe requests send the token as `X-CSRF-Token`."""

    person = fields.Nested(PersonOut, required=True)
    csrf_token = fields.String(required=True)
    expires_at = fields.AwareDateTime(required=True)


class MeOut(PersonOut):
    """The signed-in person, with the token that unsafe requests of this session send."""

    csrf_token = fields.String(required=True)


class InvitationOut(Out):
    """A one-time link, shown this once."""

    url = fields.Url(required=True, require_tld=False)
    expires_at = fields.AwareDateTime(required=True)


class InvitedPersonOut(Out):
    """A new person and the link with which they set their password."""

    person = fields.Nested(PersonOut, required=True)
    invitation = fields.Nested(InvitationOut, required=True)
