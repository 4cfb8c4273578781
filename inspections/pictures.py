"""Photos as a page shows them: small, upright, and without what the camera wrote about place and device.

The original is never changed; it is evidence. What cannot be read as a picture is refused, not guessed at.
"""

import io
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

from core import errors

LONGEST_PX = 800
MOST_PIXELS = 100_000_000
_QUALITY = 82


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
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(original)) as picture:
                return _drawn(picture, longest_px)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as fault:
        raise PictureUnreadable(
            "Tệp gốc vẫn được giữ nguyên; tải tệp gốc về để kiểm tra.", reason=type(fault).__name__
        ) from None
    except Image.DecompressionBombWarning:
        raise PictureUnreadable("Ảnh có quá nhiều điểm ảnh. Tệp gốc vẫn được giữ nguyên.") from None


def _drawn(picture: Image.Image, longest_px: int) -> tuple[bytes, str]:
    if picture.width * picture.height > MOST_PIXELS:
        raise PictureUnreadable("Ảnh có quá nhiều điểm ảnh. Tệp gốc vẫn được giữ nguyên.")
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
