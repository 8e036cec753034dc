"""Whoever is killed, nothing of a job lives on; zygotes are recycled and nobody waits for it."""
from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
import unittest
from typing import Callable, List, Set

import support
from millrace_sandbox import cgroups
from millrace_sandbox.client import Slot, SlotLost

SECONDS_TO_DIE = 2.0
SECONDS_TO_BE_LOW = 20.0  # on a machine that is busy
# Helper, the zygote and its parent; and the ones before, as long as the sandbox they have ready is not used.
PROCESSES_AT_REST = 7
BUSY = ("import os, signal, time\nfor _ in range(3):\n    if os.fork() == 0:\n        os.setsid()\n"
        "        signal.signal(signal.SIGTERM, signal.SIG_IGN)\nos.write(1, b'on\\n')\nwhile True:\n    time.sleep(0.01)")
CROWD = ("import os, signal\ntry:\n    while os.fork():\n        pass\nexcept OSError:\n    os.write(1, b'on\\n')\n"
         "signal.pause()")
FAMILY = "import os, signal\nfor _ in range(12):\n    if os.fork() == 0:\n        x = bytearray(100 << 20)\n        signal.pause()\nsignal.pause()"
BUSY_ALONE = "import os, signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nos.write(1, b'on\\n')\nwhile True:\n    time.sleep(0.01)"


def weight_of(group: str) -> str:
    name = next(name for name in ("cpu.weight", "cpu.shares") if os.path.exists(group + "/" + name))
    with open(group + "/" + name) as f:
        return f.read()


def niceness_of_session(pid: int) -> str:
    """Empty for a process that has gone."""
    try:
        with open("/proc/%d/autogroup" % pid) as f:
            return f.read().split()[-1]
    except OSError:
        return ""


def nicenesses(keeper: int) -> List[int]:
    found = []
    for pid in support.descendants(keeper):
        with contextlib.suppress(OSError):
            found.append(os.getpriority(os.PRIO_PROCESS, pid))
    return found


def cpus_of_tasks(keeper: int) -> List[Set[int]]:
    found = []
    for pid in support.descendants(keeper):
        with contextlib.suppress(OSError):
            found += [os.sched_getaffinity(int(task)) for task in os.listdir("/proc/%d/task" % pid)]
    return found


class LifecycleTest(unittest.TestCase):
    def test_no_process_outlives_whoever_is_killed(self) -> None:
        for tier, launcher in support.tiers().items():
            for victim in ("keeper", "helper", "zygote", "input"):
                with self.subTest(tier=tier, victim=victim):
                    slot = Slot(launcher, support.PYTHON, tier=tier, preimport=[])
                    keeper = slot.process.pid
                    slot.submit(BUSY if tier != "fallback" else BUSY_ALONE, 60_000, stream=True)
                    self.assertEqual(b"O", slot._read()[0])
                    family = support.descendants(keeper) | {keeper}
                    self.assertGreaterEqual(len(family), 4 if tier == "fallback" else 7)
                    self.kill(victim, tier, slot, family)
                    self.assert_gone(family - {keeper})
                    if victim == "zygote":
                        self.assertEqual("sandbox_failed", slot.outcome().verdict)
                        self.assertEqual(70, slot.close())
                    else:
                        slot.close()

    def kill(self, victim: str, tier: str, slot: Slot, family: Set[int]) -> None:
        keeper = slot.process.pid
        children = sorted(pid for pid in family if support._parent(pid)[0] == keeper)
        zygotes, helper = children[:-1], children[-1]  # the helper is forked last
        if victim == "input":
            slot.process.stdin.close()
        else:
            if tier != "fallback":  # the first is only its parent
                zygotes = sorted(pid for pid in family if support._parent(pid)[0] in zygotes)
            os.kill({"keeper": keeper, "helper": helper, "zygote": zygotes[0]}[victim], signal.SIGKILL)

    def assert_gone(self, family: Set[int]) -> None:
        self.wait_until(lambda: not support.alive(family))
        self.assertFalse(support.alive(family))

    @staticmethod
    def wait_until(holds: Callable[[], bool], seconds: float = SECONDS_TO_DIE) -> None:
        until = time.monotonic() + seconds
        while not holds() and time.monotonic() < until:
            time.sleep(0.01)

    def test_the_worker_killed_takes_everything_along(self) -> None:
        script = ("import sys, time; sys.path[:0] = %r; import support\nfrom millrace_sandbox.client import Slot\n"
                  "slot = Slot((), support.PYTHON, preimport=[], require='fallback')\nslot.submit(%r, 60000, stream=True)\nslot._read()\n"
                  "print(slot.process.pid, flush=True)\ntime.sleep(60)" % ([support.HERE], BUSY_ALONE))
        worker = subprocess.Popen([sys.executable, "-B", "-c", script], stdout=subprocess.PIPE)
        assert worker.stdout
        keeper = int(worker.stdout.readline())
        family = support.descendants(keeper) | {keeper}
        worker.kill()
        worker.wait()
        worker.stdout.close()
        self.assert_gone(family - {keeper})

    def test_signals_that_mean_the_worker_end_nothing(self) -> None:
        """Sandboxes that wait may die of them; a program that comes just then gets another.

        One that has them and did not run since could still be given the program, and die with it read.
        """
        with Slot((), support.PYTHON, preimport=[], require="fallback") as slot:
            for _ in range(50):
                family = support.descendants(slot.process.pid) | {slot.process.pid}
                for pid in family:
                    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                        with contextlib.suppress(ProcessLookupError):
                            os.kill(pid, number)
                self.wait_until(lambda: not any(map(support.has_pending_signals, family)))
                self.assertEqual("ok", slot.run("pass").verdict)

    def test_a_job_with_all_its_processes_yields_its_cpu_to_other_slots(self) -> None:
        for tier, launcher in support.tiers().items():
            with self.subTest(tier=tier), Slot(launcher, support.PYTHON, tier=tier, preimport=[], processes=8) as slot:
                group = cgroups.create(str(slot.process.pid)).directories.get("cpu", "")
                path = group + "/cpu.idle"
                if slot.hello["limits"]["pids"] != "cgroup" or not os.path.exists(path):
                    continue  # nothing is bounded as a whole here
                weight = weight_of(group)
                slot.submit(CROWD, 60_000, stream=True)
                self.assertEqual(b"O", slot._read()[0])
                self.await_content(path, "1\n")
                slot.cancel()
                self.assertEqual("cancelled", slot.outcome().verdict)
                self.assertEqual("ok", slot.run("print()").verdict)
                self.await_content(path, "0\n")
                self.assertEqual(weight, weight_of(group))

    @unittest.skipUnless(os.path.exists("/proc/self/autogroup"), "this kernel doesn't group by session")
    def test_without_a_cgroup_for_cpu_a_slots_session_comes_after_others(self) -> None:
        for tier, launcher in support.tiers().items():
            with self.subTest(tier=tier), Slot(launcher, support.PYTHON, tier=tier, preimport=[], cgroups="off",
                                               require="fallback") as slot:
                self.wait_until(lambda: niceness_of_session(slot.process.pid) == "5")
                jobs_session = niceness_of_session(slot.process.pid)
                others = {niceness_of_session(pid) for pid in support.descendants(slot.process.pid)} - {jobs_session, ""}
                self.assertEqual("5", jobs_session)
                self.assertEqual({"0"}, others, "the helper's alone")

    def test_without_a_cgroup_for_cpu_a_long_job_comes_after_short_ones(self) -> None:
        """The lower, the more of it runs; what only sleeps does not count."""
        crowd = ("import os, threading\nfor _ in range(3):\n    if os.fork() == 0:\n        while True: pass\n"
                 "for _ in range(20):\n    threading.Thread(target=threading.Event().wait).start()\nwhile True: pass")
        for tier, launcher in support.tiers().items():
            if tier != "fallback":
                self.comes_after(launcher, tier, crowd, 4, range(9, 17))  # some may just begin; all 24 have 19
            self.comes_after(launcher, tier, "while True: pass", 1, range(5, 6))

    def test_without_a_cgroup_for_cpu_a_crowd_has_one_cpu_together(self) -> None:
        """More than priorities can make small; the next job has all cpus again."""
        crowd = ("import hashlib, os, threading\ndef spin():\n    while True: hashlib.sha256(x)\nx = bytes(1 << 20)\n"
                 "for _ in range(29):\n    try:\n        if os.fork() == 0: spin()\n"
                 "    except OSError: threading.Thread(target=spin).start()\nspin()")
        cpus = os.sched_getaffinity(0)
        for tier, launcher in support.tiers().items():
            with self.subTest(tier=tier), Slot(launcher, support.PYTHON, tier=tier, preimport=[], cgroups="off",
                                               require="fallback") as slot:
                slot.submit(crowd, 60_000)
                together = lambda: cpus_of_tasks(slot.process.pid).count({max(cpus)})
                self.wait_until(lambda: together() >= 30, SECONDS_TO_BE_LOW)
                self.assertGreaterEqual(together(), 30)
                slot.cancel()
                self.assertEqual("cancelled", slot.outcome().verdict)
                self.assertEqual("%d\n" % len(cpus), slot.run("import os\nprint(len(os.sched_getaffinity(0)))").stdout.decode())

    def test_without_proc_what_is_there_is_found_by_its_number(self) -> None:
        launcher = support.with_masked_proc()
        if launcher is None or "userns" not in support.tiers():
            self.skipTest("only root can mask /proc here")
        self.comes_after(launcher, "userns", "while True: pass", 1, range(5, 6))

    def test_a_privileged_fallback_without_the_right_to_lower_others(self) -> None:
        """A zygote that failed there ended, and each job of more than 10 ms with it."""
        if os.geteuid() != 0 or "fallback" not in support.tiers():
            self.skipTest("needs root and Landlock")
        self.comes_after(["setpriv", "--bounding-set=-sys_nice", "--inh-caps=-sys_nice"], "fallback", "while True: pass",
                         1, range(5, 6))

    @unittest.skipUnless(os.path.exists("/proc/self/autogroup"), "this kernel doesn't group by session")
    def test_without_a_cgroup_for_cpu_a_session_that_a_job_makes_comes_last(self) -> None:
        code = "import os\nfor _ in range(3):\n    if os.fork() == 0:\n        os.setsid()\n        while True: pass\nwhile True: pass"
        for tier in ("root", "userns"):
            if tier not in support.tiers():
                continue
            with self.subTest(tier=tier), Slot(support.tiers()[tier], support.PYTHON, tier=tier, preimport=[], cgroups="off") as slot:
                slot.submit(code, 60_000)
                last = lambda: [niceness_of_session(pid) for pid in support.descendants(slot.process.pid)].count("19")
                self.wait_until(lambda: last() == 3, SECONDS_TO_BE_LOW)
                self.assertEqual(3, last())

    def comes_after(self, launcher: List[str], tier: str, code: str, count: int, expected: range) -> None:
        with self.subTest(tier=tier, code=code), Slot(launcher, support.PYTHON, tier=tier, preimport=[], cgroups="off",
                                                      require="fallback") as slot:
            low = lambda: [niceness for niceness in nicenesses(slot.process.pid) if niceness]
            slot.submit(code, 60_000)
            self.wait_until(lambda: len(low()) >= count and set(low()) <= set(expected), SECONDS_TO_BE_LOW)
            self.assertGreaterEqual(len(low()), count)
            self.assertLessEqual(set(low()), set(expected))
            slot.cancel()
            self.assertEqual("cancelled", slot.outcome().verdict)
            self.wait_until(lambda: not low(), SECONDS_TO_BE_LOW)
            self.assertEqual([], low())
            self.assertEqual("ok", slot.run("pass").verdict)

    def test_a_job_whose_processes_together_meet_the_memory_limit_ends(self) -> None:
        """The kernel kills one or two of them; the rest would sleep, or wait for the dead, up to the job's timeout."""
        for tier, launcher in support.tiers().items():
            with self.subTest(tier=tier), Slot(launcher, support.PYTHON, tier=tier, preimport=[]) as slot:
                if slot.hello["limits"]["memory"] != "cgroup":
                    continue  # nothing is bounded as a whole here
                for _ in range(2):
                    self.assertEqual("memory_limit", slot.run(FAMILY, 60_000).verdict)
                    self.assertEqual("ok", slot.run("print()").verdict)

    def await_content(self, path: str, wanted: str) -> None:
        def content() -> str:
            with open(path) as f:
                return f.read()
        self.wait_until(lambda: content() == wanted)
        self.assertEqual(wanted, content())

    def test_zygotes_are_recycled_and_no_job_waits(self) -> None:
        for tier, launcher in support.tiers().items():
            with self.subTest(tier=tier), Slot(launcher, support.PYTHON, tier=tier, preimport=[], max_jobs_per_zygote=5) as slot:
                seeds: Set[bytes] = set()
                jobs = 0
                until = time.monotonic() + 60
                while len(seeds) < 3 and time.monotonic() < until:
                    outcome = slot.run("return hash('seed')")
                    self.assertEqual("ok", outcome.verdict)
                    seeds.add(outcome.result)
                    jobs += 1
                    time.sleep(0.03)
                self.assertEqual(3, len(seeds), "after %d jobs" % jobs)
                until = time.monotonic() + 10
                while len(support.descendants(slot.process.pid)) > PROCESSES_AT_REST and time.monotonic() < until:
                    time.sleep(0.05)
                self.assertLessEqual(len(support.descendants(slot.process.pid)), PROCESSES_AT_REST)

    def test_a_sandbox_that_cannot_be_reached_is_no_users_fault(self) -> None:
        slot = Slot((), support.PYTHON, preimport=[], require="fallback")
        for pid in support.descendants(slot.process.pid):
            with contextlib.suppress(ProcessLookupError):  # it may have gone with another
                os.kill(pid, signal.SIGKILL)
        with self.assertRaises((SlotLost, BrokenPipeError)):
            while True:
                self.assertEqual("sandbox_failed", slot.run("pass").verdict)
        slot.close()


if __name__ == "__main__":
    unittest.main()
