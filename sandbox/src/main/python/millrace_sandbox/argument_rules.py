"""Calls that are allowed with some arguments only: each of their commands, options and flags is in a list here.

What isn't in its list is answered as a kernel answers that doesn't know it, where libraries
go on without (ENOTTY, EINVAL, EOPNOTSUPP), and else with EPERM. Numbers are those of the
kernel's headers (include/uapi), the same on both machines but for O_DIRECT.
"""
from __future__ import annotations

import errno
import os
import resource
import socket
import stat
from typing import Dict, Iterable, Tuple

from .bpf import AND, IF_ANY_BIT, IF_EQUAL, Program, load_argument, load_argument_high, ret

ALLOW, KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000


def answer(number: int) -> int:
    """What a filter returns to refuse with this errno; with 0, the call isn't made and succeeds."""
    return _ERRNO | number


_YES, _EPERM, _EINVAL, _EOPNOTSUPP = (ret(ALLOW), ret(answer(errno.EPERM)), ret(answer(errno.EINVAL)),
                                      ret(answer(errno.EOPNOTSUPP)))
_MASK = 0xFFFFFFFF

# The signal that tells of the end; VM FS FILES SIGHAND PIDFD VFORK THREAD SYSVSEM SETTLS PARENT_SETTID CHILD_CLEARTID
# DETACHED UNTRACED CHILD_SETTID. Not PARENT, which makes a child of the zygote; not PTRACE, IO or a namespace.
CLONE_THREAD, _CLONE_FLAGS = 0x10000, 0x01FD5FFF
# PDEATHSIG and DUMPABLE reads, thread name, bounding set and no_new_privs reads, malloc's arena names.
_PRCTL = (2, 3, 15, 16, 23, 27, 37, 39, 0x53564D41)
# DUPFD GETFD SETFD GETFL SETFL GETLK SETLK SETLKW, the OFD_ three, DUPFD_CLOEXEC GETPIPE_SZ GET_SEALS. No owner and no
# signal of a descriptor, no lease or note on the shared runtime, no pipe that takes more of its maker's share.
_FCNTL, _F_SETFL = (0, 1, 2, 3, 5, 6, 7, 36, 37, 38, 1030, 1032, 1034), 4
# FIONREAD FIONBIO FIONCLEX FIOCLEX, and TCGETS, by which isatty() asks. Others show interfaces, disks and terminals.
_IOCTL = (0x541B, 0x5421, 0x5450, 0x5451, 0x5401)
# REUSEADDR SNDBUF RCVBUF KEEPALIVE LINGER PASSCRED RCVLOWAT, timeouts old and new. No filters: they are kernel memory.
_SET_OPTIONS = (2, 7, 8, 9, 13, 16, 18, 20, 21, 66, 67)
# Those, and TYPE ERROR PEERCRED ACCEPTCONN PROTOCOL DOMAIN. No cookies: these count the host's sockets.
_GET_OPTIONS = (*_SET_OPTIONS, 3, 4, 17, 30, 38, 39)
# NODELAY CORK KEEPIDLE KEEPINTVL KEEPCNT QUICKACK USER_TIMEOUT. None that loads a module of the kernel (CONGESTION, ULP).
_TCP_OPTIONS, _TCP_INFO = (1, 3, 4, 5, 6, 12, 18), 11
# NORMAL RANDOM SEQUENTIAL WILLNEED DONTNEED FREE DONTFORK DOFORK HUGEPAGE NOHUGEPAGE DONTDUMP DODUMP WIPEONFORK
# KEEPONFORK POPULATE_READ POPULATE_WRITE GUARD_INSTALL GUARD_REMOVE. Not COLD and PAGEOUT, which evict what is shared,
# nor MERGEABLE, by which a page tells whether others have the same.
_MADVISE = (0, 1, 2, 3, 4, 8, 10, 11, 14, 15, 16, 17, 18, 19, 22, 23, 102, 103)
_MAP_HUGETLB = 0x40000  # from a pool that is the host's
_O_DIRECT = {"x86_64": 0x4000, "aarch64": 0x10000}  # past the page cache, to the host's disk
_O_SYNC = os.O_SYNC | os.O_DSYNC
_RWF_APPEND = 0x10
_F_SETLK, _F_SETLKW, _F_OFD_LOCKS = 6, 7, (36, 37, 38)
_LANDLOCK_KNOWS_TRUNCATION = 3  # and later ABIs


def _if_one_of(argument: int, values: Iterable[int], otherwise: Program) -> Program:
    values = tuple(values)
    tests = [(IF_EQUAL, len(values) - i + len(otherwise) - 1, 0, value) for i, value in enumerate(values)]
    return [load_argument(argument), *tests, *otherwise, *_YES]


def _if_no_bit(argument: int, bits: int, otherwise: Program) -> Program:
    return [load_argument(argument), (IF_ANY_BIT, 0, len(otherwise), bits), *otherwise, *_YES]


def _options_of_a_socket(names: Tuple[int, ...]) -> Program:
    return [load_argument(1), (IF_EQUAL, 1, 0, socket.SOL_SOCKET), *_EOPNOTSUPP,
            *_if_one_of(2, names, ret(answer(errno.ENOPROTOOPT)))]


def _fifos_only(argument: int) -> Program:
    return [load_argument(argument), (AND, 0, 0, 0xF000), (IF_EQUAL, 0, 1, stat.S_IFIFO), *_YES, *_EPERM]


def _but_core(reads: Program) -> Program:
    """RLIMIT_CORE is 1, at which no dump is made: 0 would still start the program that a piped core_pattern names."""
    return [(IF_EQUAL, 0, len(reads), resource.RLIMIT_CORE), *reads, *_YES]


def by_arguments(machine: str) -> Dict[str, Program]:
    direct = _O_DIRECT[machine]
    reads_core = [load_argument(2), (IF_EQUAL, 0, 2, 0), load_argument_high(2), (IF_EQUAL, 1, 0, 0), *_EPERM]
    return {
        # Its flags live in memory, out of a filter's sight; so do openat2's.
        "clone3": ret(answer(errno.ENOSYS)),
        "openat2": ret(answer(errno.ENOSYS)),
        "clone": _if_no_bit(0, _MASK & ~_CLONE_FLAGS, _EPERM),
        # Pairs only, and no datagram: one could sendto() any bound unix socket without connect().
        "socketpair": [load_argument(0), (IF_EQUAL, 0, 5, socket.AF_UNIX), load_argument(1), (AND, 0, 0, 0xF),
                       (IF_EQUAL, 1, 0, socket.SOCK_STREAM), (IF_EQUAL, 0, 1, socket.SOCK_SEQPACKET),
                       *_YES, *ret(answer(errno.EAFNOSUPPORT))],
        "setsockopt": _options_of_a_socket(_SET_OPTIONS),
        "getsockopt": _options_of_a_socket(_GET_OPTIONS),
        "fcntl": [load_argument(1), (IF_EQUAL, 0, 4, _F_SETFL), *_if_no_bit(2, direct, _EINVAL),
                  *_if_one_of(1, _FCNTL, _EPERM)],
        "ioctl": _if_one_of(1, _IOCTL, ret(answer(errno.ENOTTY))),
        "prctl": _if_one_of(0, _PRCTL, _EPERM),
        "madvise": _if_one_of(2, _MADVISE, _EINVAL),
        "mmap": _if_no_bit(3, _MAP_HUGETLB, ret(answer(errno.ENOMEM))),
        "open": _if_no_bit(1, direct, _EINVAL),
        "openat": _if_no_bit(2, direct, _EINVAL),
        # NOWAIT tells whether a page is cached, DONTCACHE evicts it.
        "preadv2": _if_one_of(5, (0,), _EOPNOTSUPP),
        "pwritev2": _if_one_of(5, (0, _RWF_APPEND), _EOPNOTSUPP),
        "mknod": _fifos_only(1),
        "mknodat": _fifos_only(2),
        "setrlimit": [load_argument(0), *_but_core(_EPERM)],
        # Process 1 is the sandbox's init, and in a user namespace of the job's user.
        "prlimit64": [load_argument(0), (IF_EQUAL, 0, 1, 1), *_EPERM, load_argument(1), *_but_core(reads_core)],
    }


def with_network() -> Dict[str, Program]:
    """For jobs that may reach their own loopback interface: TCP of both families, and connections that they open."""
    kind = 0xFFFFFFFF & ~(socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
    return {
        "socket": [load_argument(0), (IF_EQUAL, 1, 0, socket.AF_INET), (IF_EQUAL, 0, 6, socket.AF_INET6),
                   load_argument(1), (AND, 0, 0, kind), (IF_EQUAL, 0, 3, socket.SOCK_STREAM),
                   load_argument(2), (IF_EQUAL, 2, 0, 0), (IF_EQUAL, 1, 0, socket.IPPROTO_TCP), *_EPERM, *_YES],
        "connect": _YES,
        "setsockopt": _options_of_a_tcp_socket(_SET_OPTIONS, _TCP_OPTIONS),
        "getsockopt": _options_of_a_tcp_socket(_GET_OPTIONS, (*_TCP_OPTIONS, _TCP_INFO)),
    }


def _options_of_a_tcp_socket(names: Tuple[int, ...], of_tcp: Tuple[int, ...]) -> Program:
    rule = _if_one_of(2, of_tcp, ret(answer(errno.ENOPROTOOPT)))
    return [load_argument(1), (IF_EQUAL, 0, len(rule), socket.IPPROTO_TCP), *rule, *_options_of_a_socket(names)]


def prctl_of_a_template() -> Program:
    """PR_SET_DUMPABLE too: what is not can't be traced by what it forks, nor its memory be opened."""
    return _if_one_of(0, (*_PRCTL, 4), _EPERM)


def without_namespaces(machine: str, own_pid: int, landlock_abi: int) -> Dict[str, Program]:
    """Beyond those, for a job that is one process on the host's tree."""
    synchronous = _O_DIRECT[machine] | _O_SYNC
    only_modes = landlock_abi < _LANDLOCK_KNOWS_TRUNCATION
    only_self = [load_argument(0), (IF_EQUAL, 0, 1, own_pid), *_YES, *_EPERM]
    return {
        "clone": [load_argument(0), (IF_ANY_BIT, 1, 0, CLONE_THREAD), *_EPERM,
                  *_if_no_bit(0, _MASK & ~_CLONE_FLAGS, _EPERM)],
        "kill": only_self,
        "tgkill": only_self,
        "prlimit64": [load_argument(0), (IF_EQUAL, 2, 0, 0), (IF_EQUAL, 1, 0, own_pid), *_EPERM,
                      *by_arguments(machine)["prlimit64"][3:]],
        # Other jobs and the host would meet a lock on a file that they can open too. A process's own locks never keep
        # itself out, so that nothing is to be done for those; flock and OFD locks could, and are not to be had.
        "flock": ret(answer(errno.ENOLCK)),
        "fcntl": [load_argument(1), (IF_EQUAL, 0, 1, _F_SETLK), *ret(answer(0)), (IF_EQUAL, 0, 1, _F_SETLKW), *ret(answer(0)),
                  *[test for command in _F_OFD_LOCKS for test in ((IF_EQUAL, 0, 1, command), *_EINVAL)],
                  *by_arguments(machine)["fcntl"]],
        # Its files are on the host's disk.
        "open": _opens(1, synchronous, only_modes),
        "openat": _opens(2, synchronous, only_modes),
        # Of any file that the job's user may write.
        **({"truncate": _EPERM} if only_modes else {}),
        # What is written to files of the host beside their contents.
        **{name: _EOPNOTSUPP for name in "getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr".split()},
    }


def _opens(argument: int, refused: int, not_truncated_by_readers: bool) -> Program:
    """A kernel truncates upon O_RDONLY | O_TRUNC too, which a Landlock that does not know truncation takes for reading."""
    rule = _if_no_bit(argument, refused, _EINVAL)
    if not_truncated_by_readers:
        rule = [load_argument(argument), (AND, 0, 0, os.O_ACCMODE | os.O_TRUNC), (IF_EQUAL, 0, 1, os.O_RDONLY | os.O_TRUNC),
                *_EPERM, *rule]
    return rule
