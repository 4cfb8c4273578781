"""Texts that no database can be asked about are refused at the edge, alike on both, and never as a defect."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from reports import errors, numbering
from tests import people, tablets

NOWHERE = "/api/v1/devices/%00/revocation"


@pytest.mark.parametrize("path", ["/api/v1/units/%00", "/sync/v1/packages/a%00b", "/api/v1/%00"])
def test_nothing_is_called_by_a_name_with_nul(client: FlaskClient, path: str):
    answer = client.get(path)
    assert (answer.status_code, answer.json["code"]) == (404, "not_found")


def test_a_route_that_changes_something_is_not_reached_either(app: Flask):
    people.there_is(app, "quan.tri", roles=("administrator",))
    answer = tablets.Office(app).post(NOWHERE, {"mode": "lost"})
    assert (answer.status_code, answer.json["code"]) == (404, "not_found")


@pytest.mark.parametrize("query", ["streams=inspection:%00", "%00=1", "a=1&a=%00"])
def test_a_question_with_nul_is_malformed(client: FlaskClient, query: str):
    answer = client.get(f"/sync/v1/heads?{query}")
    assert (answer.status_code, answer.json["code"]) == (400, "malformed")


@pytest.mark.parametrize("form", [{"username": "le\0an"}, {"\0": "x"}])
def test_a_form_with_nul_is_malformed(client: FlaskClient, form: dict[str, str]):
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
        answer = client.post("/sign-in", data={"password": "x"} | form, content_type=kind)
        assert answer.status_code == 400
        assert "không lưu được" in answer.text


@pytest.mark.parametrize("ordinal", ["1000000", "2147483648", "9" * 50])
def test_a_document_number_is_no_longer_than_its_column(ordinal: str):
    with pytest.raises(errors.NumberRefused):
        numbering.parsed(f"{ordinal}/BB-TĐC", symbol="BB-TĐC")
