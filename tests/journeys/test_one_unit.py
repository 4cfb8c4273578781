"""One unit, from the calendar to a verified signed PDF, over HTTP against the server that people run."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from accounts import demo_people
from core.settings import Settings
from demo import invariants, journey, office, server, story
from demo.invariants import Audit
from demo.network import Line, Refused

ROOT = Path(__file__).parents[2]
SEED = 7


@dataclass(frozen=True)
class Done:
    """What is left after the journey: its line of the table, and what an auditor sees."""

    outcome: journey.Outcome
    audit: Audit
    folder: Path
    base_url: str
    settings: Settings


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Done]:
    settings = Settings(data=tmp_path_factory.mktemp("journey") / "var", demo=True)
    folder = settings.data / "demo"
    folder.mkdir(parents=True)
    with server.running(settings, folder=folder) as base_url:
        at_office = journey.open_office(base_url, settings)
        travelled = journey.carry_out(
            story.chapters(1)[0], at_office, seed=SEED, folder=folder, say=lambda _text: None
        )
        yield Done(travelled.outcome, travelled.audit, folder, base_url, settings)


def test_every_invariant_holds(done):
    assert done.outcome.broken == ()
    assert done.outcome.verdict == "xác thực"


def test_the_story_is_told_in_full(done):
    assert (done.outcome.unit_name, done.outcome.answers, done.outcome.conflicts) == ("Sở Nội vụ", 103, 1)
    assert done.outcome.photos == 9
    assert done.outcome.findings == 10


def test_the_remark_comes_full_circle(done):
    said = [entry["op"]["type"] for entry in done.audit.entries if entry["op"]["type"].startswith("remark.")]
    assert said == ["remark.add", "remark.answer", "remark.accept"]


def test_the_network_was_bad_and_nothing_is_there_twice(done):
    assert done.outcome.repeated > 0
    ids = [entry["op"]["op_id"] for entry in done.audit.entries]
    assert len(ids) == len(set(ids)) == done.outcome.stored


def test_the_remark_reached_the_tablet_and_its_answer_the_server(done):
    kinds = [entry["op"]["type"] for entry in done.audit.entries if entry["effect"] == "applied"]
    for once in ("remark.add", "remark.answer", "inspection.send_back", "inspection.approve"):
        assert kinds.count(once) == 1
    assert done.audit.facts["revision"] == 2


def test_the_document_is_dated_like_the_inspection(done):
    told = json.loads((done.folder / "TV-S02-phat-hien.json").read_text(encoding="utf-8"))
    assert "2023-05-23" in json.dumps(told)


def test_a_changed_document_is_not_authentic(done, tmp_path):
    pdf = shutil.copy(done.folder / "TV-S02-bien-ban.pdf", tmp_path / "doi.pdf")
    content = bytearray(Path(pdf).read_bytes())
    content[len(content) // 3] ^= 1
    Path(pdf).write_bytes(content)
    environment = {**os.environ, "THUCDIA_DATA": str(done.settings.data)}
    told = subprocess.run(
        [sys.executable, "app.py", "flask", "reports", "verify", str(pdf)],
        cwd=ROOT, env=environment, capture_output=True, check=False, timeout=120,
    )  # fmt: skip
    assert told.returncode != 0


def entries_without(audit: Audit, place: int) -> Audit:
    return replace(audit, entries=[*audit.entries[:place], *audit.entries[place + 1 :]])


def entries_with(audit: Audit, place: int, **changes: object) -> Audit:
    changed = {**audit.entries[place], **changes}
    return replace(audit, entries=[*audit.entries[:place], changed, *audit.entries[place + 1 :]])


def another_note(audit: Audit) -> Audit:
    return entries_with(audit, 5, op={**audit.entries[5]["op"], "body": '{"value":"phu_hop"}'})


def without_parents(audit: Audit) -> Audit:
    return replace(audit, entries=[{**e, "op": {**e["op"], "parents": []}} for e in audit.entries])


def without_acceptance(audit: Audit) -> Audit:
    kept = [entry for entry in audit.entries if entry["op"]["type"] != "remark.accept"]
    return replace(audit, entries=kept)


TAMPERED = [
    ("Mọi nhận xét", without_acceptance),
    ("I7", without_parents),
    ("I9", lambda audit: entries_with(audit, 20, effect="quarantined")),
    ("I9", another_note),
    ("I9", lambda audit: replace(audit, root="0" * 64)),
    ("I9", lambda audit: replace(audit, server_keys=[])),
    ("I4", lambda audit: entries_without(audit, 30)),
    ("I5", lambda audit: entries_without(audit, 30)),
    ("I2", lambda audit: replace(audit, entries=[*audit.entries, audit.entries[9]])),
    ("I1", lambda audit: replace(audit, log_text=audit.log_text.replace("phu_hop", "kph_nhe"))),
    ("I6", lambda audit: replace(audit, facts={**audit.facts, "content_hash": "0" * 64})),
    ("I8", lambda audit: replace(audit, facts={**audit.facts, "frozen_pos": 10})),
    ("I10", lambda audit: replace(audit, blobs=dict.fromkeys(audit.blobs, "0" * 64))),
    ("I13", lambda audit: entries_with(audit, 3, effect="quarantined", code="not_permitted")),
]


@pytest.mark.parametrize(("invariant", "tamper"), TAMPERED)
def test_the_auditor_notices(done, invariant, tamper):
    told = invariants.broken(tamper(done.audit))
    assert any(sentence.startswith(f"{invariant} ") for sentence in told)


def test_a_second_seal_is_refused(done):
    clerk = office.sign_in(
        Line(done.base_url),
        office.Account("vanthu", demo_people.read_passwords(done.settings.data)["vanthu"]),
    )
    report = office.awaited_report(clerk, done.audit.inspection, state="sealed")
    with pytest.raises(Refused) as refused:
        office.seal(clerk, report["id"])
    assert refused.value.status == 409
