"""Commands about the installation itself."""

from pathlib import Path

import click
from flask.cli import AppGroup

from core import api, generated_docs

group = AppGroup("docs", help="Trang tài liệu sinh từ mã nguồn.")


@group.command("write")
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), default=Path("docs"))
def write(folder: Path) -> None:
    """Write docs/settings.md and docs/openapi.json anew."""
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")
        click.echo(f"Đã ghi {folder / name}")


def pages() -> dict[str, str]:
    """The generated pages by file name."""
    return {
        "settings.md": generated_docs.settings_page(),
        "openapi.json": generated_docs.openapi_text(api.current_document()),
    }
