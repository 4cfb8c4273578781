"""The clerk's and the public pages at every width: nothing for axe to object to, nothing too wide."""

import pytest
from flask import Flask

from tests import issuing
from tests.browser.conftest import Opener
from tests.browser.test_pages_look import TOO_WIDE, objections, sign_in
from tests.issuing import Desk

pytestmark = pytest.mark.browser


@pytest.fixture
def desk(app: Flask) -> Desk:
    return issuing.desk_with_minutes(app)


def test_no_page_of_a_document_offends_axe_or_is_wider_than_its_window(opened: Opener, desk: Desk):
    windows = [opened(360, "light"), opened(1280, "dark")]
    for page in windows:
        sign_in(page, "van.thu")
    offending = {}

    def look(*paths: str) -> None:
        for page in windows:
            for path in paths:
                page.goto(path)
                assert page.locator("h1").count() == 1, path
                if found := objections(page) + page.evaluate(TOO_WIDE):
                    offending[path] = found

    look("/reports/", f"/reports/{desk.report}", "/verify")
    desk.sealed()
    look("/reports/", f"/reports/{desk.report}", f"/verify/{desk.shown()['verification_code']}")
    assert offending == {}
