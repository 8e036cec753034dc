"""What a job sees and what the worker hears of it, through the protocol, in every tier this machine offers."""
from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
import unittest
from typing import List, Tuple

import support
from millrace_sandbox.client import Outcome, Slot
from slots import TierTest, for_each_tier


class SlotTest(TierTest):
    def run_job(self, code: str, timeout_ms: int = 5000) -> Outcome:
        return self.slot.run(code, timeout_ms)

    def traceback_of(self, code: str) -> str:
        outcome = self.run_job(code)
        text = outcome.stderr.decode()
        self.assertEqual("exception", outcome.verdict, text)
        for word in ("millrace_sandbox", "runner", "/usr/lib/python3/", "toplevel"):
            self.assertNotIn(word, text)
        return text

    def test_result_stdout_and_stderr(self) -> None:
        outcome = self.run_job("import sys\nprint('out')\nprint('err', file=sys.stderr)\nreturn {'a': [1, None]}")
        self.assertEqual(("ok", b"out\n", b"err\n", {"a": [1, None]}),
                         (outcome.verdict, outcome.stdout, outcome.stderr, json.loads(outcome.result)))
        self.assertEqual((0, None, None), tuple(outcome.header[k] for k in ("exit_code", "signal", "error")))

    def test_exits(self) -> None:
        for code, verdict, exit_code, stderr in (
                ("import sys; sys.exit()", "ok", 0, b""), ("import sys; sys.exit(0)", "ok", 0, b""),
                ("import sys; sys.exit(3)", "exit", 3, b""), ("import sys; sys.exit('text')", "exit", 1, b"text\n"),
                ("raise SystemExit(256)", "ok", 0, b""), ("import os; os._exit(0)", "ok", 0, b""),
                ("import os; print('x'); os._exit(7)", "exit", 7, b"")):
            outcome = self.run_job(code)
            self.assertEqual((verdict, exit_code, stderr), (outcome.verdict, outcome.header["exit_code"], outcome.stderr), code)

    def test_tracebacks_have_the_users_lines_and_none_of_ours(self) -> None:
        self.assertEqual("Traceback (most recent call last):\n", self.traceback_of("1/0").splitlines(True)[0])
        text = self.traceback_of("def f():\n    raise KeyError('k')\n\ntry:\n    f()\nexcept KeyError as e:\n    raise ValueError('v') from e")
        for part in ("line 2, in f", "line 5, in <module>", "line 7, in <module>", "raise ValueError('v') from e",
                     "direct cause"):
            self.assertIn(part, text)
        self.assertIn("line 3, in f", self.traceback_of("async def f():\n    import asyncio; await asyncio.sleep(0)\n    raise OSError(5)\nawait f()"))
        self.assertIn('/main.py", line 2\n', self.traceback_of("x = 1\ndef f(:\n"))
        self.assertIn("line 2, in <module>", self.traceback_of("    x = 1\n    raise ValueError\n    return 1"))
        self.assertNotIn("asyncio", self.traceback_of("await __import__('asyncio').sleep(0)\nraise ValueError"))

    def test_tracebacks_have_their_lines_when_the_file_is_out_of_reach(self) -> None:
        for code in ("opened = []\nwhile True: opened.append(open('/dev/null'))  # marked",
                     "import os\nos.remove(__file__)\nos.chdir('/')\n1 / 0  # marked"):
            self.assertIn("# marked\n", self.traceback_of(code))

    def test_tracebacks_of_threads_and_exit_functions(self) -> None:
        outcome = self.run_job("import atexit, threading\ndef boom():\n    raise ValueError('boom')\natexit.register(boom)\n"
                               "t = threading.Thread(target=boom)\nt.start(); t.join()\nprint('end')")
        self.assertEqual(("ok", b"end\n"), (outcome.verdict, outcome.stdout))
        self.assertEqual(2, outcome.stderr.count(b"ValueError: boom"))
        self.assertIn(b"Exception in thread Thread-1", outcome.stderr)
        self.assertEqual(2, outcome.stderr.count(b"raise ValueError('boom')"))
        self.assertNotIn(b"millrace_sandbox", outcome.stderr)

    @unittest.skipIf(support.version(support.PYTHON) < (3, 11), "needs exception groups")
    def test_exception_groups(self) -> None:
        text = self.traceback_of("def f():\n    raise ValueError(1)\nerrors = []\nfor _ in range(2):\n    try:\n        f()\n"
                                 "    except ValueError as e:\n        errors.append(e)\nraise ExceptionGroup('two', errors)")
        self.assertEqual(2, text.count("line 2, in f"))

    def test_error_is_the_line_that_names_the_exception(self) -> None:
        for code, error in (("raise ValueError('boom')", "ValueError: boom"), ("raise KeyError", "KeyError"),
                            ("raise ValueError('a\\nb')", "ValueError: a"), ("x = (", None),
                            ("class E(Exception): pass\nraise E('x')", "E: x"),
                            ("import json; json.loads('x')", "json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)")):
            outcome = self.run_job(code)
            self.assertEqual("exception", outcome.verdict)
            if error:
                self.assertEqual(error, outcome.header["error"])
            else:
                self.assertRegex(outcome.header["error"], "^SyntaxError: ")

    def test_excepthook_of_the_program_is_called(self) -> None:
        outcome = self.run_job("import sys\nsys.excepthook = lambda t, e, tb: print('hook', e, tb.tb_lineno)\nraise ValueError('x')")
        self.assertEqual(b"hook x 3\n", outcome.stdout)

    def test_it_is_a_fresh_main_module(self) -> None:
        outcome = self.run_job("import sys, __main__\nx = 1\nreturn [__name__, __main__.x, sys.argv, __doc__, sorted(k for k in globals() "
                               "if not k.startswith('__')), [m for m in sys.modules if 'millrace' in m]]")
        self.assertEqual(["__main__", 1, ["main.py"], None, ["sys", "x"], []], json.loads(outcome.result))

    def test_the_scratch_is_private_writable_and_gone_afterwards(self) -> None:
        code = "import os, tempfile\nfound = os.listdir('.')\nopen('a', 'w').close()\ntempfile.mkstemp()\nreturn [found, tempfile.gettempdir()]"
        for _ in range(2):
            found, _ = json.loads(self.run_job(code).result)
            self.assertEqual(["main.py"], found)

    def test_generators_of_random_numbers_are_not_shared(self) -> None:
        code = ("import random, uuid, tempfile, secrets, ssl, os\nreturn [random.random(), str(uuid.uuid4()), uuid.uuid1().node, "
                "next(tempfile._get_candidate_names()), ssl.RAND_bytes(8).hex(), secrets.token_hex(4)]")
        columns = zip(*(json.loads(self.run_job(code).result) for _ in range(3)))
        for name, values in zip(("random", "uuid4", "uuid1", "tempfile", "ssl", "secrets"), columns):
            self.assertEqual(3, len(set(values)) if name != "uuid1" else 3, name)

    def test_output_over_the_limit_is_cut_and_the_job_goes_on(self) -> None:
        outcome = self.run_job("import sys\nfor _ in range(300):\n    sys.stdout.write('é' * 50_000)\nreturn 'end'", 20_000)
        self.assertEqual(("ok", '"end"', 1 << 20), (outcome.verdict, outcome.result.decode(), len(outcome.stdout)))
        self.assertTrue(outcome.header["stdout_truncated"])
        self.assertFalse(outcome.header["stderr_truncated"])
        outcome.stdout.decode()

    def test_results_over_the_limit_are_null_and_flagged(self) -> None:
        outcome = self.run_job("return 'x' * (2 << 20)")
        self.assertEqual(("ok", b"", True), (outcome.verdict, outcome.result, outcome.header["result_truncated"]))

    def test_output_before_a_timeout_is_delivered(self) -> None:
        started = time.monotonic()
        outcome = self.run_job("import sys\nprint('a')\nprint('b', end='')\nsys.stderr.write('c')\nwhile True: pass", 300)
        self.assertEqual(("timeout", b"a\nb", b"c"), (outcome.verdict, outcome.stdout, outcome.stderr))
        self.assertLess(time.monotonic() - started, 2.3)

    def test_live_output(self) -> None:
        seen: List[Tuple[bytes, bytes]] = []
        outcome = self.slot.run("import time\nfor i in range(3):\n    print(i)\n    time.sleep(0.3)\nimport sys\nsys.stderr.write('e')",
                                5000, lambda kind, data: seen.append((kind, data)))
        self.assertEqual(b"0\n1\n2\n", outcome.stdout)
        self.assertEqual(outcome.stdout, b"".join(data for kind, data in seen if kind == b"O"))
        self.assertGreaterEqual(len(seen), 3)  # not all at once, at the end

    def test_cancel(self) -> None:
        self.slot.submit("import time\ntime.sleep(30)", 60_000)
        time.sleep(0.2)
        self.slot.cancel()
        outcome = self.slot.outcome()
        self.assertEqual(("cancelled", "test"), (outcome.verdict, outcome.header["job_id"]))
        self.slot.cancel()  # too late: ignored
        self.assertEqual("ok", self.run_job("pass").verdict)

    def test_a_late_cancel_does_not_hit_the_next_job(self) -> None:
        self.slot.submit("import time\ntime.sleep(0.3)", 10_000)
        self.slot.cancel("the job before")
        self.assertEqual("ok", self.slot.outcome().verdict)

    def test_a_fork_that_runs_to_its_end_does_not_end_the_job(self) -> None:
        if self.tier == "fallback":
            self.skipTest("no processes there")
        outcome = self.run_job("import os, time\npid = os.fork()\nif pid:\n    os.waitpid(pid, 0)\n    time.sleep(0.1)\nprint('end')\nreturn bool(pid)")
        self.assertEqual((b"end\nend\n", b"true"), (outcome.stdout, outcome.result))

    def test_without_network_the_error_says_so_at_once(self) -> None:
        for code in ("socket.getaddrinfo('example.com', 80)", "socket.create_connection(('192.0.2.1', 80))", "socket.gethostbyname('example.com')",
                     "__import__('urllib.request').request.urlopen('http://example.com')"):
            outcome = self.run_job("import socket\n" + code)
            self.assertEqual("exception", outcome.verdict)
            for text in (outcome.header["error"], outcome.stderr.decode().splitlines()[-1]):
                self.assertIn("runs without network", text)
                self.assertIn("MILLRACE_NETWORK_ALLOW", text)
            self.assertNotIn(b"millrace_sandbox", outcome.stderr)
        self.assertEqual(b'["127.0.0.1","x"]', self.run_job(
            "import socket\na, b = socket.socketpair()\na.send(b'x')\nreturn ["
            "socket.getaddrinfo('127.0.0.1', 80)[0][4][0], b.recv(1).decode()]").result)

    def test_children_by_spawn_run_programs_that_return_await_or_are_indented(self) -> None:
        if self.tier == "fallback":
            self.skipTest("no processes there")
        body = ("import multiprocessing as mp\ndef f(x): return x * 2\nif __name__ == '__main__':\n%s\n"
                "    with mp.get_context('spawn').Pool(1) as p:\n        print(p.map(f, [1, 2]))\n")
        indented = "".join("  " + line + "\n" for line in (body % "    pass").splitlines())
        for code in (body % "    pass" + "    return 'done'", body % "    import asyncio\n    await asyncio.sleep(0)", indented):
            outcome = self.run_job(code, 20_000)
            self.assertEqual(("ok", b"[2, 4]\n"), (outcome.verdict, outcome.stdout), outcome)

    def test_large_programs(self) -> None:
        outcome = self.run_job("x = '" + "y" * 900_000 + "'\nreturn len(x)", 10_000)
        self.assertEqual(b"900000", outcome.result)

    def test_many_jobs_at_once_after_each_other(self) -> None:
        for i in range(50):
            self.assertEqual(b"%d" % i, self.run_job("return %d" % i).result)


class PackagesTest(unittest.TestCase):
    """How an operator adds packages: directories, or a virtual environment's interpreter."""

    def setUp(self) -> None:
        # Not below /tmp, which jobs have one of their own of.
        self.top = tempfile.mkdtemp(dir="/var/tmp")
        os.chmod(self.top, 0o755)
        self.addCleanup(shutil.rmtree, self.top)
        package = os.path.join(self.top, "site", "greeting")
        os.makedirs(package)
        with open(os.path.join(package, "__init__.py"), "w") as f:
            f.write("WORD = 'hello'\n")
        self.site = os.path.dirname(package)

    def test_a_directory_of_packages_is_importable_and_read_only(self) -> None:
        for tier, launcher in support.tiers().items():
            for preimport in ([], ["greeting", "json", "no_such_module"]):
                with self.subTest(tier=tier, preimport=preimport):
                    with Slot(launcher, support.PYTHON, tier=tier, preimport=preimport, python_path=[self.site]) as slot:
                        self.assertEqual(["no_such_module"] if preimport else [], slot.hello["not_preimported"])
                        outcome = slot.run("import greeting, os\ntry:\n    open(os.path.join(os.path.dirname(greeting.__file__), 'x'), 'w')\n"
                                           "except OSError:\n    return greeting.WORD")
                        self.assertEqual(b'"hello"', outcome.result, outcome)

    def test_what_jobs_would_not_see_is_refused_with_a_reason(self) -> None:
        slot = Slot((), support.PYTHON, preimport=[], python_path=["/tmp"])
        self.assertRegex(slot.hello["error"], "/tmp: jobs have a /tmp of their own")
        self.assertEqual(78, slot.close())

    def test_a_virtual_environment(self) -> None:
        made = subprocess.run([support.PYTHON, "-m", "venv", "--without-pip", self.top + "/venv"], capture_output=True)
        if made.returncode:
            self.skipTest("no venv module here")
        python = self.top + "/venv/bin/python"
        site = subprocess.check_output([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], text=True).strip()
        shutil.copytree(os.path.join(self.site, "greeting"), os.path.join(site, "greeting"))
        for tier, launcher in support.tiers().items():
            with self.subTest(tier=tier), Slot(launcher, python, tier=tier, preimport=[]) as slot:
                outcome = slot.run("import greeting, sys\nreturn [greeting.WORD, sys.prefix]")
                self.assertEqual(["hello", self.top + "/venv"], json.loads(outcome.result or b"null"), outcome)


class SettingsTest(unittest.TestCase):
    def test_wrong_settings_are_named_and_end_it(self) -> None:
        slot = Slot(python=support.PYTHON, memory="1G")
        self.assertEqual((False, "unknown setting memory"), (slot.hello["ready"], slot.hello["error"]))
        self.assertEqual(64, slot.close())

    def test_auto_does_not_settle_for_the_fallback_unasked(self) -> None:
        launcher = support.without_namespaces()
        slot = Slot(launcher, support.PYTHON, preimport=[])
        self.assertFalse(slot.hello["ready"])
        self.assertRegex(slot.hello["error"], "root: .*userns: ")
        self.assertEqual(78, slot.close())
        with Slot(launcher, support.PYTHON, preimport=[], require="fallback") as slot:
            self.assertEqual("fallback", slot.hello.get("tier"), slot.hello)

    @unittest.skipUnless("root" in support.tiers(), "needs the tier root")
    def test_jobs_of_no_two_slots_have_the_same_user(self) -> None:
        """The kernel counts processes by user: one worker's jobs would use up the limit of another's."""
        crowd = "import os, signal\nfor _ in range(60):\n    if os.fork() == 0:\n        signal.pause()\nos.write(1, b'on')\nsignal.pause()"
        with Slot((), support.PYTHON, tier="root", preimport=[], cgroups="off") as one:
            with Slot((), support.PYTHON, tier="root", preimport=[], cgroups="off") as other:
                one.submit(crowd, 20_000, stream=True)
                self.assertEqual(b"O", one._read()[0])
                outcome = other.run("import os\nfor _ in range(40):\n    if os.fork() == 0:\n        import signal; signal.pause()\nreturn os.getuid()")
                self.assertEqual("ok", outcome.verdict, outcome)
                one.cancel()
                one.outcome()
                self.assertNotEqual(outcome.result, one.run("import os\nreturn os.getuid()").result)

    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_root_without_its_capabilities_does_not_run_jobs_as_root(self) -> None:
        with Slot((), support.PYTHON, tier="userns", preimport=[]) as slot:
            if not slot.hello["ready"]:
                self.skipTest(slot.hello["error"])  # an interpreter that is root's alone
            self.assertEqual(b"3", slot.run("return 3").result)
            users = [support.user_of(pid) for pid in support.descendants(slot.process.pid)]
            self.assertNotIn(0, users)

    def test_without_a_proc_to_mount_jobs_run_all_the_same(self) -> None:
        launcher = support.with_masked_proc()
        if launcher is None:
            self.skipTest("needs root")
        with Slot(launcher, support.PYTHON, tier="userns", preimport=[]) as slot:
            self.assertEqual((True, False), (slot.hello["ready"], slot.hello.get("proc")), slot.hello)
            outcome = slot.run("import os, subprocess, multiprocessing as mp\ndef f(x): return x + 1\nwith mp.Pool(2) as p: r = p.map(f, [1, 2])\n"
                               "return [os.listdir('/proc'), subprocess.check_output(['echo', 'x'], text=True), r]")
            self.assertEqual([[], "x\n", [2, 3]], json.loads(outcome.result or b"null"), outcome)


globals().update(for_each_tier(SlotTest))

if __name__ == "__main__":
    unittest.main()
