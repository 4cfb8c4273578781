"""Strangers' pictures are drawn where they can hurt nobody: this process neither grows nor waits long."""

import contextlib
import io
import resource
import time
import zlib
from collections.abc import Callable

import pytest
from PIL import Image

from core import child, darkroom
from core.errors import SlowDown
from core.file_errors import PictureUnreadable


def photo() -> bytes:
    """A picture as a phone takes it."""
    target = io.BytesIO()
    Image.effect_noise((2000, 1500), 60).convert("RGB").save(target, "JPEG", quality=85)
    return target.getvalue()


def png(width: int, height: int, rows: bytes, *, depth: int = 8, kind: int = 6) -> bytes:
    """A PNG with that header around those compressed rows, true or not."""

    def chunk(name: bytes, content: bytes) -> bytes:
        check = zlib.crc32(name + content).to_bytes(4, "big")
        return len(content).to_bytes(4, "big") + name + content + check

    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([depth, kind, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def zeros(count: int) -> bytes:
    """So many zero bytes, compressed."""
    squeezed = zlib.compressobj(9)
    pieces = [squeezed.compress(bytes(1_000_000)) for _ in range(count // 1_000_000)]
    return b"".join([*pieces, squeezed.flush()])


def progressive(scans: int, size: tuple[int, int] = (7000, 7000)) -> bytes:
    """A small file that asks the decoder to go over a large picture again and again."""
    target = io.BytesIO()
    Image.new("L", size, 90).save(target, "JPEG", progressive=True)
    whole = target.getvalue()
    last = whole[whole.rindex(b"\xff\xda") : -2]
    return whole[:-2] + last * scans + whole[-2:]


BOMBS: dict[str, Callable[[], bytes]] = {
    "more pixels than we take": lambda: png(13_000, 13_000, zeros(1_000_000)),
    "a lying header": lambda: png(5_000, 5_000, zeros(400_000_000)),
    "as many deep pixels as we take": lambda: png(7_000, 7_000, zeros(392_000_000), depth=16),
    "as many scans as we take": lambda: progressive(10),
    "more scans than we take": lambda: progressive(200),
    "a chunk of text that swells": lambda: png(10, 10, zeros(1_000_000)).replace(
        b"IEND", b"zTXt"
    ),
    "half a photo": lambda: photo()[:50_000],
    "nothing": lambda: b"",
    "a program": lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100 100\n",
    "markup": lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>",
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_a_bad_picture_costs_this_process_nothing(name: str):
    """Drawn or refused, but within the limits of the child, and never at our own expense."""
    content = BOMBS[name]()
    grown, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    with contextlib.suppress(PictureUnreadable):
        copy, _ = darkroom.small_copy(content)
        assert max(Image.open(io.BytesIO(copy)).size) <= darkroom.LONGEST_PX
    assert time.monotonic() - begun < 25
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - grown
    assert grown < 64 * 1024, f"{grown} KiB"


@pytest.mark.parametrize("name", ["more pixels than we take", "more scans than we take"])
def test_what_the_header_tells_is_refused_before_a_pixel_is_drawn(name: str):
    content = BOMBS[name]()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with pytest.raises(PictureUnreadable) as refusal:
        darkroom.small_copy(content)
    spent = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before.ru_utime
    assert refusal.value.members["reason"] in ("pixels", "scans")
    assert spent < 1.5


def test_a_photo_comes_back_small():
    content, media_type = darkroom.small_copy(photo())
    assert (Image.open(io.BytesIO(content)).size, media_type) == ((800, 600), "image/jpeg")


def test_who_would_wait_long_for_a_picture_is_asked_to_come_back(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(child, "PICTURES", child.Queue(1, patience_s=0.01))
    with child.PICTURES.places, pytest.raises(SlowDown):
        darkroom.small_copy(photo())


def test_a_child_over_its_limits_is_a_picture_that_cannot_be_shown(monkeypatch: pytest.MonkeyPatch):
    """What no header tells is stopped by the kernel."""
    costly = BOMBS["as many deep pixels as we take"]()
    monkeypatch.setattr(darkroom, "_LIMITS", child.Limits(wall_s=0.3))
    with pytest.raises(PictureUnreadable) as refusal:
        darkroom.small_copy(costly)
    assert refusal.value.members["reason"] == "time"
    monkeypatch.setattr(darkroom, "_LIMITS", child.Limits(memory_bytes=250 * 1024 * 1024))
    with pytest.raises(PictureUnreadable):
        darkroom.small_copy(costly)
