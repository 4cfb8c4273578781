"""Who may call a route. Every view declares one Access; a test walks the URL map and finds any that does not.

The core cannot know people or devices: `Gate` is what the accounts package hangs in at start-up.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

from flask import Request, current_app, g

from core.caller import ANONYMOUS, Caller
from core.errors import Forbidden, Unauthenticated

GATE = "thucdia.gate"


@dataclass(frozen=True)
class Access:
    """Public, a signed-in person (with one of `roles`, if any are named), or an enrolled device."""

    kind: Literal["public", "person", "device"]
    roles: frozenset[str] = frozenset()

    def require(self, caller: Caller) -> None:
        """Return if the caller may pass.

        Raises:
            Unauthenticated: nobody is signed in, or no device token was shown.
            Forbidden: the person lacks every one of the roles.
        """
        if self.kind == "public":
            return
        if self.kind == "device":
            if caller.device_id is None:
                raise Unauthenticated("Cần mã truy cập của máy tính bảng đã ghi danh.")
            return
        if caller.person_id is None or caller.device_id is not None:
            raise Unauthenticated
        if self.roles and not caller.has_role(*self.roles):
            raise Forbidden(needs=sorted(self.roles))


PUBLIC = Access("public")
SIGNED_IN = Access("person")
DEVICE = Access("device")


def roles(*names: str) -> Access:
    """Access for signed-in people who hold at least one of the roles."""
    return Access("person", frozenset(names))


class Gate(Protocol):
    """What tells the core who is asking."""

    def caller(self, request: Request) -> Caller | None:
        """The person or device behind the request, or None. Reads only."""

    def check_forgery(self, request: Request, caller: Caller) -> None:
        """Return if an unsafe request really comes from our own page or client.

        Raises:
            Forbidden: the anti-forgery token is missing or wrong, or the origin is foreign.
        """


_UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def is_unsafe(method: str) -> bool:
    """Whether the HTTP method may change something (RFC 9110 §9.2.1)."""
    return method in _UNSAFE


def recognise(request: Request) -> Caller:
    """Whoever asks, if anybody known does.

    Raises:
        Refusal: what was shown lets nobody in any more.
    """
    gate: Gate = current_app.extensions[GATE]
    return gate.caller(request) or ANONYMOUS


def identify(access: Access, request: Request) -> Caller:
    """The caller, once the route's access and the forgery check have let the request through."""
    gate: Gate = current_app.extensions[GATE]
    caller = recognise(request)
    g.caller = caller  # a refusal's page keeps the frame of whoever was refused
    access.require(caller)
    if is_unsafe(request.method) and caller.device_id is None:
        gate.check_forgery(request, caller)
    return caller
