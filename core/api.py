"""The JSON API's frame: flask-smorest with RFC 9457 answers and one OpenAPI 3.1 document.

The sync protocol decodes with msgspec and describes itself; its paths are merged into the same document.
"""

import copy
import secrets
import threading
from collections.abc import Callable
from typing import Any

from flask import Blueprint as FlaskBlueprint
from flask import Flask, Request, Response, current_app, g, jsonify, render_template
from flask_smorest import Api, Blueprint
from marshmallow import INCLUDE, RAISE, Schema, fields
from webargs.core import missing
from webargs.flaskparser import FlaskParser

from core import api_document, framing
from core.access import PUBLIC
from core.page import page

DOCUMENTED = "thucdia.documented"
OWN_PATH = "/api/v1/openapi.json"
_OWN_DESCRIPTION: dict[str, Any] = {
    "summary": "This document.",
    "responses": {
        "200": {
            "description": "OpenAPI 3.1.",
            "content": {"application/json": {"schema": {"type": "object"}}},
        }
    },
}


class In(Schema):
    """What a caller may send: explicit fields, and nothing unknown."""

    class Meta:
        """Unknown fields are refused, not ignored."""

        unknown = RAISE


class Out(Schema):
    """What a caller is told."""


class ProblemOut(Out):
    """An RFC 9457 problem; which further members it has depends on `code`."""

    class Meta:
        """Further members are machine-readable facts."""

        unknown = INCLUDE

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True)
    detail = fields.String()


class ProblemApi(Api):  # type: ignore[misc] # flask-smorest ships no types
    """flask-smorest whose documented and actual refusals are `application/problem+json`.

    Its routes are described when somebody first asks: that is half of an application's start, and few ask.
    """

    ERROR_SCHEMA = ProblemOut

    def __init__(self, app: Flask) -> None:
        self._undescribed: list[Blueprint] = []
        self._describing = threading.Lock()
        super().__init__(app)

    def register_blueprint(self, blp: Blueprint) -> None:
        """The blueprint is served, and will be described."""
        self._app.extensions["flask-smorest"]["blp_name_to_api"][blp.name] = self
        self._app.register_blueprint(blp)
        self._undescribed.append(blp)

    def described(self) -> dict[str, Any]:
        """The document of all blueprints, as plain data."""
        with self._describing:
            while self._undescribed:
                blp = self._undescribed.pop(0)
                blp.register_views_in_doc(self, self._app, self.spec, name=blp.name, parameters=None)
                self.spec.tag({"name": blp.name, "description": blp.description})
            document: dict[str, Any] = self.spec.to_dict()
            return document

    def _register_error_handlers(self) -> None:
        """`core.problems` answers, for pages and programs alike."""

    def _register_responses(self) -> None:
        super()._register_responses()
        for response in self.spec.components.responses_lazy.values():
            content = response.get("content", {})
            if "application/json" in content:
                content["application/problem+json"] = content.pop("application/json")


class StrictParser(FlaskParser):
    """webargs reading JSON as strictly as everything else: its own reader takes NaN and repeated names."""

    def _raw_load_json(self, req: Request) -> Any:
        raw = framing.json_body(req) if req.is_json or req.content_length else b""
        return framing.storable(raw) if raw else missing


class StrictBlueprint(Blueprint):  # type: ignore[misc] # flask-smorest ships no types
    """A blueprint whose arguments come from strict JSON."""

    ARGUMENTS_PARSER = StrictParser()


def blueprint(name: str, import_name: str, *, url_prefix: str, description: str) -> Blueprint:
    """A blueprint whose routes appear in the API document."""
    return StrictBlueprint(name, import_name, url_prefix=url_prefix, description=description)


Describe = Callable[[], dict[str, Any]]


def register(app: Flask, blueprints: list[Blueprint], *, described_elsewhere: list[Describe]) -> None:
    """The blueprints are served, and the document and its page are at `/api/v1/openapi.json` and `/api/docs`.

    Args:
        described_elsewhere: functions that give `{"paths": …, "schemas": …, "securitySchemes": …}` (any of
            them) of what smorest does not see.
    """
    framing.register(app)
    app.config |= {
        "API_TITLE": "Thực Địa",
        "API_VERSION": "v1",
        "OPENAPI_VERSION": "3.1.0",
        "OPENAPI_URL_PREFIX": None,
        "ETAG_DISABLED_METHODS": [],
    }
    api = ProblemApi(app)
    for one in blueprints:
        api.register_blueprint(one)
    app.extensions[DOCUMENTED] = (api, described_elsewhere)
    app.register_blueprint(_documentation)


def current_document() -> dict[str, Any]:
    """The running application's OpenAPI 3.1 document as plain data."""
    api, described_elsewhere = current_app.extensions[DOCUMENTED]
    result: dict[str, Any] = api.described()
    for describe in described_elsewhere:
        part = describe()
        result.setdefault("paths", {}).update(part.get("paths", {}))
        for kind in ("schemas", "securitySchemes"):
            result.setdefault("components", {}).setdefault(kind, {}).update(part.get(kind, {}))
    result.setdefault("paths", {})[OWN_PATH] = {"get": copy.deepcopy(_OWN_DESCRIPTION)}
    api_document.complete(result, api_document.routes(current_app))
    return result


_documentation = FlaskBlueprint("documentation", __name__)


@_documentation.get(OWN_PATH)
@page(PUBLIC)
def openapi(**_edge: object) -> Response:
    """The OpenAPI document."""
    return jsonify(current_document())


@_documentation.get("/api/docs")
@page(PUBLIC)
def docs(**_edge: object) -> str:
    """The documentation page, from assets that this server holds itself."""
    g.csp_nonce = g.get("csp_nonce") or secrets.token_urlsafe(16)
    return render_template("web/api_docs.html", nonce=g.csp_nonce)
