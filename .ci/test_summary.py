"""Sums up what Surefire reported since a moment: python3 test_summary.py ROOT MARKER-FILE."""

import pathlib
import sys
import xml.etree.ElementTree as ElementTree

COUNTS = {"tests": "Tests run", "failures": "Failures", "errors": "Errors", "skipped": "Skipped"}


def main(root, marker):
    since = marker.stat().st_mtime
    reports = [
        ElementTree.parse(file).getroot()
        for modules in ("*", "tests/*")
        for file in sorted(root.glob(f"{modules}/target/surefire-reports/TEST-*.xml"))
        if file.stat().st_mtime >= since
    ]
    total = {name: sum(int(report.get(name, 0)) for report in reports) for name in COUNTS}
    print()
    tell(reports, "skipped", "Skipped, which is not passed:")
    tell(reports, "flakyFailure", "Passed only when run again:")
    tell(reports, "flakyError", "Passed only when run again, after an error:")
    tell(reports, "failure", "Failed:")
    tell(reports, "error", "Ended in an error:")
    print(", ".join(f"{COUNTS[name]}: {total[name]}" for name in COUNTS))
    return 0 if total["tests"] and not total["failures"] and not total["errors"] else 1


def tell(reports, kind, heading):
    cases = [case for report in reports for case in report.iter("testcase")]
    found = [(case, case.find(kind)) for case in cases if case.find(kind) is not None]
    if found:
        print(heading)
    for case, outcome in found:
        why = (outcome.get("message") or "").strip().splitlines()
        print(f"  {case.get('classname')}.{case.get('name')}" + (f": {why[0]}" if why else ""))


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])))
