"""Environments of peers: other people's published packages, each in an environment of its own.

Peers are compared with, measured against, or used as clients of our sandbox. They are installed
from the package index and never into our own environment, since some of them carry a top-level
`tests` package. An environment is made once, below `.peers/` at the top of the repository, and
used again while what is wanted of it stays the same.

In a test, mark it `@pytest.mark.peer` and take the fixture `peers`, which is this module; where
the index cannot be reached, the test is skipped:

    @pytest.mark.peer
    def test_something(peers):
        environment = peers.environment("python-workfront==0.8.0", python="3.11")
        done = environment.run("-c", "import workfront; print(workfront.__file__)")
        assert done.stdout

In a benchmark, ask for the interpreter on the command line; it is printed:

    $(.venv/bin/python tests/peers.py --python 3.11 python-workfront==0.8.0) script.py
"""

import argparse
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / ".peers"

# What pip says when there is no way to the index; everything else that fails is an error.
_NO_INDEX = re.compile(
    r"connection broken by|Max retries exceeded|Network is unreachable|Temporary failure in name resolution"
    r"|ConnectTimeoutError|ReadTimeoutError|ProxyError|NewConnectionError|NameResolutionError",
)


class PeerUnavailableError(Exception):
    """A peer could not be had on this machine: no way to the package index, or no Python that it runs on."""


class Environment:
    """A virtual environment of a peer.

    Attributes:
        folder: The environment.
        python: Its interpreter.
    """

    def __init__(self, folder):
        self.folder = folder
        self.python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    @property
    def packages(self):
        """The folder that packages are installed in."""
        return next(self.folder.glob("lib/python3*/site-packages"))

    def run(self, *arguments, cwd=None, env=None, stdin=None, timeout=120, check=True):
        """Run the environment's interpreter, cut off from ours, and return what it printed.

        Args:
            arguments: What follows the interpreter on the command line.
            cwd: The folder to run in; the environment's own by default.
            env: Variables beside those that the process needs.
            stdin: Text for its standard input; none by default.
            timeout: Seconds to wait.
            check: Whether a status that is not 0 raises an error with what was printed.

        Returns:
            subprocess.CompletedProcess: With `stdout` and `stderr` as text.
        """
        done = subprocess.run(
            [str(self.python), *map(str, arguments)],
            cwd=cwd or self.folder,
            env={**_outside(), **(env or {})},
            input=stdin or "",
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        if check and done.returncode:
            raise AssertionError(f"{arguments[0]} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
        return done

    @contextmanager
    def process(self, script):
        """A process that answers questions, one line of JSON each, for as long as it is needed.

        Args:
            script: What the environment's interpreter runs.

        Returns:
            A function that takes a question's parts by name, and returns the answer.
        """
        with subprocess.Popen(
            [self.python, script],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.folder,
            env={},
        ) as process:

            def ask(**question):
                process.stdin.write(json.dumps(question) + "\n")
                process.stdin.flush()
                return json.loads(process.stdout.readline())

            yield ask
            process.stdin.close()
            process.stderr.read()


def environment(*requirements, python=None, name=None, editable=None):
    """The environment in which these requirements are installed, made if there is none yet.

    Args:
        requirements: What pip installs; versions pinned, so that results can be compared.
        python: The Python that the peer needs, such as `3.11`; ours by default.
        name: The environment's name, where one is to take the place of the one before when what is
            wanted changes; by default each set of requirements has one of its own.
        editable: A folder with a project, such as ours, that is installed as well, in place.

    Returns:
        Environment: Ready to run.

    Raises:
        PeerUnavailableError: No way to the package index, or no such Python on this machine.
    """
    interpreter = _interpreter(python)
    wanted = "\n".join([interpreter, *requirements])
    if editable:
        # What a project requires may change.
        wanted += f"\n-e {editable}\n{(Path(editable) / 'pyproject.toml').read_text()}"
    if name is None:
        name = f"{re.split(r'[<>=!~;@ ]', requirements[0])[0]}-{hashlib.sha256(wanted.encode()).hexdigest()[:10]}"
    made = Environment(FOLDER / name)
    stamp = made.folder / "stamp"
    with _lock(made.folder.name):
        if stamp.is_file() and stamp.read_text() == wanted and made.python.exists():
            return made
        shutil.rmtree(made.folder, ignore_errors=True)
        _checked([interpreter, "-m", "venv", "--without-pip", str(made.folder)], what=f"make {made.folder}")
        project = ["--editable", str(editable)] if editable else []
        _pip("--python", str(made.python), "install", *requirements, *project)
        stamp.write_text(wanted)
    return made


def wheel(requirement):
    """The wheel of one pinned requirement, downloaded if it is not there yet; nothing of it is run.

    Args:
        requirement: Such as `python-workfront==0.8.0`.

    Returns:
        Path: The file, below `.peers/wheels/`.

    Raises:
        PeerUnavailableError: No way to the package index.
    """
    return _downloaded(requirement, "wheels", "*.whl", "--only-binary")


def sdist(requirement):
    """The source archive of one pinned requirement, downloaded if it is not there yet; nothing of it is used.

    Args:
        requirement: Such as `python-workfront==0.8.0`.

    Returns:
        Path: The file, below `.peers/sources/`.

    Raises:
        PeerUnavailableError: No way to the package index.
    """
    return _downloaded(requirement, "sources", "*.tar.gz", "--no-binary")


def _downloaded(requirement, kind, pattern, choice):
    folder = FOLDER / kind / requirement.replace("==", "-")
    with _lock(f"{kind}-{folder.name}"):
        found = list(folder.glob(pattern))
        if not found:
            _pip("download", "--no-deps", choice, ":all:", "--dest", str(folder), requirement)
            found = list(folder.glob(pattern))
    return found[0]


def _interpreter(version):
    """An interpreter of that version: ours, or the one that the PATH has."""
    own = f"{sys.version_info[0]}.{sys.version_info[1]}"
    if version in {None, own}:
        return sys.executable
    found = shutil.which(f"python{version}")
    if found is None:
        raise PeerUnavailableError(f"this peer runs on Python {version} only, and there is no python{version} here")
    return found


def _pip(*arguments):
    _checked([sys.executable, "-m", "pip", "--quiet", "--no-input", *arguments], what=f"pip {' '.join(arguments)}")


def _checked(command, *, what):
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=_outside())
    if done.returncode == 0:
        return
    unreachable = _NO_INDEX.search(done.stderr)
    if unreachable:
        raise PeerUnavailableError(f"the package index cannot be reached ({unreachable[0]}): {what} failed")
    raise RuntimeError(f"{what} failed:\n{done.stdout}\n{done.stderr}")


def _outside():
    """Our environment variables without those that would lead another interpreter into our environment."""
    own = ("PYTHON", "PYTEST", "VIRTUAL_ENV", "COVERAGE", "WORKFRONT_ORM")
    return {name: value for name, value in os.environ.items() if not name.startswith(own)}


@contextmanager
def _lock(name):
    """One process at a time makes an environment."""
    FOLDER.mkdir(exist_ok=True)
    with (FOLDER / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def main():
    """Print the interpreter of an environment with these requirements."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("requirements", nargs="+")
    parser.add_argument("--python", help="the Python that the peer needs, such as 3.11")
    parser.add_argument("--name", help="the environment's name")
    options = parser.parse_args()
    try:
        found = environment(*options.requirements, python=options.python, name=options.name)
    except PeerUnavailableError as error:
        sys.exit(str(error))
    sys.stdout.write(f"{found.python}\n")


if __name__ == "__main__":
    main()
