"""What a supplement would mean for an inspection before anybody confirms it; nothing is changed by asking."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from checklists import comparison
from checklists import definition as d
from checklists import queries as checklists
from checklists.comparison import Comparison
from checklists.definition import Item
from checklists.models import ChecklistVersion
from checklists.values import Items, items_of
from core.caller import Caller
from inspections import log_reading, permissions, queries
from inspections.errors import SupplementRefused
from inspections.models import Inspection
from inspections.record import Record, record_of

BECAME = "became:"


@dataclass(frozen=True)
class Outlook:
    """What changes with the chosen version, and which answered items keep their place in it."""

    before: str
    chosen: str
    changes: Comparison
    choices: tuple[tuple[str, str], ...]
    living_on: tuple[str, ...]
    misfitting: tuple[str, ...]
    placeless: tuple[str, ...]


def is_theirs(inspection: Inspection, caller: Caller) -> bool:
    """Whether binding to another version is the caller's to decide, in whatever state the inspection is."""
    return permissions.may_write("inspection.supplement", queries.parts_of(inspection, caller))


def may_supplement(inspection: Inspection, caller: Caller) -> bool:
    """Whether the caller may bind the inspection to another version, in the state in which it is."""
    is_open = inspection.checklist is not None and queries.is_record_open(inspection)
    return is_open and is_theirs(inspection, caller)


def others(session: Session, inspection: Inspection) -> list[ChecklistVersion]:
    """The other published versions of the inspection's checklist that know its profile, the latest first."""
    code = (inspection.checklist or "").partition("@")[0]
    found = [
        one
        for one in checklists.versions(session)
        if one.code == code and one.reference != inspection.checklist
    ]
    return [one for one in reversed(found) if _has_profile(session, one.reference, inspection)]


def _has_profile(session: Session, reference: str, inspection: Inspection) -> bool:
    return d.has_profile(checklists.definition(session, reference), inspection.profile)


def check_profile(session: Session, inspection: Inspection, reference: str) -> None:
    """Return if the inspection's profile is one of the version; an unknown version is not judged.

    Raises:
        SupplementRefused: it is none of the version, so that nobody could say what is asked.
    """
    if checklists.sha256_of(session, reference) is None:
        return
    if not _has_profile(session, reference, inspection):
        raise SupplementRefused(
            f"Phiên bản {reference} không có cấu hình kiểm tra của cuộc này. Chọn phiên bản khác.",
            profile=inspection.profile,
        )


def outlook(session: Session, inspection: Inspection, reference: str) -> Outlook:
    """What the version would change, and what that means for what is recorded.

    Raises:
        ChecklistUnknown: nothing is published under this name.
    """
    before = checklists.definition(session, inspection.checklist or "")
    after = checklists.definition(session, reference)
    record = record_of(log_reading.whole_fold(session, inspection.id))
    answered = sorted({*record.answers, *record.rows})
    items = items_of(after)
    kept = [code for code in answered if items.has(code)]
    fitting = {code for code in kept if _fits(items, record, code)}
    return Outlook(
        before=before.reference, chosen=after.reference, changes=comparison.compared(before, after),
        choices=tuple((code, _named(item)) for code, item in items.by_code.items()),
        living_on=tuple(code for code in kept if code in fitting),
        misfitting=tuple(code for code in kept if code not in fitting),
        placeless=tuple(code for code in answered if not items.has(code)),
    )  # fmt: skip


def _fits(items: Items, record: Record, code: str) -> bool:
    answer = record.answers.get(code)
    rows = record.rows.get(code, ())
    is_answer_fit = answer is None or items.answer_fault(code, answer.body) is None
    return is_answer_fit and all(items.row_fault(code, row.columns) is None for row in rows)


def _named(item: Item) -> str:
    text = item.question_vi
    return f"{item.code} · {text if len(text) <= 80 else text[:79].rstrip() + '…'}"


def mapping_in(typed: Mapping[str, str], shown: Outlook) -> dict[str, str | None]:
    """What each dropped item becomes, as the form says; none where nothing was chosen.

    Raises:
        SupplementRefused: something was chosen that the version does not have; `field` names the place.
    """
    known = {code for code, _ in shown.choices}
    mapping: dict[str, str | None] = {}
    for item in shown.changes.dropped:
        became = typed.get(f"{BECAME}{item.code}", "")
        if became and became not in known:
            raise SupplementRefused(
                f"Mục thay cho {item.code} không có trong phiên bản đã chọn. Chọn lại trong danh sách.",
                field=f"{BECAME}{item.code}",
            )
        mapping[item.code] = became or None
    return mapping
