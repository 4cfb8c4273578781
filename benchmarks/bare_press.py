"""WeasyPrint alone: reads an order like the printing child's, prints it, and does nothing else.

Its pictures are already scaled and stand among the assets; nothing is attached, and nothing is confined.
"""

import sys

import msgspec
import weasyprint

from reports.orders import PrintOrder
from reports.press import Shelf


def printed(order: PrintOrder) -> bytes:
    """The order's markup as a PDF."""
    shelf = Shelf(order.assets)
    page = weasyprint.HTML(string=order.html, url_fetcher=shelf, base_url="asset:")
    style = weasyprint.CSS(string=order.css, url_fetcher=shelf)
    pdf: bytes = page.write_pdf(stylesheets=[style], pdf_variant=order.variant or None)
    return pdf


if __name__ == "__main__":
    sys.stdout.buffer.write(printed(msgspec.msgpack.decode(sys.stdin.buffer.read(), type=PrintOrder)))
