"""Draws small copies of strangers' pictures: as `python -m core.pictures`, or for the printing child.

Both are confined children: a small file can ask for minutes of work or gigabytes of memory, and every decoder
has had its faults. Here the costs that can be read in the header are refused before a single pixel is drawn.
The copy holds pixels and nothing else: no EXIF, no place, no comment, no colour profile.
"""

import io
import re
import struct
import sys

import msgspec
from PIL import Image, UnidentifiedImageError

from core import confinement

MOST_PIXELS = 50_000_000
MOST_SCANS = 20
_QUALITY = 85
# What a phone calls JPEG may be a multi-picture object, whose first picture is drawn like any other.
_KINDS = frozenset({"JPEG", "MPO", "PNG"})
_GROUNDED = frozenset({"RGBA", "LA", "PA", "P"})
# Every marker that a length follows, and the end; stuffed zeros and restarts belong to the compressed data.
_MARKER = re.compile(rb"\xff([^\x00\x01\xd0-\xd8\xff])")
_START_OF_SCAN, _END = b"\xda", b"\xd9"
_ORIENTATION = 0x0112
# Source: Exif 2.32 §4.6.4, tag Orientation; a turn to the right is one of 270 degrees here.
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # fmt: skip


class Undrawable(Exception):  # noqa: N818 (an answer about a file, not a defect of the program)
    """No picture that is drawn here; the text says why."""


class DrawOrder(msgspec.Struct, frozen=True):
    """A picture and the box that its copy must fit in. `is_drawing` None: what has a clear ground is one."""

    original: bytes
    box: tuple[int, int]
    is_drawing: bool | None = None


class Drawn(msgspec.Struct, frozen=True):
    """The copy, or why there is none."""

    content: bytes = b""
    media_type: str = ""
    refused: str = ""


def drawn(order: DrawOrder) -> Drawn:
    """A copy that fits the box, upright and bare: PNG for a drawing on a clear ground, JPEG for the rest.

    Raises:
        Undrawable: damaged, of another kind, or more work than a photo is.
    """
    try:
        with Image.open(io.BytesIO(order.original), formats=("JPEG", "PNG")) as picture:
            _check_cost(picture, order.original)
            return _encoded(_fitted(picture, order.box), order.is_drawing)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as fault:
        raise Undrawable(type(fault).__name__) from None


def _check_cost(picture: Image.Image, original: bytes) -> None:
    """Return if the picture, of which only the header has been read, takes a photo's work to draw."""
    if picture.format not in _KINDS:
        raise Undrawable("kind")
    if picture.width * picture.height > MOST_PIXELS:
        raise Undrawable("pixels")
    if picture.format != "PNG" and scans(original) > MOST_SCANS:
        raise Undrawable("scans")


def scans(jpeg: bytes) -> int:
    """How many times the decoder will go over the whole picture; what follows the picture is not counted.

    Source: ITU-T T.81 §B.1.1 (markers) and §B.2 (order of segments).
    """
    count, at = 0, 2
    while (marker := _MARKER.search(jpeg, at)) is not None and marker[1] != _END:
        count += marker[1] == _START_OF_SCAN
        at = marker.end() + int.from_bytes(jpeg[marker.end() : marker.end() + 2], "big")
    return count


def _fitted(picture: Image.Image, box: tuple[int, int]) -> Image.Image:
    """Small before anything else is done to it, for each further step costs memory by the pixel."""
    turn, longest = _turn(picture), max(box)
    picture.draft("RGB", (longest * 2, longest * 2))
    small = picture.convert("RGBA") if picture.mode in ("P", "PA") else picture
    small.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    upright = small if turn is None else small.transpose(turn)
    upright.thumbnail(box, Image.Resampling.LANCZOS)
    return upright


def _turn(picture: Image.Image) -> Image.Transpose | None:
    """What sets the picture upright, as the camera says; a camera that stammers says nothing."""
    try:
        return _TURNS.get(picture.getexif().get(_ORIENTATION, 1))
    except (SyntaxError, ValueError, TypeError, struct.error):
        return None


def _encoded(picture: Image.Image, is_drawing: bool | None) -> Drawn:
    """Only the pixels are carried over, into a picture that never knew a camera."""
    target = io.BytesIO()
    if picture.mode in _GROUNDED if is_drawing is None else is_drawing:
        bare = Image.new("RGBA", picture.size)
        bare.paste(picture.convert("RGBA"))
        bare.save(target, "PNG", optimize=True)
        return Drawn(target.getvalue(), "image/png")
    bare = Image.new("RGB", picture.size, "white")
    clear = picture.convert("RGBA") if picture.mode in _GROUNDED else None
    bare.paste(clear or picture.convert("RGB"), mask=clear)
    bare.save(target, "JPEG", quality=_QUALITY, optimize=True)
    return Drawn(target.getvalue(), "image/jpeg")


def main() -> None:
    """Read one order, answer it, end."""
    confinement.enter(cpu_s=int(sys.argv[1]), memory_bytes=int(sys.argv[2]))
    order = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=DrawOrder)
    try:
        answer = drawn(order)
    except Undrawable as undrawable:
        answer = Drawn(refused=str(undrawable))
    sys.stdout.buffer.write(msgspec.msgpack.encode(answer))


if __name__ == "__main__":
    main()
