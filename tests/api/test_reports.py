"""From approval to a sealed, downloadable, verifiable document, over HTTP and through the job table."""

import io
import json
from dataclasses import dataclass

import pytest
from flask import Flask
from pypdf import PdfReader

from core import clock, db, jobs
from registry import actions as registry
from tests import people, tablets, visits

NUMBER = {"number": "07/BB-TĐC", "dated_on": "2023-05-23"}


@dataclass
class Desk:
    """An approved inspection with its drafted minutes, and the people who deal with them."""

    app: Flask
    visit: visits.Visit
    supervisor: tablets.Office
    clerk: tablets.Office
    report: str = ""

    def address(self, step: str = "") -> str:
        """A route of the document."""
        return f"/api/v1/reports/{self.report}{step}"

    def shown(self) -> dict:
        """The document as the API tells it."""
        return self.clerk.client.get(self.address()).json

    def sealed(self, **number: str) -> bytes:
        """The document is numbered and sealed; its bytes."""
        assert self.clerk.post(self.address("/number"), NUMBER | number).status_code == 200
        assert self.clerk.post(self.address("/seal"), {}).status_code == 202
        with self.app.app_context():
            jobs.run_due()
        with self.clerk.client.get(self.address("/file")) as answer:
            return answer.data


@pytest.fixture
def desk(app: Flask) -> Desk:
    """Minutes with one finding and one photo, drafted and waiting for the clerk."""
    visits.registered(app)
    with app.app_context(), db.writing() as session:
        names = registry.AgencyNames(
            "Sở Khoa học và Công nghệ", "Chi cục Tiêu chuẩn Đo lường Chất lượng", "Trà Vinh",
            "Ủy ban nhân dân tỉnh Trà Vinh", "BB-TĐC",
        )  # fmt: skip
        registry.describe_agency(session, names, by=visits.SYSTEM, at=clock.now())
    visit = visits.Visit(app).decided().started()
    visit.answer(
        "PL-01", "phu_hop", note="Phân công rõ.", evidence=[{"kind": "ho_so", "text": "TB 12/TB-SNV"}]
    )
    visit.answer("PL-40", "kph_nhe", note="Quy trình còn ghi 10 ngày.", evidence=[])
    visit.photo("PL-41", visits.picture(), caption="Bảng niêm yết")
    visit.submitted()
    for username, role in (("lanh.dao", "supervisor"), ("van.thu", "clerk")):
        people.there_is(app, username, full_name=username, roles=(role,))
    made = Desk(app, visit, tablets.Office(app, "lanh.dao"), tablets.Office(app, "van.thu"))
    approval = {"content": visit.content_hash()}
    answer = made.supervisor.post(f"/api/v1/inspections/{visit.inspection}/approve", approval)
    assert answer.status_code == 200, answer.text
    with app.app_context():
        jobs.run_due()
    (report,) = made.clerk.client.get(f"/api/v1/inspections/{visit.inspection}/reports").json["reports"]
    made.report = report["id"]
    return made


def test_the_sealed_minutes_are_found_authentic_and_the_inspection_is_issued(desk: Desk):
    pdf = desk.sealed()
    shown = desk.shown()
    assert (shown["state"], shown["number"], shown["pdf_bytes"]) == ("sealed", "07/BB-TĐC", len(pdf))
    assert desk.visit.state() == ("awaiting_correction", 1)
    page = desk.app.test_client().get(f"/verify/{shown['verification_code']}")
    assert 'data-verdict="authentic"' in page.text
    reader = PdfReader(io.BytesIO(pdf))
    text = "\n".join(page.extract_text() for page in reader.pages)
    for expected in ("07/BB-TĐC", "Sở Nội vụ", "Quy trình còn ghi 10 ngày", "Phạm Văn Giám Đốc"):
        assert expected in text
    findings = json.loads(reader.attachments["findings.json"][0])
    assert [(one["category"], one["due_on"]) for one in findings["findings"]] == [("kph_nhe", "2023-07-23")]
