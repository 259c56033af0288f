"""The clock."""

from datetime import UTC, datetime, timedelta

import pytest

from workfront_orm.sandbox.clock import Clock, parse_moment


def test_real_time():
    assert abs(Clock().now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_set_runs_on_and_reset_goes_back():
    start = datetime(2030, 1, 1, tzinfo=UTC)
    clock = Clock(start)
    assert start <= clock.now() < start + timedelta(seconds=5)
    clock.set(datetime(2040, 1, 1, tzinfo=UTC))
    assert clock.now().year == 2040
    clock.set(None)
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
    clock.reset()
    assert clock.now().year == 2030


def test_naive_is_refused():
    with pytest.raises(ValueError, match="tzinfo"):
        Clock(datetime(2030, 1, 1))  # noqa: DTZ001 - naive on purpose


def test_parse():
    assert parse_moment("2030-01-01T10:00:00+02:00") == datetime(2030, 1, 1, 8, tzinfo=UTC)
    assert parse_moment("2030-01-01") == datetime(2030, 1, 1, tzinfo=UTC)
