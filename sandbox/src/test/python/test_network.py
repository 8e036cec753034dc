"""Jobs that may use a network: what they reach, what they leave, and what becomes of their connections."""
from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import tempfile
import threading
import time
import unittest
from typing import Any, Callable, Dict, List, Optional

import support
from millrace_sandbox import argument_rules, frames, relay, seccomp, syscalls
from millrace_sandbox.client import Slot, SlotLost
from slots import LIGHT, TierTest
from test_units import interpret

_HERE = os.path.dirname(os.path.abspath(__file__))
_SOON = 10.0
STRONG = {tier: launcher for tier, launcher in support.tiers().items() if tier != "fallback"}


class Proxy:
    """Stands for the worker's: notes what each connection says first, and does what it is told with it."""

    def __init__(self, behaviour: Optional[Callable[[socket.socket], None]] = None) -> None:
        self.folder = tempfile.mkdtemp(prefix="millrace-test-")
        os.chmod(self.folder, 0o711)
        self.path = self.folder + "/proxy"
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        os.chmod(self.path, 0o666)
        self.listener.listen(1024)
        self.behaviour = behaviour or _answer
        self.heads: List[bytes] = []
        self.open = self.most_open = 0
        self.lock = threading.Lock()
        threading.Thread(target=self._take, daemon=True).start()

    def access(self, token: str = "token", connections: int = 8, rate: int = 10_000) -> Dict[str, Any]:
        return {"proxy": self.path, "token": token, "connections": connections, "rate": rate}

    def close(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)  # wakes who waits in accept()
        self.listener.close()
        shutil.rmtree(self.folder)

    def _take(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with self.lock:
            self.open += 1
            self.most_open = max(self.most_open, self.open)
        try:
            with connection:
                head = b""
                while not head.endswith(b"\r\n\r\n"):
                    more = connection.recv(1)
                    if not more:
                        return
                    head += more
                self.heads.append(head)
                self.behaviour(connection)
        except OSError:
            pass
        finally:
            with self.lock:
                self.open -= 1


def _answer(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello")


def _pause(connection: socket.socket) -> None:
    connection.recv(1)


def wait_for(condition: Callable[[], bool], seconds: float = _SOON) -> None:
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise AssertionError("it did not come to pass within %g s" % seconds)
        time.sleep(0.005)


class NetworkTest(TierTest):
    """In each strong tier."""

    def setUp(self) -> None:
        self.proxy = Proxy()
        self.addCleanup(self.proxy.close)

    def test_clients_find_the_proxy_and_each_connection_begins_with_the_jobs_token(self) -> None:
        program = ("import os, urllib.request\n"
                   "assert os.environ['https_proxy'] == os.environ['HTTPS_PROXY'] == os.environ['HTTP_PROXY']\n"
                   "assert not any(name.lower() == 'no_proxy' for name in os.environ)\n"
                   "assert os.path.exists('/etc/ssl/certs/ca-certificates.crt') or not %r\n"
                   "return urllib.request.urlopen('http://api.example/x').read().decode()"
                   % os.path.exists("/etc/ssl/certs/ca-certificates.crt"))
        for token in ("one", "two"):
            outcome = self.slot.run(program, network=self.proxy.access(token))
            self.assertEqual((b'"hello"', None), (outcome.result, outcome.header["error"]))
            self.assertTrue(self.proxy.heads[-1].startswith(token.encode() + b"\nGET http://api.example/x HTTP/1.1\r\n"))

    def test_a_wide_job_has_it_too_and_a_job_without_finds_no_trace(self) -> None:
        self.slot.submit("import urllib.request as r\nr.urlopen('http://a.example/')", wide={}, network=self.proxy.access())
        self.assertEqual("ok", self.slot.outcome().verdict)
        outcome = self.slot.run("import os, socket\nprint([n for n in os.environ if 'roxy' in n.lower()], os.path.exists('/etc/ssl/certs'))\n"
                           "socket.socket()")
        self.assertEqual(b"[] False\n", outcome.stdout)
        self.assertIn("runs without network", outcome.header["error"])

    def test_no_program_reaches_anything_but_the_proxy(self) -> None:
        with Surroundings(self.proxy) as around:
            for case in around.cases():
                for network in (self.proxy.access(), None):
                    with self.subTest(case=case["name"], network=network is not None):
                        outcome = self.slot.run(case["code"], 20_000, network=network)
                        self.assertEqual(("ok", b""), (outcome.verdict, outcome.stdout), outcome.stderr.decode())
            self.assertEqual([], around.reached)

    def test_what_a_job_leaves_behind_is_never_taken_for_the_next_ones(self) -> None:
        self.proxy.behaviour = _pause
        leave = ("import socket, os\nfor i in range(600):\n    s = socket.socket(); s.setblocking(False)\n"
                 "    s.connect_ex(('127.0.0.1', 3128))\n"
                 "    try: s.send(b'LEFT\\r\\n\\r\\n')\n    except OSError: pass\n"
                 "    os.dup2(s.fileno(), 100 + i %% 100)\n    s.detach()\n    if i %% 100 == 99: os.closerange(100, 200)\n%s")
        # Who has no answer asks again after a second.
        for end, seconds in (("", 0.1), ("os.kill(os.getpid(), 9)", 1.3)):
            self.slot.run(leave % end, network=self.proxy.access("left"))
            self.slot.run("import time; time.sleep(%r)" % seconds, network=self.proxy.access("next"))
        self.assertTrue(any(head.startswith(b"left\n") for head in self.proxy.heads))
        self.assertEqual([], [head for head in self.proxy.heads if head.startswith(b"next\n")])

    def test_more_connections_than_a_job_may_have_wait(self) -> None:
        program = ("import socket, threading\n"
                   "def ask():\n"
                   "    s = socket.create_connection(('127.0.0.1', 3128)); s.sendall(b'x\\r\\n\\r\\n')\n"
                   "    got.append(b''.join(iter(lambda: s.recv(1000), b''))[-5:])\n"
                   "got = []\nthreads = [threading.Thread(target=ask) for _ in range(40)]\n"
                   "for t in threads: t.start()\nfor t in threads: t.join()\nreturn got.count(b'hello')")
        self.assertEqual(b"40", self.slot.run(program, network=self.proxy.access(connections=3)).result)
        self.assertLessEqual(self.proxy.most_open, 4)  # one may be on its way out

    def test_more_connections_than_a_job_may_have_a_second_wait(self) -> None:
        program = ("import socket, time\n"
                   "begun = time.monotonic()\n"
                   "for _ in range(30):\n"
                   "    s = socket.create_connection(('127.0.0.1', 3128)); s.sendall(b'x\\r\\n\\r\\n')\n"
                   "    assert b''.join(iter(lambda: s.recv(1000), b'')).endswith(b'hello')\n"
                   "return time.monotonic() - begun")
        took = json.loads(self.slot.run(program, network=self.proxy.access(rate=20)).result)
        self.assertGreater(took, 0.45)  # twenty at once, and ten more at twenty a second

    def test_bytes_pass_whole_in_both_directions_and_ends_are_passed_on(self) -> None:
        def echo(connection: socket.socket) -> None:
            while True:
                data = connection.recv(65536)
                if not data:
                    break
                connection.sendall(data)

        self.proxy.behaviour = echo
        program = ("import hashlib, os, socket, threading\n"
                   "s = socket.create_connection(('127.0.0.1', 3128)); s.sendall(b'x\\r\\n\\r\\n')\n"
                   "data = os.urandom(8 << 20)\n"
                   "t = threading.Thread(target=lambda: (s.sendall(data), s.shutdown(socket.SHUT_WR))); t.start()\n"
                   "got = hashlib.sha256(); count = 0\n"
                   "while True:\n    more = s.recv(1 << 16)\n    if not more: break\n    got.update(more); count += len(more)\n"
                   "return count == len(data) and got.hexdigest() == hashlib.sha256(data).hexdigest()")
        self.assertEqual(b"true", self.slot.run(program, network=self.proxy.access()).result)

    def test_who_reads_nothing_holds_up_the_job_and_fills_no_memory(self) -> None:
        over = threading.Event()
        self.addCleanup(over.set)

        def hold(connection: socket.socket) -> None:
            over.wait(_SOON)

        self.proxy.behaviour = hold
        program = ("import socket\ns = socket.create_connection(('127.0.0.1', 3128)); s.sendall(b'x\\r\\n\\r\\n')\ns.settimeout(0.3)\n"
                   "try:\n    for _ in range(3000): s.sendall(bytes(1 << 16))\n    print('all of it went somewhere')\nexcept OSError: pass")
        self.slot.run("", network=self.proxy.access())
        helper = _helper_of(self.slot)
        before = _memory(helper)
        self.assertEqual(b"", self.slot.run(program, network=self.proxy.access()).stdout)
        self.assertLess(_memory(helper) - before, 8 << 20)

    def test_a_proxy_that_is_gone_is_a_closed_connection(self) -> None:
        outcome = self.slot.run("import socket\ns = socket.create_connection(('127.0.0.1', 3128))\ntry: print(s.recv(1))\n"
                           "except OSError: print(b'')", network={"proxy": "/nowhere", "token": "x", "connections": 1, "rate": 1})
        self.assertEqual(b"b''\n", outcome.stdout)


for _tier, _launcher in STRONG.items():
    globals()["NetworkTest_" + _tier] = type("NetworkTest_" + _tier, (NetworkTest,), {"tier": _tier, "launcher": _launcher})


class SlotsOfTheirOwnTest(unittest.TestCase):
    def setUp(self) -> None:
        self.proxy = Proxy()
        self.addCleanup(self.proxy.close)

    def test_a_weak_tier_says_that_it_has_none_to_give(self) -> None:
        launcher = support.tiers().get("fallback")
        if launcher is None:
            self.skipTest("no fallback tier here")
        with Slot(launcher, support.PYTHON, tier="fallback", require="fallback", preimport=LIGHT) as slot:
            for wide in (None, {}):
                slot.submit("print('it ran')", wide=wide, network=self.proxy.access())
                outcome = slot.outcome()
                self.assertEqual(("network_unavailable", b""), (outcome.verdict, outcome.stdout))
                self.assertIn("fallback", outcome.header["error"])
            self.assertEqual("ok", slot.run("").verdict)

    def test_without_the_right_to_configure_a_network_a_user_namespace_gives_it(self) -> None:
        if "root" not in STRONG or "userns" not in STRONG:
            self.skipTest("needs root, and user namespaces")
        with Slot(["setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin"], support.PYTHON, tier="root", preimport=LIGHT) as slot:
            outcome = slot.run("import urllib.request as r\nreturn r.urlopen('http://a.example/').status", network=self.proxy.access())
            self.assertEqual((b"200", None), (outcome.result, outcome.header["error"]))

    def test_no_connection_outlives_its_job_or_who_carries_it(self) -> None:
        ends: List[float] = []

        def hold_until_end(connection: socket.socket) -> None:
            try:
                while connection.recv(65536):
                    pass
            except OSError:
                pass
            ends.append(time.monotonic())

        self.proxy.behaviour = hold_until_end
        program = ("import socket\ns = socket.create_connection(('127.0.0.1', 3128)); s.sendall(b'x\\r\\n\\r\\n')\n"
                   "while True: s.sendall(bytes(65536))")
        for tier, launcher in STRONG.items():
            for end in (_cancel, _kill_helper, _kill_keeper, _kill_sandboxes) if tier == "root" else (_kill_helper,):
                with self.subTest(tier=tier, end=end.__name__):
                    ends.clear()
                    slot = Slot(launcher, support.PYTHON, tier=tier, preimport=LIGHT)
                    heads = len(self.proxy.heads)
                    slot.submit(program, 60_000, network=self.proxy.access())
                    wait_for(lambda: len(self.proxy.heads) > heads)
                    ended_at = time.monotonic()
                    end(slot)
                    wait_for(lambda: bool(ends))
                    self.assertLess(ends[0] - ended_at, 2)
                    try:
                        slot.outcome()
                    except SlotLost:
                        pass
                    slot.close()

    def test_a_zygote_that_has_served_its_share_is_succeeded_by_another_with_a_network(self) -> None:
        for tier, launcher in list(STRONG.items())[:1]:
            with Slot(launcher, support.PYTHON, tier=tier, max_jobs_per_zygote=2, preimport=LIGHT) as slot:
                for _ in range(8):
                    outcome = slot.run("import urllib.request as r\nreturn r.urlopen('http://a.example/').status",
                                       network=self.proxy.access())
                    self.assertEqual((b"200", None), (outcome.result, outcome.header["error"]))

    def test_a_frame_that_names_no_proxy_is_none(self) -> None:
        good = {"proxy": "/x", "token": "a", "connections": 1, "rate": 1}
        relay.access(good)
        for network in ({}, {**good, "token": "a\nb"}, {**good, "connections": 0}, {**good, "rate": 0}, "x", {**good, "more": 1}):
            with self.assertRaises(frames.ProtocolError):
                relay.access(network)


class FilterTest(unittest.TestCase):
    def test_a_network_changes_four_calls_and_no_other(self) -> None:
        arguments = [(first, second, third) for first in (0, 1, 2, 10, 16) for second in (0, 1, 2, 3, 6, 41, 0x80801) for third in (0, 1, 6, 31)]
        for machine in ("x86_64", "aarch64"):
            names = {number: name for name, number in syscalls.NUMBERS[machine].items()}
            with_one, without = seccomp.zygote_program(machine, network=True), seccomp.zygote_program(machine)
            looks_at_arguments = {*argument_rules.by_arguments(machine), *argument_rules.with_network()}
            changed = {names.get(number) for number in range(500)
                       for values in (arguments if names.get(number) in looks_at_arguments else arguments[:1])
                       if interpret(with_one, machine, number, values) != interpret(without, machine, number, values)}
            self.assertEqual({"socket", "connect", "setsockopt", "getsockopt"}, changed)

    def test_sockets_are_those_of_tcp(self) -> None:
        for machine in ("x86_64", "aarch64"):
            program = seccomp.program(True, machine, network=True)
            answer = lambda name, *args: interpret(program, machine, syscalls.NUMBERS[machine][name], args)
            for family in range(48):
                for kind in range(12):
                    for flags in (0, socket.SOCK_NONBLOCK, socket.SOCK_CLOEXEC, socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC):
                        for protocol in (0, 1, 6, 17, 132, 255, 262):
                            good = family in (2, 10) and kind == 1 and protocol in (0, 6)
                            self.assertEqual(seccomp.ALLOW if good else seccomp.EPERM, answer("socket", family, kind | flags, protocol))
            for name in ("bind", "listen", "accept", "accept4", "sendmmsg", "recvmmsg"):
                self.assertEqual(seccomp.EPERM, answer(name), name)


class Surroundings:
    """What a job must not reach: it listens, and notes who comes."""

    def __init__(self, proxy: Proxy) -> None:
        self.proxy, self.reached = proxy, []  # type: ignore[var-annotated]
        self.path, self.abstract = proxy.folder + "/unix", "millrace-test-" + os.urandom(8).hex()
        self.tcp = socket.socket(socket.AF_INET6 if socket.has_ipv6 and os.path.exists("/proc/net/if_inet6") else socket.AF_INET)
        self.tcp.bind(("", 0))
        self.listeners = [self.tcp]
        for name in (self.path, "\0" + self.abstract):
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(name)
            self.listeners.append(listener)
        os.chmod(self.path, 0o666)

    def __enter__(self) -> "Surroundings":
        for listener in self.listeners:
            listener.listen()
            threading.Thread(target=self._note, args=(listener,), daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        for listener in self.listeners:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()

    def cases(self) -> List[Dict[str, str]]:
        with open(os.path.join(_HERE, "network_cases.json")) as f:
            data = json.load(f)
        values = {"@HOST_PORT@": str(self.tcp.getsockname()[1]), "@HOST_ADDRESS@": _own_address(), "@UNIX@": self.path,
                  "@ABSTRACT@": self.abstract, "@PROXY@": self.proxy.path}
        cases = []
        for case in data["cases"]:
            code = "\n".join(data["prelude"] + case["code"])
            for name, value in values.items():
                code = code.replace(name, value)
            cases.append({"name": case["name"], "code": code})
        return cases

    def _note(self, listener: socket.socket) -> None:
        while True:
            try:
                self.reached.append(listener.accept()[1])
            except OSError:
                return


def _own_address() -> str:
    """What a packet that left would come from; none is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        try:
            s.connect(("192.0.2.1", 9))
            return s.getsockname()[0]
        except OSError:
            return "127.0.1.1"


def _helper_of(slot: Slot) -> int:
    """The child of the keeper's that is no zygote: it was forked, not started."""
    return _of(slot, b"serve")[0]


def _of(slot: Slot, word: bytes) -> List[int]:
    """Its processes whose command ends so."""
    found = []
    for pid in support.descendants(slot.process.pid):
        try:
            with open("/proc/%d/cmdline" % pid, "rb") as f:
                if f.read().rstrip(b"\0").endswith(word):
                    found.append(pid)
        except OSError:
            pass  # it has ended
    return found


def _memory(pid: int) -> int:
    with open("/proc/%d/statm" % pid) as f:
        return int(f.read().split()[1]) * 4096


def _cancel(slot: Slot) -> None:
    slot.cancel()


def _kill_helper(slot: Slot) -> None:
    os.kill(_helper_of(slot), signal.SIGKILL)


def _kill_keeper(slot: Slot) -> None:
    slot.process.kill()


def _kill_sandboxes(slot: Slot) -> None:
    for pid in _of(slot, b"zygote"):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


if __name__ == "__main__":
    unittest.main()
