"""Some of `make soak`'s random sequences of steps: the server, the reports and a plain model agree after each."""

from soak import model


def test_the_server_the_reports_and_the_model_agree():
    steps = model.check(14, 20, seed=4)
    # Which steps are drawn depends on hypothesis; most kinds are always among so many.
    kinds = {"make", "save", "delete", "load", "merge", "save_all", "save_all by key", "delete_all"}
    assert len(kinds & steps.keys()) >= 6
