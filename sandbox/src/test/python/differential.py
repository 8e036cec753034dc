"""A program beside itself: run by `python3 -u main.py` in an empty folder, and in a sandbox.

What differs by nature is made the same before the two are compared: addresses, the folder's path,
process and thread ids.

    python3 differential.py [file.jsonl]    prints each difference; the file has a program a line, as {"name", "code"}
"""
from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from typing import Any, Dict, List, NamedTuple

import support
from millrace_sandbox.client import Slot

CASES = os.path.join(support.HERE, "program_cases.json")
PREIMPORT = support.STANDARD_LIBRARY
_SECONDS = 20
_SAME = [(re.compile(rb"0x[0-9a-f]{6,16}"), b"0xADDRESS"), (re.compile(rb"\b1[34]\d{13}\b"), b"IDENT"),
         (re.compile(rb"/scratch/work\b"), b"FOLDER"), (re.compile(rb"/tmp/differential-\w+"), b"FOLDER")]


class Behaviour(NamedTuple):
    status: int  # as subprocess has it: below 0 is a signal
    stdout: str
    stderr: str


def load() -> List[Dict[str, Any]]:
    """Each has a name and a program."""
    with open(CASES, encoding="utf-8") as file:
        return json.load(file)


def by_python(code: str) -> Behaviour:
    with tempfile.TemporaryDirectory(prefix="differential-") as folder:
        with open(os.path.join(folder, "main.py"), "w", encoding="utf-8", newline="") as file:
            file.write(code)
        environment = {"PATH": "/usr/bin:/bin", "HOME": folder, "TMPDIR": "/tmp", "LANG": "C.UTF-8", "TZ": "UTC"}
        done = subprocess.run([support.PYTHON, "-u", "main.py"], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=_SECONDS)
    return Behaviour(done.returncode, _same(done.stdout), _same(done.stderr))


def by_sandbox(slot: Slot, code: str) -> Behaviour:
    outcome = slot.run(code, _SECONDS * 1000)
    signal = outcome.header["signal"]
    return Behaviour(-signal if signal else outcome.header["exit_code"], _same(outcome.stdout), _same(outcome.stderr))


def _same(output: bytes) -> str:
    for pattern, word in _SAME:
        output = pattern.sub(word, output)
    return output.decode("utf-8", "replace")


def main(path: str) -> int:
    different = 0
    with open(path, encoding="utf-8") as file, Slot(python=support.PYTHON, preimport=PREIMPORT) as slot:
        for case in map(json.loads, file):
            python, ours = by_python(case["code"]), by_sandbox(slot, case["code"])
            if python != ours:
                different += 1
                print("%s\n  python  %r\n  sandbox %r" % (case["name"], python, ours))
    print("%d differ" % different)
    return int(different > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
