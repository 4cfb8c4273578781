"""Draws the tablet app's icons anew from `tablet/public/icon.svg`: .venv/bin/python scripts/draw_icons.py

Android and iOS want pictures of fixed sizes; where the system cuts the shape itself, the ground fills it.
"""

import base64
import io
import shutil
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

PUBLIC = Path(__file__).resolve().parents[1] / "tablet" / "public"
GROUND = "#9b1c1f"
COLOURS = 64
# Name, edge in pixels, whether the ground fills the square.
ICONS = (
    ("icon-192", 192, False), ("icon-512", 512, False), ("icon-maskable-512", 512, True),
    ("apple-touch-icon", 180, True),
)  # fmt: skip


def drawn(page: Page, edge: int, *, fills: bool) -> Image.Image:
    """The icon at this size; a mark that may be cut lies within four fifths of the square."""
    picture = base64.b64encode((PUBLIC / "icon.svg").read_bytes()).decode()
    ground, width = (GROUND, edge * 9 // 10) if fills else ("transparent", edge)
    page.set_viewport_size({"width": edge, "height": edge})
    page.set_content(
        f"<body style='margin:0;height:100vh;display:grid;place-items:center;background:{ground}'>"
        f"<img width={width} height={width} src='data:image/svg+xml;base64,{picture}'>"
    )
    return Image.open(io.BytesIO(page.screenshot(omit_background=True)))


def main() -> None:
    """The files beside the SVG are those that it draws."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page()
        for name, edge, fills in ICONS:
            picture = drawn(page, edge, fills=fills)
            small = picture.convert("RGB" if fills else "RGBA").quantize(COLOURS, Image.Quantize.FASTOCTREE)
            small.save(PUBLIC / f"{name}.png", optimize=True)
        browser.close()


if __name__ == "__main__":
    main()
