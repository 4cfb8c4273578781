"""Reading YAML files that people write: every fault is named with its place and remedy, all faults at once.

It never guesses: duplicate or unknown keys, tags, anchors and values of the wrong kind are faults.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import yaml

MAX_BYTES = 2_000_000
MAX_FAULTS = 20
MAX_DEPTH = 20
_INDIRECT = (yaml.AnchorToken, yaml.AliasToken, yaml.TagToken)
_OPENING = (
    yaml.BlockMappingStartToken, yaml.BlockSequenceStartToken, yaml.FlowMappingStartToken,
    yaml.FlowSequenceStartToken,
)  # fmt: skip
_CLOSING = (yaml.BlockEndToken, yaml.FlowMappingEndToken, yaml.FlowSequenceEndToken)
_KIND_WORDS = {
    str: "chữ",
    int: "số nguyên",
    float: "số",
    bool: "true hoặc false",
    dict: "nhóm trường",
    list: "danh sách",
}
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong in a file: where, what, and what to do about it."""

    line: int | None
    place: str
    field: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        where = [f"dòng {self.line}"] if self.line else []
        where += [self.place] if self.place else []
        where += [f"trường «{self.field}»"] if self.field else []
        return f"{', '.join(where)}: {self.problem}. {self.remedy}".removeprefix(": ")

    def members(self) -> dict[str, object]:
        """The fault as JSON-ready members."""
        return {
            "line": self.line, "place": self.place, "field": self.field, "problem": self.problem,
            "remedy": self.remedy,
        }  # fmt: skip


class Unreadable(Exception):  # noqa: N818 (an answer about somebody's file, not a defect)
    """The bytes are not YAML that can be read at all; nothing beyond the first fault is known."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


@dataclass(frozen=True)
class Document:
    """A file's content as plain data, with the line on which each value stands."""

    root: dict[str, Any]
    lines: Mapping[Path, int]

    def at(self, path: Path) -> Any:
        """The value at the path."""
        found: Any = self.root
        for step in path:
            found = found[step]
        return found


def read(content: bytes) -> tuple[Document, list[Fault]]:
    """The file's content in Unicode NFC, and the keys that stand in it twice.

    Raises:
        Unreadable: too large, not UTF-8, not YAML, or not a mapping.
    """
    if len(content) > MAX_BYTES:
        raise Unreadable(
            Fault(None, "", "", f"tệp lớn hơn {MAX_BYTES:,} byte".replace(",", "."), "Chia nhỏ tệp.")
        )
    try:
        text = unicodedata.normalize("NFC", content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise Unreadable(
            Fault(line, "", "", "tệp không phải UTF-8", "Lưu lại tệp với bảng mã UTF-8.")
        ) from None
    builder = _Builder()
    root = builder.value(_composed(text), ())
    if not isinstance(root, dict):
        raise Unreadable(
            Fault(1, "", "", "tệp không phải một nhóm trường", "Bắt đầu bằng «schema_version: 1».")
        )
    return Document(root, builder.lines), builder.faults


def _composed(text: str) -> yaml.Node:
    """The file's tree."""
    try:
        _check_tokens(text)
        composed = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        found = error.problem_mark or error.context_mark
        remedy = "Kiểm tra thụt lề, dấu hai chấm và dấu nháy."
        line = found.line + 1 if found else None
        raise Unreadable(Fault(line, "", "", f"sai cú pháp YAML ({error.problem})", remedy)) from None
    except yaml.YAMLError:
        raise Unreadable(Fault(None, "", "", "không đọc được YAML", "Kiểm tra ký tự lạ trong tệp.")) from None
    if composed is None:
        raise Unreadable(Fault(1, "", "", "tệp trống", "Bắt đầu bằng «schema_version: 1»."))
    return composed


def _check_tokens(text: str) -> None:
    """Nothing in the file is dangerous to build: no alias can unfold it, no depth overflow the composer."""
    depth = 0
    for token in yaml.scan(text, Loader=yaml.CSafeLoader):
        line = token.start_mark.line + 1
        if isinstance(token, _INDIRECT):
            fault = Fault(line, "", "", "dùng neo, tham chiếu hoặc thẻ YAML", "Viết đầy đủ giá trị.")
            raise Unreadable(fault)
        depth += isinstance(token, _OPENING) - isinstance(token, _CLOSING)
        if depth > MAX_DEPTH:
            fault = Fault(line, "", "", f"lồng nhau sâu quá {MAX_DEPTH} bậc", "Bỏ bớt các bậc thụt lề.")
            raise Unreadable(fault)


@dataclass
class _Builder:
    lines: dict[Path, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def value(self, node: yaml.Node, path: Path) -> Any:
        self.lines[path] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            return dict(self._members(node, path))
        if isinstance(node, yaml.SequenceNode):
            return [self.value(child, (*path, place)) for place, child in enumerate(node.value)]
        return _scalar(node)

    def _members(self, node: yaml.MappingNode, path: Path) -> Iterator[tuple[str, Any]]:
        seen: set[str] = set()
        for key_node, child in node.value:
            key = str(key_node.value)
            if key in seen:
                line = key_node.start_mark.line + 1
                self.faults.append(Fault(line, "", key, "ghi hai lần trong cùng một nhóm", "Giữ lại một."))
            seen.add(key)
            yield key, self.value(child, (*path, key))


def _scalar(node: yaml.Node) -> Any:
    """The value of a plain word; quoted words and days stay text."""
    tag, text = node.tag.rpartition(":")[2], str(node.value)
    if tag == "null":
        return None
    if tag == "bool":
        return text.lower() in ("true", "yes", "on")
    try:
        return int(text) if tag == "int" else float(text) if tag == "float" else text
    except ValueError:
        return text


@dataclass
class Reader:
    """One group of fields, read key by key; a fault is noted and a harmless stand-in returned."""

    document: Document
    faults: list[Fault]
    path: Path = ()
    place: str = ""
    _read: set[str] = field(default_factory=set, init=False)

    @property
    def fields(self) -> dict[str, Any]:
        """The group itself."""
        return dict(self.document.at(self.path))

    def fault(self, key: str, problem: str, remedy: str) -> None:
        """Something is wrong at the key."""
        path = (*self.path, key)
        line = self.document.lines.get(path) or self.document.lines.get(self.path)
        self.faults.append(Fault(line, self.place, key, problem, remedy))

    def _typed(self, key: str, kind: type, *, required: bool) -> Any:
        self._read.add(key)
        value = self.fields.get(key)
        if value is None:
            if required:
                self.fault(key, "chưa có giá trị", f"Thêm «{key}».")
            return None
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            return float(value)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            self.fault(
                key, f"giá trị «{_short(value)}» không phải {_KIND_WORDS[kind]}", f"Ghi {_KIND_WORDS[kind]}."
            )
            return None
        return value

    def text(self, key: str, *, pattern: str = "", example: str = "") -> str:
        """A text with more than blanks, of the given form."""
        value = self.optional_text(key, required=True)
        if value and pattern and re.fullmatch(pattern, value) is None:
            self.fault(key, f"giá trị «{_short(value)}» sai dạng", f"Ghi theo mẫu «{example}».")
        return value or ""

    def optional_text(self, key: str, *, required: bool = False) -> str | None:
        """A text, or None where the file has none."""
        value = self._typed(key, str, required=required)
        if isinstance(value, str) and not value.strip():
            self.fault(key, "để trống", f"Ghi nội dung hoặc bỏ «{key}».")
            return None
        return value.strip() if isinstance(value, str) else None

    def one_of(self, key: str, options: Collection[str], *, default: str | None = None) -> str:
        """One of the words; the default where the file says nothing and there is one."""
        value = self._typed(key, str, required=default is None)
        if value is None:
            return default or ""
        if value not in options:
            self.fault(key, f"giá trị «{_short(value)}» không có trong danh mục", _choose(options))
        return str(value)

    def flag(self, key: str, *, default: bool) -> bool:
        """true or false."""
        value = self._typed(key, bool, required=False)
        return default if value is None else bool(value)

    def integer(self, key: str, *, least: int = 0) -> int:
        """A whole number not below `least`."""
        value = self._typed(key, int, required=True)
        if value is not None and value < least:
            self.fault(key, f"giá trị {value} nhỏ hơn {least}", f"Ghi số từ {least} trở lên.")
        return least if value is None else int(value)

    def number(self, key: str) -> float | None:
        """A number, or None."""
        value = self._typed(key, float, required=False)
        return None if value is None else float(value)

    def day(self, key: str, *, required: bool = False) -> date | None:
        """A calendar day written `YYYY-MM-DD`, or None."""
        value = self._typed(key, str, required=required)
        if value is None:
            return None
        try:
            return date.fromisoformat(value) if _DAY.fullmatch(value) else _not_a_day(value)
        except ValueError:
            self.fault(key, f"giá trị «{_short(value)}» không phải ngày", "Ghi ngày dạng «2023-05-23».")
            return None

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """A list of texts."""
        values = self._typed(key, list, required=required) or []
        wrong = [value for value in values if not isinstance(value, str) or not value.strip()]
        if wrong:
            self.fault(
                key, f"có mục «{_short(wrong[0])}» không phải chữ", "Mỗi dòng của danh sách là một đoạn chữ."
            )
        if required and not values and key in self.fields:
            self.fault(key, "danh sách trống", "Thêm ít nhất một dòng.")
        return tuple(value.strip() for value in values if isinstance(value, str))

    def words(self, key: str, options: Collection[str], *, required: bool = False) -> tuple[str, ...]:
        """A list of words, each one of the options and none twice."""
        found = self.texts(key, required=required)
        for word in dict.fromkeys(found):
            if word not in options:
                self.fault(key, f"giá trị «{_short(word)}» không có trong danh mục", _choose(options))
        if len(set(found)) != len(found):
            self.fault(key, "có giá trị ghi hai lần", "Giữ lại một.")
        return found

    def group(self, key: str) -> "Reader | None":
        """The group under the key, or None."""
        found = self._typed(key, dict, required=False)
        return None if found is None else Reader(self.document, self.faults, (*self.path, key), self.place)

    def groups(self, key: str, *, required: bool = True) -> list["Reader"]:
        """The groups listed under the key."""
        found = self._typed(key, list, required=required) or []
        if required and not found and self.fields.get(key) is not None:
            self.fault(key, "danh sách trống", "Thêm ít nhất một mục.")
        readers = []
        for position, value in enumerate(found):
            if isinstance(value, dict):
                readers.append(Reader(self.document, self.faults, (*self.path, key, position), self.place))
            else:
                self.fault(key, f"mục thứ {position + 1} không phải nhóm trường", "Ghi các trường của mục.")
        return readers

    def at(self, place: str) -> "Reader":
        """The same group, named for the person who reads about its faults."""
        self.place = ", ".join(part for part in (self.place, place) if part)
        return self

    def finish(self) -> None:
        """Whatever was not asked for is a fault."""
        for key in [key for key in self.fields if key not in self._read]:
            self.fault(key, "trường không có trong định dạng", "Xóa trường hoặc sửa lại tên.")


def _not_a_day(value: str) -> date:
    raise ValueError(value)


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:39]}…"


def _choose(options: Collection[str]) -> str:
    known = sorted(options)
    listed = ", ".join(known[:12]) + (", …" if len(known) > 12 else "")
    return f"Sửa thành một trong: {listed}."
