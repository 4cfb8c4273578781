"""A fault at every call that writes: the process is killed there, or the disk says that it is full or broken.

Random kills miss windows of microseconds; this finds them by counting. After each fault the state is whole,
the tablet sends the same again, and what there is then is what there would have been without the fault.
"""

import itertools
import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.faults import evidence, scenes
from tests.faults.scenes import Asked
from tests.faults.servers import IS_LONG, Prepared, Site, prepared, site
from tests.faults.tracing import CALLS, Call, Heard, carried, changes, warmed, why_not

FAULTS = {"KILL": "signal=KILL", "ENOSPC": "error=ENOSPC", "EIO": "error=EIO"}
# Frames of the WAL come by the dozen and are alike: of those, the short form takes one in so many.
ALIKE, ONE_IN = (
    "pwrite64",
    {"KILL": 1 if IS_LONG else 4, "ENOSPC": 1 if IS_LONG else 12, "EIO": 1 if IS_LONG else 12},
)
TRACED = ("-e", f"trace={','.join(CALLS)}", "-s", "0")

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())


@dataclass(frozen=True)
class Scene:
    """What was sent in peace before, and the request in which the fault happens."""

    before: Sequence[Asked]
    asked: Asked


def _batch(where: Site) -> Scene:
    first, photo, second = scenes.batch_and_photo(where)
    return Scene([first, photo], second)


def _photo(where: Site) -> Scene:
    first, photo, _ = scenes.batch_and_photo(where)
    return Scene([first], photo)


def _signoff(where: Site) -> Scene:
    closing = scenes.closing(where)
    return Scene(closing.before, closing.signoff)


def _resumable(where: Site) -> Scene:
    tablet, file = where.team.tablet(), random.Random("resumable").randbytes(30_000)
    scenes.record_photo(tablet, where.team.id, file)
    return Scene([scenes.push(tablet)], scenes.announcement(tablet, where.team.id, file, first_part=file))


SCENES: dict[str, Callable[[Site], Scene]] = {
    "batch": _batch,
    "photo": _photo,
    "resumable": _resumable,
    "sign-off": _signoff,
}


class Bench:
    """One installation that is put back to the same state before each fault."""

    def __init__(self, where: Site, server: Prepared, scene: Scene, folder: Path) -> None:
        self.where, self.server, self.scene, self.folder = where, server, scene, folder
        self._kept = folder / "kept"
        for heard in warmed(server, folder, scene.before):
            assert heard.status in (200, 201), heard
        shutil.copytree(where.data, self._kept)

    def restore(self) -> None:
        """Everything is as it was before the request."""
        shutil.rmtree(self.where.data)
        shutil.copytree(self._kept, self.where.data)

    def undisturbed(self) -> tuple[list[Call], dict[str, Any]]:
        """The calls of the request that change the disk, and what there is afterwards."""
        self.restore()
        seen = carried(self.server, self.folder, [self.scene.asked], *TRACED)
        assert [heard.status in (200, 201) for heard in seen.heard] == [True], seen.heard
        return changes(seen.trace, self.where.data), dict(evidence.tables(self.where))

    def with_fault(self, call: Call, fault: str, *, again: bool) -> Sequence[Heard]:
        """What was heard when the call met the fault; `again`: the tablet asks the same process once more."""
        self.restore()
        asked = [self.scene.asked] * (2 if again else 1)
        inject = f"inject={call.name}:{FAULTS[fault]}:when={call.number}"
        return carried(self.server, self.folder, asked, *TRACED, "-e", inject).heard


@contextmanager
def bench(scene: str, folder: Path, mutant: str = "") -> Iterator[Bench]:
    """A bench for the scene."""
    where = site(folder / "var")
    made = SCENES[scene](where)
    where.leave()
    with prepared(where, mutant) as server:
        yield Bench(where, server, made, folder / "bench")


def chosen(points: Sequence[Call], fault: str) -> list[Call]:
    """The calls that meet the fault in this form of the test."""
    alike = [call for call in points if call.name == ALIKE]
    kept = {*alike[:: ONE_IN[fault]], *alike[-2:]}
    return [call for call in points if call.name != ALIKE or call in kept]


def survey(on: Bench, fault: str, *, enough: int = 1000) -> tuple[int, list[str]]:
    """How many calls met the fault, and what was wrong at which of them, until that is enough."""
    points, expected = on.undisturbed()
    broken: list[str] = []
    told = chosen(points, fault)
    for call in told:
        if len(broken) >= enough:
            break
        heard = on.with_fault(call, fault, again=fault != "KILL")
        broken += [f"{call}: {said}" for said in _faults(on, heard, expected, was_killed=fault == "KILL")]
    return len(told), broken


def _faults(
    on: Bench, heard: Sequence[Heard], expected: dict[str, Any], *, was_killed: bool
) -> Iterator[str]:
    yield from (
        f"answered {one.status} {one.text[:200]}" for one in heard if not one.is_polite or one.status == 500
    )
    yield from _half_done(on)
    if was_killed:
        again = carried(on.server, on.folder, [on.scene.asked]).heard
        if heard and heard[0].status not in (200, 201):
            yield f"killed, and yet it said {heard}"
    else:
        again = heard[1:]
    if [one.status in (200, 201) for one in again] != [True]:
        yield f"sent again, it was not taken: {again}"
    else:
        yield from evidence.differences(expected, evidence.tables(on.where))


def _half_done(on: Bench) -> Iterator[str]:
    """What must hold at any moment, whatever was or was not acknowledged."""
    with evidence.looking_at(on.where) as connection:
        yield from evidence.at_any_moment(connection, on.where)


SHORT = [(scene, "KILL") for scene in SCENES] + [
    ("batch", "ENOSPC"),
    ("resumable", "ENOSPC"),
    ("sign-off", "EIO"),
]


@pytest.mark.parametrize(("scene", "fault"), [*itertools.product(SCENES, FAULTS)] if IS_LONG else SHORT)
def test_a_fault_at_any_write_leaves_nothing_half_done(scene: str, fault: str, tmp_path: Path):
    with bench(scene, tmp_path) as on:
        points, broken = survey(on, fault)
    print(f"{scene}: {fault} at {points} calls")
    assert broken == []
    assert points >= 10


def test_a_kill_at_the_right_call_notices_a_row_before_its_file(tmp_path: Path):
    with bench("photo", tmp_path, "row before file") as on:
        _, broken = survey(on, "KILL", enough=1)
    assert any("V3" in said for said in broken), f"the mutant survived: {broken}"
