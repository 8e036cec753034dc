"""What a greedy program costs the jobs of the slot beside it, as a ratio of medians.

    python3 bench_neighbours.py [--tier root|userns|fallback] [--cgroups auto|off] [--jobs N] [--only WORDS]

One slot runs jobs that print a line, while another runs a program that wants everything,
over and over; then the same while it runs nothing. Both take turns, so that whatever else
the machine does meets both alike. A program that only computes is there for comparison:
no sandbox can make that cheaper than a core. Without cgroups it depends on where it is
started: in a cpu group of its own, as a container's processes are, or in none, where the
kernel may group by session.
"""
from __future__ import annotations

import argparse
import statistics
import threading
import time
from typing import List

import support
from bench import HELLO, PYTHON, run, timed
from millrace_sandbox.client import Slot

GREEDY = {
    "computes": "while True:\n    pass",
    "55 that spin": "import os\nfor _ in range(55):\n    if os.fork() == 0:\n        break\nwhile True:\n    pass",
    "55 in sessions": "import os\nfor _ in range(55):\n    if os.fork() == 0:\n        os.setsid()\n        break\n"
                      "while True:\n    pass",
    "55 that hash": "import hashlib, threading\nx = bytes(1 << 26)\ndef spin():\n    while True:\n        hashlib.sha256(x)\n"
                    "for _ in range(55):\n    threading.Thread(target=spin).start()",
    "fork bomb": "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass",
    "memory bomb": "held = []\nwhile True:\n    held.append(bytearray(1 << 20))",
    "output flood, 4 GB": "for _ in range(65536):\n    print('x' * 65535)",
    "2 million files": "for i in range(2_000_000):\n    open('/tmp/%d' % i, 'w').close()",
    "100,000 threads": "import threading, time\nfor _ in range(100_000):\n"
                       "    threading.Thread(target=time.sleep, args=(5,), daemon=True).start()",
}
TIMEOUT_MS = 2000
TURN = 20
GOAL = 2.0


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--tier", choices=support.tiers(), default="root")
    options.add_argument("--cgroups", choices=("auto", "off"), default="auto")
    options.add_argument("--jobs", type=int, default=60)
    options.add_argument("--only", default="", help="programs whose name has these words")
    given = options.parse_args()
    settings = {"python": PYTHON, "launcher": support.tiers()[given.tier], "tier": given.tier, "require": "fallback",
                "cgroups": given.cgroups}
    print("%-20s %9s %9s %7s %6s" % ("the neighbour", "quiet", "beside it", "ratio", "goal"))
    with Slot(**settings, slot=0) as calm, Slot(**settings, slot=1) as greedy:
        assert calm.hello["ready"], calm.hello
        for name, code in GREEDY.items():
            if given.only in name:
                measure(name, code, given.jobs, calm, greedy)


def measure(name: str, code: str, jobs: int, calm: Slot, greedy: Slot) -> None:
    quiet: List[float] = []
    beside: List[float] = []
    while len(beside) < jobs:
        quiet += latencies(calm)
        beside += beside_of(calm, greedy, code)
    a, b = statistics.median(quiet), statistics.median(beside)
    print("%-20s %6.2f ms %6.2f ms %7.2f %6s" % (name, a * 1e3, b * 1e3, b / a, "< %g" % GOAL), flush=True)


def latencies(slot: Slot) -> List[float]:
    measured: List[float] = []
    for _ in range(TURN):
        time.sleep(0.03)
        measured.append(timed(lambda: run(slot, HELLO)))
    return measured


def beside_of(calm: Slot, greedy: Slot, code: str) -> List[float]:
    """Latencies while the other slot starts the program again whenever it has ended."""
    enough = threading.Event()

    def over_and_over() -> None:
        while not enough.is_set():
            greedy.run(code, TIMEOUT_MS)

    runs = threading.Thread(target=over_and_over)
    runs.start()
    try:
        return latencies(calm)
    finally:
        enough.set()
        runs.join()


if __name__ == "__main__":
    main()
