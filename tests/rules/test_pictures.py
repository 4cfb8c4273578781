"""A photo on a page is small, upright, and says nothing about where or with what it was taken."""

import io

import pytest
from PIL import Image

from core import pictures
from core.pictures import DrawOrder, Undrawable

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


def scaled(original: bytes, box: tuple[int, int] = (800, 800), **how: bool) -> tuple[bytes, str]:
    """The copy and its media type."""
    copy = pictures.drawn(DrawOrder(original, box, **how))
    return copy.content, copy.media_type


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def test_a_large_photo_becomes_small_and_keeps_its_shape():
    content, media_type = scaled(photo(4000, 3000))
    assert (opened(content).size, media_type) == ((800, 600), "image/jpeg")


def test_a_small_photo_is_not_blown_up():
    assert opened(scaled(photo(320, 240))[0]).size == (320, 240)


def test_what_the_camera_wrote_about_place_and_device_is_gone():
    original = photo(400, 300)
    assert dict(opened(original).getexif()) != {}
    content = scaled(original)[0]
    assert (dict(opened(content).getexif()), b"Exif" in content) == ({}, False)


def test_a_photo_taken_upright_is_shown_upright():
    shown = opened(scaled(photo(400, 200, rotated=True))[0])
    top, bottom = shown.getpixel((100, 50)), shown.getpixel((100, 350))
    assert (shown.size, top[0] > top[2], bottom[2] > bottom[0]) == ((200, 400), True, True)


def test_a_drawn_signature_keeps_its_transparent_ground():
    target = io.BytesIO()
    Image.new("RGBA", (1600, 800), (0, 0, 0, 0)).save(target, "PNG")
    content, media_type = scaled(target.getvalue())
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
    with pytest.raises(Undrawable):
        scaled(content)


@pytest.mark.parametrize("side", [7_100, 20_000], ids=["more than we take", "more than Pillow takes"])
def test_a_picture_of_too_many_pixels_is_refused_before_it_is_opened(side: int):
    bomb = io.BytesIO()
    Image.new("1", (side, side)).save(bomb, "PNG")
    assert len(bomb.getvalue()) < 100_000
    with pytest.raises(Undrawable):
        scaled(bomb.getvalue())


@pytest.mark.parametrize("media_type", ["GIF", "TIFF", "BMP", "WEBP", "EPS"])
def test_only_what_a_camera_or_a_pen_makes_is_decoded(media_type: str):
    """Every further decoder is one more that strangers' bytes reach; for EPS it is even a program."""
    target = io.BytesIO()
    Image.new("RGB", (40, 30)).save(target, media_type)
    with pytest.raises(Undrawable):
        scaled(target.getvalue())


def _progressive(*, repeated: int = 0) -> bytes:
    """A progressive JPEG whose last scan comes so many times more."""
    target = io.BytesIO()
    Image.new("L", (400, 300), 90).save(target, "JPEG", progressive=True)
    whole = target.getvalue()
    last = whole[whole.rindex(b"\xff\xda") : -2]
    return whole[:-2] + last * repeated + whole[-2:]


def test_a_progressive_photo_is_shown():
    assert opened(scaled(_progressive())[0]).size == (400, 300)


def test_a_photo_that_is_drawn_over_and_over_is_refused():
    """Three hundred kilobytes of such scans held a processor for a minute and a half."""
    with pytest.raises(Undrawable):
        scaled(_progressive(repeated=pictures.MOST_SCANS))


def test_what_a_phone_appends_to_a_photo_does_not_count_as_scans():
    """A moving photo carries a film behind its end, in which any two bytes may occur."""
    photo_and_film = photo(400, 300) + b"\xff\xda\x00\x08" * 500
    assert opened(scaled(photo_and_film)[0]).size == (400, 300)


def test_the_camera_s_own_preview_does_not_count_as_scans():
    preview = b"Exif\x00\x00" + _progressive(repeated=60)
    segment = b"\xff\xe1" + (len(preview) + 2).to_bytes(2, "big") + preview
    original = photo(400, 300)
    assert pictures.scans(original[:2] + segment + original[2:]) == pictures.scans(original) == 1


MARKS = (b"Exif", b"http://ns.adobe.com", b"ICC_PROFILE", b"Photoshop", b"chu thich", b"Hang may anh")


def _talkative(kind: str) -> bytes:
    """A picture with everything that a camera, an editor and a person can write into one."""
    exif = Image.Exif()
    exif[0x010F] = "Hang may anh"
    exif.get_ifd(0x8825)[1] = "N"
    from PIL import ImageCms, PngImagePlugin

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    target = io.BytesIO()
    if kind == "JPEG":
        xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"
        Image.new("RGB", (400, 300), RED).save(
            target, "JPEG", exif=exif, comment=b"chu thich", icc_profile=profile, xmp=xmp
        )
    else:
        texts = PngImagePlugin.PngInfo()
        texts.add_text("Comment", "chu thich")
        texts.add_itxt("XML:com.adobe.xmp", "http://ns.adobe.com/xap/1.0/")
        Image.new("RGBA", (400, 300)).save(target, "PNG", exif=exif, pnginfo=texts, icc_profile=profile)
    return target.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("is_drawing", [True, False, None])
def test_nothing_but_pixels_is_carried_over(kind: str, is_drawing: bool | None):
    original = _talkative(kind)
    assert any(mark in original for mark in MARKS)
    content, _ = scaled(original, is_drawing=is_drawing)
    assert [mark for mark in (*MARKS, b"eXIf", b"tEXt", b"iTXt", b"iCCP") if mark in content] == []
    assert opened(content).info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize(("box", "shown"), [((472, 319), (425, 319)), ((100, 319), (100, 75))])
def test_a_copy_fits_the_box_on_paper(box: tuple[int, int], shown: tuple[int, int]):
    assert opened(scaled(photo(1600, 1200), box)[0]).size == shown


def test_a_photo_taken_upright_fits_the_box_upright():
    assert opened(scaled(photo(1600, 1200, rotated=True), (472, 319))[0]).size == (239, 319)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_way_to_hold_a_camera_is_set_upright(orientation: int):
    """The reference is Pillow's own way, which needs the whole picture in memory."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    source = Image.new("RGB", (64, 32), RED)
    source.paste(BLUE, (0, 0, 16, 16))
    target = io.BytesIO()
    source.save(target, "PNG", exif=exif)
    from PIL import ImageOps

    wanted = ImageOps.exif_transpose(opened(target.getvalue()))
    assert opened(scaled(target.getvalue(), is_drawing=True)[0]).convert("RGB").tobytes() == wanted.tobytes()


def test_a_camera_that_stammers_still_took_a_photo():
    original = photo(400, 300)
    at = original.index(b"Exif\x00\x00") + 6
    broken = original[:at] + b"XX" + original[at + 2 :]
    assert opened(scaled(broken)[0]).size == (400, 300)


def test_what_a_phone_calls_jpeg_may_hold_several_pictures():
    target = io.BytesIO()
    first, second = Image.new("RGB", (400, 300), RED), Image.new("RGB", (200, 150), BLUE)
    first.save(target, "MPO", save_all=True, append_images=[second])
    assert opened(target.getvalue()).format == "MPO"
    assert opened(scaled(target.getvalue())[0]).getpixel((200, 150))[0] > 150


def test_a_drawing_on_a_clear_ground_is_printed_on_white_where_a_photo_is_wanted():
    target = io.BytesIO()
    Image.new("RGBA", (40, 30), (0, 0, 0, 0)).save(target, "PNG")
    content, media_type = scaled(target.getvalue(), is_drawing=False)
    assert (media_type, opened(content).getpixel((5, 5))) == ("image/jpeg", (255, 255, 255))
