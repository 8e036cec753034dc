"""Whom a job's processes and threads come after, where no cgroup says.

Those that run at that moment, or could, weigh together a third of what one process does
unasked: each has the lower a priority the more they are, down to the least. Where they are
too many for that, they have one cpu together, so that what wakes finds another. And a session
that a job made has the least there is, where the kernel weighs sessions.

A priority is never raised again: that takes a privilege which containers don't have. Nor
does a crowd get its cpus back.
"""
from __future__ import annotations

import contextlib
import math
import os
from typing import Container, Dict, Iterator, List, Set

from . import scratch, syscalls
from .lockdown import Confinement

LEAST = 19
_ALONE = 5  # of niceness: a third of the usual weight; each step is a factor of 1.25
_STEP = 1.25
_MOST_WEIGHED = int(_STEP ** (LEAST - _ALONE))  # more than these weigh more than a third together, however low each is
_OF_SESSIONS = b"19"
_LARGEST_GAP = 512


def niceness_of(running: int) -> int:
    return min(LEAST, _ALONE + math.ceil(math.log(max(running, 1), _STEP)))


def cpu_of_crowds() -> Set[int]:
    """The last that this process may use: the same for all crowds of a worker, so that they are in each other's way alone."""
    return {max(os.sched_getaffinity(0))}


class Tasks:
    """A job's, at one moment: by process, what it has of threads."""

    def __init__(self, of: Dict[int, List[int]]) -> None:
        self.of = of
        self.running = sum(_can_run(pid, task) for pid, tasks in of.items() for task in tasks)

    def above(self, niceness: int) -> List[int]:
        """Those whose priority is higher."""
        return [task for tasks in self.of.values() for task in tasks if _niceness(task) < niceness]

    def spread(self, cpu: Set[int]) -> List[int]:
        """Those that may run elsewhere, if all are too many for priorities."""
        return [] if self.running <= _MOST_WEIGHED else [
            task for tasks in self.of.values() for task in tasks if _cpus(task) - cpu]

    def sessions(self) -> List[int]:
        """Processes that lead a session of their own, if the kernel weighs it as much as the whole service."""
        return [pid for pid in self.of if _leads_session(pid)]


def of_process(pid: int) -> Tasks:
    return Tasks({pid: _numbers("/proc/%d/task" % pid)})


def of_sandbox(first: int, others: Container[int]) -> Tasks:
    """All in this namespace but the others. Where there is no /proc, those whose numbers were given after the first."""
    return Tasks({pid: _numbers("/proc/%d/task" % pid) or [pid]
                  for pid in _numbers("/proc") or _given_since(first) if pid not in others})


def _given_since(number: int) -> Iterator[int]:
    """One after the other."""
    gap = 0
    while gap < _LARGEST_GAP:
        gap += 1
        with contextlib.suppress(OSError):
            os.sched_getscheduler(number)
            yield number
            gap = 0
        number += 1


def lower(tasks: Tasks, confinement: Confinement) -> None:
    """What a sandbox's init can't, by a process of its own that has the job's user. Nobody waits for it."""
    niceness, sessions, cpu = niceness_of(tasks.running), tasks.sessions(), cpu_of_crowds()
    high = [] if confinement.namespaces else tasks.above(niceness)
    spread = tasks.spread(cpu)
    if (high or sessions or spread) and os.fork() == 0:
        try:
            _become_job_user(confinement)
            _lower(high, niceness, spread, cpu)
            for pid in sessions:
                with contextlib.suppress(OSError), open("/proc/%d/autogroup" % pid, "wb", 0) as f:
                    f.write(_OF_SESSIONS)
        finally:
            os._exit(0)


def lower_beside(tasks: Tasks) -> None:
    """By a process that has the job's user and its view, but is to keep its own priority: it can't write its /proc, so
    sessions stay as they are."""
    niceness, cpu = niceness_of(tasks.running), cpu_of_crowds()
    _lower(tasks.above(niceness), niceness, tasks.spread(cpu), cpu)


def _become_job_user(confinement: Confinement) -> None:
    held = syscalls.capabilities()
    syscalls.prctl(syscalls.PR_SET_KEEPCAPS, 1)
    scratch.become_job_user(confinement)
    syscalls.set_capabilities(held)  # without SYS_ADMIN one session in a tenth of a second is let through


def _lower(high: List[int], niceness: int, spread: List[int], cpu: Set[int]) -> None:
    for task in high:
        with contextlib.suppress(OSError):  # it has ended
            os.setpriority(os.PRIO_PROCESS, task, niceness)
    for task in spread:
        with contextlib.suppress(OSError):
            os.sched_setaffinity(task, cpu)


def _niceness(task: int) -> int:
    try:
        return os.getpriority(os.PRIO_PROCESS, task)
    except OSError:
        return LEAST  # it has ended


def _cpus(task: int) -> Set[int]:
    try:
        return os.sched_getaffinity(task)
    except OSError:
        return set()  # it has ended


def _numbers(folder: str) -> List[int]:
    try:
        return [int(name) for name in os.listdir(folder) if name.isdigit()]
    except OSError:
        return []


def _can_run(pid: int, task: int) -> bool:
    """As far as can be seen."""
    return _read("/proc/%d/task/%d/stat" % (pid, task)).rpartition(b")")[2][:2] in (b" R", b"")


def _leads_session(pid: int) -> bool:
    with contextlib.suppress(OSError):
        if os.getsid(pid) == pid:
            weighed = _read("/proc/%d/autogroup" % pid)
            return bool(weighed) and not weighed.endswith(b"nice %s\n" % _OF_SESSIONS)
    return False


def _read(path: str) -> bytes:
    try:
        with open(path, "rb", 0) as f:
            return f.read(512)
    except OSError:
        return b""
