"""How a zygote comes to be: namespaces, the sandboxes' root, what it imports, and the privilege that it keeps."""
from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import sys
from typing import Any, Dict, List, NamedTuple, Tuple

from . import font_lists, landlock, limits, loopback, oom_scores, preload, root_fs, scratch, syscalls
from .lockdown import Confinement, confinement
from .settings import Settings, parse

_NEEDED = (syscalls.CAP_SYS_ADMIN, syscalls.CAP_SETUID, syscalls.CAP_SETGID, syscalls.CAP_SETPCAP, syscalls.CAP_KILL,
           syscalls.CAP_SYS_RESOURCE)


class Start(NamedTuple):
    """What the keeper sends first."""

    settings: Settings
    tier: str
    keeper_pid: int
    joined_through: List[str]
    scratch_root: str
    modules: List[str]
    cpu_isolated: bool  # by a cgroup; else it is done by priorities
    network: bool  # whether its sandboxes have a loopback interface (loopback.py)
    environment: str  # the directory of packages that its jobs asked for; "" for those of any job

    def to_json(self) -> bytes:
        return json.dumps(dict(self._asdict(), settings=self.settings.to_json().decode())).encode()

    @staticmethod
    def from_json(data: bytes) -> "Start":
        values = json.loads(data)
        values["settings"] = parse(values["settings"].encode())
        return Start(**values)


def prepare(start: Start) -> Tuple[Confinement, int, List[socket.socket], Dict[str, Any]]:
    os.umask(0o077)
    for path in start.joined_through:
        with open(path, "w") as f:
            f.write("0")
    syscalls.last_capability()
    own_namespace = -1
    listener: List[socket.socket] = []
    facts = {"proc": False, "root": "host"}
    font_list = font_lists.find(start.settings)
    scores = oom_scores.of_this_process()
    if start.tier != "fallback":
        own_namespace = _enter_namespaces(start.settings.job_uid, start.tier == "userns")
        if start.network:
            listener.append(loopback.make())
        facts = root_fs.build(start.settings, font_list.file, loopback.TLS_FILES if start.network else (), start.environment)
        if facts["proc"]:  # the host's was the only one so far
            scores = scores.seen_from_here()
    syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)
    packages = root_fs.ENVIRONMENT if start.environment and own_namespace >= 0 else start.environment
    with contextlib.ExitStack() as meanwhile:
        if preload.beyond_standard(start.modules):
            meanwhile.enter_context(scratch.for_imports(start.scratch_root, font_list.file))
        preimported, missing = preload.import_all(start.settings, start.modules, packages)
    limits.apply_to_zygote()
    scores.be_taken_late()
    _drop_what_is_not_needed(start.tier)
    unmet = scores.try_in_a_child() + limits.unmet()
    if not start.cpu_isolated:
        syscalls.take_short_slices()
    if start.environment and own_namespace < 0:
        start = start._replace(settings=start.settings._replace(read_only=(*start.settings.read_only, start.environment)))
    confined = confinement(start.settings, start.tier, bool(facts["proc"]), scores.proc, font_list.file, start.network,
                           bool(packages))
    preload.warm_up()
    hello = {"tier": start.tier, "proc": facts["proc"], "root": facts["root"], "landlock": landlock.abi(),
             "python": "%d.%d.%d" % sys.version_info[:3], "preimported": preimported, "not_preimported": missing,
             "unmet": unmet, "font_list": font_list, "oom_score": oom_scores.OF_JOBS.decode() if scores.proc >= 0 else ""}
    return confined, own_namespace, listener, hello


def _enter_namespaces(job_uid: int, as_user: bool) -> int:
    """Goes on in a child that is init of a new process namespace; the parent only waits for it. Returns a
    descriptor of that namespace, while there is a /proc to have it from."""
    if as_user and os.getuid() == 0:
        _become(job_uid)  # root's processes aren't counted against RLIMIT_NPROC, whatever namespace they are in
    uid, gid = os.getuid(), os.getgid()
    syscalls.unshare(syscalls.CLONE_NEWPID | (syscalls.CLONE_NEWUSER if as_user else 0))
    if as_user:
        for name, value in (("setgroups", "deny"), ("uid_map", "%d %d 1" % (job_uid, uid)),
                            ("gid_map", "%d %d 1" % (job_uid, gid))):
            with open("/proc/self/" + name, "w") as f:
                f.write(value)
    child = os.fork()
    if child:
        syscalls.syscall("close_range", 0, syscalls.LAST_FD, 0)
        os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) & 0xFF)
    syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
    # One network for all sandboxes of a slot, with nothing in it, and no job may open a socket: making
    # one for each would cost a millisecond.
    syscalls.unshare(syscalls.CLONE_NEWNS | syscalls.CLONE_NEWNET | syscalls.CLONE_NEWIPC | syscalls.CLONE_NEWUTS
                     | syscalls.CLONE_NEWCGROUP)
    syscalls.sethostname(b"sandbox")
    return os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)


def _become(uid: int) -> None:
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    # Both are cleared by the change: /proc/self must be ours to write the maps, and the keeper's end ours too.
    syscalls.prctl(syscalls.PR_SET_DUMPABLE, 1)
    syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)


def _drop_what_is_not_needed(tier: str) -> None:
    held = syscalls.capabilities()
    if held & (1 << syscalls.CAP_SETPCAP):
        syscalls.empty_bounding_set(syscalls.last_capability())
    if tier != "fallback":
        wanted = sum(1 << capability for capability in _NEEDED)
        syscalls.set_capabilities(wanted & held)
    syscalls.prctl(syscalls.PR_SET_DUMPABLE, 0)
