"""A tablet takes in of a team mate's file what that tablet signed, and nothing else."""

import gzip
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import ids
from demo import carrying
from demo import tablet as tablets
from demo.carrying import FileMismatch
from demo.tablet import Tablet

CHECKLIST = b'{"sections":[]}'
ITEM = "answer/PL-16"


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[Tablet, Tablet, str]]:
    """Two tablets of one team without a network, and their inspection."""
    inspection = ids.new_id()
    made = [Tablet(tmp_path / name, label=name) for name in ("một", "hai")]
    team = [{"devices": [{"device": one.device, "jwk": one.jwk}]} for one in made]
    reference = {"ref": "QMS-HCNN-2015@1.0.0", "sha256": hashlib.sha256(CHECKLIST).hexdigest()}
    for one in made:
        package = {"inspection": {"id": inspection}, "checklist": reference, "team": team}
        one.take_package(package, CHECKLIST)
        one.outbox.remember(actor=ids.new_id(), epoch="e-1")
    yield made[0], made[1], inspection
    for one in made:
        one.outbox.close()


def written_down(author: Tablet, inspection: str) -> bytes:
    """The author's file: one answer, with a photo."""
    shot = tablets.picture(b"\xff\xd8\xff" * 1000, "image/jpeg")
    author.record(inspection, "answer.set", ITEM, {"value": "luu_y"}, pictures=[shot])
    return carrying.exported(author)


def test_both_tablets_show_the_same_before_any_server_has_seen_it(pair):
    author, other, inspection = pair
    raw = written_down(author, inspection)
    assert carrying.take_in(other, inspection, raw) == 1
    (head,) = other.fold(inspection).heads(ITEM, "answer")
    assert (head.device, head.pos, head.body["value"]) == (author.device, None, "luu_y")
    assert other.content_hash(inspection) == author.content_hash(inspection)
    assert [picture.content for picture in other.outbox.pictures_to_send()] == [b"\xff\xd8\xff" * 1000]


def test_taking_it_in_again_changes_nothing(pair):
    author, other, inspection = pair
    raw = written_down(author, inspection)
    for _ in range(2):
        carrying.take_in(other, inspection, raw)
    assert (len(other.outbox.to_bring()), len(other.fold(inspection).entries)) == (1, 1)


def test_an_answer_given_after_it_replaces_it(pair):
    author, other, inspection = pair
    carrying.take_in(other, inspection, written_down(author, inspection))
    other.record(inspection, "answer.set", ITEM, {"value": "phu_hop"})
    (head,) = other.fold(inspection).heads(ITEM, "answer")
    assert head.body["value"] == "phu_hop"


def altered(raw: bytes, name: str, value: object) -> bytes:
    """The file with one member of its push changed."""
    first, push, *rest = gzip.decompress(raw).decode().splitlines()
    changed = json.loads(push)
    if name in changed["ops"][0]:
        changed["ops"][0][name] = value
    else:
        changed[name] = value
    return gzip.compress("\n".join([first, json.dumps(changed), *rest]).encode())


@pytest.mark.parametrize(
    ("name", "value"),
    [("body", '{"value":"phu_hop"}'), ("actor", "x"), ("prev", "0" * 64), ("head", "0" * 64), ("sig", "AAAA"),
     ("device", "0198c0de-5a10-7000-8000-000000000000")],
)  # fmt: skip
def test_what_was_altered_is_not_taken_in(pair, name: str, value: object):
    author, other, inspection = pair
    with pytest.raises(FileMismatch):
        carrying.take_in(other, inspection, altered(written_down(author, inspection), name, value))
    assert (other.outbox.carried(), other.fold(inspection).entries) == ([], {})


def test_a_photo_with_other_bytes_is_not_taken_in(pair):
    author, other, inspection = pair
    text = gzip.decompress(written_down(author, inspection)).decode()
    assert '"bytes":"/9j/' in text
    with pytest.raises(FileMismatch):
        carrying.take_in(
            other, inspection, gzip.compress(text.replace('"bytes":"/9j/', '"bytes":"/8j/').encode())
        )
    assert other.outbox.carried() == []
