"""Units at which not everything goes as usual, from the calendar to the approval, against the real server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.settings import Settings
from demo import closing, invariants, journey, server, story
from demo.story import Turn
from inspections.record import record_of

SEED = 7


@pytest.fixture(scope="module")
def at_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[journey.Office, Path]]:
    settings = Settings(data=tmp_path_factory.mktemp("turns") / "var", demo=True)
    folder = settings.data / "demo"
    folder.mkdir(parents=True)
    with server.running(settings, folder=folder) as base_url:
        yield journey.open_office(base_url, settings), folder


def chapter(turn: Turn) -> story.Chapter:
    return next(one for one in story.chapters(20) if one.turn is turn)


def worked(at_office: tuple[journey.Office, Path], turn: Turn) -> tuple[journey.Worked, invariants.Audit]:
    office, folder = at_office
    done = journey.approved(chapter(turn), office, seed=SEED, folder=folder, say=lambda _text: None)
    audit = journey.read_anew(done.team, office)
    assert invariants.broken(audit) == []
    return done, audit


def steps(audit: invariants.Audit) -> list[str]:
    kinds = ("inspection.signoff", "inspection.reopen", "quarantine.adopt", "quarantine.dismiss")
    return [
        f"{entry['op']['type'].partition('.')[2]} {entry['code'] or entry['effect']}"
        for entry in audit.entries
        if entry["op"]["type"] in kinds and entry["code"] != "blobs_missing"
    ]


def test_a_refusal_closes_the_record_with_its_reason_and_witnesses(at_office):
    done, audit = worked(at_office, Turn.REFUSED)
    signatures = record_of(done.team.seats[0].tablet.fold(done.team.inspection)).signatures
    (refusal,) = [one.refusal for one in signatures if one.refusal]
    assert {one.body["role"] for one in signatures} == {"leader", "secretary", "unit"}
    assert ("Chưa nhất trí" in refusal["reason"], len(refusal["witnesses"])) == (True, 2)
    assert audit.facts["revision"] == 1


def test_a_late_answer_is_taken_in_and_both_sides_sign_again(at_office):
    _, audit = worked(at_office, Turn.LATE_ADOPTED)
    told = steps(audit)
    assert [one for one in told if "signoff" not in one] == ["reopen applied", "adopt applied"]
    assert audit.facts["revision"] == 2
    assert [entry["code"] for entry in audit.entries].count("inspection_frozen") == 1


def test_a_late_answer_is_left_out_and_the_signed_content_stays(at_office):
    _, audit = worked(at_office, Turn.LATE_DISMISSED)
    assert [one for one in steps(audit) if "signoff" not in one] == ["dismiss applied"]
    assert audit.facts["revision"] == 1


def test_an_answer_that_was_not_shown_is_named_left_out_and_taken_in_later(at_office):
    _, audit = worked(at_office, Turn.NOT_SHOWN)
    told = steps(audit)
    assert told[0] == "signoff signoff_stale"
    assert [one for one in told if "signoff" not in one] == ["reopen applied", "adopt applied"]
    details = [entry["detail"] for entry in audit.entries if entry["detail"]]
    assert sum("not_in_signed" in detail for detail in details) == 1


def test_every_turn_has_one_unit_and_words():
    turns = [one.turn for one in story.chapters(20) if one.turn is not Turn.NONE]
    assert sorted(turns) == sorted(set(Turn) - {Turn.NONE})
    assert all(closing.course(turn) for turn in turns)
    assert [one.turn for one in story.chapters(1)] == [Turn.SENT_BACK]
