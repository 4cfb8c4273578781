"""Generated pages agree with the code they are made from, and every setting is explained."""

from dataclasses import fields
from pathlib import Path

import pytest
from flask import Flask

from core import commands
from core.settings import TEXTS, Settings

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_every_setting_is_explained_and_nothing_else():
    assert list(TEXTS) == [field.name for field in fields(Settings)]


@pytest.mark.parametrize("name", ["settings.md", "openapi.json"])
def test_the_page_is_what_the_code_says(app: Flask, engine_name: str, name: str):
    if engine_name != "sqlite":
        pytest.skip("the pages do not depend on the database")
    with app.app_context():
        assert (DOCS / name).read_text(encoding="utf-8") == commands.pages()[name], (
            "run: python3 app.py flask docs write"
        )
