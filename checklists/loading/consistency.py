"""What the parts of a checklist file say of each other: codes used once, words defined, conditions met.

It looks at a definition whose parts were read one by one, and notes faults; it mends nothing.
"""

from collections import Counter
from collections.abc import Iterable

from checklists import definition as d
from checklists.definition import Definition, Item
from checklists.loading.vocabulary import RESPONSE_KINDS
from core.strict_yaml import Document, Fault, Path

_LISTS = frozenset({"sections", "items", "response_types", "options", "profiles"})


def check(definition: Definition, document: Document, faults: list[Fault]) -> None:
    """Every contradiction between parts is noted."""
    if not _is_intact(document):
        return
    found = Findings(document, faults)
    _check_codes(definition, found)
    _check_orders(definition, found)
    _check_response_types(definition, found)
    _check_profiles(definition, found)
    _check_conditions(definition, found)


def _is_intact(document: Document) -> bool:
    """Whether every listed part is a group, so that its place in the definition is its place in the file."""
    listed = (path for path in document.lines if len(path) > 1 and path[-2] in _LISTS)
    return all(isinstance(document.at(path), dict) for path in listed if isinstance(path[-1], int))


class Findings:
    """Where faults are noted, each at the place in the file that it is about."""

    def __init__(self, document: Document, faults: list[Fault]) -> None:
        self._document = document
        self._faults = faults

    def note(self, path: Path, problem: str, remedy: str) -> None:
        """There is a fault at the path; a part that the file lacks has been told of already."""
        line = self._document.lines.get(path)
        if line is None:
            return
        key = next((step for step in reversed(path) if isinstance(step, str)), "")
        self._faults.append(Fault(line, place_of(self._document, path), key, problem, remedy))


def place_of(document: Document, path: Path) -> str:
    """The section and item in which the path lies, as people call them."""
    names = []
    for length in range(1, len(path)):
        value = document.at(path[: length + 1])
        word = {"sections": "mục", "items": "câu", "profiles": "cấu hình"}.get(str(path[length - 1]))
        if word and isinstance(path[length], int) and isinstance(value, dict):
            names.append(f"{word} «{value.get('code')}»")
    return ", ".join(names)


def _paths(definition: Definition) -> Iterable[tuple[Path, Item]]:
    for place, section in enumerate(definition.sections):
        for position, item in enumerate(section.items):
            yield ("sections", place, "items", position), item


def _check_codes(definition: Definition, found: Findings) -> None:
    """No two sections and no two items share a code."""
    sections = [(("sections", place), one.code) for place, one in enumerate(definition.sections)]
    _note_twice(sections, "phần", found)
    _note_twice([(path, item.code) for path, item in _paths(definition)], "câu", found)


def _note_twice(codes: Iterable[tuple[Path, str]], thing: str, found: Findings) -> None:
    seen: set[str] = set()
    for path, code in codes:
        if code in seen:
            found.note((*path, "code"), f"mã {thing} «{code}» đã dùng ở trên", "Đổi thành mã chưa dùng.")
        seen.add(code)


def _check_orders(definition: Definition, found: Findings) -> None:
    """Numbers of order agree with the order of the file, so that nobody has to guess which one counts."""
    lists: list[tuple[Path, list[int]]] = [((), [section.order for section in definition.sections])]
    lists += [
        (("sections", place), [item.order for item in section.items])
        for place, section in enumerate(definition.sections)
    ]
    for path, orders in lists:
        for position in range(1, len(orders)):
            if orders[position] <= orders[position - 1]:
                key = "items" if path else "sections"
                found.note(
                    (*path, key, position, "order"),
                    f"số thứ tự {orders[position]} không lớn hơn số đứng trước",
                    "Đánh số tăng dần theo thứ tự trong tệp.",
                )  # fmt: skip


def _check_response_types(definition: Definition, found: Findings) -> None:
    """Every kind of response in use is described, and its options name findings that exist."""
    used = {item.response for item in d.items(definition)} & {*RESPONSE_KINDS}
    for kind in sorted(used - {one.code for one in definition.response_types}):
        found.note(("response_types",), f"chưa mô tả kiểu trả lời «{kind}»", f"Thêm kiểu «{kind}».")
    needs_conclusions = any(d.has_conclusion(item) for item in d.items(definition))
    if needs_conclusions and not d.conclusions(definition):
        found.note(("response_types",), "chưa có các mức kết luận", "Thêm kiểu «conformity» với options.")
    categories = {category.code for category in definition.finding_categories}
    for place, kind_of_response in enumerate(definition.response_types):
        for position, option in enumerate(kind_of_response.options):
            if option.finding is not None and option.finding not in categories:
                found.note(
                    ("response_types", place, "options", position, "finding"),
                    f"không có loại phát hiện «{option.finding}»",
                    "Sửa mã, hoặc thêm vào «finding_categories».",
                )  # fmt: skip


def _check_profiles(definition: Definition, found: Findings) -> None:
    """Profiles name items that exist, none twice."""
    known = {item.code for item in d.items(definition)}
    for place, profile in enumerate(definition.profiles):
        if profile.include == d.ALL:
            continue
        times = Counter(profile.include)
        for position, code in enumerate(profile.include):
            path = ("profiles", place, "include", position)
            if code not in known:
                found.note(path, f"không có câu «{code}» trong tệp", "Sửa mã hoặc bỏ khỏi cấu hình.")
        for code in sorted(code for code, count in times.items() if count > 1):
            found.note(("profiles", place, "include"), f"câu «{code}» ghi hai lần", "Giữ lại một.")


def _check_conditions(definition: Definition, found: Findings) -> None:
    """A condition looks at an earlier item that can take the value; so no chain of conditions is a circle."""
    earlier: dict[str, Item] = {}
    known = d.by_code(definition)
    for path, item in _paths(definition):
        condition = item.condition
        at = (*path, "condition")
        if condition is not None and condition.item not in known:
            found.note((*at, "item"), f"không có câu «{condition.item}» trong tệp", "Sửa mã câu.")
        elif condition is not None and condition.item not in earlier:
            found.note(
                (*at, "item"), f"câu «{condition.item}» đứng sau hoặc chính là câu này",
                "Đặt câu được hỏi trước lên trên.",
            )  # fmt: skip
        elif condition is not None:
            values = {option.value for option in d.options_of(definition, earlier[condition.item])}
            if condition.equals not in values:
                remedy = (
                    f"Sửa thành một trong: {', '.join(sorted(values))}."
                    if values
                    else "Chọn câu có lựa chọn."
                )
                found.note(
                    (*at, "equals"), f"câu «{condition.item}» không có giá trị «{condition.equals}»", remedy
                )
        earlier[item.code] = item
