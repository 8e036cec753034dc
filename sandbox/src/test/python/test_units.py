"""What can be shown without a sandbox: the filter's tables, results as JSON, verdicts, cgroup trees, settings."""
from __future__ import annotations

import array
import collections
import ctypes
import dataclasses
import datetime
import decimal
import enum
import errno
import json
import os
import pathlib
import stat
import subprocess
import sys
import tempfile
import types
import unittest
import uuid
from typing import Dict

import support
from millrace_sandbox import (argument_rules, bpf, call_list, cgroups, idle_init, result, root_fs, runner, seccomp, settings, streams, syscalls,
                              verdict)
from millrace_sandbox.lines import Ended


class SeccompTest(unittest.TestCase):
    def test_no_call_is_both_allowed_and_refused(self) -> None:
        self.assertFalse(seccomp.ALLOWED & seccomp.REFUSED)

    def test_every_name_is_a_call_of_some_architecture(self) -> None:
        known = set().union(*syscalls.NUMBERS.values())
        self.assertFalse((seccomp.ALLOWED | seccomp.REFUSED) - known)

    def test_numbers_are_those_of_the_headers(self) -> None:
        try:
            text = subprocess.run(["cc", "-E", "-dM", "-include", "asm/unistd_64.h", "-"], input="", text=True,
                                  capture_output=True, check=True).stdout
        except (OSError, subprocess.CalledProcessError):
            self.skipTest("no x86_64 headers here")
        headers = dict(line.split()[1:] for line in text.splitlines() if line.startswith("#define __NR_"))
        wrong = {name for name, number in syscalls.NUMBERS["x86_64"].items()
                 if headers.get("__NR_" + name, str(number)) != str(number)}
        self.assertFalse(wrong)

    def test_filters_answer_as_the_tables_say(self) -> None:
        for machine in ("x86_64", "aarch64"):
            for namespaces in (True, False):
                program = seccomp.program(namespaces, machine)
                self.assertLess(len(program), 4096)
                answer = lambda name, *args: interpret(program, machine, syscalls.NUMBERS[machine][name], args)
                for name in ("read", "openat", "mmap", "futex", "exit_group"):
                    self.assertEqual(seccomp.ALLOW, answer(name), name)
                for name in ("mount", "ptrace", "bpf", "keyctl", "io_uring_setup", "socket", "unshare", "setns"):
                    self.assertEqual(seccomp.EPERM, answer(name), name)
                self.assertEqual(seccomp.ENOSYS, answer("clone3"))
                self.assertEqual(seccomp.EPERM, answer("clone", 0x10000000))
                self.assertEqual(seccomp.ALLOW if namespaces else seccomp.EPERM, answer("clone", 17))
                self.assertEqual(seccomp.ALLOW, answer("clone", 0x3D0F00))
                self.assertEqual(seccomp.ALLOW if namespaces else seccomp.EPERM, answer("execve"))
                self.assertEqual(seccomp.ALLOW, answer("socketpair", 1, 1 | 0o2000000))
                self.assertEqual(seccomp.EAFNOSUPPORT, answer("socketpair", 1, 2))
                self.assertEqual(seccomp.EAFNOSUPPORT, answer("socketpair", 2, 1))
                self.assertEqual(argument_rules.answer(errno.ENOTTY), answer("ioctl", 0, 0x5412))
                self.assertEqual(seccomp.ALLOW, answer("ioctl", 0, 0x5401))
                self.assertEqual(seccomp.EPERM, answer("fcntl", 0, 1026))
                self.assertEqual(seccomp.EPERM, answer("prctl", 1))
                self.assertEqual(seccomp.ALLOW, answer("prctl", 15))
                self.assertEqual(seccomp.EPERM, answer("prlimit64", 1))
                self.assertEqual(seccomp.ENOSYS, interpret(program, machine, 999, ()))
                self.assertEqual(seccomp.KILL, interpret(program, "i386", 20, ()))
        self.assertEqual(seccomp.KILL, interpret(seccomp.program(True, "x86_64"), "x86_64", 0x40000000 + 39, ()))

    def test_what_an_older_landlock_does_not_know_is_refused(self) -> None:
        for machine in ("x86_64", "aarch64"):
            for abi in range(1, 8):
                program = seccomp.program(False, machine, abi)
                answer = lambda name, *args: interpret(program, machine, syscalls.NUMBERS[machine][name], args)
                knows = seccomp.ALLOW if abi >= 3 else seccomp.EPERM
                self.assertEqual(knows, answer("truncate"), abi)
                self.assertEqual(knows, answer("openat", 0, 0, os.O_RDONLY | os.O_TRUNC | os.O_CLOEXEC), abi)
                for flags in (os.O_RDONLY, os.O_WRONLY | os.O_TRUNC | os.O_CREAT, os.O_RDWR | os.O_TRUNC):
                    self.assertEqual(seccomp.ALLOW, answer("openat", 0, 0, flags), abi)
                for lock in (6, 7):  # F_SETLK F_SETLKW: not made, and they succeed
                    self.assertEqual(argument_rules.answer(0), answer("fcntl", 0, lock), abi)
                for owner in (8, 10, 15):  # F_SETOWN F_SETSIG F_SETOWN_EX
                    self.assertEqual(seccomp.EPERM, answer("fcntl", 0, owner), abi)
                for name in ("chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "fchown", "utimensat", "setxattr", "fallocate"):
                    if name in syscalls.NUMBERS[machine]:
                        self.assertEqual(seccomp.EPERM, answer(name), (name, abi))

    def test_a_zygotes_filter_and_a_sandboxs_are_together_the_jobs(self) -> None:
        arguments = [(first, second, third) for first in (0, 1, 2, 4, 15, 17, 38, 47, 0x10000000, 0x3D0F00)
                     for second in (0, 1, 5, 1026, 0x5412) for third in (0, 1)]
        for machine in ("x86_64", "aarch64"):
            whole, parts = seccomp.program(True, machine), (seccomp.zygote_program(machine), seccomp.sandbox_program(machine))
            self.assertLess(len(parts[1]), 50)
            for number in range(500):
                for values in arguments:
                    expected = interpret(whole, machine, number, values)
                    # The least is the strictest, and of two refusals the sandbox's own is heard.
                    answers = [interpret(part, machine, number, values) for part in reversed(parts)]
                    self.assertEqual(expected, min(answers, key=lambda answer: answer & 0x7FFF0000), (number, values))

    def test_the_fallback_filter_is_bound_to_its_process(self) -> None:
        code = seccomp.for_process(bpf.assemble(seccomp.program(False, "x86_64")), 4711)
        program = [__import__("struct").unpack_from("<HBBI", code, i) for i in range(0, len(code), 8)]
        number = syscalls.NUMBERS["x86_64"]["kill"]
        self.assertEqual(seccomp.ALLOW, interpret(program, "x86_64", number, (4711, 9)))
        self.assertEqual(seccomp.EPERM, interpret(program, "x86_64", number, (4712, 9)))


def interpret(program: bpf.Program, machine: str, number: int, arguments: tuple) -> int:
    """The kernel's classic BPF machine, as much of it as the filters use."""
    data = {0: number, 4: {"x86_64": 0xC000003E, "aarch64": 0xC00000B7, "i386": 0x40000003}[machine]}
    data.update({16 + 8 * i: value for i, value in enumerate(arguments)})
    at = accumulator = 0
    while True:
        code, if_true, if_false, k = program[at]
        at += 1
        if code == bpf.RETURN:
            return k
        if code == bpf.LOAD:
            accumulator = data.get(k, 0)
        elif code == bpf.AND:
            accumulator &= k
        elif code == bpf.JUMP:
            at += k
        else:
            holds = {bpf.IF_EQUAL: accumulator == k, bpf.IF_GREATER: accumulator > k,
                     bpf.IF_GREATER_OR_EQUAL: accumulator >= k, bpf.IF_ANY_BIT: bool(accumulator & k)}[code]
            at += if_true if holds else if_false


class IdleInitTest(unittest.TestCase):
    CALLS = ("rt_sigtimedwait", "setresuid", "setpriority", "wait4")

    def test_the_code_calls_what_it_says(self) -> None:
        x86, arm = idle_init._CODE["x86_64"], idle_init._CODE["aarch64"]
        moves = [x86[at - 5:at] for at in range(len(x86)) if x86[at:at + 2] == b"\x0f\x05"]  # mov eax, number; syscall
        self.assertEqual([(0xB8, syscalls.NUMBERS["x86_64"][n]) for n in self.CALLS],
                         [(move[0], int.from_bytes(move[1:], "little")) for move in moves])
        words = [int.from_bytes(arm[i:i + 4], "little") for i in range(0, len(arm), 4)]
        calls = [word >> 5 & 0xFFFF for word in words if word & 0xFFE0001F == 0xD2800008]  # mov x8, #number
        self.assertEqual([syscalls.NUMBERS["aarch64"][n] for n in self.CALLS], calls)


def fork(calls: call_list.CallList) -> int:
    function, *arguments = calls.as_c_call()
    return ctypes.PYFUNCTYPE(ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)(function)(*arguments)


class CallListTest(unittest.TestCase):
    def child_of(self, calls: call_list.CallList) -> int:
        """The exit status of a child that says by it how its calls went."""
        outcome = fork(calls)
        if outcome <= 0:
            failure = calls.failure(outcome) if outcome else OSError(0, "", "chdir")
            os._exit(failure.errno if failure.filename == "chdir" else 255)
        return os.waitstatus_to_exitcode(os.waitpid(outcome, 0)[1])

    def test_the_calls_are_made_in_the_child_alone(self) -> None:
        read, write = os.pipe()
        calls = call_list.CallList()
        calls.add("write", write, b"first ", 6)
        text = calls.add("write", write, b"never", 5)
        calls.add("close_range", 0, 0xFFFFFFFF, 0)
        calls.seal()
        second = b"second"
        for argument, value in ((1, second), (2, len(second))):
            calls.set(text, argument, value)
        self.assertEqual(0, self.child_of(calls))
        os.close(write)
        with os.fdopen(read, "rb") as pipe:
            self.assertEqual(b"first second", pipe.read())

    def test_the_call_that_fails_is_named_and_the_last(self) -> None:
        calls = call_list.CallList()
        calls.add("getpid")
        calls.add("chdir", b"/there/is/no/such/directory")
        calls.add("exit_group", 0)
        calls.seal()
        self.assertEqual(errno.ENOENT, self.child_of(calls))

    def test_the_last_argument_arrives(self) -> None:
        calls = call_list.CallList()
        calls.add("mmap", 0, 4096, 1, 0x22, -1, 1)  # an offset that is no multiple of the page size
        calls.add("exit_group", 0)
        calls.seal()
        child = fork(calls)
        if child <= 0:
            os._exit(-child & 0xFFF)
        self.assertEqual(errno.EINVAL, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


class PractiseTest(unittest.TestCase):
    PROGRAM = """
import dis, os, sys
sys.path.insert(0, sys.argv[1])
from millrace_sandbox import runner, surroundings
practising = runner.Runner(1000, [], runner.Runner)
practising.prepare(surroundings.new_main(os.getcwd()))
practising.practise()
print(*(i.opname for i in dis.get_instructions(practising._take_job, adaptive=True)))
"""

    @unittest.skipIf(sys.version_info < (3, 11), "interpreters specialize from 3.11 on")
    def test_what_each_job_runs_is_specialized_before_the_fork(self) -> None:
        with tempfile.TemporaryDirectory() as scratch:
            done = subprocess.run([sys.executable, "-c", self.PROGRAM, support.MAIN], cwd=scratch, text=True,
                                  stdout=subprocess.PIPE, check=True)
        self.assertIn("LOAD_GLOBAL_MODULE", done.stdout.split())
        self.assertNotIn("LOAD_GLOBAL", done.stdout.split())


class BareZygoteTest(unittest.TestCase):
    """Each fork pays for what a zygote has: 14 us a MiB, five mappings a shared library, and a new seed for `random`."""

    def test_it_has_nothing_that_is_large_or_has_to_be_made_new(self) -> None:
        program = "import sys; sys.path.insert(0, sys.argv[1]); import millrace_sandbox.zygote; print(*sys.modules)"
        done = subprocess.run([sys.executable, "-I", "-S", "-c", program, support.MAIN], stdout=subprocess.PIPE, text=True, check=True)
        heavy = {"bz2", "dataclasses", "email", "inspect", "logging", "lzma", "random", "shutil", "ssl", "subprocess",
                 "tempfile", "threading", "urllib", "zlib"}
        self.assertEqual(set(), heavy & set(done.stdout.split()))


class HeapHolesTest(unittest.TestCase):
    PROGRAM = """
import os, resource, sys
sys.path.insert(0, sys.argv[1])
from millrace_sandbox import heap_holes
size = int(sys.argv[3])
things = [bytes(size) for _ in range(40_000)]
del things[::8]  # a hole in each page, or in each other
if sys.argv[2] == "filled":
    heap_holes.fill()
if not os.fork():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    more = [bytes(size) for _ in range(2_000)]
    print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before, flush=True)
    os._exit(0)
os.wait()
"""

    def pages_copied(self, heap: str, size: int) -> int:
        done = subprocess.run([sys.executable, "-c", self.PROGRAM, support.MAIN, heap, str(size)], stdout=subprocess.PIPE, check=True)
        return int(done.stdout)

    def test_what_a_fork_allocates_lies_close_together(self) -> None:
        for size in (100, 400, 600):  # of Python's pools, and of the C library
            with self.subTest(size=size):
                self.assertLess(self.pages_copied("filled", size) * 2, self.pages_copied("full of holes", size))


class ResultTest(unittest.TestCase):
    def check(self, expected: str, value: object) -> None:
        self.assertEqual(expected, result.encode(value, 1 << 20).decode())

    def test_json_stays_json(self) -> None:
        self.check('{"a":[1,2.5,null,true,"x"],"1":2}', {"a": [1, 2.5, None, True, "x"], 1: 2})

    def test_what_has_a_natural_form_takes_it(self) -> None:
        point = dataclasses.make_dataclass("Point", ["x", ("y", "tuple", dataclasses.field(default=(1, 2)))])
        kind = enum.Enum("Kind", {"A": "a", "B": (1,)})
        when = datetime.datetime(2024, 2, 3, 4, 5, 6)
        for expected, value in (
                ("[1,2]", (1, 2)), ("[1,2,3]", {3, 1, 2}), ('[1,"a"]', {"a", 1}), ("[0,1]", range(2)),
                ("[1,2]", collections.deque([1, 2])), ('["b","a"]', {"b": 1, "a": 2}.keys()), ("[1,2]", {"b": 1, "a": 2}.values()),
                ('[["b",1]]', {"b": 1}.items()), ('{"x":[1],"y":[1,2]}', point({1})), ('["a",[1]]', [kind.A, kind.B]),
                ('{"a":1}', types.MappingProxyType({"a": 1})), ('{"a":2}', collections.ChainMap({}, {"a": 2})),
                ('"2024-02-03T04:05:06"', when), ('"2024-02-03"', when.date()), ('"04:05:06"', when.time()),
                ('"2024-02-03T04:05:06+00:00"', when.replace(tzinfo=datetime.timezone.utc)),
                ('"P1DT2H0.5S"', datetime.timedelta(1, 7200, 500000)), ('"PT0S"', datetime.timedelta()),
                ('"-PT1M"', datetime.timedelta(seconds=-60)), ('"P3D"', datetime.timedelta(3)),
                ('"1.50"', decimal.Decimal("1.50")), ('"00000000-0000-0000-0000-000000000001"', uuid.UUID(int=1)),
                ('"a/b"', pathlib.Path("a/b")), ("[1,2]", array.array("i", [1, 2])),
                ('{"2024-02-03":1,"a":2,"1.5":3,"7":4}', {when.date(): 1, kind.A: 2, 1.5: 3, uuid.UUID(int=7).int: 4})):
            with self.subTest(expected):
                self.check(expected, value)

    def test_integers_are_exact(self) -> None:
        digits = sys.get_int_max_str_digits() if hasattr(sys, "get_int_max_str_digits") else 0
        try:
            self.check("[%s]" % ("1" + "0" * 5000), [10**5000])
        finally:
            if digits:
                sys.set_int_max_str_digits(digits)

    def test_what_has_none_is_its_repr_by_value(self) -> None:
        self.check('{"a":"(1+2j)","b":"b\'x\'","c":[1]}', {"a": 1 + 2j, "b": b"x", "c": (1,)})
        self.check('{"(1, 2)":1,"null":2,"true":3}', {(1, 2): 1, None: 2, True: 3})
        self.check('"<class \'int\'>"', int)

    def test_values_of_numpy_and_pandas(self) -> None:
        try:
            import numpy as np
            import pandas as pd
        except ImportError:
            self.skipTest("not installed for this interpreter")
        day = np.datetime64("2024-02-03T04:05:06.000000007", "ns")
        frame = pd.DataFrame({"a": [1, 2], "b": [1.5, float("nan")], "c": pd.to_datetime(["2024-02-03", None])})
        for expected, value in (
                ("3", np.int64(3)), ("true", np.bool_(True)), ("0.5", np.float32(0.5)), ("null", np.float64("nan")),
                ("[0,1,2]", np.arange(3)), ("[[1.0,null]]", np.array([[1, np.inf]])), ("7", np.array(7)),
                ('"2024-02-03T04:05:06"', day), ('["2024-02-03T04:05:06",null]', np.array([day, "NaT"], "M8[ns]")),
                ('"x"', np.str_("x")), ('"(1+2j)"', np.complex128(1 + 2j)), ("2.5", np.longdouble(2.5)),
                ('[{"a":1,"b":1.5,"c":"2024-02-03T00:00:00"},{"a":2,"b":null,"c":null}]', frame),
                ("[1,2]", frame["a"]), ("[1,2]", pd.Index([1, 2])), ('[["a",1]]', pd.MultiIndex.from_tuples([("a", 1)])),
                ('{"a":2.0,"b":1.5}', dict(frame[["a", "b"]].max())), ("[null,null]", [pd.NaT, pd.NA]),
                ('"2024-02"', pd.Period("2024-02")), ('"P1D"', pd.Timedelta(days=1)), ('["x","y"]', pd.Categorical(["x", "y"])),
                ('{"1":[2]}', {np.int64(1): np.array([2])})):
            with self.subTest(expected):
                self.check(expected, value)

    def test_nan_and_infinities_are_null(self) -> None:
        self.check("[null,null,1.5]", [float("nan"), float("inf"), 1.5])

    def test_cycles_depth_and_bad_reprs_are_no_errors(self) -> None:
        cycle: list = []
        cycle.append(cycle)
        self.check('["[[...]]"]', cycle)
        deep: list = []
        for _ in range(5000):
            deep = [deep]
        result.encode(deep, 1 << 20)
        self.check('["<Bad whose repr() fails>"]', [Bad()])

    def test_lone_surrogates_do_not_break_utf_8(self) -> None:
        self.check('{"\ufffd":"a\ufffd"}', {"\ud800": "a\udfff"})

    def test_too_large_is_none(self) -> None:
        self.assertIsNone(result.encode("x" * 100, 50))


class Bad:
    def __repr__(self) -> str:
        raise ValueError


class VerdictTest(unittest.TestCase):
    def decide(self, **evidence: object) -> Dict[str, object]:
        return verdict.decide(verdict.Evidence(1000, 3, **evidence), settings.Settings())

    def test_our_clock_beats_what_the_program_reports(self) -> None:
        self.assertEqual("timeout", self.decide(timed_out=True, report=verdict.Report(0, "ok"))["verdict"])

    def test_wait_status(self) -> None:
        for status, expected in ((0, "ok"), (3 << 8, "exit"), (9, "signal"), (24, "cpu_limit"), (25, "disk_limit")):
            self.assertEqual(expected, self.decide(ended=Ended(status))["verdict"])

    def test_the_oom_counter_makes_a_kill_a_memory_limit(self) -> None:
        self.assertEqual("memory_limit", self.decide(ended=Ended(9), oom_kills=1)["verdict"])
        self.assertEqual("memory_limit", self.decide(oom_kills=1)["verdict"])
        self.assertEqual("ok", self.decide(report=verdict.Report(0, "ok"), oom_kills=1)["verdict"])

    def test_never_started_is_our_failure(self) -> None:
        self.assertEqual("sandbox_failed", self.decide(ended=Ended(None))["verdict"])

    def test_forged_reports_are_the_programs_own_failure(self) -> None:
        ok, exit_, exception = range(len(runner.HOW))
        for status, how, limit in ((1, ok, 0), (0, exit_, 0), (0, len(runner.HOW), 0), (1, exception, len(runner.LIMITS))):
            self.assertEqual(verdict.FORGED, verdict.parse_report((b"D", status, how, limit, False, 1, 1), b""))

    def test_a_report_says_what_the_runner_said(self) -> None:
        facts = (b"D", 1, runner.HOW.index("exception"), runner.LIMITS.index("memory"), True, 2, 1 << 60)
        self.assertEqual(verdict.Report(1, "exception", "\ufffd!", "memory", True, 2, 1 << 40),
                         verdict.parse_report(facts, b"\xff!"))


class OutputStreamTest(unittest.TestCase):
    def test_cut_between_characters_and_the_rest_thrown_away(self) -> None:
        read, write = os.pipe()
        os.set_blocking(read, False)
        stream = streams.OutputStream(read, 5)
        os.write(write, "aaaa€€€".encode())
        stream.read()
        os.write(write, b"x" * 1000)
        while stream.read():
            pass
        self.assertEqual((b"aaaa", True), (stream.text(), stream.truncated))
        self.assertLessEqual(len(stream.data), 5)
        os.close(read)
        os.close(write)


class CgroupTest(unittest.TestCase):
    """v2 against a directory that looks like it: this machine may have only v1."""

    def setUp(self) -> None:
        self.top = tempfile.mkdtemp()
        self.own = self.top + "/pod"
        os.mkdir(self.own)
        for name, text in (("cgroup.controllers", "cpuset cpu memory pids"), ("cgroup.subtree_control", ""),
                           ("cgroup.procs", "")):
            with open(self.own + "/" + name, "w") as f:
                f.write(text)
        self.proc = self.write("proc", "0::/pod\n")
        self.mounts = self.write("mounts", "1 1 0:1 / %s rw - cgroup2 cgroup2 rw\n" % self.top)

    def write(self, name: str, text: str) -> str:
        with open(self.top + "/" + name, "w") as f:
            f.write(text)
        return self.top + "/" + name

    def read(self, name: str) -> str:
        with open(self.top + "/" + name) as f:
            return f.read()

    def test_v2_hands_its_controllers_down_and_makes_the_slots_group(self) -> None:
        os.mkdir(self.own + "/millrace-1234")
        open(self.own + "/millrace-1234/cgroup.procs", "w").close()
        group = cgroups.create("1234", self.proc, self.mounts)
        self.assertEqual((2, {"memory", "pids", "cpu"}), (group.version, set(group.directories)))
        with open(self.own + "/cgroup.subtree_control") as f:
            self.assertEqual("+cpu +memory +pids", f.read())

    def test_without_any_hierarchy_there_is_none(self) -> None:
        group = cgroups.create("1", self.write("p", "0::/\n"), self.write("m", ""))
        self.assertEqual({}, group.directories)

    def test_limits_go_into_the_files_of_their_version(self) -> None:
        for version, expected in (
                (1, {"memory.limit_in_bytes": "4096", "memory.memsw.limit_in_bytes": "4096", "pids.max": "7",
                     "cpu.cfs_period_us": "20000", "cpu.cfs_quota_us": "30000", "cpu.shares": "102"}),
                (2, {"memory.max": "4096", "memory.swap.max": "0", "pids.max": "7", "cpu.max": "30000 20000",
                     "cpu.weight": "10"})):
            for name in expected:
                self.write(name, "")
            slot = cgroups.SlotCgroup({name: self.top for name in cgroups.CONTROLLERS}, version)
            slot.limit_memory(4096)
            slot.limit_processes(7)
            slot.limit_cpus(1.5)
            slot.come_after_the_service()
            self.assertEqual(expected, {name: self.read(name) for name in expected})

    def test_files_of_a_group_are_of_use_when_they_are_open(self) -> None:
        for name, text in (("memory.events", "low 0\nhigh 0\nmax 7\noom 2\noom_kill 1\n"), ("pids.current", "67\n"),
                           ("cpu.idle", "0"), ("cpu.weight", "99"), ("cpu.max", "9000 9000")):
            self.write(name, text)
        slot = cgroups.SlotCgroup({name: self.top for name in cgroups.CONTROLLERS}, 2)
        group = slot.open()
        self.assertEqual((1, 67), (group.oom_kills(), group.processes()))
        group.yield_cpu(True)
        self.assertEqual("1", self.read("cpu.idle"))
        self.write("cpu.weight", "99")  # as the kernel does
        group.yield_cpu(False)
        self.assertEqual(["0", "10"], [self.read("cpu.idle"), self.read("cpu.weight")])
        for _ in range(2):
            group.lift_quota()
            self.assertEqual("max0 9000", self.read("cpu.max"))
        group.restore_quota()
        self.assertEqual("9000 9000", self.read("cpu.max"))

    def test_a_group_without_files_has_nothing_to_tell(self) -> None:
        group = cgroups.SlotCgroup({}, 1).open()
        group.yield_cpu(True)
        group.lift_quota()
        group.restore_quota()
        self.assertEqual((0, 0), (group.oom_kills(), group.processes()))


class DeviceTest(unittest.TestCase):
    def test_a_device_node_that_jobs_could_not_use_is_refused_with_the_remedy(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            node = os.path.join(folder, "null")
            open(node, "w").close()
            self.refuses(node, "rm %s && mknod -m 666 %s c 1 3" % (node, node))
            if os.geteuid() != 0:
                self.skipTest("needs root to make device nodes")
            for numbers, mode, remedy in (((1, 5), 0o666, "mknod -m 666 %s c 1 3"), ((1, 3), 0o600, "chmod 666 %s")):
                os.unlink(node)
                os.mknod(node, stat.S_IFCHR, os.makedev(*numbers))
                os.chmod(node, mode)
                self.refuses(node, remedy % node)
            os.chmod(node, 0o666)
            root_fs._refuse_unusual(node, (1, 3))

    def refuses(self, node: str, remedy: str) -> None:
        with self.assertRaises(OSError) as raised:
            root_fs._refuse_unusual(node, (1, 3))
        self.assertEqual(node, raised.exception.filename)
        self.assertIn(remedy, str(raised.exception))


class SettingsTest(unittest.TestCase):
    def test_wrong_ones_are_named_by_the_operators_name(self) -> None:
        """The Java has the same cases."""
        with open(os.path.join(support.HERE, "settings_cases.json"), encoding="utf-8") as f:
            cases = json.load(f)
        for case in cases:
            with self.subTest(given=case["given"]):
                data = json.dumps(case["given"]).encode()
                if case["error"] is None:
                    settings.parse(data)
                else:
                    with self.assertRaises(settings.SettingsError) as raised:
                        settings.parse(data)
                    self.assertEqual(case["error"], str(raised.exception))

    def test_each_field_of_the_schema_is_a_setting(self) -> None:
        self.assertEqual(list(settings._FIELDS), list(settings.Settings._fields))

    def test_defaults_and_round_trip(self) -> None:
        self.assertEqual(settings.Settings(), settings.parse(b""))
        given = settings.Settings(slot=3, python_path=("/opt/lib",), preimport=("json",))
        self.assertEqual(given, settings.parse(given.to_json()))


if __name__ == "__main__":
    unittest.main()
