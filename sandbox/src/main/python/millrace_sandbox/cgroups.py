"""One cgroup a slot, for memory, processes and cpu: v1 or v2, whatever is writable.

A zygote joins once and its sandboxes are born inside: moving a job would cost it 8 ms. So
the limits cover the zygote and its waiting sandboxes too, and leave room for them. The
kernel's counters of what it refused are evidence that no job can forge.

Under v2 a group that holds processes can't hand controllers to its children. Where the
worker's own group is such a one (a container), the worker is moved into a leaf beside the
slots' groups.
"""
from __future__ import annotations

import os
import re
import time
from typing import Dict, List, NamedTuple, Optional, Set, Tuple

from .job_usage import JobUsage

CONTROLLERS = ("memory", "pids", "cpu")
_PREFIX = "millrace-"
_WORKER_LEAF = "millrace-worker"
# Short, so that a zygote whose job spends the quota is back within a few milliseconds.
_CPU_PERIOD_US = 20_000
_NICE_OF_A_SESSION, _TRIES, _SECONDS_BETWEEN_TRIES = "5", 20, 0.1


class _Names(NamedTuple):
    """Of one version's files, and the words in them."""

    memory: str
    swap: str
    memory_in_use: str
    oom: str
    quota: str
    no_quota: bytes
    weight: str
    low_weight: bytes  # a tenth of what groups and processes have unasked


_NAMES = {1: _Names("memory.limit_in_bytes", "memory.memsw.limit_in_bytes", "memory.usage_in_bytes", "memory.oom_control",
                    "cpu.cfs_quota_us", b"-1", "cpu.shares", b"102"),
          2: _Names("memory.max", "memory.swap.max", "memory.current", "memory.events",
                    "cpu.max", b"max", "cpu.weight", b"10")}


def _read(path: str) -> str:
    with open(path) as f:
        return f.read()


def _write(path: str, value: str) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(fd, value.encode())
    finally:
        os.close(fd)


class SlotCgroup:
    """The directories of one slot by controller; empty where nothing is writable."""

    def __init__(self, directories: Dict[str, str], version: int) -> None:
        self.directories = directories
        self.version = version
        self._names = _NAMES[version]

    @property
    def joined_through(self) -> List[str]:
        return sorted({path + "/cgroup.procs" for path in self.directories.values()})

    def controls(self, controller: str) -> bool:
        return controller in self.directories

    def limit_memory(self, limit: int) -> None:
        path = self.directories["memory"] + "/"
        _write(path + self._names.memory, str(limit))
        if os.path.exists(path + self._names.swap):  # v1 counts the memory in
            _write(path + self._names.swap, "0" if self.version == 2 else str(limit))

    def raise_memory(self, limit: int) -> None:
        """To more than it was limited to."""
        path = self.directories["memory"] + "/"
        if self.version == 1 and os.path.exists(path + self._names.swap):
            _write(path + self._names.swap, str(limit))  # first: the other may not exceed it
        _write(path + self._names.memory, str(limit))

    def memory_in_use(self) -> int:
        return int(_read(self.directories["memory"] + "/" + self._names.memory_in_use))

    def limit_processes(self, limit: int) -> None:
        _write(self.directories["pids"] + "/pids.max", str(limit))

    def limit_cpus(self, cpus: float) -> None:
        path, quota = self.directories["cpu"] + "/", str(max(int(cpus * _CPU_PERIOD_US), 1000))
        if self.version == 2:
            quota = "%s %d" % (quota, _CPU_PERIOD_US)
        else:
            _write(path + "cpu.cfs_period_us", str(_CPU_PERIOD_US))
        _write(path + self._names.quota, quota)

    def come_after_the_service(self) -> None:
        """Slots among themselves are equal; whoever answers requests goes before them."""
        _write(self.directories["cpu"] + "/" + self._names.weight, self._names.low_weight.decode())

    def open(self) -> "OpenCgroup":
        return OpenCgroup(self.directories, self.version)

    def remove(self) -> None:
        """Once its processes are dead, which the kernel may take a moment to notice; else the next start sweeps it."""
        until = time.monotonic() + 1
        left = set(self.directories.values())
        while left and time.monotonic() < until:
            for path in list(left):
                try:
                    os.rmdir(path)
                except FileNotFoundError:
                    pass
                except OSError:
                    continue
                left.discard(path)
            if left:
                time.sleep(0.01)


class OpenCgroup:
    """Files of a slot's group, of use after their user has let go of its privilege; None where the kernel has none."""

    def __init__(self, directories: Dict[str, str], version: int) -> None:
        self._directories = directories
        self._names = _NAMES[version]
        self.usage = JobUsage(directories, version)
        self._oom = self._open("memory", self._names.oom, os.O_RDONLY)
        self._pids = self._open("pids", "pids.current", os.O_RDONLY)
        self._idle = self._open("cpu", "cpu.idle", os.O_WRONLY)
        self._weight = self._open("cpu", self._names.weight, os.O_WRONLY)
        self._quota = self._open("cpu", self._names.quota, os.O_RDWR)
        self._lifted = b""

    def oom_kills(self) -> int:
        found = self._oom is not None and re.search(rb"(?m)^oom_kill (\d+)$", os.pread(self._oom, 4096, 0))
        return int(found.group(1)) if found else 0

    def processes(self) -> int:
        """Threads count too."""
        return int(os.pread(self._pids, 32, 0)) if self._pids is not None else 0

    def isolates_cpu(self) -> bool:
        return self._weight is not None

    def yield_cpu(self, does: bool) -> None:
        """Whether the slot has only what cpu the others leave over."""
        if self._idle is None or self._weight is None:
            return
        os.pwrite(self._idle, b"1" if does else b"0", 0)
        if not does:  # a group that was idle has the kernel's own weight
            os.pwrite(self._weight, self._names.low_weight, 0)

    def lift_quota(self) -> None:
        """While a job is being killed: a process that is out of quota doesn't die, and where others wait in the kernel
        for its memory, they use up the next quota too."""
        if self._quota is not None and not self._lifted:
            self._lifted = os.pread(self._quota, 64, 0)
            os.pwrite(self._quota, self._names.no_quota, 0)

    def restore_quota(self) -> None:
        if self._quota is not None and self._lifted:
            os.pwrite(self._quota, self._lifted, 0)
            self._lifted = b""

    def _open(self, controller: str, name: str, mode: int) -> Optional[int]:
        try:
            return os.open("%s/%s" % (self._directories[controller], name), mode | os.O_CLOEXEC)
        except (KeyError, OSError):
            return None


def come_after_other_sessions() -> None:
    """Without a cgroup for cpu the kernel, where it groups by session, would weigh a slot as much as the whole service.
    Has a third of that weight, for this session. Without privilege one write a tenth of a second is let through."""
    for _ in range(_TRIES):
        try:
            _write("/proc/self/autogroup", _NICE_OF_A_SESSION)
            return
        except BlockingIOError:
            time.sleep(_SECONDS_BETWEEN_TRIES)
        except OSError:
            return


def create(name: str, proc_cgroup: str = "/proc/self/cgroup", mountinfo: str = "/proc/self/mountinfo") -> SlotCgroup:
    """Makes `millrace-<name>` under the worker's own group, of every controller that allows it."""
    own = dict(_own_groups(proc_cgroup))
    mounts = _mounts(mountinfo)
    directories: Dict[str, str] = {}
    if "" in own and "" in mounts:
        directories = _create_v2(_own_directory(mounts[""], own[""]), name)
    if directories:
        return SlotCgroup(directories, 2)
    for controller in (*CONTROLLERS, "cpuacct"):
        if controller in own and controller in mounts:
            path = _make(_own_directory(mounts[controller], own[controller]), name)
            if path:
                directories[controller] = path
    return SlotCgroup(directories, 1)


def _own_groups(proc_cgroup: str) -> List[Tuple[str, str]]:
    """(controller, path); the controller of v2's one hierarchy is the empty string."""
    groups = []
    for line in _read(proc_cgroup).splitlines():
        _, controllers, path = line.split(":", 2)
        groups += [(controller, path) for controller in controllers.split(",")]
    return groups


def _mounts(mountinfo: str) -> Dict[str, Tuple[str, str]]:
    """controller -> (root of the mount inside its hierarchy, mount point)"""
    found: Dict[str, Tuple[str, str]] = {}
    for line in _read(mountinfo).splitlines():
        left, _, right = line.partition(" - ")
        fields, (kind, _, options) = left.split(), right.split()[:3]
        if kind == "cgroup2":
            found.setdefault("", (fields[3], fields[4]))
        elif kind == "cgroup":
            for option in options.split(","):
                found.setdefault(option, (fields[3], fields[4]))
    return found


def _own_directory(mount: Tuple[str, str], path: str) -> str:
    root, point = mount
    # A mount may show only a part of the hierarchy; a path outside it (/..) can't be reached.
    inside = path[len(root):] if root != "/" and path.startswith(root) else path
    return os.path.normpath(point + "/" + inside)


def _make(parent: str, name: str) -> Optional[str]:
    path = "%s/%s%s" % (parent, _PREFIX, name)
    try:
        _sweep(parent)
        os.makedirs(path, exist_ok=True)
    except OSError:
        return None
    return path if os.access(path + "/cgroup.procs", os.W_OK) else None


def _sweep(parent: str) -> None:
    """Removes the groups of helpers that were killed; their names carry their process ids."""
    for entry in os.listdir(parent):
        pid = entry[len(_PREFIX):]
        if entry.startswith(_PREFIX) and pid.isdigit() and not os.path.exists("/proc/" + pid):
            try:
                os.rmdir(parent + "/" + entry)
            except OSError:
                pass


def _create_v2(parent: str, name: str) -> Dict[str, str]:
    try:
        if os.path.basename(parent) == _WORKER_LEAF:  # another slot's helper has moved us
            parent = os.path.dirname(parent)
        offered = set(_read(parent + "/cgroup.controllers").split()) & set(CONTROLLERS)
        if not offered or not os.access(parent + "/cgroup.subtree_control", os.W_OK):
            return {}
        _hand_down(parent, offered)
        path = _make(parent, name)
    except OSError:
        return {}
    return {controller: path for controller in offered} if path else {}


def _hand_down(parent: str, controllers: Set[str]) -> None:
    missing = controllers - set(_read(parent + "/cgroup.subtree_control").split())
    if not missing:
        return
    enable = " ".join("+" + controller for controller in sorted(missing))
    try:
        _write(parent + "/cgroup.subtree_control", enable)
        return
    except OSError:
        leaf = parent + "/" + _WORKER_LEAF
        os.makedirs(leaf, exist_ok=True)
        for pid in _read(parent + "/cgroup.procs").split():
            _write(leaf + "/cgroup.procs", pid)
    _write(parent + "/cgroup.subtree_control", enable)
