"""What a freshly forked sandbox gives up, in order, before it sees a byte of a job.

The order matters: mounts need the zygote's capabilities, so they come first; the score for
the OOM killer and the limits need them too; the user id must change before the capabilities
go, since that change clears them anyway; a change of user id also clears the parent-death
signal, so that one is set after it; seccomp comes last, since it refuses the steps above.
"""
from __future__ import annotations

import fcntl
import os
import signal
from dataclasses import dataclass
from typing import List, Tuple

from . import landlock, limits, root_fs, seccomp, syscalls
from .settings import Settings

# Above what jobs open by default, so that a job's first file is 3, as it is used to.
_FIRST_PRIVATE_FD = 40
_OOM_SCORE_OF_JOBS = b"900"
_FALLBACK_READABLE = ("/etc/ld.so.cache", "/etc/localtime", "/etc/alternatives", "/etc/mime.types", "/usr", "/lib",
                      "/lib64", "/bin")
_FALLBACK_WRITABLE = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")


@dataclass(frozen=True)
class Confinement:
    """All that every sandbox of a zygote has in common, computed once."""

    settings: Settings
    tier: str
    proc: bool  # whether a /proc can be mounted
    change_user: bool
    filter: bytes
    limits: List[Tuple[int, int, int]]

    @property
    def namespaces(self) -> bool:
        return self.tier != "fallback"


def confinement(settings: Settings, tier: str, proc: bool) -> Confinement:
    change_user = os.geteuid() == 0 and tier != "userns"
    return Confinement(settings, tier, proc, change_user, seccomp.build(tier != "fallback"),
                       limits.table(settings, tier))


def take_pipes(code: int, out: int, err: int, result: int) -> Tuple[int, int]:
    """Makes the pipes this process's only descriptors; returns where code and result are now."""
    null = os.open("/dev/null", os.O_RDONLY)
    for source, target in ((null, 0), (out, 1), (err, 2)):
        os.dup2(source, target)
    code = fcntl.fcntl(code, fcntl.F_DUPFD_CLOEXEC, _FIRST_PRIVATE_FD)
    result = fcntl.fcntl(result, fcntl.F_DUPFD_CLOEXEC, code + 1)
    syscalls.close_range(3, code - 1)
    syscalls.close_range(code + 1, result - 1)
    syscalls.close_range(result + 1)
    return code, result


def apply(confinement: Confinement, scratch: str) -> None:
    """`scratch` is the directory made for this job in the fallback tier."""
    settings, uid = confinement.settings, confinement.settings.job_uid
    # A group of its own, for kill(0); a session of its own would cost 0.45 ms (autogroup scheduling).
    os.setpgid(0, 0)
    if confinement.namespaces:
        syscalls.unshare(syscalls.CLONE_NEWNS | syscalls.CLONE_NEWIPC)
        root_fs.mount_scratch(settings, uid, confinement.proc)
    _offer_to_oom_killer()
    limits.apply(confinement.limits)
    if confinement.change_user:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    syscalls.set_capabilities(0)
    syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)
    # /proc/self belongs to root otherwise. Without namespaces nobody shall look into us instead.
    syscalls.prctl(syscalls.PR_SET_DUMPABLE, 1 if confinement.namespaces else 0)
    syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
    root_fs.enter_scratch(scratch if not confinement.namespaces else None)
    code = confinement.filter
    if not confinement.namespaces:
        readable = list(_FALLBACK_READABLE) + root_fs.runtime_paths(settings)
        landlock.restrict(readable, list(_FALLBACK_WRITABLE) + [scratch])
        code = seccomp.for_process(code, os.getpid())
    seccomp.install(code)


def _offer_to_oom_killer() -> None:
    try:
        fd = os.open("/proc/self/oom_score_adj", os.O_WRONLY)
    except OSError:
        return  # no /proc here
    try:
        os.write(fd, _OOM_SCORE_OF_JOBS)
    finally:
        os.close(fd)
