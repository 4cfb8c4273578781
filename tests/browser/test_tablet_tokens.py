"""A token that runs out half-way is renewed by itself, and what was under way goes on where it stood."""

from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from accounts.device_models import DeviceGrant, DeviceToken
from core import clock, db
from inspections.models import LoggedOperation, UploadedBlob
from tests.browser import tablet_hands as hands
from tests.browser import tablet_script as script
from tests.visits import Visit

pytestmark = pytest.mark.browser

# Long notes, so that the work does not fit into one batch.
NOTE = "Hồ sơ đã xem. " * 700
ANSWERS = 90


@pytest.fixture
def trouble() -> str:
    """The exchanges are counted."""
    return ""


def expire(app: Flask, *kinds: type) -> None:
    """Whatever stands of these kinds has run out."""
    past = clock.now() - timedelta(seconds=1)
    with app.app_context(), db.writing() as session:
        for kind in kinds:
            session.execute(update(kind).values(expires_at=past))


def expiring_after(app: Flask, method: str, path: str):
    """The application, in which all tokens run out right after the first request of the kind."""
    within, is_first = app.wsgi_app, iter([True])

    def served(environ, start_response):
        answer = within(environ, start_response)
        is_asked = environ["REQUEST_METHOD"] == method and environ["PATH_INFO"].startswith(path)
        if is_asked and next(is_first, False):
            expire(app, DeviceToken)
        return answer

    return served


def stored_answers(visit: Visit) -> int:
    """How many answers the server has logged."""
    with visit.app.app_context(), db.reading() as session:
        return len(session.scalars(select(LoggedOperation.pos).filter_by(type="answer.set")).all())


def test_between_two_batches_of_one_outbox(
    tablet: Page, under_way: Visit, app: Flask, monkeypatch: pytest.MonkeyPatch
):
    script.sync(tablet)
    asked: list[str] = []
    tablet.on("request", lambda one: asked.append(one.url.rsplit("/", 1)[1]))
    monkeypatch.setattr(app, "wsgi_app", expiring_after(app, "POST", "/sync/v1/push"))
    assert len(script.answer(tablet, under_way, ANSWERS, NOTE)) == ANSWERS
    told = script.sync(tablet)
    assert (told["waitingOps"], told["needs"]) == (0, "nothing")
    assert stored_answers(under_way) == ANSWERS
    # The second batch is refused, a token comes, and nothing of the first travels again.
    pushes = [one for one in asked if one in ("push", "renewal", "token")]
    assert pushes[:4] == ["push", "push", "renewal", "push"]


def test_between_two_pieces_of_a_photo(
    tablet: Page, under_way: Visit, app: Flask, monkeypatch: pytest.MonkeyPatch
):
    script.sync(tablet)
    monkeypatch.setattr(app, "wsgi_app", expiring_after(app, "PATCH", "/sync/v1/blobs/"))
    script.add_photo(tablet, under_way, 1_500_000)
    told = script.sync(tablet)
    assert (told["waitingFiles"], told["needs"]) == (0, "nothing")
    with app.app_context(), db.reading() as session:
        assert len(session.scalars(select(UploadedBlob.sha256)).all()) == 1


def test_a_grant_that_is_over_asks_for_a_sign_in_and_loses_nothing(
    tablet: Page, under_way: Visit, app: Flask
):
    script.sync(tablet)
    expire(app, DeviceToken, DeviceGrant)
    hands.tap(tablet, "PL-01", "phu_hop")
    told = script.sync(tablet)
    assert (told["waitingOps"], told["needs"]) == (1, "sign_in")
    tablet.goto("/tablet/#/waiting")
    expect(tablet.locator("#main").get_by_text("Phiên làm việc trên máy chủ đã hết.")).to_be_visible()
    hands.shoot_both(tablet, "phien-het-han")
    tablet.get_by_role("link", name="Đăng nhập lại").click()
    hands.fill_sign_in(tablet, "truong.doan")
    expect(tablet.locator(".sync-line")).to_contain_text("Đã lên máy chủ")
    assert stored_answers(under_way) == 1
