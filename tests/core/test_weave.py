"""Woven metadata: every version reads from the woven file as from its own."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workfront_orm.core import metadata
from workfront_orm.core.metadata import MetadataError, MetadataFile
from workfront_orm.core.metadata_writer import text
from workfront_orm.core.weave import WovenFile, versions_in, weave

VERSIONS = metadata.versions("workfront", metadata.packaged_folders())


def plain(version):
    folder = next(folder for folder in metadata.packaged_folders() if metadata.versions("workfront", [folder]))
    return metadata.find("workfront", version, folder)


@pytest.fixture(scope="module")
def woven(tmp_path_factory):
    """A folder with the woven file of all versions that ship."""
    folder = tmp_path_factory.mktemp("woven")
    (folder / "workfront").mkdir()
    texts = {version: plain(version)._read() for version in VERSIONS}
    (folder / "workfront" / metadata.WOVEN).write_bytes(weave(texts))
    return folder


@pytest.mark.parametrize("version", VERSIONS)
def test_each_version_comes_back_character_by_character(woven, version):
    file, own = metadata.find("workfront", version, woven), plain(version)
    assert isinstance(file, WovenFile)
    assert file._read() == own._read()
    assert file.header == own.header
    assert file.names() == own.names()


@pytest.mark.parametrize("version", ["v4.0", "v14.0", "v22.0", "unsupported"])
def test_one_object_is_read_without_the_others(woven, version):
    own = plain(version)
    file = metadata.find("workfront", version, woven)
    for key, spec in own.read_all().items():
        assert file.key_of(spec.name) == key
        assert file.read(key) == spec
    assert file._text is None
    assert file.key_of("Taks") is None
    with pytest.raises(KeyError):
        file.read("TAKS")
    assert file.read_all() == own.read_all()


def test_a_folder_with_a_woven_file_has_its_versions(woven):
    assert metadata.versions("workfront", [woven]) == VERSIONS
    assert versions_in(str(woven / "workfront" / metadata.WOVEN)) == VERSIONS


def test_an_object_that_a_version_lacks_is_not_there(woven):
    added = plain("v22.0").read_all().keys() - plain("v6.0").read_all().keys()
    assert added
    old = metadata.find("workfront", "v6.0", woven)
    for key in added:
        assert old.key_of(plain("v22.0").read(key).name) is None
        with pytest.raises(KeyError):
            metadata.find("workfront", "v6.0", woven).read(key)


def test_what_is_alike_is_stored_once(woven):
    size = (woven / "workfront" / metadata.WOVEN).stat().st_size
    assert size < sum(len(plain(version)._read()) for version in VERSIONS) / 5


@pytest.mark.parametrize(
    "content", [b"", b"{}\n", b'{"weave": 2, "versions": [], "marks": []}\n', b"\xff\n", b'["a"]\n'], ids=repr
)
def test_what_is_no_woven_file_is_named(tmp_path, content):
    path = tmp_path / metadata.WOVEN
    path.write_bytes(content)
    with pytest.raises(MetadataError, match=r"versions\.woven is no woven metadata file"):
        versions_in(str(path))
    with pytest.raises(MetadataError, match=r"versions\.woven is no woven metadata file"):
        WovenFile(str(path), "v1").read("TASK")


NAMES = st.sampled_from("abcdef")
OBJECTS = st.dictionaries(
    NAMES, st.dictionaries(NAMES, st.sampled_from(["string", "int", '"}\u001e\u001d']), max_size=4)
)


@given(st.lists(OBJECTS, min_size=1, max_size=4))
def test_any_versions_come_back(tmp_path_factory, versions):
    texts = {}
    for number, objects in enumerate(versions):
        document = {"format": 1, "service": "s", "version": f"v{number}", "objects": {}}
        for key, fields in objects.items():
            entries = {name: {"type": kind} for name, kind in fields.items()}
            document["objects"][key] = {"name": key.upper(), "code": key, "fields": entries}
        texts[f"v{number}"] = text(document)
    path = tmp_path_factory.getbasetemp() / metadata.WOVEN
    path.write_bytes(weave(texts))
    own = tmp_path_factory.getbasetemp() / "own.json"
    for version, written in texts.items():
        file = WovenFile(str(path), version)
        own.write_text(written, encoding="utf-8")
        for key in json.loads(written)["objects"]:
            assert file.key_of(key.upper()) == key
            assert file.read(key) == MetadataFile(own).read(key)
        assert file._read() == written
