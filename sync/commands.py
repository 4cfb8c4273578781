"""`flask sync …`: verifying everything that was ever recorded, and exporting one inspection."""

from collections.abc import Iterable
from pathlib import Path

import click
from flask.cli import AppGroup

from core import clock, db, errors, ids
from core.caller import Caller
from inspections import reassessment
from inspections.models import Inspection
from sync import log_file, verification, verification_export
from sync.verification_walks import Fault

group = AppGroup("sync", help="Nhật ký thao tác: kiểm tra toàn vẹn và xuất.")
_KEYBOARD = Caller.system("flask sync")


@group.command("verify")
@click.argument("path", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def verify(path: Path | None) -> None:
    """Walk every chain, log, signature, receipt and file; or those of an exported log in PATH.

    The exit code is 0 only if nothing is wrong.
    """
    wrong = _wrong_in_file(path) if path else _wrong_here()
    click.echo(f"Có {wrong} chỗ sai." if wrong else "Tất cả còn nguyên vẹn.")
    if wrong:
        raise SystemExit(1)


def _wrong_in_file(path: Path) -> int:
    try:
        return _told(verification_export.faults(path))
    except errors.Refusal as refusal:
        raise click.ClickException(f"{refusal.title}: {refusal.detail}") from None


def _wrong_here() -> int:
    walked = verification.Walked()
    with db.reading() as session:
        verification.hold_still(session)
        wrong = _told(verification.faults(session, walked))
        for name in verification.unnamed_files(session):
            click.echo(f"Thừa, vô hại: tệp {name} không có dòng nào trong cơ sở dữ liệu nhắc đến")
    click.echo(f"Đã kiểm tra: {verification.described(walked.counts)}.")
    return wrong


def _told(faults: Iterable[Fault]) -> int:
    wrong = 0
    for fault in faults:
        wrong += 1
        click.echo(f"SAI  {fault.place}: {fault.text}")
    return wrong


@group.command("reassess")
def reassess() -> None:
    """Look again at operations of types that an earlier version did not know; adopt what counts now."""
    at = clock.now()
    with db.reading() as session:
        names = reassessment.waiting(session)
    taken = 0
    for name in names:
        with db.writing() as session:
            taken += reassessment.reassess(session, name, at=at)
    click.echo(f"Đã xem lại {len(names)} cuộc kiểm tra, nhận thêm {taken} thao tác.")


@group.command("export")
@click.argument("inspection_id")
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
def export(inspection_id: str, path: Path) -> None:
    """Write the log of the inspection to PATH, with all that is needed to verify it elsewhere."""
    if path.exists():
        raise click.ClickException(f"Đã có tệp {path}. Chọn tên khác.")
    at = clock.now()
    with db.reading() as session:
        verification.hold_still(session)
        inspection = session.get(Inspection, inspection_id) if ids.is_id(inspection_id) else None
        if inspection is None:
            raise click.ClickException("Không có cuộc kiểm tra mang mã này.")
        with path.open("xb") as target:
            log_file.write(session, inspection, target, at=at)
    with db.writing() as session:
        log_file.note(session, inspection_id, by=_KEYBOARD, at=at)
    click.echo(f"Đã ghi {path}")
