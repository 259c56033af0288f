import gc

import pytest

from workfront_orm.core.exchange import Response
from workfront_orm.services.bitrix24.batch import Command, batch
from workfront_orm.services.bitrix24.errors import OperatingLimitError
from workfront_orm.services.bitrix24.throttle import Bucket, PortalThrottle, bucket_of
from workfront_orm.services.bitrix24.wire import call


class Clock:
    """Time that passes when somebody sleeps."""

    def __init__(self):
        self.now = 100.0
        self.slept = []

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.slept.append(round(seconds, 3))
        self.now += seconds


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def throttle(clock):
    return PortalThrottle(2, None, f"portal {id(clock)}", clock=clock, sleep=clock.sleep)


def request(method="crm.deal.list"):
    return call("x", method, {})


def test_fifty_go_at_once_then_two_a_second(clock):
    bucket = Bucket(2, 50, clock=clock, sleep=clock.sleep)
    for _ in range(50):
        bucket.take()
    assert clock.slept == []
    for _ in range(4):
        bucket.take()
    assert clock.slept == [0.5] * 4
    clock.now += 100
    bucket.take()
    assert len(clock.slept) == 4


def test_a_portal_that_is_busy_fills_the_bucket(clock):
    bucket = Bucket(2, 50, clock=clock, sleep=clock.sleep)
    bucket.fill()
    bucket.take()
    assert clock.slept == [0.5]


def test_many_at_a_time_wait_in_turn(clock):
    bucket = Bucket(2, 1, clock=clock, sleep=clock.slept.append)
    for _ in range(4):
        bucket.take()
    # The clock stands still: each has to wait longer than the one before.
    assert clock.slept == [0.5, 1.0, 1.5]


@pytest.mark.parametrize(("rate", "burst"), [(0, 50), (-1, 50), (2, 0)])
def test_a_bucket_needs_positive_numbers(rate, burst):
    with pytest.raises(ValueError, match="requests_per_second"):
        Bucket(rate, burst)


def test_sessions_of_one_portal_share_a_bucket():
    first = bucket_of("a.bitrix24.com", 2, 50)
    assert bucket_of("a.bitrix24.com", 2, 50) is first
    assert bucket_of("b.bitrix24.com", 2, 50) is not first
    assert bucket_of("a.bitrix24.com", 5, 250) is not first
    del first
    gc.collect()


def answered(throttle, sent, operating, reset_in=300, finish=1000.0):
    told = {"operating": operating, "operating_reset_at": finish + reset_in, "finish": finish}
    throttle.answered(sent, {"result": [], "time": told})


def test_a_method_over_its_budget_waits_alone(throttle, clock):
    answered(throttle, request("crm.deal.list"), 480.0)
    throttle.enter(request("crm.contact.list"))
    assert clock.slept == []
    throttle.enter(request("crm.deal.list"))
    assert clock.slept == [300.0]


def test_below_the_budget_nothing_waits(throttle, clock):
    answered(throttle, request(), 479.0)
    throttle.enter(request())
    assert clock.slept == []


def test_portals_without_the_limit_tell_nothing(throttle, clock):
    throttle.answered(request(), {"result": [], "time": {"start": 1.0}})
    throttle.answered(request(), {"result": []})
    throttle.enter(request())
    assert clock.slept == []


def test_the_budget_counts_each_method_of_a_batch(throttle, clock):
    sent = batch("x", [Command("crm.deal.list", {}), Command("crm.lead.list", {})], decode=lambda answers: answers)
    over = {"operating": 500.0, "operating_reset_at": 1100, "finish": 1000.0}
    below = {"operating": 5.0, "operating_reset_at": 1100, "finish": 1000.0}
    throttle.answered(sent, {"result": {"result": {}, "result_time": {"c0": below, "c1": over}}})
    throttle.enter(request("crm.deal.list"))
    assert clock.slept == []
    throttle.leave(request("crm.deal.list"), None)
    throttle.enter(sent)
    assert clock.slept == [100.0]


def test_a_command_that_was_put_off_makes_its_method_wait(throttle, clock):
    sent = batch("x", [Command("crm.deal.update", {})], decode=lambda answers: answers)
    error = {"error": "OPERATION_TIME_LIMIT", "error_description": ""}
    throttle.answered(sent, {"result": {"result": [], "result_error": {"c0": error}}})
    throttle.enter(request("crm.deal.update"))
    assert clock.slept == [60.0]


def refuse(throttle, sent, status):
    throttle.enter(sent)
    throttle.leave(sent, Response(status=status, headers={}, body=b"", request=sent))
    throttle.refused(None, sent)


def test_a_429_stops_the_method_not_the_portal(throttle, clock):
    refuse(throttle, request("crm.deal.list"), 429)
    throttle.enter(request("crm.contact.list"))
    assert clock.slept == []
    assert throttle.width == 2
    throttle.enter(request("crm.deal.list"))
    assert clock.slept == [60.0]


def test_a_503_means_the_bucket_is_full(clock):
    bucket = Bucket(2, 50, clock=clock, sleep=clock.sleep)
    throttle = PortalThrottle(2, bucket, f"other {id(clock)}", clock=clock, sleep=clock.sleep)
    refuse(throttle, request(), 503)
    throttle.enter(request())
    assert clock.slept == [0.5]


def test_a_wait_beyond_the_patience_is_an_error_before_anything_is_sent(clock):
    throttle = PortalThrottle(2, None, f"third {id(clock)}", patience=60, clock=clock, sleep=clock.sleep)
    answered(throttle, request(), 500.0, reset_in=400)
    with pytest.raises(OperatingLimitError, match="nothing was sent") as caught:
        throttle.enter(request())
    assert caught.value.retry_after == pytest.approx(400)
    assert clock.slept == []
