"""How a tablet meets the server: enrolment, token, packages, push, photos, pull.

The order is the protocol's: push, then photos, then pull. A lost answer is answered by sending the same bytes
again; nothing that the server says is believed before its hashes were computed here.
"""

import json
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from core import clock, server_key
from demo.network import Answer, Line, Lost, Refused
from demo.tablet import LogMismatch, Tablet, stream_of
from inspections import chain
from inspections.operation import Operation

PROTOCOL = "1.0"
_BATCH = 40
_PULL = 60
_ASSERTION_S = 120
_SIGNATURES = 8


class Stopped(Exception):  # noqa: N818 (the server's answer)
    """The server could not even record an operation; it would have to be sent with its body withheld."""


@dataclass
class Traffic:
    """What one tablet sent, counted in operations; a retry counts again."""

    sent: int = 0
    stored: int = 0

    @property
    def repeated(self) -> int:
        """How often an operation travelled more than once."""
        return self.sent - self.stored


class Exchange:
    """One tablet's dealings with one server."""

    def __init__(self, tablet: Tablet, line: Line) -> None:
        self.tablet = tablet
        self.line = line
        self.traffic = Traffic()

    def enrol(self, code: str) -> None:
        """The server knows the tablet's key; the tablet knows the server's.

        Raises:
            Refused: the code is unknown, used or too old, or the proof does not fit.
        """
        tablet = self.tablet
        told = self.line.post(
            "/sync/v1/devices",
            {
                "code": code, "device": tablet.device, "jwk": tablet.jwk, "label": tablet.label,
                "proof": tablet.sign(f"td1-enrol\n{code}\n{tablet.device}"),
            },
        ).json()  # fmt: skip
        tablet.outbox.remember(**{name: told[name] for name in ("server_keys", "token_endpoint")})
        if tablet.outbox.recall("epoch") in (None, told["epoch"]):
            tablet.outbox.remember(epoch=told["epoch"])
        else:  # the server was restored from a time before it knew this tablet
            tablet.begin_epoch(told["epoch"], acked_seq=0, acked_hash=tablet.hash_at(0))

    def authorise(self) -> None:
        """The line carries a short-lived token for the person who is signed in on this tablet."""
        self.line.headers.pop("Authorization", None)
        self._say_what_waits()
        for _ in range(_SIGNATURES):
            try:
                told = self.line.post("/sync/v1/token", {"client_assertion": self._assertion()}).json()
            except Refused as refused:
                # The answer to an earlier sending was lost, and an assertion works only once.
                if refused.problem.get("reason") != "replayed":
                    raise
            else:
                bearer = {"Authorization": f"Bearer {told['access_token']}", "Sync-Protocol": PROTOCOL}
                self.line.headers.update(bearer)
                return
        raise Lost("/sync/v1/token")

    def _say_what_waits(self, *, besides: int = 0) -> None:
        """The next requests say what this tablet holds besides what they carry."""
        operations, files = self.tablet.outbox.waiting()
        self.line.headers["Sync-Waiting"] = f"operations={operations - besides}, files={files}"

    def _assertion(self) -> str:
        """A signed statement of who this tablet is; a new one each time."""
        now = int(time.time())
        device = self.tablet.device
        claims = {
            "iss": device, "sub": device, "aud": self.tablet.outbox.recall("token_endpoint"),
            "jti": secrets.token_urlsafe(16), "iat": now, "exp": now + _ASSERTION_S,
        }  # fmt: skip
        parts = [_b64json({"alg": "ES256", "typ": "JWT"}), _b64json(claims)]
        return ".".join([*parts, self.tablet.sign(".".join(parts))])

    def download(self) -> list[str]:
        """Every package of the person is on the tablet, with its checklist; the ids of the inspections."""
        found = []
        for listed in self.call("GET", "/sync/v1/packages").json():
            package = self.call("GET", f"/sync/v1/packages/{listed['inspection']}").json()
            checklist = self.call("GET", package["checklist"]["url"]).body
            self.tablet.take_package(package, checklist)
            found.append(listed["inspection"])
        return found

    def sync(self, inspection: str) -> None:
        """The server has everything of this tablet, and this tablet everything of the inspection.

        Raises:
            Stopped, LogMismatch, Refused, Lost: it stopped half-way; nothing is lost, call it again.
        """
        self.push()
        self.send_pictures()
        self.pull(inspection)
        self.tell_what_is_lost(inspection)

    def tell_what_is_lost(self, inspection: str) -> None:
        """The restored server knows what this tablet remembers of the server's own work; told once."""
        outbox = self.tablet.outbox
        told = f"told:{outbox.recall('epoch')}:{inspection}"
        remembered = self.tablet.remembered_of_server(inspection)
        if remembered and not outbox.recall(told):
            self.call("POST", "/sync/v1/recollections", json.dumps({"entries": remembered}).encode())
            outbox.remember(**{told: True})

    def push(self) -> None:
        """Every recorded operation is acknowledged with a receipt, after what team mates gave along."""
        try:
            self._push_everything()
        except Refused as refused:
            self._begin_epoch(refused)
            # Files first: a sign-off that finds them there need not wait for them a second time.
            self.send_pictures()
            self._push_everything()

    def _begin_epoch(self, refused: Refused) -> None:
        """The tablet knows the restored server's epoch; any other refusal goes on as it came."""
        if refused.code != "epoch_mismatch":
            raise refused
        told = refused.problem
        self.tablet.begin_epoch(told["epoch"], acked_seq=told["acked_seq"], acked_hash=told["acked_hash"])

    def _push_everything(self) -> None:
        outbox = self.tablet.outbox
        self._bring()
        while batch := outbox.operations(after=outbox.recall("acked_seq", 0), limit=_BATCH):
            before = self.line.transmissions
            try:
                told = self._push_once(batch[0].seq, [kept.sent for kept in batch], batch[-1].hash)
            finally:
                self.traffic.sent += len(batch) * (self.line.transmissions - before)
            self.traffic.stored += len(batch)
            self._read_clock(told["server_time"])
            # The server may have more than the batch, from an earlier sending or another hand; what became of
            # that is asked all the same.
            outbox.acknowledge(told["results"], told["receipt"], min(told["acked_seq"], batch[-1].seq))
            if told["stopped"]:
                raise Stopped(str(told["stopped"]))

    def _bring(self) -> None:
        """The server has what team mates signed; their batches come first, since a sign-off may name them."""
        outbox = self.tablet.outbox
        for number, body in outbox.to_bring():
            # The epoch is the server's name for its own history, and no part of what the author signed.
            present = json.dumps(json.loads(body) | {"epoch": outbox.recall("epoch")}, ensure_ascii=False)
            try:
                self.call("POST", "/sync/v1/push", present.encode(), zipped=True)
            except Refused as refused:
                if refused.status >= 500:
                    raise
                continue  # a team mate's trouble with the server must not hold up this tablet's own work
            outbox.is_brought(number)

    def _push_once(self, first_seq: int, sent: Sequence[str], head: str) -> dict[str, Any]:
        text = self.tablet.push_body(sent, first_seq, head)
        self._say_what_waits(besides=len(sent))
        told: dict[str, Any] = self.call("POST", "/sync/v1/push", text.encode(), zipped=True).json()
        return told

    def send_pictures(self) -> None:
        """Every photograph and drawn signature is on the server, whole; what it has already is not sent."""
        waiting = self.tablet.outbox.pictures_to_send()
        for inspection in sorted({picture.inspection for picture in waiting}):
            own = [picture for picture in waiting if picture.inspection == inspection]
            asked = {"inspection": inspection, "hashes": [f"sha256:{picture.sha256}" for picture in own]}
            told = self.call("POST", "/sync/v1/blobs/missing", json.dumps(asked).encode()).json()
            for picture in own:
                if f"sha256:{picture.sha256}" in told["missing"]:
                    path = f"/sync/v1/blobs/sha256:{picture.sha256}?inspection={inspection}"
                    self.call("PUT", path, picture.content, kind=picture.mime)
                self.tablet.outbox.picture_is_on_server(picture.sha256)

    def has_news(self, inspection: str) -> bool:
        """Whether the server's log goes further than this tablet's; one cheap question."""
        stream = stream_of(inspection)
        self._say_what_waits()
        heads = self.call("GET", f"/sync/v1/heads?streams={stream}").json()["streams"]
        return stream in heads and int(heads[stream]["head"]) > self.tablet.outbox.cursor(stream)

    def pull(self, inspection: str) -> None:
        """The tablet has every entry of the inspection's log, checked, and folds from them.

        Raises:
            LogMismatch: an entry is missing, moved or altered.
        """
        try:
            self._pull_everything(inspection)
        except Refused as refused:
            self._begin_epoch(refused)
            self.send_pictures()
            self.push()
            self._pull_everything(inspection)
        self.tablet.forget_fold(inspection)

    def _pull_everything(self, inspection: str) -> None:
        stream, more = stream_of(inspection), True
        while more:
            asked = {
                "device": self.tablet.device, "epoch": self.tablet.outbox.recall("epoch"),
                "streams": {stream: self.tablet.outbox.cursor(stream)}, "limit": _PULL, "wait": 0,
            }  # fmt: skip
            told = self.call("POST", "/sync/v1/pull", json.dumps(asked).encode()).json()
            more = told["more"]
            self._take(inspection, told["streams"].get(stream))

    def _take(self, inspection: str, part: Mapping[str, Any] | None) -> None:
        if not part or not part["entries"]:
            return
        stream, outbox = stream_of(inspection), self.tablet.outbox
        root = outbox.recall(f"root:{stream}", chain.log_genesis(inspection))
        root = checked_root(part["entries"], after=outbox.cursor(stream), root=root)
        if root != part["root"]:
            raise LogMismatch(f"{stream}: root {part['root']} claimed, {root} computed")
        outbox.take(stream, part["entries"], root)

    def _read_clock(self, server_time: str) -> None:
        self.tablet.clock_read_at = clock.now()
        self.tablet.clock_offset = datetime.fromisoformat(server_time) - self.tablet.clock_read_at

    def call(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        kind: str = "application/json",
        zipped: bool = False,
    ) -> Answer:
        headers = {"Content-Type": kind} if body is not None else {}
        try:
            return self.line.send(method, path, body=body, headers=headers, zipped=zipped)
        except Refused as refused:
            if refused.code != "token_expired":
                raise
        self.authorise()
        return self.line.send(method, path, body=body, headers=headers, zipped=zipped)


def checked_root(entries: Sequence[Mapping[str, Any]], *, after: int, root: str) -> str:
    """The root after the entries, every hash computed anew.

    Raises:
        LogMismatch: a position is missing, or an operation is not the one that its hash stands for.
    """
    for expected, entry in enumerate(entries, start=after + 1):
        operation = msgspec.convert(entry["op"], Operation)
        computed = chain.link(
            entry["device"], operation.seq, prev=entry["prev"], operation_digest=chain.digest(operation)
        )
        if (entry["pos"], entry["hash"]) != (expected, computed):
            raise LogMismatch(
                f"position {expected}: got {entry['pos']} with hash {entry['hash']}, not {computed}"
            )
        root = chain.log_link(
            root, pos=expected, operation_hash=computed, effect=entry["effect"], code=entry["code"]
        )
    return root


def _b64json(value: object) -> str:
    return server_key.b64url(json.dumps(value, separators=(",", ":")).encode())
