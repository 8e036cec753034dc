"""Runs one module of tests and says of each test, on a line of JSON, how it ended: python3 report.py MODULE.

What the tests print themselves goes to stderr.
"""
from __future__ import annotations

import json
import os
import sys
import unittest
from typing import Dict, List, TextIO


class Report(unittest.TestResult):
    def __init__(self, out: TextIO) -> None:
        super().__init__()
        self.out = out
        self.flaws: Dict[str, List[str]] = {}
        self.reasons: Dict[str, str] = {}

    def startTest(self, test: unittest.TestCase) -> None:
        super().startTest(test)
        self.flaws[test.id()] = []

    def stopTest(self, test: unittest.TestCase) -> None:
        super().stopTest(test)
        name = test.id()
        self.tell(name, "\n".join(self.flaws[name]), self.reasons.get(name))

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:
        super().addSkip(test, reason)
        self.reasons[test.id()] = reason

    def addSubTest(self, test, subtest, err) -> None:  # type: ignore[no-untyped-def]
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.flaws[test.id()].append("%s\n%s" % (subtest.id(), self._exc_info_to_string(err, test)))

    def addFailure(self, test, err) -> None:  # type: ignore[no-untyped-def]
        super().addFailure(test, err)
        self._add(test, self.failures[-1][1])

    def addError(self, test, err) -> None:  # type: ignore[no-untyped-def]
        super().addError(test, err)
        self._add(test, self.errors[-1][1])

    def _add(self, test: unittest.TestCase, flaw: str) -> None:
        if test.id() in self.flaws:
            self.flaws[test.id()].append(flaw)
        else:
            self.tell(test.id(), flaw)  # of a class or module that could not be set up

    def tell(self, name: str, flaw: str, skipped: object = None) -> None:
        said = json.dumps({"name": name.partition(".")[2] or name, "flaw": flaw, "skipped": skipped})
        print(said, file=self.out, flush=True)


def main(module: str) -> int:
    report = Report(os.fdopen(os.dup(1), "w"))
    os.dup2(2, 1)
    unittest.defaultTestLoader.loadTestsFromName(module).run(report)
    return 0 if report.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
