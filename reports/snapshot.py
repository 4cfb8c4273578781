"""What a set of minutes says, as frozen plain data: the only thing that rendering ever sees.

A snapshot is taken when the inspection is approved and is named by the SHA-256 of its bytes; whatever changes
in the database afterwards does not change the document. Number, date and verification code come later and are
printed beside it (`Imprint`). Nothing here asks a database or a clock. Moments carry Việt Nam's offset, days
are legal days; files are named by their SHA-256 and lie in the store.
"""

from dataclasses import dataclass
from datetime import date, datetime

import msgspec

SCHEMA = 1


class SnapshotUnreadable(ValueError):  # noqa: N818 (named as what the bytes are)
    """Bytes that are not a snapshot this program wrote."""


@dataclass(frozen=True)
class Agency:
    """Đơn vị kiểm tra: the names that stand at the head of its documents."""

    parent: str
    name: str
    place: str


@dataclass(frozen=True)
class Unit:
    """Cơ quan chịu sự kiểm tra."""

    code: str
    name: str


@dataclass(frozen=True)
class Decision:
    """Quyết định kiểm tra."""

    number: str
    decided_on: date


@dataclass(frozen=True)
class Person:
    """Somebody named in the minutes; `role` is the part taken in this inspection."""

    name: str
    title: str
    role: str


@dataclass(frozen=True)
class Meeting:
    """When and where; a desk inspection has no meeting and both moments are None."""

    place: str
    started_at: datetime | None
    ended_at: datetime | None
    announcement: str = ""


@dataclass(frozen=True)
class Scope:
    """What was examined against what."""

    form: str
    form_label: str
    standard: str
    period_from: date
    period_to: date
    checklist: str
    checklist_title: str
    profile_label: str


@dataclass(frozen=True)
class Table:
    """The rows of a sample that was examined, every cell as text."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Item:
    """One item of the checklist with what was recorded; `verdict` is empty where nothing was concluded."""

    code: str
    question: str
    reference: str
    verdict: str
    value: str
    note: str
    evidence: tuple[str, ...] = ()
    table: Table | None = None


@dataclass(frozen=True)
class Point:
    """A heading under which the minutes report, such as point a of clause 1 of Điều 36."""

    code: str
    label: str
    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Chapter:
    """Points that belong together: a clause of Điều 36, or the sections of a list that knows none."""

    title: str
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Finding:
    """A finding; `due_on` only where it must be corrected."""

    category: str
    category_label: str
    needs_correction: bool
    text: str
    reference: str
    items: tuple[str, ...]
    evidence: tuple[str, ...]
    due_on: date | None = None
    explanation: str = ""


@dataclass(frozen=True)
class Photo:
    """A photograph of the annex; its number is its place in the list, from 1."""

    sha256: str
    caption: str
    item: str
    taken_at: datetime | None


@dataclass(frozen=True)
class Document:
    """A file that is no photograph: the paper lists it, and its number is its place in the list, from 1."""

    sha256: str
    name: str
    caption: str
    item: str
    size: str


@dataclass(frozen=True)
class Refusal:
    """Why somebody did not sign, and who saw it."""

    reason: str
    witnesses: tuple[str, ...]


@dataclass(frozen=True)
class Signature:
    """What stands above a name: an image drawn on glass (`sha256`) or the record of a refusal."""

    role: str
    name: str
    title: str
    sha256: str = ""
    refusal: Refusal | None = None


@dataclass(frozen=True)
class Clock:
    """A tablet whose clock stood more than five minutes off the server's: how far at most, in words."""

    device: str
    skew: str
    operations: int


@dataclass(frozen=True)
class Trace:
    """What ties the paper to the operation log: hashes that anybody who holds the log can recompute."""

    content_hash: str
    log_root: str
    log_length: int
    checklist_sha256: str
    log_file: str


@dataclass(frozen=True)
class Snapshot:
    """The minutes of one inspection, in the words of the day it was approved."""

    inspection: str
    revision: int
    agency: Agency
    unit: Unit
    decision: Decision
    grounds: tuple[str, ...]
    team: tuple[Person, ...]
    unit_people: tuple[Person, ...]
    others: tuple[Person, ...]
    meeting: Meeting
    scope: Scope
    chapters: tuple[Chapter, ...]
    findings: tuple[Finding, ...]
    conclusion: str
    recommendations: str
    explanation: str
    correction_due_on: date | None
    photos: tuple[Photo, ...]
    signatures: tuple[Signature, ...]
    trace: Trace
    clocks: tuple[Clock, ...] = ()
    documents: tuple[Document, ...] = ()
    schema: int = SCHEMA

    @property
    def items(self) -> tuple[Item, ...]:
        """Every item, in the order of the paper."""
        return tuple(item for chapter in self.chapters for point in chapter.points for item in point.items)

    @property
    def needs_correction(self) -> bool:
        """Whether the unit has to correct anything."""
        return any(finding.needs_correction for finding in self.findings)

    @property
    def files(self) -> tuple[str, ...]:
        """The SHA-256 of every file that the paper shows or carries."""
        drawn = tuple(signature.sha256 for signature in self.signatures if signature.sha256)
        return (*(photo.sha256 for photo in self.photos), *drawn, self.trace.log_file)


@dataclass(frozen=True)
class Imprint:
    """What is added when the document is printed; without a number it is a draft and says so."""

    code: str
    verify_url: str
    number: str = ""
    dated_on: date | None = None
    is_demo: bool = False

    @property
    def is_draft(self) -> bool:
        """Whether this print is for reading only."""
        return not self.number


def encoded(snapshot: Snapshot) -> bytes:
    """The snapshot's bytes: UTF-8 JSON, the same for the same snapshot."""
    return msgspec.json.format(msgspec.json.encode(snapshot), indent=1)


def decoded(raw: bytes) -> Snapshot:
    """The snapshot that the bytes hold.

    Raises:
        SnapshotUnreadable: they are something else, or of a later form.
    """
    try:
        snapshot = msgspec.json.decode(raw, type=Snapshot)
    except msgspec.MsgspecError as error:
        raise SnapshotUnreadable(str(error)) from error
    if snapshot.schema != SCHEMA:
        raise SnapshotUnreadable(f"schema {snapshot.schema}, this program reads {SCHEMA}")
    return snapshot
