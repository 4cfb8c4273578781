"""What a checklist says, as frozen values; the published JSON is exactly these values, field for field.

It judges nothing: what applies, what fits and what is missing are decided in `relevance`, `values` and
`completeness`. Field names are those of the published JSON, so that files, server and tablet speak alike.
"""

import hashlib
from collections.abc import Iterator
from typing import Literal

import msgspec

ALL = "all"
NOT_APPLICABLE = "khong_ap_dung"
DRAFT = "draft_for_department_approval"
STATUSES = {DRAFT: "Dự thảo, chờ Sở phê duyệt", "approved": "Đã phê duyệt"}

EvidenceLevel = Literal["always", "if_nonconform", "if_conform", "optional"]
ResponseKind = Literal["conformity", "yes_no", "ratio", "date", "number", "sample", "choice", "text"]


class _Part(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A part of a checklist; what a file leaves out, the published JSON leaves out too."""


class Option(_Part, frozen=True):
    """A possible value. `finding` is the category that choosing it gives rise to; `score` lies in 0…1."""

    value: str
    label_vi: str
    label_en: str | None = None
    score: float | None = None
    finding: str | None = None


class UnitType(_Part, frozen=True):
    """Loại cơ quan, and whether Quyết định 19/2014/QĐ-TTg obliges it."""

    code: str
    label_vi: str
    label_en: str
    qd19: str
    valid_to: str | None = None


class ResponseType(_Part, frozen=True):
    """A kind of response; its options hold for every item of the kind that has none of its own."""

    code: ResponseKind
    label_vi: str
    options: tuple[Option, ...] = ()
    note: str | None = None


class FindingCategory(_Part, frozen=True):
    """Loại phát hiện. `max_due` is a term in months such as P2M, counted from the signing of the minutes."""

    code: str
    label_vi: str
    label_en: str
    needs_corrective_action: bool
    basis: str
    max_due: str | None = None


class EvidenceSource(_Part, frozen=True):
    """Nguồn bằng chứng. Source: Thông tư 26/2014/TT-BKHCN Điều 37 khoản 2 điểm b."""

    code: str
    label_vi: str
    label_en: str


class Profile(_Part, frozen=True):
    """Cấu hình kiểm tra: the items that a form of inspection asks, or all of them."""

    code: str
    label_vi: str
    include: Literal["all"] | tuple[str, ...]


class Basis(_Part, frozen=True):
    """The code of a legal text or standard, and the article meant in it."""

    code: str
    article: str | None = None


class Reference(_Part, frozen=True):
    """Viện dẫn: the words shown beside the question, and the dated texts that they rest on."""

    type: Literal["legal", "iso", "plan"]
    text: str
    bases: tuple[Basis, ...] = ()


class RatioBlock(_Part, frozen=True):
    """What is counted above and below the line, and the percentage to be reached, if any."""

    numerator_vi: str
    denominator_vi: str
    target_percent: float | None = None


class DateRule(_Part, frozen=True):
    """How recent the day must be; `basis_options` are the ways to count a year."""

    at_least_once_per: Literal["P1Y"]
    basis_options: tuple[str, ...]
    default_basis: str


class Column(_Part, frozen=True):
    """A column of a sample table; an optional one may stay empty in a finished row."""

    code: str
    label_vi: str
    type: Literal["text", "date", "yes_no", "number"]
    optional: bool = False


class SampleBlock(_Part, frozen=True):
    """A table with one row for each file looked at; `personal_data` warns what must not be written down."""

    min_rows: int
    columns: tuple[Column, ...]
    personal_data: str | None = None


class Condition(_Part, frozen=True):
    """The item is asked only where another item's value is this one."""

    item: str
    equals: str


class Item(_Part, frozen=True):
    """Nội dung kiểm tra: one question with all that is needed to answer, judge and report it."""

    code: str
    ref: Reference
    question_vi: str
    question_en: str
    evidence_vi: tuple[str, ...]
    evidence_sources: tuple[str, ...]
    response: ResponseKind
    applies_to: tuple[str, ...]
    criticality: Literal["critical", "major", "minor"]
    weight: int
    evidence_required: EvidenceLevel
    order: int
    requires_conclusion: bool = False
    options: tuple[Option, ...] = ()
    ratio: RatioBlock | None = None
    date_rule: DateRule | None = None
    sample: SampleBlock | None = None
    condition: Condition | None = None
    default_enabled: bool = True
    carry_over_from_previous_inspection: bool = False
    dieu_36: str | None = None
    clause: str | None = None
    evidence_kind: Literal["photo", "url"] | None = None
    unit: str | None = None
    min: float | None = None
    max: float | None = None
    score_inverted: bool = False
    note: str | None = None


class Section(_Part, frozen=True):
    """Phần của danh mục."""

    code: str
    title_vi: str
    title_en: str
    order: int
    items: tuple[Item, ...]
    clause: str | None = None


class Withdrawal(_Part, frozen=True):
    """When and by which text the standard was withdrawn."""

    date: str
    by: str


class Scoring(_Part, frozen=True):
    """Whether points are counted; the law asks for none."""

    enabled_by_default: bool
    note: str


class Definition(_Part, frozen=True):
    """Danh mục kiểm tra: one version of a checklist, never changed once it is published."""

    schema_version: int
    code: str
    version: str
    status: str
    title_vi: str
    title_en: str
    standard: str
    description_vi: str
    description_en: str
    legal_bases: tuple[str, ...]
    wording_note: str
    unit_types: tuple[UnitType, ...]
    response_types: tuple[ResponseType, ...]
    finding_categories: tuple[FindingCategory, ...]
    evidence_requirement_levels: dict[str, str]
    evidence_source_types: tuple[EvidenceSource, ...]
    sections: tuple[Section, ...]
    profiles: tuple[Profile, ...] = ()
    scoring: Scoring | None = None
    scenario: str | None = None
    superseded_by: str | None = None
    standard_withdrawn: Withdrawal | None = None
    transition_deadline: str | None = None

    @property
    def reference(self) -> str:
        """`CODE@VERSION`, the name under which inspections, operations and addresses know this version."""
        return f"{self.code}@{self.version}"


def items(definition: Definition) -> Iterator[Item]:
    """Every item, section by section in the order of the file."""
    for section in definition.sections:
        yield from section.items


def by_code(definition: Definition) -> dict[str, Item]:
    """Every item by its code."""
    return {item.code: item for item in items(definition)}


def has_profile(definition: Definition, profile: str | None) -> bool:
    """Whether an inspection of this profile can ask the checklist; None where it has no profiles."""
    codes = [one.code for one in definition.profiles]
    return profile in codes if codes else profile is None


def options_of(definition: Definition, item: Item) -> tuple[Option, ...]:
    """The values that the item can take: its own options, or those of its kind of response."""
    return item.options or _kind_options(definition, item.response)


def conclusions(definition: Definition) -> tuple[Option, ...]:
    """The conclusions an inspector can come to (mức độ phù hợp)."""
    return _kind_options(definition, "conformity")


def has_conclusion(item: Item) -> bool:
    """Whether the item ends in a conclusion: its own value, or one asked for beside the value."""
    return item.response == "conformity" or item.requires_conclusion


def _kind_options(definition: Definition, kind: str) -> tuple[Option, ...]:
    return next((known.options for known in definition.response_types if known.code == kind), ())


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Definition)


def encoded(definition: Definition) -> bytes:
    """The canonical JSON: UTF-8, no spaces, fields in the order declared here, absent ones left out."""
    return _ENCODER.encode(definition)


def decoded(content: bytes) -> Definition:
    """The definition in the published JSON.

    Raises:
        msgspec.ValidationError: the bytes are not a published definition.
    """
    return _DECODER.decode(content)


def sha256_of(content: bytes) -> str:
    """The address of a published version: the SHA-256 of its exact bytes, in lower-case hex."""
    return hashlib.sha256(content).hexdigest()
