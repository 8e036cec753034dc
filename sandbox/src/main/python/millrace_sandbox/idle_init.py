"""The init of a sandbox's process namespace: reaps orphans, and is what gets killed to kill them all.

With an init of its own above it, the job is an ordinary process, to which SIGTERM, SIGALRM,
abort() or SIGKILL from itself do what they do anywhere; as process 1 it would be immune to
them. A fork of the zygote for that costs 1.7 ms, 6 ms with pandas loaded: the page tables,
copied for a process that only waits. So this one shares the zygote's memory and runs 96
bytes of machine code on a page of its own, which touch nothing but registers:

    again: signal = rt_sigtimedwait({SIGCHLD, 34 to 53}, NULL, NULL, 8)    all are blocked here
           if signal >= 34:
               setresuid(job, job, job)
               setpriority(PRIO_USER, 0, signal - 34)    of all processes of that user in this namespace
    reap:  wait4(-1, NULL, WNOHANG, NULL)
           if it reaped one: reap, else: again

A signal from 34 on comes from the zygote when the job is to yield its cpu to others, and says by how much; from the
job itself, it harms the job. No other process could do this for all of a job's at once: the user's number alone
names them, and from outside it may name other slots' too.

It keeps the zygote's privilege and can't be made to use it: the job may not trace it, and
an init gets no signal from inside its namespace but those it handles, of which it has none.
Killed, it ends last: when all that live in its namespace have ended and have been waited for.
"""
from __future__ import annotations

import os
import signal
import struct

from . import priorities, syscalls

_CODE = {
    "x86_64": bytes.fromhex(
        "488d3d59000000" "31f6" "31d2" "41ba08000000" "b880000000" "0f05"  # again: rt_sigtimedwait is 128
        "83e822" "7c25" "4189c0"
        "8b3d42000000" "89fe" "89fa" "b875000000" "0f05"  # setresuid is 117
        "bf02000000" "31f6" "4489c2" "b88d000000" "0f05"  # setpriority is 141
        "83cfff" "31f6" "ba01000000" "4531d2" "b83d000000" "0f05"  # reap: wait4 is 61
        "4885c0" "7fe7" "eba3" "0f1f00"),
    "aarch64": bytes.fromhex(
        "80030010" "010080d2" "020080d2" "030180d2" "281180d2" "010000d4"  # again: rt_sigtimedwait is 137
        "098800f1" "6b010054"
        "c0020058" "e10300aa" "e20300aa" "681280d2" "010000d4"  # setresuid is 147
        "400080d2" "010080d2" "e20309aa" "881180d2" "010000d4"  # setpriority is 140
        "00008092" "010080d2" "220080d2" "030080d2" "882080d2" "010000d4"  # reap: wait4 is 260
        "1f0000f1" "2cffff54" "e6ffff17" "1f2003d5"),
}
_YIELD = 34  # and the niceness: real-time signals, of which none is the C library's
_SIGNALS = {signal.SIGCHLD, *range(_YIELD, _YIELD + priorities.LEAST + 1)}
_CLONE_VM = 0x100


class IdleInit:
    def __init__(self, job_uid: int) -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        # Behind the code: the set of signals, as the kernel has it, and the user.
        data = struct.pack("=QQ", sum(1 << number - 1 for number in _SIGNALS), job_uid)
        # One stack does for all: clone() leaves the same two words on it each time.
        self._memory, self._code = syscalls.map_code({machine: code + data for machine, code in _CODE.items()}, stack_pages=1)
        self._stack = self._code + len(self._memory)

    def start(self) -> int:
        """Starts one, where this process's next child would be (see unshare); its process id."""
        return syscalls.clone(self._code, self._stack, _CLONE_VM | signal.SIGCHLD)


def tell_to_yield(init: int, niceness: int) -> None:
    os.kill(init, _YIELD + niceness)
