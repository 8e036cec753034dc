"""Packages that a job asked for: where they are found, and what a template that has imported them keeps from the next job."""
from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
import unittest
from typing import Any, Dict

import support
from millrace_sandbox.client import Outcome, Slot
from slots import LIGHT, TierTest, for_each_tier
from test_network import Proxy

PLAIN, SLOW, THREAD, EXITS, WRITES, PRINTS = ("%x" % i * 64 for i in range(10, 16))
ANEW, CALLS, CALLS_ALWAYS = ("%x" % i * 64 for i in range(7, 10))
_MODULES = {
    PLAIN: {"shades": "colour = 'blue'", "json": "raise SystemError('hides the standard library')",
            "attr/__init__": "ours = True"},
    SLOW: {"heavy": "import os, time\ntime.sleep(0.3)\nimported_by = os.getpid()\n"
                    "uid, groups = os.getuid(), os.getgroups()\n"
                    "status = {l.split(':')[0]: l.split()[1] for l in open('/proc/self/status') if l[:3] in ('Cap', 'Sec')}\n"},
    THREAD: {"threads": "import threading, time\nthreading.Thread(target=time.sleep, args=(99,), daemon=True).start()"},
    EXITS: {"exits": "import os\nos._exit(3)"},
    WRITES: {"writes": "open('/tmp/cache', 'w').write('x')"},
    CALLS: {"calls": "import os, socket\nimported_by = os.getpid()\ntry:\n    s = socket.create_connection(('127.0.0.1', 3128))\n"
                     "    s.sendall(b'IMPORT x\\r\\n\\r\\n')\n    reached = s.recv(10) != b''\n    s.close()\n"
                     "except OSError:\n    reached = False\n"},
    CALLS_ALWAYS: {"always": "import urllib.request\ngot = urllib.request.urlopen('http://import.example/').read()"},
    PRINTS: {"prints": "print('hello from an import')"},
}


class EnvironmentTest(TierTest):
    @classmethod
    def setUpClass(cls) -> None:
        if not cls.tier:
            raise unittest.SkipTest("base class")
        cls.folder = tempfile.mkdtemp(prefix="millrace-environments-", dir="/var/tmp")
        os.chmod(cls.folder, 0o755)
        for name, modules in _MODULES.items():
            for module, text in modules.items():
                path = "%s/%s/%s.py" % (cls.folder, name, module)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "w") as file:
                    file.write(text)
        cls.slot = Slot(cls.launcher, support.PYTHON, tier=cls.tier, preimport=LIGHT, environments=cls.folder)
        assert cls.slot.hello["ready"], cls.slot.hello

    @classmethod
    def tearDownClass(cls) -> None:
        assert cls.slot.close() == 0
        shutil.rmtree(cls.folder)

    def run_in(self, name: str, code: str, *imports: str, **how: Any) -> Outcome:
        return self.slot.run(code, environment={"name": name, "imports": list(imports)}, **how)

    def result_in(self, name: str, code: str, *imports: str, **how: Any) -> Any:
        outcome = self.run_in(name, code, *imports, **how)
        self.assertEqual("ok", outcome.verdict, outcome)
        return json.loads(outcome.result or b"null")

    def with_template(self) -> Dict[str, Any]:
        """Once the template of SLOW serves, each job finds its module imported by another process than its own."""
        self.assertNotEqual("fallback", self.tier)
        for _ in range(20):
            found = self.result_in(SLOW, "import heavy, os\nreturn [heavy.imported_by, os.getpid(), heavy.status]", "heavy")
            if found[0] != found[1]:
                return found[2]
        self.fail("no template serves")

    def test_standard_library_comes_first_then_the_environment_then_what_the_worker_has(self) -> None:
        found = self.result_in(PLAIN, "import json, attr, shades\nreturn [json.__file__, hasattr(attr, 'ours'), shades.colour]")
        self.assertNotIn("site-packages", found[0])
        self.assertEqual([True, "blue"], found[1:])

    def test_an_interpreter_that_a_job_starts_has_it_too(self) -> None:
        if self.tier == "fallback":
            self.skipTest("no processes there")
        code = ("import subprocess, sys\nreturn subprocess.run([sys.executable, '-c', 'import json, shades; "
                "print(json.dumps(shades.colour))'], capture_output=True, text=True).stdout")
        self.assertEqual('"blue"\n', self.result_in(PLAIN, code))

    def test_other_jobs_do_not_have_it(self) -> None:
        outcome = self.slot.run("import shades")
        self.assertEqual("exception", outcome.verdict)

    def test_one_that_was_let_go_of_and_fetched_anew_is_there(self) -> None:
        for colour in ("red", "green"):
            folder = "%s/%s" % (self.folder, ANEW)
            shutil.rmtree(folder, ignore_errors=True)
            os.mkdir(folder + ".part")
            os.chmod(folder + ".part", 0o755)
            with open(folder + ".part/shades.py", "w") as file:
                file.write("colour = '%s'" % colour)
            os.rename(folder + ".part", folder)
            for _ in range(2):
                self.assertEqual(colour, self.result_in(ANEW, "import shades\nreturn shades.colour", "shades"))

    def test_it_can_not_be_written(self) -> None:
        outcome = self.run_in(PLAIN, "import shades\nopen(shades.__file__, 'a')")
        self.assertRegex(outcome.stderr, b"PermissionError|Read-only file system")

    def test_without_a_cgroup_for_cpu_a_crowd_comes_after_others_and_the_next_job_does_not(self) -> None:
        if self.tier == "fallback":
            self.skipTest("no templates there")
        with Slot(self.launcher, support.PYTHON, tier=self.tier, preimport=LIGHT, environments=self.folder, cgroups="off") as slot:
            how = {"environment": {"name": SLOW, "imports": ["heavy"]}, "timeout_ms": 60_000}
            told = "return [heavy.imported_by != os.getpid(), os.getpriority(0, 0), len(os.sched_getaffinity(0))]"
            crowd = ("import heavy, os, time\nfor _ in range(29):\n    if os.fork() == 0:\n        while True: pass\n"
                     "end = time.monotonic() + 20\nwhile time.monotonic() < end and "
                     "(os.getpriority(0, 0), len(os.sched_getaffinity(0))) != (19, 1): pass\n")
            for _ in range(20):
                before = json.loads(slot.run("import heavy, os\n" + told, **how).result or b"null")
                if before[0]:
                    break
            self.assertEqual([True, 0, len(os.sched_getaffinity(0))], before)
            self.assertEqual(b"[true,19,1]", slot.run(crowd + told, **how).result)
            self.assertEqual(before, json.loads(slot.run("import heavy, os\n" + told, **how).result or b"null"))

    def test_the_second_job_does_not_import(self) -> None:
        if self.tier == "fallback":
            self.skipTest("no templates there")
        self.with_template()
        took = []
        for _ in range(5):
            begun = time.monotonic()
            self.assertEqual(1, self.result_in(SLOW, "import heavy\nreturn 1", "heavy"))
            took.append(time.monotonic() - begun)
        self.assertLess(min(took), 0.1)  # of an import of 0.3 s, on a machine that may be busy

    def test_imports_run_with_the_rights_of_a_job(self) -> None:
        if self.tier == "fallback":
            self.skipTest("no templates there")
        status = self.with_template()
        self.assertEqual({"0" * 16}, {value for name, value in status.items() if name.startswith("Cap")}, status)
        self.assertEqual("2", status["Seccomp"])

    def test_nothing_of_a_job_meets_the_next(self) -> None:
        if self.tier == "fallback":
            self.skipTest("no templates there")
        self.with_template()
        leave = ("import heavy, os, subprocess, sys\nheavy.secret = 1\nopen('/tmp/left', 'w').write('x')\n"
                 "os.makedirs('/dev/shm/a/b/c/d')\nos.chmod('/dev/shm/a', 0)\nopen('left', 'w').close()\n"
                 "os.environ['LEFT'] = '1'\nos.symlink('/', '/tmp/link')\n"
                 "os.fork() or (os.setsid(), os.fork() or __import__('time').sleep(60))\nreturn 1")
        self.assertEqual(1, self.result_in(SLOW, leave, "heavy"))
        look = ("import heavy, os\nreturn [hasattr(heavy, 'secret'), os.listdir('/tmp'), os.listdir('/dev/shm'), "
                "os.listdir('.'), 'LEFT' in os.environ, heavy.imported_by == os.getppid(), "
                "[p for p in os.listdir('/proc') if p.isdigit() and int(p) not in (1, os.getpid(), os.getppid())]]")
        self.assertEqual([False, [], [], ["main.py"], False, True, []], self.result_in(SLOW, look, "heavy"))

    def test_a_job_can_not_reach_into_its_template(self) -> None:
        if self.tier == "fallback":
            self.skipTest("no templates there")
        self.with_template()
        for name in ("mem", "maps", "environ", "fd", "root/etc/passwd"):
            code = "import os\np = '/proc/%%d/%s' %% os.getppid()\n(os.listdir if p.endswith('fd') else open)(p)" % name
            outcome = self.run_in(SLOW, code + "\n#heavy", "heavy")
            self.assertEqual("exception", outcome.verdict, (name, outcome))
        code = ("import subprocess, sys, os\nreturn subprocess.run([sys.executable, '-c', "
                "'open(\"/proc/%d/mem\", \"r+b\")' % os.getppid()], stderr=-1).returncode")
        self.assertEqual(1, self.result_in(SLOW, code + "\n#heavy", "heavy"))

    def test_a_job_that_ends_its_template_or_changes_it_harms_itself_alone(self) -> None:
        if self.tier == "fallback":
            self.skipTest("no templates there")
        for code in ("import os\nos.kill(os.getppid(), 9)\n__import__('time').sleep(5)", "import os\nos.kill(-1, 9)",
                     "import os\nos.kill(os.getppid(), 19)", "import os, resource\n"
                     "resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE, (20, 20))",
                     "import os\nos.rename('/scratch/tmp', '/scratch/work/t')", "import os\nos.setpriority(0, os.getppid(), 9)"):
            self.with_template()
            outcome = self.run_in(SLOW, code + "\n#heavy", "heavy", timeout_ms=3000)
            self.assertIn(outcome.verdict, ("ok", "signal", "exception", "timeout"), (code, outcome))
            self.assertEqual(2, self.result_in(SLOW, "return 1 + 1"), code)

    def test_an_interrupted_job_is_told_by_its_status(self) -> None:
        if self.tier == "fallback":
            self.skipTest("no templates there")
        self.with_template()
        self.assertEqual("signal", self.run_in(SLOW, "import os, heavy\nos.kill(os.getpid(), 11)", "heavy").verdict)
        self.assertEqual("exit", self.run_in(SLOW, "import os, heavy\nos._exit(7)", "heavy").verdict)
        self.assertEqual("timeout", self.run_in(SLOW, "import heavy\nwhile 1: pass", "heavy", timeout_ms=300).verdict)
        self.assertEqual("memory_limit", self.run_in(SLOW, "import heavy\nx = 'x' * (4 << 30)", "heavy").verdict)
        outcome = self.run_in(SLOW, "import heavy\nprint('out')\nraise ValueError('x')", "heavy")
        self.assertEqual(b"out\n", outcome.stdout)
        self.assertEqual(b'Traceback (most recent call last):\n  File "/scratch/work/main.py", line 3, in <module>\n'
                         b"    raise ValueError('x')\nValueError: x\n", outcome.stderr)

    def test_what_would_be_shared_makes_no_template(self) -> None:
        if self.tier == "fallback":
            self.skipTest("no templates there")
        for name, module in ((THREAD, "threads"), (EXITS, "exits"), (WRITES, "writes"), (PRINTS, "prints")):
            for _ in range(3):
                self.assertEqual(3, self.result_in(name, "return 3", module), module)
            outcome = self.run_in(name, "import " + module, module)
            self.assertEqual("exit" if name == EXITS else "ok", outcome.verdict, outcome)
            if name == PRINTS:
                self.assertEqual(b"hello from an import\n", outcome.stdout)

    def test_a_job_with_a_network_has_its_packages_too_and_its_template_has_no_network_but_the_jobs(self) -> None:
        if self.tier == "fallback":
            self.skipTest("no network there")
        proxy = Proxy()
        self.addCleanup(proxy.close)
        code = ("import calls, os, urllib.request\nurllib.request.urlopen('http://job.example/').read()\n"
                "return [calls.imported_by == os.getpid(), calls.reached]")
        self.assertEqual([True, True], self.result_in(CALLS, code, "calls", network=proxy.access("first")))
        for number in range(20):
            token = "later-%d" % number
            own, reached = self.result_in(CALLS, code, "calls", network=proxy.access(token))
            self.assertEqual(own, reached)
            self.assertIn(b"%s\nGET http://job.example/" % token.encode(), b"".join(proxy.heads))
            self.assertEqual(own, b"%s\nIMPORT" % token.encode() in b"".join(proxy.heads))
        self.assertFalse(own, "no template serves")
        self.assertEqual(1, self.result_in(CALLS, "return 1", "calls", network=proxy.access("other")))
        outcome = self.run_in(CALLS, "import calls, socket\nsocket.socket()", "calls")
        self.assertIn("runs without network", outcome.header["error"])

    def test_what_needs_a_network_to_be_imported_is_imported_by_each_job(self) -> None:
        if self.tier == "fallback":
            self.skipTest("no network there")
        proxy = Proxy()
        self.addCleanup(proxy.close)
        for number in range(4):
            token = "t%d" % number
            self.assertEqual("hello", self.result_in(CALLS_ALWAYS, "import always\nreturn always.got.decode()", "always",
                                                     network=proxy.access(token)))
            self.assertIn(b"%s\nGET http://import" % token.encode(), b"".join(proxy.heads))

    def test_more_environments_than_a_slot_keeps_take_turns(self) -> None:
        for _ in range(2):
            for name in _MODULES:
                self.assertEqual(4, self.result_in(name, "return 4"))


globals().update(for_each_tier(EnvironmentTest))

if __name__ == "__main__":
    unittest.main()
