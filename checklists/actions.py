"""What changes the published checklists: a version is added, and none is ever changed or taken away."""

from datetime import datetime

from sqlalchemy import exc, select
from sqlalchemy.orm import Session

from checklists import definition as d
from checklists import loading
from checklists.definition import Definition
from checklists.errors import VersionTaken
from checklists.models import ChecklistVersion
from core import journal
from core.caller import Caller
from registry import queries as registry_queries


def publish(session: Session, definition: Definition, *, by: Caller, at: datetime) -> ChecklistVersion:
    """The version is published under the SHA-256 of its bytes; publishing it again changes nothing.

    Raises:
        VersionTaken: the same code and version already stand for other bytes.
    """
    content = d.encoded(definition)
    sha256 = d.sha256_of(content)
    standing = session.get(ChecklistVersion, sha256)
    if standing is not None:
        return standing
    published = ChecklistVersion(
        sha256=sha256, code=definition.code, version=definition.version, status=definition.status,
        title=definition.title_vi, standard=definition.standard, item_count=len(list(d.items(definition))),
        content=content, published_at=at, published_by=by.name,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(published)
    except exc.IntegrityError:
        raise VersionTaken(
            f"«{definition.reference}» đã công bố với nội dung khác và không đổi được nữa. "
            "Tăng «version» trong tệp rồi công bố lại.",
            checklist=definition.reference, published_sha256=_sha256_of(session, definition), sha256=sha256,
        ) from None  # fmt: skip
    journal.record(
        session, "checklist.published", about=("checklist", definition.reference), by=by, at=at,
        sha256=sha256, status=definition.status, items=published.item_count,
    )  # fmt: skip
    return published


def _sha256_of(session: Session, definition: Definition) -> str | None:
    named = select(ChecklistVersion.sha256).where(
        ChecklistVersion.code == definition.code, ChecklistVersion.version == definition.version
    )
    return session.scalar(named)


def publish_file(
    session: Session, content: bytes, *, file: str, by: Caller, at: datetime
) -> ChecklistVersion:
    """The checklist in the file is published.

    Args:
        file: the name by which messages call it.
    Raises:
        ChecklistRefused: anything is wrong in the file; nothing was published.
        VersionTaken: the same code and version already stand for other bytes.
    """
    known = registry_queries.basis_codes(session)
    definition = loading.load(content, file=file, known_bases=known)
    return publish(session, definition, by=by, at=at)
