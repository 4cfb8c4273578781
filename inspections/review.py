"""What somebody who decides about an inspection reads: the record laid out by section and by point of law.

It only arranges and counts. It judges nothing, formats no date, and drops nothing: every head of a conflict,
every remark, every photo and every file of the record has its place here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

VERDICTS = ("phu_hop", "luu_y", "kph_nhe", "kph_nang", "khong_ap_dung")
TO_MEND = frozenset({"kph_nhe", "kph_nang"})
NOTEWORTHY = frozenset({"luu_y", *TO_MEND})


@dataclass(frozen=True)
class Reading:
    """One value that stands for an item, with who wrote it; several of them are a conflict."""

    verdict: str | None
    value: str
    note: str
    sources: tuple[str, ...]
    evidence: tuple[str, ...]
    reason: str
    author: str
    device: str
    written: str
    received: str


@dataclass(frozen=True)
class Picture:
    """A photo: where its file is kept, and whether it has arrived."""

    number: int
    sha256: str
    caption: str
    taken: str
    item: str | None
    is_here: bool


@dataclass(frozen=True)
class File:
    """A file that was attached: what it is called, how large it is, and whether it has arrived."""

    sha256: str
    name: str
    size: str
    caption: str
    item: str | None
    author: str
    is_here: bool


@dataclass(frozen=True)
class RemarkShown:
    """A supervisor's remark with the team's replies."""

    id: str
    entity: str
    text: str
    state: str
    state_label: str
    replies: tuple[str, ...]
    author: str
    written: str
    due: str


@dataclass(frozen=True)
class Table:
    """The rows of a sample: column labels and cells as text."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Item:
    """A question of the checklist with everything that was recorded about it."""

    code: str
    question: str
    reference: str
    point: str
    readings: tuple[Reading, ...] = ()
    in_conflict: bool = False
    lacks: tuple[str, ...] = ()
    table: Table | None = None
    pictures: tuple[Picture, ...] = ()
    files: tuple[File, ...] = ()
    remarks: tuple[RemarkShown, ...] = ()

    @property
    def entity(self) -> str:
        """How the log names the item's answer."""
        return f"answer/{self.code}"

    @property
    def verdict(self) -> str | None:
        """The one conclusion that stands, if one does."""
        return self.readings[0].verdict if self.readings and not self.in_conflict else None

    @property
    def is_answered(self) -> bool:
        """Whether anything stands as the answer."""
        return bool(self.readings) or self.table is not None

    @property
    def wants_attention(self) -> bool:
        """Whether a reader in a hurry should look: a problem, a dispute, something lacking, a remark."""
        return self.verdict in NOTEWORTHY or self.in_conflict or bool(self.lacks) or bool(self.remarks)


@dataclass(frozen=True)
class Counts:
    """How many items there are, are answered, are disputed, and have each verdict."""

    total: int
    answered: int
    in_conflict: int
    by_verdict: Mapping[str, int]

    @property
    def to_mend(self) -> int:
        """Items concluded not conforming."""
        return sum(self.by_verdict[verdict] for verdict in TO_MEND)


def counts_of(items: Iterable[Item]) -> Counts:
    """The counts of these items."""
    held = list(items)
    by_verdict = {verdict: sum(item.verdict == verdict for item in held) for verdict in VERDICTS}
    return Counts(
        total=len(held),
        answered=sum(item.is_answered for item in held),
        in_conflict=sum(item.in_conflict for item in held),
        by_verdict=by_verdict,
    )


@dataclass(frozen=True)
class Section:
    """A section of the checklist with the items that are shown, and the counts of all of them."""

    code: str
    title: str
    entries: tuple[Item, ...]
    counts: Counts


@dataclass(frozen=True)
class Point:
    """A point under which the minutes report; `code` is the legal one (`1.đ`) or a section's."""

    code: str
    label: str
    title: str
    counts: Counts


@dataclass(frozen=True)
class Finding:
    """A finding with the unit's explanation; `verdict` where its category is a conclusion."""

    entity: str
    category: str
    verdict: str | None
    text: str
    reference: str
    items: tuple[str, ...]
    evidence: tuple[str, ...]
    due: str
    explanation: str = ""
    in_conflict: bool = False


@dataclass(frozen=True)
class Participant:
    """Somebody who was there."""

    name: str
    title: str
    side_label: str


@dataclass(frozen=True)
class Signature:
    """A signature drawn on glass, or its recorded refusal; `is_current` if it covers the present content."""

    name: str
    title: str
    role_label: str
    sha256: str
    is_here: bool
    is_current: bool
    refusal: str = ""


@dataclass(frozen=True)
class Meeting:
    """The facts of the visit and what was said at its end; times as written for people."""

    visited: str = ""
    conclusion: str = ""
    recommendations: str = ""
    explanation: str = ""
    announcement: str = ""


@dataclass(frozen=True)
class Side:
    """One of the values, with who wrote it, on which device, when by that device's clock, when received."""

    op_id: str
    verdict: str | None
    lines: tuple[str, ...]
    author: str
    device: str
    written: str
    received: str


@dataclass(frozen=True)
class Dispute:
    """Values that stand against each other, written by `heads`.

    Where an edit met a retraction, what stands is one side and its end another. `choices` are conclusions
    that could be stated instead.
    """

    entity: str
    field: str
    item: str
    title: str
    question: str
    sides: tuple[Side, ...]
    heads: tuple[str, ...]
    choices: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str:
        """What addresses and form fields call it."""
        return f"{self.entity}:{self.field}"


@dataclass(frozen=True)
class Aside:
    """An operation that does not count: what it says, why it was set aside, what stands in its place now.

    `becomes` is the item that took the place of its own; `reason_offered` is a reason that mostly holds.
    """

    side: Side
    deed: str
    item: str
    reason: str
    present: tuple[Side, ...]
    can_adopt: bool
    can_dismiss: bool
    becomes: str = ""
    reason_offered: str = ""


@dataclass(frozen=True)
class ClockShown:
    """A tablet whose clock stood further off than is tolerated: how far at most, for how many operations."""

    device: str
    skew: str
    operations: int


@dataclass(frozen=True)
class Review:
    """The whole page of one inspection."""

    sections: tuple[Section, ...]
    points: tuple[Point, ...]
    counts: Counts
    findings: tuple[Finding, ...] = ()
    meeting: Meeting = field(default_factory=Meeting)
    participants: tuple[Participant, ...] = ()
    signatures: tuple[Signature, ...] = ()
    loose_pictures: tuple[Picture, ...] = ()
    loose_files: tuple[File, ...] = ()
    loose_remarks: tuple[RemarkShown, ...] = ()
    disputes: tuple[Dispute, ...] = ()
    set_aside: tuple[Aside, ...] = ()
    clocks: tuple[ClockShown, ...] = ()


@dataclass(frozen=True)
class Lens:
    """A choice of items to look at."""

    code: str
    label: str
    count: int


def _matches(show: str, item: Item) -> bool:
    return {
        "attention": item.wants_attention,
        "conflicts": item.in_conflict,
        "open": not item.is_answered,
        "photos": bool(item.pictures),
    }.get(show, True)


_LENSES = (
    ("all", "Tất cả"),
    ("attention", "Cần xem"),
    ("conflicts", "Khác nhau"),
    ("open", "Chưa trả lời"),
    ("photos", "Có ảnh"),
)


def lenses_of(review: Review) -> tuple[Lens, ...]:
    """Every choice that would show something, and always the whole."""
    items = [item for section in review.sections for item in section.entries]
    counted = [Lens(code, label, sum(_matches(code, item) for item in items)) for code, label in _LENSES]
    return tuple(lens for lens in counted if lens.count or lens.code == "all")


def unsettled(review: Review) -> list[RemarkShown]:
    """The remarks that the team has answered and no supervisor has accepted."""
    of_items = [one for section in review.sections for item in section.entries for one in item.remarks]
    return [one for one in (*of_items, *review.loose_remarks) if one.state == "answered"]


def narrowed(sections: Iterable[Section], show: str) -> tuple[Section, ...]:
    """The sections with only the items asked for; sections without any are left out, counts stay whole."""
    kept = (
        Section(section.code, section.title, shown, section.counts)
        for section in sections
        if (shown := tuple(item for item in section.entries if _matches(show, item)))
    )
    return tuple(kept)
