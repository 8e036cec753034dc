"""`python3 -m millrace_sandbox run`: output, verdict and exit status of one program, from the folder and from the wheel."""
from __future__ import annotations

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
from typing import Any, Sequence

import support

_MODULE_OF_THE_BUILD = ("pip", "setuptools", "wheel")
_SANDBOX = os.path.normpath(os.path.join(support.HERE, "..", "..", ".."))


def _command(*arguments: str) -> Sequence[str]:
    return [support.PYTHON, "-B", "-m", "millrace_sandbox", "run", *arguments]


def run(code: str, *arguments: str, launcher: Sequence[str] = (), path: str = support.MAIN,
        **more: Any) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*launcher, *_command("-", *arguments)], input=code, capture_output=True, text=True, timeout=60,
                          env={"PATH": os.environ["PATH"], "PYTHONPATH": path}, **more)


class CommandLineTest(unittest.TestCase):
    def test_output_verdict_and_status_in_the_strongest_tier(self) -> None:
        for tier, launcher in support.tiers().items():
            if tier == "fallback":
                continue  # of a user who may make no namespaces, below
            with self.subTest(tier=tier):
                ended = run("import sys\nprint('out')\nprint('err', file=sys.stderr)\nsys.exit(3)", launcher=launcher)
                self.assertEqual((3, "out\n"), (ended.returncode, ended.stdout))
                self.assertRegex(ended.stderr, r"\Aerr\nmillrace: exit: .* code 3; ran \d\.\d{3} s in tier %s\n\Z" % tier)

    def test_where_no_namespaces_are_there_is_the_fallback_unless_strong_is_required(self) -> None:
        ended = run("print(1)", launcher=support.without_namespaces())
        self.assertEqual((0, "1\n"), (ended.returncode, ended.stdout), ended.stderr)
        self.assertIn("in tier fallback", ended.stderr)
        refused = run("print(1)", "--require", "strong", launcher=support.without_namespaces())
        self.assertEqual((78, ""), (refused.returncode, refused.stdout))
        self.assertRegex(refused.stderr, r"\Amillrace: no sandbox of the tier strong works here: .*userns: .+\n\Z")

    def test_each_end_has_its_status(self) -> None:
        for code, arguments, status, verdict in (
                ("pass", (), 0, "ok"), ("1 / 0", (), 1, "exception: ZeroDivisionError"),
                ("import os, signal\nos.kill(os.getpid(), signal.SIGUSR1)", (), 128 + signal.SIGUSR1, "signal: "),
                ("while True: pass", ("--timeout", "0.2"), 124, "timeout: "),
                ("bytearray(300 << 20)", ("--memory", "64M"), 137, "memory_limit: .*64 MiB"),
                ("print('x' * 5000)", ("--output", "1K"), 0, "ok; .*; stdout cut at the limit")):
            with self.subTest(code=code):
                ended = run(code, *arguments)
                self.assertEqual(status, ended.returncode, ended.stderr)
                self.assertRegex(ended.stderr.splitlines()[-1], "^millrace: " + verdict)

    def test_arguments_and_standard_input_are_the_programs(self) -> None:
        with tempfile.NamedTemporaryFile("w", suffix=".py") as program:
            program.write("import sys\nprint(sys.argv[1:], sys.stdin.read())")
            program.flush()
            ended = subprocess.run(_command(program.name, "--stdin", "-", "--", "-v", "--memory"), input="in", capture_output=True,
                                   text=True, timeout=60, env={"PATH": os.environ["PATH"], "PYTHONPATH": support.MAIN})
        self.assertEqual((0, "['-v', '--memory'] in\n"), (ended.returncode, ended.stdout), ended.stderr)

    def test_output_comes_as_it_is_written_and_ctrl_c_ends_it(self) -> None:
        with subprocess.Popen(_command("/dev/stdin"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env={"PATH": os.environ["PATH"], "PYTHONPATH": support.MAIN}) as running:
            assert running.stdin and running.stdout and running.stderr
            running.stdin.write(b"import time\nprint('first', flush=True)\ntime.sleep(60)")
            running.stdin.close()
            self.assertEqual(b"first\n", running.stdout.readline())
            running.send_signal(signal.SIGINT)
            self.assertRegex(running.stderr.read(), b"\nmillrace: cancelled|\\Amillrace: cancelled")
            self.assertEqual(130, running.wait())

    def test_wrong_arguments_are_named(self) -> None:
        for arguments, sentence in ((("--memory", "32M"), "--memory must be 64MB or more, but is 32MB"),
                                    (("--memory", "much"), "must be a size as 256M"),
                                    (("--timeout", "0"), "must be 0.001 to 86400 seconds"),
                                    (("--python-path", "lib"), "--python-path must be a list of absolute paths")):
            with self.subTest(arguments=arguments):
                ended = run("pass", *arguments)
                self.assertEqual((2, ""), (ended.returncode, ended.stdout))
                self.assertIn(sentence, ended.stderr)


@unittest.skipUnless(all(map(importlib.util.find_spec, _MODULE_OF_THE_BUILD)), "pip, setuptools or wheel is not installed")
class WheelTest(unittest.TestCase):
    def test_the_wheel_has_all_that_a_program_needs(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            copy, installed = os.path.join(folder, "source"), os.path.join(folder, "installed")
            shutil.copytree(_SANDBOX, copy, ignore=shutil.ignore_patterns("target", "test", "java"))  # a build leaves folders
            subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation",
                            "--no-compile", "--root-user-action=ignore", "--target", installed, copy],
                           check=True, stdout=subprocess.DEVNULL)
            os.chmod(folder, 0o755)
            ended = run("print('from the wheel')", path=installed)
            self.assertEqual((0, "from the wheel\n"), (ended.returncode, ended.stdout), ended.stderr)
            self.assertEqual(sorted(_files(os.path.join(support.MAIN, "millrace_sandbox"))),
                             sorted(_files(os.path.join(installed, "millrace_sandbox"))))

    def test_it_has_the_version_of_the_rest(self) -> None:
        with open(os.path.join(_SANDBOX, "pyproject.toml")) as own, open(os.path.join(_SANDBOX, "pom.xml")) as theirs:
            version = re.findall('^version = "(.*)"$', own.read(), re.MULTILINE)
            self.assertEqual(version, re.findall("<version>(.*)</version>", theirs.read())[:1])


def _files(folder: str) -> Sequence[str]:
    return [name for name in os.listdir(folder) if name != "__pycache__"]


if __name__ == "__main__":
    unittest.main()
