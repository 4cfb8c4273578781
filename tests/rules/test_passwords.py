"""What hashing costs and whom it lets through."""

import os
import threading

import pytest

from accounts import passwords
from core.errors import SlowDown


def test_the_cost_is_nineteen_mebibytes_in_two_passes_on_one_lane():
    assert passwords.hashed("giấy trắng mực đen").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_password_opens_its_own_hash_however_its_accents_were_typed():
    assert passwords.matches("gi\u00e2\u0301y tr\u0103\u0301ng", passwords.hashed("giấy trắng"))
    assert not passwords.matches("giấy trang", passwords.hashed("giấy trắng"))


@pytest.mark.parametrize("typed", ["", "x", "\ud800", "\x00"])
def test_nobody_has_no_password(typed: str):
    assert passwords.matches(typed, None) is False


def test_a_third_hash_at_once_waits_and_is_then_told_to_come_back(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(passwords, "_PATIENCE_S", 0.01)
    released = threading.Event()
    busy = [passwords._threads(os.getpid()).submit(released.wait) for _ in range(2)]
    with pytest.raises(SlowDown):
        passwords.matches("giấy trắng mực đen", None)
    released.set()
    assert [one.result() for one in busy] == [True, True]
    monkeypatch.undo()
    assert passwords.hashed("giấy trắng mực đen")
