"""Lays the record of an inspection out for its reader: each item in its section, each photo at its item.

Everything that stands in the record is placed somewhere: an answer to an item that is not asked keeps its
item on the page, a photo of no item and a remark on no item stand at the end. It asks no database.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from checklists import definition as checklist
from checklists import points
from checklists.definition import Definition
from core import wording
from inspections import bodies, review, words
from inspections import findings as found_in
from inspections.record import (
    Answer,
    Attachment,
    Entity,
    Record,
    Remark,
    Row,
    Signature,
    Written,
)


@dataclass(frozen=True)
class Surroundings:
    """What the record itself does not say.

    `asked` are the items that this inspection asks, `references` their citations as in force in the period
    examined, `lacks` what each still wants, in words; `people` and `devices` name the ids in the log;
    `stored` are the files that have arrived; `content` is the hash of what is signed;
    `earlier` are the checklist versions before a supplement, each with the items that became others since.
    """

    asked: Collection[str]
    references: Mapping[str, str]
    lacks: Mapping[str, Sequence[str]]
    people: Mapping[str, str]
    devices: Mapping[str, str]
    stored: Collection[str]
    content: str | None = None
    earlier: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Desk:
    """What is on the table while the page is laid out."""

    record: Record
    definition: Definition
    around: Surroundings
    numbers: Mapping[str, int]


def laid_out(
    record: Record, definition: Definition, findings: Sequence[found_in.Finding], *, around: Surroundings
) -> review.Review:
    """The page of the inspection; nothing of the record is left out."""
    numbers = {photo.entity: number for number, photo in enumerate(record.photos, start=1)}
    desk = _Desk(record, definition, around, numbers)
    sections = tuple(section for one in definition.sections if (section := _section(desk, one)) is not None)
    items = [item for section in sections for item in section.entries]
    shown = {item.code for item in items}
    return review.Review(
        sections=sections,
        points=_points(desk, items),
        counts=review.counts_of(items),
        findings=tuple(_finding(desk, one) for one in findings),
        meeting=_meeting(record),
        participants=tuple(map(_participant, record.participants)),
        signatures=_signatures(desk),
        loose_pictures=_pictures(desk, [one for one in record.photos if one.item not in shown]),
        loose_files=_files(desk, [one for one in desk.record.documents if one.item not in shown]),
        loose_remarks=tuple(
            _remark(desk, one) for one in record.remarks if _item_remarked(one) not in shown
        ),
    )  # fmt: skip


def _section(desk: _Desk, section: checklist.Section) -> review.Section | None:
    recorded = desk.record.answers.keys() | desk.record.rows.keys()
    items = tuple(
        _item(desk, item, points.report_point(item, section))
        for item in section.items
        if item.code in desk.around.asked or item.code in recorded
    )
    return review.Section(section.code, section.title_vi, items, review.counts_of(items)) if items else None


def _item(desk: _Desk, item: checklist.Item, point: str) -> review.Item:
    answer, rows = desk.record.answers.get(item.code), desk.record.rows.get(item.code, ())
    return review.Item(
        code=item.code,
        question=item.question_vi,
        reference=desk.around.references.get(item.code, item.ref.text),
        point=point,
        readings=_readings(desk, item, answer),
        in_conflict=(answer is not None and answer.in_conflict) or any(row.in_conflict for row in rows),
        lacks=tuple(desk.around.lacks.get(item.code, ())),
        table=_table(item, rows),
        pictures=_pictures(desk, [photo for photo in desk.record.photos if photo.item == item.code]),
        files=_files(desk, [one for one in desk.record.documents if one.item == item.code]),
        remarks=tuple(
            _remark(desk, one) for one in desk.record.remarks if _item_remarked(one) == item.code
        ),
    )  # fmt: skip


def _readings(desk: _Desk, item: checklist.Item, answer: Answer | None) -> tuple[review.Reading, ...]:
    """Every answer that stands; of equal answers by several people, the first."""
    if answer is None:
        return ()
    heads = answer.heads if answer.in_conflict else answer.heads[:1]
    return tuple(_reading(desk, item, head) for head in heads)


def _reading(desk: _Desk, item: checklist.Item, head: Written) -> review.Reading:
    body: dict[str, Any] = head.value if isinstance(head.value, dict) else {}
    verdict = found_in.conclusion_of(item, body)
    evidence = [one for one in body.get("evidence") or () if isinstance(one, dict)]
    return review.Reading(
        verdict=verdict if verdict in review.VERDICTS else None,
        value=value_in_words(desk.definition, item, body.get("value")),
        note=str(body.get("note") or ""),
        sources=tuple(words.SOURCE_LABELS.get(kind, kind) for kind in body.get("evidence_kind") or ()),
        evidence=tuple(str(one["text"]) for one in evidence if one.get("text")),
        reason=str(body.get("not_applicable_reason") or ""),
        author=desk.around.people.get(head.actor, words.SOMEBODY),
        device=_device(desk, head.device),
        written=clock_in_words(head.wall),
        received=wording.moment(head.received_at),
    )  # fmt: skip


def value_in_words(definition: Definition, item: checklist.Item, value: object) -> str:
    """The value as people read it: an option's label, both figures of a ratio, a day, a number with its unit.

    Where the value is the conclusion itself, the verdict says it and nothing is repeated.
    """
    labels = {option.value: option.label_vi for option in checklist.options_of(definition, item)}
    if value is None or item.response == "conformity":
        return ""
    if isinstance(value, str) and value in labels:
        return labels[value]
    if isinstance(value, dict) and {"numerator", "denominator"} <= value.keys():
        return wording.share(value["numerator"], value["denominator"])
    if isinstance(value, str) and item.response == "date":
        return _day(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{_figure(value)} {item.unit or ''}".strip()
    return str(value)


def _figure(value: float) -> str:
    return wording.number(value, decimals=0 if value == int(value) else 1)


def _table(item: checklist.Item, rows: Sequence[Row]) -> review.Table | None:
    if item.sample is None or not rows:
        return None
    columns = item.sample.columns
    cells = (tuple(_cell(row.columns.get(column.code)) for column in columns) for row in rows)
    return review.Table(tuple(column.label_vi for column in columns), tuple(cells))


_CELLS = {"co": "Có", "khong": "Không", "khong_ap_dung": "Không áp dụng"}


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "Có" if value else "Không"
    if value is None:
        return ""
    return _CELLS.get(str(value)) or _day(str(value))


def _pictures(desk: _Desk, photos: Sequence[Attachment]) -> tuple[review.Picture, ...]:
    return tuple(
        review.Picture(
            number=desk.numbers[photo.entity],
            sha256=photo.sha256,
            caption=photo.text("caption"),
            taken=clock_in_words(str(photo.body.get("taken_at") or "")),
            item=photo.item,
            is_here=photo.sha256 in desk.around.stored,
        )
        for photo in photos
    )


def _files(desk: _Desk, files: Sequence[Attachment]) -> tuple[review.File, ...]:
    return tuple(_file(desk, one) for one in files)


def _file(desk: _Desk, one: Attachment) -> review.File:
    head = one.register("file").heads[0]
    size = one.body.get("size")
    return review.File(
        sha256=one.sha256,
        name=one.name or f"Tệp {one.sha256[:12]}",
        size=wording.size(size) if isinstance(size, int) else "",
        caption=one.text("caption"),
        item=one.item,
        author=desk.around.people.get(head.actor, words.SOMEBODY),
        is_here=one.sha256 in desk.around.stored,
    )


def _item_remarked(remark: Remark) -> str | None:
    kind, _, code = str(remark.body.get("entity", "")).partition("/")
    return code.partition("/")[0] if kind in ("answer", "row") else None


def _remark(desk: _Desk, remark: Remark) -> review.RemarkShown:
    head = remark.register("remark").heads[0]
    return review.RemarkShown(
        id=remark.id,
        entity=str(remark.body.get("entity", "")),
        text=str(remark.body.get("text", "")),
        state=remark.state,
        state_label=words.REMARK_LABELS[remark.state],
        replies=tuple(str(reply.value) for reply in remark.replies),
        author=desk.around.people.get(head.actor, words.SOMEBODY),
        written=wording.moment(head.received_at),
        due=_day(str(remark.body.get("due_on") or "")),
    )


def _points(desk: _Desk, items: Sequence[review.Item]) -> tuple[review.Point, ...]:
    titles = {section.code: section.title_vi for section in desk.definition.sections}
    codes = sorted({item.point for item in items}, key=points.point_order)
    return tuple(
        review.Point(
            code=code,
            label="" if code in titles else points.spelled_out(code).capitalize(),
            title=titles.get(code, words.POINT_TITLES.get(code, "")),
            counts=review.counts_of(item for item in items if item.point == code),
        )
        for code in codes
    )


def _finding(desk: _Desk, finding: found_in.Finding) -> review.Finding:
    written = next((one for one in desk.record.findings if one.id == finding.id), None)
    code = finding.category.code
    return review.Finding(
        entity=finding.entity,
        category=finding.category.label_vi,
        verdict=code if code in review.VERDICTS else None,
        text=finding.text,
        reference=finding.reference,
        items=finding.items,
        evidence=finding.evidence,
        due=_due(finding),
        explanation=finding.explanation,
        in_conflict=written is not None and written.in_conflict,
    )


def _due(finding: found_in.Finding) -> str:
    if finding.due_on is not None:
        return wording.day(finding.due_on)
    term = finding.category.max_due
    if not finding.category.needs_corrective_action or term is None:
        return ""
    return f"{int(term[1:-1]):02d} tháng từ ngày ký biên bản"


def _meeting(record: Record) -> review.Meeting:
    facts = record.inspection
    visited = _span(facts.text("started_at"), facts.text("ended_at"))
    general = record.explanations.get("general")
    return review.Meeting(
        visited=", ".join(part for part in (visited, facts.text("place")) if part),
        conclusion=facts.text("conclusion"),
        recommendations=facts.text("recommendations"),
        explanation=general.text("text") if general else "",
        announcement=_announcement(record.announcement),
    )


def _announcement(written: Entity) -> str:
    told = _span(written.text("opened_at"), written.text("closed_at"))
    return ", ".join(part for part in (told, written.text("place"), written.text("statement")) if part)


def _participant(person: Entity) -> review.Participant:
    title = person.text("title") or person.text("role")
    side = words.SIDE_LABELS.get(person.text("side"), "")
    absent = "" if person.value("present") is not False else "vắng mặt"
    return review.Participant(person.text("name"), title, " · ".join(part for part in (side, absent) if part))


def _signature(desk: _Desk, signature: Signature) -> review.Signature:
    body, refusal = signature.body, signature.refusal
    return review.Signature(
        name=str(body.get("name") or ""),
        title=str(body.get("title") or ""),
        role_label=words.SIGNER_LABELS.get(str(body.get("role")), ""),
        sha256=signature.sha256 or "",
        is_here=signature.sha256 in desk.around.stored,
        is_current=signature.covers(desk.around.content),
        refusal=_refusal(refusal) if refusal is not None else "",
    )


def _signatures(desk: _Desk) -> tuple[review.Signature, ...]:
    """Those that cover the present content first, the leader's before the others'."""
    roles = list(words.SIGNER_LABELS)

    def order(signature: Signature) -> tuple[bool, int, str]:
        role = str(signature.body.get("role"))
        place = roles.index(role) if role in roles else len(roles)
        return not signature.covers(desk.around.content), place, signature.entity

    return tuple(_signature(desk, one) for one in sorted(desk.record.signatures, key=order))


def _refusal(refusal: Mapping[str, Any]) -> str:
    witnesses = ", ".join(_witness(one) for one in refusal.get("witnesses") or ())
    reason = f"Lý do: {refusal.get('reason') or 'không nêu'}"
    return f"{reason}\nNgười chứng kiến: {witnesses}" if witnesses else reason


def _witness(witness: object) -> str:
    return str(witness.get("name", "")) if isinstance(witness, dict) else str(witness)


def _device(desk: _Desk, device: str) -> str:
    return words.SERVER if device.startswith("server:") else desk.around.devices.get(device, device[:8])


def clock_in_words(wall: str) -> str:
    """A device's own time as people read it; what is no time is shown as it came."""
    return wording.moment(datetime.fromisoformat(wall)) if bodies.is_moment(wall) else wall


def _span(start: str, end: str) -> str:
    """From when to when; the day is told once if it is the same."""
    first, last = clock_in_words(start), clock_in_words(end)
    time, _, day = first.partition(" ngày ")
    if day and last.endswith(f" ngày {day}"):
        first = time
    return " đến ".join(told for told in (first, last) if told)


def _day(text: str) -> str:
    try:
        return wording.day(date.fromisoformat(text))
    except ValueError:
        return text
