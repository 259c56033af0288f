"""The tests that come for free, and those of what is the library's own."""

import pytest
from library_system.classes import Book

from workfront_orm.core.errors import NotSupportedError
from workfront_orm.testing import Example, SystemTests


class TestLibrary(SystemTests):
    examples = (
        Example(
            service="library",
            type="Book",
            field="title",
            missing="b999",
            new=lambda session, number: Book(session, title=f"New {number}", written_by="a1"),
            bad=lambda session: Book(session, title="Bad", written_by="nobody"),
            reference="author",
            secrets=("token",),
        ),
    )

    def test_what_the_library_cannot_filter_is_refused_or_done_here(self, session, sandbox, example):
        long = session.query(Book).where(Book.pages > 110)
        with pytest.raises(NotSupportedError, match="filter_locally"):
            long.all()
        assert [book.pages for book in long.filter_locally()] == [111, 112]

    def test_an_author_has_books(self, session, sandbox, example):
        author = session.load(session.api.Author, "a1")
        assert {book.author for book in author.books} == {author}
        assert len(author.books) == 6
