"""What hands would be too slow for, or cannot do at all, through the same object that the screens use."""

from functools import cache
from typing import Any

from playwright.sync_api import CDPSession, Page

from tests.browser.tablet_hands import TRIES
from tests.visits import Visit

APP = "document.querySelector('td-app').app"

_ADD_PHOTO = f"""async ([inspection, size, salt]) => {{
  const visit = await {APP}.open(inspection);
  const bytes = new Uint8Array(size).map((_, place) => (place * 31 + (place >> 9) + salt) % 251);
  await visit.addPhoto({{ bytes: new Blob([bytes]), mime: 'image/jpeg', item: 'PL-01' }});
}}"""
_ANSWER = f"""async ([inspection, count, note]) => {{
  const visit = await {APP}.open(inspection);
  const open = visit.items().filter((one) => one.item.response === 'conformity').slice(0, count);
  for (const one of open) await visit.answer(one.code, {{ value: 'phu_hop', note }});
  return open.map((one) => one.code);
}}"""


def add_photo(page: Page, visit: Visit, size: int, salt: int = 0) -> bytes:
    """A file of so many bytes is on the tablet as a photo of PL-01; what it holds."""
    made = _photo(size, salt)  # before the tablet has it, and soon begins to send
    page.evaluate(_ADD_PHOTO, [visit.inspection, size, salt])
    return made


@cache
def _photo(size: int, salt: int) -> bytes:
    return bytes((place * 31 + (place >> 9) + salt) % 251 for place in range(size))


def answer(page: Page, visit: Visit, count: int, note: str = "") -> list[str]:
    """So many items are answered, one after the other; which."""
    codes: list[str] = page.evaluate(_ANSWER, [visit.inspection, count, note])
    return codes


def sync(page: Page) -> dict[str, Any]:
    """One round, however it ended; where the work stands after it."""
    told: dict[str, Any] = page.evaluate(f"{APP}.syncNow().then(() => ({{...{APP}.sync}}))")
    return told


def sent(page: Page) -> None:
    """Nothing waits any more, though the server may have been in trouble a few times."""
    for _ in range(TRIES):
        told = sync(page)
        if told["waitingOps"] == told["waitingFiles"] == 0:
            return
    raise AssertionError(told)


def devtools(page: Page) -> CDPSession:
    """What the browser lets its developers' tools do to the page."""
    return page.context.new_cdp_session(page)
