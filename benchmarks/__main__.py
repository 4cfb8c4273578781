"""Every benchmark in turn, each in a process of its own, written to the results page with what is to be said.

The page is made, never edited: what people have to say about the figures stands in `remarks.md`.
"""

import argparse
import subprocess
import sys
from pathlib import Path

_HERE = Path(__file__).resolve().parent
_PARTS = {
    "push": "Push, repeat, pull: 1,000 operations beside the bare drivers",
    "sidebyside": "Visits of 80 answers beside Kinto and the bare drivers, four clients at once",
    "pulls": "What is new, with a million answers stored, beside Kinto; and what growth costs",
    "documents": "Documents: 104 items and 30 photographs beside WeasyPrint alone",
    "memory": "Memory of an idle `serve`",
}


def _printed(part: str) -> str:
    command = [sys.executable, "-m", f"benchmarks.{part}"]
    done = subprocess.run(command, stdout=subprocess.PIPE, cwd=_HERE.parent, check=True, text=True)  # noqa: S603 (ours)
    return done.stdout.strip()


def main() -> None:
    """Run everything and write the page, or print the parts that are asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--part", choices=_PARTS, action="append", help="only this one, and print it")
    wanted = parser.parse_args()
    if wanted.part:
        for part in wanted.part:
            print(f"## {_PARTS[part]}\n\n{_printed(part)}\n", flush=True)
        return
    sections = [f"## {title}\n\n{_printed(part)}" for part, title in _PARTS.items()]
    remarks = (_HERE / "remarks.md").read_text(encoding="utf-8").strip()
    page = "\n\n".join(["# Results", remarks, *sections])
    (_HERE / "results.md").write_text(page + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
