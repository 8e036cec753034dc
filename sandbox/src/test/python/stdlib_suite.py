"""CPython's own tests of what programs use most, in a sandbox: which fail there and not for an ordinary user outside.

    python3 stdlib_suite.py [module ...]    needs libpython3.11-testsuite, or an interpreter with the package test

Run by hand: it takes many minutes. Each difference is mended, or has its reason in docs/programs.md.
"""
from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from typing import Set

import support
from millrace_sandbox.client import Slot

MODULES = ["test_json", "test_os", "test_io", "test_tempfile", "test_signal", "test_threading", "test_subprocess",
           "test_multiprocessing_fork", "test_multiprocessing_spawn", "test_asyncio", "test_sqlite3"]
_SECONDS = 900
# Each failure by its test's name, as JSON in the last line. A child by spawn loads the program again and must not test in its turn.
_PROGRAM = """
import json, sys, unittest
if __name__ == "__main__":
    loader = unittest.TestLoader()
    suite = loader.loadTestsFromName("test.%s")
    result = unittest.TextTestRunner(verbosity=0, stream=sys.stdout).run(suite)
    print()
    print(json.dumps([result.testsRun, sorted({t.id() for t, _ in result.failures + result.errors})]))
"""


def by_user(module: str) -> Set[str]:
    launcher = support.AN_ORDINARY_USER if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        done = subprocess.run([*launcher, support.PYTHON, "-u", "-c", _PROGRAM % module], cwd=folder, text=True,
                              env={"PATH": os.environ["PATH"], "HOME": folder, "LANG": "C.UTF-8"},
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=_SECONDS)
    return _failures(done.stdout)


def by_sandbox(slot: Slot, module: str) -> Set[str]:
    outcome = slot.run(_PROGRAM % module, _SECONDS * 1000)
    if outcome.verdict != "ok":
        print("%s: %s: %s" % (module, outcome.verdict, outcome.header["error"]))
    return _failures(outcome.stdout.decode("utf-8", "replace"))


def _failures(output: str) -> Set[str]:
    try:
        return set(json.loads(output.rstrip().rpartition("\n")[2])[1])
    except ValueError:
        return {"it did not get to its end"}


def main() -> int:
    found = 0
    with Slot(python=support.PYTHON, output_limit=16 << 20) as slot:
        for module in sys.argv[1:] or MODULES:
            new = sorted(by_sandbox(slot, module) - by_user(module))
            print("%s: %d" % (module, len(new)), *new, sep="\n  ", flush=True)
            found += len(new)
    return int(found > 0)


if __name__ == "__main__":
    sys.exit(main())
