"""What differs between two versions of a checklist, item by item; pure, and in the order of the versions."""

from collections.abc import Iterator
from dataclasses import dataclass

from checklists import definition as d
from checklists.definition import Definition, Item

LABELS = {
    "question": "Câu hỏi",
    "response": "Cách trả lời",
    "reference": "Căn cứ",
    "requirement": "Yêu cầu bằng chứng",
    "scope": "Phạm vi áp dụng",
}


@dataclass(frozen=True)
class Difference:
    """One side of an item that reads otherwise in the other version."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Changed:
    """An item that lives on under its code and reads otherwise."""

    after: Item
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class Comparison:
    """Every item of both versions, each in one of the four."""

    added: tuple[Item, ...]
    dropped: tuple[Item, ...]
    changed: tuple[Changed, ...]
    same: tuple[Item, ...]


def compared(before: Definition, after: Definition) -> Comparison:
    """What binding to `after` changes for somebody who worked by `before`."""
    old, new = d.by_code(before), d.by_code(after)
    kept = [(old[code], item) for code, item in new.items() if code in old]
    told = [Changed(now, tuple(_differences((before, was), (after, now)))) for was, now in kept]
    return Comparison(
        added=tuple(item for code, item in new.items() if code not in old),
        dropped=tuple(item for code, item in old.items() if code not in new),
        changed=tuple(one for one in told if one.differences),
        same=tuple(one.after for one in told if not one.differences),
    )


def _differences(before: tuple[Definition, Item], after: tuple[Definition, Item]) -> Iterator[Difference]:
    was, now = _told(*before), _told(*after)
    for name, label in LABELS.items():
        if was[name] != now[name]:
            yield Difference(label, was[name], now[name])


def _told(definition: Definition, item: Item) -> dict[str, str]:
    units = {one.code: one.label_vi for one in definition.unit_types}
    levels, sources = definition.evidence_requirement_levels, definition.evidence_source_types
    labels = {one.code: one.label_vi for one in sources}
    wanted = [levels.get(item.evidence_required, item.evidence_required), *item.evidence_vi]
    wanted += [labels.get(code, code) for code in item.evidence_sources]
    scope = [units.get(code, code) for code in item.applies_to]
    if item.condition is not None:
        scope.append(f"khi {item.condition.item} là «{item.condition.equals}»")
    if not item.default_enabled:
        scope.append("chỉ hỏi khi được chọn")
    return {
        "question": item.question_vi,
        "response": _response(definition, item),
        "reference": "; ".join([item.ref.text, *(_basis(one) for one in item.ref.bases)]),
        "requirement": "; ".join(wanted),
        "scope": "; ".join(scope),
    }


def _basis(basis: d.Basis) -> str:
    return f"{basis.code}, {basis.article}" if basis.article else basis.code


def _response(definition: Definition, item: Item) -> str:
    names = {kind.code: kind.label_vi for kind in definition.response_types}
    parts = [names.get(item.response, item.response)]
    parts += [option.label_vi for option in d.options_of(definition, item)]
    if item.ratio is not None:
        target = item.ratio.target_percent
        parts.append(f"{item.ratio.numerator_vi} / {item.ratio.denominator_vi}")
        parts += [f"mục tiêu {target:g} %"] if target is not None else []
    if item.sample is not None:
        parts.append(f"ít nhất {item.sample.min_rows} dòng")
        parts += [column.label_vi for column in item.sample.columns]
    parts += [f"từ {item.min:g}"] if item.min is not None else []
    parts += [f"đến {item.max:g}"] if item.max is not None else []
    parts += [item.unit] if item.unit else []
    parts += ["kèm kết luận"] if item.requires_conclusion else []
    return "; ".join(parts)
