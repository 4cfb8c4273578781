"""`flask backup …`: make a backup and put one back, at the server's own keyboard."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import flask_migrate
from flask import current_app
from flask.cli import AppGroup

from core import clock, db, errors
from core.backup import making, places, restoring, unfinished
from core.backup.archive import Manifest, Opening

group = AppGroup("backup", help="Sao lưu và khôi phục.")
_WORD = "THAY DU LIEU"


@group.command("create")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def create(file: Path) -> None:
    """Write a backup of database, files and the server's key into FILE, while the server goes on."""
    try:
        manifest = making.make(file.absolute(), at=clock.now())
    except errors.Refusal as refusal:
        raise click.ClickException(_sentence(refusal)) from None
    count = sum(part.name.startswith("blobs/") for part in manifest.parts)
    click.echo(f"Đã sao lưu vào {file}: {sum(manifest.rows.values())} dòng, {count} tệp.")
    click.echo(
        "Bản sao lưu chứa dữ liệu cá nhân và khóa của máy chủ: mã hóa trước khi mang đi nơi khác. "
        "Khóa ký số của cơ quan không nằm trong đó.",
        err=True,
    )
    if manifest.missing:
        shown = ", ".join(manifest.missing[:5])
        raise click.ClickException(
            f"Có {len(manifest.missing)} tệp được ghi sổ nhưng không còn nguyên trên đĩa nên không sao lưu "
            f"được: {shown}"
        )


@group.command("restore")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--replace", is_flag=True, help="Thay dữ liệu đang có; dữ liệu cũ được giữ riêng.")
@click.option("--confirm", default="", help=f"Gõ «{_WORD}» để khỏi hỏi lại khi dùng --replace.")
def restore(file: Path, *, replace: bool, confirm: str) -> None:
    """Put the backup in FILE back into an empty place, begin a new epoch, and check everything."""
    try:
        opening, manifest = restoring.check_fits(file, replaces=replace)
        if replace and not places.current().is_empty():
            _confirm(opening, confirm)
        _put_back(file, opening, manifest)
    except errors.Refusal as refusal:
        raise click.ClickException(_sentence(refusal)) from None


def _confirm(opening: Opening, typed: str) -> None:
    if typed != _WORD:
        click.echo(f"Dữ liệu đang có sẽ bị thay bằng bản sao lưu lúc {opening.made_at}.")
        typed = click.prompt(f"Gõ «{_WORD}» để tiếp tục")
    if typed != _WORD:
        raise click.ClickException("Chưa thay gì.")


def _put_back(file: Path, opening: Opening, manifest: Manifest) -> None:
    place, stamp = places.current(), clock.now().strftime("%Y%m%dt%H%M%S%fz")
    aside = restoring.aside_folder(stamp)
    has_old = not place.is_empty()
    db.db.engine.dispose()  # so that the only connection is the one that is asked for
    with restoring.staged(file, opening, manifest) as ready:
        with _marked(file, replaces=has_old):
            _take_the_place(ready, stamp, has_old=has_old, aside=aside)
        # A server that went on with these data and a key that no tablet knows is kept away by the mark.
        restoring.put_keys_in_place(ready.keys, aside=aside)
    found = _set_going(opening, manifest)
    unfinished.end()
    if has_old:
        click.echo(f"Dữ liệu cũ được giữ riêng, nhãn {stamp} ({aside} hoặc schema replaced_{stamp}).")
    _report(opening, manifest, found)


@contextmanager
def _marked(file: Path, *, replaces: bool) -> Iterator[None]:
    """The restore is marked as under way; a refusal inside has changed nothing and takes its mark back."""
    earlier = unfinished.mark()
    unfinished.begin(file, replaces=replaces if earlier is None else earlier.replaces)
    try:
        yield
    except errors.Refusal:
        if earlier is None:
            unfinished.end()
        raise


def _take_the_place(ready: restoring.Staged, stamp: str, *, has_old: bool, aside: Path) -> None:
    place = places.current()
    makes_room = has_old and place.MAKES_ROOM
    if makes_room:
        with db.writing() as session:
            place.make_room(session, stamp)
    try:
        place.put_in_place(ready.database, aside=aside)
    except errors.Refusal:
        if makes_room:
            with db.writing() as session:
                place.give_room_back(session, stamp)
        raise


def _set_going(opening: Opening, manifest: Manifest) -> list[str]:
    """The data are of this version, in an epoch of their own; what does not hold in them."""
    with db.reading() as session:
        found = list(restoring.lost_rows(session, manifest))
    flask_migrate.upgrade(directory=str(current_app.extensions["migrate"].directory))
    with db.writing() as session:
        begun = restoring.begin_anew(session, opening, at=clock.now())
    click.echo(f"Đã khôi phục bản sao lưu lúc {opening.made_at}. Đời dữ liệu mới: {begun}.")
    with db.reading() as session:
        return [*found, *restoring.faults(session)]


def _report(opening: Opening, manifest: Manifest, found: list[str]) -> None:
    for line in found:
        click.echo(line, err=True)
    if manifest.missing:
        click.echo(
            f"{len(manifest.missing)} tệp đã thiếu từ lúc sao lưu; máy tính bảng có thể gửi lại.", err=True
        )
    if found:
        raise click.ClickException(f"Đã khôi phục nhưng có {len(found)} điểm không khớp, xem ở trên.")
    click.echo("Đã kiểm tra: mọi bảng, tệp và chuỗi thao tác đều khớp.")
    click.echo(
        f"Mọi người đăng nhập lại; máy tính bảng tự gửi lại phần đã ghi sau {opening.made_at}. Việc làm trên "
        "máy chủ sau lúc đó (người dùng, quyết định, duyệt, trả lại, thu hồi máy) phải làm lại; "
        "điều máy tính bảng còn nhớ: flask sync lost."
    )


def _sentence(refusal: errors.Refusal) -> str:
    return f"{refusal.title}. {refusal.detail}" if refusal.detail else refusal.title
