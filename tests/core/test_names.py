"""Names beside keys: objects that are reached by their names within what they stand in, in a system in memory."""

import json

import pytest

from workfront_orm.core import types
from workfront_orm.core.errors import NotFoundError
from workfront_orm.core.exchange import Outcome, Request, Response
from workfront_orm.core.metadata import MetadataFile
from workfront_orm.core.reflection import APIVersion
from workfront_orm.core.service import Capabilities, Service
from workfront_orm.core.session import BaseSession

ID = {"type": "integer", "readOnly": True}
OBJECTS = {
    "ROOM": {"key": ["id"], "fields": {"id": ID, "room": {"type": "text"}}},
    "BOX": {
        "key": ["id"],
        "fields": {
            "id": ID,
            "room": {"type": "text", "readOnly": True, "reference": "place"},
            "box": {"type": "text"},
        },
        "references": {"place": {"target": "ROOM", "field": "room"}},
    },
}
NAMES = {"ROOM": ("room",), "BOX": ("room", "box")}


class House(Service):
    """Rooms and boxes. Both have numbers for keys; a room is reached by its name, a box by the room's and its own."""

    name = "house"

    def __init__(self):
        self.rows = {
            "ROOM": [{"id": 1, "room": "hall"}, {"id": 2, "room": "attic"}],
            "BOX": [
                {"id": 3, "room": "hall", "box": "hats"},
                {"id": 4, "room": "attic", "box": "hats"},
                {"id": 5, "room": "attic", "box": "3"},
            ],
        }
        self.asked = []
        self.sent = []

    def module(self, version):
        return "house_classes"

    def codec(self, spec, field):
        return types.NAMED[field.type]

    def name_key(self, spec):
        return NAMES[spec.key]

    def referred_by(self, spec):
        return "room" if spec.key == "ROOM" else None

    def is_embedded(self, relation):
        return False

    def capabilities(self, spec):
        return Capabilities()

    def plan_load(self, cls, ids, fields):
        def load(_data):
            self.asked.append((cls.code, list(ids)))
            names = NAMES[cls.code]
            wanted = {key if isinstance(key, (int, tuple)) else (key,) for key in ids}
            return [
                dict(row)
                for row in self.rows[cls.code]
                if row["id"] in wanted or tuple(row[name] for name in names) in wanted
            ]

        return [Request(operation="load", path="/", decode=load)]

    plan_lookup = plan_load

    def plan_changes(self, changes):
        def write(change):
            self.sent.append((change.kind, change.object._names(), change.values))
            return lambda _data: [Outcome(key=change.object.id or 10 + len(self.sent))]

        return [(Request(operation="write", path="/", decode=lambda data, c=c: write(c)(data)), [c]) for c in changes]

    def read_answer(self, response):
        return None


class HouseSession(BaseSession):
    def send(self, request):
        return Response(status=200, headers={}, body=b"", request=request)


@pytest.fixture
def house():
    return House()


@pytest.fixture
def session(house, tmp_path):
    path = tmp_path / "v1.json"
    lines = ",\n".join(f'"{key}": {json.dumps({"name": key, "code": key, **raw})}' for key, raw in OBJECTS.items())
    path.write_text(
        f'{{"format": 1, "service": "house", "version": "v1", "source": {{}}, "objects": {{\n{lines}\n}}}}\n'
    )
    with HouseSession(house, "house://", APIVersion("v1", house, MetadataFile(path))) as session:
        yield session


@pytest.fixture
def box(session):
    return session.api.by_code["BOX"]


@pytest.fixture
def room(session):
    return session.api.by_code["ROOM"]


def test_key_and_names_lead_to_the_same_object(session, room, box):
    hats = session.load(box, ("attic", "hats"))
    assert session.load(box, 4) is hats
    assert session.load(room, "attic") is session.load(room, 2)
    assert session.load(box, [3, ("attic", "hats"), 4])[1:] == [hats, hats]


def test_names_that_lead_nowhere_are_told(session, room, box):
    with pytest.raises(NotFoundError, match=r"\('hall', 'shoes'\)"):
        session.load(box, [("hall", "shoes"), 3])
    with pytest.raises(NotFoundError, match="cellar"):
        session.load(room, ["cellar", "hall"])


def test_a_reference_by_name_asks_once_for_all(session, house, room, box):
    boxes = session.load(box, [3, 4, 5])
    house.asked.clear()
    assert [one.place.id for one in boxes] == [1, 2, 2]
    assert house.asked == [("ROOM", ["hall", "attic"])]
    fresh = session.load(box, [5])[0]
    house.asked.clear()
    assert fresh.place is session.identity_map.get(room, "attic")
    assert house.asked == []


def test_what_a_new_object_stands_in_is_given_once(session, house, room, box):
    attic = session.load(room, "attic")
    new = box(session, room=attic, box="coats")
    assert new.room == "attic"
    new.room = "hall"
    new.save()
    assert house.sent == [("create", (None, None), {"room": "hall", "box": "coats"})]
    with pytest.raises(AttributeError, match="read-only"):
        new.room = "attic"
    assert session.identity_map.get(box, ("hall", "coats")) is new


def test_the_old_name_holds_until_it_is_saved(session, house, room, box):
    attic, hats = session.load(room, "attic"), session.load(box, ("attic", "hats"))
    attic.room = "loft"
    assert session.identity_map.get(room, "attic") is attic
    assert session.identity_map.get(room, "loft") is None
    attic.save()
    assert house.sent[-1] == ("update", ("attic",), {"room": "loft"})
    assert session.identity_map.get(room, "attic") is None
    assert session.identity_map.get(room, "loft") is attic
    # What stands in it followed; what stands elsewhere did not.
    assert (hats.room, hats.dirty, hats.place) == ("loft", {}, attic)
    assert session.identity_map.get(box, ("loft", "hats")) is hats
    assert session.identity_map.get(box, ("attic", "hats")) is None


def test_a_deleted_object_has_no_name_any_more(session, room):
    attic = session.load(room, "attic")
    attic.delete()
    assert session.identity_map.get(room, "attic") is None


def test_the_map_holds_no_object_for_its_name(session, room):
    session.load(room, "attic")
    assert session.identity_map.get(room, "attic") is None
    kept = session.load(room, "attic")
    session.identity_map.clear()
    assert session.identity_map.get(room, "attic") is None
    assert kept.room == "attic"


def test_an_unsaved_object_with_a_name_is_saved_first(session, house, room, box):
    cellar = room(session, room="cellar")
    wine = box(session, room=cellar, box="wine")
    report = session.save_all([wine, cellar])
    assert len(report.created) == 2
    assert [values for _kind, _names, values in house.sent] == [{"room": "cellar"}, {"room": "cellar", "box": "wine"}]
    assert wine.place is cellar
