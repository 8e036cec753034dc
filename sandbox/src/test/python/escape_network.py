"""The escape suite once more, in sandboxes that may use a network: each case, in each tier that has one.

    python3 escape_network.py

Some minutes, so run by hand; test_network.py has the cases that are about the network itself.
"""
from __future__ import annotations

import socket
import sys

import escape
import support
from millrace_sandbox.client import Slot
from test_escape import run
from test_network import STRONG, Proxy

# These take any socket, and the proxy's address in the environment, for an escape; network_cases.json says what is promised here.
WITHOUT_NETWORK = frozenset(("the filter is there before any of the job runs", "no socket of any family", "the environment is minimal"))


def _refuse(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


def main() -> int:
    proxy = Proxy(_refuse)
    failed = 0
    for tier, launcher in STRONG.items():
        with Slot(launcher, support.PYTHON, tier=tier) as slot:
            cases = [case for case in escape.load() if tier in case.tiers and case.name not in WITHOUT_NETWORK]
            for case in cases:
                wrong = escape.judge(case, run(slot, case, proxy.access()))
                failed += bool(wrong)
                if wrong:
                    print("tier %s, %s:\n%s" % (tier, case.name, "\n".join(wrong)))
            print("escape suite with a network, tier %s: %d cases" % (tier, len(cases)))
    print("%d failed; %d connections came to the proxy" % (failed, len(proxy.heads)))
    proxy.close()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
