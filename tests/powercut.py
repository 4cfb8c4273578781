"""Stops the program at one of its calls to the disk or the database, as a kill would, within this process.

From that call on every further one is refused too, so that no tidying-up runs that a killed process would not
have run; locks and open files go, as they go with a process.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

WATCHED: tuple[tuple[Any, str], ...] = (
    (os, "write"), (os, "fsync"), (os, "ftruncate"), (Path, "rename"), (Path, "hardlink_to"),
    (Path, "unlink"), (Path, "mkdir"), (Session, "commit"),
)  # fmt: skip


class PowerCut(BaseException):
    """The process is no more."""


@dataclass
class Steps:
    """The calls that were made, by name; `stop_at` is the first that is not, or not answered."""

    stop_at: int | None = None
    is_done_first: bool = False
    made: list[str] = field(default_factory=list)
    is_dead: bool = False

    def take(self, name: str, call: Callable[[], Any]) -> Any:
        """Make the call, unless the power is gone."""
        if self.is_dead:
            raise PowerCut(name)
        self.made.append(name)
        if len(self.made) - 1 != self.stop_at:
            return call()
        self.is_dead = True
        if self.is_done_first:
            call()
        raise PowerCut(name)


@contextmanager
def watched(stop_at: int | None = None, *, is_done_first: bool = False) -> Iterator[Steps]:
    """Count the calls of the block, and cut the power at one of them, before or after it takes effect."""
    steps = Steps(stop_at, is_done_first)
    originals = [(owner, name, getattr(owner, name)) for owner, name in WATCHED]
    for owner, name, original in originals:
        setattr(owner, name, _watching(steps, name, original))
    try:
        yield steps
    finally:
        for owner, name, original in originals:
            setattr(owner, name, original)


def _watching(steps: Steps, name: str, original: Callable[..., Any]) -> Callable[..., Any]:
    def call(*arguments: Any, **named: Any) -> Any:
        return steps.take(name, lambda: original(*arguments, **named))

    return call
