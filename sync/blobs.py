"""Photos and files come and go by their SHA-256; the bytes are checked before anything says they are here.

Whether a file exists is told only to who may see an inspection that it came for.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from accounts import devices
from core import errors, files, journal
from core.caller import Caller
from core.files import Received
from inspections import log, self_report_queries
from inspections.models import BlobReference, LoggedOperation, TeamMember, UploadedBlob
from sync import limits, streams
from sync.errors import BlobNameWrong, BlobUnknown, BlobUnwanted
from sync.schemas import MissingIn

_NAME = re.compile(r"sha256:([0-9a-f]{64})")


@dataclass(frozen=True)
class Upload:
    """A file that is safely on disk, and the inspections that it came for."""

    received: Received
    media_type: str
    inspections: tuple[str, ...]


def sha256_of(name: str) -> str:
    """The hash in the name of a file.

    Raises:
        BlobNameWrong: it is not named that way.
    """
    found = _NAME.fullmatch(name)
    if found is None:
        raise BlobNameWrong
    return found[1]


def wanted_by(session: Session, sha256: str, inspection: str | None, caller: Caller) -> tuple[str, ...]:
    """The caller's inspections that a file is for: the one named, or those whose operations speak of it.

    A lost tablet brings only files that an operation of its own speaks of, so that whoever adopts what it
    recorded has the photos too, and whoever found it can put nothing else here.

    Raises:
        DeviceRevoked: the tablet was stolen.
        InspectionUnknown: the one named is not the caller's.
        BlobUnwanted: none was named and none speaks of it.
    """
    is_lost = devices.only_sends(devices.tablet(session, str(caller.device_id)))
    named = None if inspection is None else streams.visible(session, inspection, caller).id
    if named is not None and not is_lost:
        return (named,)
    own = select(TeamMember.inspection_id).where(TeamMember.person_id == caller.person_id)
    query = select(BlobReference.inspection).where(
        BlobReference.sha256 == sha256, BlobReference.inspection.in_(own if named is None else [named])
    )
    query = query.where(_said_by(caller)) if is_lost else query
    found = tuple(sorted(set(session.scalars(query))))
    if not found:
        raise BlobUnwanted("Gửi thao tác nhắc đến tệp trước, hoặc nêu cuộc kiểm tra (?inspection=).")
    return found


def _said_by(caller: Caller) -> ColumnElement[bool]:
    """That the reference stands in an operation of the caller's tablet."""
    return BlobReference.op_id.in_(
        select(LoggedOperation.op_id).where(LoggedOperation.device == caller.device_id)
    )


def store(session: Session, upload: Upload, *, by: Caller, at: datetime) -> bool:
    """The file belongs to its inspections, and what waited for it has been confirmed; whether it was new."""
    sha256 = upload.received.sha256
    files.register(session, upload.received, media_type=upload.media_type, at=at)
    known = set(session.scalars(select(UploadedBlob.inspection).where(UploadedBlob.sha256 == sha256)))
    new = [inspection for inspection in sorted(upload.inspections) if inspection not in known]
    for inspection in new:
        uploaded = UploadedBlob(
            inspection=inspection, sha256=sha256, media_type=upload.media_type, device=str(by.device_id),
            person_id=str(by.person_id), received_at=at,
        )  # fmt: skip
        session.add(uploaded)
        journal.record(
            session, "blob.received", about=("inspection", inspection), by=by, at=at, sha256=sha256,
            size_bytes=upload.received.size_bytes,
        )  # fmt: skip
    for inspection in sorted(upload.inspections):
        log.blob_arrived(session, sha256, inspection, at=at)
    return bool(new)


def readable(session: Session, sha256: str, caller: Caller) -> str:
    """The media type of the file, if it came for an inspection of the caller's or is its unit's self-report.

    Raises:
        BlobUnknown: there is none, or it is another team's; the two are not told apart.
    """
    own = select(TeamMember.inspection_id).where(TeamMember.person_id == caller.person_id)
    query = select(UploadedBlob.media_type).where(
        UploadedBlob.sha256 == sha256, UploadedBlob.inspection.in_(own)
    )
    found = session.scalar(query.order_by(UploadedBlob.received_at).limit(1))
    if found is None:
        found = session.scalar(self_report_queries.media_type_in(sha256, own).limit(1))
    if found is None:
        raise BlobUnknown
    return found


def missing(session: Session, asked: MissingIn, caller: Caller) -> list[str]:
    """Those of the files that have not come for the inspection, in the order asked.

    A lost tablet hears only of files that an operation of its own speaks of; all others are missing to it.

    Raises:
        DeviceRevoked: the tablet was stolen.
        InspectionUnknown: it is not the caller's.
        BlobNameWrong, Malformed: a wrong name, or too many.
    """
    if len(asked.hashes) > limits.MAX_HASHES:
        raise errors.Malformed("Hỏi quá nhiều tệp một lần.", max_hashes=limits.MAX_HASHES)
    inspection = streams.visible(session, asked.inspection, caller)
    wanted = {name: sha256_of(name) for name in asked.hashes}
    hashes = sorted(set(wanted.values()))
    come = _come(session, inspection.id, hashes)
    if devices.only_sends(devices.tablet(session, str(caller.device_id))):
        own = select(BlobReference.sha256).where(BlobReference.sha256.in_(hashes), _said_by(caller))
        come &= set(session.scalars(own.where(BlobReference.inspection == inspection.id)))
    return [name for name, sha256 in wanted.items() if sha256 not in come]


def _come(session: Session, inspection: str, hashes: Sequence[str]) -> set[str]:
    query = select(UploadedBlob.sha256).where(
        UploadedBlob.inspection == inspection, UploadedBlob.sha256.in_(hashes)
    )
    return set(session.scalars(query))
