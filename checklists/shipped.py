"""Where the checklists that come with the program are."""

from pathlib import Path


def files() -> tuple[Path, ...]:
    """The shipped checklist files, in the order of their names."""
    return tuple(sorted((Path(__file__).parent / "data").glob("*.yaml")))
