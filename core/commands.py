"""Commands about the installation itself."""

from pathlib import Path

import click
from flask.cli import AppGroup

from core import api, clock, db, generated_docs, jobs
from core.caller import Caller

group = AppGroup("docs", help="Trang tài liệu sinh từ mã nguồn.")
jobs_group = AppGroup("jobs", help="Việc nền.")


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


@jobs_group.command("list")
def list_jobs() -> None:
    """Print every job that is not done: its id, kind, state, attempts and last error."""
    with db.reading() as session:
        for job in jobs.not_done(session):
            error = f"  {job.last_error}" if job.last_error else ""
            click.echo(f"{job.id}  {job.kind}  {job.state}  lần thử {job.attempts}{error}")


@jobs_group.command("retry")
@click.argument("job_id")
def retry_job(job_id: str) -> None:
    """Let the workers try a dead job again."""
    with db.writing() as session:
        if not jobs.revive(session, job_id, by=Caller.system("flask jobs"), at=clock.now()):
            raise click.ClickException("Không có việc nền nào đã dừng hẳn mang mã này. Xem: flask jobs list")
    click.echo("Đã xếp lại vào hàng chờ.")
