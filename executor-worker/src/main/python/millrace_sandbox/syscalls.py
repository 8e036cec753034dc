"""The Linux calls that the standard library has no name for, through ctypes.

Every wrapper raises OSError with the call's name as its filename, so that a failing
setup step says which one it was.
"""
from __future__ import annotations

import ctypes
import os
import platform
from typing import Optional

MACHINE = platform.machine()
_NUMBERS = {
    "x86_64": {"pivot_root": 155, "capget": 125, "capset": 126, "seccomp": 317, "close_range": 436},
    "aarch64": {"pivot_root": 41, "capget": 90, "capset": 91, "seccomp": 277, "close_range": 436},
}
# The same on every architecture: added after the numbers were unified.
_COMMON = {"landlock_create_ruleset": 444, "landlock_add_rule": 445, "landlock_restrict_self": 446}

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

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP = 1, 4, 24
PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 38, 47, 4

_PROT_READ, _PROT_EXEC = 1, 4

CAP_KILL, CAP_SETGID, CAP_SETUID, CAP_SETPCAP = 5, 6, 7, 8
CAP_SYS_ADMIN, CAP_SYS_RESOURCE = 21, 24

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long
# Calls through PyDLL keep the interpreter lock, which a bare fork() needs.
_locked_libc = ctypes.PyDLL(None, use_errno=True)


def _checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)
    return result


def syscall(name: str, *args: object) -> int:
    number = _COMMON.get(name) or _NUMBERS[MACHINE][name]
    values = [ctypes.c_long(a) if isinstance(a, int) else a for a in args]
    return _checked(_libc.syscall(ctypes.c_long(number), *values), name)


def bare_fork() -> int:
    """fork() without Python's at-fork hooks, which a process of one thread can do without: they touch 200 pages,
    each a copy-on-write fault of 6 microseconds. What they'd do that matters, the child does (see preload.reseed)."""
    return _checked(_locked_libc.fork(), "fork")


def clone(function: int, stack_top: int, flags: int) -> int:
    return _checked(_libc.clone(ctypes.c_void_p(function), ctypes.c_void_p(stack_top), flags, None), "clone")


def make_executable(address: int, length: int) -> None:
    _checked(_libc.mprotect(ctypes.c_void_p(address), ctypes.c_size_t(length), _PROT_READ | _PROT_EXEC), "mprotect")


def unshare(flags: int) -> None:
    _checked(_libc.unshare(flags), "unshare(%#x)" % flags)


def setns(fd: int, flags: int) -> None:
    _checked(_libc.setns(fd, flags), "setns")


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


def prctl(option: int, *args: int) -> None:
    padded = [ctypes.c_ulong(a) for a in (args + (0, 0, 0, 0))[:4]]
    _checked(_libc.prctl(option, *padded), "prctl(%d)" % option)


def close_range(first: int, last: int = 0xFFFFFFFF) -> None:
    if first > last:
        return
    try:
        syscall("close_range", first, last, 0)
    except OSError:  # Linux before 5.9
        os.closerange(first, min(last + 1, os.sysconf("SC_OPEN_MAX")))


class _CapHeader(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


_CAP_VERSION_3 = 0x20080522


def last_capability() -> int:
    try:
        with open("/proc/sys/kernel/cap_last_cap") as f:
            return int(f.read())
    except OSError:
        return 40


def capabilities() -> int:
    """The effective ones."""
    data = (ctypes.c_uint32 * 6)()
    syscall("capget", ctypes.byref(_CapHeader(_CAP_VERSION_3, 0)), data)
    return data[0] | data[3] << 32


def set_capabilities(mask: int) -> None:
    """Makes permitted and effective `mask`, inheritable and ambient empty."""
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    low, high = mask & 0xFFFFFFFF, mask >> 32
    data = (ctypes.c_uint32 * 6)(low, low, 0, high, high, 0)
    syscall("capset", ctypes.byref(_CapHeader(_CAP_VERSION_3, 0)), data)


def empty_bounding_set(last: int) -> None:
    for capability in range(last + 1):
        prctl(PR_CAPBSET_DROP, capability)
