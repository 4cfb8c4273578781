"""What can be asked about published checklists; nothing is changed by asking."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, undefer

from checklists import definition as d
from checklists.definition import Definition
from checklists.errors import ChecklistUnknown
from checklists.models import ChecklistVersion
from checklists.values import Items, items_of


def versions(session: Session) -> Sequence[ChecklistVersion]:
    """Every published version, by code and then as they were published."""
    listed = select(ChecklistVersion).order_by(ChecklistVersion.code, ChecklistVersion.published_at)
    return session.scalars(listed).all()


def version(session: Session, reference: str) -> ChecklistVersion:
    """The version that is called `CODE@VERSION`, its bytes loaded.

    Raises:
        ChecklistUnknown: nothing is published under this name.
    """
    code, _, number = reference.partition("@")
    named = select(ChecklistVersion).where(ChecklistVersion.code == code, ChecklistVersion.version == number)
    # PostgreSQL cannot be asked about a NUL character; nothing is published under such a name.
    found = session.scalar(named.options(undefer(ChecklistVersion.content))) if _is_plain(reference) else None
    if found is None:
        shown = "".join(filter(str.isprintable, reference))[:80]
        raise ChecklistUnknown(
            f"Chưa công bố danh mục «{shown}». Xem các phiên bản tại trang «Danh mục».", checklist=shown
        )
    return found


_SHA256 = select(ChecklistVersion.sha256).where(
    ChecklistVersion.code == bindparam("code"), ChecklistVersion.version == bindparam("number")
)


def sha256_of(session: Session, reference: str) -> str | None:
    """The hash of the version that is called `CODE@VERSION`; None if nothing is published under this name."""
    code, _, number = reference.partition("@")
    if not _is_plain(reference):
        return None
    found = session.connection().execute(_SHA256, {"code": code, "number": number})
    return found.scalar_one_or_none()


def _is_plain(reference: str) -> bool:
    return reference.isascii() and reference.isprintable()


def definition(session: Session, reference: str) -> Definition:
    """What the version says.

    Raises:
        ChecklistUnknown: nothing is published under this name.
    """
    return d.decoded(version(session, reference).content)


def items(session: Session, reference: str) -> Items:
    """The version as the judge of operations asks about it.

    Raises:
        ChecklistUnknown: nothing is published under this name.
    """
    return items_of(definition(session, reference))
