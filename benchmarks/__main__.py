"""Every benchmark in turn, each in a process of its own, written to the results page with what is to be said.

The page is made, never edited: what people have to say about the figures stands in `remarks.md`.
"""

import argparse
import subprocess
import sys
from pathlib import Path

_HERE = Path(__file__).resolve().parent
_PAGE = _HERE / "results.md"
_PARTS = {
    "sidebyside": "Visits of 80 answers beside Kinto and the bare drivers, four clients at once",
    "servers": "The same pushes behind other servers",
    "parts": "What each promise of a push costs, left out one by one",
    "pulls": "What is new, with many answers stored, beside Kinto; and what growth costs",
    "push": "Push, repeat, pull: 1,000 operations beside the bare drivers",
    "tablet": "The tablet app: taps and openings on a slow processor, what is loaded and sent",
    "documents": "Documents: 104 items and 30 photographs beside WeasyPrint alone",
    "memory": "Memory of an idle `serve`",
}


def _printed(part: str) -> str:
    command = [sys.executable, "-m", f"benchmarks.{part}"]
    done = subprocess.run(command, stdout=subprocess.PIPE, cwd=_HERE.parent, check=True, text=True)  # noqa: S603 (ours)
    return done.stdout.strip()


def _sections() -> dict[str, str]:
    """What the page holds now, by title."""
    text = _PAGE.read_text(encoding="utf-8") if _PAGE.exists() else ""
    return {
        title: body.strip() for title, _, body in (part.partition("\n") for part in text.split("\n## ")[1:])
    }


def _write(sections: dict[str, str]) -> None:
    remarks = (_HERE / "remarks.md").read_text(encoding="utf-8").strip()
    shown = [f"## {title}\n\n{sections[title]}" for title in _PARTS.values() if title in sections]
    _PAGE.write_text("\n\n".join(["# Results", remarks, *shown]) + "\n", encoding="utf-8")


def main() -> None:
    """Run everything, or the parts that are asked for, and write their sections of the page anew."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--part", choices=_PARTS, action="append", help="only this one")
    for part in parser.parse_args().part or _PARTS:
        printed = _printed(part)
        _write(_sections() | {_PARTS[part]: printed})


if __name__ == "__main__":
    main()
