"""The power goes at each acknowledgement and after each sync: what was acknowledged is on the disk.

A kill cannot show this, for what a process wrote survives it. The system calls of two batches and a photo are
recorded once and replayed on a disk that keeps only what it was asked to keep.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from accounts.device_models import Device
from core.files import StoredFile
from core.settings import Settings
from tests.faults import evidence, scenes
from tests.faults.power_cut import Disk, acknowledgements
from tests.faults.scenes import Asked
from tests.faults.servers import Site, prepared, site
from tests.faults.tracing import CALLS, Heard, calls, carried, why_not

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())

RECORDED = ("-e", f"trace={','.join(CALLS)}", "-xx", "-s", "1000000")


def _kept(connection: Connection, asked: Asked, heard: Heard) -> Iterator[str]:
    """I1 for one acknowledged request."""
    if asked.method == "PUT":
        sha256 = asked.path.partition("sha256:")[2][:64]
        if connection.scalar(select(StoredFile.sha256).where(StoredFile.sha256 == sha256)) is None:
            yield f"I1 the file {sha256[:12]} was acknowledged and no row names it"
        return
    told = json.loads(heard.text)
    last = connection.scalar(select(Device.seq).where(Device.id == told["device"]))
    if last < told["acked_seq"]:
        yield f"I1 acknowledged up to {told['acked_seq']}, on the disk up to {last}"


def after_power_cuts(folder: Path, mutant: str = "") -> tuple[int, list[str]]:
    """At how many moments the power went, and what was wrong after which."""
    where = site(folder / "var")
    asked = scenes.batch_and_photo(where)
    where.leave()
    (where.data / "keys" / "server.pem").unlink()  # as on the first day
    disk = Disk(where.data)
    with prepared(where, mutant) as server:
        done = carried(server, folder / "bench", asked, *RECORDED)
    assert [heard.status in (200, 201) for heard in done.heard] == [True] * len(asked), done.heard
    broken: list[str] = []
    moments = -1
    for moments, given in enumerate(acknowledgements(disk, calls(done.trace), folder / "bench" / "answers")):
        left = Site(Settings(data=folder / f"left-{moments}", demo=True), where.team)
        disk.as_left(left.data)
        broken += [f"moment {moments}: {said}" for said in _wrong(left, asked[:given], done.heard[:given])]
    return moments + 1, broken


def _wrong(left: Site, asked: Sequence[Asked], heard: Sequence[Heard]) -> Iterator[str]:
    if heard and not (left.data / "keys" / "server.pem").exists():
        yield "I9 a receipt was signed with a key that is gone"
    with evidence.looking_at(left) as connection:
        yield from evidence.at_any_moment(connection, left)
        for one, answer in zip(asked, heard, strict=True):
            yield from _kept(connection, one, answer)


def test_what_was_acknowledged_survives_a_power_cut(tmp_path: Path):
    moments, broken = after_power_cuts(tmp_path)
    print(f"power cut at {moments} moments")
    assert broken == []
    assert moments >= 10


@pytest.mark.parametrize(
    ("mutant", "sign"), [("synchronous=NORMAL", "I1 acknowledged"), ("no directory fsync", "V3 row")]
)
def test_a_power_cut_notices(mutant: str, sign: str, tmp_path: Path):
    _, broken = after_power_cuts(tmp_path, mutant)
    assert any(sign in said for said in broken), f"the mutant survived: {broken}"
