"""Files that the documents name are there: a newcomer who follows a document ends nowhere else."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_NAMED = re.compile(r"`([\w.-][\w./-]*\.(?:py|ts|md|json|yaml|mjs|html|css|toml|txt))`")
_LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")


def _tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return listed.stdout.splitlines()


FILES = _tracked()
PAGES = [name for name in FILES if name.endswith(".md")]


def _is_there(name: str) -> bool:
    wanted = name.removeprefix("./").strip("/")
    return any(one == wanted or one.endswith(f"/{wanted}") for one in FILES)


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_names_is_there(page: str):
    text = (ROOT / page).read_text(encoding="utf-8")
    missing = {name for name in _NAMED.findall(text) if not _is_there(name)}
    broken = {to for to in _LINK.findall(text) if not ((ROOT / page).parent / to).exists()}
    assert (missing, broken) == (set(), set())
