"""The API document is valid and says all of what the routes do; what it says of refusals is really so."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import OpenAPIV31SpecValidator

from core import api, api_document
from core.framing import MAX_BODY_BYTES
from sync import openapi
from tests.api_world import DEVICE, STRANGER, World, make_world

Operation = dict[str, Any]
PROBLEM_MEMBERS = {"type", "title", "status", "code"}


@pytest.fixture
def engine_name() -> str:
    """What is documented does not depend on the database."""
    return "sqlite"


@pytest.fixture
def document(app: Flask) -> dict[str, Any]:
    """The document as the application serves it."""
    answer = app.test_client().get("/api/v1/openapi.json")
    assert answer.mimetype == "application/json"
    return json.loads(answer.data)


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, Operation]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method != "parameters":
                yield f"{method.upper()} {path}", operation


def _schemes(operation: Operation) -> set[str]:
    return {name for proofs in operation["security"] for name in proofs}


def test_the_document_is_valid(document: dict[str, Any]):
    assert document["openapi"].startswith("3.1")
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_every_route_for_programs_is_described_and_nothing_else_is(app: Flask, document: dict[str, Any]):
    served = {f"{route.method.upper()} {route.path}" for route in api_document.routes(app)}
    assert {label for label, _ in _operations(document)} == served


def test_every_operation_says_what_it_does_and_what_it_answers(document: dict[str, Any]):
    for label, operation in _operations(document):
        assert operation["summary"], label
        successes = [status for status in operation["responses"] if status.startswith("2")]
        assert successes, label
        for status in successes:
            assert status == "204" or operation["responses"][status]["content"], (label, status)
        assert "default" not in operation["responses"], f"{label} would allow any answer"


def test_every_argument_in_an_address_is_described(document: dict[str, Any]):
    for path, methods in document["paths"].items():
        named = {part[1:-1] for part in path.split("/") if part.startswith("{")}
        for method, operation in methods.items():
            if method != "parameters":
                given = [*methods.get("parameters", []), *operation.get("parameters", [])]
                assert {one["name"] for one in given if one["in"] == "path"} == named, (method, path)


def test_every_route_described_by_hand_describes_its_body():
    """Elsewhere the body's description is what reads the body, so it cannot be forgotten."""
    for label, operation in _operations({"paths": openapi.paths_and_schemas()["paths"]}):
        assert ("requestBody" in operation) == (not label.startswith(("GET ", "HEAD ", "DELETE "))), label


def test_every_refusal_is_described_as_a_problem(document: dict[str, Any]):
    for label, operation in _operations(document):
        for status, answer in operation["responses"].items():
            if int(status) in range(400, 600):
                shared = answer.get("$ref", "").rpartition("/")[2]
                described = document["components"]["responses"][shared] if shared else answer
                assert list(described["content"]) == [api_document.PROBLEM], (label, status)


def test_the_proof_that_is_documented_is_the_one_that_is_asked_for(app: Flask, document: dict[str, Any]):
    wanted = {"public": set(), "person": {"session"}, "device": {"bearer"}}
    for route in api_document.routes(app):
        operation = document["paths"][route.path][route.method]
        assert route.access is not None
        assert _schemes(operation) - {"csrf"} == wanted[route.access.kind], route
        is_forgeable = route.access.kind == "person" and route.method != "get"
        assert ("csrf" in _schemes(operation)) == is_forgeable, route
    schemes = document["components"]["securitySchemes"]
    assert {name: scheme["type"] for name, scheme in schemes.items()} == {
        "session": "apiKey", "csrf": "apiKey", "bearer": "http",
    }  # fmt: skip


def test_a_catch_all_answer_or_a_route_without_words_would_be_found(app: Flask):
    route = api_document.Route("/api/v1/things/{id}", "get", None)
    document: dict[str, Any] = {"paths": {route.path: {"get": {"responses": {"default": {}, "200": {}}}}}}
    api_document.complete(document, [route, api_document.Route("/api/v1/unknown", "get", None)])
    assert list(document["paths"]) == [route.path]
    assert sorted(document["paths"][route.path]["get"]["responses"]) == ["200", "401", "403", "404", "429"]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """An office with everybody in it."""
    return make_world(tmp_path_factory.mktemp("openapi"))


BAD_BODIES = {
    400: {"data": b'{"half": ', "content_type": "application/json"},
    411: {"data": b"", "content_type": "application/json", "headers": {"Content-Length": ""}},
    413: {"data": b" " * (MAX_BODY_BYTES + 1), "content_type": "application/json"},
    415: {"data": b"a=1", "content_type": "application/x-www-form-urlencoded"},
}


@pytest.mark.parametrize("status", BAD_BODIES)
def test_every_route_with_a_body_refuses_as_documented(world: World, status: int):
    with world.app.app_context():
        document = api.current_document()
    for label, operation in _operations(document):
        if "application/json" not in operation.get("requestBody", {}).get("content", {}):
            continue
        assert str(status) in operation["responses"], label
        answered = _answers(world, label, operation, status)
        assert status in answered, (label, answered)


def _answers(world: World, label: str, operation: Operation, status: int) -> set[int]:
    """What those who could be let in are answered; each refusal is a problem."""
    method, path = label.split(" ")
    for name, real in world.known.items():
        path = path.replace("{" + name + "}", str(real[0]))
    request = {"path": path, "method": method} | BAD_BODIES[status]
    if "session" in _schemes(operation):
        answers = [_sent(world, who, request) for who in world.persons]
    else:
        answers = [_sent(world, DEVICE if "bearer" in _schemes(operation) else STRANGER, request)]
    for answer in answers:
        assert answer.mimetype == api_document.PROBLEM
        assert set(answer.json) >= PROBLEM_MEMBERS
    return {answer.status_code for answer in answers}


def _sent(world: World, who: str, request: dict[str, Any]):
    client: FlaskClient = world.app.test_client()
    proof = world.credentials(who)
    for name, value in proof["cookies"].items():
        client.set_cookie(name, value)
    return client.open(**(request | {"headers": proof["headers"] | request.get("headers", {})}))
