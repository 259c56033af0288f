"""Faults: which requests they hit, and what a client sees."""

import json
from collections import Counter

import pytest
import requests

from workfront_orm.sandbox.faults import KINDS, Faults


def draws(specification, count, seed=0, method="GET", path="/x", session=True):
    faults = Faults(specification, seed=seed)
    return [fault.kind if (fault := faults.draw(method, path, 1, session=session)) else None for _ in range(count)]


def test_rate_hits_its_share_evenly():
    found = Counter(draws(0.1, 20_000))
    hit = sum(count for kind, count in found.items() if kind)
    assert 1800 < hit < 2200
    assert set(found) == {None, *KINDS}
    assert all(abs(found[kind] - hit / len(KINDS)) < hit * 0.05 for kind in KINDS)


def test_same_seed_same_faults():
    assert draws(0.5, 100, seed=3) == draws(0.5, 100, seed=3) != draws(0.5, 100, seed=4)


def test_no_specification_no_faults():
    assert set(draws(None, 50)) == {None}
    assert set(draws(0, 50)) == {None}


def test_rules_by_method_path_skip_and_count():
    rule = {"kind": "500", "method": "put", "path": "*/task/*", "skip": 1, "count": 2}
    faults = Faults([rule])
    calls = [("GET", "/a/task/1"), ("PUT", "/a/task/1"), ("PUT", "/a/project/1"), *[("PUT", "/a/task/2")] * 4]
    hits = [faults.draw(method, path, 1, session=False) is not None for method, path in calls]
    assert hits == [False, False, False, True, True, False, False]


def test_script():
    assert draws([{"script": ["502", None, "reset_after"], "skip": 1}], 6) == [
        None,
        "502",
        None,
        "reset_after",
        None,
        None,
    ]


def test_concurrent():
    faults = Faults([{"kind": "429", "concurrent": 2}])
    assert [bool(faults.draw("GET", "/", under_way, session=False)) for under_way in (1, 2, 3)] == [False, False, True]


def test_expired_needs_a_session():
    assert set(draws([{"kind": "expired"}], 50, session=True)) == {"expired"}
    assert "expired" not in draws([{"kind": "expired"}], 200, session=False)


@pytest.mark.parametrize(
    "rules", [[{"kind": "explode"}], [{"kind": "500", "when": "later"}], [{"rate": 2}], [{"script": ["nothing"]}]]
)
def test_wrong_rules(rules, toy):
    with pytest.raises(ValueError, match=r"fault|within 0 and 1"):
        Faults(rules)
    with pytest.raises(ValueError, match=r"fault|within 0 and 1"):
        toy.faults = rules


# --- what a client sees ----------------------------------------------------------------------


def once(toy, kind, **rule):
    """One POST that the fault hits; the answer or the exception, and whether the server acted."""
    toy.faults = [{"kind": kind, **rule, "count": 1}]
    try:
        result = requests.post(toy.url + "/thing", data={"a": "b"}, timeout=5)
    except requests.RequestException as error:
        result = error
    stored = requests.get(toy.url + "/look", timeout=5).json()["stored"]
    log = toy.requests
    assert [entry.fault for entry in log] == [kind, None]
    assert log[0].method == "POST"
    return result, bool(stored)


@pytest.mark.parametrize("kind", ["429", "500", "502", "503", "error_200"])
def test_answers_without_acting(toy, kind):
    answer, acted = once(toy, kind)
    assert not acted
    assert answer.status_code == {"429": 429, "500": 500, "502": 502, "503": 503, "error_200": 200}[kind]


def test_502_after_acting(toy):
    answer, acted = once(toy, "502_after")
    assert (answer.status_code, acted) == (502, True)
    assert "<html>" in answer.text


@pytest.mark.parametrize(("kind", "acts"), [("reset_before", False), ("reset_after", True)])
def test_reset(toy, kind, acts):
    error, acted = once(toy, kind)
    assert isinstance(error, requests.ConnectionError)
    assert "reset" in str(error).lower()
    assert acted is acts
    assert toy.requests[0].status is None


def test_truncated(toy):
    error, acted = once(toy, "truncated")
    assert isinstance(error, (requests.exceptions.ChunkedEncodingError, requests.ConnectionError))
    assert acted
    assert toy.requests[0].status == 200


def test_slow(toy):
    answer, acted = once(toy, "slow", seconds=0.3)
    assert acted
    assert answer.json()["path"] == "/thing"
    assert answer.elapsed.total_seconds() < 5
    assert toy.requests[0].seconds >= 0.29


def test_latency(toy):
    answer, acted = once(toy, "latency", seconds=0.2)
    assert acted
    assert answer.status_code == 200
    assert 0.09 < toy.requests[0].seconds < 1


def test_wrong_json(toy):
    answer, acted = once(toy, "wrong_json")
    assert acted
    assert answer.status_code == 200
    assert "json" in answer.headers["Content-Type"]
    with pytest.raises(ValueError, match=r"."):
        json.loads(answer.text)


def test_expired_ends_the_session_for_good(toy):
    toy.faults = [{"kind": "expired", "count": 1}]
    statuses = [requests.get(toy.url + "/x", headers={"sessionID": "s1"}, timeout=5).status_code for _ in range(3)]
    assert statuses == [401, 401, 401]
    assert requests.get(toy.url + "/x", headers={"sessionID": "s2"}, timeout=5).status_code == 200


def test_clock_skew(toy):
    from datetime import datetime, timedelta

    toy.faults = [{"kind": "clock_skew", "seconds": -3600, "count": 1}]
    skewed, right = (datetime.fromisoformat(requests.get(toy.url + "/now", timeout=5).json()) for _ in range(2))
    assert timedelta(minutes=59) < right - skewed < timedelta(minutes=61)


def test_a_session_survives_all_kinds_in_turn(toy):
    """After each fault the server goes on as before."""
    toy.faults = [{"script": list(KINDS)}]
    for _ in KINDS:
        try:
            requests.get(toy.url + "/x", timeout=5)
        except requests.RequestException:
            continue
    assert requests.get(toy.url + "/x", timeout=5).status_code == 200
    assert [entry.fault or "" for entry in toy.requests][-1] == ""
    assert toy.running


def test_paths_in_either_case():
    faults = Faults([{"kind": "500", "path": "*/task"}])
    assert faults.draw("POST", "/attask/api/v22.0/TASK", 1, session=False) is not None
    assert faults.draw("POST", "/attask/api/v22.0/task/1", 1, session=False) is None
