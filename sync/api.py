"""The routes of TD/1; what they carry is decided in `push`, `pull`, `packages`, `heads` and `blobs`."""

import re
from dataclasses import dataclass
from typing import Any

import msgspec
from flask import Blueprint, Response, g, request
from sqlalchemy.orm import Session

from accounts import device_api, device_presence, devices
from core import clock, db, epoch, errors, file_answers, files, framing, glance, media_types
from core.access import DEVICE, PUBLIC
from core.caller import Caller
from core.endpoint import endpoint, glancing
from core.glance import Glance, Mark
from sync import blobs, heads, limits, packages, pull, push, quotas, schemas
from sync.errors import BatchTooLarge, ProtocolTooOld

sync = Blueprint("sync", __name__, url_prefix="/sync/v1")
blueprints = [sync]

_SPOKEN = re.compile(r"1\.\d{1,3}")
_YEAR_S = 31_536_000


def _json(value: object) -> Response:
    return Response(msgspec.json.encode(value), mimetype="application/json")


def _with_etag(content: bytes, etag: str) -> Response:
    response = Response(content, mimetype="application/json")
    response.set_etag(etag)
    response.make_conditional(request)
    return response


def _check_protocol() -> None:
    if _SPOKEN.fullmatch(request.headers.get("Sync-Protocol", "")) is None:
        raise ProtocolTooOld(
            "Cập nhật ứng dụng rồi gửi lại; dữ liệu chưa gửi vẫn còn trên máy.", min=limits.PROTOCOLS[0]
        )


def _check_may_read(session: Session, caller: Caller) -> None:
    devices.check_may_read(devices.tablet(session, str(caller.device_id)))


@sync.get("/info")
@endpoint(PUBLIC)
def info(*, session: Session, caller: Caller) -> Response:  # noqa: ARG001 (every view is told)
    """Say what is spoken here, and with which keys."""
    return _json(
        {
            "protocol": limits.PROTOCOLS,
            "epoch": epoch.current(session),
            "limits": limits.published(),
            "features": ["tus-1.0.0"],
            "server_keys": device_api.server_keys(),
            "min_app": "0.1.0",
            "token_endpoint": device_api.token_endpoint(),
            "server_time": clock.wire_time(clock.now()),
        }
    )


def _read_batch() -> push.Batch:
    _check_protocol()
    try:
        # Compressed or not, the limit of its form: a megabyte of gzip may hold eight of JSON.
        is_plain = request.headers.get("Content-Encoding", "identity").strip().lower() in ("", "identity")
        limit_bytes = limits.MAX_PUSH_INFLATED_BYTES if is_plain else limits.MAX_PUSH_BYTES
        return push.read(framing.json_body(request, limit_bytes=limit_bytes))
    except framing.BodyTooLarge:
        raise BatchTooLarge(max_ops=limits.MAX_PUSH_OPERATIONS, max_bytes=limits.MAX_PUSH_BYTES) from None


@sync.post("/push")
@endpoint(DEVICE, prepare=_read_batch)
def push_operations(*, prepared: push.Batch, session: Session, caller: Caller) -> Response:
    """Take a batch of operations; each gets an outcome, and the batch a signed receipt."""
    at = clock.now()
    answer = push.receive(session, prepared, by=caller, at=at)
    if prepared.device == caller.device_id:
        device_presence.note(session, prepared.device, _told(), at=at)
    return _json(answer)


setattr(push_operations, framing.STREAMS, True)  # so that too large a batch is told how to be halved


def _read_pull() -> schemas.PullIn:
    _check_protocol()
    return pull.check(schemas.decoded(framing.json_body(request), schemas.PullIn))


@sync.post("/pull")
@glancing(DEVICE, prepare=_read_pull)
def pull_entries(*, prepared: schemas.PullIn, asked: Glance, caller: Caller) -> Response:
    """Give what is new in the logs of the caller's inspections."""
    return _json(pull.answer(asked, prepared, caller=caller, at=clock.now()))


def _told() -> device_presence.Waiting | None:
    return device_presence.told(request.headers.get(device_presence.HEADER))


@dataclass(frozen=True)
class _Looked:
    """What has to be found out anew: the streams asked about, what the tablet says, and since when."""

    names: list[str] | None
    news: device_presence.Waiting | None
    mark: Mark


def _look() -> _Looked | Response:
    """What was last said, if it still holds and the tablet says nothing that is worth writing down."""
    named, waiting, caller = request.args.get("streams"), _told(), g.caller
    names = None if named is None else [name for name in named.split(",") if name]
    if names is not None and len(names) > limits.MAX_STREAMS:
        raise errors.Malformed("Hỏi quá nhiều luồng một lần.", max_streams=limits.MAX_STREAMS)
    with glance.opened() as asked:
        known, mark = device_presence.looked_up(asked, str(caller.device_id))
    news = waiting if waiting is not None and known.is_news(waiting, at=clock.now()) else None
    kept = heads.kept(names, caller, mark) if news is None else None
    return _Looked(names, news, mark) if kept is None else _with_etag(kept, packages.etag_of(kept))


@sync.get("/heads")
@endpoint(DEVICE, prepare=_look, write=lambda looked: looked.news is not None)
def look_at_heads(*, prepared: _Looked, session: Session, caller: Caller) -> Response:
    """Say how far each log goes and which packages are current."""
    _check_may_read(session, caller)
    device_presence.note(session, str(caller.device_id), prepared.news, at=clock.now())
    content = heads.content(session, prepared.names, caller, prepared.mark)
    return _with_etag(content, packages.etag_of(content))


@sync.get("/packages")
@endpoint(DEVICE)
def list_packages(*, session: Session, caller: Caller) -> Response:
    """List the packages of the caller's inspections."""
    _check_may_read(session, caller)
    return _json(packages.listed(session, caller))


@sync.get("/packages/<inspection>")
@endpoint(DEVICE)
def get_package(inspection: str, *, session: Session, caller: Caller) -> Response:
    """Give what a tablet must have to inspect without a network."""
    _check_may_read(session, caller)
    content = packages.one(session, inspection, caller)
    return _with_etag(content, packages.etag_of(content))


def _receive_blob() -> blobs.Upload:
    """The bytes are on disk, if the caller has an inspection that they are for."""
    sha256 = blobs.sha256_of((request.view_args or {})["name"])
    size = framing.content_length(request, limit_bytes=files.MAX_FILE_BYTES)
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise errors.UnsupportedMedia("Tệp được gửi nguyên văn, không nén.")
    with db.reading() as session:
        caller: Caller = g.caller
        wanted = blobs.wanted_by(session, sha256, request.args.get("inspection"), caller)
        quotas.check(session, quotas.Incoming(sha256, size, str(caller.device_id), wanted), at=clock.now())
    stream = framing.stream(request, limit_bytes=files.MAX_FILE_BYTES)
    received = files.receive(stream, expected_sha256=sha256, expected_bytes=size)
    return blobs.Upload(received, media_types.of(request.mimetype), wanted)


@sync.put("/blobs/<name>")
@endpoint(DEVICE, prepare=_receive_blob)
def put_blob(name: str, *, prepared: blobs.Upload, session: Session, caller: Caller) -> Any:
    """Take a file whose SHA-256 is its name; sending it again is harmless."""
    is_new = blobs.store(session, prepared, by=caller, at=clock.now())
    return _json(schemas.BlobOut(name, prepared.received.size_bytes)), 201 if is_new else 200


setattr(put_blob, framing.STREAMS, True)


@sync.get("/blobs/<name>")
@endpoint(DEVICE)
def get_blob(name: str, *, session: Session, caller: Caller) -> Response:
    """Give a file, or the part of it that the Range header asks for."""
    _check_may_read(session, caller)
    sha256 = blobs.sha256_of(name)
    media_type = blobs.readable(session, sha256, caller)
    response = file_answers.answer(
        sha256, media_type=media_type, disposition=f"attachment; filename={sha256}"
    )
    response.headers["Cache-Control"] = f"private, immutable, max-age={_YEAR_S}"
    return response


def _read_missing() -> schemas.MissingIn:
    return schemas.decoded(framing.json_body(request), schemas.MissingIn)


@sync.post("/blobs/missing")
@endpoint(DEVICE, prepare=_read_missing, write=False)
def list_missing(*, prepared: schemas.MissingIn, session: Session, caller: Caller) -> Response:
    """Say which of these files have not come for the inspection."""
    return _json(schemas.MissingOut(blobs.missing(session, prepared, caller)))
