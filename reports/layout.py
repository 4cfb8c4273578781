"""The snapshot arranged as the paper shows it: counts, sentences, numbers of findings, photos and annexes.

It only arranges what the snapshot holds, so that templates neither count nor decide. Nothing is left out:
every item stands in the annex, every finding in the table or among the notes.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from reports import wording
from reports.snapshot import (
    Document,
    Finding,
    Imprint,
    Item,
    Photo,
    Point,
    Refusal,
    Signature,
    Snapshot,
    Table,
)

_WEIGHTS = ("kph_nang", "kph_nhe", "luu_y", "khuyen_nghi", "diem_manh")
_VERDICT_ORDER = ("phu_hop", "luu_y", "kph_nhe", "kph_nang", "khong_ap_dung", "")
_SIGNING = (
    ("unit", "ĐẠI DIỆN CƠ QUAN CHỊU SỰ KIỂM TRA"),
    ("leader", "TRƯỞNG ĐOÀN KIỂM TRA"),
    ("secretary", "THƯ KÝ"),
)
_NARROWEST, _LONGEST_KEPT = 8, 13
# Lines break at blanks, and at a slash between letters.
_BREAKS = re.compile(r"\s+|(?<=\D)/")
# Hundredths of the width that the column of row numbers leaves.
_FOR_COLUMNS = 94
_ALWAYS_SIGNING = ("unit", "leader")


@dataclass(frozen=True)
class Shown:
    """The numbers of the photos and of the documents that show something."""

    photos: tuple[int, ...] = ()
    documents: tuple[int, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """What of the two there is, in words."""
        named = (("Ảnh", self.photos), ("Tệp", self.documents))
        return tuple(f"{word} {', '.join(map(str, numbers))}" for word, numbers in named if numbers)


@dataclass(frozen=True)
class NumberedFinding:
    """A finding with its number in the minutes and what shows it."""

    number: int
    finding: Finding
    shown: Shown

    @property
    def proof(self) -> str:
        """The evidence, the photos and the documents in one line."""
        return "; ".join((*self.finding.evidence, *self.shown.words))

    @property
    def codes(self) -> str:
        """The items it comes from."""
        return ", ".join(self.finding.items)


@dataclass(frozen=True)
class PointResult:
    """A point with the sentence that sums it up and the findings that belong to it."""

    point: Point
    summary: str
    findings: tuple[NumberedFinding, ...]
    rows: tuple["ItemRow", ...]


@dataclass(frozen=True)
class ChapterResult:
    """A chapter with its number."""

    number: int
    title: str
    points: tuple[PointResult, ...]


@dataclass(frozen=True)
class ItemRow:
    """An item as a row of the annex."""

    item: Item
    verdict_label: str
    shown: Shown

    @property
    def proof(self) -> str:
        """The evidence, the photos and the documents in one line."""
        return "; ".join((*self.item.evidence, *self.shown.words))


@dataclass(frozen=True)
class NumberedPhoto:
    """A photo with its number."""

    number: int
    photo: Photo


@dataclass(frozen=True)
class SampleTable:
    """A sample with the item it belongs to."""

    item: Item
    table: Table

    @property
    def widths(self) -> tuple[int, ...]:
        """Shares of the table's width, in hundredths, so that words need not break where they can help it."""
        columns = [
            (label, *(row[place] for row in self.table.rows if place < len(row)))
            for place, label in enumerate(self.table.columns)
        ]
        weights = [_weight(texts) for texts in columns]
        return tuple(int(_FOR_COLUMNS * weight / sum(weights)) for weight in weights)


def _weight(texts: Sequence[str]) -> float:
    """What a column needs: its longest word whole, and some room for the length of what stands in it."""
    words = [word for text in texts for word in _BREAKS.split(text)]
    longest = min(max(map(len, words), default=0), _LONGEST_KEPT)
    return max(longest, _NARROWEST) + sum(map(len, texts)) / len(texts) / 6


@dataclass(frozen=True)
class SigningPlace:
    """One column of the signature block; `field` names the form field that waits there."""

    role: str
    heading: str
    name: str
    title: str
    sha256: str
    refusal: Refusal | None
    field: str


@dataclass(frozen=True)
class Annex:
    """An annex that this document has, with its Roman number."""

    kind: str
    number: str
    title: str


@dataclass(frozen=True)
class Layout:
    """Everything that the template prints beside the snapshot itself."""

    snapshot: Snapshot
    imprint: Imprint
    subject: str
    grounds: tuple[str, ...]
    summary: str
    chapters: tuple[ChapterResult, ...]
    problems: tuple[NumberedFinding, ...]
    notes: tuple[NumberedFinding, ...]
    explained: tuple[NumberedFinding, ...]
    photo_pages: tuple[tuple[NumberedPhoto, ...], ...]
    samples: tuple[SampleTable, ...]
    signing: tuple[SigningPlace, ...]
    refusals: tuple[SigningPlace, ...]
    annexes: tuple[Annex, ...]

    def annex(self, kind: str) -> Annex | None:
        """The annex of this kind, if the document has one."""
        return next((annex for annex in self.annexes if annex.kind == kind), None)


def tally(items: Iterable[Item]) -> list[tuple[str, int]]:
    """How many items have which verdict, without the verdicts that none has."""
    counts = Counter(item.verdict for item in items)
    return [(verdict, counts[verdict]) for verdict in _VERDICT_ORDER if counts[verdict]]


def summary_of(items: Sequence[Item]) -> str:
    """The counts of these items in a sentence."""
    if not items:
        return "Không có nội dung nào thuộc phạm vi của cuộc kiểm tra này."
    parts = [
        f"{wording.counted(count)} {wording.COUNTED_VERDICTS[verdict]}" for verdict, count in tally(items)
    ]
    return f"Đã xem xét {wording.counted(len(items))} nội dung: {', '.join(parts)}."


def _numbered(snapshot: Snapshot) -> tuple[NumberedFinding, ...]:
    order = {category: place for place, category in enumerate(_WEIGHTS)}
    place_of = {item.code: place for place, item in enumerate(snapshot.items)}
    ranked = sorted(
        snapshot.findings,
        key=lambda finding: (
            not finding.needs_correction,
            order.get(finding.category, len(order)),
            min((place_of.get(code, len(place_of)) for code in finding.items), default=len(place_of)),
        ),
    )
    return tuple(
        NumberedFinding(number, finding, _shown(snapshot, finding.items))
        for number, finding in enumerate(ranked, start=1)
    )


def _shown(snapshot: Snapshot, items: Collection[str]) -> Shown:
    return Shown(_numbers(snapshot.photos, items), _numbers(snapshot.documents, items))


def _numbers(attached: Sequence[Photo | Document], items: Collection[str]) -> tuple[int, ...]:
    return tuple(number for number, one in enumerate(attached, start=1) if one.item in items)


def _chapters(snapshot: Snapshot, findings: Sequence[NumberedFinding]) -> tuple[ChapterResult, ...]:
    def result(point: Point) -> PointResult:
        codes = {item.code for item in point.items}
        belonging = tuple(one for one in findings if one.finding.items and one.finding.items[0] in codes)
        rows = tuple(
            ItemRow(
                item, wording.VERDICT_LABELS.get(item.verdict, item.verdict), _shown(snapshot, (item.code,))
            )
            for item in point.items
        )
        return PointResult(point, summary_of(point.items), belonging, rows)

    return tuple(
        ChapterResult(number, chapter.title, tuple(map(result, chapter.points)))
        for number, chapter in enumerate(snapshot.chapters, start=1)
    )


def _signing(snapshot: Snapshot) -> tuple[SigningPlace, ...]:
    signed = {signature.role: signature for signature in reversed(snapshot.signatures)}
    places = []
    for role, heading in _SIGNING:
        if role in signed or role in _ALWAYS_SIGNING:
            one = signed.get(role) or Signature(role, _expected_name(snapshot, role), "")
            places.append(
                SigningPlace(role, heading, one.name, one.title, one.sha256, one.refusal, f"field-{role}")
            )
    return tuple(places)


def _expected_name(snapshot: Snapshot, role: str) -> str:
    people = snapshot.unit_people if role == "unit" else snapshot.team
    return people[0].name if people else ""


def _annexes(snapshot: Snapshot) -> tuple[Annex, ...]:
    wanted = [
        ("results", "KẾT QUẢ KIỂM TRA THEO TỪNG NỘI DUNG", True),
        ("samples", "BẢNG KIỂM TRA MẪU HỒ SƠ", any(item.table for item in snapshot.items)),
        ("photos", "ẢNH CHỤP TRONG QUÁ TRÌNH KIỂM TRA", bool(snapshot.photos)),
        ("documents", "TỆP GHI LÀM BẰNG CHỨNG", bool(snapshot.documents)),
        ("trace", "DỮ LIỆU KÈM THEO VÀ MÃ KIỂM", True),
    ]
    present = [(kind, title) for kind, title, is_there in wanted if is_there]
    return tuple(
        Annex(kind, wording.roman(place), title) for place, (kind, title) in enumerate(present, start=1)
    )


def laid_out(snapshot: Snapshot, imprint: Imprint, *, photos_per_page: int = 6) -> Layout:
    """The snapshot as the paper will show it."""
    findings = _numbered(snapshot)
    photos = [NumberedPhoto(number, photo) for number, photo in enumerate(snapshot.photos, start=1)]
    signing = _signing(snapshot)
    return Layout(
        snapshot=snapshot,
        imprint=imprint,
        subject=(
            "Kiểm tra việc xây dựng, áp dụng, duy trì và cải tiến Hệ thống quản lý chất lượng "
            f"theo {snapshot.scope.standard} tại {snapshot.unit.name}"
        ),
        grounds=tuple(wording.enumerated(snapshot.grounds)),
        summary=summary_of(snapshot.items),
        chapters=_chapters(snapshot, findings),
        problems=tuple(one for one in findings if one.finding.needs_correction),
        notes=tuple(one for one in findings if not one.finding.needs_correction),
        explained=tuple(one for one in findings if one.finding.explanation),
        photo_pages=tuple(
            tuple(photos[start : start + photos_per_page]) for start in range(0, len(photos), photos_per_page)
        ),
        samples=tuple(SampleTable(item, item.table) for item in snapshot.items if item.table),
        signing=signing,
        refusals=tuple(place for place in signing if place.refusal),
        annexes=_annexes(snapshot),
    )
