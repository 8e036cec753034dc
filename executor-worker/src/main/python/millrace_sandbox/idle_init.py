"""The init of a sandbox's process namespace: reaps orphans, and is what gets killed to kill them all.

With an init of its own above it, the job is an ordinary process, to which SIGTERM, SIGALRM,
abort() or SIGKILL from itself do what they do anywhere; as process 1 it would be immune to
them. A fork of the zygote for that costs 1.7 ms, 6 ms with pandas loaded: the page tables,
copied for a process that only waits. So this one shares the zygote's memory and runs 64
bytes of machine code on a page of its own, which touch nothing but registers:

    again: rt_sigtimedwait({SIGCHLD}, NULL, NULL, 8)    SIGCHLD is blocked here
    reap:  wait4(-1, NULL, WNOHANG, NULL)
           if it reaped one: reap, else: again

It keeps the zygote's privilege and can't be made to use it: the job may not trace it, and
an init gets no signal from inside its namespace but those it handles, of which it has none.
Killed, it ends last: when all that live in its namespace have ended and have been waited for.
"""
from __future__ import annotations

import signal

from . import syscalls

_CODE = {
    "x86_64": bytes.fromhex(
        "488d3d31000000" "31f6" "31d2" "41ba08000000" "b880000000" "0f05"  # again: rt_sigtimedwait is 128
        "48c7c7ffffffff" "31f6" "ba01000000" "4531d2" "b83d000000" "0f05"  # reap: wait4 is 61
        "4885c0" "7fe3" "ebc9" "90"
        "0000010000000000"),
    "aarch64": bytes.fromhex(
        "00020010" "010080d2" "020080d2" "030180d2" "281180d2" "010000d4"  # again: rt_sigtimedwait is 137
        "00008092" "010080d2" "220080d2" "030080d2" "882080d2" "010000d4"  # reap: wait4 is 260
        "1f0000f1" "2cffff54" "f2ffff17" "1f2003d5"
        "0000010000000000"),  # the signal set: SIGCHLD is 17
}
_CLONE_VM = 0x100


class IdleInit:
    def __init__(self) -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
        # One stack does for all: clone() leaves the same two words on it each time.
        self._memory, self._code = syscalls.map_code(_CODE, stack_pages=1)
        self._stack = self._code + len(self._memory)

    def start(self) -> int:
        """Starts one, where this process's next child would be (see unshare); its process id."""
        return syscalls.clone(self._code, self._stack, _CLONE_VM | signal.SIGCHLD)
