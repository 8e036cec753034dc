"""Mixed jobs, one after the other: descriptors, memory, processes, cgroups and mounts must stay flat.

    python3 soak.py [jobs, 20000] [tier, auto]
"""
from __future__ import annotations

import glob
import os
import random
import sys
import time
from typing import Dict

import support
from millrace_sandbox.client import Slot

JOBS = [  # (code, timeout in ms, verdict, weight)
    ("print('hi')", 5000, "ok", 40),
    ("import json, re, random\nreturn {'a': [1, {2}]}", 5000, "ok", 20),
    ("raise ValueError('x' * 1000)", 5000, "exception", 10),
    ("import sys; sys.exit(3)", 5000, "exit", 5),
    ("import os; os.abort()", 5000, "signal", 5),
    ("print('x' * 3_000_000)", 5000, "ok", 4),
    ("while True: pass", 50, "timeout", 4),
    ("x = bytearray(8 << 30)", 5000, "memory_limit", 4),
    ("open('a', 'w').write('x' * 1000)\nopen('/tmp/b', 'w').write('x')", 5000, None, 4),
    ("import os\nfor _ in range(5):\n    if os.fork() == 0:\n        os.setsid()\n        while True: pass", 5000, None, 2),
    ("import os\nos.closerange(3, 1000)\nprint('x')", 5000, None, 2),
]
SETTLE_SECONDS = 1.0


def measure(slot: Slot) -> Dict[str, int]:
    time.sleep(SETTLE_SECONDS)
    family = support.descendants(slot.process.pid) | {slot.process.pid}
    lasting = sorted(pid for pid in family if _rss_kb(pid))
    mounts = {_count_lines("/proc/%d/mountinfo" % pid) for pid in lasting}
    return {
        "processes": len(family),
        "descriptors": sum(len(os.listdir("/proc/%d/fd" % pid)) for pid in family),
        "rss_kb": sum(_rss_kb(pid) for pid in lasting),
        "mounts": max(mounts),
        "host_mounts": _count_lines("/proc/self/mountinfo"),
        "cgroups": len(glob.glob("/sys/fs/cgroup/**/millrace-*", recursive=True)),
    }


def _rss_kb(pid: int) -> int:
    try:
        with open("/proc/%d/status" % pid) as f:
            return next((int(line.split()[1]) for line in f if line.startswith("VmRSS")), 0)
    except OSError:
        return 0


def _count_lines(path: str) -> int:
    try:
        with open(path) as f:
            return sum(1 for _ in f)
    except OSError:
        return 0


def main() -> int:
    jobs = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    tier = sys.argv[2] if len(sys.argv) > 2 else "auto"
    launcher = support.tiers().get(tier, [])
    chosen = random.Random(1)
    wrong = 0
    with Slot(launcher, support.PYTHON, tier=tier, require="fallback") as slot:
        kinds = [j for j in JOBS if slot.hello["tier"] != "fallback" or "fork" not in j[0]]
        before: Dict[str, int] = {}
        started = time.monotonic()
        for done in range(jobs + 1):
            if done in (jobs // 10, jobs):
                now = measure(slot)
                print("after %6d jobs: %s" % (done, now), flush=True)
                before = before or now
            code, timeout_ms, verdict, _ = chosen.choices(kinds, [j[3] for j in kinds])[0]
            outcome = slot.run(code, timeout_ms)
            if verdict not in (None, outcome.verdict):
                wrong += 1
                print("wrong: %s for %r" % (outcome.header, code))
        print("%.0f jobs/s" % (jobs / (time.monotonic() - started)))
    grown = [name for name, value in now.items() if value > before[name] * 1.2 + 2]
    left = glob.glob("/sys/fs/cgroup/**/millrace-%d" % slot.process.pid, recursive=True)
    print("%d passed, %d failed%s" % (jobs - wrong, wrong + len(grown), ", grown: %s" % grown if grown else ""))
    return 1 if wrong or grown or left else 0


if __name__ == "__main__":
    sys.exit(main())
