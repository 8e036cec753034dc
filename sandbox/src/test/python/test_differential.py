"""Programs of program_cases.json behave in a sandbox as under `python3 -u main.py` in an empty folder.

Neighbours in that file are of a kind, so that every second one has all kinds; MILLRACE_TEST_PROGRAMS=all runs the others too.
"""
from __future__ import annotations

import os
import unittest

import differential
import support
from millrace_sandbox.client import Slot

_STEP = 1 if os.environ.get("MILLRACE_TEST_PROGRAMS") == "all" else 2
_NEEDS = {"exception_group": (3, 11), "notes": (3, 11)}


class DifferentialTest(unittest.TestCase):
    def test_programs_behave_as_they_do_anywhere(self) -> None:
        tier, launcher = next(iter(support.tiers().items()))
        version = support.version(support.PYTHON)
        with Slot(launcher, support.PYTHON, tier=tier, preimport=differential.PREIMPORT) as slot:
            self.assertTrue(slot.hello["ready"], slot.hello)
            for case in differential.load()[::_STEP]:
                if version < _NEEDS.get(case["name"], (3, 9)):
                    continue
                with self.subTest(case["name"]):
                    self.assertEqual(differential.by_python(case["code"]), differential.by_sandbox(slot, case["code"]))


if __name__ == "__main__":
    unittest.main()
