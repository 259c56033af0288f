"""The sandbox as a process: how it starts, ends and is told things."""

import os
import pickle
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest
import requests

from workfront_orm.sandbox import Sandbox, SandboxError


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until_gone(pid, seconds=5):
    end = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < end:
        time.sleep(0.05)
    return not alive(pid)


def test_json_line_becomes_attributes(toy):
    assert toy.url.startswith("http://127.0.0.1:")
    assert (toy.api_key, toy.username, toy.password, toy.seed) == ("toy-key", "toy", "toy-password", 7)
    assert toy.info["service"] == "toy"
    assert "seed" in dir(toy)
    with pytest.raises(AttributeError, match="no 'nothing'"):
        _ = toy.nothing


def test_repr_holds_no_secret(toy):
    for text in (repr(toy), repr(toy.info), str(toy.info)):
        assert "toy-key" not in text
        assert "toy-password" not in text
    assert "control_token" not in toy.info


def test_is_no_pickle(toy):
    with pytest.raises(TypeError):
        pickle.dumps(toy)


def test_runs_in_a_process_of_its_own_and_stops(toy_service):
    with Sandbox(service=toy_service) as sandbox:
        assert sandbox.pid != os.getpid()
        assert requests.get(sandbox.url + "/x", timeout=5).status_code == 200
    assert not sandbox.running
    assert "stopped" in repr(sandbox)
    sandbox.stop()
    with pytest.raises(SandboxError, match="has ended"):
        _ = sandbox.requests


def test_options_reach_the_service(toy_service):
    with Sandbox(service=toy_service, shuffle=True, zone="Europe/Berlin") as sandbox:
        assert sandbox.options == {"shuffle": "true", "zone": "Europe/Berlin"}


def test_a_start_that_fails_says_why(toy_service):
    with pytest.raises(SandboxError, match="the toy has no option 'wrong'"):
        Sandbox(service=toy_service, wrong=1)
    with pytest.raises(SandboxError, match="no sandbox for the service 'nobody'"):
        Sandbox(service="nobody")


def test_ends_when_the_block_raises(toy_service):
    class BoomError(Exception): ...

    with pytest.raises(BoomError), Sandbox(service=toy_service) as sandbox:
        raise BoomError
    assert not sandbox.running


def test_ends_when_it_is_forgotten(toy_service):
    sandbox = Sandbox(service=toy_service)
    pid = sandbox.pid
    del sandbox
    assert wait_until_gone(pid)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_no_orphan_when_the_parent_dies(toy_service, how):
    program = "import sys, time; from workfront_orm.sandbox import Sandbox; s = Sandbox('toy'); print(s.pid, flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as parent:
        pid = int(parent.stdout.readline())
        assert alive(pid)
        parent.send_signal(how)
        parent.wait()
        assert wait_until_gone(pid)


def test_a_forked_child_leaves_it_running(toy):
    pid = os.fork()
    if pid == 0:
        toy.stop()
        os._exit(0)
    os.waitpid(pid, 0)
    assert toy.running


def test_kill_is_seen(toy_service):
    sandbox = Sandbox(service=toy_service)
    sandbox.kill()
    assert not sandbox.running


def test_several_side_by_side(toy_service):
    with Sandbox(service=toy_service, seed=1) as one, Sandbox(service=toy_service, seed=2) as two:
        requests.get(one.url + "/a", timeout=5)
        assert [(s.seed, len(s.requests)) for s in (one, two)] == [(1, 1), (2, 0)]


def test_port_in_use_is_refused_with_a_remedy(toy):
    port = int(toy.url.rpartition(":")[2])
    with pytest.raises(SandboxError, match="Try --port 0"):
        Sandbox(service="toy", port=port)


def test_clock_is_set_and_runs_on(toy):
    toy.clock = datetime(2030, 5, 1, 12, tzinfo=UTC)
    first, second = (datetime.fromisoformat(requests.get(toy.url + "/now", timeout=5).json()) for _ in range(2))
    assert datetime(2030, 5, 1, 12, tzinfo=UTC) <= first < second < datetime(2030, 5, 1, 12, 1, tzinfo=UTC)
    assert abs(toy.clock - second) < timedelta(minutes=1)
    toy.clock = None
    assert abs(toy.clock - datetime.now(UTC)) < timedelta(minutes=1)
    with pytest.raises(ValueError, match="tzinfo"):
        toy.clock = datetime(2030, 5, 1)  # noqa: DTZ001 - naive on purpose


def test_clock_at_the_start(toy_service):
    with Sandbox(service=toy_service, clock=datetime(2031, 1, 1, tzinfo=UTC)) as sandbox:
        assert sandbox.clock.year == 2031


def test_latency_is_waited_out_in_parallel(toy):
    from concurrent.futures import ThreadPoolExecutor

    toy.latency = 0.2
    start = time.perf_counter()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda i: requests.get(f"{toy.url}/{i}", timeout=5), range(8)))
    assert time.perf_counter() - start < 1.2
    assert all(entry.seconds > 0.14 for entry in toy.requests)


def test_reset(toy):
    requests.post(toy.url + "/x", timeout=5)
    toy.faults = 1.0
    toy.clock = datetime(2040, 1, 1, tzinfo=UTC)
    toy.reset()
    assert (len(toy.requests), toy.faults) == (0, None)
    assert toy.clock.year < 2040
    assert requests.get(toy.url + "/x", timeout=5).json()["stored"] == 0


def test_session_comes_from_the_service(toy):
    info, options = toy.session(api_version="v1")
    assert (info["api_key"], options) == ("toy-key", {"api_version": "v1"})


def test_command_line_prints_one_json_line(toy_service):
    import json

    with subprocess.Popen(
        [sys.executable, "-m", "workfront_orm.sandbox", "--service", "toy"],
        stdout=subprocess.PIPE,
        text=True,
        stdin=subprocess.DEVNULL,
    ) as process:
        line = json.loads(process.stdout.readline())
        assert requests.get(line["url"] + "/x", timeout=5).ok
        process.send_signal(signal.SIGINT)
        assert process.wait(5) in (0, -signal.SIGINT)
        assert process.stdout.read() == ""
