"""What happens to a document: it is drafted, numbered by the clerk, sealed by the worker, issued.

Each action writes one journal entry and commits nothing. Nothing here prints or signs; a sealed document is
never touched again.
"""

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from core import clock, files, ids, jobs, journal
from core.caller import Caller
from inspections import actions as inspections
from inspections.models import Inspection
from inspections.workflow import State
from registry import queries as registry
from reports import authority, codes, composing, numbering, queries, sealing, snapshot
from reports.errors import AlreadySealed, NotReadyToSeal, NumberTaken
from reports.models import Report, SealCertificate
from reports.sealing import Sealed
from reports.stages import CAN_BE_NUMBERED, CAN_BE_SEALED, LABELS, RECORD, Stage

SEAL = "reports.seal"
# A worker that died leaves the document waiting; after this the clerk may ask again.
PATIENCE = timedelta(minutes=10)


def draft(session: Session, inspection: Inspection, *, by: Caller, at: datetime) -> Report:
    """The minutes of the inspection's present revision are frozen; drafting them again changes nothing.

    Raises:
        AgencyUnnamed: nobody has named the inspecting agency yet.
    """
    if existing := queries.drafted(session, inspection, RECORD):
        return existing
    log = files.put(
        session, composing.operation_log(session, inspection), media_type="application/json", at=at
    )
    minutes = composing.composed(session, inspection, log_file=log.sha256)
    stored = files.put(session, snapshot.encoded(minutes), media_type="application/json", at=at)
    report = Report(
        id=ids.new_id(), inspection_id=inspection.id, inspection=inspection, revision=inspection.revision,
        kind=RECORD, state=Stage.DRAFTED, snapshot_sha256=stored.sha256, verification_code=codes.new_code(),
        drafted_at=at,
    )  # fmt: skip
    session.add(report)
    journal.record(
        session, "report.drafted", about=("report", report.id), by=by, at=at,
        inspection=inspection.id, revision=inspection.revision, snapshot=stored.sha256,
    )  # fmt: skip
    return report


def register_number(
    session: Session, report: Report, *, number: str, dated_on: date, by: Caller, at: datetime
) -> None:
    """The document has the number and date that the clerk typed.

    Raises:
        AlreadySealed: a sealed document keeps its number.
        NotReadyToSeal: it is being sealed at this moment.
        NumberRefused: the number's form or the date cannot be right.
        NumberTaken: another document of the year has it.
    """
    if report.state == Stage.SEALED:
        raise AlreadySealed(report=report.id)
    if report.state not in CAN_BE_NUMBERED:
        raise NotReadyToSeal("Biên bản đang được ký số; chờ xong rồi xem lại.", state=report.state)
    parsed = numbering.parsed(number, symbol=registry.named_agency(session).record_symbol)
    minutes = queries.snapshot_of(report)
    numbering.check_date(
        dated_on, ended_on=queries.ended_on(minutes), decided_on=minutes.decision.decided_on,
        today=clock.local_date(at),
    )  # fmt: skip
    taken = queries.with_number(session, symbol=parsed.symbol, year=dated_on.year, ordinal=parsed.ordinal)
    if taken is not None and taken.id != report.id:
        raise NumberTaken(
            f"Số {parsed.text} năm {dated_on.year} đã cấp cho biên bản của {taken.inspection.unit_name}.",
            field="number", number=parsed.text, year=dated_on.year,
        )  # fmt: skip
    report.number, report.ordinal, report.symbol = parsed.text, parsed.ordinal, parsed.symbol
    report.year, report.dated_on, report.state = dated_on.year, dated_on, Stage.NUMBERED
    journal.record(
        session, "report.numbered", about=("report", report.id), by=by, at=at,
        number=parsed.text, dated_on=dated_on.isoformat(),
    )  # fmt: skip


def can_be_sealed(report: Report, *, at: datetime) -> bool:
    """Whether the seal can be asked for: numbered, failed, or asked for so long ago that it must be lost."""
    if report.state == Stage.SEALING:
        return report.seal_asked_at is not None and at - report.seal_asked_at > PATIENCE
    return report.state in CAN_BE_SEALED


def ask_for_seal(session: Session, report: Report, *, by: Caller, at: datetime) -> None:
    """The worker will print and seal the document.

    Raises:
        AlreadySealed: it is sealed.
        NotReadyToSeal: it has no number, is being sealed, or the inspection has moved on.
    """
    if report.state == Stage.SEALED:
        raise AlreadySealed(report=report.id)
    if not can_be_sealed(report, at=at):
        raise NotReadyToSeal(
            f"Biên bản đang ở giai đoạn «{LABELS[Stage(report.state)]}». Vào số trước khi ký số.",
            state=report.state,
        )
    _require_current(report)
    report.state, report.seal_asked_at, report.failure = Stage.SEALING, at, None
    jobs.enqueue(session, SEAL, {"report": report.id}, at=at)
    journal.record(session, "report.seal_asked", about=("report", report.id), by=by, at=at)


def _require_current(report: Report) -> None:
    """Return if the inspection still is what the document says."""
    inspection = report.inspection
    if inspection.state != State.APPROVED or inspection.revision != report.revision:
        raise NotReadyToSeal(
            "Cuộc kiểm tra đã được mở lại sau khi lập biên bản này. Bản mới sẽ có sau khi duyệt lại.",
            state=inspection.state, revision=inspection.revision,
        )  # fmt: skip


def record_sealed(session: Session, report: Report, sealed: Sealed, *, by: Caller, at: datetime) -> None:
    """The sealed file is the document, and the inspection is issued; a second file changes nothing.

    Raises:
        NotReadyToSeal: the inspection was reopened while the document was being sealed.
    """
    if report.state == Stage.SEALED:
        return
    _require_current(report)
    certificate = _known_certificate(session, sealed, at=at)
    stored = files.register(session, sealed.received, media_type=sealing.MEDIA_TYPE, at=at)
    report.state, report.failure = Stage.SEALED, None
    report.pdf_sha256, report.pdf_bytes, report.pages = stored.sha256, stored.size_bytes, sealed.pages
    report.sealed_at, report.certificate = sealed.at, certificate
    minutes = queries.snapshot_of(report)
    inspections.issue(session, report.inspection, needs_correction=minutes.needs_correction, by=by, at=at)
    journal.record(
        session, "report.sealed", about=("report", report.id), by=by, at=at,
        sha256=stored.sha256, certificate=certificate.fingerprint, unreadable=list(sealed.unreadable),
    )  # fmt: skip


def _known_certificate(session: Session, sealed: Sealed, *, at: datetime) -> SealCertificate:
    """The certificate that sealed, kept so that the document stays verifiable when keys change."""
    key = sealed.key
    known = session.get(SealCertificate, key.fingerprint)
    if known is None:
        known = SealCertificate(
            fingerprint=key.fingerprint, holder=key.holder, chain=authority.pem_of(key.chain),
            is_demo=key.is_demo, first_used_at=at,
        )  # fmt: skip
        session.add(known)
        session.flush()  # the document refers to it
    return known


def record_failure(session: Session, report: Report, *, reason: str, by: Caller, at: datetime) -> None:
    """The document could not be sealed; people see why and may ask again."""
    if report.state == Stage.SEALED:
        return
    report.state, report.failure = Stage.FAILED, reason
    journal.record(session, "report.failed", about=("report", report.id), by=by, at=at, reason=reason)
