"""Servers that are wrong on purpose: the machine catches each of them within a few games."""

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from accounts import devices
from tests.properties.machine.game import Game
from tests.properties.machine.ground import Grounds, one_game
from tests.properties.machine.mutants import MUTANTS
from tests.properties.machine.rules import machine_on

# The same games every time; how the first failure could be shortened is nobody's question here.
GAMES = settings(
    max_examples=300, stateful_step_count=40, derandomize=True, database=None, deadline=None,
    phases=[Phase.generate], report_multiple_bugs=False, suppress_health_check=list(HealthCheck),
)  # fmt: skip


@pytest.mark.timeout(900)
@pytest.mark.parametrize("engine_name", ["sqlite"])
@pytest.mark.parametrize("name", MUTANTS)
def test_the_machine_catches(app: Flask, name: str, monkeypatch: pytest.MonkeyPatch):
    machine = machine_on(Grounds(app).built())
    MUTANTS[name](app, monkeypatch)
    with pytest.raises(AssertionError, match=r"I\d"):
        run_state_machine_as_test(machine, settings=GAMES)


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_a_lost_tablet_that_still_reads_is_caught(app: Flask, monkeypatch: pytest.MonkeyPatch):
    """So few games go this way that it is played on purpose."""
    ground = Grounds(app).built()
    monkeypatch.setattr(devices, "check_may_read", lambda _device: None)
    with app.app_context(), one_game(ground, seed=0) as shift:
        game = Game.begun(ground, shift)
        game.revoke(game.slates[2], "lost")
        with pytest.raises(AssertionError, match="I12"):
            game.pull(game.slates[2])
