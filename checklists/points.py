"""The points of Điều 36 under which the minutes report what was found, in the order of the law.

Vietnamese legal lettering goes a, b, c, d, đ, e, g: đ follows d, f is skipped. No text of the law is here.
"""

from checklists.definition import Item, Section

# Source: Thông tư 26/2014/TT-BKHCN Điều 36 khoản 1 (a–g), khoản 2 (a–e).
POINTS = (
    "1.a", "1.b", "1.c", "1.d", "1.đ", "1.e", "1.g",
    "2.a", "2.b", "2.c", "2.d", "2.đ", "2.e",
)  # fmt: skip
ALPHABET = "aăâbcdđeêghiklmnoôơpqrstuưvxy"


def report_point(item: Item, section: Section) -> str:
    """The point under which the minutes report the item; its section's code where the item names none."""
    return item.dieu_36 or section.code


def point_order(point: str) -> tuple[int, int, str]:
    """A key that sorts points as the law lists them; whatever is no point follows, by its own text."""
    clause, _, letter = point.partition(".")
    if not clause.isdecimal() or len(letter) != 1 or letter not in ALPHABET:
        return len(POINTS), 0, point
    return int(clause), ALPHABET.index(letter), point


def spelled_out(point: str) -> str:
    """`1.đ` as documents write it: `khoản 1 điểm đ`; a section's code stays as it is."""
    clause, _, letter = point.partition(".")
    return f"khoản {clause} điểm {letter}" if point in POINTS else point
