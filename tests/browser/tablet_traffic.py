"""What a tablet's work costs on the wire: a day's sync in requests and bytes, and a photo that was cut."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Page, Request

from tests.browser import tablet_script as script
from tests.browser.wire import Wire
from tests.visits import Visit

PIECE = 512 * 1024
PHOTO = 8 * 1024 * 1024
# Who asks, and what a package holds now, has nothing to do with how much there is to send.
_APART = ("/sync/v1/token", "/sync/v1/packages")
# More answers than there are items: some are given a second time.
_ANSWER = f"""async ([id, count]) => {{
  const visit = await {script.APP}.open(id);
  const items = visit.items().filter((item) => item.item.response === 'conformity');
  for (let place = 0; place < count; place += 1) {{
    const value = place < items.length ? 'phu_hop' : 'luu_y';
    await visit.answer(items[place % items.length].code, {{ value, note: `Đã xem hồ sơ số ${{place}}` }});
  }}
}}"""


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


def days_sync(page: Page, wire: Wire, visit: Visit, answers: int) -> Traffic:
    """What a day without a network costs once it is back: everything that was recorded reaches the server."""
    script.sent(page)
    wire.cut()
    page.evaluate(_ANSWER, [visit.inspection, answers])
    assert script.sync(page)["waitingOps"] == answers
    wire.mend()
    with watched(page) as traffic:
        assert script.sync(page)["waitingOps"] == 0
    return traffic


def sent_again(page: Page, wire: Wire, visit: Visit) -> int:
    """The bytes beyond the photo's own that go up, heads included, if it is cut at 90 per cent."""
    script.add_photo(page, visit, PHOTO)
    begun = wire.sent_up
    wire.cut_after(PHOTO * 9 // 10)
    assert script.sync(page)["waitingFiles"] == 1
    wire.mend()
    assert script.sync(page)["waitingFiles"] == 0
    return wire.sent_up - begun - PHOTO
