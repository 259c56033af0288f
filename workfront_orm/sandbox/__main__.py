"""Run a sandbox: `python -m workfront_orm.sandbox --service workfront --data demo --port 0`.

Prints one JSON line when it is ready: `service`, `url`, the service's credentials and addresses, and the token of the
control door. Runs until it is interrupted.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import ipaddress
import json
import os
import secrets
import socket
import sys
from typing import TYPE_CHECKING, Any

from workfront_orm.sandbox.backend import Settings, UnknownServiceError, find_module
from workfront_orm.sandbox.clock import Clock, parse_moment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workfront_orm.sandbox.faults import Specification


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a sandbox until it is told to stop.

    Args:
        arguments: those of the command line, without the program; None for the process's own.

    Returns:
        The exit status: 0 after an orderly stop, 2 when the sandbox could not start.
    """
    options = _parser().parse_args(arguments)
    listener = _bind(options.host, options.port)
    with listener:
        try:
            return _run(options, listener)
        except (UnknownServiceError, ValueError, OSError) as error:
            sys.stderr.write(f"The sandbox cannot start: {error}\n")
            return 2


def _run(options: argparse.Namespace, listener: socket.socket) -> int:
    # Starlette and uvicorn take a while to import; --help and errors need neither.
    from workfront_orm.sandbox.server import Server, serve

    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    if not _is_loopback(host):
        shown = socket.gethostname() if ipaddress.ip_address(host).is_unspecified else shown
    url = f"http://{shown}:{port}"
    clock = Clock(None if options.clock is None else parse_moment(options.clock))
    settings = Settings(
        service=options.service,
        url=url,
        data=options.data,
        path=options.path,
        seed=options.seed,
        clock=clock,
        options=dict(_pair(text) for text in options.option),
    )
    backend = find_module(options.service).create(settings)
    token = secrets.token_hex(16)
    server = Server(
        backend,
        clock,
        service=options.service,
        token=token,
        hosts=frozenset({"127.0.0.1", "localhost", "::1", host}) if _is_loopback(host) else None,
        latency=options.latency,
        seed=options.seed,
        faults=_faults(options.faults),
        compress=options.compress,
    )
    parent = os.getppid()

    def ready() -> None:
        line = {"service": options.service, "url": url, **backend.info(), "control_token": token}
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()

    # What was made so far lives as long as the process: the collector need not walk it.
    gc.collect()
    gc.freeze()
    with asyncio.Runner(loop_factory=_loop()) as runner:
        runner.run(serve(server, listener, ready, _orphaned(parent) if options.with_parent else None))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="workfront-orm sandbox", description="Run a local server that speaks a system's wire protocol."
    )
    parser.add_argument("--service", default="workfront", help="system to stand in for (default: workfront)")
    parser.add_argument(
        "--data", default="demo", choices=["empty", "demo", "large"], help="data to start with (default: demo)"
    )
    parser.add_argument(
        "--path",
        "--file",
        dest="path",
        default=None,
        metavar="FILE",
        help="SQLite file that keeps the data; an existing one is used as it is",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to bind to (default: loopback only)")
    parser.add_argument("--port", type=int, default=0, help="port to bind to, 0 for a free one (default)")
    parser.add_argument("--latency", type=float, default=0.0, metavar="SECONDS", help="delay of every answer")
    parser.add_argument("--seed", type=int, default=0, help="seed of the demo data and the faults")
    parser.add_argument("--faults", default=None, metavar="SPEC", help="rate as 0.1, or a JSON list of rules")
    parser.add_argument(
        "--clock", default=None, metavar="MOMENT", help="ISO 8601 date that the server's clock starts at"
    )
    parser.add_argument(
        "--compress",
        type=int,
        default=None,
        choices=range(10),
        metavar="LEVEL",
        help="gzip level of all answers, 0 for none (default: 1 for those up to 256 kB)",
    )
    parser.add_argument(
        "--option", action="append", default=[], metavar="NAME=VALUE", help="option of the service; may be repeated"
    )
    parser.add_argument("--with-parent", action="store_true", help=argparse.SUPPRESS)
    return parser


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise SystemExit(f"The sandbox cannot bind to {host} port {port}: {error.strerror}. Try --port 0.") from None
    return listener


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ValueError(f"--option takes NAME=VALUE, not {text!r}")
    return name, value


def _faults(text: str | None) -> Specification:
    if text is None:
        return None
    try:
        value: Any = json.loads(text)
    except ValueError:
        raise ValueError(f"--faults takes a rate or a JSON list of rules, not {text!r}") from None
    if not isinstance(value, (int, float, list)):
        raise ValueError(f"--faults takes a rate or a JSON list of rules, not {text!r}")  # noqa: TRY004 - of a text
    return value


def _orphaned(parent: int) -> Any:
    """Return a question: is the process that started us gone? Its end of our standard input closes, or we are adopted."""
    os.set_blocking(sys.stdin.fileno(), False)

    def gone() -> bool:
        if os.getppid() != parent:
            return True
        try:
            return os.read(sys.stdin.fileno(), 64) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True

    return gone


def _loop() -> Any:
    try:
        import uvloop  # type: ignore[import-untyped,unused-ignore]
    except ImportError:
        return None
    return uvloop.new_event_loop


if __name__ == "__main__":
    sys.exit(main())
