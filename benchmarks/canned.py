"""A server with canned answers and a latency: it costs the same for every client.

python benchmarks/canned.py TOTAL LATENCY   prints its address when it is ready
"""

from __future__ import annotations

import asyncio
import bisect
import json
import socket
import sys
from pathlib import Path
from urllib.parse import parse_qs

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

sys.path.insert(0, str(Path(__file__).parent))
from side import rows


def application(names: dict, total: int, latency: float) -> Starlette:
    """Search by key, from either end, or by offset, and updates one by one or in bulk, over rows that never change."""
    data = rows(names, total)
    keys = [row["ID"] for row in data]
    pages: dict[tuple[int, int], bytes] = {}

    def page(first: int, size: int) -> bytes:
        if (first, size) not in pages:
            pages[first, size] = json.dumps({"data": data[first : first + size]}).encode()
        return pages[first, size]

    def last_page(end: int, size: int) -> bytes:
        if (end, -size) not in pages:
            pages[end, -size] = json.dumps({"data": data[max(0, end - size) : end][::-1]}).encode()
        return pages[end, -size]

    async def answer(request: Request) -> Response:
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        await asyncio.sleep(latency)
        if form.get("method") == "PUT":
            updates = json.loads(form["updates"]) if "updates" in form else [{"ID": request.url.path[-32:]}]
            return _json(json.dumps({"data": [{"ID": row["ID"], "objCode": "TASK"} for row in updates]}).encode())
        if request.url.path.endswith("/count"):
            return _json(b'{"data": {"count": %d}}' % total)
        size = int(form.get("$$LIMIT", "100"))
        if form.get("ID_Sort") == "desc":
            end = bisect.bisect_left(keys, form["ID"]) if form.get("ID_Mod") == "lt" else len(keys)
            return _json(last_page(end, size))
        first = int(form.get("$$FIRST", "0"))
        if form.get("ID_Mod") == "gt":
            first = bisect.bisect_right(keys, form["ID"])
        return _json(page(first, size))

    return Starlette(routes=[Route("/{path:path}", answer, methods=["POST"])])


def _json(body: bytes) -> Response:
    return Response(body, media_type="application/json;charset=UTF-8")


def main() -> None:
    """Serve until the standard input ends."""
    total, latency = int(sys.argv[1]), float(sys.argv[2])
    names = json.loads(sys.argv[3])
    listener = socket.create_server(("127.0.0.1", 0))
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    server = uvicorn.Server(uvicorn.Config(application(names, total, latency), log_level="error", access_log=False))

    async def run() -> None:
        serving = asyncio.create_task(server.serve([listener]))
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
        server.should_exit = True
        await serving

    asyncio.run(run())


if __name__ == "__main__":
    main()
