"""TD/1 under everything that a field, a network, an office and an attacker do to it (I1 to I14).

The ordinary run plays the same games every time; `THUCDIA_LONG=1` plays many others.
"""

import os

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.properties.machine import checks, trouble
from tests.properties.machine.game import Game
from tests.properties.machine.ground import Grounds, one_game
from tests.properties.machine.rules import machine_on

IS_LONG = os.environ.get("THUCDIA_LONG") == "1"
GAMES = settings(
    max_examples=int(os.environ.get("THUCDIA_GAMES", "2000")) if IS_LONG else 60,
    stateful_step_count=100 if IS_LONG else 40,
    derandomize=not IS_LONG,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)


@pytest.mark.timeout(36_000 if IS_LONG else 900)
def test_nothing_is_lost_doubled_or_forged_whatever_happens(app: Flask):
    run_state_machine_as_test(machine_on(Grounds(app).built()), settings=GAMES)


@pytest.mark.parametrize("point", trouble.POINTS)
def test_the_power_can_go_at_every_point_that_the_machine_names(app: Flask, point: str):
    ground = Grounds(app).built()
    with app.app_context(), one_game(ground, seed=0) as shift:
        game = Game.begun(ground, shift)
        for slate in game.slates:
            game.edit(slate, "answer")
            assert game.send(slate, point=point) is None, "the power did not go"
            checks.check_now(game)
        game.quiesce()
        checks.check_now(game)
        checks.check_at_rest(game)
        assert game.reached[point] == len(game.slates)
