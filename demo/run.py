"""The verb `demo`: start a server, carry out the plan, print what happened, and answer for it.

It exits 0 only if every document verifies and every invariant holds.
"""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from core.settings import Settings
from demo import closing, journey, office, server, story, table
from demo.exchange import Stopped
from demo.network import Lost, Refused
from demo.tablet import LogMismatch

_SEALED_AT_ONCE = 2
_FAILURES = (
    closing.JourneyBroken, office.NotFinished, server.ServerDidNotStart, Refused, Lost, LogMismatch, Stopped,
)  # fmt: skip


def run(units: int, seed: int, settings: Settings) -> int:
    """The first `units` inspections of the plan are carried out; 0 if all of it holds.

    Documents and findings lie in the folder `demo` of the data folder.
    """
    if not settings.demo:
        print(
            "Lệnh demo cần chế độ trình diễn: bỏ THUCDIA_DEMO=0 hoặc chọn thư mục THUCDIA_DATA khác.",
            file=sys.stderr,
        )
        return 2
    started = time.monotonic()
    folder = settings.data.absolute() / "demo"
    folder.mkdir(parents=True, exist_ok=True)

    def say(text: str) -> None:
        print(f"[{time.monotonic() - started:6.1f} s] {text}", flush=True)

    try:
        with server.running(settings, folder=folder) as base_url:
            say(f"Máy chủ chạy tại {base_url}")
            at_office = journey.open_office(base_url, settings)
            outcomes = _outcomes(units, at_office, seed=seed, folder=folder, say=say)
    except _FAILURES as failure:
        print(f"Không hoàn thành: {failure}", file=sys.stderr)
        return 1
    print(f"\n{table.table(outcomes)}\n{table.courses(outcomes)}\nTài liệu: {folder}")
    for outcome in outcomes:
        for sentence in outcome.broken:
            print(f"{outcome.unit_name}: {sentence}", file=sys.stderr)
    return 1 if any(outcome.broken for outcome in outcomes) else 0


def _outcomes(
    units: int, at_office: journey.Office, *, seed: int, folder: Path, say: journey.Say
) -> list[journey.Outcome]:
    """One line of the table for each unit; minutes are sealed while the next teams are on their way."""
    with ThreadPoolExecutor(max_workers=_SEALED_AT_ONCE) as clerks:
        under_way = []
        for chapter in story.chapters(units):
            worked = journey.approved(chapter, at_office, seed=seed, folder=folder, say=say)
            sealing = clerks.submit(journey.issued, worked, at_office, folder=folder, say=say)
            under_way.append((worked, sealing))
        return [journey.audited(worked, sealing.result(), at_office).outcome for worked, sealing in under_way]
