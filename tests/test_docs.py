"""The pages: their code runs, prints what they say, and their links lead somewhere."""

import contextlib
import io
import re
from pathlib import Path

import pytest

from workfront_orm.core.service import Service
from workfront_orm.core.session import BaseSession
from workfront_orm.sandbox import Sandbox

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]

_BLOCK = re.compile(
    r"(?:^<!-- not run: (?P<reason>[^\n]+?) -->\n+)?"
    r"^```(?P<language>\w+)\n(?P<code>.*?)^```$(?:\n\n^```text\n(?P<output>.*?)^```$)?",
    re.MULTILINE | re.DOTALL,
)
_LINK = re.compile(r"(?<!!)\[[^\]\n]+\]\(([^)\s]+)\)")


def blocks(page):
    """The Python blocks of a page: line number, code, what it says they print, and why one is not run."""
    text = page.read_text()
    for match in _BLOCK.finditer(text):
        if match["language"] == "python":
            line = text.count("\n", 0, match.start("code")) + 1
            yield line, match["code"], match["output"], match["reason"]


def name_of(page):
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", [page for page in PAGES if any(blocks(page))], ids=name_of)
def test_the_code_of_a_page_runs_and_prints_what_it_says(page, workfront_sandbox, monkeypatch, tmp_path):
    # What a reader has at hand: a folder to write to, a key in the environment, and on pages that
    # do not make them, a sandbox and a session of it.
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WORKFRONT_ORM_API_KEY", "not-a-key")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    session = workfront_sandbox.session(api_version="v22.0")
    names = {"__name__": "__main__", "sandbox": workfront_sandbox, "session": session}
    try:
        for line, code, output, reason in blocks(page):
            # A block that is not run must at least be Python. The lines before it keep tracebacks true.
            compiled = compile("\n" * (line - 1) + code, str(page), "exec")
            if reason:
                continue
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(compiled, names)
            if output is not None:
                assert matches(output, printed.getvalue()), f"{page}:{line} prints\n{printed.getvalue()}"
    finally:
        session.close()
        for value in names.values():
            if isinstance(value, BaseSession):
                value.close()
            elif isinstance(value, Sandbox) and value is not workfront_sandbox:
                value.stop()


def matches(expected, printed):
    """Whether output is what a page shows; `...` stands for any text within a line, and alone on a line for any lines."""
    pattern = "".join(
        r"(?:.*\n)*" if line == "...\n" else r"[^\n]*".join(map(re.escape, line.split("...")))
        for line in expected.splitlines(keepends=True)
    )
    return re.fullmatch(pattern, printed) is not None


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CHANGELOG.md", ROOT / "metadata" / "README.md"], ids=name_of)
def test_the_links_of_a_page_lead_somewhere(page):
    text = re.sub(r"^```.*?^```$|`[^`\n]*`", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    for target in _LINK.findall(text):
        if target.startswith(("https://", "http://")):
            continue
        path, _, anchor = target.partition("#")
        linked = page if not path else (page.parent / path).resolve()
        assert linked.exists(), f"{name_of(page)} links to {target}, which does not exist"
        assert ROOT in linked.parents or linked == ROOT
        if anchor:
            assert anchor in anchors(linked), f"{name_of(page)} links to {target}; {linked.name} has no such heading"


def anchors(page):
    """The anchors of a page's headings, as they are made from headings where pages are shown."""
    headings = re.findall(r"^#+ +(.+?)\s*$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_page_can_be_reached_from_the_map():
    index = (ROOT / "docs" / "index.md").read_text()
    linked = {(ROOT / "docs" / target.partition("#")[0]).resolve() for target in _LINK.findall(index)}
    missing = [name_of(page) for page in PAGES if page.name != "index.md" and page not in linked]
    assert not missing


def test_the_modules_that_architecture_tells_of_exist():
    text = (ROOT / "docs" / "architecture.md").read_text()
    table = text[text.index("| module | what it knows |") : text.index("`import workfront_orm` imports none of this")]
    named = {name for row in re.findall(r"^\| (`.*?`) \|", table, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)}
    assert len(named) > 25
    assert not [name for name in named if not (ROOT / "workfront_orm" / "core" / f"{name}.py").exists()]


def test_the_hooks_that_adding_a_system_tells_of_exist():
    text = (ROOT / "docs" / "add-a-system.md").read_text()
    answers = re.findall(r"^\| .* \| .* \| (.*) \|$", text[text.index("## What larger systems need") :], re.MULTILINE)
    named = {word for answer in answers for word in re.findall(r"`([a-z_]+)`", answer)}
    assert len(named) > 15
    assert named - vars(Service).keys() == {"decode"}
    hooks = {name for name in vars(Service) if not name.startswith("_")}
    assert not hooks - set(re.findall(r"\w+", text)), "the page leaves hooks out"


def test_a_block_is_left_out_only_with_a_reason():
    text = "\n".join(page.read_text() for page in PAGES)
    assert len(re.findall(r"<!-- not run", text)) == sum(bool(block[3]) for page in PAGES for block in blocks(page))


def test_output_with_a_gap_matches_what_it_may_and_nothing_else():
    assert matches("a ... c\n", "a b c\n")
    assert not matches("a ... c\n", "a b\n c\n")
    assert not matches("a\n", "a\nb\n")
    assert matches("a\n...\nd\n", "a\nb\nc\nd\n")
    assert matches("a\n...\nd\n", "a\nd\n")
    assert not matches("a\n...\nd\n", "a\nb\n")
