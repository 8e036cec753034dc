"""The escape suite: cases as data (escape_cases.json for what is promised, attack_cases.json for each kind of program
that once got something out or stopped a neighbour, given_cases.json for those programs themselves, whose numbers of
system calls are x86_64's, wide_cases.json for jobs whose files come back), and how a reply to one is judged.

A case is a program that tries something; most print ESCAPED where they succeed. The same
cases run against a slot (test_escape.py) and over HTTP (escape_http.py).
"""
from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Any, Dict, List, Optional

_HERE = os.path.dirname(os.path.abspath(__file__))
_FILES = ("escape_cases.json", "attack_cases.json", "given_cases.json", "wide_cases.json")
ALL_TIERS = ("root", "userns", "fallback")
DEFAULT_TIMEOUT = 5


@dataclass
class Reply:
    """What a slot's result and an HTTP reply have in common."""

    verdict: str
    stdout: str
    stderr: str
    error: str
    result: Any
    truncated: bool
    seconds: float
    files: Optional[Dict[str, bytes]] = None  # what came back of a wide job, whole


@dataclass
class Case:
    name: str
    tiers: List[str]
    timeout: int
    before: Optional[str]  # a job that runs first
    code: str
    expect: Dict[str, Any]
    wide: Optional[Dict[str, Any]] = None  # makes it a wide job, as the frame JOB has it


def load() -> List[Case]:
    return [case for name in _FILES for case in _load(os.path.join(_HERE, name))]


def _load(path: str) -> List[Case]:
    with open(path) as f:
        data = json.load(f)
    cases = []
    for entry in data["cases"]:
        lines = (data["prelude"] if entry.get("prelude") else []) + entry["code"]
        before = "\n".join(entry["before"]) if "before" in entry else None
        cases.append(Case(entry["name"], entry.get("tiers", list(ALL_TIERS)), entry.get("timeout", DEFAULT_TIMEOUT),
                          before, "\n".join(lines), entry["expect"], entry.get("wide")))
    return cases


def judge(case: Case, reply: Reply) -> List[str]:
    """What is wrong with it; empty where it is as expected."""
    expect, wrong = case.expect, []
    verdicts = expect["verdict"] if isinstance(expect["verdict"], list) else [expect["verdict"]]
    if reply.verdict not in verdicts:
        wrong.append("ended as %s, not %s" % (reply.verdict, " or ".join(verdicts)))
    for part, text in (("stdout", reply.stdout), ("stderr", reply.stderr), ("error", reply.error)):
        wrong += ["%s lacks %r" % (part, s) for s in expect.get(part + "_has", []) if s not in text]
        wrong += ["%s has %r" % (part, s) for s in expect.get(part + "_lacks", []) if s in text]
    if "result" in expect and reply.result != expect["result"]:
        wrong.append("result is %r" % (reply.result,))
    if "files" in expect and sorted(reply.files or ()) != sorted(expect["files"]):
        wrong.append("files are %.600r" % (sorted(reply.files or ()),))
    wrong += ["a file has %r" % s for s in expect.get("files_lack", []) if any(s.encode() in data for data in (reply.files or {}).values())]
    if "truncated" in expect and reply.truncated != expect["truncated"]:
        wrong.append("truncated is %s" % reply.truncated)
    if reply.seconds > expect.get("max_seconds", case.timeout + 5):
        wrong.append("took %.1f s" % reply.seconds)
    if wrong:
        wrong.append("stdout %.600r stderr %.600r error %.200r" % (reply.stdout, reply.stderr, reply.error))
    return wrong
