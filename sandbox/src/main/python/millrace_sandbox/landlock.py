"""Landlock: file access by path hierarchy, for a process without any privilege.

The only file boundary of the fallback tier; the namespace tiers have a root of their own.
"""
from __future__ import annotations

import ctypes
import os
from typing import Iterable

from . import syscalls

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 2, 4, 8
TRUNCATE, IOCTL_DEV = 1 << 14, 1 << 15
READ_ONLY = EXECUTE | READ_FILE | READ_DIR
_OF_A_FILE = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV
_RIGHTS_BITS_BY_ABI = {1: 13, 2: 14, 3: 15, 4: 15}
_QUERY_VERSION, _PATH_BENEATH = 1, 1


def abi() -> int:
    """The kernel's Landlock version, 0 where there is none."""
    try:
        return syscalls.syscall("landlock_create_ruleset", None, 0, _QUERY_VERSION)
    except OSError:
        return 0


def restrict(read_only: Iterable[str], writable: Iterable[str]) -> None:
    """Leaves this thread nothing but these hierarchies; no TCP, and nothing outside its own domain."""
    version = abi()
    if not version:
        raise OSError(95, "this kernel has no Landlock")
    every_right = (1 << _RIGHTS_BITS_BY_ABI.get(version, 16)) - 1
    fields = [every_right]
    if version >= 4:
        fields.append(0b11)  # TCP bind and connect
    if version >= 6:
        fields.append(0b11)  # abstract unix sockets and signals across the domain
    attributes = (ctypes.c_uint64 * len(fields))(*fields)
    ruleset = syscalls.syscall("landlock_create_ruleset", attributes, ctypes.sizeof(attributes), 0)
    for paths, rights in ((read_only, READ_ONLY), (writable, every_right & ~EXECUTE)):
        for path in paths:
            _allow(ruleset, path, rights & every_right)
    syscalls.syscall("landlock_restrict_self", ruleset, 0)
    os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    if not os.path.isdir(path):
        rights &= _OF_A_FILE
    rule = rights.to_bytes(8, "little") + fd.to_bytes(4, "little")
    syscalls.syscall("landlock_add_rule", ruleset, _PATH_BENEATH, ctypes.c_char_p(rule), 0)
    os.close(fd)
