"""The escape suite against a running service: `escape_http.py URL KEY [--tier root|userns|fallback] [--only WORDS]`

Posts every case as a job and judges the replies as the tests judge a slot's. Exit code 0
where all are as expected. Without --tier it asks the service which tiers its workers have.
"""
from __future__ import annotations

import argparse
import json
import sys
import time
import urllib.error
import urllib.request
from typing import Any, Dict, Set, Tuple

import escape

_ROUTE = "/v1/code/execute/python"
_QUEUE = "/v1/queue"
_TRIES_WHEN_BUSY = 20


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("url")
    options.add_argument("key")
    options.add_argument("--tier", choices=escape.ALL_TIERS, help="of the workers, where the service is not to be asked")
    options.add_argument("--only", default="", help="cases whose name has these words")
    given = options.parse_args()
    try:
        tiers = {given.tier} if given.tier else tiers_of(given.url, given.key)
    except (OSError, ValueError) as e:
        print("The service at %s does not say which tiers its workers have: %s" % (given.url, e), file=sys.stderr)
        return 1
    # A job goes to any worker: where their tiers differ, what all of them promise.
    # Those of wide jobs are judged by the helper's frames.
    cases = [c for c in escape.load() if tiers <= set(c.tiers) and given.only in c.name and c.wide is None]
    print("The workers' tier is %s: %d cases" % (" and ".join(sorted(tiers)), len(cases)), flush=True)
    failed = 0
    for case in cases:
        try:
            wrong = escape.judge(case, run(given.url, given.key, case))
        except (OSError, ValueError) as e:
            wrong = ["no reply: %s" % e]
        failed += bool(wrong)
        print("%-4s %s" % ("FAIL" if wrong else "ok", case.name), *wrong, sep="\n     " if wrong else "", flush=True)
    print("%d passed, %d failed" % (len(cases) - failed, failed))
    return 1 if failed else 0


def tiers_of(url: str, key: str) -> Set[str]:
    request = urllib.request.Request(url.rstrip("/") + _QUEUE, headers={"x-api-key": key})
    with urllib.request.urlopen(request, timeout=60) as response:
        tiers = set(json.load(response)["tiers"])
    if not tiers:
        raise ValueError("no worker is there")
    return tiers


def run(url: str, key: str, case: escape.Case) -> escape.Reply:
    if case.before is not None:
        post(url, key, case.before, 2)
    started = time.monotonic()
    status, body = post(url, key, case.code, case.timeout)
    return reply_of(status, body, time.monotonic() - started)


def post(url: str, key: str, code: str, timeout: int) -> Tuple[int, Dict[str, Any]]:
    data = json.dumps({"code": code, "timeout": timeout}).encode()
    headers = {"x-api-key": key, "Content-Type": "application/json"}
    request = urllib.request.Request(url.rstrip("/") + _ROUTE, data, headers)
    for _ in range(_TRIES_WHEN_BUSY):
        try:
            with urllib.request.urlopen(request, timeout=timeout + 60) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as e:
            body = json.load(e)
            if e.code not in (429, 503):
                return e.code, body
            time.sleep(min(float(e.headers.get("Retry-After", "1")), 5))
    raise OSError("the service stayed busy")


def reply_of(status: int, body: Dict[str, Any], seconds: float) -> escape.Reply:
    """200 has its parts in `response`, everything else at the top."""
    parts = body.get("response") or body
    verdict = "ok" if status == 200 else body.get("reason", "status %d" % status)
    return escape.Reply(verdict, parts.get("stdout") or "", parts.get("stderr") or "", body.get("error") or "",
                        parts.get("result"), bool(parts.get("truncated")), seconds)


if __name__ == "__main__":
    sys.exit(main())
