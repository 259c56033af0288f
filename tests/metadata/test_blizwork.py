"""What is particular about the BlizWork metadata file."""

import importlib
import sys
from pathlib import Path

import pytest

from workfront_orm.core import metadata

FOLDER = Path(__file__).resolve().parents[2] / "metadata"


@pytest.fixture(scope="module")
def source():
    return metadata.MetadataFile(FOLDER / "blizwork" / "client-0.1.0.json")


@pytest.fixture
def converter():
    sys.path.insert(0, str(FOLDER))
    try:
        yield importlib.import_module("convert_blizwork")
    finally:
        sys.path.remove(str(FOLDER))


def test_a_case_has_a_composite_key_and_levels_of_detail(source):
    case = source.read("Case")
    assert case.raw["key"] == ["environment", "processSlug", "caseNumber"]
    assert case.collections["history"].raw["extra"]["minInclude"] == 2
    assert case.references["processDefinition"].raw["extra"]["minInclude"] == 3
    assert set(case.raw["extra"]["includeLevels"]) == set("01234")


def test_columns_of_a_table_are_the_tenants_own(source):
    record = source.read("MasterRecord")
    assert record.fields == {}
    assert record.raw["extra"]["dynamicFields"]["type"] == "any"
    assert record.raw["key"] is None
    assert record.marks["keyNote"]


def test_what_has_no_call_has_no_operations(source):
    for name in ("Process", "Company", "User", "HistoryEntry", "FieldValue", "WebhookCall"):
        assert source.read(name).operations == ()


def test_any_column_beside_named_ones_is_an_error(converter):
    record = {"id": "x", "mark": "doc", "ops": {}, "fields": {"*": {"type": "any"}, "a": {"type": "int"}}}
    with pytest.raises(ValueError, match=r"fields beside '\*'"):
        converter.document({"service": "blizwork", "types": {"MasterRecord": record}})
