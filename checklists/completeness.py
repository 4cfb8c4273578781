"""What is still missing before a team can conclude: values, conclusions, reasons, evidence, sample rows.

It decides from the definition, the answers, their rows and photos; it changes and hides nothing. The same
rules run on the tablet, driven by the same cases.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from checklists import definition as d
from checklists import relevance, values
from checklists.definition import Definition, Item
from checklists.relevance import Answers, Scope

Row = Mapping[str, Any]


class Lack(StrEnum):
    """What an item can lack."""

    ANSWER = "answer_missing"
    VALUE_UNFIT = "value_unfit"
    CONCLUSION = "conclusion_missing"
    REASON = "not_applicable_reason_missing"
    NOTE = "note_missing"
    EVIDENCE = "evidence_missing"
    ROWS = "rows_missing"
    ROW_UNFINISHED = "row_unfinished"


LABELS: dict[Lack, str] = {
    Lack.ANSWER: "Chưa trả lời",
    Lack.VALUE_UNFIT: "Giá trị chưa đúng",
    Lack.CONCLUSION: "Chưa kết luận",
    Lack.REASON: "Chưa nêu lý do không áp dụng",
    Lack.NOTE: "Chưa mô tả vấn đề",
    Lack.EVIDENCE: "Chưa có bằng chứng",
    Lack.ROWS: "Chưa đủ số mẫu",
    Lack.ROW_UNFINISHED: "Có dòng mẫu chưa ghi xong",
}


@dataclass(frozen=True)
class Gap:
    """Something that an item lacks; `detail` says how much, or which fault."""

    item: str
    lack: Lack
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Recorded:
    """All that was recorded: answers and rows of sample tables by item, the items with a photo or a file."""

    answers: Answers
    rows: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    with_attachment: Collection[str] = frozenset()


@dataclass(frozen=True)
class Progress:
    """How many of the items that are asked lack nothing."""

    done: int
    asked: int


def gaps(definition: Definition, scope: Scope, recorded: Recorded) -> tuple[Gap, ...]:
    """Everything that is missing, in the order of the checklist; empty when the record is complete.

    Raises:
        ProfileUnknown: the checklist has no such profile.
    """
    known = d.by_code(definition)
    asked = relevance.relevant_items(definition, scope, recorded.answers)
    return tuple(gap for code in asked for gap in item_gaps(definition, known[code], recorded))


def progress(definition: Definition, scope: Scope, recorded: Recorded) -> Progress:
    """How far the team is.

    Raises:
        ProfileUnknown: the checklist has no such profile.
    """
    asked = relevance.relevant_items(definition, scope, recorded.answers)
    unfinished = {gap.item for gap in gaps(definition, scope, recorded)}
    return Progress(len(asked) - len(unfinished), len(asked))


def item_gaps(definition: Definition, item: Item, recorded: Recorded) -> Iterator[Gap]:
    """What the item lacks, taken by itself."""
    answer = recorded.answers.get(item.code, {})
    rows = recorded.rows.get(item.code, ())
    if fault := values.answer_fault(definition, item, answer):
        yield Gap(item.code, Lack.VALUE_UNFIT, {"fault": fault})
        return
    if is_set_aside(answer):
        if not _says_something(answer.get("not_applicable_reason")):
            yield Gap(item.code, Lack.REASON)
        return
    if not _is_begun(item, answer, rows):
        yield Gap(item.code, Lack.ANSWER)
        return
    if item.sample is not None:
        yield from _row_gaps(definition, item, rows, answer)
    if item.requires_conclusion and answer.get("conclusion") is None:
        yield Gap(item.code, Lack.CONCLUSION)
    if _gives_rise_to_finding(definition, item, answer) and not _says_something(answer.get("note")):
        yield Gap(item.code, Lack.NOTE)
    if needs_evidence(definition, item, answer) and not _has_evidence(item, answer, rows, recorded):
        yield Gap(item.code, Lack.EVIDENCE, {"level": item.evidence_required})


def _is_begun(item: Item, answer: Mapping[str, Any], rows: Sequence[Row]) -> bool:
    if item.response == "sample":
        return bool(rows) or answer.get("conclusion") is not None
    return not values.is_blank(answer.get("value"))


def is_set_aside(answer: Mapping[str, Any]) -> bool:
    """Whether the inspector judged the item not applicable."""
    return d.NOT_APPLICABLE in (answer.get("value"), answer.get("conclusion"))


def conclusion_of(item: Item, answer: Mapping[str, Any]) -> str | None:
    """The conclusion that the answer comes to: its value for conformity, else what is concluded beside it."""
    found = answer.get("value") if item.response == "conformity" else answer.get("conclusion")
    return found if isinstance(found, str) else None


def needs_evidence(definition: Definition, item: Item, answer: Mapping[str, Any]) -> bool:
    """Whether the answer as it stands wants at least one piece of evidence.

    Source: Thông tư 26/2014/TT-BKHCN Điều 37 khoản 2 điểm b.
    """
    if item.evidence_required in ("always", "optional"):
        return item.evidence_required == "always"
    conforms = _conforms(definition, item, answer)
    return conforms is not None and conforms == (item.evidence_required == "if_conform")


def _conforms(definition: Definition, item: Item, answer: Mapping[str, Any]) -> bool | None:
    """Whether the answer is a good one: by its conclusion, else by the score of its option; or unknown."""
    if d.has_conclusion(item):
        conclusion = conclusion_of(item, answer)
        return None if conclusion is None else not _gives_rise_to_finding(definition, item, answer)
    options = {option.value: option.score for option in d.options_of(definition, item)}
    value = answer.get("value")
    score = options.get(value) if isinstance(value, str) else None
    return None if score is None else score == (0.0 if item.score_inverted else 1.0)


def _gives_rise_to_finding(definition: Definition, item: Item, answer: Mapping[str, Any]) -> bool:
    conclusion = conclusion_of(item, answer)
    return any(
        option.finding is not None for option in d.conclusions(definition) if option.value == conclusion
    )


def _has_evidence(item: Item, answer: Mapping[str, Any], rows: Sequence[Row], recorded: Recorded) -> bool:
    """A piece of evidence in words, a photo or file attached, or the files looked at in the sample."""
    written = any(_says_something(entry.get("text")) for entry in answer.get("evidence") or ())
    return written or item.code in recorded.with_attachment or bool(rows)


def _row_gaps(
    definition: Definition, item: Item, rows: Sequence[Row], answer: Mapping[str, Any]
) -> Iterator[Gap]:
    need = item.sample.min_rows if item.sample else 0
    # Fewer files than asked for may exist; then a note must say so, and at least one was looked at.
    excused = bool(rows) and _says_something(answer.get("note"))
    if len(rows) < need and not excused:
        yield Gap(item.code, Lack.ROWS, {"have": len(rows), "need": need})
    unfinished = sum(not _is_finished(definition, item, row) for row in rows)
    if unfinished:
        yield Gap(item.code, Lack.ROW_UNFINISHED, {"rows": unfinished})


def _is_finished(definition: Definition, item: Item, row: Row) -> bool:
    """Whether every column is filled in, but those that may stay empty."""
    columns = item.sample.columns if item.sample else ()
    wanted = [column.code for column in columns if not column.optional]
    blank = any(values.is_blank(row.get(code)) for code in wanted)
    return not blank and values.row_fault(definition, item, row) is None


def _says_something(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
