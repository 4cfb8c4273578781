"""A whole visit against a server that misbehaves on purpose, and work that goes by hand as a file."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.settings import Settings
from demo import carrying, closing, fieldwork, invariants, journey, server, story

SEED = 7
QUIET = {"seed": SEED, "say": lambda _text: None}


@pytest.fixture(scope="module")
def at_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[journey.Office, Path]]:
    settings = Settings(data=tmp_path_factory.mktemp("hostile") / "var", demo=True, hostile="bao-09")
    folder = settings.data / "demo"
    folder.mkdir(parents=True)
    with server.running(settings, folder=folder) as base_url:
        yield journey.open_office(base_url, settings), folder


def equipped(at_office: tuple[journey.Office, Path], number: int) -> fieldwork.Team:
    """A team with three tablets that have downloaded their work."""
    desks, folder = at_office
    inspection, chapter = journey._scheduled(story.chapters(number)[-1], desks)
    name = journey._decided(inspection, chapter, desks)
    team = journey._equipped(inspection, name, chapter, desks, seed=SEED, folder=folder)
    for seat in team.seats:
        seat.exchange.download()  # now that every tablet of the team is enrolled
    return team


def test_a_whole_visit_loses_nothing_and_doubles_nothing(at_office):
    desks, folder = at_office
    worked = journey.approved(story.chapters(1)[0], desks, folder=folder, **QUIET)
    audit = journey.read_anew(worked.team, desks)
    assert invariants.broken(audit) == []
    recorded = {kept.op_id for seat in worked.team.seats for kept in seat.tablet.outbox.operations()}
    devices = {seat.tablet.device for seat in worked.team.seats}
    arrived = [entry["op"]["op_id"] for entry in audit.entries if entry["device"] in devices]
    assert (len(arrived), set(arrived)) == (len(recorded), recorded)
    assert sum(seat.exchange.traffic.repeated for seat in worked.team.seats) > 0


def test_work_that_went_from_hand_to_hand_is_folded_at_once_and_matched_when_it_comes_back(at_office):
    team = equipped(at_office, 2)
    fieldwork.open_meeting(team)
    fieldwork.examine(team)
    fieldwork.close_meeting(team)
    member, secretary, leader = team.seats
    alone = leader.tablet.content_hash(team.inspection)
    for seat in (member, secretary):
        carrying.take_in(leader.tablet, team.inspection, carrying.exported(seat.tablet))
    shown = leader.tablet.content_hash(team.inspection)
    assert shown != alone
    assert len(leader.tablet.fold(team.inspection).conflicts()) == 1
    told = carrying.hand_over(member.exchange, carrying.exported(secretary.tablet))
    assert [one["problem"] for one in told["pushes"]] == [None] * len(told["pushes"])
    closing.meet(team)
    for seat in team.seats:
        folded = seat.tablet.fold(team.inspection)
        assert (seat.tablet.content_hash(team.inspection), folded.undecided()) == (shown, [])
        assert {entry.pos for entry in folded.entries.values()} == set(range(1, len(folded.entries) + 1))
        own = {kept.op_id for kept in seat.tablet.outbox.operations()}
        assert set(seat.tablet.outbox.outcomes()) == own
