"""What an inspector tapped is there after the battery died in the same moment."""

import hashlib
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from core import ids
from demo.tablet import Tablet
from inspections import chain
from inspections import operation as op

ROOT = Path(__file__).parents[2]
CHECKLIST = json.dumps({"code": "QMS-HCNN-2015", "sections": []}).encode()

TAPPING = """
import sys
from pathlib import Path
from demo import tablet as t

folder, inspection = Path(sys.argv[1]), sys.argv[2]
tablet = t.Tablet(folder, label="thử")
number = 0
while True:
    number += 1
    shot = t.picture(b"photo %d" % number, "image/jpeg")
    body = {"value": "phu_hop", "note": f"lần {number}"}
    op_id = tablet.record(inspection, "answer.set", "answer/PL-16", body, pictures=[shot])
    print(op_id, shot.sha256, flush=True)
"""


@pytest.fixture
def inspection() -> str:
    return ids.new_id()


@pytest.fixture
def folder(tmp_path: Path, inspection: str) -> Path:
    tablet = Tablet(tmp_path / "tablet", label="thử")
    sha256 = hashlib.sha256(CHECKLIST).hexdigest()
    package = {
        "inspection": {"id": inspection},
        "checklist": {"ref": "QMS-HCNN-2015@1.0.0", "sha256": sha256},
    }
    tablet.take_package(package, CHECKLIST)
    tablet.outbox.remember(actor=ids.new_id())
    tablet.outbox.close()
    return tmp_path / "tablet"


def tap_and_die(folder: Path, inspection: str, *, taps: int) -> list[tuple[str, str]]:
    """What a process had confirmed on the screen when it was killed in the middle of its work."""
    process = subprocess.Popen(
        [sys.executable, "-c", TAPPING, str(folder), inspection], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    shown = [tuple(process.stdout.readline().split()) for _ in range(taps)]
    process.send_signal(signal.SIGKILL)
    shown += [tuple(line.split()) for line in process.stdout.read().splitlines() if line.count(" ") == 1]
    process.stdout.close()
    assert process.wait() == -signal.SIGKILL
    return shown


def test_every_confirmed_tap_survives_a_kill_with_its_photo(folder, inspection):
    shown = tap_and_die(folder, inspection, taps=25)
    reopened = Tablet(folder, label="thử")
    kept = {k.op_id for k in reopened.outbox.operations()}
    photos = {picture.sha256 for picture in reopened.outbox.pictures()}
    assert {op_id for op_id, _ in shown} <= kept
    assert {sha256 for _, sha256 in shown} <= photos


def test_the_chain_goes_on_where_the_kill_cut_it(folder, inspection):
    tap_and_die(folder, inspection, taps=5)
    reopened = Tablet(folder, label="thử")
    reopened.record(inspection, "answer.set", "answer/PL-17", {"value": "luu_y"})
    operations = reopened.outbox.operations()
    assert [kept.seq for kept in operations] == list(range(1, len(operations) + 1))
    links = chain.chained(
        reopened.device, reopened.hash_at(0), [op.from_wire(kept.sent) for kept in operations]
    )
    assert [link.hash for link in links] == [kept.hash for kept in operations]


def test_a_later_answer_replaces_the_earlier_ones_that_it_saw(folder, inspection):
    shown = tap_and_die(folder, inspection, taps=3)
    folded = Tablet(folder, label="thử").fold(inspection)
    (head,) = folded.heads("answer/PL-16", "answer")
    assert head.body["note"] == f"lần {len(folded.entries)}"
    assert len(folded.entries) >= len(shown)


def test_the_same_work_folds_to_the_same_content_hash_after_reopening(folder, inspection):
    tablet = Tablet(folder, label="thử")
    empty = tablet.content_hash(inspection)
    tablet.record(inspection, "answer.set", "answer/PL-16", {"value": "phu_hop"})
    shown = tablet.content_hash(inspection)
    tablet.outbox.close()
    assert Tablet(folder, label="thử").content_hash(inspection) == shown != empty


def test_a_checklist_with_other_bytes_is_refused(folder, inspection):
    tablet = Tablet(folder, label="thử")
    with pytest.raises(ValueError, match="is not the one that the package names"):
        tablet.take_package(tablet.package(inspection), CHECKLIST + b" ")
