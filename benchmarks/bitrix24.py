"""Reading 50,000 contacts of Bitrix24, side by side with fast_bitrix24.

python -m benchmarks.bitrix24 [ROUNDS]

Each read has a process of its own and a portal with a fresh bucket. Three portals: one without limits, one with the
documented ones (a bucket of 50 requests that drains 2 a second), and one that takes 200 ms for each request more, as a
portal on the network does. Both sides read the same fields; what they read is compared.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from workfront_orm.sandbox import Sandbox

from .measuring import Rounds, peer

PEER = "fast_bitrix24==1.8.14"
FIELDS = ["ID", "NAME", "LAST_NAME", "COMPANY_ID", "DATE_CREATE", "COMMENTS", "PHONE"]
PORTALS = {
    "without limits": {},
    "at the documented limits": {"rate_limit": True},
    "200 ms away": {"latency": 0.2},
}


def main() -> int:
    """Measure and print one line a portal; the status tells whether ours is at least as fast with the same rows in order."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    sides = {"ours": sys.executable, "theirs": peer(PEER)}
    good = True
    for name, options in PORTALS.items():
        found = Rounds()
        requests: dict[str, int] = {}
        for _ in range(rounds):
            read = {side: _read(side, python, options, requests) for side, python in sides.items()}
            found.ours.append(read["ours"][0])
            found.theirs.append(read["theirs"][0])
            good = good and read["ours"][1] == sorted(read["theirs"][1]) and read["ours"][2] == read["theirs"][2]
        row = found.row(name, ">= 1x fast_bitrix24", 1, "s", at_least=True)
        good = good and row.met
        sys.stdout.write(
            f"{name:<26} {row.ratio:5.2f}x ({row.spread[0]:.2f} to {row.spread[1]:.2f})  ours {row.ours:.2f} s in "
            f"{requests['ours']} requests, fast_bitrix24 {row.theirs:.2f} s in {requests['theirs']}\n"
        )
        sys.stdout.flush()
    sys.stdout.write("same rows; ours in order\n" if good else "NOT MET\n")
    return 0 if good else 1


def _read(
    side: str, python: str, options: dict[str, object], requests: dict[str, int]
) -> tuple[float, list[int], list[str]]:
    """Seconds, ids in the order of the answer, and a sample of the rows, from one process."""
    with Sandbox(service="bitrix24", data="large", **options) as sandbox:
        given = {"side": side, "webhook_url": sandbox.webhook_url, "fields": FIELDS}
        script = Path(__file__).with_name("bitrix24_side.py")
        command = [python, str(script)]
        done = subprocess.run(command, input=json.dumps(given), capture_output=True, text=True, check=True)
        requests[side] = len(sandbox.requests)
    told = json.loads(done.stdout)
    return told["seconds"], told["ids"], told["sample"]


if __name__ == "__main__":
    sys.exit(main())
