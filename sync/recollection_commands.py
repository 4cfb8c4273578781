"""`flask sync lost`: what was done on the server and has to be looked at again after a restore."""

import click

from core import db, wording
from sync import recollections
from sync.commands import group


@group.command("lost")
def lost() -> None:
    """Print what tablets remember of the server's own work that the restored backup did not hold."""
    with db.reading() as session:
        found = recollections.lost(session)
    for one in found:
        said = f": {one.text}" if one.text else ""
        click.echo(f"{wording.moment(one.said_at)}  {one.unit_name}  {one.deed} ({one.who}){said}")
    if not found:
        click.echo("Chưa máy tính bảng nào kể lại việc gì mà máy chủ không có.")
