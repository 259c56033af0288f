"""Files: sent as content, read through an address of the storage, without credentials there."""

import pytest

from workfront_orm.core.errors import NotFoundError
from workfront_orm.services.flowdock import Attachment, Upload

CONTENT = bytes(range(256)) * 300


@pytest.fixture
def path(tmp_path):
    made = tmp_path / "report.pdf"
    made.write_bytes(CONTENT)
    return made


def test_a_file_goes_there_and_back(flow, path, tmp_path, sandbox, session):
    sent = flow.upload(path, tags=["x"])
    assert (sent.event, sent.tags) == ("file", ["x", ":file"])
    assert isinstance(sent.content, Attachment)
    assert (sent.content.file_name, sent.content.file_size, sent.content.content_type) == (
        "report.pdf",
        len(CONTENT),
        "application/pdf",
    )
    assert sent.attachments == [sent.content]
    sandbox.requests.clear()
    assert sent.download() == CONTENT
    first, second = sandbox.requests
    assert first.status == 302
    assert second.path.startswith("/storage/")
    assert "authorization" in first.headers
    assert "authorization" not in second.headers
    target = tmp_path / "copy.pdf"
    assert sent.download(target) == len(CONTENT)
    assert target.read_bytes() == CONTENT
    assert session.download(sent.content.path) == session.download("/" + sent.content.path) == CONTENT


def test_in_private_and_in_threads(session, flow, path):
    talk = session.load(session.api.PrivateConversation, 42)
    sent = talk.upload(path)
    assert sent.content.path.startswith("/private/")
    assert sent.download() == CONTENT
    reply = flow.send("look").thread.upload(Upload(b"abc", "a.txt"))
    assert (reply.content.content_type, reply.download()) == ("text/plain", b"abc")
    found = session.search(session.api.Message, flow=flow, event="file")
    assert found == [reply] == session.search(session.api.Message, flow=flow, tags=":file")


def test_what_is_no_file(session, flow, sandbox):
    said = flow.send("no file")
    with pytest.raises(ValueError, match="brings 0 files"):
        said.download()
    with pytest.raises(FileNotFoundError):
        flow.upload("/nowhere/at/all")
    for wrong in ("https://elsewhere.example/x", "", "/"):
        with pytest.raises(ValueError, match="below the API"):
            session.download(wrong)
    with pytest.raises(NotFoundError):
        session.download("/files/nothing/x.txt")
