"""How many requests are let in at a time: set, learned, and over several processes."""

import heapq
import random
import subprocess
import sys
import threading
import time
from collections import deque
from itertools import pairwise
from types import SimpleNamespace

import pytest

from workfront_orm.core.errors import ThrottledError
from workfront_orm.core.exchange import Request, Response
from workfront_orm.core.throttle import LONGEST_PAUSE, MachineThrottle, Throttle, throttle_of

REQUEST = Request(operation="read Thing", path="/THING")
DONE = Response(status=200, headers={}, body=b"", request=REQUEST)
BUSY = Response(status=429, headers={}, body=b"", request=REQUEST)


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        assert seconds > 0
        self.now += seconds


class Server:
    """Counts who is in, and refuses beyond its own limit."""

    def __init__(self, limit=1000, seconds=0.004):
        self.limit = limit
        self.seconds = seconds
        self.inside = self.most = self.asked = self.refused = 0
        self.lock = threading.Lock()

    def ask(self):
        with self.lock:
            self.asked += 1
            if self.inside >= self.limit:
                self.refused += 1
                return BUSY
            self.inside += 1
            self.most = max(self.most, self.inside)
        time.sleep(self.seconds)
        with self.lock:
            self.inside -= 1
        return DONE


def send(throttle, server):
    throttle.enter(REQUEST)
    response = None
    try:
        response = server.ask()
    finally:
        throttle.leave(REQUEST, response)
    if response is BUSY:
        throttle.refused()


def crowd(throttle, server, number, threads=16):
    """So many requests by so many threads."""
    left = iter(range(number))
    lock = threading.Lock()

    def work():
        while True:
            with lock:
                if next(left, None) is None:
                    return
            send(throttle, server)

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


class Flights:
    """Requests of many threads, driven by one: each has what the throttle keeps by thread."""

    def __init__(self, throttle):
        self.throttle = throttle

    def enter(self, number=1):
        """The requests that were let in."""
        flights = [SimpleNamespace() for _ in range(number)]
        for self.throttle._last in flights:
            self.throttle.enter(REQUEST)
        return flights

    def leave(self, flights, response):
        for self.throttle._last in flights:
            self.throttle.leave(REQUEST, response)
            if response is BUSY:
                self.throttle.refused()

    def answer_at_full_width(self, answers):
        """As many in flight as may be, and so many answers, each making place for another."""
        inside = []
        for _ in range(answers):
            inside += self.enter(self.throttle.width - len(inside))
            self.leave([inside.pop()], DONE)
        self.leave(inside, None)

    def refuse_at_full_width(self):
        """As many in flight as may be, and the last of them is refused."""
        *others, last = self.enter(self.throttle.width)
        self.leave([last], BUSY)
        self.leave(others, DONE)


class Simulation:
    """A crowd of threads and a server that takes so many requests at a time, in a time that only they move.

    What goes there and back takes a few milliseconds more or less, so requests arrive in another order than they were sent.
    """

    def __init__(self, limit, *, takes=10, threads=16, sessions=1, slow_refusals=False, seed=0):
        self.draw = random.Random(seed).random
        self.now, self.events, self.number = 0.0, [], 0
        self.takes, self.slow_refusals = takes, slow_refusals
        self.inside = self.answered = self.refused = self.left = 0
        self.crowds = [
            (Flights(Throttle(limit, clock=lambda: self.now)), deque([1] * threads)) for _ in range(sessions)
        ]

    def run(self, requests):
        """Answers a second, and the share of the requests that was refused."""
        self.left = requests
        for flights, waiting in self.crowds:
            self.let_in(flights, waiting)
        while self.events:
            self.now, _, act, *details = heapq.heappop(self.events)
            act(*details)
        assert self.answered == requests
        return self.answered / self.now, self.refused / (self.answered + self.refused)

    def after(self, seconds, *event):
        self.number += 1
        heapq.heappush(self.events, (self.now + seconds, self.number, *event))

    def let_in(self, flights, waiting):
        while waiting and self.left > 0 and len(flights.throttle._in_flight) < flights.throttle.width:
            self.left -= 1
            self.after(0.008 * self.draw(), self.arrive, flights, waiting, flights.enter()[0], waiting.popleft())

    def arrive(self, flights, waiting, flight, attempt):
        response = BUSY if self.inside >= self.takes else DONE
        if response is BUSY and not self.slow_refusals:
            self.after(0.006 * self.draw(), self.answer, flights, waiting, flight, attempt, BUSY)
        else:
            self.inside += 1
            self.after(0.09 + 0.02 * self.draw(), self.work, flights, waiting, flight, attempt, response)

    def work(self, *details):
        self.inside -= 1
        self.after(0.006 * self.draw(), self.answer, *details)

    def answer(self, flights, waiting, flight, attempt, response):
        flights.leave([flight], response)
        if response is BUSY:
            self.refused += 1
            self.left += 1
            self.after(0.25 * 2**attempt * self.draw(), self.again, flights, waiting, attempt + 1)
        else:
            self.answered += 1
            waiting.append(1)
        self.let_in(flights, waiting)

    def again(self, flights, waiting, attempt):
        waiting.appendleft(attempt)
        self.let_in(flights, waiting)


# --- a set limit ------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [1, 3, 10])
def test_a_limit_is_never_exceeded_and_used_in_full(limit):
    server = Server()
    crowd(Throttle(limit), server, 300)
    assert server.most == limit


def test_requests_that_fail_give_their_place_back():
    throttle = Throttle(2)

    class Broken(Server):
        def ask(self):
            super().ask()
            raise OSError("gone")

    server = Broken()
    for _ in range(10):
        with pytest.raises(OSError, match="gone"):
            send(throttle, server)
    crowd(throttle, Server(), 20)


@pytest.mark.parametrize("limit", [0, -1, 2.5, True, "10"])
def test_a_limit_is_a_whole_number(limit):
    with pytest.raises(ValueError, match="max_concurrent takes a whole number of at least 1"):
        Throttle(limit)


# --- a limit that is not known, or set too high --------------------------------------------------


@pytest.mark.parametrize("throttle", [Throttle, lambda: Throttle(14)], ids=["unset", "too high"])
def test_the_number_is_learned_from_refusals(throttle):
    throttle, server = throttle(), Server(limit=7)
    crowd(throttle, server, 1500)
    assert throttle.width in {6, 7, 8}
    assert server.refused / server.asked < 0.06


@pytest.mark.parametrize("sessions", [1, 2])
@pytest.mark.parametrize("limit", [None, 14], ids=["unset", "too high"])
@pytest.mark.parametrize("takes", [3, 10])
def test_learning_the_number_costs_little(takes, limit, sessions):
    """Within a tenth of the best limit, also where two sessions, or programs, share a tenant and know nothing of each other."""
    for seed in range(5):
        best, none = Simulation(takes, takes=takes, seed=seed).run(1000)
        found, refused = Simulation(limit, takes=takes, sessions=sessions, seed=seed).run(1000)
        assert none == 0
        assert found > 0.9 * best
        assert refused < 0.1


@pytest.mark.parametrize("limit", [None, 14], ids=["unset", "too high"])
def test_a_server_that_takes_its_time_to_refuse(limit):
    """Those that are being refused take places from others; a throttle that counts those as news ends at one."""
    for seed in range(5):
        best, _ = Simulation(10, seed=seed).run(1000)
        found, refused = Simulation(limit, slow_refusals=True, seed=seed).run(1000)
        assert found > 0.9 * best
        assert refused < 0.1


def test_without_refusals_it_grows_as_far_as_it_is_used():
    throttle = Throttle(start=2, most=16)
    Flights(throttle).answer_at_full_width(100)
    assert throttle.width == 16
    throttle = Throttle(start=2, most=16)
    for _ in range(100):
        send(throttle, Server(seconds=0))
    assert throttle.width == 2


def test_what_is_not_refused_beside_a_refused_request_is_what_the_server_takes():
    throttle = Throttle(start=10)
    flights = Flights(throttle)
    flights.refuse_at_full_width()
    assert throttle.width == 9
    # Others use the tenant's limit too: two beside it were too many.
    last = flights.enter(3)[-1]
    flights.leave([last], BUSY)
    assert throttle.width == 2


@pytest.mark.parametrize("refused", [range(10, 16), range(5, -1, -1), range(0, 12, 2)], ids=str)
def test_a_burst_of_refusals_never_lowers_it_below_what_the_server_takes(refused):
    """Requests arrive, and answers come back, in another order than they were sent."""
    throttle = Throttle(16)
    flights = Flights(throttle)
    sent = flights.enter(16)
    flights.leave([sent[number] for number in refused], BUSY)
    assert 10 <= throttle.width <= 13


def test_answers_that_come_before_a_refusal_do_not_lower_the_number():
    throttle = Throttle(11)
    flights = Flights(throttle)
    *others, last = flights.enter(11)
    flights.leave(others[:7], DONE)
    flights.leave([last], BUSY)
    assert throttle.width == 10


def test_no_other_takes_the_place_of_a_refused_request():
    throttle = Throttle(10)
    (throttle._last,) = Flights(throttle).enter(10)[-1:]
    throttle.leave(REQUEST, BUSY)
    assert throttle.width == 9, "at once, not only when the answer is read"


def test_one_is_always_let_in():
    throttle = Throttle(start=1)
    for _ in range(5):
        Flights(throttle).refuse_at_full_width()
    assert throttle.width == 1


def test_a_refusal_is_counted_once_and_by_any_status():
    throttle = Throttle(start=10)
    flights = Flights(throttle)
    sent = flights.enter(10)
    flights.leave(sent[9:], BUSY)
    throttle.refused()
    assert throttle.width == 9
    # What says so under another status is told by who reads the answer.
    flights.leave(sent[8:9], DONE)
    throttle.refused()
    assert throttle.width == 8


def test_one_more_is_tried_less_and_less_often_while_that_fails():
    clock = Clock()
    throttle = Throttle(start=5, most=16, clock=clock, sleep=clock.sleep)
    flights = Flights(throttle)
    flights.refuse_at_full_width()
    tries = []
    while clock.now < 800:
        flights.answer_at_full_width(1)
        if throttle.width == 5:
            tries.append(clock.now)
            flights.refuse_at_full_width()
        clock.now += 0.05
        assert throttle.width == 4
    gaps = [later - earlier for earlier, later in pairwise(tries)]
    assert gaps == pytest.approx([2, 4, 8, 16, 32, *[LONGEST_PAUSE] * (len(gaps) - 5)], abs=0.5)


def test_what_others_leave_free_is_found():
    clock = Clock()
    throttle = Throttle(start=4, most=16, clock=clock, sleep=clock.sleep)
    flights = Flights(throttle)
    flights.refuse_at_full_width()
    clock.now += 1
    flights.answer_at_full_width(400)
    assert throttle.width == 16


# --- what the server asks to wait ---------------------------------------------------------------


def test_nobody_sends_before_the_server_allows_it():
    clock = Clock()
    throttle = Throttle(clock=clock, sleep=clock.sleep)
    send(throttle, Server(seconds=0))
    throttle.refused(30)
    throttle.refused(10)
    send(throttle, Server(seconds=0))
    assert clock.now == 130


def test_those_who_stand_in_the_queue_wait_as_well():
    clock = Clock()
    throttle = Throttle(1, clock=clock, sleep=clock.sleep)
    throttle.enter(REQUEST)
    second = threading.Thread(target=throttle.enter, args=(REQUEST,))
    second.start()
    throttle.refused(30)
    throttle.leave(REQUEST, BUSY)
    second.join()
    assert clock.now == 130


def test_a_wait_beyond_patience_fails_at_once():
    clock = Clock()
    throttle = Throttle(patience=60, clock=clock, sleep=clock.sleep)
    throttle.enter(REQUEST)
    throttle.leave(REQUEST, BUSY)
    throttle.refused(3600)
    with pytest.raises(ThrottledError, match="read Thing: the server asked to wait 3600 seconds more") as caught:
        throttle.enter(REQUEST)
    assert caught.value.retry_after == 3600
    assert clock.now == 100
    clock.now += 3550
    throttle.enter(REQUEST)
    assert clock.now == 3700


# --- over several processes ------------------------------------------------------------------------


def test_two_sessions_on_one_folder_share_a_limit(tmp_path):
    server = Server()
    throttles = [MachineThrottle(4, str(tmp_path)) for _ in range(2)]
    crowds = [threading.Thread(target=crowd, args=(throttle, server, 80, 8)) for throttle in throttles]
    for one in crowds:
        one.start()
    for one in crowds:
        one.join()
    assert server.most == 4
    assert server.asked == 160


def test_a_killed_process_gives_its_places_back(tmp_path):
    holder = """
import sys, time
from workfront_orm.core.exchange import Request
from workfront_orm.core.throttle import MachineThrottle
throttle = MachineThrottle(1, sys.argv[1])
throttle.enter(Request(operation="hold", path="/"))
print("in", flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", holder, str(tmp_path)], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "in\n"
        ours = MachineThrottle(1, str(tmp_path))
        entered = threading.Event()
        thread = threading.Thread(target=lambda: (ours.enter(REQUEST), entered.set(), ours.leave(REQUEST, None)))
        thread.start()
        assert not entered.wait(0.1)
        other.kill()
        assert entered.wait(10)
        thread.join()


def test_a_machine_wide_limit_needs_a_number(tmp_path):
    with pytest.raises(ValueError, match="needs a number: max_concurrent=10"):
        MachineThrottle(None, str(tmp_path))


def test_what_a_session_asks_for(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert type(throttle_of("https://acme.example/x", 5, machine_wide=False)) is Throttle
    made = throttle_of("https://ann:secret@acme.example:8443/x", 5, machine_wide=True)
    assert (type(made), made.most) == (MachineThrottle, 5)
    send(made, Server(seconds=0))
    folder = tmp_path / "cache" / "workfront_orm" / "requests" / "acme.example_8443"
    assert folder.stat().st_mode & 0o077 == 0
    send(throttle_of("https://x", 1, machine_wide=str(tmp_path / "own")), Server(seconds=0))
    assert [file.name for file in (tmp_path / "own").iterdir()] == ["0.lock"]
