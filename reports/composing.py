"""Takes the snapshot of an approved inspection: reads the record and writes down what the minutes will say.

It decides nothing that the record has not decided. The words of items and findings are those that the
supervisor's page showed; law is cited as it was in force in the period examined.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from checklists import points
from checklists import queries as checklists
from checklists.definition import Definition
from core import clock, text
from core import wording as figures
from inspections import deadlines, entities, findings, log, reading, review, words
from inspections.fold import Fold
from inspections.models import Inspection, LoggedOperation
from inspections.record import Entity, Record, record_of
from inspections.workflow import Form
from registry import in_force
from registry import queries as registry
from registry.in_force import Instrument, Period
from registry.models import Unit
from reports import snapshot as s
from reports import wording

LOG_FORMAT = "thucdia-operation-log-1"
_CORE_ROLES = frozenset({"qms_core", "inspection_procedure"})
_FORMS = {Form.ON_SITE.value: "Kiểm tra tại trụ sở cơ quan", Form.DESK.value: "Kiểm tra qua hồ sơ, báo cáo"}
_TERM_MONTHS = 2
# Who issues texts whose numbers end so. Source: Nghị định 30/2020/NĐ-CP Điều 8, Phụ lục III.
_ISSUERS = {
    "TTg": "Thủ tướng Chính phủ",
    "CP": "Chính phủ",
    "BKHCN": "Bộ trưởng Bộ Khoa học và Công nghệ",
    "BTC": "Bộ trưởng Bộ Tài chính",
}


def operation_log(session: Session, inspection: Inspection) -> bytes:
    """The log as the document carries it: every operation with its place in the chains.

    What the team noted for itself and what the supervisor remarked stays in the office: those operations are
    there with their hashes, so that the chain can be recomputed, but without their bodies.
    """
    query = select(LoggedOperation).where(LoggedOperation.inspection == inspection.id)
    rows = session.scalars(query.order_by(LoggedOperation.pos)).all()
    told = {
        "format": LOG_FORMAT,
        "inspection": inspection.id,
        "checklist_sha256": inspection.checklist_sha256,
        "root": inspection.root,
        "operations": [
            {
                "pos": row.pos, "device": row.device, "seq": row.seq, "header": row.header,
                "body": row.body if _is_public(row.entity) else None, "body_sha256": row.body_sha256,
                "digest": row.digest, "prev_hash": row.prev_hash, "hash": row.hash, "effect": row.effect,
                "code": row.code, "received_at": clock.wire_time(row.received_at), "log_hash": row.log_hash,
            }
            for row in rows
        ],
    }  # fmt: skip
    return msgspec.json.encode(told)


def _is_public(entity: str) -> bool:
    return entities.is_in_record(entity) or entities.kind_of(entity) == "signature"


def composed(session: Session, inspection: Inspection, *, log_file: str) -> s.Snapshot:
    """What the minutes of the inspection say.

    Args:
        log_file: the SHA-256 under which the inspection's operation log is stored.
    Raises:
        AgencyUnnamed: nobody has named the inspecting agency yet.
    """
    folded = log.read_fold(session, inspection.id)
    record = record_of(folded)
    definition = checklists.definition(session, str(inspection.checklist))
    signed_on, page = _signed_on(inspection, record), reading.review_of(session, inspection)
    if page is None:
        raise ValueError("an inspection without a decision has no minutes")
    cited = _references(page)
    found = findings.findings_of(inspection.id, folded, definition, signed_on=signed_on, references=cited)
    agency = registry.named_agency(session)
    return s.Snapshot(
        inspection=inspection.id, revision=inspection.revision,
        agency=s.Agency(agency.parent_name, agency.name, agency.place),
        unit=s.Unit(session.get_one(Unit, inspection.unit_id).code, inspection.unit_name),
        decision=s.Decision(inspection.decision_number or "", inspection.decided_on or inspection.planned_on),
        grounds=_grounds(session, inspection, definition),
        team=_team(inspection, record),
        unit_people=_people(record, "unit"),
        others=_people(record, "other"),
        meeting=_meeting(inspection, record),
        scope=_scope(inspection, definition),
        chapters=_chapters(page, inspection, definition),
        findings=tuple(map(_finding, found)),
        conclusion=text.clean(record.inspection.text("conclusion")),
        recommendations=text.clean(record.inspection.text("recommendations")),
        explanation=_general_explanation(record),
        correction_due_on=_correction_due_on(found, signed_on),
        photos=tuple(_photos(record)),
        signatures=tuple(_signatures(record, inspection)),
        trace=_trace(inspection, folded, log_file),
        clocks=_clocks(page),
        documents=tuple(_documents(record)),
    )  # fmt: skip


def _references(page: review.Review) -> dict[str, str]:
    return {item.code: item.reference for section in page.sections for item in section.entries}


def _clocks(page: review.Review) -> tuple[s.Clock, ...]:
    return tuple(s.Clock(text.one_line(one.device), one.skew, one.operations) for one in page.clocks)


def _signed_on(inspection: Inspection, record: Record) -> date | None:
    """The legal day on which both sides signed; papers examined at a desk are signed by nobody else."""
    ended_at = _moment(record.inspection.text("ended_at"))
    return clock.local_date(ended_at) if ended_at and inspection.form == Form.ON_SITE else None


def _correction_due_on(found: tuple[findings.Finding, ...], signed_on: date | None) -> date | None:
    """The last day to report. Source: Thông tư 26/2014/TT-BKHCN Điều 37 khoản 2 điểm c."""
    if signed_on is None or not findings.needs_correction(found):
        return None
    return deadlines.months_after(signed_on, _TERM_MONTHS)


def _moment(written: str) -> datetime | None:
    """A moment of the record with Việt Nam's offset; seconds are not kept on paper."""
    return datetime.fromisoformat(written).astimezone(clock.VIETNAM) if written else None


def _grounds(session: Session, inspection: Inspection, definition: Definition) -> tuple[str, ...]:
    """The legal grounds: texts in force in the period examined, oldest first, and the decision."""
    period = Period(
        inspection.period_from or inspection.planned_on, inspection.period_to or inspection.planned_on
    )
    texts = [
        registry.instrument(row)
        for row in registry.legal_instruments(session)
        if row.role in _CORE_ROLES or row.code in definition.legal_bases
    ]
    cited = [_cited(one) for one in texts if one.issued_on and in_force.is_in_force(one, period)]
    decided = inspection.decided_on or inspection.planned_on
    own = (
        f"Căn cứ Quyết định số {inspection.decision_number} {wording.long_day(decided)} về việc kiểm tra "
        f"việc áp dụng Hệ thống quản lý chất lượng tại {inspection.unit_name}"
    )
    return (*cited, own)


def _cited(one: Instrument) -> str:
    issued = f" {wording.long_day(one.issued_on)}" if one.issued_on else ""
    issuer = _ISSUERS.get(one.number.rpartition("-")[2])
    by = f" của {issuer}" if issuer else ""
    joined = " về việc " if one.kind == "quyet_dinh" else " "
    return f"Căn cứ {one.cited}{issued}{by}{joined}{one.title[:1].lower()}{one.title[1:]}"


def _team(inspection: Inspection, record: Record) -> tuple[s.Person, ...]:
    """The team as the decision names it; who was absent is said to have been."""
    absent = {
        one.text("name")
        for one in record.participants
        if one.text("side") == "team" and one.value("present") is False
    }
    return tuple(
        s.Person(
            one.full_name, one.title,
            words.PART_LABELS[one.role] + (" (vắng mặt)" if one.full_name in absent else ""),
        )
        for one in inspection.team
    )  # fmt: skip


def _people(record: Record, side: str) -> tuple[s.Person, ...]:
    present = (one for one in record.participants if one.value("present") is not False)
    return tuple(_person(one) for one in present if one.text("side") == side)


def _person(one: Entity) -> s.Person:
    return s.Person(*(text.one_line(one.text(name)) for name in ("name", "title", "role")))


def _meeting(inspection: Inspection, record: Record) -> s.Meeting:
    facts, announced = record.inspection, record.announcement
    if inspection.form == Form.DESK:
        return s.Meeting("", None, None)
    return s.Meeting(
        text.one_line(facts.text("place")) or f"Trụ sở {inspection.unit_name}",
        _moment(facts.text("started_at")),
        _moment(facts.text("ended_at")),
        text.one_line(announced.text("statement")),
    )


def _scope(inspection: Inspection, definition: Definition) -> s.Scope:
    profiles = {profile.code: profile.label_vi for profile in definition.profiles}
    return s.Scope(
        form=inspection.form,
        form_label=_FORMS[inspection.form],
        standard=inspection.standard or definition.standard,
        period_from=inspection.period_from or inspection.planned_on,
        period_to=inspection.period_to or inspection.planned_on,
        checklist=str(inspection.checklist),
        checklist_title=definition.title_vi,
        profile_label=profiles.get(inspection.profile or "", ""),
    )


def _chapters(page: review.Review, inspection: Inspection, definition: Definition) -> tuple[s.Chapter, ...]:
    """The items under the points of Điều 36; those that belong to none, under their sections."""
    by_point: dict[str, list[s.Item]] = {}
    for section in page.sections:
        for item in section.entries:
            by_point.setdefault(item.point, []).append(_item(item))
    standard = inspection.standard or definition.standard
    titles = (
        f"Việc xây dựng, áp dụng, duy trì và cải tiến HTQLCL theo yêu cầu của {standard} (khoản 1 Điều 36)",
        "Việc tuân thủ các quy định tại Quyết định số 19/2014/QĐ-TTg (khoản 2 Điều 36)",
    )
    chapters = [
        s.Chapter(title, tuple(_point(code, by_point) for code in points.POINTS if code[0] == clause))
        for clause, title in zip("12", titles, strict=True)
        if any(code[0] == clause for code in by_point.keys() & {*points.POINTS})
    ]
    sections = [section for section in definition.sections if section.code in by_point]
    if sections:
        letters = zip(_letters(len(sections)), sections, strict=True)
        rest = tuple(
            s.Point(one.code, f"{letter})", one.title_vi, tuple(by_point[one.code]))
            for letter, one in letters
        )
        chapters.append(s.Chapter("Các nội dung của danh mục kiểm tra", rest))
    return tuple(chapters)


def _letters(count: int) -> list[str]:
    """As many letters as there are points, in the order of Vietnamese legal lettering."""
    plain = [letter for letter in points.ALPHABET if letter not in "ăâêôơư"]
    return [plain[place % len(plain)] * (place // len(plain) + 1) for place in range(count)]


def _point(code: str, by_point: Mapping[str, list[s.Item]]) -> s.Point:
    label = f"{code.partition('.')[2]})"
    return s.Point(code, label, words.POINT_TITLES[code], tuple(by_point.get(code, ())))


def _item(item: review.Item) -> s.Item:
    said = item.readings[0] if item.readings else None
    table = s.Table(item.table.columns, item.table.rows) if item.table else None
    if said is None:
        return s.Item(item.code, item.question, item.reference, "", "", "", table=table)
    note = "\n".join(part for part in (said.note, said.reason) if part)
    return s.Item(
        item.code, item.question, item.reference, said.verdict or "", said.value, text.clean(note),
        tuple(map(text.one_line, said.evidence)), table,
    )  # fmt: skip


def _finding(found: findings.Finding) -> s.Finding:
    return s.Finding(
        category=found.category.code,
        category_label=found.category.label_vi,
        needs_correction=found.category.needs_corrective_action,
        text=text.clean(found.text),
        reference=text.one_line(found.reference),
        items=found.items,
        evidence=tuple(map(text.one_line, found.evidence)),
        due_on=found.due_on,
        explanation=text.clean(found.explanation),
    )


def _general_explanation(record: Record) -> str:
    general = record.explanations.get("general")
    return text.clean(general.text("text")) if general else ""


def _photos(record: Record) -> Iterable[s.Photo]:
    for photo in record.photos:
        taken = photo.body.get("taken_at")
        yield s.Photo(
            photo.sha256, text.one_line(photo.text("caption")), photo.item or "",
            _moment(taken) if isinstance(taken, str) else None,
        )  # fmt: skip


def _documents(record: Record) -> Iterable[s.Document]:
    for one in record.documents:
        size = one.body.get("size")
        yield s.Document(
            one.sha256, text.one_line(one.name), text.one_line(one.text("caption")), one.item or "",
            figures.size(size) if isinstance(size, int) else "",
        )  # fmt: skip


def _signatures(record: Record, inspection: Inspection) -> Iterable[s.Signature]:
    for one in record.signatures:
        if not one.covers(inspection.content_hash):
            continue
        body = one.body
        yield s.Signature(
            str(body.get("role")), text.one_line(str(body.get("name") or "")),
            text.one_line(str(body.get("title") or "")), one.sha256 or "", _refusal(one.refusal),
        )  # fmt: skip


def _refusal(refusal: Mapping[str, Any] | None) -> s.Refusal | None:
    if refusal is None:
        return None
    witnesses = tuple(text.one_line(str(one)) for one in refusal.get("witnesses") or ())
    return s.Refusal(text.clean(str(refusal.get("reason") or "")), witnesses)


def _trace(inspection: Inspection, folded: Fold, log_file: str) -> s.Trace:
    return s.Trace(
        content_hash=inspection.content_hash or "",
        log_root=inspection.root,
        log_length=len(folded.entries),
        checklist_sha256=inspection.checklist_sha256 or "",
        log_file=log_file,
    )
