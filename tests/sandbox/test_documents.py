"""Documents: in memory what a restart finds in the file."""

import copy

import pytest

from workfront_orm.sandbox.documents import Documents


@pytest.fixture(params=["memory", "file"])
def path(request, tmp_path):
    return str(tmp_path / "data.db") if request.param == "file" else None


def content(documents):
    return {name: copy.deepcopy(list(documents[name])) for name in documents.names() if len(documents[name])}


def opened(path):
    documents = Documents(path)
    documents.close()
    return documents


def test_a_file_keeps_documents_and_their_order(tmp_path):
    path = str(tmp_path / "data.db")
    documents = Documents(path)
    assert documents.is_new
    for key in ("b", "a", "ü"):
        documents["x"].add(key, {"key": key})
    documents["y"].add("1", {"list": [1, None]})
    documents.save()
    documents["x"].update("a", {"more": "é"})
    documents["x"].remove("b")
    documents["x"].add("b", {"key": "b", "again": True})
    documents.save()
    again = opened(path)
    assert not again.is_new
    expected = [{"key": "a", "more": "é"}, {"key": "ü"}, {"key": "b", "again": True}]
    assert list(again["x"]) == list(documents["x"]) == expected
    assert list(again["y"]) == [{"list": [1, None]}]
    documents.close()


def test_what_was_not_saved_is_not_in_the_file(tmp_path):
    path = str(tmp_path / "data.db")
    documents = Documents(path)
    documents["x"].add("a", {})
    documents.save()
    documents["x"].add("b", {})
    assert opened(path)["x"].keys() == ["a"]
    documents.close()
    assert opened(path)["x"].keys() == ["a", "b"]


def test_reset_goes_back_to_what_was_remembered(path):
    documents = Documents(path)
    documents["x"].add("a", {"list": [1]})
    documents["x"].add("b", {"n": 1})
    assert documents.next_number("n") == 1
    documents.remember()
    before = content(documents)
    for _ in range(2):
        documents["x"].update("a", {"list": [1, 2]})
        documents["x"].remove("b")
        documents["x"].add("c", {})
        documents["new"].add("d", {})
        assert documents.next_number("n") == 2
        documents.save()
        documents.reset()
        # The order too: a document that was taken out is back in its place.
        assert content(documents) == before
        assert documents["x"].keys() == ["a", "b"]
    if path is not None:
        assert content(opened(path)) == before
    documents.close()


def test_a_missing_document_is_none_to_get_and_an_error_to_change():
    documents = Documents(None)
    assert documents["x"].get("a") is None
    assert "a" not in documents["x"]
    assert documents["x"].remove("a") is None
    with pytest.raises(KeyError):
        documents["x"].update("a", {})


def test_counters_are_apart():
    documents = Documents(None)
    assert [documents.next_number("a"), documents.next_number("a"), documents.next_number("b")] == [1, 2, 1]
