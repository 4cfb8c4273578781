"""The pages on which published checklists are listed and read, as they stood for a period if one is named."""

from datetime import date

from flask import Blueprint, request
from sqlalchemy.orm import Session

from checklists import definition as d
from checklists import points, queries, references, words
from checklists.definition import Definition
from checklists.errors import PeriodMisread
from checklists.references import Cited
from core import page, problems
from core.access import SIGNED_IN
from core.caller import Caller
from registry import queries as registry_queries
from registry.in_force import Period

bp = Blueprint("checklists_pages", __name__, url_prefix="/checklists")
blueprints = [bp]

Answer = str | tuple[str, int]


@bp.get("/")
@page.page(SIGNED_IN)
def index(*, session: Session, caller: Caller) -> Answer:  # noqa: ARG001 (every view is told)
    """Every published version with its status."""
    return page.render(
        "checklists/index.html", versions=queries.versions(session), statuses=d.STATUSES, draft=d.DRAFT
    )


@bp.get("/<reference>")
@page.page(SIGNED_IN)
def show(reference: str, *, session: Session, caller: Caller) -> Answer:  # noqa: ARG001 (every view is told)
    """One version, item by item; with a period in the address, each item cites what was in force in it."""
    published = queries.version(session, reference)
    definition = d.decoded(published.content)
    try:
        period = _period()
    except PeriodMisread as refusal:
        return _page(published.sha256, definition, {}, problem=refusal.detail), problems.status_of(refusal)
    cited: dict[str, Cited] = {}
    if period is not None:
        instruments = registry_queries.instruments_by_code(session)
        cited = {item.code: references.cited_in(item, instruments, period) for item in d.items(definition)}
    return _page(published.sha256, definition, cited)


def _page(sha256: str, definition: Definition, cited: dict[str, Cited], *, problem: str = "") -> str:
    return page.render(
        "checklists/show.html", checklist=definition, sha256=sha256, statuses=d.STATUSES, draft=d.DRAFT,
        cited=cited, problem=problem, words=words, asked=request.args, spelled_out=points.spelled_out,
        responses={kind.code: kind.label_vi for kind in definition.response_types},
        sources={source.code: source.label_vi for source in definition.evidence_source_types},
        unit_types={unit_type.code: unit_type.label_vi for unit_type in definition.unit_types},
        item_count=len(list(d.items(definition))),
    )  # fmt: skip


def _period() -> Period | None:
    first, last = request.args.get("from", ""), request.args.get("to", "")
    if not first and not last:
        return None
    try:
        period = Period(date.fromisoformat(first), date.fromisoformat(last))
    except ValueError:
        raise PeriodMisread("Nhập cả ngày đầu và ngày cuối của thời kỳ kiểm tra.") from None
    if period.first > period.last:
        raise PeriodMisread("Ngày đầu của thời kỳ kiểm tra phải trước ngày cuối.")
    return period
