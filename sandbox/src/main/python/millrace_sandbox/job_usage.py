"""What one job of a slot uses by the slot's cgroup, and its own memory limit, which is below the slot's.

By files of the group that were opened while there was privilege. The group holds zygotes and sandboxes that wait too: what
it had before the job is not the job's, and nothing of ours is made while it runs.
"""
from __future__ import annotations

import os
import re
from typing import Dict, NamedTuple, Optional


class _Names(NamedTuple):
    limit: str
    in_use: str
    peak: str
    cpu_controller: str
    cpu: str


_NAMES = {1: _Names("memory.limit_in_bytes", "memory.usage_in_bytes", "memory.max_usage_in_bytes",
                    "cpuacct", "cpuacct.usage"),
          2: _Names("memory.max", "memory.current", "memory.peak", "cpu", "cpu.stat")}
_CPU_US = re.compile(rb"(?m)^usage_usec (\d+)$")


class JobUsage:
    """Without such a group it does nothing, and knows nothing."""

    def __init__(self, directories: Dict[str, str], version: int) -> None:
        folder, names = directories.get("memory"), _NAMES[version]
        self._limit = _open(folder, names.limit, os.O_RDWR)
        self._in_use = _open(folder, names.in_use, os.O_RDONLY)
        peak = _open(folder, names.peak, os.O_RDWR)
        self._peak = _open(folder, names.peak, os.O_RDONLY) if peak is None else peak
        self._cpu = _open(directories.get(names.cpu_controller), names.cpu, os.O_RDONLY)
        self._usual_limit = b""
        self._before = self._peak_before = self._most_seen = self._cpu_before = 0

    def begin(self, less: int) -> None:
        """Before the job has anything. `less`: bytes that it may not have of what the slot has."""
        self._before = self._most_seen = self._read(self._in_use)
        self._reset_peak()
        self._peak_before = self._read(self._peak)
        if less and self._limit is not None and not self._usual_limit:
            usual = os.pread(self._limit, 64, 0).strip()
            if usual.isdigit() and self._write(self._limit, b"%d" % (int(usual) - less)):
                self._usual_limit = usual

    def make_room(self, room: int) -> None:
        """For what is not a job's: so many bytes more, or fewer."""
        usual = self._usual_limit or (os.pread(self._limit, 64, 0).strip() if self._limit is not None else b"")
        if self._limit is not None and usual.isdigit():
            more = b"%d" % (int(usual) + room)
            if self._usual_limit:
                self._usual_limit = more
            else:
                self._write(self._limit, more)

    def begin_program(self) -> None:
        """Cpu counts from here on."""
        self._cpu_before = self._cpu_now()

    def cpu_us(self) -> Optional[int]:
        """Microseconds; None where that is not known."""
        return None if self._cpu is None else self._cpu_now() - self._cpu_before

    def look(self) -> None:
        """Now and then, for kernels that keep no peak of a job's own."""
        self._most_seen = max(self._most_seen, self._read(self._in_use))

    def peak(self) -> Optional[int]:
        """Bytes; None where that is not known."""
        if self._in_use is None:
            return None
        peak = self._read(self._peak)
        most = peak if peak > self._peak_before else self._most_seen
        return max(0, most - self._before)

    def end(self) -> None:
        if self._usual_limit and self._limit is not None:
            self._write(self._limit, self._usual_limit)
            self._usual_limit = b""

    def _cpu_now(self) -> int:
        if self._cpu is None:
            return 0
        text = os.pread(self._cpu, 4096, 0)
        found = _CPU_US.search(text)
        return int(found.group(1)) if found else int(text) // 1000

    def _reset_peak(self) -> None:
        """Version 1 does, and version 2 since Linux 6.12; else the peak is of use where the job exceeds all before it."""
        if self._peak is not None:
            self._write(self._peak, b"0")

    def _read(self, fd: Optional[int]) -> int:
        return int(os.pread(fd, 64, 0)) if fd is not None else 0

    def _write(self, fd: int, value: bytes) -> bool:
        try:
            os.pwrite(fd, value, 0)
            return True
        except OSError:
            return False  # it has more in use than that, or the kernel knows no such thing


def _open(folder: Optional[str], name: str, mode: int) -> Optional[int]:
    try:
        return os.open("%s/%s" % (folder, name), mode | os.O_CLOEXEC) if folder else None
    except OSError:
        return None
