"""What has to be there before the first request: schema, law, checklists, and in demo mode the demonstration.

Every step may be repeated and then changes nothing; what it did is said in a line. It starts no server.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import flask_migrate
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import accounts.actions
import checklists.actions
import checklists.queries
import checklists.shipped
import demo.seeding
import registry.actions
import sync.reassessment_jobs
from accounts import demo_people
from core import clock, db, epoch, server_key
from core.caller import Caller
from core.settings import Settings
from registry import shipped

MIGRATIONS = Path(__file__).resolve().parent / "migrations"
_BY = Caller.system("first start")


def prepare(settings: Settings) -> Iterator[str]:
    """The database is ready to serve; each line says, in Vietnamese, what had to be done for that."""
    yield from migrate()
    server_key.current()
    yield from _load_what_is_shipped()
    yield from _load_demonstration(settings) if settings.demo else _open_first_run(settings)


def migrate() -> Iterator[str]:
    """The schema is the newest; a database that has it already is left alone."""
    newest = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    with db.db.engine.connect() as connection:
        present = MigrationContext.configure(connection).get_current_revision()
    if present == newest:
        return
    flask_migrate.upgrade(directory=str(MIGRATIONS))
    yield f"Cơ sở dữ liệu: đã đưa lược đồ lên phiên bản {newest}"


def _load_what_is_shipped() -> Iterator[str]:
    at = clock.now()
    with db.writing() as session:
        if session.scalar(select(func.count()).select_from(epoch.Epoch)) == 0:
            epoch.begin(session, at=at)
        texts = registry.actions.add_missing_legal_texts(session, shipped.LEGAL_TEXTS, by=_BY, at=at)
        registry.actions.add_missing_obligations(session, shipped.OBLIGATIONS, by=_BY, at=at)
        published = _publish_shipped(session, at=at)
        sync.reassessment_jobs.enqueue(session, at=at)
    if texts.changed:
        yield f"Văn bản pháp luật và tiêu chuẩn: {texts.changed} mục mới"
    if published:
        yield f"Danh mục kiểm tra: đã công bố {', '.join(published)}"


def _publish_shipped(session: Session, *, at: datetime) -> list[str]:
    known = {version.sha256 for version in checklists.queries.versions(session)}
    for path in checklists.shipped.files():
        checklists.actions.publish_file(session, path.read_bytes(), file=path.name, by=_BY, at=at)
    published = checklists.queries.versions(session)
    return [version.reference for version in published if version.sha256 not in known]


def _load_demonstration(settings: Settings) -> Iterator[str]:
    at = clock.now()
    with db.writing() as session:
        units = registry.actions.load_units(session, shipped.DEMO_UNITS, by=_BY, at=at)
        demo.seeding.name_agency(session, by=_BY, at=at)
        made = accounts.actions.create_demo_people(session, by=_BY, at=at)
        session.flush()  # so that plan and visit find their people and units
        demo.seeding.record_certificates(session, by=_BY, at=at)
        is_planned = demo.seeding.plan_the_year(session, at=at)
        demo.seeding.plan_a_visit(session, at=at)
    if units.changed:
        yield f"Dữ liệu trình diễn: {units.changed} đơn vị của tỉnh Trà Vinh"
    if is_planned:
        yield "Dữ liệu trình diễn: kế hoạch kiểm tra năm 2023 (mô phỏng)"
    if made:
        path = demo_people.write_down(made, settings.data)
        yield f"Tài khoản trình diễn (ghi lại trong {path}):"
        yield from (f"  {line}" for line in demo_people.table(made).splitlines())


def _open_first_run(settings: Settings) -> Iterator[str]:
    with db.writing() as session:
        code = accounts.actions.open_first_run(session, by=_BY, at=clock.now())
    if code is not None:
        yield f"Chưa có ai trong hệ thống. Mở {settings.base_url}/first-run và nhập mã {code}"
