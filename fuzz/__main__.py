"""`python -m fuzz NAME --seconds N`: bytes that coverage leads to, into one of the places that read what others send.

Needs the extra `fuzz` (`pip install -e .[fuzz]`), which has wheels for few platforms. It goes on from the inputs that it keeps below
`.fuzz/NAME`, and writes one that breaks a target to `.fuzz/crash-*`: put it into `tests/corpus` if it is an answer, else beside
the tests of tests/trust/test_fuzz.py as `@example`.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import atheris

with atheris.instrument_imports(include=["workfront_orm"]):
    from workfront_orm.core import metadata, types
    from workfront_orm.core.errors import APIError
    from workfront_orm.core.exchange import Request, Response
    from workfront_orm.core.metadata import MetadataError, MetadataFile
    from workfront_orm.core.reflection import APIVersion, api_version
    from workfront_orm.core.service import find_service
    from workfront_orm.services.blizwork.webhooks import verify
    from workfront_orm.services.flowdock.stream import read_events

    SERVICES = [find_service(name) for name in ("workfront", "bitrix24", "cloudbees_cd", "blizwork", "flowdock")]

ROOT = Path(__file__).parents[1]
CORPUS = ROOT / "tests" / "corpus"
STATUSES = (200, 400, 404, 502, 301, 401, 429, 204)
REQUEST = Request(operation="fuzz", method="GET", path="/x")
# What reading a field takes for "the field does not hold this".
UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


def envelopes(data: bytes) -> None:
    """An answer of any system: the first byte says which, the second the status."""
    if len(data) > 2:  # noqa: PLR2004 - system, status and a body
        response = Response(status=STATUSES[data[1] % 8], headers={}, body=data[2:], request=REQUEST)
        try:
            SERVICES[data[0] % 5].read_answer(response)
        except APIError as error:
            print(error, repr(error), file=NOWHERE)


def metadata_files(data: bytes) -> None:
    """A metadata file, and objects of its first classes."""
    path = Path(FOLDER.name) / "any.json"
    path.write_bytes(data)
    try:
        source = MetadataFile(path)
        api = APIVersion(source.version, SERVICES[0], source, path=path)
        for key in list(source.read_all())[:5]:
            print(repr(api.by_code[key](None)), dir(api.by_code[key]), file=NOWHERE)
    except MetadataError as error:
        print(error, file=NOWHERE)


def codecs(data: bytes) -> None:
    """A value for one codec, there and back."""
    if not data:
        return
    codec = CODECS[data[0] % len(CODECS)]
    try:
        wire = json.loads(data[1:])
    except (ValueError, RecursionError):
        return
    if codec.decode is not None:
        with suppress(*UNREADABLE):
            codec.same(wire, codec.encode(codec.decode(wire)))


def moments(data: bytes) -> None:
    """A moment in any of the forms that systems write."""
    with suppress(ValueError):
        types.parse_datetime(data.decode("latin-1"))


def webhooks(data: bytes) -> None:
    """A call of a BlizWork web hook, of which BlizWork knows nothing."""
    with suppress(APIError):
        verify(_Nobody(), data, "https://x.example/")  # type: ignore[arg-type]


def events(data: bytes) -> None:
    """A stream of server-sent events, in one piece and cut in two."""
    if data:
        body = data[1:]
        whole, cut = list(read_events([body])), list(read_events([body[: data[0]], body[data[0] :]]))
        assert whole == cut, (whole, cut)


class _Nobody:
    def execute(self, request: Any) -> Any:
        raise APIError("nobody is asked", 500)


def _codecs() -> list[types.Codec]:
    """One codec of each kind, of all systems."""
    found: dict[type, types.Codec] = {}
    for service in SERVICES:
        api = api_version(service.name, metadata.versions(service.name)[-1])
        for cls in (getattr(api, name) for name in dir(api) if name[0].isupper()):
            for member in (cls._members[name] for name in cls.field_names):
                if hasattr(member, "_codec"):
                    found.setdefault(type(member._codec), member._codec)
    return list(found.values())


TARGETS: dict[str, Callable[[bytes], None]] = {
    one.__name__: one for one in (envelopes, metadata_files, codecs, moments, webhooks, events)
}
FOLDER = tempfile.TemporaryDirectory()
NOWHERE = open("/dev/null", "w", encoding="utf-8", errors="replace")  # noqa: SIM115 - open as long as the program runs
CODECS: list[types.Codec] = []


def main(arguments: list[str]) -> None:
    """Fuzz one target for some time."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--seconds", type=int, default=60, help="how long; default 60")
    options = parser.parse_args(arguments)
    warnings.simplefilter("ignore")
    if options.target == "codecs":
        CODECS.extend(_codecs())
    kept = ROOT / ".fuzz" / options.target
    kept.mkdir(parents=True, exist_ok=True)
    if options.target == "envelopes":
        for path in CORPUS.iterdir():
            for number in range(len(SERVICES)):
                (kept / f"{number}-{path.name}").write_bytes(bytes([number, 0]) + path.read_bytes())
    flags = [f"-max_total_time={options.seconds}", "-max_len=2000", "-timeout=20", "-print_final_stats=1"]
    flags.append(f"-artifact_prefix={ROOT / '.fuzz'}/")
    atheris.Setup([sys.argv[0], str(kept), *flags], TARGETS[options.target])
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
