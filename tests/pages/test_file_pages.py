"""Files of an inspection at a desk: what tablets attached, the unit's self-report brought and withdrawn."""

import hashlib
import io
import re

import pytest
from flask import Flask

from core import db, files, ids
from inspections import self_report_queries
from tests import people, visits
from tests.people import Browser
from tests.visits import Visit

PDF = b"%PDF-1.7 quyet dinh " * 40
REPORT = b"%PDF-1.7 bao cao " * 40


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def visit(app: Flask) -> Visit:
    visits.registered(app)
    return Visit(app).decided().started()


@pytest.fixture
def clerk(app: Flask) -> Browser:
    return people.signed_in(app, "van.thu", full_name="Văn Thư", roles=("clerk",))


def attach(visit: Visit, item: str | None, name: object = "Quyết định 12.pdf", **more: object) -> str:
    """The leader attaches the file; its entity."""
    entity = f"file/{ids.new_id()}"
    body = {"blob": f"sha256:{sha256(PDF)}", "size": len(PDF), "mime": "application/pdf", "name": name}
    said = {"item": item, "caption": "Quyết định thành lập Ban Chỉ đạo"}
    visit.record("leader", "file.add", entity, body | said | more)
    visit.push("leader")
    return entity


def bring(browser: Browser, visit: Visit, *contents: tuple[bytes, str], **typed: str):
    said = {"document_number": "112/BC-SNV", "received_on": "2023-05-18"} | typed
    sent = [(io.BytesIO(content), name) for content, name in contents]
    return browser.client.post(
        f"{visit.address}/self-reports",
        data={"csrf_token": browser.token(visit.address), **said, "file": sent},
        content_type="multipart/form-data",
    )


def standing(visit: Visit) -> list[tuple[str, str]]:
    with visit.app.app_context(), db.reading() as session:
        rows = self_report_queries.listed(session, visit.inspection)
        return [(row.name, row.sha256) for row in rows]


def item_part(text: str, code: str) -> str:
    """The part of the page about the item."""
    return re.search(rf'id="item-{code}".*?</li>\s*(?=<li class="check-item|</ol>)', text, re.DOTALL)[0]


def test_a_file_of_a_tablet_stands_at_its_item_and_is_saved_under_its_name(visit: Visit, clerk: Browser):
    attach(visit, "PL-02")
    part = item_part(clerk.client.get(visit.address).text, "PL-02")
    assert "Quyết định 12.pdf" in part
    assert "chưa về máy chủ" in part
    visit.deliver(PDF)
    part = item_part(clerk.client.get(visit.address).text, "PL-02")
    assert f'href="{visit.address}/files/{sha256(PDF)}"' in part
    assert "Quyết định thành lập Ban Chỉ đạo" in part
    saved = clerk.client.get(f"{visit.address}/files/{sha256(PDF)}", buffered=True)
    assert (saved.status_code, saved.data, saved.mimetype) == (200, PDF, "application/octet-stream")
    assert saved.headers["Content-Disposition"] == (
        "attachment; filename=\"Quyt nh 12.pdf\"; filename*=UTF-8''Quy%E1%BA%BFt%20%C4%91%E1%BB%8Bnh%2012.pdf"
    )


def test_a_name_cannot_break_out_of_its_header(visit: Visit, clerk: Browser):
    attach(visit, None, name='a"; x=\r\nSet-Cookie: y.html')
    visit.deliver(PDF)
    saved = clerk.client.get(f"{visit.address}/files/{sha256(PDF)}", buffered=True)
    disposition = saved.headers["Content-Disposition"]
    assert disposition.startswith("attachment; filename=\"a; x=Set-Cookie: y.html\"; filename*=UTF-8''a%22")
    assert "Set-Cookie" not in saved.headers


def test_a_file_of_no_item_stands_at_the_end_and_a_camera_file_does_not(visit: Visit, clerk: Browser):
    attach(visit, None)
    attach(visit, "PL-03", name="IMG_1.jpg", mime="image/jpeg", original_of=f"photo/{ids.new_id()}")
    text = clerk.client.get(visit.address).text
    assert "Tệp chung của cuộc kiểm tra" in text
    assert "IMG_1.jpg" not in text


def test_a_withdrawn_file_is_not_shown(visit: Visit, clerk: Browser):
    entity = attach(visit, "PL-02")
    added = visit.tablet("leader").operations[-1].op_id
    visit.record("leader", "file.retract", entity, {"reason": "Nhầm tệp"}, parents=(added,))
    visit.push("leader")
    assert "Quyết định 12.pdf" not in clerk.client.get(visit.address).text


def test_a_file_counts_as_evidence(visit: Visit, clerk: Browser):
    visit.answer("PL-02", "kph_nhe", note="Chưa phân công")
    visit.push("leader")
    assert "bằng chứng" in item_part(clerk.client.get(visit.address).text, "PL-02").casefold()
    attach(visit, "PL-02")
    assert "bằng chứng" not in item_part(clerk.client.get(visit.address).text, "PL-02").casefold()


def test_what_did_not_come_for_the_inspection_is_not_given(app: Flask, visit: Visit, clerk: Browser):
    with app.app_context():
        files.receive(io.BytesIO(PDF))
    assert clerk.client.get(f"{visit.address}/files/{sha256(PDF)}", buffered=True).status_code == 404
    assert clerk.client.get(f"{visit.address}/files/x").status_code == 404


def test_a_clerk_brings_the_report_and_everybody_of_the_team_reads_it(visit: Visit, clerk: Browser):
    sent = bring(clerk, visit, (REPORT, "gửi/Báo cáo.pdf"), (PDF, "Phụ lục.xlsx"))
    assert (sent.status_code, sent.location) == (303, f"{visit.address}?done=self-report")
    assert standing(visit) == [("Báo cáo.pdf", sha256(REPORT)), ("Phụ lục.xlsx", sha256(PDF))]
    reader = Browser(visit.app)
    reader.sign_in("thu.ky")
    text = reader.client.get(visit.address).text
    assert "112/BC-SNV, nhận ngày 18/5/2023" in text
    assert reader.client.get(f"{visit.address}/files/{sha256(REPORT)}", buffered=True).data == REPORT


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"document_number": " "}, "Chưa ghi số, ký hiệu văn bản của đơn vị."),
        ({"received_on": "x"}, "Ngày nhận chưa đúng"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_is_kept(
    visit: Visit, clerk: Browser, typed: dict, sentence: str
):
    answer = bring(clerk, visit, (REPORT, "a.pdf"), **typed)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Chưa ghi được báo cáo" in answer.text
    kept = {"document_number": "112/BC-SNV", "received_on": "2023-05-18"}.items() - typed.items()
    assert all(f'value="{value}"' in answer.text for name, value in kept if name not in typed)
    assert standing(visit) == []


def test_without_a_file_the_page_asks_for_one(visit: Visit, clerk: Browser):
    answer = bring(clerk, visit)
    assert (answer.status_code, "Chưa chọn tệp báo cáo" in answer.text) == (422, True)


def test_a_file_is_withdrawn_with_a_reason(visit: Visit, clerk: Browser):
    bring(clerk, visit, (REPORT, "a.pdf"))
    with visit.app.app_context(), db.reading() as session:
        (row,) = self_report_queries.listed(session, visit.inspection)
    path = f"{visit.address}/self-reports/{row.id}/withdraw"
    asked = clerk.submit(path, form_at=visit.address, reason=" ")
    assert (asked.status_code, "Chưa nêu lý do rút tệp." in asked.text) == (422, True)
    done = clerk.submit(path, form_at=visit.address, reason="Nhầm đơn vị")
    assert (done.status_code, standing(visit)) == (303, [])


def test_a_reader_who_may_not_bring_is_shown_no_form(app: Flask, visit: Visit):
    administrator = Browser(app)
    administrator.sign_in("quan.tri")
    assert "Nhập báo cáo" not in administrator.client.get(visit.address).text
    assert bring(administrator, visit, (REPORT, "a.pdf")).status_code == 403


def test_a_form_that_is_too_large_is_refused_whole(visit: Visit, clerk: Browser):
    answer = clerk.client.post(
        f"{visit.address}/self-reports", data=b"", content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(60 * 1024 * 1024)},
    )  # fmt: skip
    assert answer.status_code == 413
