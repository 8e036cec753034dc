"""Runs a command the way container engines do: `contexts.py restricted|masked-proc COMMAND...`"""
from __future__ import annotations

import os
import sys

import support  # noqa: F401
from millrace_sandbox import bpf, seccomp, syscalls

_REFUSED = ("unshare", "setns", "mount", "umount2", "pivot_root", "chroot", "ptrace", "bpf")


def restricted() -> None:
    numbers = syscalls.NUMBERS[syscalls.MACHINE]
    program = [bpf.load(bpf.OFFSET_OF_NUMBER)]
    for name in _REFUSED:
        program += [(bpf.IF_EQUAL, 0, 1, numbers[name])] + bpf.ret(seccomp.EPERM)
    syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)
    bpf.install(bpf.assemble(program + bpf.ret(seccomp.ALLOW)))


def masked_proc() -> None:
    syscalls.unshare(syscalls.CLONE_NEWNS)
    syscalls.mount(None, "/", None, syscalls.MS_REC | syscalls.MS_PRIVATE)
    syscalls.mount("masked", "/proc/sys", "tmpfs", syscalls.MS_RDONLY)


if __name__ == "__main__":
    {"restricted": restricted, "masked-proc": masked_proc}[sys.argv[1]]()
    os.execvp(sys.argv[2], sys.argv[2:])
