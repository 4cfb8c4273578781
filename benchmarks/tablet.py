"""The tablet app in headless Chromium before the ordinary `serve`, with and without a throttled processor.

Taps and openings stand beside what the browser's own store and cipher take for as many bytes in the same
page, one after the other in every round; what is loaded and sent is counted in bytes and requests.
"""

import argparse
import contextlib
import shutil
import statistics
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, CDPSession, JSHandle, Page, sync_playwright

from app import create_app
from benchmarks import measuring
from core.settings import Settings
from demo import server
from tests import visits
from tests.browser import tablet_hands as hands
from tests.browser import tablet_traffic as traffic
from tests.browser.conftest import FLAGS
from tests.browser.wire import Wire
from tests.visits import Visit

_TOOLS = Path(__file__).with_name("tablet_page.js").read_text(encoding="utf-8")
PHOTOS = 60
SLOW = 4
_RATES = (SLOW, 1)
_KIB = 1024
_TAPS = {
    "bare": "sealed and put, bare",
    "durable": "tap, until it is durable",
    "seen": "tap, until it is seen as saved",
}
_OPENINGS = {
    "bare": "as many seals read and opened, bare",
    "opened": "opened, until all is known",
    "shown": "from the PIN to the list painted",
}

Samples = dict[str, list[float]]
Round = Mapping[int, Samples]


@dataclass(frozen=True)
class Desk:
    """A tablet with an inspection on it, and the wire to its server."""

    page: Page
    wire: Wire
    visit: Visit
    tools: JSHandle
    processor: CDPSession

    def ask(self, call: str, *given: object) -> Any:
        """What the tools in the page answer."""
        return self.tools.evaluate(f"(tools, given) => tools.{call}(...given)", list(given))

    def throttle(self, rate: int) -> None:
        """The page has so much less of a processor."""
        self.processor.send("Emulation.setCPUThrottlingRate", {"rate": rate})


@contextlib.contextmanager
def _browser(profile: Path, address: str) -> Iterator[BrowserContext]:
    """Chromium with its profile on the disk: one without keeps its stores in memory and syncs nothing."""
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=shutil.which("chromium") or shutil.which("chromium-browser"), args=FLAGS,
            base_url=address, viewport={"width": 1280, "height": 800}, has_touch=True, locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
        )  # fmt: skip
        yield context
        context.close()


@contextlib.contextmanager
def desk() -> Iterator[tuple[Desk, int]]:
    """Everything runs, and the first load's bytes of script and style."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="thucdia-bench-")))
        settings = Settings(data=folder / "data")
        settings.data.mkdir()
        address = stack.enter_context(server.running(settings, folder=folder))
        app = create_app(settings)
        visits.registered(app)
        visit = Visit(app).decided()
        wire = stack.enter_context(Wire(int(address.rsplit(":", 1)[1])))
        context = stack.enter_context(_browser(folder / "profile", wire.address))
        page = context.pages[0]
        loaded = _first_load(page)
        hands.opened_by(page, app, visits.TEAM["leader"][0])
        hands.enter(page, visit)
        processor = context.new_cdp_session(page)
        yield Desk(page, wire, visit, page.evaluate_handle(_TOOLS), processor), loaded


def _first_load(page: Page) -> int:
    with traffic.watched(page, ("script", "stylesheet")) as seen:
        page.goto("/tablet/")
        page.get_by_label("Mã ghi danh").wait_for()
    down: int = seen.down
    return down


def _openings(one: Desk, records: int, count: int) -> Round:
    found: dict[int, Samples] = {}
    for rate in _RATES:
        one.throttle(rate)
        took: Samples = {name: [] for name in _OPENINGS}
        for _ in range(count):
            took["bare"].append(one.ask("bareOpening", records))
            for way in ("opened", "shown"):
                took[way].append(one.ask(way, one.visit.inspection, hands.PIN))
        found[rate] = took
    return found


def _taps(one: Desk, count: int) -> Round:
    found: dict[int, Samples] = {}
    for rate in _RATES:
        one.throttle(rate)
        found[rate] = one.ask("taps", one.visit.inspection, count)
    return found


def _share(samples: Sequence[float], share: float) -> float:
    return sorted(samples)[min(len(samples) - 1, int(len(samples) * share))]


def table(rounds: Sequence[Round], names: Mapping[str, str]) -> str:
    """Medians over the rounds; a ratio is the median of the rounds' own ratios of medians."""
    head = ("processor", "", "p50 ms", "p95 ms", "p50, p95 of the calmest round", "÷ bare")
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for rate in _RATES:
        floors = [statistics.median(one[rate]["bare"]) for one in rounds]
        for name, words in names.items():
            halves = [statistics.median(one[rate][name]) for one in rounds]
            tails = [_share(one[rate][name], 0.95) for one in rounds]
            ratio = statistics.median(half / floor for half, floor in zip(halves, floors, strict=True))
            calm = f"{min(halves):.1f}, {min(tails):.1f}"
            half, tail = statistics.median(halves), statistics.median(tails)
            lines.append(f"| 1/{rate} | {words} | {half:.1f} | {tail:.1f} | {calm} | {ratio:.1f} |")
    return "\n".join(lines)


def _bytes(one: Desk, loaded: int) -> str:
    day = traffic.days_sync(one.page, one.wire, one.visit, 100)
    again = traffic.sent_again(one.page, one.wire, one.visit)
    pieces = f"{again / traffic.PIECE:.2f} pieces of 512 KiB, heads included"
    lines = [
        ("first load, script and style as they travel", f"{loaded / _KIB:.0f} KiB"),
        ("100 answers with notes, sent in", f"{len(day.round_trips)} round trips"),
        ("bytes up / down for each of them", f"{day.up / 100:.0f} / {day.down / 100:.0f}"),
        (
            "photo of 8 MB cut at 90 %, sent again",
            pieces,
        ),
    ]
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in lines)])


def main() -> None:
    """Print the results."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tablet", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--taps", type=int, default=24, help="of each kind in a round")
    wanted = parser.parse_args()
    with desk() as (one, loaded):
        one.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        items = one.ask("fill", one.visit.inspection, PHOTOS)
        records = items + PHOTOS
        opening = [_openings(one, records, 3) for _ in range(wanted.rounds)]
        one.ask("wholeList", one.visit.inspection)
        tapping = [_taps(one, wanted.taps) for _ in range(wanted.rounds + 1)][1:]
        one.throttle(1)
        moved = _bytes(one, loaded)
        print(table(tapping, _TAPS), table(opening, _OPENINGS), moved, sep="\n\n", end="\n\n")
        engine = one.page.context.browser.version if one.page.context.browser else "of the machine"
    print(
        f"{wanted.rounds} rounds of {wanted.taps} taps of each kind and 3 openings, {items} items in one "
        f"list, {PHOTOS} photos of 200 kB; Chromium {engine}.\n"
    )
    print(measuring.machine())


if __name__ == "__main__":
    main()
