"""What is particular about the Flowdock metadata file."""

import importlib
import sys
from pathlib import Path

import pytest

from workfront_orm.core import metadata

FOLDER = Path(__file__).resolve().parents[2] / "metadata"


@pytest.fixture(scope="module")
def source():
    return metadata.MetadataFile(FOLDER / "flowdock" / "rest-2018-05.json")


@pytest.fixture
def converter():
    sys.path.insert(0, str(FOLDER))
    try:
        yield importlib.import_module("convert_flowdock")
    finally:
        sys.path.remove(str(FOLDER))


def test_an_id_under_the_name_of_its_reference_gets_a_field(source):
    message = source.read("Message")
    assert message.references["user"].field == "user_id"
    assert message.fields["user_id"].raw["names"] == {"row": "user"}
    assert message.fields["flow_id"].raw["names"] == {"row": "flow"}
    # The id of the thread has a name of its own.
    assert "names" not in message.fields["thread_id"].raw
    assert message.fields["thread_id"].marks["inferred"] is True


def test_a_private_message_is_a_message_without_flow_and_thread(source):
    own, base = source.read("PrivateMessage"), source.read("Message")
    assert set(base.fields) - set(own.fields) == {"flow_id", "thread_id"}
    assert set(own.fields) - set(base.fields) == {"conversation_id", "to_id"}
    assert all(field.marks["inferred"] for field in own.fields.values())


def test_what_is_only_written_has_no_key(source):
    for name in ("Activity", "Discussion"):
        spec = source.read(name)
        assert spec.operations == ("add",)
        assert spec.raw["key"] is None
        assert spec.raw["extra"]["createStatus"] == 202
    assert source.read("Discussion").fields["body"].required
    assert not source.read("Activity").fields["body"].required


def test_value_objects_are_kept(source):
    values = source.header["extra"]["values"]
    assert "green" in values["Status"]["color"]
    assert set(values["LabelValue"]) == {"label", "value"}


def test_an_unknown_wire_form_is_an_error(converter):
    message = {
        "id": "id",
        "mark": "doc",
        "ops": {},
        "fields": {"id": {"type": "int"}},
        "references": {"x": {"target": "Message", "wire": "by carrier"}},
    }
    with pytest.raises(ValueError, match=r"Message\.x.*by carrier"):
        converter.document({"service": "flowdock", "types": {"Message": message}})
