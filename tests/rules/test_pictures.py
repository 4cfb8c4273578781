"""A photo on a page is small, upright, and says nothing about where or with what it was taken."""

import io

import pytest
from PIL import Image

from inspections import pictures

RED, BLUE = (200, 30, 30), (30, 30, 200)


def photo(width: int, height: int, *, rotated: bool = False) -> bytes:
    """A JPEG, red on the left and blue on the right, with a place and perhaps a rotation in its EXIF."""
    picture = Image.new("RGB", (width, height), RED)
    picture.paste(BLUE, (width // 2, 0, width, height))
    exif = Image.Exif()
    exif[0x010F] = "Hãng máy ảnh"
    exif.get_ifd(0x8825)[1] = "N"
    if rotated:
        exif[0x0112] = 6  # the camera was held upright
    target = io.BytesIO()
    picture.save(target, "JPEG", exif=exif, quality=90)
    return target.getvalue()


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def test_a_large_photo_becomes_small_and_keeps_its_shape():
    content, media_type = pictures.scaled(photo(4000, 3000))
    assert (opened(content).size, media_type) == ((800, 600), "image/jpeg")


def test_a_small_photo_is_not_blown_up():
    assert opened(pictures.scaled(photo(320, 240))[0]).size == (320, 240)


def test_what_the_camera_wrote_about_place_and_device_is_gone():
    original = photo(400, 300)
    assert dict(opened(original).getexif()) != {}
    content = pictures.scaled(original)[0]
    assert (dict(opened(content).getexif()), b"Exif" in content) == ({}, False)


def test_a_photo_taken_upright_is_shown_upright():
    shown = opened(pictures.scaled(photo(400, 200, rotated=True))[0])
    top, bottom = shown.getpixel((100, 50)), shown.getpixel((100, 350))
    assert (shown.size, top[0] > top[2], bottom[2] > bottom[0]) == ((200, 400), True, True)


def test_a_drawn_signature_keeps_its_transparent_ground():
    target = io.BytesIO()
    Image.new("RGBA", (1600, 800), (0, 0, 0, 0)).save(target, "PNG")
    content, media_type = pictures.scaled(target.getvalue())
    assert (media_type, opened(content).size, opened(content).getpixel((1, 1))[3]) == (
        "image/png",
        (800, 400),
        0,
    )


@pytest.mark.parametrize(
    "content",
    [b"", b"not a picture", photo(400, 300)[:500], b"<svg xmlns='http://www.w3.org/2000/svg'/>"],
    ids=["empty", "text", "cut off", "svg"],
)
def test_what_is_no_picture_is_refused(content: bytes):
    with pytest.raises(pictures.PictureUnreadable):
        pictures.scaled(content)


@pytest.mark.parametrize("side", [7_100, 20_000], ids=["more than we take", "more than Pillow takes"])
def test_a_picture_of_too_many_pixels_is_refused_before_it_is_opened(side: int):
    bomb = io.BytesIO()
    Image.new("1", (side, side)).save(bomb, "PNG")
    assert len(bomb.getvalue()) < 100_000
    with pytest.raises(pictures.PictureUnreadable):
        pictures.scaled(bomb.getvalue())


@pytest.mark.parametrize("media_type", ["GIF", "TIFF", "BMP", "WEBP", "EPS"])
def test_only_what_a_camera_or_a_pen_makes_is_decoded(media_type: str):
    """Every further decoder is one more that strangers' bytes reach; for EPS it is even a program."""
    target = io.BytesIO()
    Image.new("RGB", (40, 30)).save(target, media_type)
    with pytest.raises(pictures.PictureUnreadable):
        pictures.scaled(target.getvalue())


def _progressive(*, repeated: int = 0) -> bytes:
    """A progressive JPEG whose last scan comes so many times more."""
    target = io.BytesIO()
    Image.new("L", (400, 300), 90).save(target, "JPEG", progressive=True)
    whole = target.getvalue()
    last = whole[whole.rindex(b"\xff\xda") : -2]
    return whole[:-2] + last * repeated + whole[-2:]


def test_a_progressive_photo_is_shown():
    assert opened(pictures.scaled(_progressive())[0]).size == (400, 300)


def test_a_photo_that_is_drawn_over_and_over_is_refused():
    """Three hundred kilobytes of such scans held a processor for a minute and a half."""
    with pytest.raises(pictures.PictureUnreadable):
        pictures.scaled(_progressive(repeated=pictures.MOST_SCANS))


def test_what_a_phone_appends_to_a_photo_does_not_count_as_scans():
    """A moving photo carries a film behind its end, in which any two bytes may occur."""
    photo_and_film = photo(400, 300) + b"\xff\xda\x00\x08" * 500
    assert opened(pictures.scaled(photo_and_film)[0]).size == (400, 300)


def test_the_camera_s_own_preview_does_not_count_as_scans():
    preview = b"Exif\x00\x00" + _progressive(repeated=60)
    segment = b"\xff\xe1" + (len(preview) + 2).to_bytes(2, "big") + preview
    original = photo(400, 300)
    assert pictures.scans(original[:2] + segment + original[2:]) == pictures.scans(original) == 1
