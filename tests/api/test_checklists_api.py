"""Published checklists over HTTP: exact bytes, their hash as ETag, and 304 for who has them."""

import hashlib

import pytest
from flask import Flask
from flask.testing import FlaskClient

from checklists import actions
from core import clock, db
from core.caller import Caller
from registry import actions as registry_actions
from registry import shipped
from tests.checklist_files import SMALL

URL = "/api/v1/checklists/MAU@1.2.0"


@pytest.fixture
def sha256(app: Flask) -> str:
    """The hash of the small checklist, which is published."""
    by = Caller.system("test")
    with app.app_context(), db.writing() as session:
        registry_actions.load_legal_texts(session, shipped.LEGAL_TEXTS, by=by, at=clock.now())
        session.flush()
        content = SMALL.encode()
        return actions.publish_file(session, content, file="mau.yaml", by=by, at=clock.now()).sha256


def test_the_body_is_what_was_published_byte_for_byte(client: FlaskClient, sha256: str):
    response = client.get(URL)
    assert (response.status_code, response.mimetype) == (200, "application/json")
    assert hashlib.sha256(response.data).hexdigest() == sha256
    assert response.headers["ETag"] == f'"{sha256}"'
    assert "immutable" in response.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("given", "status"),
    [('"{}"', 304), ('W/"{}"', 304), ('"khac", "{}"', 304), ("*", 304), ('"khac"', 200), ("{}", 304)],
)
def test_who_has_the_bytes_is_told_so(client: FlaskClient, sha256: str, given: str, status: int):
    response = client.get(URL, headers={"If-None-Match": given.format(sha256)})
    assert (response.status_code, bool(response.data)) == (status, status == 200)
    assert response.headers["ETag"] == f'"{sha256}"'


@pytest.mark.parametrize("reference", ["MAU@1.2.1", "mau@1.2.0", "MAU", "%00", "MAU@1.2.0%2F..", "é" * 200])
def test_an_unknown_version_is_a_problem(client: FlaskClient, sha256: str, reference: str):
    response = client.get(f"/api/v1/checklists/{reference}")
    assert (response.status_code, response.mimetype) == (404, "application/problem+json")
    assert response.json["code"] in ("checklist_unknown", "not_found")


def test_the_list_names_hash_status_and_address_of_every_version(client: FlaskClient, sha256: str):
    (listed,) = client.get("/api/v1/checklists").json
    assert listed.pop("published_at").endswith("+00:00")
    assert listed == {
        "reference": "MAU@1.2.0", "code": "MAU", "version": "1.2.0", "title": "Danh mục mẫu",
        "status": "draft_for_department_approval", "standard": "TCVN ISO 9001:2015", "item_count": 13,
        "sha256": sha256, "url": URL,
    }  # fmt: skip


def test_the_list_is_empty_before_anything_is_published(client: FlaskClient):
    assert client.get("/api/v1/checklists").json == []
