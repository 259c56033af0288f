"""Start, watch and stop a sandbox as a process of its own."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import selectors
import subprocess
import sys
import tempfile
import weakref
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self, cast
from urllib.parse import urlsplit

from workfront_orm.sandbox.backend import MASK, find_module
from workfront_orm.sandbox.clock import parse_moment
from workfront_orm.sandbox.log import RequestLog, read_entry

if TYPE_CHECKING:
    from types import TracebackType

    from workfront_orm.sandbox.faults import Specification

START_TIMEOUT = 60.0
STOP_TIMEOUT = 5.0
SECRET_WORDS = ("key", "password", "token", "secret", "webhook")


class SandboxError(RuntimeError):
    """A sandbox that does not start, or does not answer."""


class Info(dict[str, Any]):
    """The server's JSON line. Its repr masks credentials."""

    def __repr__(self) -> str:
        return repr({name: MASK if _is_secret(name) else value for name, value in self.items()})


class Sandbox:
    """A local server that speaks a system's wire protocol, in a process of its own.

    The process ends with `stop()`, with the `with` block, or with this process, however that one ends.

    Args:
        service: the system: "workfront", "bitrix24", or one that an installed package offers.
        data: "empty", "demo" (a few thousand objects) or "large" (100,000 tasks).
        path: SQLite file that keeps the data over restarts; an existing one is used as it is. None for memory.
        latency: seconds that every answer takes, a quarter of it jitter either way.
        seed: seed of the demo data, of faults and of jitter: the same seed gives the same.
        faults: share of requests that go wrong (0.1: ten per cent), or a list of rules (`workfront_orm.sandbox.faults`).
        clock: what the server's clock shows at the start; it runs on from there. None for real time.
        host: address to bind to; the default is reachable from this machine only.
        port: port to bind to, 0 for a free one.
        compress: gzip level of all answers, 0 for none. None, the default, is level 1 for answers up to 256 kB: between
            processes of one machine, larger ones are quicker as they are.
        **options: options of the service.

    Attributes:
        service: the system.
        info: all of the server's JSON line, among it `url`, `url_template`, `api_key`, `username`, `password`; each key
            is also an attribute.

    Raises:
        SandboxError: the server process ended before it was ready.
    """

    url: str
    url_template: str
    api_key: str
    username: str
    password: str

    def __init__(
        self,
        service: str = "workfront",
        *,
        data: str = "demo",
        path: str | os.PathLike[str] | None = None,
        latency: float = 0,
        seed: int = 0,
        faults: Specification = None,
        clock: datetime | str | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        compress: int | None = None,
        **options: object,
    ) -> None:
        self.service = service
        self.info = Info()
        arguments = ["--service", service, "--data", data, "--host", host, "--port", str(port), "--seed", str(seed)]
        arguments += ["--latency", str(latency), "--with-parent"]
        if compress is not None:
            arguments += ["--compress", str(compress)]
        if path is not None:
            arguments += ["--path", os.fspath(path)]
        if faults is not None:
            arguments += ["--faults", json.dumps(faults)]
        if clock is not None:
            arguments += ["--clock", clock if isinstance(clock, str) else _aware(clock).isoformat()]
        for name, value in options.items():
            arguments += ["--option", f"{name}={str(value).lower() if isinstance(value, bool) else value}"]
        self._process, line = _start(arguments)
        self._finalizer = weakref.finalize(self, _stop, self._process, os.getpid())
        self._token: str = line.pop("control_token")
        self.info = Info(line)

    def __getattr__(self, name: str) -> Any:
        # Only names that normal lookup did not find come here.
        if not name.startswith("_"):
            info = self.__dict__.get("info", {})
            if name in info:
                return info[name]
        raise AttributeError(
            f"a sandbox of {self.__dict__.get('service')!r} has no {name!r}; its JSON line has {sorted(self.__dict__.get('info', {}))}"
        )

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self.info})

    def __repr__(self) -> str:
        state = f"at {self.info.get('url')}" if self.running else "stopped"
        return f"<Sandbox of {self.service} {state}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # --- the process -----------------------------------------------------------------

    @property
    def pid(self) -> int:
        """Process id of the server."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether the server process is alive."""
        return self._process.poll() is None

    def stop(self) -> None:
        """End the server in an orderly way; does nothing when it has ended."""
        self._finalizer()

    def kill(self) -> None:
        """End the server as kill -9 does, as a crash would: nothing is flushed."""
        self._process.kill()
        self._process.wait()
        self.stop()

    # --- what it is told and asked ------------------------------------------------------

    def session(self, **options: Any) -> Any:
        """Return a session of `workfront_orm` for this server, as its administrator unless the options say otherwise.

        Args:
            **options: arguments of the service's session, as `api_version="v22.0"`.
        """
        return find_module(self.service).session(self.info, **options)

    @property
    def requests(self) -> RequestLog:
        """What the server was asked until now: `.method .path .params .status .fault` and more, in order."""
        entries = self._control("GET", "/_sandbox/requests")
        return RequestLog(
            [read_entry(entry) for entry in entries], lambda: self._control("DELETE", "/_sandbox/requests")
        )

    @property
    def clock(self) -> datetime:
        """The server's time. Set it to an aware datetime and it runs on from there; None goes back to real time."""
        return parse_moment(cast("str", self._control("GET", "/_sandbox/clock")))

    @clock.setter
    def clock(self, moment: datetime | None) -> None:
        self._control("PUT", "/_sandbox/clock", None if moment is None else _aware(moment).astimezone(UTC).isoformat())

    @property
    def faults(self) -> Specification:
        """Faults that hit requests from now on: a rate, a list of rules, or None (see `workfront_orm.sandbox.faults`)."""
        return cast("Specification", self._control("GET", "/_sandbox/faults"))

    @faults.setter
    def faults(self, specification: Specification) -> None:
        self._control("PUT", "/_sandbox/faults", specification)

    @property
    def latency(self) -> float:
        """Seconds that every answer takes from now on."""
        return cast("float", self._control("GET", "/_sandbox/latency"))

    @latency.setter
    def latency(self, seconds: float) -> None:
        self._control("PUT", "/_sandbox/latency", seconds)

    @property
    def under_way(self) -> list[str]:
        """What the server is at: method and path of each request that it has and has not answered yet.

        A client that was killed leaves requests that the server still carries out; once this is empty, it is done.
        """
        return cast("list[str]", self._control("GET", "/_sandbox/under_way"))

    def reset(self) -> None:
        """Bring data, clock and faults back to the start and empty the log; sessions end, credentials stay."""
        self._control("POST", "/_sandbox/reset")

    def _control(self, method: str, path: str, value: Any = None) -> Any:
        address = urlsplit(self.info["url"])
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
        try:
            body = None if method in ("GET", "DELETE", "POST") else json.dumps(value)
            connection.request(method, path, body, {"X-Sandbox-Token": self._token, "Content-Type": "application/json"})
            answer = connection.getresponse()
            text = answer.read()
        except OSError as error:
            ended = "" if self.running else "; its process has ended"
            raise SandboxError(
                f"the sandbox at {self.info['url']} does not answer {method} {path}: {error}{ended}"
            ) from error
        finally:
            connection.close()
        if answer.status == http.HTTPStatus.UNPROCESSABLE_ENTITY:
            raise ValueError(json.loads(text))
        if answer.status != http.HTTPStatus.OK:
            raise SandboxError(
                f"the sandbox refused {method} {path}: {answer.status} {text.decode('utf-8', 'replace').strip()}"
            )
        return json.loads(text)


def _start(arguments: list[str]) -> tuple[subprocess.Popen[bytes], dict[str, Any]]:
    """Start the server process and read its JSON line."""
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(  # noqa: S603 - our own module, under this interpreter  # nosec B603
            [sys.executable, "-m", "workfront_orm.sandbox", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            # Ctrl-C in a terminal goes to the whole group; the server ends with us, not before us.
            start_new_session=True,
        )
        stdout = process.stdout
        if stdout is None:
            raise AssertionError("Popen was given a pipe")
        try:
            line = _read_line(stdout, process)
        except BaseException:
            _stop(process, os.getpid())
            raise
        finally:
            stdout.close()
        if line is None:
            process.kill()
            _stop(process, os.getpid())
            errors.seek(0)
            report = errors.read().decode("utf-8", "replace").strip()[-4000:]
            raise SandboxError(f"the sandbox process did not start (status {process.returncode}):\n{report}")
    return process, line


def _read_line(stdout: Any, process: subprocess.Popen[bytes]) -> dict[str, Any] | None:
    with selectors.DefaultSelector() as selector:
        selector.register(stdout, selectors.EVENT_READ)
        if not selector.select(START_TIMEOUT):
            process.kill()
            return None
    text = stdout.readline()
    return cast("dict[str, Any]", json.loads(text)) if text else None


def _stop(process: subprocess.Popen[bytes], owner: int) -> None:
    """End a server process: ask, wait, kill. In a forked child the process is not ours, so nothing happens."""
    if os.getpid() != owner:
        return
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()


def _aware(moment: datetime) -> datetime:
    if not isinstance(moment, datetime):
        raise TypeError(f"the sandbox's clock takes an aware datetime, or None for real time, not {moment!r}")
    if moment.tzinfo is None:
        raise ValueError(f"the sandbox's clock needs an aware datetime, {moment!r} has no tzinfo: add tzinfo=UTC")
    return moment


def _is_secret(name: str) -> bool:
    return any(word in name.lower() for word in SECRET_WORDS)
