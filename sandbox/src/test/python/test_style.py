"""mypy --strict and flake8 over the package, where they are installed: CI installs both.

ruff is not in Debian; what it would say is flake8's here, by the settings in .flake8.
"""
from __future__ import annotations

import os
import shutil
import subprocess
import unittest

import support

_SANDBOX = os.path.normpath(os.path.join(support.HERE, "..", "..", ".."))


class StyleTest(unittest.TestCase):
    @unittest.skipUnless(shutil.which("mypy"), "mypy is not installed")
    def test_types_are_as_strict_as_mypy_can_be(self) -> None:
        self._finds_nothing("mypy", "--config-file", "pyproject.toml", "--cache-dir", os.devnull,
                            os.path.join(support.MAIN, "millrace_sandbox"))

    @unittest.skipUnless(shutil.which("flake8"), "flake8 is not installed")
    def test_nothing_is_unused_undefined_or_too_long(self) -> None:
        self._finds_nothing("flake8", "src")

    def _finds_nothing(self, *command: str) -> None:
        done = subprocess.run(command, cwd=_SANDBOX, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.assertEqual(0, done.returncode, done.stdout)


if __name__ == "__main__":
    unittest.main()
