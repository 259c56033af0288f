"""The rest of a read by id in ranges: several at the same time, in order, each row once."""

import itertools
import threading

import pytest
from attrs import evolve

from workfront_orm.core.errors import IncompleteRead, InvalidRequestError
from workfront_orm.core.ranges import AHEAD


@pytest.fixture
def box(boxes):
    return boxes.api.Box


@pytest.fixture
def fill(memory):
    """Fill the system with rows of some ids."""

    def fill(ids):
        memory.rows.update({number: {"id": number, "name": f"box {number}"} for number in ids})
        memory.tells_last = True
        memory.size = 10
        return list(memory.rows)

    return fill


GAPS = [*range(1, 60), *range(1000, 1010), *range(5000, 5200, 3), 90_000, 90_001]


@pytest.mark.parametrize(
    "ids",
    [
        range(1, 501),
        range(10, 5001, 10),
        GAPS,
        [*range(1, 12), 10**9],
        [*range(1, 41, 4), *range(41, 400)],
        range(-50, 50),
    ],
    ids=["dense", "even", "gaps", "far", "denser", "negative"],
)
def test_all_rows_come_once_and_in_order(fill, memory, boxes, box, ids):
    expected = fill(ids)
    assert boxes.query(box).ids() == expected
    assert len(memory.asked) < len(expected) / memory.size * 2 + AHEAD + 15


def test_a_short_rest_takes_no_ranges(fill, memory, boxes, box):
    expected = fill(range(1, 18))
    assert boxes.query(box).ids() == expected
    assert memory.asked == [("page", None, 10), ("page", 10, 10)]


def test_ranges_are_asked_at_the_same_time(fill, memory, boxes, box):
    fill(range(1, 501))
    together = threading.Barrier(2, timeout=10)
    met, asked = [], itertools.count()

    def meet(position):
        # The first two alone: a third would wait for a fourth.
        if position.until is not None and next(asked) < 2:
            met.append(together.wait())

    memory.before = meet
    assert len(boxes.query(box).ids()) == 500
    assert sorted(met[:2]) == [0, 1]


def test_memory_holds_a_few_ranges_only(fill, memory, boxes, box):
    fill(range(1, 2001))
    rows = iter(boxes.query(box))
    for _ in range(15):
        next(rows)
    # The first page, and those that are read ahead of the one that is being handed out.
    assert len(memory.asked) <= 1 + AHEAD + 1
    rows.close()


def test_rows_that_are_added_and_deleted_meanwhile_shift_nothing(fill, memory, boxes, box):
    expected = fill(range(1, 301))
    done = threading.Event()

    def change(position):
        if position.until is not None and not done.is_set():
            done.set()
            memory.rows = {key: row for key, row in memory.rows.items() if key != 5} | {400: {"id": 400}}

    memory.before = change
    assert boxes.query(box).ids() == [*expected, 400]


def test_a_limit_reads_what_it_needs(fill, memory, boxes, box):
    expected = fill(range(1, 501))
    assert boxes.query(box).limit(25).ids() == expected[:25]
    assert len(memory.asked) == 3


def test_a_range_that_fails_leaves_what_was_read_and_where_to_go_on(fill, memory, boxes, box):
    expected = fill(range(1, 301))

    def fail(position):
        if position.after is not None and position.after > 150:
            raise InvalidRequestError("no", 400)

    memory.before = fail
    query = boxes.query(box)
    with pytest.raises(IncompleteRead) as caught:
        query.all()
    read = [one.id for one in caught.value.objects]
    assert read == expected[: len(read)]
    assert len(read) >= 100
    memory.before = lambda position: None
    assert [one.id for one in query.resume(caught.value.token)] == expected[len(read) :]


def test_a_server_that_ignores_the_range_is_found_out(fill, memory, boxes, box):
    fill(range(1, 301))
    original = memory.page

    def page(select, position, size):
        return original(select, evolve(position, until=None, after=None if position.until else position.after), size)

    memory.page = page
    with pytest.raises(IncompleteRead, match="do not follow the last one"):
        boxes.query(box).ids()
