"""The suite's HTTP runner, against a server of a few lines that answers as the gateway does."""
from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import unittest
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, Dict

import escape
import support
from millrace_sandbox.client import Slot


class Gateway(BaseHTTPRequestHandler):
    slot: Slot
    tiers: Dict[str, int]

    def do_GET(self) -> None:
        assert self.path == "/v1/queue" and self.headers["x-api-key"] == "key"
        self.answer(200, {"tiers": self.tiers})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert self.path == "/v1/code/execute/python" and self.headers["x-api-key"] == "key"
        outcome = self.slot.run(body["code"], body["timeout"] * 1000)
        parts = {"stdout": outcome.stdout.decode(errors="replace"), "stderr": outcome.stderr.decode(errors="replace"),
                 "result": json.loads(outcome.result or b"null")}
        if outcome.verdict == "ok":
            status, reply = 200, {"response": parts}
        else:
            status, reply = 400, dict(parts, response=None, error=outcome.header["error"], reason=outcome.verdict)
        self.answer(status, reply)

    def answer(self, status: int, reply: Dict[str, Any]) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(reply).encode())

    def log_message(self, *args: object) -> None:
        pass


class EscapeHttpTest(unittest.TestCase):
    def test_it_passes_a_good_service_and_fails_a_bad_one(self) -> None:
        tier = next(iter(support.tiers()))
        with Slot(support.tiers()[tier], support.PYTHON, tier=tier) as Gateway.slot, HTTPServer(("127.0.0.1", 0), Gateway) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            url = "http://127.0.0.1:%d" % server.server_port
            Gateway.tiers = {tier: 2}
            good = suite(url, "--only", "dies of its own")
            self.assertEqual((0, "5 passed, 0 failed"), (good.returncode, good.stdout.splitlines()[-1]), good)
            self.assertIn("tier is %s: 5 cases" % tier, good.stdout)
            Gateway.tiers = {}
            nobody = suite(url)
            self.assertEqual((1, ""), (nobody.returncode, nobody.stdout), nobody)
            self.assertIn("no worker is there", nobody.stderr)
            Gateway.tiers = {each: 1 for each in escape.ALL_TIERS}
            mixed = suite(url, "--only", "sees no process but its own")
            self.assertIn("fallback and root and userns: 0 cases", mixed.stdout)
            server.shutdown()
        bad = suite(url, "--tier", tier, "--only", "abort")
        self.assertEqual((1, "0 passed, 1 failed"), (bad.returncode, bad.stdout.splitlines()[-1]), bad)


def suite(url: str, *options: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-B", os.path.join(support.HERE, "escape_http.py"), url, "key", *options]
    return subprocess.run(command, capture_output=True, text=True)


if __name__ == "__main__":
    unittest.main()
