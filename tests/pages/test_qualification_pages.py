"""Certificates of people: kept by the administrator, read by whoever names teams."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from core import db
from core.journal import JournalEntry
from tests import people

DEGREE = {"kind": "dai_hoc", "awarded_on": "2010-06-30", "number": "B 123", "issuer": "ĐH Cần Thơ"}


@pytest.fixture
def inspector(app: Flask) -> str:
    """Somebody whose papers are kept."""
    return people.there_is(app, "thanh.vien", full_name="Phạm Quốc Đạt")


def _events(app: Flask) -> list[str]:
    with app.app_context(), db.reading() as session:
        entries = select(JournalEntry.event).where(JournalEntry.event.like("qualification.%"))
        return list(session.scalars(entries.order_by(JournalEntry.id)))


def test_a_paper_is_recorded_shown_and_withdrawn(app: Flask, inspector: str):
    browser = people.signed_in(app, "quan.tri", roles=("administrator",))
    address = f"/people/{inspector}/qualifications/"
    assert "Chưa ghi nhận theo Điều 40" in browser.client.get(address).text
    assert browser.submit(address, **DEGREE).status_code == 303
    html = browser.client.get(address).text
    assert "B 123, ĐH Cần Thơ" in html
    assert "bằng đại học (điểm a)" not in html
    assert "chứng chỉ đào tạo đánh giá HTQLCL (điểm c)" in html
    (withdrawal,) = re.findall(r'action="(/people/[^"]+/withdraw)"', html)
    assert browser.submit(withdrawal, form_at=address).status_code == 303
    assert "B 123" not in browser.client.get(address).text
    assert _events(app) == ["qualification.recorded", "qualification.withdrawn"]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"kind": "tien_si"}, "Chọn loại văn bằng, chứng chỉ."),
        ({"awarded_on": "2999-01-01"}, "Nhập ngày cấp ghi trên văn bằng, không sau hôm nay."),
        ({"awarded_on": "30/6/2010"}, "Nhập ngày cấp ghi trên văn bằng, không sau hôm nay."),
        ({"issuer": "x" * 121}, "Nơi cấp dài quá 120 ký tự."),
    ],
)
def test_a_paper_that_cannot_be_is_refused_beside_its_field(
    app: Flask, inspector: str, changed: dict[str, str], says: str
):
    browser = people.signed_in(app, "quan.tri", roles=("administrator",))
    refused = browser.submit(f"/people/{inspector}/qualifications/", **(DEGREE | changed))
    assert refused.status_code == 422
    assert says in refused.text
    assert _events(app) == []


def test_one_persons_paper_is_not_withdrawn_through_another(app: Flask, inspector: str):
    browser = people.signed_in(app, "quan.tri", roles=("administrator",))
    other = people.there_is(app, "nguoi.khac")
    browser.submit(f"/people/{inspector}/qualifications/", **DEGREE)
    html = browser.client.get(f"/people/{inspector}/qualifications/").text
    (withdrawal,) = re.findall(r'action="(/people/[^"]+/withdraw)"', html)
    refused = browser.submit(
        withdrawal.replace(inspector, other), form_at=f"/people/{inspector}/qualifications/"
    )
    assert (refused.status_code, "Không có văn bằng, chứng chỉ này" in refused.text) == (404, True)


def test_supervisors_read_papers_and_administrators_keep_them(app: Flask, inspector: str):
    path = f"/api/v1/people/{inspector}/qualifications"
    keeper = people.signed_in(app, "quan.tri", roles=("administrator",)).client
    token = {"X-CSRF-Token": keeper.get("/api/v1/people/me").json["csrf_token"]}
    kept = keeper.post(path, json=DEGREE, headers=token)
    assert (kept.status_code, kept.json["awarded_on"]) == (201, "2010-06-30")
    supervisor = people.signed_in(app, "lanh.dao", roles=("supervisor",)).client
    told = supervisor.get(path).json
    assert ([one["id"] for one in told["qualifications"]], told["missing"]) == (
        [kept.json["id"]], ["quan_ly_nha_nuoc", "danh_gia_htqlcl"],
    )  # fmt: skip
    own = {"X-CSRF-Token": supervisor.get("/api/v1/people/me").json["csrf_token"]}
    assert supervisor.post(path, json=DEGREE, headers=own).json["code"] == "forbidden"
    refused = keeper.post(path, json=DEGREE | {"awarded_on": "1900-01-01"}, headers=token)
    assert (refused.status_code, refused.json["code"]) == (422, "fields_refused")
    assert keeper.delete(f"{path}/{kept.json['id']}", headers=token).status_code == 204
    assert keeper.delete(f"{path}/{kept.json['id']}", headers=token).json["code"] == "qualification_unknown"


def test_an_inspector_does_not_read_papers_of_others(app: Flask, inspector: str):
    stranger = people.signed_in(app).client
    assert stranger.get(f"/api/v1/people/{inspector}/qualifications").json["code"] == "forbidden"
    assert stranger.get(f"/people/{inspector}/qualifications/").status_code == 403
