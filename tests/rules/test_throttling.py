"""How long a failed sign-in must wait."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts import throttling
from accounts.throttling import Failures

AT = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("count", "pause_s"),
    [(1, 0), (9, 0), (10, 30), (11, 60), (12, 120), (14, 480), (15, 900), (16, 900), (5000, 900)],
)
def test_ten_failures_are_free_and_each_further_one_doubles_the_pause_up_to_a_quarter_hour(
    count: int, pause_s: int
):
    opens_at = throttling.opens_at(Failures(count, AT), free=throttling.FREE_FOR_ACCOUNT)
    assert (opens_at - AT).total_seconds() == pause_s


def test_failures_add_up_while_they_are_remembered():
    assert throttling.after_another(Failures(4, AT), at=AT + timedelta(hours=23)).count == 5


def test_a_day_without_failures_forgets_them():
    assert throttling.after_another(Failures(4, AT), at=AT + timedelta(hours=25)).count == 1


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("10.0.0.7", "10.0.0.7"),
        ("::ffff:10.0.0.7", "10.0.0.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("", "unknown"),
        ("unix:", "unknown"),
    ],
)
def test_an_address_counts_as_the_network_one_subscriber_commands(address: str, network: str):
    assert throttling.network_of(address) == network
