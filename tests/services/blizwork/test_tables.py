"""Master data: columns with accents, natural keys, upserts of what changed, deletes by key."""

import pickle

import pytest

from workfront_orm.core.errors import NotSupportedError, UnknownNameError
from workfront_orm.services.blizwork.errors import (
    AmbiguousKeyError,
    InvalidRequestError,
    NotFoundError,
)


def test_a_table_is_a_class_whose_columns_keep_their_accents(session, clientes, asked):
    assert set(clientes._members) == {"rut", "nombre", "código", "estado", "teléfono", "última_compra"}
    records = session.search(clientes)
    assert len(records) == 120
    assert asked() == ["/master-data"]
    first = records[0]
    assert first.código == first["Código"] == "C0001"
    assert first.id == first.rut == first["RUT"] == "76000000-0"
    assert session.load(clientes, "76000000-0") is first
    assert [one.rut for one in session.load(clientes, [records[3].rut, records[1].rut])] == [
        records[3].rut,
        records[1].rut,
    ]
    with pytest.raises(NotFoundError):
        session.load(clientes, "none")
    assert pickle.loads(pickle.dumps(first)).código == "C0001"
    assert pickle.loads(pickle.dumps(clientes)) is clientes


def test_a_save_sends_the_key_as_filter_and_what_changed_as_update(session, clientes, sent, connect):
    record = session.search(clientes)[0]
    del sent[:]
    record.nombre = "Ñuble S.A."
    assert record.save().fields == ("Nombre",)
    assert record.save().fields == ()
    (body,) = sent
    assert body["filter"] == {"RUT": record.rut}
    assert body["update"] == {"Nombre": "Ñuble S.A."}
    with pytest.raises(AttributeError, match="before the object is created"):
        record.rut = "other"
    other = connect()
    again = other.load(other.table("Clientes", key="RUT"), record.rut)
    assert (again.nombre, again.código) == ("Ñuble S.A.", "C0001")


def test_a_new_record_is_inserted_and_one_that_is_there_is_changed(session, clientes):
    new = clientes(session, rut="1-9", nombre="Ana")
    assert new.save().created
    assert session.search(clientes, rut="1-9") == [new]
    clientes(session, rut="1-9", estado="Activo").save()
    session.refresh(new)
    assert (new.nombre, new.estado) == ("Ana", "Activo")
    new.delete()
    assert session.search(clientes, rut="1-9") == []


def test_many_with_a_key_say_what_was_created_changed_and_left(session, clientes, asked):
    there = session.search(clientes)[:2]
    rows = [
        clientes(session, rut="2-7", nombre="New"),
        clientes(session, rut=there[0].rut, nombre="Changed"),
        clientes(session, rut=there[1].rut, nombre=there[1].nombre),
        clientes(session, nombre="no key"),
    ]
    asked()
    report = session.save_all(rows, key="rut")
    assert [row.status for row in report] == ["created", "updated", "unchanged", "failed"]
    assert report.updated[0].sent == ("Nombre",)
    assert sorted(asked()) == ["/master-data", "/master-data/upsert", "/master-data/upsert"]
    assert session.save_all([clientes(session, rut="2-7", nombre="New")], key="rut").counts() == {"unchanged": 1}
    assert session.delete_all([rows[0]]).counts() == {"deleted": 1}


def test_several_columns_can_be_the_key(session):
    prices = session.table("Listas de precios", key=["Código", "Cliente"])
    record = session.search(prices)[0]
    assert record.id == (record.código, record.cliente)
    record.descuento = 0.5
    record.save()
    assert session.load(prices, record.id) is record
    ambiguous = session.table("Listas de precios", key="Cliente")
    with pytest.raises(AmbiguousKeyError, match="name more columns"):
        session.search(ambiguous)
    with pytest.raises(InvalidRequestError, match="did you mean 'Cliente'"):
        session.table("Listas de precios", key="Client")


def test_an_empty_key_is_refused_and_never_becomes_an_empty_filter(session, clientes, asked):
    for empty in (clientes(session, nombre="x"), clientes(session, rut="", nombre="x")):
        with pytest.raises(ValueError, match="'RUT', a part of its key, is empty"):
            empty.save()
        with pytest.raises(ValueError, match=r"no id|is empty"):
            empty.delete()
    assert asked() == []
    assert session.query(clientes).where(clientes.estado == "none").delete().counts() == {}
    assert len(session.search(clientes)) == 120


def test_without_a_key_records_are_read_and_not_written(session, asked):
    clientes = session.table("Clientes")
    records = session.search(clientes)
    assert len({id(record) for record in records}) == 120
    assert records[0].id is None
    assert records[0].código == "C0001"
    asked()
    with pytest.raises(NotSupportedError, match="key='column'"):
        clientes(session, nombre="x").save()
    with pytest.raises(NotSupportedError, match="key='column'"):
        session.load(clientes, "1")
    with pytest.raises(ValueError, match="no id"):
        records[0].delete()
    assert asked() == []


def test_searches_by_equal_values_are_complete_and_others_are_refused(session, clientes, asked):
    everybody = session.search(clientes)
    asked()
    assert session.search(clientes, estado="Activo") == [one for one in everybody if one.estado == "Activo"]
    wanted = ["Activo", "Prospecto"]
    assert session.search(clientes, estado=wanted) == [one for one in everybody if one.estado in wanted]
    query = session.query(clientes).where(clientes.estado == "Activo")
    assert query.count() == len(query.ids()) == len(query.all())
    assert query.limit(2).all() == query.all()[:2]
    assert query.one_or_none is not None
    both = session.query(clientes).where(clientes.estado == "Activo", clientes.estado == "Prospecto")
    assert both.all() == []
    assert "picked here" in str(session.query(clientes).where(clientes.estado.in_(wanted)).explain())
    asked()
    for condition in (clientes.nombre.contains("a"), clientes.nombre != "x", ~(clientes.estado == "Activo")):
        with pytest.raises(NotSupportedError, match="equal values"):
            session.query(clientes).where(condition).all()
    with pytest.raises(NotSupportedError, match="sort"):
        session.query(clientes).order_by("nombre").all()
    assert asked() == []
    local = session.query(clientes).where(clientes.nombre.contains("SpA")).filter_locally().all()
    assert local == [one for one in everybody if "SpA" in one.nombre]


def test_values_are_scalars(session, clientes):
    record = session.search(clientes)[0]
    for wrong in ([], {}, b"x", object()):
        with pytest.raises(TypeError, match="takes text, number or boolean"):
            record.nombre = wrong
    products = session.table("Productos", key="Código")
    product = session.search(products)[0]
    product.precio = 12.5
    product.activo = False
    product.save()
    session.refresh(product)
    assert (product.precio, product.activo) == (12.5, False)


def test_an_empty_table_takes_columns_that_are_named(connect):
    from workfront_orm.sandbox import Sandbox

    with Sandbox(service="blizwork", data="empty") as empty, empty.session() as session:
        clientes = session.table("Clientes", key="RUT", columns=["Nombre"])
        clientes(session, rut="1", nombre="Ana").save()
        other = clientes(session, rut="2")
        other["Código"] = "C2"
        other.save()
        session.reflect()
        clientes = session.table("Clientes", key="RUT")
        assert [one.rut for one in session.search(clientes)] == ["1", "2"]
        assert session.load(clientes, "2").código == "C2"


def test_names_are_checked(session, clientes, asked):
    with pytest.raises(UnknownNameError, match="did you mean 'Nombre'"):
        session.search(clientes, nombr="x")
    with pytest.raises(UnknownNameError):
        clientes(session, apellido="x")
    with pytest.raises(AttributeError):
        clientes(session).apellido = "x"
    assert asked() == []
    with pytest.raises(InvalidRequestError, match="Paises"):
        session.table("Paises")
    for wrong in ({"name": ""}, {"name": "Clientes", "key": []}, {"name": "Clientes", "columns": "Nombre"}):
        with pytest.raises(TypeError):
            session.table(**wrong)
