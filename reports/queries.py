"""What can be asked about issued documents; nothing is changed by asking."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import files
from core.caller import Caller
from inspections import queries as inspections
from inspections.models import Inspection
from reports import authority, snapshot
from reports.errors import CodeUnknown, ReportUnknown
from reports.models import Report, SealCertificate
from reports.snapshot import Snapshot
from reports.stages import Stage


def visible(session: Session, report_id: str, caller: Caller) -> Report:
    """The document, if the caller may know of its inspection.

    Raises:
        ReportUnknown: there is none, or none for this caller.
    """
    found = session.get(Report, report_id)
    if found is None:
        raise ReportUnknown(report=report_id)
    inspections.visible(session, found.inspection_id, caller)
    return found


def of_inspection(session: Session, inspection: Inspection) -> Sequence[Report]:
    """The inspection's documents, the latest first."""
    query = select(Report).where(Report.inspection_id == inspection.id)
    return session.scalars(query.order_by(Report.revision.desc(), Report.id.desc())).all()


def drafted(session: Session, inspection: Inspection, kind: str) -> Report | None:
    """The document of the inspection's present revision, if it has been drafted."""
    query = select(Report).where(
        Report.inspection_id == inspection.id, Report.revision == inspection.revision, Report.kind == kind
    )
    return session.scalar(query)


def register(session: Session, *, limit: int = 200) -> Sequence[Report]:
    """The latest documents, those that wait for somebody first."""
    waiting = (Report.state == Stage.SEALED).asc()
    return session.scalars(select(Report).order_by(waiting, Report.drafted_at.desc()).limit(limit)).all()


def with_number(session: Session, *, symbol: str, year: int, ordinal: int) -> Report | None:
    """The document that has this number."""
    query = select(Report).where(Report.symbol == symbol, Report.year == year, Report.ordinal == ordinal)
    return session.scalar(query)


def by_code(session: Session, code: str) -> Report:
    """The sealed document that carries the code.

    Raises:
        CodeUnknown: none does.
    """
    found = sealed_among(session, [code])
    if found is None:
        raise CodeUnknown("Kiểm tra lại mã in ở cuối mỗi trang của văn bản.", code=code)
    return found


def sealed_among(session: Session, codes: Collection[str]) -> Report | None:
    """The sealed document that one of these codes belongs to."""
    if not codes:
        return None
    query = select(Report).where(Report.verification_code.in_(codes), Report.state == Stage.SEALED)
    return session.scalars(query.order_by(Report.sealed_at.desc()).limit(1)).first()


def by_bytes(session: Session, sha256: str) -> Report | None:
    """The sealed document whose file has this hash."""
    return session.scalar(select(Report).where(Report.pdf_sha256 == sha256))


def successor(session: Session, report: Report) -> Report | None:
    """The latest sealed document of the same inspection, if it is a later one."""
    query = select(Report).where(
        Report.inspection_id == report.inspection_id,
        Report.kind == report.kind,
        Report.revision > report.revision,
        Report.state == Stage.SEALED,
    )
    return session.scalars(query.order_by(Report.revision.desc()).limit(1)).first()


def certificates(session: Session) -> Sequence[SealCertificate]:
    """Every certificate that has ever sealed a document here."""
    return session.scalars(select(SealCertificate).order_by(SealCertificate.first_used_at)).all()


def roots(session: Session) -> tuple[bytes, ...]:
    """The certificates (DER) at the top of the chains that have sealed here."""
    tops = (authority.ders_of(one.chain)[-1] for one in certificates(session))
    return tuple(dict.fromkeys(tops))


def snapshot_of(report: Report) -> Snapshot:
    """What the document says."""
    return snapshot.decoded(files.read(report.snapshot_sha256))


def ended_on(report_snapshot: Snapshot) -> date | None:
    """The legal day on which the visit ended."""
    ended_at = report_snapshot.meeting.ended_at
    return ended_at.date() if ended_at else None
