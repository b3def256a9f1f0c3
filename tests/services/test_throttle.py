"""Guessing numbers and codes is made slow; looking at one's own case is not."""

import pytest

from services import throttle
from services.errors import NotFound


@pytest.fixture(autouse=True)
def _from_the_start():
    throttle.forget()
    yield
    throttle.forget()


def fail(address: str, number: str) -> None:
    with pytest.raises(NotFound), throttle.guesses(address, number):
        raise NotFound("没有")


def test_ten_failures_close_a_number_for_everybody():
    for place in range(10):
        fail(f"10.0.{place}.1", "A")
    with pytest.raises(throttle.Throttled, match="一小时后再试"), throttle.guesses("10.9.9.9", "A"):
        pytest.fail("not reached")
    with throttle.guesses("10.9.9.9", "B"):
        pass


def test_a_network_is_closed_after_thirty_failures_wherever_in_it_they_come_from():
    for place in range(30):
        fail(f"192.0.2.{place}", f"number {place}")
    with pytest.raises(throttle.Throttled), throttle.guesses("192.0.2.200", "another"):
        pytest.fail("not reached")
    with throttle.guesses("192.0.3.1", "another"):
        pass


def test_looking_at_ones_own_case_is_never_counted():
    for _ in range(100):
        with throttle.guesses("192.0.2.1", "mine"):
            pass


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("not an address", "unknown"),
    ],
)
def test_addresses_are_counted_by_their_network(address, network):
    assert throttle.network(address) == network
