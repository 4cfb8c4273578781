"""How much one tablet may send in a day and one inspection may hold, so that neither fills the disk of all.

Operations are never counted: what is answered and signed is always taken.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from core import settings
from core.files import StoredFile
from inspections import self_report_queries
from inspections.models import UploadedBlob
from sync.errors import QuotaReached
from sync.models import PartialUpload

_DAY = timedelta(hours=24)
_MIB = 1024 * 1024


@dataclass(frozen=True)
class Incoming:
    """A file that is about to come, from whom and for what; `upload` is its partial upload, if it has one."""

    sha256: str
    size_bytes: int
    device: str
    inspections: Collection[str]
    upload: str | None = None


def check(session: Session, incoming: Incoming, *, at: datetime) -> None:
    """Return if the tablet and each of the inspections may have the file beside what they have.

    What has been announced counts like what has come. A file that is there already counts nothing.

    Raises:
        QuotaReached
    """
    chosen = settings.current()
    mine = (UploadedBlob.device == incoming.device) & (UploadedBlob.received_at > at - _DAY)
    new = sorted(set(incoming.inspections) - _having(session, incoming))
    if not new:
        return
    coming = _announced(session, PartialUpload.device == incoming.device, incoming, at)
    used_bytes = _stored(session, mine) + coming
    _check("device", used_bytes + incoming.size_bytes, chosen.device_daily_mb)
    for inspection in new:
        held = self_report_queries.held_bytes(session, inspection)
        coming = _announced(session, PartialUpload.inspection == inspection, incoming, at)
        _check("inspection", held + coming + incoming.size_bytes, chosen.inspection_mb)


def _having(session: Session, incoming: Incoming) -> set[str]:
    query = select(UploadedBlob.inspection).where(UploadedBlob.sha256 == incoming.sha256)
    return set(session.scalars(query))


def _stored(session: Session, which: ColumnElement[bool]) -> int:
    query = select(func.coalesce(func.sum(StoredFile.size_bytes), 0)).join(
        UploadedBlob, UploadedBlob.sha256 == StoredFile.sha256
    )
    return int(session.scalars(query.where(which)).one())


def _announced(session: Session, which: ColumnElement[bool], incoming: Incoming, at: datetime) -> int:
    query = select(func.coalesce(func.sum(PartialUpload.length_bytes), 0)).where(
        which, PartialUpload.finished_at.is_(None), PartialUpload.expires_at > at
    )
    if incoming.upload is not None:
        query = query.where(PartialUpload.id != incoming.upload)
    return int(session.scalars(query).one())


def _check(whose: str, wanted_bytes: int, limit_mb: int) -> None:
    if wanted_bytes > limit_mb * _MIB:
        raise QuotaReached(
            "Ảnh và tệp vẫn còn trên máy gửi. Kết quả kiểm tra vẫn gửi được; báo quản trị viên.",
            whose=whose, limit_bytes=limit_mb * _MIB,
        )  # fmt: skip
