import pickle

import pytest

from workfront_orm.core.errors import AuthenticationError, IncompleteRead, InvalidRequestError
from workfront_orm.core.exchange import Position, Select
from workfront_orm.core.paging import read_pages


@pytest.fixture
def box(boxes):
    return boxes.api.Box


@pytest.fixture
def full(memory):
    """Ten rows, of ids 10 to 100."""
    memory.rows.update({number: {"id": number, "name": f"box {number}"} for number in range(10, 101, 10)})
    return memory


def ids(objects):
    return [one.id for one in objects]


ALL = list(range(10, 101, 10))


# --- by key -----------------------------------------------------------------------------


def test_pages_follow_the_last_id_to_the_end(full, boxes, box):
    assert boxes.query(box).ids() == ALL
    assert full.asked == [("page", None, 3), ("page", 30, 3), ("page", 60, 3), ("page", 90, 3)]


def test_a_last_page_that_is_full_is_followed_by_an_empty_one(full, boxes, box):
    del full.rows[100]
    assert boxes.query(box).ids() == ALL[:-1]
    assert full.asked[-1] == ("page", 90, 3)


@pytest.mark.parametrize("limit", [0, 1, 2, 3, 4, 6, 7, 10, 11])
@pytest.mark.parametrize("offset", [0, 1, 3, 4, 9, 10, 12])
def test_limit_and_offset_are_those_of_a_list(full, boxes, box, limit, offset):
    query = boxes.query(box).limit(limit).offset(offset)
    assert query.ids() == ALL[offset : offset + limit]
    assert query.count() == len(ALL[offset : offset + limit])


def test_what_others_add_delete_and_edit_meanwhile_neither_hides_nor_doubles_a_row(full, boxes, box):
    def change(position):
        if position.after:
            del full.rows[position.after]
            full.rows.pop(position.after - 10)
            full.rows[1] = {"id": 1}
            full.rows[position.after + 1] = {"id": position.after + 1}
            full.rows = dict(sorted(full.rows.items()))

    full.before = change
    found = boxes.query(box).ids()
    assert [one for one in found if one % 10 == 0] == ALL
    assert len(found) == len(set(found))


def test_no_request_is_sent_before_the_first_row_is_asked_for(full, boxes, box):
    pages = boxes.query(box).pages()
    assert full.asked == []
    next(pages)
    assert len(full.asked) == 1


def test_a_server_that_ignores_the_condition_on_the_id_is_read_by_offset(full, boxes, box):
    obedient = full.page
    full.page = lambda select, position, size: obedient(select, Position(offset=position.offset), size)
    assert boxes.query(box).ids() == ALL
    assert full.asked == [
        ("page", None, 3), ("page", 30, 3), ("page", 2, 3), ("page", 4, 3), ("page", 6, 3), ("page", 8, 3), "count",
    ]  # fmt: skip


def test_a_server_that_does_not_sort_by_id_is_read_by_offset(full, boxes, box):
    full.rows = {key: full.rows[key] for key in [50, 10, 30, 100, 20, 90, 40, 60, 80, 70]}
    assert boxes.query(box).ids() == list(full.rows)
    assert full.asked[:2] == [("page", None, 3), ("page", 2, 3)]


def test_rows_without_ids_are_read_by_offset(full, boxes, box):
    full.rows = {number: {"id": None, "name": f"n{number}"} for number in range(7)}
    assert [one.name for one in boxes.query(box)] == [f"n{number}" for number in range(7)]


def test_one_page_that_is_not_sorted_is_the_whole_result(full, boxes, box):
    full.rows = {key: full.rows[key] for key in [50, 10]}
    assert boxes.query(box).ids() == [50, 10]
    assert full.asked == [("page", None, 3)]


def test_a_server_that_stops_obeying_is_noticed_and_the_read_resumed(full, boxes, box):
    obedient = full.page

    def forget(select, position, size):
        return obedient(select, Position() if position.after == 60 else position, size)

    full.page = forget
    query = boxes.query(box)
    with pytest.raises(IncompleteRead, match="do not follow the last one") as caught:
        query.all()
    assert ids(caught.value.objects) == ALL[:6]
    full.page = obedient
    assert ids(query.resume(caught.value.token)) == ALL[6:]


# --- by offset ------------------------------------------------------------------------------


def test_under_an_order_each_page_begins_with_the_last_row_of_the_one_before(full, boxes, box):
    assert boxes.query(box).order_by(box.name).ids() == ALL
    assert full.asked == [
        ("page", 0, 3), ("page", 2, 3), ("page", 4, 3), ("page", 6, 3), ("page", 8, 3), "count",
    ]  # fmt: skip


def test_where_pages_cannot_overlap_counts_and_ids_are_checked(full, boxes, box):
    full.overlap = False
    assert boxes.query(box).order_by(box.name).ids() == ALL
    pages = [("page", 0, 3), ("page", 3, 3), ("page", 6, 3), ("page", 9, 3)]
    assert full.asked == [pages[0], "count", *pages[1:], "count"]


def test_where_pages_tell_the_total_it_is_not_asked_for(full, boxes, box):
    full.overlap = False
    page = full.page

    def with_total(select, position, size):
        answer = page(select, position, size)
        answer.total = len(full.rows)
        return answer

    full.page = with_total
    query = boxes.query(box).order_by(box.name)
    assert query.limit(8).ids() == ALL[:8]
    assert full.asked == [("page", 0, 3), ("page", 3, 3), ("page", 6, 2), "count"]
    full.before = lambda position: full.rows.pop(10, None) if position.offset == 3 else None
    with pytest.raises(IncompleteRead, match="there were 10 rows at first, and are 9 now"):
        query.all()


def test_one_page_needs_no_check(full, boxes, box):
    full.size = 20
    assert boxes.query(box).order_by(box.name).ids() == ALL
    assert full.asked == [("page", 0, 20)]


def test_pages_of_one_row_cannot_overlap_and_come_to_an_end(full, boxes, box):
    boxes.page_size = 1
    assert boxes.query(box).order_by(box.name).ids() == ALL


def add(rows, key):
    return dict(sorted({**rows, key: {"id": key, "name": "new"}}.items()))


def delete(rows, key):
    return {one: row for one, row in rows.items() if one != key}


def move(rows, key, place):
    rest = [one for one in rows if one != key]
    rest.insert(place, key)
    return {one: rows[one] for one in rest}


SHIFTS = {
    "a row is added before": lambda rows: add(rows, 5),
    "a row that was read is deleted": lambda rows: delete(rows, 20),
    "the last row that was read is deleted": lambda rows: delete(rows, 30),
    "a row that was read moves behind": lambda rows: move(rows, 10, 9),
    "a row that was not read moves before": lambda rows: move(rows, 100, 0),
}


@pytest.mark.parametrize("what", SHIFTS)
@pytest.mark.parametrize("overlap", [True, False])
def test_a_shift_under_an_order_is_noticed_and_what_is_missing_can_be_read(full, boxes, box, what, overlap):
    full.overlap = overlap
    before = list(full.rows)

    def shift(position):
        if position.offset and position.offset > 1 and full.rows == kept:
            full.rows = SHIFTS[what](full.rows)

    kept = full.rows
    full.before = shift
    query = boxes.query(box).order_by(box.name)
    with pytest.raises(IncompleteRead, match="rows shifted") as caught:
        query.all()
    error = caught.value
    read = ids(error.objects)
    if overlap:
        # Noticed at the next page, before a row of it is handed out.
        assert read == before[: len(read)]
    rest = ids(query.resume(error.token))
    assert not set(read) & set(rest)
    stayed = [key for key in before if key in full.rows]
    assert set(stayed) <= {*read, *rest}


def test_an_addition_and_a_deletion_that_make_up_for_each_other_hide_no_row(full, boxes, box):
    def shift(position):
        if position.offset == 4:
            full.rows = delete(add(full.rows, 5), 10)

    full.before = shift
    # The boundary is where it was, so every row that stayed is read once.
    assert boxes.query(box).order_by(box.name).ids() == ALL


def test_rows_that_come_behind_the_end_after_it_was_read_are_missed_by_the_count(full, boxes, box):
    count = full.plan_count

    def late(select):
        full.rows = add(full.rows, 200)
        return count(select)

    full.plan_count = late
    query = boxes.query(box).order_by(box.name)
    with pytest.raises(IncompleteRead, match="10 rows were expected, and the server counts 11") as caught:
        query.all()
    full.plan_count = count
    assert ids(caught.value.objects) == ALL
    assert ids(query.resume(caught.value.token)) == [200]


def test_without_a_count_the_other_checks_are_made(full, boxes, box):
    full.counts = False
    assert boxes.query(box).order_by(box.name).ids() == ALL


def test_a_part_of_a_shifted_result_can_only_be_read_again(full, boxes, box):
    full.before = lambda position: full.rows.pop(10, None) if position.offset == 2 else None
    query = boxes.query(box).order_by(box.name).limit(8)
    with pytest.raises(IncompleteRead, match="repeat the read") as caught:
        query.all()
    assert caught.value.token is None
    with pytest.raises(ValueError, match="cannot be resumed"):
        query.resume(None)


# --- by cursor, and whole -------------------------------------------------------------------


def test_cursors_are_followed_to_the_last_page(full, boxes, box):
    full.paging_ = "cursor"
    assert boxes.query(box).ids() == ALL
    assert full.asked == [("page", None, 3), ("page", 3, 3), ("page", 6, 3), ("page", 9, 3)]
    assert boxes.query(box).limit(4).ids() == ALL[:4]


def test_a_system_that_answers_all_at_once_is_asked_once(full, boxes, box):
    full.paging_ = "whole"
    assert boxes.query(box).ids() == ALL
    assert boxes.query(box).offset(3).limit(4).ids() == ALL[3:7]
    assert full.asked == [("page", None, None)] * 2


# --- interruptions --------------------------------------------------------------------------


class Broken:
    """Fails one page."""

    def __init__(self, memory, number, error):
        self.number, self.error, self.memory = number, error, memory
        memory.before = self

    def __call__(self, position):
        self.number -= 1
        if self.number == 0:
            raise self.error


@pytest.mark.parametrize("paging", ["keyset", "offset", "cursor"])
@pytest.mark.parametrize("error", [InvalidRequestError("no", 422), AuthenticationError("expired", 401)])
def test_a_page_that_fails_leaves_what_was_read_and_where_to_go_on(full, boxes, box, paging, error):
    full.paging_ = paging
    Broken(full, 3, error)
    query = boxes.query(box)
    with pytest.raises(IncompleteRead) as caught:
        query.all()
    read = ids(caught.value.objects)
    assert read == ALL[: len(read)]
    assert 4 < len(read) < 8
    assert caught.value.__cause__ is error
    assert caught.value.code == error.code
    assert read + ids(query.resume(caught.value.token)) == ALL


def test_the_first_page_raises_the_servers_own_error(full, boxes, box):
    Broken(full, 1, InvalidRequestError("no", 422))
    with pytest.raises(InvalidRequestError):
        boxes.query(box).all()


def test_iterating_raises_after_the_objects_that_were_read(full, boxes, box):
    Broken(full, 2, InvalidRequestError("no", 422))
    objects = iter(boxes.query(box))
    assert [next(objects).id for _ in range(3)] == ALL[:3]
    with pytest.raises(IncompleteRead):
        next(objects)


def test_ids_and_search_carry_what_was_read_too(full, boxes, box):
    Broken(full, 2, InvalidRequestError("no", 422))
    with pytest.raises(IncompleteRead) as caught:
        boxes.query(box).ids()
    assert caught.value.objects == ALL[:3]
    Broken(full, 2, InvalidRequestError("no", 422))
    with pytest.raises(IncompleteRead) as caught:
        boxes.search(box)
    assert ids(caught.value.objects) == ALL[:3]
    assert ids(boxes.resume(caught.value.token)) == ALL[3:]


@pytest.mark.parametrize("limit", [5, 7, 10, 50])
def test_a_resumed_read_keeps_the_limit(full, boxes, box, limit):
    Broken(full, 2, InvalidRequestError("no", 422))
    query = boxes.query(box).limit(limit)
    with pytest.raises(IncompleteRead) as caught:
        query.all()
    assert ids(caught.value.objects) + ids(query.resume(caught.value.token)) == ALL[:limit]


def test_a_read_that_breaks_again_is_resumed_again(full, boxes, box):
    query = boxes.query(box).order_by(box.name)
    read = []
    token = None
    for number in (2, 2, 2):
        Broken(full, number, InvalidRequestError("no", 422))
        with pytest.raises(IncompleteRead) as caught:
            query.all() if token is None else query.resume(token)
        read += ids(caught.value.objects)
        token = caught.value.token
    assert read + ids(query.resume(token)) == ALL


def test_a_token_is_of_its_own_query(full, boxes, box):
    Broken(full, 2, InvalidRequestError("no", 422))
    with pytest.raises(IncompleteRead) as caught:
        boxes.query(box).where(box.size > 1).all()
    with pytest.raises(ValueError, match="of another read"):
        boxes.query(box).where(box.size > 2).pages(caught.value.token)
    with pytest.raises(TypeError, match="token of an IncompleteRead"):
        boxes.query(box).pages("3")
    with pytest.raises(TypeError, match="token of an IncompleteRead"):
        boxes.resume(3)


def test_a_token_travels(workfront_sandbox):
    with workfront_sandbox.session(api_version="v22.0", page_size=100) as session:
        query = session.query(session.api.Task).where(session.api.Task.status != "CPL").order_by(session.api.Task.name)
        pages = query.pages()
        read = [one.id for one in next(pages)]
        gone = set(read[5:8])
        session.query(session.api.Task).where(session.api.Task.id.in_(gone)).delete(force=True).raise_for_errors()
        with pytest.raises(IncompleteRead) as caught:
            next(pages)
        rest = session.resume(pickle.loads(pickle.dumps(caught.value.token)))
        assert not set(read) & {one.id for one in rest}
        assert ({*read} - gone) | {one.id for one in rest} == set(query.ids())


# --- pages that are too large -----------------------------------------------------------------


def test_a_page_that_the_server_finds_too_large_is_asked_for_in_halves(full, boxes, box):
    full.is_too_large = lambda error: error.data == "too large"
    full.size = 8
    page = full.page

    def refuse(select, position, size):
        if size > 2:
            raise InvalidRequestError("too large", 422)
        return page(select, position, size)

    full.page = refuse
    assert boxes.query(box).ids() == ALL
    assert [size for _page, _after, size in full.asked] == [8, 4, 2, 2, 2, 2, 2, 2]
    full.page = page
    full.page = lambda *_: refuse(None, None, 9)
    with pytest.raises(InvalidRequestError):
        boxes.query(box).ids()


def test_a_result_beyond_workfronts_limit_of_objects_is_read_in_smaller_pages(workfront_sandbox):
    with workfront_sandbox.session(api_version="v22.0") as session:
        task = session.api.Task
        found = session.query(task).fields("project:tasks:assignments:status").all()
        assert len(found) == session.query(task).count()
        asked = [one for one in workfront_sandbox.requests if one.path.endswith("/search")]
        assert [one.params["$$LIMIT"] for one in asked[:2]] == ["2000", "1000"]
        assert asked[0].status == 422
        assert all(one.status == 200 for one in asked if one.params["$$LIMIT"] == asked[-1].params["$$LIMIT"])
        assert sum(len(one.project.tasks) for one in found) > 20_000


def test_pages_of_many_fields_stay_below_workfronts_limit_of_fields(workfront_sandbox):
    with workfront_sandbox.session(api_version="v22.0") as session:
        task, project = session.api.Task, session.api.Project
        names = [f"project:{name}" for name in project._python_names.values() if name in project.field_names]
        wide = session.query(task).fields("*", *names, *(f"parent:{name}" for name in names))
        size = wide.explain().page_size
        assert 900 < size < 1900
        assert 3 * size <= 50_000
        assert session.query(task).fields("name").explain().page_size == 2000


# --- tokens and reads of any session -----------------------------------------------------------


def test_a_read_counts_what_it_sends(full, boxes, box):
    sent = []

    def execute(request):
        sent.append(request.operation)
        return boxes.execute(request)

    assert sum(len(rows) for rows in read_pages(boxes, Select(type=box), execute=execute)) == 10
    assert sent == ["page"] * 4


def test_conditions_that_no_row_can_meet_send_nothing(full, boxes, box):
    query = boxes.query(box).where(box.size.in_([]))
    assert query.all() == query.ids() == []
    assert query.count() == 0
    assert query.first() is None
    assert query.explain().requests == 0
    assert full.asked == []


def test_a_cursor_that_leads_back_to_itself_ends_the_read(memory, boxes):
    memory.rows.update({number: {"id": number} for number in range(1, 8)})
    memory.paging_ = "cursor"
    page = memory.page

    def stuck(select, position, size):
        found = page(select, position, size)
        found.token = 3
        return found

    memory.page = stuck
    with pytest.raises(IncompleteRead, match="do not follow the last one"):
        boxes.query(boxes.api.Box).all()
