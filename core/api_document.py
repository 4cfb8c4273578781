"""What the edges do to every route, written into the API document once instead of at forty views.

Who may call, which refusals the edge itself can answer with, and how a refusal looks follow from the route's
Access, method and body. It invents no route and no success: a route that nobody described stays out, and a
test finds it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from flask import Flask

from core import errors, problems
from core.access import Access, is_unsafe

PREFIXES = ("/api/v1/", "/sync/v1/")
PROBLEM = "application/problem+json"

Kind = type[errors.Refusal]

_ARGUMENT = re.compile(r"<(?:[^:<>]+:)?([^<>]+)>")
_FOR_EVERY_ROUTE = (errors.Unauthenticated, errors.Forbidden, errors.SlowDown)
_FOR_BODIES = (errors.Malformed, errors.LengthRequired, errors.TooLarge, errors.UnsupportedMedia)
_WAIT = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}}


@dataclass(frozen=True)
class Route:
    """One method of one address, as OpenAPI writes it."""

    path: str
    method: str
    access: Access | None

    @property
    def has_arguments(self) -> bool:
        """Whether part of the address names a thing that may not exist."""
        return "{" in self.path


def routes(app: Flask) -> Iterator[Route]:
    """Every route for programs that the application serves."""
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith(PREFIXES):
            continue
        access = getattr(app.view_functions[rule.endpoint], "access", None)
        methods = (rule.methods or set()) - {"OPTIONS"}
        for method in sorted(methods - {"HEAD"} if "GET" in methods else methods):
            yield Route(_ARGUMENT.sub(r"{\1}", rule.rule), method.lower(), access)


def complete(document: dict[str, Any], served: Iterable[Route]) -> None:
    """Every operation of the document names its callers and all its refusals, each as a problem.

    Afterwards no operation has a `default` answer: what is not written down is not answered.
    """
    document.setdefault("components", {})["responses"] = {
        kind.__name__: _refusal(kind, str(kind.__doc__)) for kind in problems.KINDS.values()
    }
    for route in served:
        operation = document["paths"].get(route.path, {}).get(route.method)
        if operation is not None:
            _complete(operation, route)


def _refusal(kind: Kind, text: str) -> dict[str, Any]:
    content = {PROBLEM: {"schema": {"$ref": "#/components/schemas/ProblemOut"}}}
    return {"description": text, "content": content} | ({"headers": _WAIT} if kind is errors.SlowDown else {})


def _complete(operation: dict[str, Any], route: Route) -> None:
    operation["security"] = _security(route)
    answers: dict[str, Any] = operation.setdefault("responses", {})
    answers.pop("default", None)
    for kind in _refusals_of_the_edge(operation, route):
        answers.setdefault(str(problems.status_of_kind(kind)), {})
    for status, answer in answers.items():
        if int(status) in problems.KINDS:
            answers[status] = _described(problems.KINDS[int(status)], answer)


def _refusals_of_the_edge(operation: dict[str, Any], route: Route) -> Iterator[Kind]:
    yield from _FOR_EVERY_ROUTE
    if route.has_arguments:
        yield errors.NotFound
    if any(one["in"] == "query" for one in operation.get("parameters", [])):
        yield errors.Malformed
    if "requestBody" in operation:
        yield from _FOR_BODIES


def _described(kind: Kind, answer: dict[str, Any]) -> dict[str, Any]:
    """The refusal in its author's words, or in the kind's own if there was nothing particular to say."""
    if "description" not in answer:
        return {"$ref": f"#/components/responses/{kind.__name__}"}
    return _refusal(kind, answer["description"])


def _security(route: Route) -> list[dict[str, list[str]]]:
    if route.access is None or route.access.kind == "public":
        return []
    if route.access.kind == "device":
        return [{"bearer": []}]
    forgery: dict[str, list[str]] = {"csrf": []} if is_unsafe(route.method.upper()) else {}
    return [{"session": []} | forgery]
