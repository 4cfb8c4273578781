"""The words that a checklist file defines and its items then use: types, categories, sources, profiles.

It says what each word is; whether items use them rightly is checked in `consistency`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar, get_args

from checklists.definition import (
    ALL,
    EvidenceLevel,
    EvidenceSource,
    FindingCategory,
    Option,
    Profile,
    ResponseKind,
    ResponseType,
    UnitType,
)
from core.strict_yaml import Reader

WORD_FORM = r"[a-z0-9][a-z0-9_]{0,39}"
TERM_FORM = r"P[1-9][0-9]?M"
OBLIGATIONS = ("bat_buoc", "khuyen_khich")
RESPONSE_KINDS: tuple[ResponseKind, ...] = get_args(ResponseKind)
EVIDENCE_LEVELS: tuple[EvidenceLevel, ...] = get_args(EvidenceLevel)
_Word = TypeVar("_Word")


@dataclass(frozen=True)
class Words:
    """The vocabulary of one file."""

    unit_types: tuple[UnitType, ...]
    response_types: tuple[ResponseType, ...]
    finding_categories: tuple[FindingCategory, ...]
    evidence_levels: dict[str, str]
    evidence_sources: tuple[EvidenceSource, ...]
    profiles: tuple[Profile, ...]

    @property
    def unit_type_codes(self) -> tuple[str, ...]:
        """The codes to which an item may apply."""
        return tuple(one.code for one in self.unit_types)

    @property
    def source_codes(self) -> tuple[str, ...]:
        """The codes of the sources of evidence."""
        return tuple(one.code for one in self.evidence_sources)


def read(top: Reader) -> Words:
    """The file's vocabulary; faults are noted in the reader."""
    return Words(
        unit_types=_each(top, "unit_types", "loại cơ quan", _unit_type),
        response_types=_each(top, "response_types", "kiểu trả lời", _response_type),
        finding_categories=_each(top, "finding_categories", "loại phát hiện", _finding_category),
        evidence_levels=_evidence_levels(top),
        evidence_sources=_each(top, "evidence_source_types", "nguồn bằng chứng", _evidence_source),
        profiles=_each(top, "profiles", "cấu hình", _profile, required=False),
    )


def options(group: Reader, *, required: bool) -> tuple[Option, ...]:
    """The values listed under `options`."""
    read_options = []
    for row in group.groups("options", required=required):
        row.at(f"giá trị «{row.fields.get('value')}»")
        option = Option(
            row.text("value", pattern=WORD_FORM, example="phu_hop"), row.text("label_vi"),
            row.optional_text("label_en"), row.number("score"), row.optional_text("finding"),
        )  # fmt: skip
        if option.score is not None and not 0 <= option.score <= 1:
            row.fault("score", f"điểm {option.score} nằm ngoài khoảng 0 đến 1", "Ghi điểm từ 0 đến 1.")
        row.finish()
        read_options.append(option)
    values = [option.value for option in read_options]
    if len(set(values)) != len(values):
        group.fault("options", "có giá trị ghi hai lần", "Giữ lại một.")
    return tuple(read_options)


def day_text(group: Reader, key: str, *, required: bool = False) -> str | None:
    """A day in the file as the published JSON writes it."""
    day = group.day(key, required=required)
    return None if day is None else day.isoformat()


def _each(
    top: Reader, key: str, thing: str, read_one: Callable[[Reader], _Word], *, required: bool = True
) -> tuple[_Word, ...]:
    groups = top.groups(key, required=required)
    codes = [str(group.fields.get("code")) for group in groups]
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        top.fault(key, f"mã {thing} «{code}» ghi hai lần", "Giữ lại một.")
    read_words = []
    for group in groups:
        read_words.append(read_one(group.at(f"{thing} «{group.fields.get('code')}»")))
        group.finish()
    return tuple(read_words)


def _word(group: Reader, example: str) -> str:
    return group.text("code", pattern=WORD_FORM, example=example)


def _unit_type(group: Reader) -> UnitType:
    return UnitType(
        _word(group, "so_nganh"), group.text("label_vi"), group.text("label_en"),
        group.one_of("qd19", OBLIGATIONS), day_text(group, "valid_to"),
    )  # fmt: skip


def _response_type(group: Reader) -> ResponseType:
    kind = group.one_of("code", RESPONSE_KINDS)
    known: ResponseKind = next((one for one in RESPONSE_KINDS if one == kind), "text")
    needs_options = known in ("conformity", "yes_no")
    return ResponseType(
        known, group.text("label_vi"), options(group, required=needs_options), group.optional_text("note")
    )


def _finding_category(group: Reader) -> FindingCategory:
    category = FindingCategory(
        _word(group, "kph_nhe"), group.text("label_vi"), group.text("label_en"),
        group.flag("needs_corrective_action", default=False), group.text("basis"),
        group.optional_text("max_due"),
    )  # fmt: skip
    if category.max_due is not None:
        group.text("max_due", pattern=TERM_FORM, example="P2M")
    if category.needs_corrective_action and category.max_due is None:
        group.fault("max_due", "loại phát hiện phải khắc phục mà chưa có thời hạn", "Thêm «max_due: P2M».")
    return category


def _evidence_source(group: Reader) -> EvidenceSource:
    return EvidenceSource(_word(group, "ho_so"), group.text("label_vi"), group.text("label_en"))


def _evidence_levels(top: Reader) -> dict[str, str]:
    group = top.group("evidence_requirement_levels")
    if group is None:
        top.fault("evidence_requirement_levels", "chưa có giá trị", "Thêm bốn mức yêu cầu bằng chứng.")
        return {}
    levels: dict[str, str] = {level: group.text(level) for level in EVIDENCE_LEVELS}
    group.finish()
    return levels


def _profile(group: Reader) -> Profile:
    include: Literal["all"] | tuple[str, ...] = "all"
    if group.fields.get("include") == ALL:
        group.one_of("include", (ALL,))
    else:
        include = group.texts("include", required=True)
    return Profile(_word(group, "qua_ho_so"), group.text("label_vi"), include)
