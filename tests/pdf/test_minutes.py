"""The minutes on paper say what the snapshot says, in the form that the decree wants, and always the same."""

import io
import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader

from reports import render, snapshot
from reports.render import Edition
from tests import minutes


def printed(snap: snapshot.Snapshot, files: minutes.Files, **imprint: object):
    """The snapshot as the child prints it."""
    edition = Edition(snap, "d" * 64, minutes.make_imprint(**imprint), minutes.ISSUED_AT)
    return render.minutes(edition, files.path)


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page with single blanks and without places to break."""
    reader = PdfReader(io.BytesIO(pdf))
    return [" ".join(page.extract_text().replace("\u200b", "").split()) for page in reader.pages]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> minutes.Files:
    return minutes.Files(tmp_path_factory.mktemp("files"))


@pytest.fixture(scope="module")
def plain(files: minutes.Files) -> snapshot.Snapshot:
    return minutes.make_minutes(files)


@pytest.fixture(scope="module")
def brief(plain: snapshot.Snapshot) -> snapshot.Snapshot:
    """The same minutes with few items and photos, for what does not depend on them."""
    first = plain.chapters[0]
    return replace(plain, chapters=(replace(first, points=first.points[:1]),), photos=plain.photos[:2])


@pytest.fixture(scope="module")
def pdf(plain: snapshot.Snapshot, files: minutes.Files) -> bytes:
    return printed(plain, files).pdf


@pytest.fixture(scope="module")
def pages(pdf: bytes) -> list[str]:
    return pages_of(pdf)


def squeezed(text: str) -> str:
    """The text without blanks, as lines may break anywhere."""
    return re.sub(r"\s", "", text)


def test_the_first_page_has_the_head_of_an_official_document(pages: list[str]):
    head = [
        "SỞ KHOA HỌC VÀ CÔNG NGHỆ", "CHI CỤC TIÊU CHUẨN ĐO LƯỜNG CHẤT LƯỢNG", "Số: 07/BB-TĐC",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "BIÊN BẢN",
        "Kiểm tra việc xây dựng, áp dụng, duy trì và cải tiến Hệ thống quản lý chất lượng", "tại Sở Nội vụ",
    ]  # fmt: skip
    at = [pages[0].index(part) for part in head]
    assert at == sorted(at)


def test_legal_grounds_end_with_semicolons_and_the_last_with_a_full_stop(pages: list[str]):
    first, second, last = (squeezed(ground) for ground in minutes.GROUNDS)
    page = squeezed(pages[0])
    assert f"{first};" in page
    assert f"{second};" in page
    assert f"{last}." in page


def test_a_line_is_filled_before_a_number_that_does_not_fit(brief: snapshot.Snapshot, files: minutes.Files):
    chapter, point = brief.chapters[0], brief.chapters[0].points[0]
    papers = ("Chương trình đánh giá nội bộ số 229/CTr-SNV ngày 18/3/2022",)
    item = replace(point.items[0], evidence=papers)
    told = replace(brief, chapters=(replace(chapter, points=(replace(point, items=(item,)),)),))
    reader = PdfReader(io.BytesIO(printed(told, files).pdf))
    lines = "\n".join(page.extract_text() for page in reader.pages).splitlines()
    assert any("trình đánh giá nội bộ" in line and "Chương" in line for line in lines)


def test_the_parts_stand_in_the_order_of_the_circular(pages: list[str]):
    whole = " ".join(pages)
    parts = [
        "Vào hồi 08 giờ 00 phút, ngày 23 tháng 5 năm 2023, tại trụ sở Sở Nội vụ", "I. THÀNH PHẦN",
        "II. PHẠM VI VÀ CÁCH THỨC KIỂM TRA", "III. KẾT QUẢ KIỂM TRA", "IV. CÁC VẤN ĐỀ TỒN TẠI",
        "V. GHI NHẬN VÀ KIẾN NGHỊ", "VI. Ý KIẾN CỦA CƠ QUAN CHỊU SỰ KIỂM TRA", "VII. KẾT LUẬN VÀ YÊU CẦU",
        "không quá 02 tháng kể từ ngày ký biên bản, chậm nhất là ngày 23 tháng 7 năm 2023",
        "kết thúc vào hồi 11 giờ 30 phút, ngày 23 tháng 5 năm 2023",
        "lập thành 02 bản có giá trị pháp lý như nhau",
        "Nơi nhận:", "KẾT QUẢ KIỂM TRA THEO TỪNG NỘI DUNG", "BẢNG KIỂM TRA MẪU HỒ SƠ",
        "ẢNH CHỤP TRONG QUÁ TRÌNH KIỂM TRA", "DỮ LIỆU KÈM THEO VÀ MÃ KIỂM",
    ]  # fmt: skip
    at = [whole.index(part) for part in parts]
    assert at == sorted(at)


def test_every_item_finding_and_photo_is_on_paper(plain: snapshot.Snapshot, pages: list[str]):
    whole = squeezed(" ".join(pages))
    assert len(plain.items) == 104
    for item in plain.items:
        assert squeezed(item.question) in whole
    for finding in plain.findings:
        assert squeezed(finding.text[1:]) in whole
    for number, photo in enumerate(plain.photos, start=1):
        assert squeezed(f"Ảnh {number}. {photo.caption} (mục {photo.item})") in whole
        assert photo.sha256 in whole


def test_the_points_of_dieu_36_follow_vietnamese_lettering(pages: list[str]):
    whole = " ".join(pages[:5])
    points = [f"{code[-1]}) {title}." for code, title in minutes.POINT_TITLES.items()]
    at = [whole.index(point) for point in points]
    assert at == sorted(at)


def test_the_first_page_bears_no_number_and_the_others_do(pages: list[str]):
    # The margins are painted after the text, the number before the mark at the foot.
    told = [re.search(r"(\d*) BẢN TRÌNH DIỄN – [^–]*$", page)[1] for page in pages]
    assert told == ["", *(str(number) for number in range(2, len(pages) + 1))]


def test_heads_of_tables_are_repeated(pages: list[str]):
    """The annex of results runs over many pages, each of which has the head."""
    first = next(place for place, page in enumerate(pages) if "KẾT QUẢ KIỂM TRA THEO TỪNG NỘI DUNG" in page)
    after = next(place for place, page in enumerate(pages) if "BẢNG KIỂM TRA MẪU HỒ SƠ" in page)
    assert after - first > 5
    assert all("Nội dung kiểm tra và căn cứ" in page for page in pages[first:after])


def test_exactly_four_faces_are_embedded(pdf: bytes):
    fonts = {}
    for page in PdfReader(io.BytesIO(pdf)).pages:
        for font in page["/Resources"]["/Font"].values():
            descendant = font["/DescendantFonts"][0].get_object()
            name = descendant["/BaseFont"].partition("+")[2]
            fonts[name] = "/FontFile2" in descendant["/FontDescriptor"]
    assert fonts == dict.fromkeys(["Tinos", "Tinos-Bold", "Tinos-Italic", "Tinos-Bold-Italic"], True)


def test_the_page_is_a4_with_the_decrees_margins(pdf: bytes):
    box = PdfReader(io.BytesIO(pdf)).pages[0].mediabox
    assert (round(box.width / 72 * 25.4), round(box.height / 72 * 25.4)) == (210, 297)


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils is not installed")
def test_no_word_stands_outside_the_margins(pdf: bytes, tmp_path: Path):
    path = tmp_path / "minutes.pdf"
    path.write_bytes(pdf)
    boxes = subprocess.run(
        ["pdftotext", "-bbox", str(path), "-"], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    found = re.findall(r'xMin="([\d.]+)" yMin="[\d.]+" xMax="([\d.]+)" yMax="[\d.]+">(.*?)</word>', boxes)
    left, right = 30 / 25.4 * 72, (210 - 15) / 25.4 * 72
    assert len(found) > 5000
    assert [one for one in found if float(one[0]) < left - 1 or float(one[1]) > right + 1] == []


def test_the_file_says_that_it_is_an_archive_file(pdf: bytes):
    xmp = PdfReader(io.BytesIO(pdf)).xmp_metadata.stream.get_data().decode()
    assert re.search(r'part="3"', xmp)
    assert re.search(r'conformance="A"', xmp)


def test_the_enclosures_carry_what_the_paper_says(plain: snapshot.Snapshot, pdf: bytes):
    attached = PdfReader(io.BytesIO(pdf)).attachments
    assert set(attached) == {"findings.json", "operation-log.json"}
    told = json.loads(attached["findings.json"][0])
    assert (told["number"], told["dated_on"], told["is_demo"]) == ("07/BB-TĐC", "2023-05-23", True)
    assert told["counts"] == {"phu_hop": 93, "luu_y": 3, "kph_nhe": 5, "khong_ap_dung": 3}
    assert [one["number"] for one in told["findings"]] == list(range(1, 10))
    assert sorted(one["text"] for one in told["findings"]) == sorted(one.text for one in plain.findings)
    assert [one["code"] for one in told["results"]] == [item.code for item in plain.items]


def test_the_same_snapshot_gives_the_same_bytes(plain: snapshot.Snapshot, files: minutes.Files, pdf: bytes):
    """Another process, with another hash seed, of the same programs."""
    assert printed(plain, files).pdf == pdf


def test_a_snapshot_survives_its_bytes(plain: snapshot.Snapshot):
    raw = snapshot.encoded(plain)
    assert snapshot.decoded(raw) == plain
    assert snapshot.encoded(snapshot.decoded(raw)) == raw


@pytest.mark.parametrize("raw", [b"", b"{}", b"[1", b'{"schema": 2}', b"\xff\xfe"])
def test_bytes_that_are_no_snapshot_are_refused(raw: bytes):
    with pytest.raises(snapshot.SnapshotUnreadable):
        snapshot.decoded(raw)


def test_a_demonstration_says_so_on_every_page_and_real_minutes_do_not(
    brief: snapshot.Snapshot, files: minutes.Files, pages: list[str]
):
    mark = "BẢN TRÌNH DIỄN – KHÔNG CÓ GIÁ TRỊ PHÁP LÝ"
    assert all(mark in page for page in pages)
    assert not any(mark in page for page in pages_of(printed(brief, files, is_demo=False).pdf))


def test_a_draft_says_so_on_every_page_and_leaves_no_place_for_a_seal(
    brief: snapshot.Snapshot, files: minutes.Files
):
    draft = printed(brief, files, number="", dated_on=None)
    assert all("BẢN NHÁP" in page for page in pages_of(draft.pdf))
    assert "field-agency" not in draft.places


def test_a_refusal_to_sign_is_recorded_and_nobody_is_said_to_have_agreed(
    brief: snapshot.Snapshot, files: minutes.Files
):
    refusal = snapshot.Refusal("không đồng ý với tồn tại số 2", ("Trịnh Gia Bảo", "Thạch Sa Ranh"))
    unit = snapshot.Signature("unit", "Lâm Hoài Thương", "Giám đốc", refusal=refusal)
    refused = replace(brief, signatures=(unit, brief.signatures[1]))
    whole = " ".join(pages_of(printed(refused, files).pdf))
    assert "Lâm Hoài Thương, Giám đốc, không ký biên bản. Lý do: không đồng ý với tồn tại số 2." in whole
    assert "Người chứng kiến: Trịnh Gia Bảo; Thạch Sa Ranh." in whole
    assert "cùng ký" not in whole


def test_without_findings_nothing_has_to_be_corrected(brief: snapshot.Snapshot, files: minutes.Files):
    spotless = replace(brief, findings=(), correction_due_on=None)
    whole = " ".join(pages_of(printed(spotless, files).pdf))
    assert "Không có vấn đề tồn tại phải khắc phục." in whole
    assert "kể từ ngày ký biên bản" not in whole


def test_clocks_that_stood_off_are_told_and_others_are_not(brief: snapshot.Snapshot, files: minutes.Files):
    off = replace(brief, clocks=(snapshot.Clock("Máy của Lê Thị Bình", "nhanh khoảng 12 phút", 4),))
    told = " ".join(pages_of(printed(off, files).pdf))
    assert "Máy của Lê Thị Bình: nhanh khoảng 12 phút, khi ghi 04 thao tác." in told
    assert "thứ tự các thao tác không phụ thuộc đồng hồ" in told
    assert "ồng hồ máy tính bảng" not in " ".join(pages_of(printed(brief, files).pdf))


def test_minutes_frozen_before_clocks_were_told_are_still_read(plain: snapshot.Snapshot):
    told = json.loads(snapshot.encoded(plain))
    del told["clocks"], told["documents"]
    assert snapshot.decoded(json.dumps(told).encode()) == plain


def test_files_that_are_no_photos_are_listed_and_named_where_they_prove_something(
    brief: snapshot.Snapshot, files: minutes.Files
):
    listed = (
        snapshot.Document("a" * 64, "phan-cong.pdf", "Bảng phân công", brief.findings[0].items[0], "420 kB"),
        snapshot.Document("b" * 64, "", "", brief.items[0].code, "1,2 MB"),
    )
    done = printed(replace(brief, documents=listed), files)
    told = " ".join(pages_of(done.pdf))
    for words in ("TỆP GHI LÀM BẰNG CHỨNG", "phan-cong.pdf", "Bảng phân công", "420 kB", "Tệp không có tên"):
        assert words in told
    assert "a" * 64 in squeezed(told)
    assert "Tệp 1" in told, "at the finding"
    assert "Tệp 2" in told, "at the item"
    assert "TỆP GHI LÀM BẰNG CHỨNG" not in " ".join(pages_of(printed(brief, files).pdf))


def test_the_longest_minutes_stay_whole(files: minutes.Files):
    name = "Ban Quản lý Khu kinh tế và các Khu công nghiệp trực thuộc Ủy ban nhân dân tỉnh, cơ sở phía Nam"
    long = minutes.make_minutes(files, serious=9, noted=3, photos=30, unit=snapshot.Unit("X", name))
    done = printed(long, files)
    whole = squeezed(" ".join(pages_of(done.pdf)))
    assert squeezed(f"Kiểm tra: {name}")[8:] in whole
    assert all(photo.sha256 in whole for photo in long.photos)
    assert done.unreadable == ()
    assert len(done.pdf) < 3_000_000


def test_signatures_and_seal_have_their_places_on_one_page(brief: snapshot.Snapshot, files: minutes.Files):
    places = printed(brief, files).places
    assert set(places) == {"field-unit", "field-secretary", "field-leader", "field-agency"}
    assert len({place.page for place in places.values()}) == 1
    for place in places.values():
        left, bottom, right, top = place.box
        assert 85 < left < right < 555
        assert 56 < bottom < top < 786


HOSTILE = {
    "markup": '<img src="file:///etc/passwd"><script>alert(1)</script></td></table>',
    "template": "{{ 7 * 7 }}{% raw %}",
    "entity": "&lt;b&gt; & © &#x41;",
    "direction": "số \u202e321\u202c thật",
    "controls": "a\u0000b\u0007c\u200bd",
    "piled": "Z" + "\u0335\u0336\u0337\u0338" * 40,
    "emoji": "đạt ✅ 👍🏽 và ☑",
    "decomposed": "Tie\u0302\u0301ng Vie\u0323\u0302t",
    "endless": "x" * 3000,
    "paragraph": "một\u2028hai\u2029ba",
}


def test_what_people_write_stays_text(brief: snapshot.Snapshot, files: minutes.Files):
    conclusion = "\n".join(HOSTILE.values())
    done = printed(replace(brief, conclusion=conclusion), files)
    whole = squeezed(" ".join(pages_of(done.pdf)))
    for expected in (
        HOSTILE["markup"], HOSTILE["template"], HOSTILE["entity"], "số 321 thật", "abcd", "Tiếng Việt",
        "đạt □ □□ và □", "một hai ba",
    ):  # fmt: skip
        assert squeezed(expected) in whole
    assert whole.count("x") >= 3000
    assert set(PdfReader(io.BytesIO(done.pdf)).attachments) == {"findings.json", "operation-log.json"}


def test_a_photo_that_is_none_leaves_a_frame_and_is_told(brief: snapshot.Snapshot, files: minutes.Files):
    broken = files.keep(b"\xff\xd8\xff\xe0 no picture at all")
    photos = (replace(brief.photos[0], sha256=broken), *brief.photos[1:])
    done = printed(replace(brief, photos=photos), files)
    assert done.unreadable == ("photo-1.jpg",)
    assert broken in squeezed(" ".join(pages_of(done.pdf)))


def test_no_photo_carries_what_the_camera_wrote(brief: snapshot.Snapshot, files: minutes.Files):
    from tests import visits

    with_place = files.keep(visits.picture())
    assert b"Exif" in Path(files.path(with_place)).read_bytes()
    done = printed(replace(brief, photos=(replace(brief.photos[0], sha256=with_place),)), files)
    assert b"Exif" not in done.pdf
