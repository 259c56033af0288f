"""A set limit is never exceeded and an unset one is found, counted at the server; `make soak` prints throughputs."""

import pytest

from soak import limits
from workfront_orm.sandbox import Sandbox


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(data="demo") as sandbox:
        yield sandbox


def test_sixteen_threads_never_exceed_a_set_limit(sandbox):
    load = limits.measure(sandbox, 10, 300, latency=0.01)
    assert load.most == 10
    assert load.refused == 0


def test_two_processes_of_sixteen_threads_never_exceed_a_shared_limit(sandbox):
    load = limits.measure_processes(sandbox, 10, 300, shared=True, latency=0.02)
    assert load.most == 10
    assert load.refused == 0


def test_an_unset_limit_is_found(sandbox):
    load = limits.measure(sandbox, None, 600, latency=0.02)
    assert 0 < load.refused < 0.1
    assert load.most <= 16


def test_two_programs_that_know_nothing_of_each_other_find_what_is_left(sandbox):
    load = limits.measure_processes(sandbox, 14, 600, shared=False, latency=0.05)
    assert 0 < load.refused < 0.15
    assert load.most > 10


def test_the_count_at_the_server_counts():
    assert limits.most_in_flight([(0, 1), (1, 2), (0.5, 1.5)]) == 2
    assert limits.most_in_flight([(0, 3), (1, 2), (1.5, 4), (5, 6)]) == 3
