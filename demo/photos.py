"""Pictures that stand for what an inspector would photograph, and signatures as a pen would draw them.

Everything is drawn from a seed and says so on the picture; no real place or person is shown.
"""

import io
import random
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps

_SIZE = (1600, 1200)
_FONT = Path(__file__).parent.parent / "static/vendor/fonts/Tinos-Bold.ttf"
_WALL, _WOOD, _PAPER, _INK, _RED = (
    (222, 216, 203),
    (151, 110, 72),
    (250, 248, 242),
    (52, 54, 60),
    (155, 28, 31),
)
_EXIF_MAKE, _EXIF_MODEL, _EXIF_SOFTWARE, _EXIF_IFD, _EXIF_TAKEN, _EXIF_OFFSET = (
    271,
    272,
    305,
    0x8769,
    36867,
    36881,
)

_BLUE = (24, 48, 140, 255)

Canvas = ImageDraw.ImageDraw
Point = tuple[float, float]


def _lettering(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.truetype(str(_FONT), size) if _FONT.exists() else ImageFont.load_default(size)


def _sheet(canvas: Canvas, corner: tuple[int, int], rng: random.Random, *, title: str = "") -> None:
    left, top = corner
    width, height = 250, 350
    canvas.rectangle((left + 8, top + 10, left + width + 8, top + height + 10), fill=(120, 108, 92))
    canvas.rectangle((left, top, left + width, top + height), fill=_PAPER)
    if title:
        canvas.multiline_text(
            (left + 125, top + 26), title, _RED, _lettering(25), anchor="ma", align="center"
        )
    for row in range(110 if title else 40, height - 40, 19):
        canvas.line(
            (left + 24, top + row, left + width - rng.randint(24, 95), top + row),
            fill=(120, 122, 128),
            width=4,
        )


def _notice_board(canvas: Canvas, rng: random.Random) -> None:
    canvas.rectangle((130, 120, 1470, 1010), fill=(94, 74, 53))
    canvas.rectangle((160, 150, 1440, 980), fill=(187, 148, 98))
    canvas.text((800, 205), "BẢNG NIÊM YẾT", fill=_RED, font=_lettering(58), anchor="mm")
    titles = ["BẢN CÔNG BỐ\nHTQLCL", "CHÍNH SÁCH\nCHẤT LƯỢNG", "DANH MỤC\nTTHC", "LỊCH TIẾP\nCÔNG DÂN"]
    for place, title in enumerate(titles):
        _sheet(canvas, (205 + 310 * place, 275 + rng.randint(-12, 12)), rng, title=title)
    for place in range(3):
        _sheet(canvas, (240 + 400 * place, 660 + rng.randint(-10, 10)), rng)


def _desk(canvas: Canvas, rng: random.Random) -> None:
    canvas.rectangle((0, 420, 1600, 1200), fill=_WOOD)
    for row in range(440, 1200, 46):
        canvas.line((0, row, 1600, row + rng.randint(-14, 14)), fill=(139, 99, 62), width=3)
    canvas.rectangle((1060, 160, 1500, 520), fill=(38, 40, 45))
    canvas.rectangle((1085, 185, 1475, 490), fill=(196, 215, 228))
    for row in range(220, 470, 34):
        canvas.line((1110, row, 1110 + rng.randint(150, 330), row), fill=(84, 112, 133), width=8)
    for place, title in enumerate(["QUY TRÌNH\nISO", "BÁO CÁO\nĐÁNH GIÁ NỘI BỘ", "PHIẾU\nKHẮC PHỤC"]):
        _sheet(canvas, (110 + 310 * place, 600 + rng.randint(-30, 30)), rng, title=title)


def _counter(canvas: Canvas, rng: random.Random) -> None:
    canvas.rectangle((0, 90, 1600, 240), fill=_RED)
    canvas.text((800, 165), "BỘ PHẬN MỘT CỬA", fill=(250, 240, 214), font=_lettering(84), anchor="mm")
    for place in range(4):
        left = 90 + 370 * place
        canvas.rectangle((left, 330, left + 320, 690), fill=(193, 216, 226), outline=(110, 124, 133), width=9)
        canvas.rectangle((left + 110, 345, left + 210, 425), fill=(28, 66, 108))
        canvas.text((left + 160, 385), str(place + 1), fill="white", font=_lettering(54), anchor="mm")
        canvas.ellipse((left + 120, 470 + rng.randint(-8, 8), left + 200, 570), fill=(143, 120, 102))
        canvas.rectangle((left + 90, 560, left + 230, 690), fill=(66, 86, 118))
    canvas.rectangle((0, 690, 1600, 960), fill=_WOOD)
    canvas.rectangle((0, 690, 1600, 730), fill=(196, 158, 112))


def _shelves(canvas: Canvas, rng: random.Random) -> None:
    colours = [(44, 82, 130), (120, 40, 44), (52, 102, 74), (96, 92, 88), (170, 132, 60)]
    for shelf in range(4):
        floor = 330 + 250 * shelf
        left = 120
        while left < 1430:
            width = rng.randint(38, 66)
            top = floor - rng.randint(170, 205)
            canvas.rectangle(
                (left, top, left + width, floor), fill=rng.choice(colours), outline=(40, 40, 40), width=2
            )
            canvas.rectangle((left + 9, top + 34, left + width - 9, top + 92), fill=_PAPER)
            left += width + rng.choice([4, 4, 4, 30])
        canvas.rectangle((90, floor, 1510, floor + 26), fill=(112, 112, 116))


def _screen(canvas: Canvas, rng: random.Random) -> None:
    canvas.rectangle((150, 110, 1450, 960), fill=(30, 32, 36))
    canvas.rectangle((190, 150, 1410, 920), fill=(244, 246, 248))
    canvas.rectangle((190, 150, 1410, 240), fill=(28, 84, 140))
    canvas.text(
        (220, 195), "HỆ THỐNG THÔNG TIN GIẢI QUYẾT TTHC", fill="white", font=_lettering(44), anchor="lm"
    )
    for row in range(9):
        top = 290 + 66 * row
        canvas.line((220, top + 44, 1380, top + 44), fill=(205, 210, 215), width=2)
        code = f"000.00.{rng.randint(10, 99)}.H59-{rng.randint(220101, 230430)}-{rng.randint(1, 9999):04d}"
        canvas.text((230, top), code, fill=_INK, font=_lettering(32))
        late = rng.random() < 0.15
        canvas.text(
            (1060, top),
            "Quá hạn" if late else "Đúng hạn",
            fill=_RED if late else (29, 122, 70),
            font=_lettering(32),
        )


def _website(canvas: Canvas, rng: random.Random) -> None:
    canvas.rectangle((150, 110, 1450, 960), fill=(30, 32, 36))
    canvas.rectangle((190, 150, 1410, 920), fill=(252, 252, 250))
    canvas.rectangle((190, 150, 1410, 205), fill=(222, 224, 228))
    canvas.rectangle((420, 162, 1180, 193), fill="white")
    canvas.rectangle((190, 205, 1410, 340), fill=_RED)
    canvas.text((230, 272), "TRANG THÔNG TIN ĐIỆN TỬ", fill=(250, 240, 214), font=_lettering(52), anchor="lm")
    canvas.text(
        (230, 395), "Cải cách hành chính › Bản công bố HTQLCL", fill=(28, 84, 140), font=_lettering(38)
    )
    for row in range(5):
        canvas.line(
            (230, 490 + 44 * row, 820 - rng.randint(0, 160), 490 + 44 * row), fill=(120, 122, 128), width=7
        )
    _sheet(canvas, (1050, 440), rng, title="BẢN CÔNG BỐ\nHTQLCL")


SCENES: dict[str, Callable[[Canvas, random.Random], None]] = {
    "notice_board": _notice_board,
    "desk": _desk,
    "counter": _counter,
    "shelves": _shelves,
    "screen": _screen,
    "website": _website,
}


def _developed(picture: Image.Image, rng: random.Random) -> Image.Image:
    """The drawing with the softness, grain and slight tilt of a hand-held photograph."""
    tilted = picture.rotate(rng.uniform(-1.6, 1.6), Image.Resampling.BICUBIC, fillcolor=_WALL)
    soft = tilted.filter(ImageFilter.GaussianBlur(1.2))
    grain = Image.frombytes("L", _SIZE, rng.randbytes(_SIZE[0] * _SIZE[1])).convert("RGB")
    light = Image.linear_gradient("L").rotate(rng.choice([0, 90, 180])).resize(_SIZE).convert("RGB")
    return Image.blend(Image.blend(soft, grain, 0.05), light, 0.10)


def photograph(scene: str, *, caption: str, taken_at: datetime, seed: str) -> bytes:
    """A JPEG of 1600 × 1200 with EXIF (camera, local time, offset); the same seed gives the same bytes."""
    rng = random.Random(f"{scene}/{seed}")  # noqa: S311 (a drawing, not a secret)
    picture = Image.new("RGB", _SIZE, tuple(channel + rng.randint(-10, 10) for channel in _WALL))
    canvas = ImageDraw.Draw(picture)
    canvas.rectangle((0, 1080, 1600, 1200), fill=(160, 152, 140))
    SCENES[scene](canvas, rng)
    picture = _developed(picture, rng)
    canvas = ImageDraw.Draw(picture)
    canvas.rectangle((0, 1140, 1600, 1200), fill=(24, 26, 30))
    canvas.text(
        (24, 1170), f"ẢNH MÔ PHỎNG · {caption}", fill=(240, 240, 236), font=_lettering(32), anchor="lm"
    )
    exif = Image.Exif()
    exif[_EXIF_MAKE], exif[_EXIF_MODEL], exif[_EXIF_SOFTWARE] = "Thuc Dia", "May anh mo phong", "demo"
    exif.get_ifd(_EXIF_IFD).update(
        {
            _EXIF_TAKEN: taken_at.strftime("%Y:%m:%d %H:%M:%S"),
            _EXIF_OFFSET: taken_at.strftime("%z")[:3] + ":00",
        }
    )
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=82, exif=exif)
    return file.getvalue()


def _curve(points: Sequence[Point], steps: int = 14) -> list[Point]:
    """A smooth line through the points (Catmull–Rom)."""
    through = [points[0], *points, points[-1]]
    line: list[Point] = []
    for a, b, c, d in zip(through, through[1:], through[2:], through[3:], strict=False):
        for step in range(steps):
            t = step / steps
            line.append(
                (
                    _between(a[0], b[0], c[0], d[0], t),
                    _between(a[1], b[1], c[1], d[1], t),
                )
            )
    return line


def _between(*values: float) -> float:
    a, b, c, d, t = values
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)


def signature(name: str, *, seed: str) -> bytes:
    """A transparent PNG cut to the ink: the same hand for the name, never quite the same stroke twice."""
    rng, tremor = random.Random(name), random.Random(f"{name}/{seed}")  # noqa: S311 (a drawing)
    picture = Image.new("RGBA", (1600, 440), (255, 255, 255, 0))
    canvas = ImageDraw.Draw(picture)
    x, strokes = 110.0, []
    slant, loop, tail = rng.uniform(0.6, 1.5), rng.uniform(40, 120), rng.choice([-1, 1])
    for word in name.split()[-rng.choice([1, 2, 2]) :]:
        stroke: list[Point] = [(x, 300)]
        stroke += [
            (x - 20, 180),
            (x + 50 * slant, loop),
            (x + 70 * slant, 200),
            (x + 10, rng.uniform(280, 345)),
        ]
        for _letter in word[1:]:
            x += rng.uniform(40, 90)
            low, high = rng.uniform(255, 320), rng.uniform(110, 215)
            stroke += [(x, high + 45), (x - rng.uniform(4, 26) * slant, high), (x + 12, low)]
        strokes.append(stroke)
        x += rng.uniform(40, 110)
    under = rng.uniform(345, 385)
    strokes.append(
        [(x - 40, 300), (x + 90, 240 + 30 * tail), (x + 40, 330), (x * 0.5, under), (120, under - 15 * tail),
         (x * 0.6, under + 22), (x + rng.uniform(60, 180), under - 50)]
    )  # fmt: skip
    for stroke in strokes:
        line = _curve([(a + tremor.uniform(-5, 5), b + tremor.uniform(-5, 5)) for a, b in stroke])
        for place, (here, there) in enumerate(pairwise(line)):
            width = round(6 + 4 * abs((place % 42) / 21 - 1))
            canvas.line((*here, *there), fill=_BLUE, width=width)
            canvas.ellipse(
                (there[0] - width / 2, there[1] - width / 2, there[0] + width / 2, there[1] + width / 2),
                _BLUE,
            )
    file = io.BytesIO()
    ink = ImageOps.expand(picture.crop(picture.getbbox()), border=16, fill=(255, 255, 255, 0))
    ink.resize((ink.width // 2, ink.height // 2), Image.Resampling.LANCZOS).save(file, "PNG", optimize=True)
    return file.getvalue()
