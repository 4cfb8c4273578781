"""Whether what an inspector entered fits the item: the contract of an answer's body; it stores nothing.

An answer is the body of the register `answer/<item>`:

    {"value": …, "conclusion": "phu_hop" | … | null, "note": "…",
     "evidence_kind": ["ho_so", …], "evidence": [{"kind": "ho_so", "text": "Số …, ngày …"}, …],
     "not_applicable_reason": "…" | null}

Every member may be left out or be null: work in progress is stored too, and `completeness` says what is still
missing. `value` by kind of response:

    conformity    one of the conclusions (`phu_hop`, `luu_y`, `kph_nhe`, `kph_nang`, `khong_ap_dung`); it is
                  the conclusion itself, so `conclusion` is null or says the same
    yes_no        one of the kind's options (`co`, `khong`, `khong_ap_dung`)
    choice        one of the item's own options
    ratio         {"numerator": n, "denominator": m}: whole numbers, 0 ≤ n ≤ m; 0/0 says there was no case
    date          "YYYY-MM-DD", from 1900 to 2100
    number        a number within the item's `min` and `max`
    text          at most 10,000 characters
    sample        null; each row is an entity of its own, `row/<item>/<uuid>`, with {"columns": {code: cell}},
                  where a cell is a text, a day, `co`/`khong`/`khong_ap_dung` or a number, or null while empty

`conclusion` is one of the conclusions where the item asks for one (`requires_conclusion`); elsewhere only
`khong_ap_dung`, which sets any item aside and then wants `not_applicable_reason`. Members that are not named
here are kept and not judged. A fault is a short code, the same on server and tablet.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from checklists import definition as d
from checklists.definition import Column, DateRule, Definition, Item

MAX_TEXT = 10_000
MAX_CELL = 2_000
MAX_COUNT = 1_000_000_000
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

Answer = Mapping[str, Any]


class Words:
    """The words that answers to a checklist may use, each set made once."""

    def __init__(self, definition: Definition) -> None:
        self.conclusions = frozenset({d.NOT_APPLICABLE, *(one.value for one in d.conclusions(definition))})
        self._sources = frozenset(source.code for source in definition.evidence_source_types)
        self._definition = definition
        self._options: dict[str, frozenset[str]] = {}

    def is_source(self, word: object) -> bool:
        """Whether the word names a source of evidence."""
        return isinstance(word, str) and word in self._sources

    def options(self, item: Item) -> frozenset[str]:
        """The values that the item can take."""
        known = self._options.get(item.code)
        if known is None:
            known = frozenset(option.value for option in d.options_of(self._definition, item))
            self._options[item.code] = known
        return known


@dataclass(frozen=True)
class Items:
    """A checklist version as the judge of operations asks about it."""

    definition: Definition
    by_code: Mapping[str, Item]
    words: Words

    def has(self, item: str) -> bool:
        """Whether the version has the item."""
        return item in self.by_code

    def has_profile(self, profile: str | None) -> bool:
        """Whether the profile is one of the version's; None where it has none."""
        return d.has_profile(self.definition, profile)

    def answer_fault(self, item: str, body: Answer) -> str | None:
        """Why the answer does not fit the item, or None."""
        return _answer_fault(self.words, self.by_code[item], body)

    def row_fault(self, item: str, columns: Mapping[str, Any]) -> str | None:
        """Why the row does not fit the item's sample table, or None."""
        return row_fault(self.definition, self.by_code[item], columns)


def items_of(definition: Definition) -> Items:
    """The version, ready to be asked about many answers."""
    return Items(definition, d.by_code(definition), Words(definition))


def answer_fault(definition: Definition, item: Item, body: Answer) -> str | None:
    """Why the answer does not fit the item, as a short code, or None if it can be stored as it is."""
    return _answer_fault(Words(definition), item, body)


def _answer_fault(words: Words, item: Item, body: Answer) -> str | None:
    value = body.get("value")
    found = None if value is None else _VALUE_FAULTS[item.response](words, item, value)
    return found or _conclusion_fault(words, item, body) or _words_fault(words, body)


def _option_fault(words: Words, item: Item, value: object) -> str | None:
    return None if isinstance(value, str) and value in words.options(item) else "value_not_an_option"


def _ratio_fault(_words: Words, _item: Item, value: object) -> str | None:
    if not isinstance(value, dict) or value.keys() != {"numerator", "denominator"}:
        return "ratio_wrong_form"
    numerator, denominator = value["numerator"], value["denominator"]
    if not _is_count(numerator) or not _is_count(denominator):
        return "ratio_not_counts"
    return "ratio_above_one" if numerator > denominator else None


def _is_count(value: object) -> bool:
    """A whole number; 3.0 is one, as JSON does not tell it from 3."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0 <= value <= MAX_COUNT and float(value).is_integer()


def _date_fault(_words: Words, _item: Item, value: object) -> str | None:
    day = as_day(value)
    if day is None:
        return "date_wrong_form"
    return None if 1900 <= day.year <= 2100 else "date_out_of_range"


def _number_fault(_words: Words, item: Item, value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "number_wrong_form"
    least = -MAX_COUNT if item.min is None else item.min
    most = MAX_COUNT if item.max is None else item.max
    return None if least <= value <= most else "number_out_of_range"


def _text_fault(_words: Words, _item: Item, value: object) -> str | None:
    return _long_text_fault("value", value, MAX_TEXT)


def _sample_fault(_words: Words, _item: Item, _value: object) -> str | None:
    return "sample_takes_rows"


_VALUE_FAULTS: dict[str, Callable[[Words, Item, object], str | None]] = {
    "conformity": _option_fault,
    "yes_no": _option_fault,
    "choice": _option_fault,
    "ratio": _ratio_fault,
    "date": _date_fault,
    "number": _number_fault,
    "text": _text_fault,
    "sample": _sample_fault,
}


def _conclusion_fault(words: Words, item: Item, body: Answer) -> str | None:
    conclusion = body.get("conclusion")
    if conclusion is None:
        return None
    if not isinstance(conclusion, str) or conclusion not in words.conclusions:
        return "conclusion_unknown"
    if item.response == "conformity":
        return None if conclusion == body.get("value") else "conclusion_contradicts_value"
    asked_for = item.requires_conclusion or conclusion == d.NOT_APPLICABLE
    return None if asked_for else "conclusion_not_asked_for"


def _words_fault(words: Words, body: Answer) -> str | None:
    for name in ("note", "not_applicable_reason"):
        text = body.get(name)
        if text is not None and (found := _long_text_fault(name, text, MAX_TEXT)):
            return found
    kinds = body.get("evidence_kind")
    if kinds is not None and not (isinstance(kinds, list) and all(map(words.is_source, kinds))):
        return "evidence_kind_unknown"
    evidence = body.get("evidence")
    if evidence is None:
        return None
    if not isinstance(evidence, list):
        return "evidence_wrong_form"
    return next((found for entry in evidence if (found := _evidence_fault(entry, words))), None)


def _evidence_fault(entry: object, words: Words) -> str | None:
    if not isinstance(entry, dict):
        return "evidence_wrong_form"
    if not words.is_source(entry.get("kind")):
        return "evidence_kind_unknown"
    return _long_text_fault("evidence", entry.get("text"), MAX_TEXT)


def _long_text_fault(name: str, value: object, most: int) -> str | None:
    if not isinstance(value, str):
        return f"{name}_wrong_form"
    return f"{name}_too_long" if len(value) > most else None


def row_fault(definition: Definition, item: Item, columns: object) -> str | None:
    """Why the row does not fit the item's sample table, as a short code, or None."""
    if item.sample is None:
        return "rows_not_taken"
    if not isinstance(columns, Mapping):
        return "row_wrong_form"
    known = {column.code: column for column in item.sample.columns}
    if columns.keys() - known.keys():
        return "column_unknown"
    cells = ((known[code], cell) for code, cell in columns.items() if not is_blank(cell))
    return next((found for column, cell in cells if (found := _cell_fault(definition, column, cell))), None)


def _cell_fault(definition: Definition, column: Column, cell: object) -> str | None:
    if column.type == "date":
        day = as_day(cell)
        return None if day is not None and 1900 <= day.year <= 2100 else "cell_not_a_date"
    if column.type == "number":
        return None if isinstance(cell, int | float) and not isinstance(cell, bool) else "cell_not_a_number"
    if column.type == "yes_no":
        options = next((kind.options for kind in definition.response_types if kind.code == "yes_no"), ())
        return None if cell in [option.value for option in options] else "cell_not_an_option"
    return _long_text_fault("cell", cell, MAX_CELL)


def is_blank(cell: object) -> bool:
    """Whether nothing has been entered in a cell yet."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def as_day(value: object) -> date | None:
    """The calendar day that `YYYY-MM-DD` names, or None."""
    if not isinstance(value, str) or _DAY.fullmatch(value) is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def percentage(value: Mapping[str, int]) -> Decimal | None:
    """The ratio in per cent to one decimal place, half a tenth rounded up; None where nothing was counted."""
    numerator, denominator = int(value["numerator"]), int(value["denominator"])
    if denominator == 0:
        return None
    tenths = (2000 * numerator + denominator) // (2 * denominator)
    return Decimal(tenths) / 10


def meets_target(item: Item, value: Mapping[str, int]) -> bool | None:
    """Whether the exact ratio, not the rounded one, reaches the target; None without a target or a count."""
    target = item.ratio.target_percent if item.ratio else None
    numerator, denominator = int(value["numerator"]), int(value["denominator"])
    if target is None or denominator == 0:
        return None
    return 100 * numerator >= target * denominator


def meets_date_rule(rule: DateRule, last: date, *, on: date, way: str | None = None) -> bool:
    """Whether the last time was recent enough on the day of the inspection; the inspector still concludes.

    By calendar year (`nam_duong_lich`), last year's is recent enough, as this year is not over; by days
    (`365_ngay`), at most 365 days may lie between. A day after the inspection never counts.

    Source: Quyết định 19/2014/QĐ-TTg Điều 4 khoản 4 điểm b.
    """
    if last > on:
        return False
    if (way or rule.default_basis) == "365_ngay":
        return on - last <= timedelta(days=365)
    return last.year >= on.year - 1
