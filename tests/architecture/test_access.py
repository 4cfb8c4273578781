"""Every route says who may call it; a route that says nothing is a hole."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.access import Access

SERVED_BY_FLASK = {"static"}
PUBLIC_ROUTES = {
    # pages to get in, and the public verification of documents
    "GET /",
    "GET /first-run",
    "GET /invitations/<token>",
    "GET /sign-in",
    "GET /verify",
    "GET /verify/<typed>",
    "POST /first-run",
    "POST /invitations/<token>",
    "POST /sign-in",
    "POST /verify",
    # programs: health, documentation, published checklists, signing in, enrolment by a one-time code
    "GET /api/docs",
    "GET /api/v1/checklists",
    "GET /api/v1/checklists/<reference>",
    "GET /api/v1/openapi.json",
    "GET /healthz",
    "GET /readyz",
    "GET /sync/v1/info",
    "GET /tablet",
    "GET /tablet/",
    "GET /tablet/<path:name>",
    "POST /api/v1/sessions",
    "POST /sync/v1/devices",
    "POST /sync/v1/token/renewal",
}


def _views(app: Flask) -> dict[str, Access | None]:
    return {
        f"{'|'.join(sorted(rule.methods - {'HEAD', 'OPTIONS'}))} {rule.rule}": getattr(
            app.view_functions[rule.endpoint], "access", None
        )
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in SERVED_BY_FLASK
    }


@pytest.fixture
def engine_name() -> str:
    """Who may call a route does not depend on the database."""
    return "sqlite"


def test_every_route_declares_who_may_call_it(app: Flask):
    assert [route for route, access in _views(app).items() if access is None] == []


def test_the_routes_open_to_everybody_are_these_and_no_others(app: Flask):
    public = {
        route for route, access in _views(app).items() if access is not None and access.kind == "public"
    }
    assert public == PUBLIC_ROUTES


def test_a_stranger_gets_nowhere_without_signing_in(app: Flask, client: FlaskClient):
    """Each other route is really called without credentials, and answers that they are missing."""
    anywhere = "00000000-0000-7000-8000-000000000000"
    let_in = []
    for rule in app.url_map.iter_rules():
        access = getattr(app.view_functions[rule.endpoint], "access", None)
        if rule.endpoint in SERVED_BY_FLASK or access is None or access.kind == "public":
            continue
        path = rule.rule
        for argument in rule.arguments:
            converter = rule._converters[argument]
            value = anywhere if type(converter).__name__ == "UUIDConverter" else "x"
            path = path.replace(next(p for p in path.split("/") if f"{argument}>" in p and "<" in p), value)
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            response = client.open(path, method=method)
            sent_to_sign_in = response.status_code == 302 and response.location.startswith("/?next=")
            if response.status_code != 401 and not sent_to_sign_in:
                let_in.append((method, path, response.status_code))
    assert let_in == []
