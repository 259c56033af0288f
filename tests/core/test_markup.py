"""What notebooks show: what is at hand, escaped, without a request and without secrets."""

import pytest

from workfront_orm.core.markup import table_html
from workfront_orm.core.report import Report, ReportRow


@pytest.fixture
def task(session, canned):
    row = {"ID": "1" * 32, "objCode": "TASK", "name": "<script>alert(1)</script>", "description": "a & b"}
    task = session.wrap(session.api.Task, row)
    canned.requests.clear()
    return task


def test_an_object_shows_its_fields_by_python_name_and_escaped(task, canned):
    html = task._repr_html_()
    assert "<script" not in html
    assert "<td>name</td><td>&lt;script&gt;alert(1)&lt;/script&gt;</td>" in html
    assert "<td>description</td><td>a &amp; b</td>" in html
    assert "before" not in html
    assert not canned.requests


def test_unsaved_changes_stand_beside_what_was_there(task):
    task.description = "c"
    task.url = "https://x.example"
    html = task._repr_html_()
    assert "<td>description</td><td>c</td><td>a &amp; b</td>" in html
    assert "<td>url</td><td>https://x.example</td><td>not loaded</td>" in html


def test_secrets_are_masked_and_long_values_cut(session):
    task = session.wrap(session.api.Task, {"ID": "2" * 32, "description": "x" * 1000, "DE:apiKey": "sesame-open"})
    html = task._repr_html_()
    assert "x" * 301 not in html
    assert "sesame" not in html


def test_a_report_shows_the_rows_that_were_not_written(task):
    rows = [ReportRow(0, task, "created"), ReportRow(1, task, "failed", error=ValueError("<b>no</b>"))]
    html = Report(rows, requests=2)._repr_html_()
    assert "1 created, 1 failed in 2 requests" in html
    assert "&lt;b&gt;no&lt;/b&gt;" in html
    assert html.count("<tr>") == 2, "the head and the row that failed"
    assert "<table>" not in Report(rows[:1], requests=1)._repr_html_()


def test_a_table_escapes_its_head_too():
    assert table_html(["<a>"], [["<b>"]]) == (
        "<table><thead><tr><th>&lt;a&gt;</th></tr></thead><tbody><tr><td>&lt;b&gt;</td></tr></tbody></table>"
    )
