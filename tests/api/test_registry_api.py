"""Units, legal texts and the agency over HTTP."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core import clock, db
from core.caller import Caller
from registry import actions, shipped
from tests.people import signed_in

BY = Caller.system("test")


@pytest.fixture
def inspector(app: Flask) -> FlaskClient:
    """Somebody signed in, where units and legal texts are loaded."""
    with app.app_context(), db.writing() as session:
        actions.load_units(session, shipped.DEMO_UNITS, by=BY, at=clock.now())
        actions.load_legal_texts(session, shipped.LEGAL_TEXTS, by=BY, at=clock.now())
        actions.add_missing_obligations(session, shipped.OBLIGATIONS, by=BY, at=clock.now())
    return signed_in(app, roles=("inspector",)).client


def test_units_are_listed_by_code(inspector: FlaskClient):
    listed = inspector.get("/api/v1/units").json
    assert len(listed) == 28
    assert [unit["code"] for unit in listed] == sorted(unit["code"] for unit in listed)
    assert "events" not in listed[0]


def test_a_unit_comes_with_its_life_and_events(inspector: FlaskClient):
    unit = inspector.get("/api/v1/units/TV-H01").json
    assert len(unit.pop("id")) == 36
    assert unit == {
        "code": "TV-H01", "name": "UBND thành phố Trà Vinh", "unit_type": "ubnd_huyen", "level": "huyen",
        "district_kind": "thanh_pho", "valid_from": None, "valid_to": "2025-06-30",
        "events": [
            {
                "kind": "ket_thuc_cap_huyen", "happened_on": "2025-07-01", "successor_name": None,
                "successor_code": None, "source": "Mô hình chính quyền địa phương hai cấp; cần đối chiếu",
            }
        ],
        "earlier_names": [],
        "obligations": [
            {
                "kind": "bat_buoc", "valid_from": "2014-05-18", "valid_to": None, "is_derived": True,
                "document": "Quyết định số 19/2014/QĐ-TTg, Điều 2 khoản 1 điểm b",
            }
        ],
        "qms": [
            {
                "since": "2023-01-01", "state": "dang_ap_dung", "standard": "TCVN-ISO-9001-2015",
                "scope": None, "decision_number": None, "decided_on": None, "is_electronic": None,
                "source": "Tin hội nghị sơ kết năm 2023 (24/5/2024), các cấp đều áp dụng; "
                "ngày ghi theo năm báo cáo",
            }
        ],
    }  # fmt: skip


def test_an_unknown_unit_is_a_problem_that_names_it(inspector: FlaskClient):
    response = inspector.get("/api/v1/units/TV-X99")
    assert (response.status_code, response.json["code"], response.json["unit"]) == (
        404,
        "unit_unknown",
        "TV-X99",
    )


def test_legal_texts_come_with_the_days_between_which_they_hold(inspector: FlaskClient):
    told = inspector.get("/api/v1/legal-instruments").json
    text = next(one for one in told["instruments"] if one["code"] == "ND-61-2018")
    assert (text["effective_from"], text["effective_to"], text["replaced_by"]) == (
        "2018-06-21", "2025-06-30", "ND-118-2025",
    )  # fmt: skip
    assert [norm["code"] for norm in told["standards"]][-1] == "TCVN-ISO-9001-2015"


def test_the_agency_is_told_once_it_is_named(app: Flask, inspector: FlaskClient):
    response = inspector.get("/api/v1/agency")
    assert (response.status_code, response.json["code"]) == (404, "agency_unnamed")
    names = actions.AgencyNames("SỞ", "CHI CỤC", "Trà Vinh", "UBND TỈNH", "BB-TĐC")
    with app.app_context(), db.writing() as session:
        actions.describe_agency(session, names, by=BY, at=clock.now())
    assert inspector.get("/api/v1/agency").json == {
        "parent_name": "SỞ", "name": "CHI CỤC", "place": "Trà Vinh", "province_name": "UBND TỈNH",
        "record_symbol": "BB-TĐC",
    }  # fmt: skip


@pytest.mark.parametrize("path", ["units", "units/TV-S02", "legal-instruments", "agency"])
def test_strangers_are_told_to_sign_in(client: FlaskClient, path: str):
    response = client.get(f"/api/v1/{path}")
    assert (response.status_code, response.json["code"]) == (401, "unauthenticated")
