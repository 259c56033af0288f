"""What is repeated, when, how often: with a clock that only waiting moves."""

import logging
import random
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workfront_orm.core import errors
from workfront_orm.core.exchange import Effect, Request
from workfront_orm.core.retrying import STRANGE_ANSWERS, Retrying, retry_after, surely_not_done

REFUSALS = [
    errors.AccessDeniedError,
    errors.AuthenticationError,
    errors.ConflictError,
    errors.InvalidRequestError,
    errors.NotFoundError,
    errors.NotSupportedError,
]
FAILURES = [errors.ServerError, errors.RequestTimeoutError, errors.ConnectionFailedError, errors.APIError]


class Clock:
    """Time that only waiting moves."""

    def __init__(self):
        self.now = 0.0
        self.waits = []

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.waits.append(seconds)
        self.now += seconds


class Script:
    """A server that fails so many times, then answers."""

    def __init__(self, *failures, answer="done"):
        self.failures = list(failures)
        self.answer = answer
        self.sent = 0

    def __call__(self, _seconds):
        self.sent += 1
        if self.failures:
            raise self.failures.pop(0)
        return self.answer


@pytest.fixture
def clock():
    random.seed(1)
    return Clock()


@pytest.fixture
def retrying(clock):
    return lambda **options: Retrying(sleep=clock.sleep, clock=clock, **options)


def request(effect=Effect.READ, **options):
    return Request(operation="do Thing 5", method="POST", path="/THING/5/do", effect=effect, **options)


def never_sent():
    error = errors.ConnectionFailedError("refused")
    error.sent = False
    return error


def throttled(wait=None):
    error = errors.ThrottledError("busy", 429)
    error.retry_after = wait
    return error


# --- what may be repeated -------------------------------------------------------------------


@pytest.mark.parametrize("effect", [Effect.READ, Effect.IDEMPOTENT])
@pytest.mark.parametrize("kind", [*FAILURES, errors.InvalidResponseError, errors.ThrottledError])
def test_what_acts_only_once_however_often_it_is_sent_is_repeated(retrying, effect, kind):
    server = Script(kind("bad day", 500), kind("bad day", 500))
    assert retrying().call(request(effect), server) == "done"
    assert server.sent == 3


@pytest.mark.parametrize("effect", list(Effect))
@pytest.mark.parametrize("kind", REFUSALS)
def test_a_refusal_is_not_repeated(retrying, effect, kind):
    server = Script(kind("no", 400))
    with pytest.raises(kind):
        retrying().call(request(effect), server)
    assert server.sent == 1


@pytest.mark.parametrize("kind", [*FAILURES, errors.InvalidResponseError, errors.AnswerTooLargeError])
def test_a_create_or_action_that_may_be_done_is_not_repeated(retrying, kind):
    server = Script(kind({"message": "broken"}, 502))
    with pytest.raises(errors.OutcomeUnknown, match=r"do Thing 5: .*may or may not have done it") as caught:
        retrying().call(request(Effect.UNSAFE), server)
    assert server.sent == 1
    error = caught.value
    assert error.request == "POST /THING/5/do"
    assert "POST /THING/5/do" in str(error)
    assert (error.data, error.code) == ({"message": "broken"}, 502)
    assert isinstance(error.__cause__, kind)
    assert error.under_way is (kind is errors.RequestTimeoutError)


@pytest.mark.parametrize("failure", [never_sent, throttled])
def test_a_create_or_action_that_the_server_surely_did_not_do_is_repeated(retrying, failure):
    server = Script(failure(), failure())
    assert retrying().call(request(Effect.UNSAFE), server) == "done"
    assert server.sent == 3


def test_a_create_is_not_repeated_after_an_unknown_attempt_among_refused_ones(retrying):
    server = Script(throttled(), never_sent(), errors.ServerError("x", 503))
    with pytest.raises(errors.OutcomeUnknown):
        retrying().call(request(Effect.UNSAFE), server)
    assert server.sent == 3


def test_a_systems_own_kind_of_unknown_outcome(retrying):
    class Ours(errors.OutcomeUnknown):
        pass

    with pytest.raises(Ours):
        retrying().call(request(Effect.UNSAFE), Script(errors.ServerError("x", 500)), Ours)


def test_errors_that_are_no_errors_of_the_api_go_through(retrying):
    server = Script(KeyError("bug"))
    with pytest.raises(KeyError):
        retrying().call(request(), server)
    assert server.sent == 1


def test_gone_after_an_attempt_without_an_answer_is_done(retrying):
    delete = request(Effect.IDEMPOTENT, gone_is_done=True, decode=lambda data: ["deleted", data])
    server = Script(errors.ConnectionFailedError("reset"), errors.NotFoundError("gone", 404))
    assert retrying().call(delete, server) == ["deleted", None]


@pytest.mark.parametrize("before", [[], [never_sent()], [throttled()]])
def test_gone_at_first_sight_is_not_done(retrying, before):
    delete = request(Effect.IDEMPOTENT, gone_is_done=True)
    with pytest.raises(errors.NotFoundError):
        retrying().call(delete, Script(*before, errors.NotFoundError("gone", 404)))


def test_gone_is_an_error_for_what_is_no_delete(retrying):
    server = Script(errors.ConnectionFailedError("reset"), errors.NotFoundError("gone", 404))
    with pytest.raises(errors.NotFoundError):
        retrying().call(request(Effect.IDEMPOTENT), server)


def test_an_answer_that_is_none_of_the_systems_is_asked_for_a_few_times_only(retrying):
    server = Script(*[errors.InvalidResponseError("<html>", 200)] * 20)
    with pytest.raises(errors.InvalidResponseError):
        retrying().call(request(), server)
    assert server.sent == STRANGE_ANSWERS


@pytest.mark.parametrize("effect", list(Effect))
def test_a_host_that_nothing_is_called_is_looked_up_a_few_times(retrying, clock, effect):
    error = never_sent()
    error.no_such_host = True
    server = Script(*[error] * 20)
    with pytest.raises(errors.ConnectionFailedError):
        retrying().call(request(effect), server)
    assert server.sent == STRANGE_ANSWERS
    assert clock.now < 3


@pytest.mark.parametrize("failure", [errors.InvalidResponseError("moved", 302), errors.AnswerTooLargeError("big", 200)])
def test_what_would_be_the_same_again_is_not_repeated(retrying, failure):
    server = Script(failure)
    with pytest.raises(errors.InvalidResponseError):
        retrying().call(request(), server)
    assert server.sent == 1


def test_only_refusals_and_unmade_connections_prove_that_nothing_was_done():
    sure = {kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.APIError)}
    sure = {kind for kind in sure if surely_not_done(kind("x", 400))}
    assert sure == {*REFUSALS, errors.ThrottledError}
    assert surely_not_done(never_sent())


# --- when and how often -----------------------------------------------------------------------


def test_waits_grow_with_full_jitter_up_to_the_longest(retrying, clock):
    for _ in range(200):
        with pytest.raises(errors.ServerError):
            retrying(attempts=9, longest=10, deadline=1000).call(request(), Script(*[errors.ServerError("x", 500)] * 9))
    rounds = [clock.waits[start : start + 8] for start in range(0, len(clock.waits), 8)]
    for number, waits in enumerate(zip(*rounds, strict=True)):
        bound = min(10, 0.25 * 2**number)
        assert 0 <= min(waits) < 0.1 * bound
        assert 0.9 * bound < max(waits) <= bound


@given(st.lists(st.one_of(st.none(), st.floats(0, 30)), min_size=1, max_size=6))
def test_what_the_server_asks_is_a_lower_bound(asked):
    clock = Clock()
    Retrying(sleep=clock.sleep, clock=clock).call(request(), Script(*map(throttled, asked)))
    assert len(clock.waits) == len(asked)
    assert all(wait >= (least or 0) for wait, least in zip(clock.waits, asked, strict=True))


def test_a_wait_beyond_the_deadline_is_not_begun(retrying, clock):
    server = Script(throttled(3600))
    with pytest.raises(errors.ThrottledError) as caught:
        retrying(deadline=300).call(request(), server)
    assert caught.value.retry_after == 3600
    assert clock.now == 0
    assert server.sent == 1


def test_the_deadline_counts_what_attempts_take(retrying, clock):
    given = []

    def slow(seconds):
        given.append(seconds)
        clock.now += min(seconds, 120)
        raise errors.RequestTimeoutError("late")

    with pytest.raises(errors.RequestTimeoutError):
        retrying(attempts=100, deadline=300).call(request(), slow)
    assert clock.now <= 300
    assert given[0] == 300
    assert 179 < given[1] <= 180
    assert given == sorted(given, reverse=True)


def test_the_attempts_are_counted(retrying):
    server = Script(*[errors.ServerError("x", 500)] * 50)
    with pytest.raises(errors.ServerError):
        retrying(attempts=3).call(request(), server)
    assert server.sent == 3


def test_refusals_for_too_many_requests_need_time_not_attempts(retrying, clock):
    server = Script(*[throttled()] * 30)
    assert retrying(attempts=2, deadline=600).call(request(), server) == "done"
    assert server.sent == 31
    assert clock.now < 600


def test_the_budget_keeps_repeats_from_becoming_a_storm(retrying):
    rules = retrying(attempts=6, budget=20)
    down = Script(*[errors.ServerError("x", 503)] * 1000)
    for _ in range(200):
        with pytest.raises(errors.ServerError):
            rules.call(request(), down)
    assert down.sent == 200 + 20
    # Answers earn repeats again, one of five.
    for _ in range(10):
        rules.call(request(), Script())
    down.sent = 0
    with pytest.raises(errors.ServerError):
        rules.call(request(), down)
    assert down.sent == 1 + 2


def test_one_failure_of_ten_never_empties_the_budget(retrying):
    rules = retrying(budget=10)
    for number in range(2000):
        failures = [errors.ServerError("x", 500)] if number % 10 == 0 else []
        assert rules.call(request(), Script(*failures)) == "done"


def test_many_threads_share_the_budget(clock):
    rules = Retrying(sleep=lambda _seconds: None, budget=30, attempts=10)
    sent = []

    def once(_seconds):
        sent.append(1)
        raise errors.ServerError("x", 503)

    def work():
        for _ in range(20):
            with pytest.raises(errors.ServerError):
                rules.call(request(), once)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sent) == 8 * 20 + 30


def test_once_told_to_stop_nothing_is_repeated(retrying):
    stop = threading.Event()
    server = Script(errors.ServerError("x", 500))

    def once(seconds):
        stop.set()
        return server(seconds)

    with pytest.raises(errors.ServerError):
        retrying().call(request(), once, stop=stop)
    assert server.sent == 1


def test_waiting_for_a_repeat_ends_when_told_to_stop():
    stop = threading.Event()
    server = Script(*[throttled(60)] * 5)
    thread = threading.Timer(0.1, stop.set)
    thread.start()
    with pytest.raises(errors.ThrottledError):
        # Real time: without the end it would be 60 seconds.
        Retrying().call(request(), server, stop=stop)
    thread.join()
    assert server.sent == 2


def test_repeats_are_told(retrying, caplog):
    with caplog.at_level(logging.INFO, logger="workfront_orm"):
        retrying().call(request(), Script(errors.ServerError("secret body", 503)))
    assert [record.name for record in caplog.records] == ["workfront_orm.core.retrying"]
    assert "do Thing 5: ServerError; sent again in" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.parametrize(
    "options",
    [
        {"attempts": 0},
        {"attempts": 2.5},
        {"attempts": True},
        {"budget": 0},
        {"base": 0},
        {"longest": -1},
        {"deadline": 0},
    ],
)
def test_numbers_that_make_no_sense(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        Retrying(**options)


# --- Retry-After --------------------------------------------------------------------------------

NOON = datetime(2026, 5, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ("3", 3.0),
        (" 120 ", 120.0),
        ("0", 0.0),
        ("9" * 400, 6 * 3600.0),
        (format_datetime(NOON + timedelta(seconds=90), usegmt=True), 90.0),
        (format_datetime(NOON - timedelta(seconds=90), usegmt=True), 0.0),
        ("Wed, 20 May 2026 12:01:30 -0000", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("", None),
    ],
)
def test_retry_after_by_the_servers_own_clock(asked, seconds):
    headers = {"Retry-After": asked, "Date": format_datetime(NOON, usegmt=True)}
    assert retry_after(headers) == seconds


def test_retry_after_without_a_date_is_taken_by_our_clock():
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    assert 50 < retry_after({"Retry-After": moment}) <= 60
    assert retry_after({}) is None
    assert retry_after({"Retry-After": moment, "Date": "yesterday"}) is None


@given(st.text(max_size=40), st.text(max_size=40))
def test_retry_after_takes_any_nonsense(asked, date):
    found = retry_after({"Retry-After": asked, "Date": date})
    assert found is None or found >= 0
