"""From the bytes of a checklist file to its definition; a wrong file is refused whole, naming every fault.

It reads and publishes nothing else: which legal texts exist is told to it, and so is the file's name.
"""

from collections.abc import Collection

from checklists.definition import STATUSES, Definition, Scoring, Section, Withdrawal
from checklists.errors import ChecklistRefused
from checklists.loading import consistency, items, vocabulary
from core import strict_yaml
from core.strict_yaml import Fault, Reader, Unreadable

SCHEMA_VERSION = 1
VERSION_FORM = r"(0|[1-9][0-9]{0,3})(\.(0|[1-9][0-9]{0,3})){2}"
CODE_FORM = r"[A-Z][A-Z0-9-]{1,39}"


def load(content: bytes, *, file: str, known_bases: Collection[str]) -> Definition:
    """The definition that the file holds.

    Args:
        known_bases: codes of the legal texts and standards that may be cited.
    Raises:
        ChecklistRefused: the file cannot be read, or anything in it is wrong.
    """
    try:
        document, faults = strict_yaml.read(content)
    except Unreadable as refusal:
        raise ChecklistRefused(file, [refusal.fault]) from None
    top = Reader(document, faults)
    definition = _definition(top)
    _check_bases(top, known_bases)
    consistency.check(definition, document, faults)
    if faults:
        raise ChecklistRefused(file, _in_file_order(faults))
    return definition


def _definition(top: Reader) -> Definition:
    if top.integer("schema_version") != SCHEMA_VERSION:
        top.fault("schema_version", "phiên bản định dạng không đọc được", f"Dùng định dạng {SCHEMA_VERSION}.")
    words = vocabulary.read(top)
    sections = tuple(_section(group, words) for group in top.groups("sections"))
    _check_count(top, sections)
    definition = Definition(
        schema_version=SCHEMA_VERSION,
        code=top.text("code", pattern=CODE_FORM, example="QMS-HCNN-2015"),
        version=top.text("version", pattern=VERSION_FORM, example="1.0.0"),
        status=top.one_of("status", STATUSES),
        title_vi=top.text("title_vi"),
        title_en=top.text("title_en"),
        standard=top.text("standard"),
        description_vi=top.text("description_vi"),
        description_en=top.text("description_en"),
        legal_bases=top.texts("legal_bases", required=True),
        wording_note=top.text("wording_note"),
        unit_types=words.unit_types,
        response_types=words.response_types,
        finding_categories=words.finding_categories,
        evidence_requirement_levels=words.evidence_levels,
        evidence_source_types=words.evidence_sources,
        sections=sections,
        profiles=words.profiles,
        scoring=_scoring(top.group("scoring")),
        scenario=top.optional_text("scenario"),
        superseded_by=top.optional_text("superseded_by"),
        standard_withdrawn=_withdrawal(top.group("standard_withdrawn")),
        transition_deadline=vocabulary.day_text(top, "transition_deadline"),
    )
    top.finish()
    return definition


def _section(group: Reader, words: vocabulary.Words) -> Section:
    group.at(f"mục «{group.fields.get('code')}»")
    section = Section(
        code=group.text("code", pattern=items.CODE_FORM, example="P1-A"),
        title_vi=group.text("title_vi"),
        title_en=group.text("title_en"),
        order=group.integer("order", least=1),
        items=tuple(items.read(item, words) for item in group.groups("items")),
        clause=group.optional_text("clause"),
    )
    group.finish()
    return section


def _check_count(top: Reader, sections: tuple[Section, ...]) -> None:
    """A file cut off in the middle can still be YAML; the count it announces gives it away."""
    found = sum(len(section.items) for section in sections)
    announced = top.integer("item_count", least=1)
    if announced != found:
        top.fault(
            "item_count",
            f"ghi {announced} câu nhưng tệp có {found} câu",
            "Kiểm tra tệp có đủ câu, rồi sửa số.",
        )


def _scoring(group: Reader | None) -> Scoring | None:
    if group is None:
        return None
    scoring = Scoring(group.flag("enabled_by_default", default=False), group.text("note"))
    group.at("cách chấm điểm").finish()
    return scoring


def _withdrawal(group: Reader | None) -> Withdrawal | None:
    if group is None:
        return None
    withdrawal = Withdrawal(vocabulary.day_text(group, "date", required=True) or "", group.text("by"))
    group.at("việc hủy bỏ tiêu chuẩn").finish()
    return withdrawal


def _check_bases(top: Reader, known: Collection[str]) -> None:
    """Every code cited anywhere in the file is one that the registry knows."""
    for path, line in top.document.lines.items():
        value = top.document.at(path)
        if not isinstance(value, str) or not _is_citation(path) or value in known:
            continue
        place = consistency.place_of(top.document, path)
        remedy = "Sửa mã, hoặc nạp văn bản bằng «flask registry load» trước."
        top.faults.append(
            Fault(line, place, "bases", f"không có căn cứ «{value[:40]}» trong danh bạ", remedy)
        )


def _is_citation(path: strict_yaml.Path) -> bool:
    in_list = len(path) == 2 and path[0] == "legal_bases"
    return in_list or (len(path) >= 3 and path[-3] == "bases" and path[-1] == "code")


def _in_file_order(faults: list[Fault]) -> list[Fault]:
    return sorted(dict.fromkeys(faults), key=lambda fault: fault.line or 0)
