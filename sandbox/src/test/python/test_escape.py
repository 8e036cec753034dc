"""Every case of the escape suite in every tier this machine offers, one slot a tier, one job after the other."""
from __future__ import annotations

import json
import time
import unittest
from typing import Any, Dict, List, Optional

import escape
import support
from millrace_sandbox import frames
from millrace_sandbox.client import Outcome, Slot


class EscapeTest(unittest.TestCase):
    def test_every_case_in_every_tier(self) -> None:
        for tier, launcher in support.tiers().items():
            with Slot(launcher, support.PYTHON, tier=tier, require="fallback") as slot:
                self.assertTrue(slot.hello["ready"], slot.hello)
                cases = [case for case in escape.load() if tier in case.tiers]
                failed = 0
                for case in cases:
                    with self.subTest(tier=tier, case=case.name):
                        wrong = escape.judge(case, run(slot, case))
                        failed += bool(wrong)
                        self.assertFalse(wrong, "\n".join(wrong))
                print("escape suite, tier %s: %d cases, %d failed" % (tier, len(cases), failed))


def run(slot: Slot, case: escape.Case, network: Optional[Dict[str, Any]] = None) -> escape.Reply:
    if case.before is not None:
        slot.run(case.before, 2000, network=network)
    started = time.monotonic()
    files: Dict[str, bytes] = {}
    outcome = slot.run(case.code, case.timeout * 1000, network=network) if case.wide is None else run_wide(slot, case, files, network)
    seconds = time.monotonic() - started
    header = outcome.header
    return escape.Reply(outcome.verdict, outcome.stdout.decode("utf-8", "replace"),
                        outcome.stderr.decode("utf-8", "replace"), header["error"] or "",
                        json.loads(outcome.result) if outcome.result else None,
                        header["stdout_truncated"] or header["stderr_truncated"], seconds, files)


def run_wide(slot: Slot, case: escape.Case, files: Dict[str, bytes], network: Optional[Dict[str, Any]]) -> Outcome:
    pieces: List[bytes] = []
    path = ""

    def on_frame(kind: bytes, payload: bytes) -> None:
        nonlocal path
        if kind == frames.FILE:
            path = json.loads(payload)["path"]
            pieces.clear()
        elif kind == frames.DATA:
            pieces.append(payload)
        elif kind == frames.FILE_END and json.loads(payload)["whole"]:
            files[path] = b"".join(pieces)

    assert case.wide is not None
    return slot.run_wide(case.code, case.wide, b"", case.timeout * 1000, on_frame, network)


if __name__ == "__main__":
    unittest.main()
