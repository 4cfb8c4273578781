"""Photos as a page shows them: small, upright, and without what the camera wrote about place and device.

The original is never changed; it is evidence. What cannot be read as a picture is refused, not guessed at;
so is what would hold the processor or fill the memory, because a small file can ask for minutes of work.
"""

import io
import re
import threading

from PIL import Image, ImageOps, UnidentifiedImageError

from core import errors

LONGEST_PX = 800
MOST_PIXELS = 50_000_000
MOST_SCANS = 40
_QUALITY = 82
_AT_ONCE = threading.BoundedSemaphore(2)
# Every marker that a length follows, and the end; stuffed zeros and restarts belong to the compressed data.
_MARKER = re.compile(rb"\xff([^\x00\x01\xd0-\xd8\xff])")
_START_OF_SCAN, _END = b"\xda", b"\xd9"


class PictureUnreadable(errors.UnsupportedMedia):
    """The stored file is no picture that can be shown."""

    slug = "picture_unreadable"
    title = "Tệp này không hiển thị được dưới dạng ảnh"


def scaled(original: bytes, *, longest_px: int = LONGEST_PX) -> tuple[bytes, str]:
    """A copy whose longer side is at most `longest_px`, without metadata, and its media type.

    Line drawings with a transparent ground stay PNG; everything else becomes JPEG.

    Raises:
        PictureUnreadable: damaged, of an unknown kind, or too many pixels to open safely.
    """
    try:
        with _AT_ONCE, Image.open(io.BytesIO(original), formats=("JPEG", "PNG")) as picture:
            _check_cost(picture, original)
            return _drawn(picture, longest_px)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as fault:
        raise PictureUnreadable(
            "Tệp gốc vẫn được giữ nguyên; tải tệp gốc về để kiểm tra.", reason=type(fault).__name__
        ) from None


def _check_cost(picture: Image.Image, original: bytes) -> None:
    """Return if the picture, of which only the header has been read, takes a photo's work to draw."""
    if picture.width * picture.height > MOST_PIXELS:
        raise PictureUnreadable("Ảnh có quá nhiều điểm ảnh. Tệp gốc vẫn được giữ nguyên.")
    if picture.format == "JPEG" and scans(original) > MOST_SCANS:
        raise PictureUnreadable("Ảnh được nén theo cách quá tốn công mở. Tệp gốc vẫn được giữ nguyên.")


def scans(jpeg: bytes) -> int:
    """How many times the decoder will go over the whole picture; what follows the picture is not counted.

    Source: ITU-T T.81 §B.1.1 (markers) and §B.2 (order of segments).
    """
    count, at = 0, 2
    while (marker := _MARKER.search(jpeg, at)) is not None and marker[1] != _END:
        count += marker[1] == _START_OF_SCAN
        at = marker.end() + int.from_bytes(jpeg[marker.end() : marker.end() + 2], "big")
    return count


def _drawn(picture: Image.Image, longest_px: int) -> tuple[bytes, str]:
    picture.draft("RGB", (longest_px, longest_px))
    upright = ImageOps.exif_transpose(picture)
    upright.thumbnail((longest_px, longest_px))
    target = io.BytesIO()
    if upright.mode in ("RGBA", "LA", "P"):
        bare = Image.new("RGBA", upright.size)
        bare.paste(upright.convert("RGBA"))
        bare.save(target, "PNG", optimize=True)
        return target.getvalue(), "image/png"
    bare = Image.new("RGB", upright.size)
    bare.paste(upright.convert("RGB"))
    bare.save(target, "JPEG", quality=_QUALITY, optimize=True, progressive=True)
    return target.getvalue(), "image/jpeg"
