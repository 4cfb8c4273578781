"""One item of a checklist file: its own fields, and the block that its kind of response needs.

A block that belongs to another kind of response is a fault, not something to ignore.
"""

from collections.abc import Callable
from typing import Any

from checklists.definition import (
    Basis,
    Column,
    Condition,
    DateRule,
    Item,
    Option,
    RatioBlock,
    Reference,
    SampleBlock,
)
from checklists.loading import vocabulary
from checklists.loading.vocabulary import EVIDENCE_LEVELS, RESPONSE_KINDS, WORD_FORM, Words
from checklists.points import POINTS
from core.strict_yaml import Reader

CODE_FORM = r"[A-Z][A-Za-z0-9._-]{0,39}"
WEIGHTS = (1, 2, 3)
CRITICALITIES = ("critical", "major", "minor")
COLUMN_TYPES = ("text", "date", "yes_no", "number")
EVIDENCE_KINDS = ("photo", "url")
YEAR_WAYS = ("nam_duong_lich", "365_ngay")
REFERENCE_TYPES = ("legal", "iso", "plan")
# The block of each kind of response, and whether an item of the kind must have it.
BLOCKS: dict[str, dict[str, bool]] = {
    "ratio": {"ratio": True},
    "date": {"date_rule": False},
    "sample": {"sample": True},
    "choice": {"options": True},
    "number": {"unit": False, "min": False, "max": False},
    "yes_no": {"score_inverted": False},
}
_ALL_BLOCKS = tuple(name for blocks in BLOCKS.values() for name in blocks)


def read(row: Reader, words: Words) -> Item:
    """The item; faults are noted in the reader."""
    row.at(f"câu «{row.fields.get('code')}»")
    _check_blocks(row)
    item = Item(
        code=row.text("code", pattern=CODE_FORM, example="PL-03"),
        ref=_reference(row),
        question_vi=row.text("question_vi"),
        question_en=row.text("question_en"),
        evidence_vi=row.texts("evidence_vi", required=True),
        evidence_sources=row.words("evidence_sources", words.source_codes, required=True),
        applies_to=row.words("applies_to", words.unit_type_codes, required=True),
        weight=_weight(row),
        order=row.integer("order", least=1),
        requires_conclusion=row.flag("requires_conclusion", default=False),
        condition=_block(row, "condition", _condition),
        default_enabled=row.flag("default_enabled", default=True),
        carry_over_from_previous_inspection=row.flag("carry_over_from_previous_inspection", default=False),
        dieu_36=row.one_of("dieu_36", POINTS, default="") or None,
        clause=row.optional_text("clause"),
        note=row.optional_text("note"),
        **_closed_words(row),
        **_blocks(row),
    )
    _check_conclusion(row, item)
    row.finish()
    return item


def _closed_words(row: Reader) -> dict[str, Any]:
    return {
        "response": row.one_of("response", RESPONSE_KINDS),
        "criticality": row.one_of("criticality", CRITICALITIES),
        "evidence_required": row.one_of("evidence_required", EVIDENCE_LEVELS),
        "evidence_kind": row.one_of("evidence_kind", EVIDENCE_KINDS, default="") or None,
    }


def _blocks(row: Reader) -> dict[str, Any]:
    is_choice = row.fields.get("response") == "choice"
    options: tuple[Option, ...] = vocabulary.options(row, required=is_choice)
    least, most = row.number("min"), row.number("max")
    if least is not None and most is not None and most < least:
        row.fault("max", f"giới hạn trên {most:g} nhỏ hơn giới hạn dưới {least:g}", "Sửa một trong hai số.")
    return {
        "options": options,
        "ratio": _block(row, "ratio", _ratio),
        "date_rule": _block(row, "date_rule", _date_rule),
        "sample": _block(row, "sample", _sample),
        "unit": row.optional_text("unit"),
        "min": least,
        "max": most,
        "score_inverted": row.flag("score_inverted", default=False),
    }


def _check_blocks(row: Reader) -> None:
    """The item has the blocks of its own kind of response and of no other."""
    kind = str(row.fields.get("response"))
    if kind not in RESPONSE_KINDS:
        return
    own = BLOCKS.get(kind, {})
    for name, needed in own.items():
        if needed and row.fields.get(name) is None and name != "options":
            row.fault(name, f"câu kiểu {kind} chưa có khối này", f"Thêm khối «{name}».")
    for name in _ALL_BLOCKS:
        if name not in own and name in row.fields:
            row.fault(name, f"không dùng cho câu kiểu {kind}", f"Xóa «{name}» hoặc đổi «response».")


def _check_conclusion(row: Reader, item: Item) -> None:
    if item.response == "conformity" and item.requires_conclusion:
        row.fault("requires_conclusion", "câu kiểu conformity đã là kết luận", "Xóa «requires_conclusion».")


def _block(row: Reader, key: str, read_block: Callable[[Reader], Any]) -> Any:
    """The block under the key as its value, or None."""
    group = row.group(key)
    if group is None:
        return None
    group.at(f"khối {key}")
    block = read_block(group)
    group.finish()
    return block


def _weight(row: Reader) -> int:
    weight = row.integer("weight", least=1)
    if weight not in WEIGHTS:
        row.fault("weight", f"giá trị {weight} không có trong danh mục", "Sửa thành một trong: 1, 2, 3.")
    return weight


def _reference(row: Reader) -> Reference:
    group = row.group("ref")
    if group is None:
        row.fault("ref", "chưa có giá trị", "Thêm khối «ref» với type và text.")
        return Reference("plan", "")
    group.at("viện dẫn")
    kind: Any = group.one_of("type", REFERENCE_TYPES)
    bases = tuple(_basis(basis) for basis in group.groups("bases", required=False))
    reference = Reference(kind, group.text("text"), bases)
    group.finish()
    return reference


def _basis(group: Reader) -> Basis:
    basis = Basis(group.text("code"), group.optional_text("article"))
    group.finish()
    return basis


def _condition(group: Reader) -> Condition:
    return Condition(group.text("item"), group.text("equals"))


def _ratio(group: Reader) -> RatioBlock:
    block = RatioBlock(
        group.text("numerator_vi"), group.text("denominator_vi"), group.number("target_percent")
    )
    if block.target_percent is not None and not 0 <= block.target_percent <= 100:
        group.fault(
            "target_percent", f"giá trị {block.target_percent:g} nằm ngoài 0 đến 100", "Ghi từ 0 đến 100."
        )
    return block


def _date_rule(group: Reader) -> DateRule:
    group.one_of("at_least_once_per", ("P1Y",))
    ways = group.words("basis_options", YEAR_WAYS, required=True)
    return DateRule("P1Y", ways, group.one_of("default_basis", ways or YEAR_WAYS))


def _sample(group: Reader) -> SampleBlock:
    columns = tuple(_column(column) for column in group.groups("columns"))
    codes = [column.code for column in columns]
    if len(set(codes)) != len(codes):
        group.fault("columns", "có cột ghi hai lần", "Giữ lại một.")
    return SampleBlock(group.integer("min_rows", least=1), columns, group.optional_text("personal_data"))


def _column(group: Reader) -> Column:
    group.at(f"cột «{group.fields.get('code')}»")
    kind: Any = group.one_of("type", COLUMN_TYPES)
    column = Column(
        group.text("code", pattern=WORD_FORM, example="ma_ho_so"), group.text("label_vi"), kind,
        group.flag("optional", default=False),
    )  # fmt: skip
    group.finish()
    return column
