"""Asks a time-stamping service for its word on when a seal was made; used only if the settings name one.

It follows no redirect, waits ten seconds, and takes at most a small answer.

Source: RFC 3161 §3.4 (over HTTP); ETSI EN 319 142-1 (PAdES baseline B-T).
"""

import urllib.request
from typing import Any

from asn1crypto import tsp
from pyhanko.sign.timestamps import TimeStamper

_PATIENCE_S = 10
_LARGEST_ANSWER_BYTES = 1024 * 1024


class _StayHere(urllib.request.HTTPRedirectHandler):
    """Refuses to be sent elsewhere."""

    def redirect_request(self, *_arguments: Any, **_options: Any) -> None:
        """No other address."""


class TimeStampingService(TimeStamper):
    """The service at one address."""

    def __init__(self, url: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # pyHanko leaves it untyped
        self.url = url
        self._opener = urllib.request.build_opener(_StayHere)

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """The service's answer.

        Raises:
            OSError: it cannot be reached, or refuses.
        """
        asked = urllib.request.Request(  # noqa: S310 (the address is the administrator's own setting)
            self.url, data=req.dump(), headers={"Content-Type": "application/timestamp-query"}
        )
        with self._opener.open(asked, timeout=_PATIENCE_S) as answer:
            return tsp.TimeStampResp.load(answer.read(_LARGEST_ANSWER_BYTES))
