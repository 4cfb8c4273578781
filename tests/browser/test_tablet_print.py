"""The draft minutes from the tablet's printer, without a network: letters, head, pages, none of the app."""

import io

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from pypdf import PageObject, PdfReader

from checklists import queries as checklist_queries
from core import db
from tests import visits
from tests.browser import tablet_hands as hands
from tests.browser.test_tablet_second_thoughts import agree, sign
from tests.visits import Visit

pytestmark = pytest.mark.browser

NATION, MOTTO = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"
SEATS = ("ĐẠI DIỆN CƠ QUAN CHỊU SỰ KIỂM TRA", "TRƯỞNG ĐOÀN KIỂM TRA")
FOOT = "Bản nháp in tại chỗ, chưa phát hành"
# Words of the app around the paper.
CHROME = ("In bản nháp", "Thống nhất trong đoàn", "Việc của tôi", "máy chủ", "Đang kiểm tra")
LONG = "Hồ sơ nộp ngày 12 trả ngày 27, quá hạn mười ngày so với thời hạn đã niêm yết tại trụ sở. "
A4_POINTS = (595, 842)
POINTS_PER_MM = 72 / 25.4
TOP_MM, BOTTOM_MM, LEFT_MM = 20, 20, 30
# The share of a page that is filled at least, where the text goes on on the next.
FULL = 0.7


@pytest.fixture
def visit(app: Flask) -> Visit:
    """An inspection that has begun, with an answer."""
    visits.registered(app)
    made = Visit(app).decided().started()
    made.answer("PL-01", "phu_hop")
    made.push("leader")
    return made


def write_much(visit: Visit) -> None:
    """Every item has its verdict; some a remark that fills half a page, and one a remark that fills more."""
    with visit.app.app_context(), db.reading() as session:
        asked = checklist_queries.items(session, visits.CHECKLIST).by_code.values()
        codes = [item.code for item in asked if item.response == "conformity" and item.code != "PL-01"]
    for place, code in enumerate(codes):
        note = (LONG * (30 if place == 20 else 11 if place % 7 == 3 else place % 3)).strip()
        verdict = "kph_nang" if place == 20 else "luu_y" if note else "phu_hop"
        visit.answer(code, verdict, note=note)
    visit.push("leader")


def tablet_of(chromium: Browser, address: str, visit: Visit) -> Page:
    """The leader's tablet with the inspection, started anew without a network."""
    page = hands.window(chromium, address, hands.LANDSCAPE, "dark")
    hands.opened_by(page, visit.app, "truong.doan")
    hands.enter(page, visit)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.context.set_offline(True)
    page.reload()
    hands.unlock(page)
    expect(page.locator("td-item").first).to_be_visible()
    return page


def printed(page: Page, visit: Visit, name: str) -> PdfReader:
    """What the button sends to the printer; it lies beside the pictures of the screens."""
    hands.go(page, visit, "closing/minutes")
    expect(page.locator(".paper .fingerprint")).not_to_be_empty()
    page.evaluate("window.print = () => { document.title = 'printing'; }")
    page.get_by_role("button", name="In bản nháp").click()
    expect(page).to_have_title("printing")
    pdf = page.pdf(prefer_css_page_size=True)
    hands.SHOTS.mkdir(parents=True, exist_ok=True)
    (hands.SHOTS / f"{name}.pdf").write_bytes(pdf)
    return PdfReader(io.BytesIO(pdf))


def runs(page: PageObject) -> list[tuple[float, float, str]]:
    """Each run of letters: how far from the left and from the upper edge in millimetres, and what it says."""
    found: list[tuple[float, float, str]] = []
    height = float(page.mediabox.height)

    def visit_text(text: str, cm: list[float], tm: list[float], *_font: object) -> None:
        if text.strip():
            x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
            y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
            found.append((x / POINTS_PER_MM, (height - y) / POINTS_PER_MM, text.strip()))

    page.extract_text(visitor_text=visit_text)
    return found


def font_names(page: PageObject) -> set[str]:
    """The faces that the page is set in and that travel within the file."""
    names = set()
    for font in page["/Resources"]["/Font"].values():  # type: ignore[union-attr]
        (face,) = font.get_object()["/DescendantFonts"]
        descriptor = face.get_object()["/FontDescriptor"].get_object()
        if {"/FontFile2", "/FontFile3"} & set(descriptor):
            names.add(str(descriptor["/FontName"]).partition("+")[2])
    return names


def lines(page: PageObject) -> list[str]:
    """What stands on each line of the page."""
    return [" ".join(line.split()) for line in page.extract_text().splitlines()]


def expect_form(read: PdfReader) -> None:
    """What holds of the minutes however long they are."""
    first, *others = read.pages
    assert [round(float(side)) for side in first.mediabox[2:]] == list(A4_POINTS)
    for page in read.pages:
        assert font_names(page)
        assert all(name.startswith("Tinos") for name in font_names(page))
        marks = [words for _, down, words in runs(page) if down > 297 - BOTTOM_MM]
        assert marks == [FOOT]
        assert min(left for left, down, _ in runs(page) if TOP_MM < down < 297 - BOTTOM_MM) >= LEFT_MM - 0.5
    numbers = [[words for _, down, words in runs(page) if down < TOP_MM] for page in read.pages]
    assert numbers == [[], *([str(place)] for place, _ in enumerate(others, start=2))]
    assert any(NATION in line for line in lines(first))
    assert any(MOTTO in line for line in lines(first))
    text = "\n".join(page.extract_text() for page in read.pages)
    assert [words for words in CHROME if words in text] == []


def test_short_minutes_have_the_official_form_without_a_network(
    chromium: Browser, address: str, visit: Visit
):
    page = tablet_of(chromium, address, visit)
    read = printed(page, visit, "print-short")
    expect_form(read)
    annex = next(place for place, one in enumerate(read.pages) if "PHỤ LỤC" in lines(one))
    assert annex == 2
    for one in read.pages[annex:]:
        assert "Mã Nội dung kiểm tra và căn cứ Kết quả Ghi nhận và bằng chứng" in lines(one)
    assert page.complaints == []


def test_long_minutes_fill_their_pages_and_keep_the_signatures_with_their_names(
    chromium: Browser, address: str, visit: Visit
):
    write_much(visit)
    page = tablet_of(chromium, address, visit)
    agree(page, visit)
    sign(page)
    read = printed(page, visit, "print-long")
    expect_form(read)
    texts = [one.extract_text() for one in read.pages]
    annex = next(place for place, text in enumerate(texts) if "PHỤ LỤC" in text)
    (signed,) = (place for place, one in enumerate(read.pages) if one.images)
    assert len(read.pages[signed].images) == len(SEATS)
    for words in (*SEATS, "Lâm Thị Minh Châu", "Nguyễn Văn Trưởng", "được lập thành 02 bản"):
        assert words in " ".join(lines(read.pages[signed])), words
    for place, one in enumerate(read.pages[:-1]):
        lowest = max(down for _, down, _ in runs(one) if down < 297 - BOTTOM_MM)
        filled = (lowest - TOP_MM) / (297 - TOP_MM - BOTTOM_MM)
        assert filled > FULL or place == annex - 1, (place + 1, filled)
    assert page.complaints == []
