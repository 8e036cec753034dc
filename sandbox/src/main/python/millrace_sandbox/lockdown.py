"""What a freshly forked sandbox gives up, in order, before it sees a byte of a job.

The order matters: whatever fails, no descriptor of the zygote's is left to hold on to; the score for the OOM
killer is set before the job's own /proc, which is read-only, hides the one that it is written through; mounts
and limits need the zygote's capabilities, so they come early; the user id must change before the capabilities
go, since that change clears them anyway; a change of user id also clears the parent-death signal, so that one
is set after it; seccomp comes last, since it refuses the steps above.
"""
from __future__ import annotations

import os
import signal
import struct
from typing import List, NamedTuple, Tuple

from . import bpf, landlock, limits, oom_scores, root_fs, seccomp, syscalls
from .call_list import CallList
from .settings import Settings

# Above what jobs open by default, so that a job's first file is 3, as it is used to.
_FIRST_PRIVATE_FD = 40
_AT_FDCWD = -100
_NO_SIGNALS = bytes(syscalls.SIGNAL_SET_BYTES)
_FALLBACK_READABLE = (*root_fs.SYSTEM_FILES, "/usr", "/lib", "/lib64", "/bin")
_FALLBACK_WRITABLE = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")


class Confinement(NamedTuple):
    """All that every sandbox of a zygote has in common, computed once."""

    settings: Settings
    namespaces: bool  # the fallback tier has none
    proc: bool  # whether a /proc can be mounted
    change_user: bool
    proc_for_scores: int  # a descriptor of a /proc through which they can set their OOM score; -1 where there is none
    limits: List[Tuple[int, int, int]]
    font_list: str  # where jobs find matplotlib's; "" where there is none
    network: bool  # whether jobs may open TCP connections, which reach their own loopback interface
    templates: bool  # whether a sandbox may become one


def confinement(settings: Settings, tier: str, proc: bool, proc_for_scores: int, font_list: str,
                network: bool, templates: bool = False) -> Confinement:
    change_user = os.geteuid() == 0 and tier != "userns"
    namespaces = tier != "fallback"
    if namespaces and font_list:
        font_list = root_fs.font_list_inside(font_list)
    return Confinement(settings, namespaces, proc, change_user, proc_for_scores, limits.table(settings, tier), font_list,
                       network, templates)


class Lockdown:
    """Forks sandboxes. The steps are the same for all of a zygote's, but for their pipes."""

    def __init__(self, confinement: Confinement) -> None:
        self.confinement = confinement
        self.code = self.result = -1  # these pipes' descriptors in the last sandbox
        self._scratch = os.fsencode(root_fs.SCRATCH)
        self._calls = CallList()
        self._keep_pipes_only()
        if confinement.proc_for_scores >= 0:
            self._offer_to_oom_killer()
        # A group of its own, for kill(0); a session of its own would cost 0.45 ms (autogroup scheduling).
        self._calls.add("setpgid", 0, 0)
        if confinement.namespaces:
            self._calls.add("unshare", syscalls.CLONE_NEWNS | syscalls.CLONE_NEWIPC)
            for mount in root_fs.mounts_of_a_sandbox(confinement.settings, confinement.proc):
                self._calls.add("mount", *mount)
        for kind, soft, hard in confinement.limits:
            self._calls.add("prlimit64", 0, kind, struct.pack("=QQ", soft, hard), 0)
        # Else a job would have its zygote's slices, which may be short.
        self._calls.add("sched_setattr", 0, syscalls.scheduling(os.getpriority(os.PRIO_PROCESS, 0), 0), 0)
        self._give_up_privilege()
        self._enter_scratch()
        self._restore_signals()
        if confinement.namespaces:
            bpf.install(bpf.assemble(seccomp.zygote_program(network=confinement.network)))
            self._calls.add("seccomp", bpf.SET_MODE_FILTER, 0,
                            bpf.filter_program(bpf.assemble(seccomp.sandbox_program(templates=confinement.templates))))
        else:
            self._whole_filter = bpf.assemble(seccomp.program(namespaces=False, landlock_abi=landlock.abi()))
        self._calls.seal()

    def as_c_call(self) -> Tuple[int, int, int]:
        return self._calls.as_c_call()

    def set_up(self, code: int, out: int, err: int, result: int, scratch: str) -> None:
        """For the next fork. `scratch` is the directory made for this job in the fallback tier."""
        self.code = max(_FIRST_PRIVATE_FD, code + 1, out + 1, err + 1, result + 1)
        self.result = self.code + 1
        for position, source in ((self._out, out), (self._err, err), (self._code, code), (self._result, result)):
            self._calls.set(position, 0, source)
        self._calls.set(self._code, 1, self.code)
        self._calls.set(self._result, 1, self.result)
        self._calls.set(self._close_below, 1, self.code - 1)
        proc = self.result + 1
        if self.confinement.proc_for_scores >= 0:
            for position, argument in self._of_proc:
                self._calls.set(position, argument, proc)
            self._calls.set(self._close_above, 0, proc + 1)
        else:
            self._calls.set(self._close_above, 0, proc)
        if not self.confinement.namespaces:
            self._scratch = os.fsencode(scratch)
            self._calls.set(self._directory, 0, self._scratch)

    def failure(self, outcome: int) -> OSError:
        """Of the step that failed in a sandbox."""
        return self._calls.failure(outcome)

    def finish(self) -> None:
        """In the sandbox: the steps that only the fallback tier has."""
        readable = list(_FALLBACK_READABLE) + root_fs.runtime_paths(self.confinement.settings)
        if self.confinement.font_list:
            readable.append(self.confinement.font_list)
        landlock.restrict(readable, list(_FALLBACK_WRITABLE) + [os.fsdecode(self._scratch)])
        bpf.install(seccomp.for_process(self._whole_filter, os.getpid()))

    def _keep_pipes_only(self) -> None:
        # Opened here: one that is inherited would have the flags, the owner and the signal that another job gave it.
        self._calls.add("close", 0)
        self._calls.add("openat", _AT_FDCWD, b"/dev/null", os.O_RDONLY)
        self._out = self._calls.add("dup3", -1, 1, 0)
        self._err = self._calls.add("dup3", -1, 2, 0)
        self._code = self._calls.add("dup3", -1, -1, os.O_CLOEXEC)
        self._result = self._calls.add("dup3", -1, -1, os.O_CLOEXEC)
        if self.confinement.proc_for_scores >= 0:
            self._proc = self._calls.add("dup3", self.confinement.proc_for_scores, -1, 0)
        self._close_below = self._calls.add("close_range", 3, -1, 0)
        self._close_above = self._calls.add("close_range", -1, syscalls.LAST_FD, 0)

    def _offer_to_oom_killer(self) -> None:
        """The first descriptor that is free is 3. What isn't dumpable, as its zygote, has root's files in /proc."""
        self._calls.add("prctl", syscalls.PR_SET_DUMPABLE, 1, 0, 0, 0)
        opened = self._calls.add("openat", -1, oom_scores.PATH, os.O_WRONLY)
        self._calls.add("write", 3, oom_scores.OF_JOBS, len(oom_scores.OF_JOBS))
        self._calls.add("close", 3)
        closed = self._calls.add("close", -1)
        self._of_proc = [(self._proc, 1), (opened, 0), (closed, 0)]

    def _give_up_privilege(self) -> None:
        uid = self.confinement.settings.job_uid
        if self.confinement.change_user:
            self._calls.add("setgroups", 0, 0)
            self._calls.add("setresgid", uid, uid, uid)
            self._calls.add("setresuid", uid, uid, uid)
        self._calls.add("prctl", syscalls.PR_CAP_AMBIENT, syscalls.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
        self._calls.add("capset", syscalls.CAPABILITY_HEADER, syscalls.NO_CAPABILITIES)
        self._calls.add("prctl", syscalls.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        # /proc/self belongs to root otherwise, and in the fallback tier the accountant sees no descriptors. Other jobs
        # can't trace, and have no /proc there.
        self._calls.add("prctl", syscalls.PR_SET_DUMPABLE, 1, 0, 0, 0)
        self._calls.add("prctl", syscalls.PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)

    def _enter_scratch(self) -> None:
        """As the job's user, so that what lies in it is the job's."""
        self._directory = self._calls.add("chdir", self._scratch)
        for name in (root_fs.WORK, root_fs.TMP, root_fs.SHM):
            self._calls.add("mkdirat", _AT_FDCWD, name.encode(), 0o700)
        font_list = self.confinement.font_list
        if font_list:
            self._calls.add("mkdirat", _AT_FDCWD, root_fs.DRAWING.encode(), 0o700)
            link = "%s/%s" % (root_fs.DRAWING, os.path.basename(font_list))
            self._calls.add("symlinkat", os.fsencode(font_list), _AT_FDCWD, os.fsencode(link))
        self._calls.add("chdir", root_fs.WORK.encode())

    def _restore_signals(self) -> None:
        """As an interpreter that was started for the job would have them; until then the zygote ignores those that
        are meant for the worker."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            self._calls.add("rt_sigaction", number, syscalls.ignore_signal(number), 0, syscalls.SIGNAL_SET_BYTES)
        self._calls.add("rt_sigprocmask", signal.SIG_SETMASK, _NO_SIGNALS, 0, syscalls.SIGNAL_SET_BYTES)
