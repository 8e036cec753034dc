"""A worker's first start has matplotlib's list of fonts made; programs find it, without a setting, and can't write it."""
from __future__ import annotations

import json
import os
import subprocess
import tempfile
import unittest
from typing import Any

import support
from millrace_sandbox import tiers
from millrace_sandbox.client import Slot

HAS_MATPLOTLIB = not subprocess.call([support.PYTHON, "-I", "-c", "import matplotlib"], stderr=subprocess.DEVNULL)
# What a job that makes the list would do: to look through the fonts that there are.
DRAW = """
import os, sys
assert "matplotlib" not in sys.modules
import matplotlib.font_manager as fonts
folder = os.environ["MPLCONFIGDIR"]
(name,) = os.listdir(folder)
path = os.path.join(folder, name)
try:
    open(path, "a")
    print("written")
except OSError as e:
    print("read-only")
open(os.path.join(folder, "own"), "w").close()
return [os.path.islink(path), fonts.json_load(path).ttflist == fonts.fontManager.ttflist, os.listdir()]
"""

DRAW_PREIMPORTED = """
import io, os, sys
there = "matplotlib.pyplot" in sys.modules
import matplotlib.pyplot as plt
plt.plot([1, 2], [2, 1])
plt.savefig(io.BytesIO())
folder = os.environ.get("MPLCONFIGDIR", ".")
found = [name for name in os.listdir(folder) if not name.startswith("fontlist-")]
open(os.path.join(folder, "own"), "w").close()
return [there, found]
"""


@unittest.skipUnless(HAS_MATPLOTLIB, "matplotlib is not installed")
class FontListTest(unittest.TestCase):
    def test_the_first_start_has_it_made_and_jobs_find_it(self) -> None:
        with tempfile.TemporaryDirectory(dir="/var/tmp") as home:
            os.chmod(home, 0o755)
            self.assertEqual([], os.listdir(home))
            report = tiers.prove("fallback", {"caches": ["/proc/none", home], "preimport": []})
            self.assertNotEqual(None, report["tier"])
            (folder,) = os.listdir(home)
            made = os.stat(os.path.join(home, folder, *os.listdir(os.path.join(home, folder)))).st_mtime_ns
            tiers.prove("fallback", {"caches": ["/proc/none", home], "preimport": []})
            self.assertEqual([folder], os.listdir(home))
            for tier, launcher in support.tiers().items():
                with self.subTest(tier), self._slot(tier, launcher, home) as slot:
                    outcome = slot.run(DRAW)
                    self.assertEqual(("ok", b"read-only\n", b""), (outcome.verdict, outcome.stdout, outcome.stderr))
                    self.assertEqual([True, True, ["main.py"]], json.loads(outcome.result))
            again = os.stat(os.path.join(home, folder, *os.listdir(os.path.join(home, folder)))).st_mtime_ns
            self.assertEqual(made, again)

    def test_without_a_list_nothing_is_there_and_the_proof_goes_on(self) -> None:
        report = tiers.prove("fallback", {"caches": ["/proc/none"], "preimport": []})
        self.assertNotEqual(None, report["tier"])
        with Slot(python=support.PYTHON, caches=["/proc/none"], preimport=[]) as slot:
            self.assertEqual(b"False\n", slot.run("import os\nprint('MPLCONFIGDIR' in os.environ)").stdout)

    def test_what_draws_can_be_imported_before_a_job_comes_and_jobs_share_nothing_of_it(self) -> None:
        with tempfile.TemporaryDirectory(dir="/var/tmp") as home:
            os.chmod(home, 0o755)
            tiers.prove("fallback", {"caches": [home], "preimport": []})
            for tier, launcher in support.tiers().items():
                with self.subTest(tier), Slot(launcher, support.PYTHON, tier=tier, caches=[home],
                                              preimport=["auto", "matplotlib.pyplot"]) as slot:
                    self.assertLessEqual({"json", "matplotlib.pyplot"}, set(slot.hello["preimported"]))
                    for _ in range(2):
                        outcome = slot.run(DRAW_PREIMPORTED)
                        self.assertEqual(("ok", b"", b""), (outcome.verdict, outcome.stdout, outcome.stderr))
                        self.assertEqual([True, []], json.loads(outcome.result))

    def test_without_a_list_too(self) -> None:
        for tier, launcher in support.tiers().items():
            with self.subTest(tier), Slot(launcher, support.PYTHON, tier=tier, caches=["/proc/none"],
                                          preimport=["matplotlib.pyplot"]) as slot:
                outcome = slot.run(DRAW_PREIMPORTED)
                self.assertEqual(("ok", b"", b""), (outcome.verdict, outcome.stdout, outcome.stderr))
                self.assertEqual([True, ["main.py"]], json.loads(outcome.result))

    @staticmethod
    def _slot(tier: str, launcher: Any, home: str) -> Slot:
        return Slot(launcher, support.PYTHON, tier=tier, caches=[home], preimport=support.STANDARD_LIBRARY)


if __name__ == "__main__":
    unittest.main()
