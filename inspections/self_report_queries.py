"""The unit's own report on itself: what the office has of it, and how much an inspection's files come to."""

from collections.abc import Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from core.files import StoredFile
from inspections.errors import SelfReportUnknown
from inspections.models import SelfReport, UploadedBlob


def listed(session: Session, inspection_id: str) -> Sequence[SelfReport]:
    """The files that stand, oldest first."""
    query = select(SelfReport).where(
        SelfReport.inspection_id == inspection_id, SelfReport.withdrawn_at.is_(None)
    )
    return session.scalars(query.order_by(SelfReport.added_at, SelfReport.id)).all()


def one(session: Session, inspection_id: str, report_id: str) -> SelfReport:
    """The file, if it stands.

    Raises:
        SelfReportUnknown: there is none, or it was withdrawn.
    """
    found = session.get(SelfReport, report_id)
    if found is None or found.inspection_id != inspection_id or found.withdrawn_at is not None:
        raise SelfReportUnknown(self_report=report_id)
    return found


def media_type_in(sha256: str, inspections: Select[str]) -> Select[str]:
    """What kind of file it is, where it stands in one of the inspections."""
    return select(SelfReport.media_type).where(
        SelfReport.sha256 == sha256, SelfReport.inspection_id.in_(inspections),
        SelfReport.withdrawn_at.is_(None),
    )  # fmt: skip


def held_bytes(session: Session, inspection_id: str) -> int:
    """What the inspection's photos, files and self-reports take on the disk, withdrawn ones too."""
    come = select(UploadedBlob.sha256).where(UploadedBlob.inspection == inspection_id)
    brought = select(SelfReport.sha256).where(SelfReport.inspection_id == inspection_id)
    query = select(func.coalesce(func.sum(StoredFile.size_bytes), 0)).where(
        StoredFile.sha256.in_(come.union(brought))
    )
    return int(session.scalars(query).one())
