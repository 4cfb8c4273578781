"""From a snapshot to the bytes of a PDF: fills the template and has the child print it.

It reads no database and asks no clock: the same snapshot and imprint give the same bytes. Every value that
reaches the paper passes `_fit_to_print`; templates escape everything.
"""

import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import jinja2
import msgspec
import segno
from fontTools.ttLib import TTFont
from markupsafe import Markup, escape

from core import child, text
from core.child import Limits
from reports import enclosures, layout, wording
from reports.layout import SigningPlace
from reports.orders import Enclosure, Picture, Printed, PrintOrder
from reports.snapshot import Imprint, Snapshot

_ROOT = Path(__file__).resolve().parent.parent
_TEMPLATES = _ROOT / "templates/pdf"
_FONTS = _ROOT / "static/vendor/fonts"
_FACES = ("Regular", "Bold", "Italic", "BoldItalic")
# 80 × 54 mm at 150 dots per inch; drawings are 44 × 19 mm at 300.
_PHOTO_PX, _DRAWING_PX = (472, 319), (520, 224)
_SIGNS = {"phu_hop": "●", "luu_y": "◊", "kph_nhe": "▲", "kph_nang": "■", "khong_ap_dung": "○", "": "–"}
_ON_PAPER = ("unit", "secretary", "leader")
_DOCUMENT_NUMBER = re.compile(r"((?:\b[A-ZĐ]{2} )?\d[\d/]*/[^\W\d_]+(?:-[^\W\d_]+)+)")
MINUTES_VARIANT = "pdf/a-3a"
SEAL_VARIANT = "pdf/a-3b"

PathOf = Callable[[str], Path]


@dataclass(frozen=True)
class SealFace:
    """What the visible seal says; `at` in Việt Nam's time."""

    signer: str
    at: datetime
    is_demo: bool


@dataclass(frozen=True)
class Edition:
    """One printing of a snapshot. `issued_at` is the date that the file itself carries."""

    snapshot: Snapshot
    snapshot_sha256: str
    imprint: Imprint
    issued_at: datetime


@cache
def _fonts() -> dict[str, bytes]:
    return {f"Tinos-{face}.ttf": (_FONTS / f"Tinos-{face}.ttf").read_bytes() for face in _FACES}


@cache
def _covered() -> frozenset[int]:
    """What all four faces can draw."""
    faces = (TTFont(io.BytesIO(raw), lazy=True).getBestCmap() for raw in _fonts().values())
    return frozenset.intersection(*map(frozenset, faces))


def _fit_to_print(value: object) -> object:
    """Text from outside made printable; what templates themselves wrote is left alone."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return text.with_soft_breaks(text.drawable(text.clean(value), _covered()))


def _lower_first(line: str) -> str:
    """The line as it continues a sentence; a name or an abbreviation keeps its capitals."""
    first, second = line[:1], line[1:2]
    return line if second.isupper() or second == "." else first.lower() + line[1:]


def _sentence(line: str) -> str:
    """The line with the full stop that ends it."""
    return line if line.rstrip().endswith((".", "?", "!", "…")) else line.rstrip(" ;,") + "."


def _whole(line: str) -> Markup:
    """The line without places to break: for addresses and hashes that programs read."""
    return escape(text.drawable(text.clean(line), _covered()))


def _unbroken(line: str) -> Markup:
    """The line as text between tags; no number of a document is torn from its kind or at its hyphen."""
    parts = _DOCUMENT_NUMBER.split(str(_fit_to_print(line)))
    return Markup("").join(
        Markup('<span class="number">{}</span>').format(part) if place % 2 else _with_end_apart(part)
        for place, part in enumerate(parts)
    )


def _with_end_apart(words: str) -> Markup:
    """The words, with the blank at their end by itself.

    WeasyPrint 70 breaks a text after its first word where all of it fits the line, and the unbreakable part
    that follows does not.
    """
    kept = words.rstrip(" ")
    return escape(kept) + (Markup("<span> </span>") if kept != words else Markup(""))


def _code_in_groups(code: str) -> str:
    return "-".join(wording.in_groups(code, 4).split())


def _checklist_version(checklist: str) -> str:
    code, _, version = checklist.partition("@")
    return f"{code} phiên bản {version}"


def _in_signing_order(places: Sequence[SigningPlace]) -> list[SigningPlace]:
    return sorted(places, key=lambda place: _ON_PAPER.index(place.role))


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined,
        finalize=_fit_to_print, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters |= {
        "balanced": wording.balanced,
        "checklist_version": _checklist_version,
        "code": _code_in_groups,
        "counted": wording.counted,
        "in_groups": wording.in_groups,
        "in_signing_order": _in_signing_order,
        "long_day": wording.long_day,
        "long_time": wording.long_time,
        "lower_first": _lower_first,
        "paragraphs": text.paragraphs,
        "sentence": _sentence,
        "short_day": wording.short_day,
        "short_moment": wording.short_moment,
        "unbroken": _unbroken,
        "verdict_sign": lambda verdict: _SIGNS.get(verdict, "–"),
        "whole": _whole,
        "zoned_second": wording.zoned_second,
    }
    return environment


def _qr(address: str) -> bytes:
    target = io.BytesIO()
    segno.make(address, error="m").save(target, kind="svg", border=0, xmldecl=False, dark="#000")
    return target.getvalue()


def _pictures(snapshot: Snapshot, path_of: PathOf) -> Iterable[Picture]:
    """The pictures under the names by which the template calls them."""
    for number, photo in enumerate(snapshot.photos, start=1):
        yield Picture(f"photo-{number}.jpg", str(path_of(photo.sha256).absolute()), *_PHOTO_PX)
    for one in snapshot.signatures:
        if one.sha256:
            path = str(path_of(one.sha256).absolute())
            yield Picture(f"drawn-{one.role}.png", path, *_DRAWING_PX, is_drawing=True)


def html_of(edition: Edition) -> str:
    """The markup of the minutes."""
    return _environment().get_template("record.html").render(
        page=layout.laid_out(edition.snapshot, edition.imprint),
        issued_at=edition.issued_at.isoformat(timespec="seconds"),
        snapshot_sha256=edition.snapshot_sha256,
    )  # fmt: skip


def order_of(edition: Edition, path_of: PathOf) -> PrintOrder:
    """Everything that the child needs to print the minutes, and nothing more."""
    at = edition.issued_at.isoformat(timespec="seconds")
    attached = (
        Enclosure(
            "findings.json", "Kết quả kiểm tra và các vấn đề tồn tại", "Data",
            enclosures.findings_json(edition.snapshot, edition.imprint), at,
        ),
        Enclosure(
            "operation-log.json", "Nhật ký thao tác của cuộc kiểm tra", "Source",
            path_of(edition.snapshot.trace.log_file).read_bytes(), at,
        ),
    )  # fmt: skip
    return PrintOrder(
        html=html_of(edition),
        css=(_TEMPLATES / "record.css").read_text(encoding="utf-8"),
        variant=MINUTES_VARIANT,
        assets={**_fonts(), "qr.svg": _qr(edition.imprint.verify_url)},
        pictures=tuple(_pictures(edition.snapshot, path_of)),
        enclosures=attached,
    )


def printed(order: PrintOrder, *, limits: Limits | None = None) -> Printed:
    """The order as the child printed it.

    Raises:
        ChildFailed: it took too long or too much; nothing of it is left running.
    """
    answer = child.run("reports.press", msgspec.msgpack.encode(order), limits or Limits())
    return msgspec.msgpack.decode(answer, type=Printed)


def minutes(edition: Edition, path_of: PathOf, *, limits: Limits | None = None) -> Printed:
    """The minutes as a PDF/A-3, unsigned, and where on it signatures belong.

    Raises:
        ChildFailed: the document could not be printed within the limits.
    """
    return printed(order_of(edition, path_of), limits=limits)


def seal_face(face: SealFace) -> bytes:
    """One small page that shows the seal.

    Raises:
        ChildFailed: it could not be printed.
    """
    html = _environment().get_template("seal.html").render(seal=face)
    css = (_TEMPLATES / "seal.css").read_text(encoding="utf-8")
    return printed(PrintOrder(html=html, css=css, variant=SEAL_VARIANT, assets=_fonts())).pdf
