"""What the verdict is on the issued file, and on everything that somebody could make of it."""

import io
import random
import re
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec
from pyhanko.sign.signers import PdfSignatureMetadata, sign_pdf

from app import create_app
from core import clock, db, epoch
from core.settings import Settings
from reports import authority, render, sign, verify
from reports.orders import Place
from reports.verdicts import Verdict
from tests import issuing, minutes
from tests.people import Browser


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[issuing.Desk]:
    """One office with one issued document for all of these tests, none of which changes anything."""
    app = create_app(Settings(data=tmp_path_factory.mktemp("office") / "var", demo=True), testing=True)
    with app.app_context():
        with (
            db.db.engine.connect().execution_options(**db.writing_options()) as connection,
            connection.begin(),
        ):
            db.Base.metadata.create_all(connection)
        with db.writing() as session:
            epoch.begin(session, at=clock.now())
    desk = issuing.desk_with_minutes(app)
    desk.sealed()
    yield desk
    with app.app_context():
        db.db.engine.dispose()


@pytest.fixture(scope="module")
def issued(desk: issuing.Desk) -> bytes:
    return desk.file()


def verdict_on(app: Flask, pdf: bytes) -> Verdict:
    """What the public page would say."""
    with app.app_context():
        return verify.verdict_on(pdf)


def updated(pdf: bytes, change) -> bytes:
    """The file with an honest-looking incremental update."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    change(writer)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def signed(*arguments, **options) -> bytes:
    """The file signed by pyHanko, in a thread where no browser test has left an event loop."""
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(sign_pdf, *arguments, **options).result().getvalue()


def stranger(folder, name: str = "Chi cục Tiêu chuẩn Đo lường Chất lượng") -> authority.SealingKey:
    """A key of somebody who calls himself as we do."""
    return authority.demo(folder, name, at=clock.now())


def overlay(writer: IncrementalPdfFileWriter) -> None:
    stream = generic.StreamObject(stream_data=b"q 1 1 1 rg 100 400 300 200 re f Q")
    writer.add_stream_to_page(0, writer.add_object(stream))


def open_action(writer: IncrementalPdfFileWriter) -> None:
    script = {
        generic.pdf_name("/S"): generic.pdf_name("/JavaScript"),
        generic.pdf_name("/JS"): generic.pdf_string("app.alert(1)"),
    }
    writer.root["/OpenAction"] = generic.DictionaryObject(script)
    writer.update_root()


def annotation(writer: IncrementalPdfFileWriter) -> None:
    note = {
        generic.pdf_name("/Type"): generic.pdf_name("/Annot"),
        generic.pdf_name("/Subtype"): generic.pdf_name("/FreeText"),
        generic.pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (100, 400, 400, 600))),
        generic.pdf_name("/Contents"): generic.pdf_string("không có tồn tại nào"),
    }
    writer.register_annotation(
        writer.root["/Pages"]["/Kids"].raw_get(0), writer.add_object(generic.DictionaryObject(note))
    )


def title(writer: IncrementalPdfFileWriter) -> None:
    writer.set_info(generic.DictionaryObject({generic.pdf_name("/Title"): generic.pdf_string("Khác")}))


def fewer_pages(writer: IncrementalPdfFileWriter) -> None:
    pages = writer.root["/Pages"]
    pages["/Count"] = generic.NumberObject(int(pages["/Count"]) - 1)
    writer.update_container(pages)


def other_enclosure(writer: IncrementalPdfFileWriter) -> None:
    names = writer.root["/Names"]["/EmbeddedFiles"]["/Names"]
    stream = names[1]["/EF"].raw_get("/F").get_object()
    stream._data = b"{}"
    stream._encoded_data = None
    writer.update_container(stream)


INCREMENTAL = {
    "page overlaid": overlay,
    "script on opening": open_action,
    "note added": annotation,
    "title changed": title,
    "page count changed": fewer_pages,
    "enclosure replaced": other_enclosure,
}


def test_the_issued_file_is_authentic_and_the_reasons_name_the_three_agreements(desk, issued):
    verdict = verdict_on(desk.app, issued)
    assert verdict.outcome == "authentic"
    told = " ".join(verdict.reasons)
    for expected in ("trùng khớp hoàn toàn", "còn nguyên", "còn giá trị", "trình diễn"):
        assert expected in told
    assert (verdict.known.number, verdict.known.unit) == ("07/BB-TĐC", "Sở Nội vụ")


@pytest.mark.skipif(shutil.which("pdfsig") is None, reason="poppler-utils is not installed")
def test_an_outside_program_finds_the_signature_valid(issued, tmp_path):
    path = tmp_path / "bien-ban.pdf"
    path.write_bytes(issued)
    told = subprocess.run(
        ["pdfsig", "-nocert", str(path)], capture_output=True, text=True, check=False, timeout=60
    ).stdout
    assert told.count("Signature Validation: Signature is Valid.") == 1
    assert "Total document signed" in told
    assert "ETSI.CAdES.detached" in told
    assert told.count("The signature form field is not signed.") == 2


@pytest.mark.parametrize("change", INCREMENTAL.values(), ids=INCREMENTAL.keys())
def test_an_incremental_change_is_an_alteration(desk, issued, change):
    changed = updated(issued, change)
    assert changed.startswith(issued)
    assert len(changed) > len(issued)
    assert verdict_on(desk.app, changed).outcome == "altered"


@pytest.mark.parametrize(
    "tail",
    [
        b"\n",
        b"%",
        b"junk after the end",
        b"1 0 obj\n<< /Type /Catalog >>\nendobj\n",
        b"\nstartxref\n0\n%%EOF\n",
    ],
    ids=["line end", "comment", "junk", "body without table", "table at zero"],
)
def test_anything_behind_the_end_is_an_alteration(desk, issued, tail):
    assert verdict_on(desk.app, issued + tail).outcome == "altered"


def test_no_flipped_bit_goes_unnoticed(desk, issued):
    chance = random.Random(20230523)
    contents = re.search(rb"/Contents <([0-9a-fA-F]+)>", issued)
    places = [chance.randrange(len(issued)) for _ in range(10)]
    places += [chance.randrange(contents.start(1), contents.end(1)) for _ in range(6)]
    for place in places:
        flipped = bytearray(issued)
        flipped[place] ^= 1 << chance.randrange(8)
        verdict = verdict_on(desk.app, bytes(flipped))
        assert verdict.outcome in ("altered", "unreadable", "unknown", "not_signed"), place


def test_a_file_cut_off_is_not_authentic(desk, issued):
    for length in (0, 4, 1000, len(issued) // 2, len(issued) - 20):
        assert not verdict_on(desk.app, issued[:length]).is_authentic


def test_the_part_before_the_seal_is_an_unsigned_file_that_names_the_document(desk, issued):
    cut = issued[: issued.index(b"%%EOF") + 6]
    verdict = verdict_on(desk.app, cut)
    assert verdict.outcome == "not_signed"
    assert any("07/BB-TĐC" in reason for reason in verdict.reasons)


def swapped(issued: bytes, old: bytes, new: bytes) -> bytes:
    assert issued.count(old) >= 1
    return issued.replace(old, new.ljust(len(old)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"/ByteRange [", b"/ByteRangX ["),
        (b"/Filter /Adobe.PPKLite", b"/Filter /Adobe.PPKLitX"),
        (b"/SubFilter /ETSI.CAdES.detached", b"/SubFilter /adbe.pkcs7.sha1"),
        (b"/Type /Sig\n", b"/Type /Six\n"),
    ],
)
def test_a_signature_dictionary_made_unreadable_is_not_taken(desk, issued, old, new):
    assert not verdict_on(desk.app, swapped(issued, old, new)).is_authentic


def test_zeroed_signature_contents_are_not_taken(desk, issued):
    contents = re.search(rb"/Contents <([0-9a-fA-F]+)>", issued)
    zeroed = issued[: contents.start(1)] + b"0" * len(contents[1]) + issued[contents.end(1) :]
    assert verdict_on(desk.app, zeroed).outcome in ("altered", "unreadable")


def test_somebody_of_our_name_does_not_seal_for_us(desk, issued, tmp_path):
    """The unsigned document sealed by an authority whose certificates read exactly like ours."""
    unsigned = issued[: issued.index(b"%%EOF") + 6]
    address = f"http://127.0.0.1:8000/verify/{desk.shown()['verification_code']}"
    places = {"field-agency": Place(0, (100.0, 100.0, 280.0, 170.0))}
    face = render.seal_face(render.SealFace("Chi cục", minutes.ISSUED_AT, True))
    how = sign.Sealing(clock.now(), face, "Phát hành", "Trà Vinh", address)
    forged = sign.sealed(unsigned, places, how, key=stranger(tmp_path))
    verdict = verdict_on(desk.app, forged)
    assert verdict.outcome == "altered"
    assert any("chứng thư số lạ" in reason for reason in verdict.reasons)


def test_a_file_signed_by_others_is_no_document_of_ours(desk, tmp_path):
    page = render.seal_face(render.SealFace("Nơi khác", minutes.ISSUED_AT, False))
    key = stranger(tmp_path, "Cơ quan khác")
    foreign = signed(
        IncrementalPdfFileWriter(io.BytesIO(page)), PdfSignatureMetadata(field_name="Sig1"), signer=key.signer
    )
    verdict = verdict_on(desk.app, foreign)
    assert verdict.outcome == "unknown"
    assert any("Cơ quan khác (TRÌNH DIỄN)" in reason for reason in verdict.reasons)


def signed_later(issued: bytes, folder, *, field: str, box=None) -> bytes:
    """The issued file signed by somebody else, in a field of that name."""
    writer = IncrementalPdfFileWriter(io.BytesIO(issued))
    spec = SigFieldSpec(field, on_page=0, box=box) if box else None
    return signed(
        writer, PdfSignatureMetadata(field_name=field), signer=stranger(folder, "Sở Nội vụ").signer,
        new_field_spec=spec, existing_fields_only=box is None,
    )  # fmt: skip


def test_a_unit_that_signs_in_its_reserved_place_leaves_the_document_whole(desk, issued, tmp_path):
    verdict = verdict_on(desk.app, signed_later(issued, tmp_path, field="unit"))
    assert verdict.outcome == "countersigned"
    assert not verdict.is_authentic


def test_a_signature_in_a_place_of_its_own_is_an_alteration(desk, issued, tmp_path):
    verdict = verdict_on(desk.app, signed_later(issued, tmp_path, field="extra", box=(100, 400, 400, 600)))
    assert verdict.outcome == "altered"


def test_what_comes_after_a_countersignature_is_an_alteration(desk, issued, tmp_path):
    countersigned = signed_later(issued, tmp_path, field="unit")
    assert verdict_on(desk.app, updated(countersigned, title)).outcome == "altered"
    assert verdict_on(desk.app, updated(countersigned, overlay)).outcome == "altered"


@pytest.mark.parametrize(
    "raw", [b"", b"%PDF-1.7\n", b"x" * 4096, b"%PDF-1.7\n1 0 obj\n<< /Kids [1 0 R] >>\nendobj\n%%EOF"]
)
def test_what_is_no_pdf_is_unreadable_and_nothing_worse(desk, raw):
    assert verdict_on(desk.app, raw).outcome == "unreadable"


def test_an_unsigned_pdf_is_told_to_be_one(desk):
    page = render.seal_face(render.SealFace("Nơi khác", minutes.ISSUED_AT, False))
    assert verdict_on(desk.app, page).outcome == "not_signed"


def test_the_page_takes_a_file_and_says_what_it_is(desk, issued):
    browser = Browser(desk.app)

    def uploaded(content: bytes):
        token = browser.token("/verify")
        body = {"csrf_token": token, "file": (io.BytesIO(content), "biên bản.pdf")}
        return browser.client.post("/verify", data=body)

    assert 'data-verdict="authentic"' in uploaded(issued).text
    assert 'data-verdict="altered"' in uploaded(issued + b"x").text
    assert 'data-verdict="unreadable"' in uploaded(b"not a pdf").text
    assert "Phạm Văn Giám Đốc" not in uploaded(issued).text


def test_the_page_without_a_file_says_what_to_do(desk):
    browser = Browser(desk.app)
    answer = browser.submit("/verify")
    assert (answer.status_code, "Chọn tệp PDF" in answer.text) == (422, True)


def test_a_wrong_code_is_no_document(desk):
    client = desk.app.test_client()
    assert client.get("/verify/0000000000000000").status_code == 404
    assert client.get("/verify/khong-phai-ma").status_code == 404
    typed = client.get("/verify", query_string={"code": "abc"})
    assert (typed.status_code, "16 chữ và số" in typed.text) == (404, True)


def test_a_typed_code_leads_to_its_page(desk):
    code = desk.shown()["verification_code"]
    answer = desk.app.test_client().get("/verify", query_string={"code": f"{code[:4]}-{code[4:]}".lower()})
    assert (answer.status_code, answer.location) == (303, f"/verify/{code}")


def test_the_command_ends_well_only_for_the_issued_file(desk, issued, tmp_path):
    runner = desk.app.test_cli_runner()
    for content, code, word in (
        (issued, 0, "authentic"),
        (issued + b"\n", 1, "altered"),
        (b"x", 1, "unreadable"),
    ):
        path = tmp_path / f"{word}.pdf"
        path.write_bytes(content)
        told = runner.invoke(args=["reports", "verify", str(path)])
        assert (told.exit_code, f"[{word}]" in told.output) == (code, True)
