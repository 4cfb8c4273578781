"""Pages of units, legal texts, the agency's names, and published checklists."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from checklists import actions as checklist_actions
from core import clock, db
from core.caller import Caller
from registry import actions, queries, shipped
from tests.checklist_files import SMALL
from tests.people import signed_in

BY = Caller.system("test")
NAMES = {
    "parent_name": "SỞ KHOA HỌC VÀ CÔNG NGHỆ", "name": "CHI CỤC TIÊU CHUẨN", "place": "Trà Vinh",
    "province_name": "UBND TỈNH TRÀ VINH", "record_symbol": "BB-TĐC",
}  # fmt: skip


@pytest.fixture
def furnished(app: Flask) -> Flask:
    """An application with units, legal texts and the small checklist."""
    with app.app_context(), db.writing() as session:
        actions.load_units(session, shipped.DEMO_UNITS, by=BY, at=clock.now())
        actions.load_legal_texts(session, shipped.LEGAL_TEXTS, by=BY, at=clock.now())
        actions.add_missing_obligations(session, shipped.OBLIGATIONS, by=BY, at=clock.now())
        session.flush()
        checklist_actions.publish_file(session, SMALL.encode(), file="mau.yaml", by=BY, at=clock.now())
    return app


@pytest.fixture
def reader(furnished: Flask) -> FlaskClient:
    """An inspector's browser."""
    return signed_in(furnished, roles=("inspector",)).client


def test_units_are_listed_with_those_that_ended(reader: FlaskClient):
    html = reader.get("/units/").text
    assert "28 đơn vị, 8 đang hoạt động" in html
    assert "Đến hết 28/02/2025" in html


def test_a_unit_shows_what_happened_to_it(reader: FlaskClient):
    html = reader.get("/units/TV-S04").text
    assert "Tổ chức lại" in html
    assert "Sở Tài chính" in html


def test_an_unknown_unit_gets_a_page_that_says_so(reader: FlaskClient):
    response = reader.get("/units/TV-X99")
    assert response.status_code == 404
    assert "Danh bạ không có đơn vị mã «TV-X99»." in response.text


def test_legal_texts_show_their_days(reader: FlaskClient):
    html = reader.get("/legal-texts/").text
    assert "Nghị định số 61/2018/NĐ-CP" in html
    assert "Được thay thế bởi ND-118-2025" in html


def test_published_checklists_are_listed_as_drafts(reader: FlaskClient):
    html = reader.get("/checklists/").text
    assert "Danh mục mẫu" in html
    assert "Dự thảo, chờ Sở phê duyệt" in html


@pytest.mark.parametrize(
    ("period", "shown"),
    [
        ("", "NĐ 118/2025/NĐ-CP (trước 01/7/2025 NĐ 61/2018/NĐ-CP)"),
        ("?from=2022-01-01&to=2023-04-30", "Điều 16 Nghị định số 61/2018/NĐ-CP (sửa đổi, bổ sung bởi"),
        ("?from=2026-01-01&to=2026-06-30", "Nghị định số 118/2025/NĐ-CP <span"),
    ],
)
def test_a_checklist_cites_what_was_in_force_in_the_period(reader: FlaskClient, period: str, shown: str):
    html = reader.get(f"/checklists/MAU@1.2.0{period}").text
    assert shown in html
    assert "Thủ tục có được niêm yết không?" in html


@pytest.mark.parametrize(
    ("period", "message"),
    [
        ("?from=2022-01-01", "Nhập cả ngày đầu và ngày cuối của thời kỳ kiểm tra."),
        ("?from=mai&to=2023-04-30", "Nhập cả ngày đầu và ngày cuối của thời kỳ kiểm tra."),
        ("?from=2023-05-01&to=2023-04-30", "Ngày đầu của thời kỳ kiểm tra phải trước ngày cuối."),
    ],
)
def test_a_period_that_cannot_be_read_is_told_beside_its_field(
    reader: FlaskClient, period: str, message: str
):
    response = reader.get(f"/checklists/MAU@1.2.0{period}")
    assert response.status_code == 422
    assert message in response.text


def test_an_empty_installation_says_what_to_do_next(app: Flask):
    reader = signed_in(app, roles=("inspector",)).client
    assert "flask registry load-units" in reader.get("/units/").text
    assert "flask checklists publish-shipped" in reader.get("/checklists/").text


@pytest.mark.parametrize(("path", "after"), [("/first-run/agency", "/"), ("/agency", "/agency?done=1")])
def test_an_administrator_names_the_agency(app: Flask, path: str, after: str):
    browser = signed_in(app, roles=("administrator",))
    response = browser.submit(path, **NAMES)
    assert (response.status_code, response.headers["Location"]) == (303, after)
    with app.app_context(), db.reading() as session:
        assert queries.named_agency(session).name == "CHI CỤC TIÊU CHUẨN"
    assert "BB-TĐC" in browser.client.get(path).text


def test_a_missing_name_is_told_beside_its_field_and_the_rest_is_kept(app: Flask):
    browser = signed_in(app, roles=("administrator",))
    response = browser.submit("/agency", **(NAMES | {"place": " "}))
    assert response.status_code == 422
    assert "Chưa nhập địa danh." in response.text
    assert 'value="CHI CỤC TIÊU CHUẨN"' in response.text


def test_others_do_not_name_the_agency(reader: FlaskClient):
    assert reader.get("/agency").status_code == 403


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("?name=duyên hải", ["TV-H02", "TV-H09"]),
        ("?name=tv-s02", ["TV-S02"]),
        ("?type=ubnd_huyen&name=UBND thành phố", ["TV-H01"]),
        ("?obligation=khuyen_khich", []),
        ("?level=xa", []),
    ],
)
def test_the_list_of_units_is_narrowed_by_its_address(reader: FlaskClient, address: str, shown: list[str]):
    html = reader.get(f"/units/{address}").text
    assert re.findall(r'href="/units/(TV-[A-Z0-9]+)"', html) == shown
    assert ("Không có đơn vị nào khớp" in html) == (not shown)


def test_a_unit_says_what_it_owes_and_by_which_paper(reader: FlaskClient):
    html = reader.get("/units/TV-S02").text
    assert "Bắt buộc" in html
    assert "Quyết định số 19/2014/QĐ-TTg, Điều 2 khoản 1 điểm c" in html
    assert "Từ 18/5/2014" in html
    assert "TCVN ISO 9001:2015" in html


def test_a_unit_of_a_type_that_no_text_names_is_unknown(furnished: Flask, reader: FlaskClient, tmp_path):
    path = tmp_path / "units.yaml"
    path.write_text(
        "schema_version: 1\nunits: [{code: TV-C01, name_vi: Chi cục Thủy lợi, unit_type: chi_cuc}]",
        encoding="utf-8",
    )
    with furnished.app_context(), db.writing() as session:
        actions.load_units(session, path, by=BY, at=clock.now())
    assert "Chưa xác định nghĩa vụ" in reader.get("/units/TV-C01").text
    assert "TV-C01" in reader.get("/units/?obligation=chua_xac_dinh").text
