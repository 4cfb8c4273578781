"""A tablet as tests see it: a key, a chain of its own, and the requests it can make, good or bad."""

import gzip
import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask
from flask.testing import FlaskClient

from core import clock, ids, server_key
from inspections import chain
from inspections.operation import Operation
from tests import people

AUDIENCE = "http://127.0.0.1:8000/sync/v1/token"


def b64json(value: object) -> str:
    """JSON in base64url, as a JWS carries it."""
    return server_key.b64url(json.dumps(value).encode())


class Office:
    """A client signed in over the JSON API, which sends its anti-forgery token."""

    def __init__(self, app: Flask, username: str = "quan.tri") -> None:
        self.client = app.test_client()
        answer = self.client.post(
            "/api/v1/sessions", json={"username": username, "password": people.PASSWORD}
        )
        assert answer.status_code == 201, answer.text
        self.person: dict[str, Any] = answer.json["person"]
        self.headers = {"X-CSRF-Token": answer.json["csrf_token"]}

    def post(self, path: str, body: object):
        """Send JSON."""
        return self.client.post(path, json=body, headers=self.headers)

    def enrolment_code(self, label: str = "Máy số 1") -> str:
        """A fresh code, if this is an administrator."""
        answer = self.post("/api/v1/enrolment-codes", {"label": label})
        assert answer.status_code == 201, answer.text
        return answer.json["code"]

    def typed_code(self, label: str = "Máy số 1") -> str:
        """A fresh code as a person reads it off the page and types it."""
        answer = self.post("/api/v1/enrolment-codes", {"label": label})
        return answer.json["typed_code"].lower().replace("-", " ")


class Tablet:
    """A tablet that can enrol, get a token, record a chain and send it."""

    def __init__(self, app: Flask) -> None:
        self.device = ids.new_id()
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.client: FlaskClient = app.test_client()
        self.bearer = ""
        self.epoch = ""
        self.person_id = ""
        self.operations: list[Operation] = []
        self.hashes = [chain.genesis(self.device, chain.thumbprint(self.jwk))]

    @property
    def jwk(self) -> dict[str, str]:
        """The public key."""
        return server_key.public_jwk(self.key.public_key())

    def sign(self, message: str) -> str:
        """A signature of this tablet."""
        return server_key.sign_p1363(self.key, message.encode())

    def enrol(self, code: str, **changed: object):
        """Ask to be enrolled; `changed` replaces members of the honest request."""
        request = {
            "code": code, "device": self.device, "jwk": self.jwk, "label": "Máy số 1",
            "proof": self.sign(f"td1-enrol\n{code}\n{self.device}"),
        }  # fmt: skip
        answer = self.client.post("/sync/v1/devices", json=request | changed)
        if answer.status_code == 201:
            self.epoch = answer.json["epoch"]
        return answer

    def assertion(self, *, header: Mapping[str, object] | None = None, **changed: object) -> str:
        """A client assertion; `changed` replaces claims of the honest one, None takes one away."""
        now = clock.now()
        claims = {
            "iss": self.device, "sub": self.device, "aud": AUDIENCE, "jti": secrets.token_urlsafe(16),
            "iat": int(now.timestamp()), "exp": int((now + timedelta(minutes=2)).timestamp()),
        }  # fmt: skip
        claims = {name: value for name, value in (claims | changed).items() if value is not None}
        signed = f"{b64json(header or {'alg': 'ES256', 'typ': 'JWT'})}.{b64json(claims)}"
        return f"{signed}.{self.sign(signed)}"

    def authorise(self, office: Office):
        """Get a token for the person who is signed in there."""
        answer = office.post("/sync/v1/token", {"client_assertion": self.assertion()})
        if answer.status_code == 200:
            self.bearer, self.person_id = answer.json["access_token"], office.person["id"]
        return answer

    @property
    def headers(self) -> dict[str, str]:
        """What every request of a tablet carries."""
        return {"Authorization": f"Bearer {self.bearer}", "Sync-Protocol": "1.0"}

    def record(self, inspection: str, operation_type: str, entity: str, body: object, **changed: Any) -> str:
        """Record an operation into the chain; `changed` replaces members of the honest one; its id."""
        seq = len(self.operations) + 1
        text = body if body is None or isinstance(body, str) else json.dumps(body, ensure_ascii=False)
        members: dict[str, Any] = {
            "op_id": ids.new_id(), "seq": seq, "type": operation_type, "inspection": inspection,
            "entity": entity, "parents": (), "checklist": "QMS-HCNN-2015@1.0.0", "actor": self.person_id,
            "hlc": f"{int(clock.now().timestamp() * 1000):012x}-0000", "clk": "+0/0",
            "wall": clock.now().astimezone(clock.VIETNAM).isoformat(timespec="milliseconds"), "body": text,
        }  # fmt: skip
        operation = Operation(**(members | changed))
        (linked,) = chain.chained(self.device, self.hashes[-1], [operation])
        self.operations.append(operation)
        self.hashes.append(linked.hash)
        return operation.op_id

    def batch(self, first: int = 1, last: int | None = None, **changed: object) -> dict[str, Any]:
        """The push of operations `first` to `last`; `changed` replaces members of the honest one."""
        last = len(self.operations) if last is None else last
        ops = [msgspec.to_builtins(op) for op in self.operations[first - 1 : last]]
        head = self.hashes[last]
        return {
            "device": self.device, "epoch": self.epoch, "prev": self.hashes[first - 1], "head": head,
            "sig": self.sign(chain.head_message(self.device, last, head)), "ops": ops,
        } | changed  # fmt: skip

    def push(self, first: int = 1, last: int | None = None, *, zipped: bool = False, **changed: object):
        """Send operations `first` to `last`."""
        return self.send(self.batch(first, last, **changed), zipped=zipped)

    def send(self, batch: object, *, zipped: bool = False, headers: Mapping[str, str] | None = None):
        """Send a batch as it is."""
        raw = batch if isinstance(batch, bytes) else json.dumps(batch).encode()
        more = {"Content-Encoding": "gzip"} if zipped else {}
        return self.client.post(
            "/sync/v1/push", data=gzip.compress(raw) if zipped else raw, content_type="application/json",
            headers=self.headers | more | dict(headers or {}),
        )  # fmt: skip

    def pull(self, streams: Mapping[str, int], /, limit: int = 1000, **changed: object):
        """Ask for what is new in the streams (inspection id: cursor)."""
        asked = {
            "device": self.device, "epoch": self.epoch, "limit": limit,
            "streams": {f"inspection:{name}": cursor for name, cursor in streams.items()},
        }  # fmt: skip
        return self.client.post("/sync/v1/pull", json=asked | changed, headers=self.headers)

    def get(self, path: str, **headers: str):
        """Read something."""
        return self.client.get(path, headers=self.headers | headers, buffered=True)


def enrolled(app: Flask, office: Office, user: Office) -> Tablet:
    """A tablet of the office that the user is signed in on."""
    tablet = Tablet(app)
    assert tablet.enrol(office.enrolment_code()).status_code == 201
    assert tablet.authorise(user).status_code == 200
    return tablet


def statuses(answer: Any) -> Sequence[str]:
    """What became of each operation of a push."""
    return [result["status"] for result in answer.json["results"]]
