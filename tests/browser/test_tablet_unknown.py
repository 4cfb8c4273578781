"""A server put back to a day before it met the tablet: nothing is lost, and everything comes once."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import flask_migrate
import pytest
from playwright.sync_api import FilePayload, Page, expect
from sqlalchemy import select

import first_start
from app import create_app
from core import db
from core.settings import Settings
from inspections.models import UploadedBlob
from tests import tablets
from tests.browser import tablet_hands as hands
from tests.browser import tablet_script as script
from tests.browser.conftest import behind_trouble, listening
from tests.browser.test_pages_look import objections
from tests.browser.test_tablet_withdrawn import sign_in_again
from tests.browser.wire import Wire
from tests.visits import Visit

pytestmark = pytest.mark.browser

PHOTO_BYTES = 300 * 1024


class Place:
    """An address where one server takes the place of another, each behind the layer that makes trouble."""

    def __init__(self, visit: Visit, trouble: str, folder: Path) -> None:
        self._visit, self._trouble, self._folder = visit, trouble, folder
        self._kept = folder / "kept.thucdia"
        self.keeps_silent_at = ""
        self._front = behind_trouble(visit.app, trouble)

    def __call__(self, environ: dict[str, object], start_response: Callable[..., object]) -> Iterable[bytes]:
        if environ["PATH_INFO"] == self.keeps_silent_at:
            list(self._visit.app(environ, lambda *_: lambda _: None))
            raise BrokenPipeError
        return self._front(environ, start_response)

    def back_up(self) -> None:
        """What there is now can be put back."""
        with self._visit.app.app_context():
            flask_migrate.stamp(directory=str(first_start.MIGRATIONS))
        self._flask("backup", "create", str(self._kept))

    def put_back(self) -> None:
        """The server burned down; the one that answers now knows what the backup knows."""
        settings = Settings(data=self._folder / "rebuilt", database_url="", port=8000)
        self._visit.app = create_app(settings, testing=True)
        self._flask("backup", "restore", str(self._kept))
        self._front = behind_trouble(self._visit.app, self._trouble)

    def _flask(self, *words: str) -> None:
        ran = self._visit.app.test_cli_runner().invoke(args=list(words))
        assert ran.exit_code == 0, ran.output

    def let_go(self) -> None:
        """The server that answered last holds no connection to its database."""
        with self._visit.app.app_context():
            db.db.engine.dispose()


@pytest.fixture
def place(under_way: Visit, trouble: str, tmp_path: Path) -> Iterator[Place]:
    """The server, of which a backup was made before any tablet's browser met it."""
    made = Place(under_way, trouble, tmp_path)
    made.back_up()
    yield made
    made.let_go()


@pytest.fixture
def wire(place: Place) -> Iterator[Wire]:
    """The tablet's way to whichever server answers."""
    with listening(place) as port, Wire(port) as between:
        yield between


def stored(visit: Visit) -> list[str]:
    """The hashes of the files that the server has."""
    with visit.app.app_context(), db.reading() as session:
        return list(session.scalars(select(UploadedBlob.sha256)))


def exported(page: Page) -> FilePayload:
    """The file that the tablet gives out on the screen of what waits."""
    with page.expect_download() as download:
        page.get_by_role("button", name="Xuất tệp").click()
    content = Path(download.value.path()).read_bytes()
    return {"name": download.value.suggested_filename, "mimeType": "application/gzip", "buffer": content}


def brought_to_the_office(page: Page, wire: Wire, file: FilePayload) -> None:
    """The leader has handed the file in on the office's page, which took all of it."""
    office = page.context.browser.new_context(base_url=wire.address, locale="vi-VN").new_page()
    office.goto("/sign-in?next=/exchange/import")
    hands.fill_sign_in(office, "truong.doan")
    office.goto("/exchange/import")
    office.get_by_label("Tệp xuất").set_input_files(file)
    office.get_by_role("button", name="Nhập tệp").click()
    expect(office.get_by_text("Đã nhập đủ.")).to_be_visible()
    office.context.close()


def fill_enrolment(page: Page, visit: Visit) -> None:
    """From the screen of what waits to a form with a fresh code in it."""
    page.get_by_role("link", name="Ghi danh lại máy này").click()
    expect(page.get_by_text("mở khóa bằng mã PIN cũ")).to_be_visible()
    page.get_by_label("Mã ghi danh").fill(tablets.Office(visit.app).typed_code("Máy số 7"))
    page.get_by_label("Tên máy").fill("Máy số 7")


def enrol_and_open(page: Page) -> None:
    """The form is sent until it is taken, and the tablet is open and taken for itself by the server."""
    hands.insist(
        page.get_by_role("button", name="Ghi danh máy này").click,
        page.get_by_label("Mã PIN của"),
        page.get_by_role("alert"),
    )
    hands.unlock(page)
    sign_in_again(page)


@pytest.fixture
def photo(tablet: Page, wire: Wire, place: Place, under_way: Visit) -> bytes:
    """Sent with one answer while another waits, to a server that now knows neither it nor the tablet."""
    made = script.add_photo(tablet, under_way, PHOTO_BYTES)
    hands.tap(tablet, "PL-01", "phu_hop")
    script.sent(tablet)
    wire.cut()
    hands.tap(tablet, "PL-02", "luu_y")
    place.put_back()
    wire.mend()
    assert hands.on_server(under_way).answers == {}
    tablet.goto("/tablet/#/waiting")
    notice = tablet.locator(".notice-wrong", has_text="Máy chủ không nhận ra máy này nữa.")
    hands.press_until(tablet, "Gửi ngay", notice)
    expect(notice).to_contain_text("Dữ liệu chưa gửi vẫn ở trên máy: xuất tệp rồi ghi danh lại.")
    expect(tablet.locator(".sync-line")).to_contain_text("Đã lưu trên máy")
    return made


def is_all_there_once(visit: Visit, photo: bytes) -> None:
    """Answers and photo are on the server, each a single time."""
    assert hands.logged(visit) == ["answer/PL-01", "answer/PL-02"]
    kept = hands.on_server(visit)
    values = {code: one.body["value"] for code, one in kept.answers.items()}
    assert values == {"PL-01": "phu_hop", "PL-02": "luu_y"}
    assert [one.item for one in kept.photos] == ["PL-01"]
    assert stored(visit) == [hashlib.sha256(photo).hexdigest()]


def test_a_tablet_that_the_server_does_not_know_any_more_is_enrolled_again_with_its_work(
    tablet: Page, wire: Wire, under_way: Visit, photo: bytes
):
    assert objections(tablet) == []
    hands.shoot_both(tablet, "khong-nhan-ra-may")
    file = exported(tablet)
    fill_enrolment(tablet, under_way)
    assert objections(tablet) == []
    hands.shoot(tablet, "ghi-danh-lai")
    enrol_and_open(tablet)
    hands.send(tablet)
    is_all_there_once(under_way, photo)
    brought_to_the_office(tablet, wire, file)
    is_all_there_once(under_way, photo)


def test_an_enrolment_whose_answer_is_lost_is_tried_again_and_brings_everything_all_the_same(
    tablet: Page, place: Place, under_way: Visit, photo: bytes
):
    fill_enrolment(tablet, under_way)
    place.keeps_silent_at = "/sync/v1/devices"
    tablet.get_by_role("button", name="Ghi danh máy này").click()
    expect(tablet.get_by_role("alert")).to_contain_text("Không liên lạc được máy chủ.")
    # Known to the server by now, it hears in its next round that a person is to sign in, and no more.
    told = tablet.get_by_role("status").filter(has_text="Phiên làm việc trên máy chủ đã hết.")
    expect(told).to_have_count(1, timeout=30_000)
    place.keeps_silent_at = ""
    enrol_and_open(tablet)
    hands.send(tablet)
    is_all_there_once(under_way, photo)
