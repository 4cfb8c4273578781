"""The page of legal texts, and the form on which an administrator names the inspecting agency."""

from flask import Blueprint, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from accounts.roles import Role
from core import clock, page, problems
from core.access import SIGNED_IN, roles
from core.caller import Caller
from registry import actions, errors, queries, unit_pages, words
from registry.in_force import KINDS

bp = Blueprint("registry", __name__)
blueprints = [bp, unit_pages.bp]

ADMINISTRATORS = roles(Role.ADMINISTRATOR)
EMPTY = actions.AgencyNames("", "", "", "", "")

Answer = str | Response | tuple[str, int]


@bp.get("/legal-texts/")
@page.page(SIGNED_IN)
def legal_texts(*, session: Session, caller: Caller) -> Answer:  # noqa: ARG001 (every view is told)
    """Legal texts and standards with the days between which they are in force."""
    return page.render(
        "registry/legal_texts.html", instruments=queries.legal_instruments(session),
        standards=queries.standards(session), kinds=KINDS, words=words,
    )  # fmt: skip


@bp.get("/first-run/agency")
@page.page(ADMINISTRATORS)
def first_names(*, session: Session, caller: Caller) -> Answer:  # noqa: ARG001 (every view is told)
    """The second step of the first run: how the agency is called."""
    return _form(_names(session), is_first_run=True)


@bp.post("/first-run/agency")
@page.page(ADMINISTRATORS)
def take_first_names(*, session: Session, caller: Caller) -> Answer:
    """The agency is named and the installation ready, or the form says what is wrong."""
    return _take(session, caller, is_first_run=True)


@bp.get("/agency")
@page.page(ADMINISTRATORS)
def agency(*, session: Session, caller: Caller) -> Answer:  # noqa: ARG001 (every view is told)
    """The same names, to be changed later."""
    return _form(_names(session), is_first_run=False)


@bp.post("/agency")
@page.page(ADMINISTRATORS)
def change_agency(*, session: Session, caller: Caller) -> Answer:
    """The new names hold for documents made from now on, or the form says what is wrong."""
    return _take(session, caller, is_first_run=False)


def _names(session: Session) -> actions.AgencyNames:
    known = queries.agency(session)
    if known is None:
        return EMPTY
    return actions.AgencyNames(
        known.parent_name, known.name, known.place, known.province_name, known.record_symbol
    )


def _take(session: Session, caller: Caller, *, is_first_run: bool) -> Answer:
    form = request.form
    given = actions.AgencyNames(
        form.get("parent_name", ""), form.get("name", ""), form.get("place", ""),
        form.get("province_name", ""), form.get("record_symbol", ""),
    )  # fmt: skip
    try:
        actions.describe_agency(session, given, by=caller, at=clock.now())
    except errors.AgencyNamesRefused as refusal:
        html = _form(given, is_first_run=is_first_run, problems_found=refusal.fields)
        return html, problems.status_of(refusal)
    return redirect("/" if is_first_run else url_for("registry.agency", done=1), code=303)


def _form(
    names: actions.AgencyNames, *, is_first_run: bool, problems_found: dict[str, list[str]] | None = None
) -> str:
    return page.render(
        "registry/agency.html", names=names, is_first_run=is_first_run, problems=problems_found or {},
        done=request.args.get("done") == "1",
    )  # fmt: skip
