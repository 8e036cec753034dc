"""How fast a sandbox is beside a bare `python3 -c`: paired, interleaved, in one run; medians and their ratios.

    python3 bench.py [rounds] [seconds of the saturated runs]

One job at a time leaves the pool time to refill, as a slot with slack has; the saturated
part keeps 4 slots busy, against 4 loops that spawn `python3 -c`. Reads the ratios, not the
milliseconds: both sides share the machine with whatever else runs on it.
"""
from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import threading
import time
from typing import Callable, Dict, List, Tuple

import support
from millrace_sandbox.client import Slot

PYTHON = support.PYTHON
HELLO = "print('hi')"
IMPORTS = "import json, re, math, random, datetime, collections\nprint('hi')"
NUMPY = "import numpy\nprint('hi')"
SLOTS = 4
# (name, code, at most this much of bare python3)
PAIRS = [("sandbox alone", HELLO, 0.1), ("six imports", IMPORTS, 0.1), ("numpy", NUMPY, 0.05)]


def spawn(code: str) -> None:
    done = subprocess.run([PYTHON, "-c", code], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    assert done.stdout == b"hi\n", done


def run(slot: Slot, code: str) -> None:
    outcome = slot.run(code)
    assert outcome.stdout == b"hi\n", outcome


def paired(rounds: int) -> None:
    print("%-16s %10s %12s %8s %8s" % ("one at a time", "python3", "sandbox", "ratio", "goal"))
    with Slot(python=PYTHON) as slot:
        for name, code, goal in PAIRS:
            if name == "numpy" and "numpy" not in slot.hello["preimported"]:
                continue
            bare: List[float] = []
            ours: List[float] = []
            for _ in range(rounds):
                bare.append(timed(lambda: spawn(code)))
                time.sleep(0.03)
                ours.append(timed(lambda: run(slot, code)))
                time.sleep(0.03)
            a, b = statistics.median(bare), statistics.median(ours)
            print("%-16s %7.2f ms %9.2f ms %8.3f %8s" % (name, a * 1e3, b * 1e3, b / a, "<= %g" % goal))


def timed(call: Callable[[], None]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def saturated(seconds: float) -> None:
    """Alternates short runs of both, so that the neighbours' load falls on both alike."""
    slots = [Slot(python=PYTHON, slot=i) for i in range(SLOTS)]
    counts: Dict[str, List[float]] = {"spawn": [], "sandbox": []}
    for _ in range(3):
        counts["spawn"].append(rate(seconds, [lambda: spawn(HELLO)] * SLOTS))
        counts["sandbox"].append(rate(seconds, [lambda s=s: run(s, HELLO) for s in slots]))
    for slot in slots:
        slot.close()
    bare, ours = statistics.median(counts["spawn"]), statistics.median(counts["sandbox"])
    print("saturated, %d at once: python3 %.0f/s, sandbox %.0f/s, ratio %.2f, goal >= 2" % (SLOTS, bare, ours, ours / bare))


def rate(seconds: float, calls: List[Callable[[], None]]) -> float:
    until = time.monotonic() + seconds
    done = [0] * len(calls)

    def work(index: int) -> None:
        while time.monotonic() < until:
            calls[index]()
            done[index] += 1

    threads = [threading.Thread(target=work, args=(i,)) for i in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / seconds


def cpu_per_job(jobs: int = 100) -> None:
    """User and system time of a slot's whole process tree, without its start."""
    for name, settings in (("prewarmed", {}), ("forked on demand", {"prewarm": 0}),
                           ("prewarmed, no numpy", {"preimport": support.STANDARD_LIBRARY})):
        used: List[Tuple[int, float]] = []
        for count in (0, jobs):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            with Slot(python=PYTHON, **settings) as slot:
                for _ in range(count):
                    run(slot, HELLO)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            used.append((count, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime))
        print("cpu a job, %-20s %.1f ms" % (name, (used[1][1] - used[0][1]) / jobs * 1e3))


if __name__ == "__main__":
    paired(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
    cpu_per_job()
    saturated(float(sys.argv[2]) if len(sys.argv) > 2 else 2.0)
