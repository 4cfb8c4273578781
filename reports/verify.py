"""Verifies a file: has it examined in a child, finds what the registry knows of it, and asks for the verdict.

The registry decides which document a file can be; the file's own claims only help to find it. Nothing is
stored of what people upload.
"""

import hashlib
from dataclasses import dataclass

from sqlalchemy.orm import Session

from core import child, clock, db, files
from reports import codes, queries, sealing, verdicts
from reports.models import Report
from reports.orders import Seen
from reports.verdicts import Known, Relation, Verdict

LARGEST_BYTES = 25 * 1024 * 1024
_KEPT: dict[tuple[str, tuple[bytes, ...]], Seen] = {}
_KEPT_AT_MOST = 200


@dataclass(frozen=True)
class _File:
    """A file with what it shows; `seen` is None if it could not be read to its end."""

    pdf: bytes
    seen: Seen | None


def verdict_on(pdf: bytes) -> Verdict:
    """Whether bytes, signature and registry agree, and if not, what does not.

    It takes a second, and up to a minute where somebody signed after us; no transaction is open meanwhile.
    Whatever makes a validator stumble or tarry makes the file unreadable: a document of ours does neither.
    """
    digest = hashlib.sha256(pdf).hexdigest()
    with db.reading() as session:
        roots = queries.roots(session)
        is_ours = queries.by_bytes(session, digest) is not None
    file = _File(pdf, _seen_once(digest, pdf, roots) if is_ours else _seen(pdf, roots))
    with db.reading() as session:
        report, relation = _related(session, file)
        known = _known(session, report) if report is not None else None
        ours = {one.fingerprint for one in queries.certificates(session)}
    seen = file.seen
    if relation is Relation.EXTENDED and seen is not None and verdicts.signs_in_place(seen):
        seen = _seen(pdf, roots, compares=True) or seen
    return verdicts.judged(seen, known, relation, ours=ours)


def _seen(pdf: bytes, roots: tuple[bytes, ...], *, compares: bool = False) -> Seen | None:
    try:
        return sealing.examined(pdf, roots, compares=compares)
    except child.ChildFailed:
        return None


def _seen_once(digest: str, pdf: bytes, roots: tuple[bytes, ...]) -> Seen | None:
    """What a document of ours shows; the same bytes under the same roots always show the same."""
    seen = _KEPT.get((digest, roots)) or _seen(pdf, roots)
    if seen is not None:
        if len(_KEPT) >= _KEPT_AT_MOST:
            _KEPT.clear()
        _KEPT[digest, roots] = seen
    return seen


def _related(session: Session, file: _File) -> tuple[Report | None, Relation]:
    """The document that the file is, begins with, or claims to be."""
    if same := queries.by_bytes(session, hashlib.sha256(file.pdf).hexdigest()):
        return same, Relation.SAME
    claims = file.seen.codes if file.seen is not None else codes.claimed(file.pdf)
    claimed = queries.sealed_among(session, claims)
    if claimed is None or claimed.pdf_sha256 is None:
        return None, Relation.OTHER
    if file.pdf.startswith(files.read(claimed.pdf_sha256)):
        return claimed, Relation.EXTENDED
    return claimed, Relation.OTHER


def _known(session: Session, report: Report) -> Known | None:
    """What the registry knows of a sealed document."""
    certificate = report.certificate
    if report.sealed_at is None or report.dated_on is None or certificate is None:
        return None
    later = queries.successor(session, report)
    return Known(
        code=report.verification_code,
        number=report.number or "",
        dated_on=report.dated_on,
        unit=report.inspection.unit_name,
        sealed_at=report.sealed_at.astimezone(clock.VIETNAM),
        sha256=report.pdf_sha256 or "",
        fingerprint=certificate.fingerprint,
        holder=certificate.holder,
        is_demo=certificate.is_demo,
        replaced_by=f"{later.number} ({later.dated_on:%d/%m/%Y})" if later else "",
    )
