"""A pytest plug-in: over the whole suite, no test may let a credential out.

What is looked for are the real credentials of the run: those of every sandbox that a test starts, told by the sandbox and not by
the code under test, and those that sessions were given. Where it is looked: in what each test logs, prints and
leaves in its folder, in every error that the library makes, in every traceback (with local variables) that leaves a call
with credentials, and in the request logs of sandboxes. `tests/conftest.py` registers it; a test that shows a
credential on purpose, since that is what it is about, says so: `@pytest.mark.shows_credentials("why")`.
"""

import functools
import logging
import traceback

import pytest

SHORTEST = 8
LARGEST_FILE = 2**22
_WORDS = ("key", "password", "token", "secret", "webhook")
_DATABASE = b"SQLite format 3\0"


class Canaries(logging.Handler):
    """Collects credentials, and looks for them in what it sees; what it finds fails the test."""

    def __init__(self):
        super().__init__()
        self.known = set()
        self.found = []

    # --- what is looked for ---------------------------------------------------------------

    def learn(self, info):
        """Take the credentials out of a sandbox's JSON line."""
        for name, value in info.items():
            if isinstance(value, dict):
                self.learn(value)
            elif isinstance(value, str) and "webhook" in name:
                self.known.add(value.rstrip("/").rpartition("/")[2])
            elif isinstance(value, str) and any(word in name for word in _WORDS) and len(value) >= SHORTEST:
                self.known.add(value)

    # --- where ------------------------------------------------------------------------------

    def look(self, text, where):
        for secret in self.known:
            if secret in text:
                self.found.append(f"{where} shows a credential, {secret[:3]}...: {_around(text, secret)}")
                return

    def emit(self, record):
        try:
            self.look(self.format(record), f"the log {record.name}")
        except Exception as error:  # noqa: BLE001 - a record that cannot be written is the test's own affair
            self.look(repr(record.args), f"the log {record.name} ({error})")

    def error_made(self, error):
        self.look(f"{error} {error!r} {error.args!r}", f"a {type(error).__name__}")

    def error_left(self, error):
        made = traceback.TracebackException.from_exception(error, capture_locals=True)
        self.look("".join(made.format()), f"the traceback of a {type(error).__name__}")

    # --- hooks --------------------------------------------------------------------------------

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item):
        root = logging.getLogger()
        root.addHandler(self)
        try:
            return (yield)
        finally:
            root.removeHandler(self)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item, call):
        report = yield
        self.look(report.capstdout + report.capstderr, "the terminal")
        if call.when == "teardown" and "tmp_path" in getattr(item, "funcargs", {}):
            self.look_into(item.funcargs["tmp_path"])
        found, self.found = self.found, []
        if found and report.passed and item.get_closest_marker("shows_credentials") is None:
            report.outcome = "failed"
            report.longrepr = f"{item.nodeid} ({call.when}):\n" + "\n".join(dict.fromkeys(found))
        return report

    def look_into(self, folder):
        for path in folder.rglob("*"):
            if path.is_file() and path.stat().st_size < LARGEST_FILE:
                content = path.read_bytes()
                # A sandbox's own store knows its credentials, and its source the passwords that all of them have.
                if not (content.startswith(_DATABASE) or path.name.endswith(("-wal", "-shm", ".py"))):
                    self.look(f"{path}\n{content.decode('utf-8', 'replace')}", f"the file {path.name}")


def is_telling(secret):
    """Whether a text is a credential wherever it stands; `xxxxxxxx` and `000001` of some tests are found in other texts too."""
    return len(secret) >= SHORTEST and len(set(secret)) > 4


def install(config):
    """Watch the rest of the run.

    Args:
        config: pytest's.
    """
    from _pytest.capture import CaptureFixture

    from workfront_orm.core import redaction
    from workfront_orm.core.errors import APIError
    from workfront_orm.sandbox import process

    canaries = Canaries()
    config.pluginmanager.register(canaries, "canaries")
    config.addinivalue_line("markers", "shows_credentials(why): a credential is shown on purpose; says why")

    def after(owner, name, look):
        """Call the original, then look at what it was called with and what it returned."""
        original = getattr(owner, name)

        @functools.wraps(original)
        def call(*arguments, **options):
            result = original(*arguments, **options)
            look(result, *arguments)
            return result

        setattr(owner, name, call)

    after(process, "_start", lambda started, *_: canaries.learn(started[1]))
    after(process, "read_entry", lambda entry, *_: canaries.look(repr(entry), "sandbox.requests"))
    after(redaction, "_hide", lambda _, secret: canaries.known.add(secret) if is_telling(secret) else None)
    after(redaction, "_forget_locals", lambda _, error, *__: canaries.error_left(error))
    after(APIError, "__init__", lambda _, error, *__: canaries.error_made(error))
    after(APIError, "__reduce__", lambda reduced, *_: canaries.look(repr(reduced), "a pickle"))
    after(CaptureFixture, "readouterr", lambda captured, *_: canaries.look("".join(map(str, captured)), "the terminal"))


def _around(text, secret):
    place = text.index(secret)
    return text[max(0, place - 60) : place + len(secret) + 20].replace(secret, "<it>").replace("\n", " ")
