"""How many requests are let in at a time: set, learned, and over several processes."""

import subprocess
import sys
import threading
import time
from itertools import pairwise

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
            self.inside += 1
            self.asked += 1
            self.most = max(self.most, self.inside)
            busy = self.inside > self.limit
            self.refused += busy
        time.sleep(self.seconds)
        with self.lock:
            self.inside -= 1
        return BUSY if busy else DONE


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


def ask_at_full_width(throttle, answers):
    """In one thread: as many in flight as may be, and so many answers, each making place for another."""
    inside = 0
    for _ in range(answers):
        while inside < throttle.width:
            throttle.enter(REQUEST)
            inside += 1
        throttle.leave(REQUEST, DONE)
        inside -= 1
    for _ in range(inside):
        throttle.leave(REQUEST, None)


def refuse_at_full_width(throttle):
    """The request beside as many as may be in flight is refused."""
    width = throttle.width
    for _ in range(width):
        throttle.enter(REQUEST)
    for _ in range(width):
        throttle.leave(REQUEST, BUSY)
    throttle.refused()


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
    assert server.most <= throttle.most


def test_without_refusals_it_grows_as_far_as_it_is_used():
    throttle = Throttle(start=2, most=16)
    ask_at_full_width(throttle, 100)
    assert throttle.width == 16
    throttle = Throttle(start=2, most=16)
    for _ in range(100):
        send(throttle, Server(seconds=0))
    assert throttle.width == 2


def test_a_refusal_tells_how_many_are_too_many():
    throttle = Throttle(start=10)
    refuse_at_full_width(throttle)
    assert throttle.width == 9
    throttle.enter(REQUEST)
    throttle.enter(REQUEST)
    throttle.enter(REQUEST)
    # Others use the tenant's limit too: two beside it were too many.
    throttle.refused()
    assert throttle.width == 2


def test_one_is_always_let_in():
    throttle = Throttle(start=1)
    for _ in range(5):
        refuse_at_full_width(throttle)
    assert throttle.width == 1


def test_what_was_sent_before_the_width_was_lowered_tells_nothing_new():
    throttle = Throttle(start=10)
    entered = threading.Barrier(3)
    lowered = threading.Event()

    def late():
        throttle.enter(REQUEST)
        entered.wait()
        lowered.wait()
        throttle.leave(REQUEST, BUSY)
        throttle.refused()

    for _ in range(8):
        throttle.enter(REQUEST)
    threads = [threading.Thread(target=late) for _ in range(2)]
    for thread in threads:
        thread.start()
    entered.wait()
    throttle._entered.beside = 5
    throttle.refused()
    assert throttle.width == 4
    lowered.set()
    for thread in threads:
        thread.join()
    assert throttle.width == 4


def test_one_more_is_tried_less_and_less_often_while_that_fails():
    clock = Clock()
    throttle = Throttle(start=5, most=16, clock=clock, sleep=clock.sleep)
    refuse_at_full_width(throttle)
    tries = []
    while clock.now < 800:
        ask_at_full_width(throttle, 1)
        if throttle.width == 5:
            tries.append(clock.now)
            refuse_at_full_width(throttle)
        clock.now += 0.05
        assert throttle.width == 4
    gaps = [later - earlier for earlier, later in pairwise(tries)]
    assert gaps == pytest.approx([2, 4, 8, 16, 32, *[LONGEST_PAUSE] * (len(gaps) - 5)], abs=0.5)


def test_what_others_leave_free_is_found():
    clock = Clock()
    throttle = Throttle(start=4, most=16, clock=clock, sleep=clock.sleep)
    refuse_at_full_width(throttle)
    clock.now += 1
    ask_at_full_width(throttle, 400)
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
