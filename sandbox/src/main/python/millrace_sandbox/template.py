"""A template: a sandbox that has imported the packages of its environment, and of which jobs are forked.

These packages are not the operator's, so no zygote imports them: what they do while they are imported they do in a sandbox,
with a job's rights and no more. Then that sandbox speaks to the helper as a zygote does (zygote_channel.py), and each job is
a fork of it that shares its namespaces. So a template has one job at a time, and none of what that leaves behind meets the next: every
process but the template is killed, the scratch is emptied. A job can't trace it nor read its memory, which is not dumpable;
it can kill or stop it, or change its limits: then the helper gives it up, and the next job imports for itself.

What must not be shared by jobs, and came with an import, makes the sandbox no template: threads, other processes, files,
open descriptors, writable memory that forks share.
"""
from __future__ import annotations

import _socket
import gc
import importlib
import os
import resource
import select
import signal
import stat
import struct
import time
from typing import Any, List, Set, Tuple

from . import priorities, root_fs, syscalls
from .scratch import empty
from .surroundings import PROGRAM
from .zygote_channel import ENDED, FAILED_TO_START, HELLO, KILL, NOT_SPAWNED, SPAWN, YIELD, event, parse_request

_SECONDS_BETWEEN_KILLS = 0.0002
_FDS_OF_A_JOB = 4
_LIMITS = [getattr(resource, name) for name in dir(resource) if name.startswith("RLIMIT_")]
PEAK = struct.Struct("=Q")  # follows HELLO: the most memory that its imports had, in bytes


class NotATemplate(Exception):
    """One sentence."""


class Template:
    def __init__(self, channel_fd: int, result_fd: int, folder: str) -> None:
        self._channel_fd, self._result_fd = channel_fd, result_fd
        self._channel = _socket.socket(_socket.AF_UNIX, _socket.SOCK_SEQPACKET, 0, channel_fd)
        self._scratch = _Scratch(os.path.dirname(folder))
        self._job, self._job_pid, self._ending = 0, 0, b""

    def prepare(self, modules: List[str]) -> None:
        """Imports them, or says why it is none."""
        try:
            syscalls.prctl(syscalls.PR_SET_DUMPABLE, 0)
            before = _descriptors()
            for name in modules:
                importlib.import_module(name)
            _refuse_what_jobs_would_share(before, self._scratch)
        except BaseException as e:
            self._channel.send(FAILED_TO_START + ("%s: %s" % (type(e).__name__, e))[:1000].encode("utf-8", "replace"))
            os._exit(0)
        gc.collect()
        gc.freeze()

    def serve(self) -> None:
        """Returns in each fork, which is a job's then."""
        wakes, self._wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)
        self._limits = _own_limits()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10
        self._channel.setblocking(True)
        self._channel.send(HELLO + PEAK.pack(peak))
        poll = select.poll()
        poll.register(self._channel_fd, select.POLLIN)
        poll.register(wakes, select.POLLIN)
        try:
            while True:
                for fd, _ in poll.poll():
                    if fd == wakes:
                        os.read(wakes, 4096)
                        if self._reap():
                            self._clean()
                    elif self._serve_request():
                        os.close(wakes)
                        return
        except OSError:
            os._exit(0)

    def _serve_request(self) -> bool:
        """Whether this is the fork."""
        data, ancillary, _, _ = self._channel.recvmsg(64, 256)
        if not data:
            os._exit(0)
        kind, job = parse_request(data)
        fds = memoryview(ancillary[0][2]).cast("i").tolist() if ancillary else []
        if kind == SPAWN and len(fds) == _FDS_OF_A_JOB:
            self._clean()
            if self._limits != _own_limits():
                os._exit(0)  # the last job's doing
            return self._fork(job, fds)
        if kind == KILL and job == self._job:
            self._clean()
        if kind == YIELD and job == self._job and self._job_pid:
            priorities.lower_beside(priorities.of_sandbox(self._job_pid, {1, os.getpid()}))
        return False

    def _fork(self, job: int, fds: List[int]) -> bool:
        try:
            pid = os.fork()
        except OSError as e:
            pid = -1
            self._channel.send(event(NOT_SPAWNED, job, e.errno or 0))
        if pid == 0:
            self._become_job(fds)
            return True
        for fd in fds:
            os.close(fd)
        if pid > 0:
            self._job, self._job_pid = job, pid
        return False

    def _become_job(self, fds: List[int]) -> None:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setpgid(0, 0)
        syscalls.prctl(syscalls.PR_SET_DUMPABLE, 1)
        self._channel.detach()
        os.close(self._wake)
        for fd, place in zip(fds, (self._channel_fd, 1, 2, self._result_fd)):
            os.dup2(fd, place, inheritable=place in (1, 2))
            os.close(fd)

    def _reap(self) -> bool:
        """Whether the job's own process was among those that have ended."""
        ended = False
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return ended
            if not pid:
                return ended
            if pid == self._job_pid:
                ended, self._job_pid = True, 0
                cpu_us = int((usage.ru_utime + usage.ru_stime) * 1e6)
                self._ending = event(ENDED, self._job, status, cpu_us, usage.ru_maxrss)

    def _clean(self) -> None:
        """Nothing of a job is left when this returns."""
        while True:
            try:
                os.kill(-1, signal.SIGKILL)  # all but this process and the namespace's init
            except ProcessLookupError:
                break
            self._reap()
            time.sleep(_SECONDS_BETWEEN_KILLS)
        self._reap()
        self._scratch.empty()
        if self._ending:
            self._channel.send(self._ending)
            self._ending, self._job = b"", 0


class _Scratch:
    """The folders that jobs write to. A job that moves one of them ends the template."""

    def __init__(self, top: str) -> None:
        self._top = top
        self._folders = {name: os.lstat(os.path.join(top, name)).st_ino for name in os.listdir(top)}
        lists = os.path.join(top, root_fs.DRAWING)
        self._links = {os.path.join(lists, name): os.readlink(os.path.join(lists, name)) for name in _names_in(lists)}

    def refuse_files(self) -> None:
        for name in self._folders:
            folder = os.path.join(self._top, name)
            if any(os.path.join(folder, entry) not in self._links and entry != PROGRAM for entry in os.listdir(folder)):
                raise NotATemplate("its imports wrote files")

    def empty(self) -> None:
        for name in os.listdir(self._top):
            path = os.path.join(self._top, name)
            found = os.lstat(path)
            if self._folders.get(name) != found.st_ino:
                if not stat.S_ISDIR(found.st_mode):
                    os.unlink(path)
                    continue
                empty(path)
                os.rmdir(path)
            else:
                os.chmod(path, 0o700)
                empty(path)
        if set(os.listdir(self._top)) != set(self._folders):
            os._exit(0)
        for link, target in self._links.items():
            os.symlink(target, link)


def _names_in(folder: str) -> List[str]:
    try:
        return os.listdir(folder)
    except FileNotFoundError:
        return []


def _descriptors() -> Set[str]:
    return set(os.listdir("/proc/self/fd"))


def _own_limits() -> Tuple[Any, ...]:
    """What a job could change of this process."""
    return (*(resource.getrlimit(kind) for kind in _LIMITS), os.getpriority(os.PRIO_PROCESS, 0),
            tuple(sorted(os.sched_getaffinity(0))))


def _refuse_what_jobs_would_share(descriptors: Set[str], scratch: _Scratch) -> None:
    if len(os.listdir("/proc/self/task")) > 1:
        raise NotATemplate("its imports started threads")
    if {name for name in os.listdir("/proc") if name.isdigit()} - {"1", str(os.getpid())}:
        raise NotATemplate("its imports started processes")
    if len(_descriptors()) > len(descriptors):
        raise NotATemplate("its imports opened files")
    scratch.refuse_files()
    with open("/proc/self/maps") as maps:
        if any(line.split(None, 2)[1][1::2] == "ws" for line in maps):
            raise NotATemplate("its imports have memory that forks share")
