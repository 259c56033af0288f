"""A few of `make soak`'s hundred kills, and what a rerun doubles that does not wait for the server."""

from soak import kills


def test_a_rerun_after_kill_9_leaves_what_one_clean_run_leaves():
    found = kills.kill(4, seed=3, tasks=120)
    assert found.wrong == []
    assert found.moments.total() == 4
    assert found.requests > 3


def test_what_a_rerun_doubled_that_did_not_wait_is_found():
    found = kills.overlap()
    assert found.doubled
    assert found.found == found.doubled
    assert found.left == []
