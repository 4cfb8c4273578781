"""Small copies of photos and drawn signatures for pages, drawn where a bad file can hurt nobody.

The original is never changed; it is evidence. What cannot be drawn is refused, not guessed at.
"""

import msgspec

from core import child
from core.file_errors import PictureUnreadable
from core.pictures import Drawn, DrawOrder

LONGEST_PX = 800
_LIMITS = child.Limits(wall_s=20, cpu_s=5, memory_bytes=700 * 1024 * 1024)


def small_copy(original: bytes, *, longest_px: int = LONGEST_PX) -> tuple[bytes, str]:
    """A copy whose longer side is at most `longest_px`, upright and without metadata, and its media type.

    Raises:
        PictureUnreadable: damaged, of an unknown kind, or too costly to draw.
        SlowDown: others are waiting for theirs.
    """
    order = msgspec.msgpack.encode(DrawOrder(original, (longest_px, longest_px)))
    try:
        answer = child.run("core.pictures", order, _LIMITS, queue=child.PICTURES)
    except child.ChildFailed as failed:
        raise _unreadable(failed.reason) from None
    copy = msgspec.msgpack.decode(answer, type=Drawn)
    if copy.refused:
        raise _unreadable(copy.refused)
    return copy.content, copy.media_type


def _unreadable(reason: str) -> PictureUnreadable:
    return PictureUnreadable("Tệp gốc vẫn được giữ nguyên; tải tệp gốc về để kiểm tra.", reason=reason)
