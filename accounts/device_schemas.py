"""What is said about tablets over the wire; no code, token or key of theirs is shown twice."""

from marshmallow import fields, validate

from accounts.device_models import RevokeMode
from core.api import In, Out

_MAX_ASSERTION_CHARACTERS = 4096
_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class EnrolmentCodeIn(In):
    """What the tablet will be called."""

    label = fields.String(required=True, validate=validate.Length(max=200))


class EnrolmentCodeOut(Out):
    """A code for one tablet, shown this once; `url` is where the tablet enrols.

    `typed_code` is the same for hands: twelve symbols whose case, blanks and hyphens do not matter.
    """

    code = fields.String(required=True)
    typed_code = fields.String(required=True, metadata={"example": "7K3M-Q9TD-0WXM"})
    url = fields.String(required=True)
    expires_at = fields.AwareDateTime(required=True)


class EnrolIn(In):
    """A tablet that brings a code, its own id and its public key.

    `proof` signs `td1-enrol`, the code and the device id, one to a line, with that key.
    """

    code = fields.String(required=True, validate=validate.Length(max=200))
    device = fields.String(required=True, validate=validate.Length(max=64))
    jwk = fields.Dict(keys=fields.String(), required=True, validate=validate.Length(max=16))
    label = fields.String(load_default="", validate=validate.Length(max=200))
    proof = fields.String(required=True, validate=validate.Length(max=200))


class ServerKeyOut(Out):
    """A public key with which the server signs receipts and its own operations."""

    kid = fields.String(required=True)
    jwk = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class EnrolledOut(Out):
    """What an enrolled tablet needs to know."""

    device = fields.String(required=True)
    epoch = fields.String(required=True)
    server_keys = fields.List(fields.Nested(ServerKeyOut), required=True)
    min_protocol = fields.String(required=True)
    token_endpoint = fields.String(required=True)


class TokenIn(In):
    """A client assertion (RFC 7523 §2.2): `iss` and `sub` are the device, `aud` is the token endpoint."""

    client_assertion = fields.String(
        required=True, load_only=True, validate=validate.Length(max=_MAX_ASSERTION_CHARACTERS)
    )
    client_assertion_type = fields.String(
        load_default=_ASSERTION_TYPE, validate=validate.Equal(_ASSERTION_TYPE)
    )
    grant_type = fields.String(
        load_default="client_credentials", validate=validate.Equal("client_credentials")
    )


class TokenOut(Out):
    """An access token; what the person writes offline is accepted until `grant_expires_at`."""

    access_token = fields.String(required=True)
    token_type = fields.String(required=True)
    expires_in = fields.Integer(required=True)
    expires_at = fields.AwareDateTime(required=True)
    grant_expires_at = fields.AwareDateTime(required=True)
    person_id = fields.UUID(required=True)


class RecoveryOut(Out):
    """32 bytes in base64url; without the tablet's own half they open nothing."""

    half = fields.String(required=True)


class DeviceOut(Out):
    """A tablet as the administrator sees it."""

    id = fields.String(required=True)
    label = fields.String(required=True)
    seq = fields.Integer(required=True)
    enrolled_at = fields.AwareDateTime(required=True)
    last_seen_at = fields.AwareDateTime(allow_none=True)
    waiting_operations = fields.Integer(allow_none=True)
    waiting_files = fields.Integer(allow_none=True)
    waiting_told_at = fields.AwareDateTime(allow_none=True)
    revoked_at = fields.AwareDateTime(allow_none=True)
    revoke_mode = fields.String(allow_none=True)


class RevocationIn(In):
    """Why it is taken out of use: `retired` still sends, `lost` is set aside, `stolen` is shut out."""

    mode = fields.Enum(RevokeMode, by_value=True, required=True)
