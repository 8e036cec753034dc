"""`prove`: which tier this machine gives, shown by a job that tries what must be refused.

A tier that comes up and then lets one probe through is not taken. Below the required one:
exit 78, and the report says why.
"""
from __future__ import annotations

import argparse
import json
import os
import socket
import sys
import tempfile
from contextlib import contextmanager
from typing import Any, Dict, Iterator, List, Tuple

from . import font_list_job
from .client import Outcome, Slot, SlotLost
from .keeper import EXIT_NO_SANDBOX
from .settings import STRONG_TIERS, TIERS, Settings, SettingsError, parse

_TIMEOUT_MS, _REPORT_LIMIT = 20_000, 16 << 20


def main(arguments: List[str]) -> int:
    options = argparse.ArgumentParser(prog="prove")
    options.add_argument("--require", choices=("strong", "fallback"), default="strong")
    require = options.parse_args(arguments).require
    try:
        given = {} if sys.stdin.isatty() else parse(sys.stdin.buffer.read())._asdict()
    except SettingsError as e:
        sys.stderr.write("%s\n" % e)
        return 64
    report = prove(require, given)
    print(json.dumps(report, indent=1))
    return 0 if report["tier"] else EXIT_NO_SANDBOX


def prove(require: str, settings: Dict[str, Any]) -> Dict[str, Any]:
    report: Dict[str, Any] = {"tier": None, "required": require, "tried": {}, "checks": {}, "limits": {}}
    with _facts() as facts:
        for tier in STRONG_TIERS if require == "strong" else TIERS:
            if settings.get("tier", "auto") not in ("auto", tier):
                continue
            hello, checks, reason = _try(tier, settings, facts)
            report["tried"][tier] = reason or "ok"
            if not reason:
                report.update(hello, tier=tier, checks=checks)
                del report["ready"]
                break
    return report


@contextmanager
def _facts() -> Iterator[Dict[str, Any]]:
    """Things outside that no job may find: a readable file, a listening port, a process, a secret."""
    secret = os.urandom(16).hex()
    os.environ["MILLRACE_SELF_TEST"] = secret
    with tempfile.NamedTemporaryFile(prefix="millrace-canary-") as canary, socket.socket() as listener:
        os.fchmod(canary.fileno(), 0o644)
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        yield {"canary": canary.name, "port": listener.getsockname()[1], "prover": os.getpid(), "secret": secret}


def _try(tier: str, settings: Dict[str, Any], facts: Dict[str, Any]) -> Tuple[Dict[str, Any], Dict[str, bool], str]:
    """(what it says of itself, the checks, why it isn't taken)"""
    try:
        with Slot(**dict(settings, tier=tier, output_limit=_REPORT_LIMIT, result_limit=_REPORT_LIMIT)) as slot:
            if not slot.hello["ready"]:
                return slot.hello, {}, slot.hello["error"]
            facts = dict(facts, namespaces=tier in STRONG_TIERS, oom_score=slot.hello["oom_score"])
            outcome = slot.run(_job(facts), _TIMEOUT_MS)
            checks, reason = _judge(outcome)
            caches = Settings(**settings).caches
            if caches and not reason:
                font_list_job.run(slot, caches)
            return slot.hello, checks, reason
    except SlotLost as e:
        return {}, {}, str(e)


def _job(facts: Dict[str, Any]) -> str:
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "self_test.py")
    with open(path) as f:
        return f.read().replace("FACTS: Dict[str, Any]\n", "FACTS = %r\n" % facts)


def _judge(outcome: Outcome) -> Tuple[Dict[str, bool], str]:
    try:
        checks: Dict[str, bool] = json.loads(outcome.stdout)
    except ValueError:
        return {}, "the self-test did not run: %s" % outcome.header["error"]
    failed = sorted(name for name, passed in checks.items() if passed is not True)
    return checks, "failed: " + ", ".join(failed) if failed else ""
