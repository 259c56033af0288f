"""A tenth of `make soak`'s bulk writes: 10 % of requests faulty, of all kinds, four threads."""

import pytest

from soak import bulk


@pytest.mark.parametrize("slices", [None, 5], ids=["one call", "calls of five"])
def test_nothing_is_lost_or_doubled_and_the_report_tells_what_the_server_has(slices):
    for outcome, fine in bulk.rehearse(1000 if slices is None else 400, seed=7, slices=slices):
        assert fine, outcome
        assert outcome.requests > 5


def test_what_an_outcome_must_not_have():
    good = bulk.Outcome("phase", 2, {"created": 2}, 1, 0)
    assert good.is_good()
    for damage in ("lost", "doubled", "contradicted"):
        assert not bulk.Outcome("phase", 2, {"created": 2}, 1, 0, **{damage: 1}).is_good()
    assert not bulk.Outcome("phase", 2, {"created": 1, "failed": 1}, 1, 0).is_good(unknown=True)
    unknown = bulk.Outcome("phase", 2, {"created": 1, "unknown": 1}, 1, 0)
    assert unknown.is_good(unknown=True)
    assert not unknown.is_good()
