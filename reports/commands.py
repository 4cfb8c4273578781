"""`flask reports …`: what is asked about documents at the server's own keyboard."""

from pathlib import Path

import click
from flask.cli import AppGroup

from core import wording
from reports import codes, verify
from reports.verdicts import Verdict

group = AppGroup("reports", help="Biên bản đã phát hành.")


@group.command("verify")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def verify_file(path: Path) -> None:
    """Say whether PATH is a document that was issued here; exit code 0 only if it is authentic."""
    if path.stat().st_size > verify.LARGEST_BYTES:
        raise click.ClickException(f"Tệp lớn hơn {verify.LARGEST_BYTES // 1024 // 1024} MB.")
    verdict = verify.verdict_on(path.read_bytes())
    _print(verdict)
    if not verdict.is_authentic:
        raise SystemExit(1)


def _print(verdict: Verdict) -> None:
    click.echo(f"{verdict.headline} [{verdict.outcome}]")
    for reason in verdict.reasons:
        click.echo(f"  - {reason}")
    known = verdict.known
    if known is not None:
        click.echo(f"  Văn bản: số {known.number} ngày {wording.day(known.dated_on)}, {known.unit}")
        click.echo(f"  Ký số: {known.holder}, {wording.moment(known.sealed_at)}")
        click.echo(f"  Mã xác minh: {codes.grouped(known.code)}")
        click.echo(f"  SHA-256 trong sổ đăng ký: {known.sha256}")
