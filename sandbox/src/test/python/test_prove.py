"""The proof runs with the settings given: what a slot is told, its proof was told."""
from __future__ import annotations

import json
import os
import subprocess
import unittest
from typing import Any, Dict, Sequence

import support
from millrace_sandbox import settings

_PACKAGE = os.path.join(support.MAIN, "millrace_sandbox")


def _prove(given: Dict[str, Any], launcher: Sequence[str] = ()) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*launcher, support.PYTHON, "-I", "-S", "-B", _PACKAGE, "prove", "--require", "fallback"],
                          input=json.dumps(given), capture_output=True, text=True, timeout=120)


class ProveTest(unittest.TestCase):
    def test_the_least_that_may_be_set_is_enough_for_every_promise(self) -> None:
        least = {name: field["minimum"] for name, field in settings._FIELDS.items() if "minimum" in field and "x-setting" in field}
        self.assertIn("memory_bytes", least)
        del least["uid_base"]  # of a user that is somebody here
        for tier, launcher in support.tiers().items():
            with self.subTest(tier=tier):
                report = json.loads(_prove(dict(least, tier=tier, preimport=[]), launcher).stdout)
                self.assertEqual(tier, report["tier"], report["tried"])

    def test_what_is_given_is_what_is_proved(self) -> None:
        report = json.loads(_prove({"preimport": ["no_such_module"]}).stdout)
        self.assertEqual(["no_such_module"], report["not_preimported"])

    def test_a_wrong_setting_is_named(self) -> None:
        proof = _prove({"memory_bytes": 32 << 20})
        self.assertEqual((64, "millrace.sandbox.memory must be 64MB or more, but is 32MB\n"), (proof.returncode, proof.stderr))


if __name__ == "__main__":
    unittest.main()
