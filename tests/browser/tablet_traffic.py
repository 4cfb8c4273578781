"""What a tablet's work costs on the wire: a day's sync in requests and bytes, and a photo that was cut."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Page, Request

from tests.browser.wire import Wire

# The same object that the screens use.
APP = "document.querySelector('td-app').app"
PIECE = 512 * 1024
PHOTO = 8 * 1024 * 1024
# Who asks, and what a package holds now, has nothing to do with how much there is to send.
_APART = ("/sync/v1/token", "/sync/v1/packages")
_ANSWER = """async ([id, count]) => {
  const visit = await APP.open(id);
  const items = visit.items().filter((item) => item.item.response === 'conformity');
  for (let place = 0; place < count; place += 1) {
    const value = place < items.length ? 'phu_hop' : 'luu_y';
    await visit.answer(items[place % items.length].code, { value, note: `Đã xem hồ sơ số ${place}` });
  }
}"""
_PHOTO = """async ([id, size]) => {
  const visit = await APP.open(id);
  const bytes = new Uint8Array(size).map((_, place) => (place * 31 + (place >> 9)) % 251);
  await visit.addPhoto({ bytes: new Blob([bytes]), mime: 'image/jpeg', item: visit.items()[0].code });
}"""


@dataclass
class Traffic:
    """Requests that were answered while something was done."""

    paths: list[str] = field(default_factory=list)
    up: int = 0
    down: int = 0

    @property
    def round_trips(self) -> list[str]:
        """Those beside the token and packages."""
        return [path for path in self.paths if not path.startswith(_APART)]


@contextmanager
def watched(page: Page, kinds: Sequence[str] = ("fetch",)) -> Iterator[Traffic]:
    """What the page asks of the server in the block by requests of these kinds, complete when it ends."""
    asked: list[Request] = []

    def keep(request: Request) -> None:
        if request.resource_type in kinds:
            asked.append(request)

    page.on("request", keep)
    traffic = Traffic()
    yield traffic
    page.remove_listener("request", keep)
    for one in asked:
        if one.response() is None:  # it was cut
            continue
        sizes = one.sizes()
        traffic.paths.append(urlsplit(one.url).path)
        traffic.up += sizes["requestBodySize"]
        traffic.down += sizes["responseBodySize"]


def answer(page: Page, inspection: str, count: int) -> None:
    """So many answers with a note are on the tablet."""
    page.evaluate(_ANSWER.replace("APP", APP), [inspection, count])


def sync(page: Page) -> dict[str, object]:
    """A round with the server is over; what the tablet says of it."""
    told: dict[str, object] = page.evaluate(f"{APP}.syncNow().then(() => ({{...{APP}.sync}}))")
    return told


def sent(page: Page) -> None:
    """Nothing waits any more."""
    for _ in range(5):  # a round that was under way knows nothing of what came after it
        told = sync(page)
        if told["waitingOps"] == told["waitingFiles"] == 0:
            return
    raise AssertionError(told)


def days_sync(page: Page, wire: Wire, inspection: str, answers: int) -> Traffic:
    """What a day without a network costs once it is back: everything that was recorded reaches the server."""
    sent(page)
    wire.cut()
    answer(page, inspection, answers)
    assert sync(page)["waitingOps"] == answers
    wire.mend()
    with watched(page) as traffic:
        assert sync(page)["waitingOps"] == 0
    return traffic


def sent_again(page: Page, wire: Wire, inspection: str) -> int:
    """The bytes beyond the photo's own that go up, heads included, if it is cut at 90 per cent."""
    page.evaluate(_PHOTO.replace("APP", APP), [inspection, PHOTO])
    begun = wire.sent_up
    wire.cut_after(PHOTO * 9 // 10)
    assert sync(page)["waitingFiles"] == 1
    wire.mend()
    assert sync(page)["waitingFiles"] == 0
    return wire.sent_up - begun - PHOTO
