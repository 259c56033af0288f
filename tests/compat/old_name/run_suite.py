"""Run the published test suite in this process and print one JSON line a test: its name, what became of it, why.

Called in the folder that has `tests` and `workfront`, with the names of test modules, and those of
tests to leave out behind `--without`.
"""

import json
import socketserver
import sys
import unittest


class Lines(unittest.TestResult):
    """Tells what became of each test when it is known."""

    def addSuccess(self, test):  # noqa: N802 - the name that unittest gives it
        """Tell it."""
        super().addSuccess(test)
        tell(test, "passed")

    def addFailure(self, test, err):  # noqa: N802 - see above
        """Tell it with the traceback."""
        super().addFailure(test, err)
        tell(test, "failed", self.failures[-1][1])

    def addError(self, test, err):  # noqa: N802 - see above
        """Tell it with the traceback."""
        super().addError(test, err)
        tell(test, "failed", self.errors[-1][1])

    def addSkip(self, test, reason):  # noqa: N802 - see above
        """Tell it with the reason."""
        super().addSkip(test, reason)
        tell(test, "skipped", reason)


def tell(test, outcome, why=""):
    """Print what became of a test."""
    print(json.dumps({"test": test.id(), "outcome": outcome, "why": why}))  # noqa: T201 - what the caller reads


def each(tests):
    """The single tests of suites in suites."""
    for test in tests:
        if isinstance(test, unittest.TestSuite):
            yield from each(test)
        else:
            yield test


def on_loopback(server, bind=socketserver.TCPServer.server_bind):
    """Listen on this machine only, where a test of the suite would listen on all its addresses."""
    server.server_address = ("127.0.0.1", server.server_address[1])
    bind(server)


socketserver.TCPServer.server_bind = on_loopback
sys.path.insert(0, "")
modules, _, left_out = " ".join(sys.argv[1:]).partition("--without")
found = unittest.defaultTestLoader.loadTestsFromNames(modules.split())
unittest.TestSuite(test for test in each(found) if test.id() not in left_out.split()).run(Lines())
