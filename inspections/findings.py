"""What was found: the findings that follow from conclusions, and those that the team wrote freely.

A conclusion gives rise to a finding exactly if the checklist's data says so; no category is named here. What
the team writes about a derived finding (its text, its reference, an earlier deadline) takes the place of what
was derived. An item whose answers are in conflict gives rise to nothing until the leader has decided.
"""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from checklists import definition as checklist
from checklists.definition import Definition, FindingCategory, Item
from inspections import deadlines
from inspections.fold import Fold


@dataclass(frozen=True)
class Finding:
    """Vấn đề tồn tại hoặc phát hiện khác.

    `reference` is the words of the legal basis; `due_on` the last day for correction, counted from the
    signing, None while nothing is signed or where nothing has to be corrected.
    """

    id: str
    category: FindingCategory
    text: str
    reference: str
    items: tuple[str, ...]
    evidence: tuple[str, ...]
    due_on: date | None
    explanation: str
    is_derived: bool

    @property
    def entity(self) -> str:
        """How the log names it."""
        return f"finding/{self.id}"


def derived_id(inspection: str, item: str) -> str:
    """The id of the finding that the item's conclusion gives rise to: the same on every tablet and here."""
    return str(uuid.uuid5(uuid.UUID(inspection), f"finding/{item}"))


def findings_of(
    inspection: str, fold: Fold, definition: Definition,
    *, signed_on: date | None, references: Mapping[str, str],
) -> tuple[Finding, ...]:  # fmt: skip
    """Every finding of the record, gravest category first (in the order of the data), then by item.

    Args:
        references: each item's legal reference as it was in force in the period examined.
    Source: Thông tư 26/2014/TT-BKHCN Điều 37 khoản 2 điểm b, c.
    """
    categories = {category.code: category for category in definition.finding_categories}
    ranks = {code: rank for rank, code in enumerate(categories)}
    places = {item.code: place for place, item in enumerate(checklist.items(definition))}
    found = [
        *_derived(inspection, fold, definition, signed_on=signed_on, references=references),
        *_free(inspection, fold, definition, signed_on=signed_on),
    ]

    def order(finding: Finding) -> tuple[int, int, str]:
        place = min((places.get(code, len(places)) for code in finding.items), default=len(places))
        return ranks[finding.category.code], place, finding.id

    return tuple(sorted(found, key=order))


def conclusion_of(item: Item, answer: Mapping[str, Any]) -> str | None:
    """The conclusion in an answer: its value, or the one that is asked for beside the value."""
    name = "value" if item.response == "conformity" else "conclusion"
    value = answer.get(name)
    return value if isinstance(value, str) else None


def needs_correction(findings: tuple[Finding, ...]) -> bool:
    """Whether the unit has to correct anything and report."""
    return any(finding.category.needs_corrective_action for finding in findings)


def _derived(
    inspection: str, fold: Fold, definition: Definition,
    *, signed_on: date | None, references: Mapping[str, str],
) -> Iterator[Finding]:  # fmt: skip
    categories = {category.code: category for category in definition.finding_categories}
    gives_rise = {option.value: option.finding for option in checklist.conclusions(definition)}
    for item in checklist.items(definition):
        entity = f"answer/{item.code}"
        if not fold.heads(entity, "answer") or fold.conflicts_at(entity):
            continue
        answer = fold.values(entity)["answer"]
        category = categories.get(gives_rise.get(conclusion_of(item, answer) or "") or "")
        if category is None:
            continue
        finding_id = derived_id(inspection, item.code)
        if fold.is_hidden(f"finding/{finding_id}"):
            continue
        written = fold.values(f"finding/{finding_id}")
        as_derived = {
            "text": answer.get("note") or item.question_vi,
            "reference": references.get(item.code, item.ref.text),
            "items": [item.code],
            "evidence": [piece.get("text", "") for piece in answer.get("evidence") or []],
        }
        category = categories.get(str(written.get("category")), category)
        said = fold.values(f"explanation/{finding_id}").get("text")
        yield _finding(
            finding_id, category, as_derived | written, explanation=said, signed_on=signed_on, is_derived=True
        )


def _free(
    inspection: str, fold: Fold, definition: Definition, *, signed_on: date | None
) -> Iterator[Finding]:
    categories = {category.code: category for category in definition.finding_categories}
    derivable = {derived_id(inspection, item.code) for item in checklist.items(definition)}
    for entity in fold.entities("finding"):
        finding_id = entity.partition("/")[2]
        written = fold.values(entity)
        category = categories.get(str(written.get("category")))
        if finding_id in derivable or fold.is_hidden(entity) or category is None:
            continue
        said = fold.values(f"explanation/{finding_id}").get("text")
        yield _finding(finding_id, category, written, explanation=said, signed_on=signed_on, is_derived=False)


def _finding(
    finding_id: str, category: FindingCategory, written: Mapping[str, Any],
    *, explanation: object, signed_on: date | None, is_derived: bool,
) -> Finding:  # fmt: skip
    return Finding(
        id=finding_id,
        category=category,
        text=str(written.get("text") or ""),
        reference=_words(written.get("reference")),
        items=tuple(map(str, written.get("items") or ())),
        evidence=tuple(text for text in map(str, written.get("evidence") or ()) if text),
        due_on=_due_on(category, written.get("due_on"), signed_on),
        explanation=str(explanation or ""),
        is_derived=is_derived,
    )


def _words(reference: object) -> str:
    """A reference as words: written out, or a basis code with its article."""
    if isinstance(reference, Mapping):
        return ", ".join(str(part) for part in (reference.get("article"), reference.get("code")) if part)
    return str(reference or "")


def _due_on(category: FindingCategory, agreed: object, signed_on: date | None) -> date | None:
    """The agreed day, but never later than the category's longest term from the signing."""
    if not category.needs_corrective_action or category.max_due is None or signed_on is None:
        return None
    latest = deadlines.due_on(signed_on, category.max_due)
    if not isinstance(agreed, str):
        return latest
    return min(latest, date.fromisoformat(agreed))
