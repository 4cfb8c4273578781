"""`flask registry …`: legal texts and units from files, at the server's own keyboard."""

from pathlib import Path

import click
from flask.cli import AppGroup

from core import clock, db, errors
from core.caller import Caller
from registry import actions, shipped

group = AppGroup("registry", help="Đơn vị, căn cứ pháp lý và tiêu chuẩn.")
_KEYBOARD = Caller.system("flask registry")
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@group.command("load")
@click.argument("file", type=_FILE, default=shipped.LEGAL_TEXTS)
def load(file: Path) -> None:
    """Take legal texts and standards from FILE, by default those that come with the program."""
    try:
        with db.writing() as session:
            loaded = actions.load_legal_texts(session, file, by=_KEYBOARD, at=clock.now())
    except errors.Refusal as refusal:
        raise click.ClickException(refusal.detail) from None
    click.echo(f"Căn cứ pháp lý, tiêu chuẩn: {loaded.changed} dòng mới, {loaded.unchanged} dòng giữ nguyên.")


@group.command("load-units")
@click.argument("file", type=_FILE)
def load_units(file: Path) -> None:
    """Take units from FILE; nothing is removed."""
    try:
        with db.writing() as session:
            loaded = actions.load_units(session, file, by=_KEYBOARD, at=clock.now())
    except errors.Refusal as refusal:
        raise click.ClickException(refusal.detail) from None
    click.echo(f"Đơn vị: {loaded.changed} dòng mới, {loaded.unchanged} dòng giữ nguyên.")


@group.command("load-obligations")
@click.argument("file", type=_FILE, default=shipped.OBLIGATIONS)
def load_obligations(file: Path) -> None:
    """Take rules on whole types of units from FILE; those that are there already stay."""
    try:
        with db.writing() as session:
            loaded = actions.add_missing_obligations(session, file, by=_KEYBOARD, at=clock.now())
    except errors.Refusal as refusal:
        raise click.ClickException(refusal.detail) from None
    click.echo(f"Nghĩa vụ theo loại đơn vị: {loaded.changed} dòng mới, {loaded.unchanged} dòng giữ nguyên.")
