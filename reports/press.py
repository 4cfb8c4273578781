"""The printing child: markup in, PDF out. Run as `python -m reports.press`, never imported by the program.

It fetches nothing: an address that is not in the order's own list of assets is refused, and the confinement
would stop it anyway. Pictures are decoded here, where a bomb can only hurt the child.
"""

import io
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import weasyprint
from PIL import Image
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from core import confinement, pictures
from core.pictures import DrawOrder, Undrawable
from reports.orders import Enclosure, Picture, Place, Printed, PrintOrder

_SCHEME = "asset:"
_POINTS_PER_PX = 0.75
_TYPES = {".ttf": "font/ttf", ".jpg": "image/jpeg", ".png": "image/png", ".svg": "image/svg+xml"}


class Shelf(URLFetcher):  # type: ignore[misc] # WeasyPrint ships no types
    """The only source of anything: what the order brought along."""

    def __init__(self, assets: Mapping[str, bytes]) -> None:
        super().__init__(allowed_protocols=["asset"], allow_redirects=False)
        self.assets = assets

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:  # noqa: ARG002 (WeasyPrint's signature)
        """The asset of that name.

        Raises:
            ValueError: the address is another's, or there is no such asset; the renderer leaves a blank.
        """
        name = url.removeprefix(_SCHEME)
        if not url.startswith(_SCHEME) or name not in self.assets:
            raise ValueError(f"not on the shelf: {url[:200]}")
        kind = _TYPES.get(Path(name).suffix, "application/octet-stream")
        return URLFetcherResponse(url, body=self.assets[name], headers={"Content-Type": kind})


def _copy(picture: Picture) -> bytes:
    """The picture at the size it is printed in: upright, without metadata; JPEG, or PNG for a drawing."""
    original = Path(picture.path).read_bytes()
    box = (picture.width_px, picture.height_px)
    return pictures.drawn(DrawOrder(original, box, picture.is_drawing)).content


def _blank(picture: Picture) -> bytes:
    frame = Image.new("RGB", (picture.width_px, picture.height_px), (236, 236, 236))
    target = io.BytesIO()
    frame.save(target, "PNG")
    return target.getvalue()


def _developed(wanted: tuple[Picture, ...]) -> tuple[dict[str, bytes], list[str]]:
    assets: dict[str, bytes] = {}
    unreadable: list[str] = []
    for picture in wanted:
        try:
            assets[picture.name] = _copy(picture)
        except (OSError, Undrawable):  # the minutes are printed all the same
            assets[picture.name] = _blank(picture)
            unreadable.append(picture.name)
    return assets, unreadable


def _attachment(enclosure: Enclosure, shelf: Shelf) -> Any:
    at = datetime.fromisoformat(enclosure.at)
    return weasyprint.Attachment(
        string=enclosure.content, name=enclosure.name, description=enclosure.description,
        relationship=enclosure.relationship, created=at, modified=at, url_fetcher=shelf,
    )  # fmt: skip


def _places(document: Any) -> dict[str, Place]:
    places = {}
    for number, page in enumerate(document.pages):
        for name, (left, top, right, bottom) in page.anchors.items():
            box = (left, page.height - bottom, right, page.height - top)
            x1, y1, x2, y2 = (round(value * _POINTS_PER_PX, 2) for value in box)
            places[name] = Place(number, (x1, y1, x2, y2))
    return places


def printed(order: PrintOrder) -> Printed:
    """The order as a PDF; the same order gives the same bytes."""
    copies, unreadable = _developed(order.pictures)
    shelf = Shelf({**order.assets, **copies})
    fonts = FontConfiguration()
    style = weasyprint.CSS(string=order.css, url_fetcher=shelf, font_config=fonts)
    page = weasyprint.HTML(string=order.html, url_fetcher=shelf, base_url=_SCHEME)
    document = page.render(stylesheets=[style], font_config=fonts)
    pdf = document.write_pdf(
        pdf_variant=order.variant or None,
        attachments=[_attachment(enclosure, shelf) for enclosure in order.enclosures],
    )
    return Printed(pdf, len(document.pages), _places(document), tuple(unreadable))


def main() -> None:
    """Read one order, answer it, end."""
    confinement.enter(cpu_s=int(sys.argv[1]), memory_bytes=int(sys.argv[2]))
    order = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=PrintOrder)
    sys.stdout.buffer.write(msgspec.msgpack.encode(printed(order)))


if __name__ == "__main__":
    main()
