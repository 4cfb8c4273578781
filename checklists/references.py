"""What an item cites, as it was in force in the period examined; today's text is never shown for yesterday.

An article is named only beside the text that it was written for: a successor numbers its articles anew.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from checklists.definition import Item
from registry import in_force
from registry.in_force import Instrument, Period


@dataclass(frozen=True)
class Citation:
    """One text that an item rests on in the period, with what amended it until then.

    `article` is None where the whole text is cited, or where the item names an article of another text.
    """

    code: str
    cited: str
    article: str | None
    amended_by: tuple[str, ...]

    @property
    def words(self) -> str:
        """`Điều 19 Nghị định số 61/2018/NĐ-CP (sửa đổi, bổ sung bởi Nghị định số 107/2021/NĐ-CP)`."""
        amended = f" (sửa đổi, bổ sung bởi {', '.join(self.amended_by)})" if self.amended_by else ""
        return f"{self.article} {self.cited}{amended}" if self.article else f"{self.cited}{amended}"


@dataclass(frozen=True)
class Cited:
    """What stands beside the question: words to show, and whether they differ from the item's own."""

    text: str
    citations: tuple[Citation, ...]
    was_resolved: bool


def cited_in(item: Item, instruments: Mapping[str, Instrument], period: Period) -> Cited:
    """The item's reference for the period.

    Standards and texts that the registry does not date keep the item's own words. A legal text out of force
    gives way to what applied; where nothing applied, the words say so.
    """
    named = {basis.code: basis.article for basis in item.ref.bases if basis.code in instruments}
    applying = {
        text.code: text for code in named for text in in_force.texts_in_force(code, instruments, period)
    }
    citations = tuple(
        _citation(text, applying.values(), named.get(text.code))
        for text in applying.values()
        if not applying.keys() & {*text.amends}
    )
    if named.keys() <= applying.keys() and {citation.code for citation in citations} <= named.keys():
        return Cited(item.ref.text, citations, was_resolved=False)
    if not citations:
        return Cited(f"{item.ref.text} (không có hiệu lực trong thời kỳ kiểm tra)", (), was_resolved=True)
    return Cited("; ".join(citation.words for citation in citations), citations, was_resolved=True)


def _citation(text: Instrument, applying: Iterable[Instrument], article: str | None) -> Citation:
    amended_by = tuple(other.cited for other in applying if text.code in other.amends)
    return Citation(text.code, text.cited, article, amended_by)
