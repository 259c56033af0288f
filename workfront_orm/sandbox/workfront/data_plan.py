"""The outline of a demo project: a tree of tasks, laid out and scheduled before there are rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from workfront_orm.sandbox.workfront.data_world import Row, chance

if TYPE_CHECKING:
    import random

DEEPEST = 3
"""Depth of the deepest tasks, 0 at the top."""

_FIRST_DEPTHS = (0, 1, 2, 3)  # every tree has all depths


@dataclass(slots=True, eq=False)
class Node:
    """A task while it is planned. Days are numbers of the calendar, relative to the project's first until it is placed."""

    number: int
    parent: Node | None
    depth: int
    wbs: str
    children: list[Node] = field(default_factory=list)
    before: Node | None = None
    start: int = 0
    end: int = 0
    days: int = 0
    row: Row = field(default_factory=dict)
    user: Row | None = None


@dataclass(slots=True)
class Tree:
    """The tasks of a project.

    Attributes:
        nodes: All, in outline order.
        first, last: First and last day, after `place` numbers of the calendar.
    """

    nodes: list[Node]
    first: int
    last: int

    @property
    def leaves(self) -> list[Node]:
        """Tasks without children: the ones that work is done on."""
        return [node for node in self.nodes if not node.children]

    def place(self, first: int) -> None:
        """Let the tree begin on that day of the calendar."""
        shift = first - self.first
        for node in self.nodes:
            node.start += shift
            node.end += shift
        self.first += shift
        self.last += shift


def plan(dice: random.Random, count: int, days: tuple[int, int]) -> Tree:
    """Lay out a tree of `count` tasks and schedule it from day 0 on.

    Args:
        dice: Random numbers.
        count: Number of tasks, parents included.
        days: Least and most working days of a leaf.
    """
    nodes: list[Node] = []
    open_nodes: list[Node] = []  # the path from the top to the last node
    tops: list[Node] = []
    for number in range(1, count + 1):
        depth = _next_depth(dice, number, len(open_nodes))
        del open_nodes[depth:]
        parent = open_nodes[-1] if open_nodes else None
        siblings = parent.children if parent else tops
        wbs = f"{parent.wbs}.{len(siblings) + 1}" if parent else str(len(siblings) + 1)
        node = Node(number, parent, depth, wbs)
        siblings.append(node)
        open_nodes.append(node)
        nodes.append(node)
    last = _schedule(dice, tops, 0, days)
    return Tree(nodes, 0, last)


def _next_depth(dice: random.Random, number: int, open_depths: int) -> int:
    if number <= len(_FIRST_DEPTHS):
        return _FIRST_DEPTHS[number - 1]
    throw = dice.random()
    if throw < 0.3:  # noqa: PLR2004 - shares of the four ways on
        return min(open_depths, DEEPEST)
    if throw < 0.75:  # noqa: PLR2004
        return open_depths - 1
    if throw < 0.93:  # noqa: PLR2004
        return max(open_depths - 2, 0)
    return 0


def _schedule(dice: random.Random, siblings: list[Node], first: int, days: tuple[int, int]) -> int:
    """Schedule siblings and all below them from day `first` on; most wait for the one before. Returns the last day."""
    last = first
    before: Node | None = None
    for node in siblings:
        start = first
        if before is not None and chance(dice, 0.6):
            node.before = before
            start = before.end + 1
        node.start = start
        if node.children:
            node.end = _schedule(dice, node.children, start, days)
        else:
            node.days = 0 if chance(dice, 0.02) else dice.randint(*days)
            node.end = start + max(node.days, 1) - 1
        last = max(last, node.end)
        before = node
    return last
