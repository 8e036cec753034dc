"""The Linux calls that the standard library has no name for, through ctypes.

Every wrapper raises OSError with the call's name as its filename, so that a failing
setup step says which one it was.
"""
from __future__ import annotations

import ctypes
import json
import mmap
import os
import signal
import struct
from typing import Dict, Optional, Tuple

MACHINE = os.uname().machine
# Read at import: the zygote's root has no package directory.
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "syscalls.json")) as _file:
    NUMBERS: Dict[str, Dict[str, int]] = json.load(_file)

CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT = 1, 2, 4, 8, 32
MS_BIND, MS_MOVE, MS_REC, MS_PRIVATE = 4096, 8192, 16384, 1 << 18
MNT_DETACH = 2

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_KEEPCAPS, PR_CAPBSET_DROP = 1, 4, 8, 24
PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 38, 47, 4

_PROT_READ, _PROT_EXEC = 1, 4
LAST_FD = 0xFFFFFFFF

CAP_KILL, CAP_SETGID, CAP_SETUID, CAP_SETPCAP = 5, 6, 7, 8
CAP_SYS_ADMIN, CAP_SYS_RESOURCE = 21, 24

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long
# Looked up once, not for each sandbox.
_unshare, _setns, _clone = _libc.unshare, _libc.setns, _libc.clone
_clone.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p]
_splice = _libc.splice
_splice.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_uint]
_splice.restype = ctypes.c_ssize_t
_SPLICE_F_NONBLOCK = 2
# fork() without Python's at-fork hooks, which a process of one thread can do without: they touch 200 pages, each a
# copy-on-write fault. What they'd do that matters, the child does (see preload.reseeders).
FORK = ctypes.cast(_libc.fork, ctypes.c_void_p).value


def _checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)
    return result


def number(name: str) -> int:
    return NUMBERS[MACHINE][name]


def syscall(name: str, *args: object) -> int:
    values = [ctypes.c_long(a) if isinstance(a, int) else a for a in args]
    return _checked(_libc.syscall(ctypes.c_long(number(name)), *values), name)


def clone(function: int, stack_top: int, flags: int) -> int:
    return _checked(_clone(function, stack_top, flags, None), "clone")


def map_code(code: Dict[str, bytes], stack_pages: int = 0) -> Tuple[mmap.mmap, int]:
    """This machine's code on a page of its own, with a stack above it, and its address. Both live as long as the map."""
    page = mmap.PAGESIZE
    memory = mmap.mmap(-1, (1 + stack_pages) * page, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    memory[:len(code[MACHINE])] = code[MACHINE]
    address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    _checked(_libc.mprotect(ctypes.c_void_p(address), ctypes.c_size_t(page), _PROT_READ | _PROT_EXEC), "mprotect")
    return memory, address


def unshare(flags: int) -> None:
    if _unshare(flags):
        _checked(-1, "unshare(%#x)" % flags)


def setns(fd: int, flags: int) -> None:
    _checked(_setns(fd, flags), "setns")


def scheduling(nice: int, slice_ns: int) -> bytes:
    """sched_setattr's structure for an ordinary process: how long it may run before another takes the cpu; 0 for what is
    usual. A process that wakes takes it at once from one whose slice is longer. Linux 6.12; older ones take no notice."""
    return struct.pack("=IIQiIQQQ", 48, 0, 0, nice, 0, slice_ns, 0, 0)


def take_short_slices() -> None:
    """For this thread and what it starts."""
    syscall("sched_setattr", 0, scheduling(os.getpriority(os.PRIO_PROCESS, 0), 1_000_000), 0)


def sethostname(name: bytes) -> None:
    _checked(_libc.sethostname(name, len(name)), "sethostname")


def mount(source: Optional[str], target: str, kind: Optional[str] = None, flags: int = 0, data: Optional[str] = None) -> None:
    source_b, kind_b, data_b = (None if s is None else os.fsencode(s) for s in (source, kind, data))
    result = _libc.mount(source_b, os.fsencode(target), kind_b, ctypes.c_ulong(flags), data_b)
    _checked(result, "mount %s on %s" % (kind or source, target))


def unmount(target: str) -> None:
    _checked(_libc.umount2(os.fsencode(target), MNT_DETACH), "umount " + target)


def pivot_root(new: str, old: str) -> None:
    syscall("pivot_root", os.fsencode(new), os.fsencode(old))


def splice(source: int, target: int, most: int) -> int:
    """Moves bytes from a socket into a pipe, or out of a pipe into a socket, and never waits: how many, 0 at the end of what comes.
    The standard library has it from Python 3.10 on."""
    return _checked(_splice(source, None, target, None, most, _SPLICE_F_NONBLOCK), "splice")


def prctl(option: int, *args: int) -> None:
    padded = [ctypes.c_ulong(a) for a in (args + (0, 0, 0, 0))[:4]]
    _checked(_libc.prctl(option, *padded), "prctl(%d)" % option)


# Version 3, this process; then effective, permitted, inheritable, low halves before high ones.
CAPABILITY_HEADER = struct.pack("=Ii", 0x20080522, 0)
NO_CAPABILITIES = bytes(24)


def last_capability() -> int:
    try:
        with open("/proc/sys/kernel/cap_last_cap") as f:
            return int(f.read())
    except OSError:
        return 40


def capabilities() -> int:
    """The effective ones."""
    data = (ctypes.c_uint32 * 6)()
    syscall("capget", CAPABILITY_HEADER, data)
    return data[0] | data[3] << 32


def set_capabilities(mask: int) -> None:
    """Makes permitted and effective `mask`, inheritable and ambient empty."""
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    low, high = mask & 0xFFFFFFFF, mask >> 32
    data = (ctypes.c_uint32 * 6)(low, low, 0, high, high, 0)
    syscall("capset", CAPABILITY_HEADER, data)


_SIGNAL_ACTION_BYTES, SIGNAL_SET_BYTES = 32, 8
SIGNAL_FD_BYTES = 128


def ignore_signal(signal_number: int) -> bytes:
    """From now on, behind Python's back. Returns what the kernel was told before."""
    before = ctypes.create_string_buffer(_SIGNAL_ACTION_BYTES)
    ignore = struct.pack("=QQQQ", signal.SIG_IGN, 0, 0, 0)
    syscall("rt_sigaction", signal_number, ignore, before, SIGNAL_SET_BYTES)
    return before.raw


def signal_fd(signal_number: int) -> int:
    """Readable when the signal, which is to be blocked, has come. Closed on exec."""
    return syscall("signalfd4", -1, struct.pack("=Q", 1 << (signal_number - 1)), SIGNAL_SET_BYTES, os.O_CLOEXEC)


def empty_bounding_set(last: int) -> None:
    for capability in range(last + 1):
        prctl(PR_CAPBSET_DROP, capability)
