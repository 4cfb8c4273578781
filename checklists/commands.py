"""`flask checklists …`: publishing checklist files at the server's own keyboard."""

from pathlib import Path

import click
from flask.cli import AppGroup

from checklists import actions, queries, shipped
from checklists.definition import STATUSES
from core import clock, db, errors
from core.caller import Caller

group = AppGroup("checklists", help="Danh mục kiểm tra.")
_KEYBOARD = Caller.system("flask checklists")


@group.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def import_file(file: Path) -> None:
    """Publish the checklist in FILE, or say everything that is wrong with it."""
    _publish(file)


@group.command("publish-shipped")
def publish_shipped() -> None:
    """Publish the checklists that come with the program; what is published already stays as it is."""
    for file in shipped.files():
        _publish(file)


@group.command("list")
def list_versions() -> None:
    """Print every published version."""
    with db.reading() as session:
        for one in queries.versions(session):
            click.echo(
                f"{one.reference:<32}{one.item_count:>4} câu  {one.sha256[:12]}  {STATUSES[one.status]}"
            )


def _publish(file: Path) -> None:
    try:
        with db.writing() as session:
            published = actions.publish_file(
                session, file.read_bytes(), file=file.name, by=_KEYBOARD, at=clock.now()
            )
            told = f"{published.reference}: {published.item_count} câu, SHA-256 {published.sha256}"
    except errors.Refusal as refusal:
        raise click.ClickException(refusal.detail) from None
    click.echo(told)
