"""A server that has moved on: an app that speaks too old a protocol keeps its outbox until it is renewed."""

import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from sync import api, tablet_app
from tests.browser import tablet_hands as hands
from tests.browser import tablet_script as script
from tests.visits import Visit

pytestmark = pytest.mark.browser
MANY = 60


def newer_build(folder: Path) -> Path:
    """The app as it will be built one day: it speaks protocol 2.0 and says so in its page."""
    shutil.copytree(tablet_app.BUILT, folder, ignore=shutil.ignore_patterns("*.gz"))
    (entry,) = (one for one in (folder / "assets").glob("index-*.js") if "Sync-Protocol" in one.read_text())
    for file in [folder / "worker.js", folder / "index.html", *(folder / "assets").glob("*.js")]:
        text = file.read_text().replace(entry.name, "index-newer.js")  # nothing kept for ever changes
        text = text.replace("<title>", '<meta name="newer" content="yes"><title>', 1)
        file.write_text(text.replace("thucdia-", "thucdia-newer-", 1) if file.name == "worker.js" else text)
    renewed = re.sub(r"=([`\"'])1\.0\1", "=`2.0`", entry.read_text())
    assert renewed != entry.read_text()
    entry.unlink()
    entry.with_name("index-newer.js").write_text(renewed)
    return folder


def test_a_full_outbox_waits_for_the_new_version_and_then_is_sent(
    tablet: Page, under_way: Visit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    script.sync(tablet)
    monkeypatch.setattr(api, "_SPOKEN", re.compile(r"2\.\d{1,4}"))
    assert len(script.answer(tablet, under_way, MANY)) == MANY
    tablet.goto("/tablet/#/waiting")
    told = tablet.locator("#main").get_by_text("Máy chủ cần phiên bản mới của ứng dụng.")
    hands.press_until(tablet, "Gửi ngay", told)
    expect(tablet.locator(".sync-line")).to_contain_text(f"{MANY} thao tác chưa gửi")
    hands.shoot_both(tablet, "can-phien-ban-moi")
    assert hands.logged(under_way) == []
    monkeypatch.setattr(tablet_app, "BUILT", newer_build(tmp_path / "dist"))
    tablet.get_by_role("button", name="Tìm phiên bản mới").click()
    tablet.get_by_role("button", name="Cập nhật ngay").click()
    expect(tablet.locator("meta[name=newer]")).to_have_count(1)
    hands.unlock(tablet)
    hands.send(tablet)
    assert len(hands.logged(under_way)) == MANY
