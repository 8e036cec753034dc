"""The process that the worker starts: finds the tier, starts zygotes, and outlives them.

It reads the settings, which come before any job, and nothing else of the worker's. Then it
forks the helper, which talks to the worker from there on, and keeps what the helper gives
up: the privilege to start the next zygote, and to remove the slot's cgroup.
"""
from __future__ import annotations

import json
import os
import re
import select
import signal
import socket
import sys
from typing import Any, Dict, List, Optional, Tuple

from . import cgroups, frames, limits, loopback, preload, root_fs, scratch_root, syscalls, users, zygote
from . import zygote_channel as channel
from .settings import MIB, STRONG_TIERS, TIERS, Settings, SettingsError, parse
from .zygote_start import Start

EXIT_NO_SANDBOX, EXIT_BAD_SETTINGS = 78, 64
_ZYGOTE_START_SECONDS, _ZYGOTE_STOP_SECONDS = 60.0, 1.0
_MEMORY_OF_A_WAITING_SANDBOX = 16 * MIB
_MEMORY_OF_A_NETWORK_ZYGOTE = 128 * MIB  # with numpy, pandas and the HTTP clients; twice while it is succeeded
_ENVIRONMENT = re.compile("(?:%s-)?([0-9a-f]{64})" % preload.NETWORK)


class NoSandbox(Exception):
    """One sentence that says what to change."""


def serve() -> int:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # meant for the worker: it ends us by closing our input
    try:
        first = frames.read(0)
        if first is None:
            return 0
        if first[0] != frames.SETTINGS:
            raise SettingsError("the first frame must be the settings")
        keeper = Keeper(parse(first[1]))
        keeper.start()
    except SettingsError as e:
        return _refuse(str(e), EXIT_BAD_SETTINGS)
    except (NoSandbox, OSError) as e:
        return _refuse(str(e), EXIT_NO_SANDBOX)
    return keeper.keep()


def _refuse(sentence: str, code: int) -> int:
    frames.write(1, frames.HELLO, json.dumps({"ready": False, "error": sentence}).encode())
    return code


class Keeper:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.cgroup = cgroups.SlotCgroup({}, 1)
        self.lines = preload.lines(settings)
        self.scratch_root = ""
        self.tier = ""
        self.zygotes: Dict[int, int] = {}  # pidfd -> process id
        self.claim: Optional[int] = None
        self.memory_limit = 0  # of the slot's group
        self.helper_pid = 0
        self.to_helper: socket.socket

    def start(self) -> None:
        syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)
        _own_session()
        if os.geteuid() == 0:
            self.settings, self.claim = users.claim(self.settings)
        if self.settings.cgroups == "auto":
            self.cgroup = cgroups.create(str(os.getpid()))
        try:
            light, hello = self._first_zygote()
            zygotes = {preload.LIGHT: light}
            if preload.BARE in self.lines:
                zygotes[preload.BARE], _ = self._next_zygote(preload.BARE)
            if preload.FULL in self.lines:
                zygotes.update(self._full_zygote(hello))
            hello["limits"] = self._limit_slot()
        except BaseException:
            self._clean_up()
            raise
        self._fork_helper(zygotes, hello)

    def keep(self) -> int:
        """Until the helper ends, for whatever reason."""
        if not self.cgroup.controls("cpu") and os.getsid(0) == os.getpid():
            cgroups.come_after_other_sessions()  # which may have to wait: the helper serves already
        poll = select.poll()
        poll.register(self.to_helper.fileno(), select.POLLIN)
        helper = os.pidfd_open(self.helper_pid)
        poll.register(helper, select.POLLIN)
        for pidfd in self.zygotes:
            poll.register(pidfd, select.POLLIN)
        while True:
            for fd, _ in poll.poll():
                if fd == helper:
                    status = os.waitpid(self.helper_pid, 0)[1]
                    self._clean_up()
                    return os.waitstatus_to_exitcode(status) & 0xFF
                if fd in self.zygotes:
                    poll.unregister(fd)
                    self._reap(fd)
                elif fd == self.to_helper.fileno() and not self._serve_request(poll):
                    poll.unregister(fd)

    def _serve_request(self, poll: select.poll) -> bool:
        data, _ = channel.receive(self.to_helper)
        if data:
            line = data.decode()
            if line == preload.NETWORK and line not in self.lines:
                self._make_room_for_network()
            if line not in self.lines and not _ENVIRONMENT.fullmatch(line):
                raise NoSandbox("the helper asked for %r, which is no line of zygotes" % line)
            theirs, pidfd = self._start_zygote(self.tier, line)
            poll.register(pidfd, select.POLLIN)
            channel.send_fds(self.to_helper, data, [theirs.fileno()])
            theirs.close()
        return bool(data)

    def _first_zygote(self) -> Tuple[socket.socket, Dict[str, Any]]:
        reasons: List[str] = []
        for tier in _candidates(self.settings):
            reason = _obstacle(tier)
            if reason is None:
                if tier == "fallback":
                    self.scratch_root = scratch_root.make(self.settings.scratch_dir)
                connection, _ = self._start_zygote(tier, preload.LIGHT)
                hello, reason = _await_hello(connection)
                if hello is not None:
                    self.tier = tier
                    return connection, hello
            reasons.append("%s: %s" % (tier, reason))
        raise NoSandbox("no sandbox can be had (%s)" % "; ".join(reasons))

    def _full_zygote(self, hello: Dict[str, Any]) -> Dict[str, socket.socket]:
        """None where none of the larger packages is installed."""
        connection, full = self._next_zygote(preload.FULL)
        hello["not_preimported"] = full["not_preimported"]
        if not preload.beyond_standard(full["preimported"]):
            connection.close()
            return {}
        hello["preimported"] = full["preimported"]
        return {preload.FULL: connection}

    def _next_zygote(self, line: str) -> Tuple[socket.socket, Dict[str, Any]]:
        connection, _ = self._start_zygote(self.tier, line)
        hello, reason = _await_hello(connection)
        if hello is None:
            raise NoSandbox(reason)
        return connection, hello

    def _start_zygote(self, tier: str, line: str) -> Tuple[socket.socket, int]:
        """(our end of its channel, its pidfd)"""
        ours, theirs = channel.pair()
        start = Start(self.settings, tier, os.getpid(), self.cgroup.joined_through, self.scratch_root,
                      self._modules_of(line), self.cgroup.controls("cpu"), line.startswith(preload.NETWORK),
                      self._environment_of(line))
        ours.send(start.to_json())
        here = os.path.dirname(os.path.abspath(__file__))
        null = [(os.POSIX_SPAWN_OPEN, fd, "/dev/null", os.O_RDWR, 0) for fd in (0, 1)]
        pid = os.posix_spawn(sys.executable, [sys.executable, "-I", "-B", "-u", here, "zygote"], _job_environment(line),
                             file_actions=[*null, (os.POSIX_SPAWN_DUP2, theirs.fileno(), zygote.CHANNEL_FD)])
        theirs.close()
        pidfd = os.pidfd_open(pid)
        self.zygotes[pidfd] = pid
        return ours, pidfd

    def _modules_of(self, line: str) -> List[str]:
        return self.lines[line] if line in self.lines else preload.of_packages(self.settings, line.startswith(preload.NETWORK))

    def _environment_of(self, line: str) -> str:
        name = _ENVIRONMENT.fullmatch(line)
        return os.path.join(self.settings.environments, name.group(1)) if name else ""

    def _limit_slot(self) -> Dict[str, str]:
        """Beyond a job's own memory, room for as many zygotes again (recycling) and the sandboxes that wait."""
        in_force = {name: "rlimit" for name in cgroups.CONTROLLERS}
        if not limits.own_uid(self.tier):
            in_force["pids"] = "none"
        group, settings = self.cgroup, self.settings
        if group.controls("memory"):
            waiting = len(self.lines) * (settings.prewarm + 1) * _MEMORY_OF_A_WAITING_SANDBOX
            self.memory_limit = settings.memory_bytes + limits.SLACK_BYTES + 2 * group.memory_in_use() + waiting
            group.limit_memory(self.memory_limit)
        if group.controls("pids"):
            group.limit_processes(settings.processes + 2 * limits.bystanders(settings))
        if group.controls("cpu"):
            group.come_after_the_service()
            if settings.cpus:
                group.limit_cpus(settings.cpus)
        in_force.update({name: "cgroup" for name in cgroups.CONTROLLERS
                         if group.controls(name) and (name != "cpu" or settings.cpus)})
        return in_force

    def _make_room_for_network(self) -> None:
        """The first job that has one asks for its line; no slot without such jobs has it."""
        self.lines[preload.NETWORK] = preload.of_network(self.settings)
        if self.cgroup.controls("memory"):
            self.memory_limit += 2 * _MEMORY_OF_A_NETWORK_ZYGOTE + _MEMORY_OF_A_WAITING_SANDBOX
            self.cgroup.raise_memory(self.memory_limit)

    def _fork_helper(self, zygotes: Dict[str, socket.socket], hello: Dict[str, Any]) -> None:
        from . import helper  # after the zygote, which has no use for it
        ours, theirs = channel.pair()
        me = os.getpid()
        group = self.cgroup.open()
        self.helper_pid = os.fork()
        if self.helper_pid == 0:
            syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != me:
                os._exit(0)
            _own_session()  # which the scheduler weighs as the worker's
            ours.close()
            for pidfd in self.zygotes:
                os.close(pidfd)
            if self.claim is not None:
                os.close(self.claim)
            helper.main(self.settings, hello, theirs, zygotes, group)
        self.to_helper = ours
        theirs.close()
        for connection in zygotes.values():
            connection.close()
        null = os.open("/dev/null", os.O_RDWR)
        for fd in (0, 1):  # the worker's pipes are the helper's alone
            os.dup2(null, fd)

    def _reap(self, pidfd: int) -> None:
        os.waitpid(self.zygotes.pop(pidfd), 0)
        os.close(pidfd)

    def _clean_up(self) -> None:
        """Zygotes end by themselves when the helper's end of their channel closes; those that don't are made to."""
        for pidfd in list(self.zygotes):
            if not select.select([pidfd], [], [], _ZYGOTE_STOP_SECONDS)[0]:
                signal.pidfd_send_signal(pidfd, signal.SIGKILL)
            self._reap(pidfd)
        self.cgroup.remove()
        scratch_root.remove(self.scratch_root)


def _own_session() -> None:
    try:
        os.setsid()  # no controlling terminal
    except PermissionError:
        pass


def _await_hello(connection: socket.socket) -> Tuple[Optional[Dict[str, Any]], str]:
    """What it says of itself, or why it can't."""
    connection.settimeout(_ZYGOTE_START_SECONDS)
    try:
        data, _ = channel.receive(connection)
    except socket.timeout:
        return None, "no zygote within %d s" % _ZYGOTE_START_SECONDS
    connection.settimeout(None)
    if data[:1] == channel.HELLO:
        return json.loads(data[1:]), ""
    return None, data[1:].decode("utf-8", "replace") or "it died"


def _candidates(settings: Settings) -> Tuple[str, ...]:
    if settings.tier != "auto":
        return (settings.tier,)
    return STRONG_TIERS if settings.require == "strong" else TIERS


def _obstacle(tier: str) -> Optional[str]:
    if tier == "root" and not syscalls.capabilities() >> syscalls.CAP_SYS_ADMIN & 1:
        return "needs CAP_SYS_ADMIN"
    return None


def _job_environment(line: str) -> Dict[str, str]:
    """All that jobs find in theirs; the zygote passes it on."""
    path = [os.path.dirname(sys.executable), "/usr/bin", "/bin"]
    return {
        "PATH": ":".join(dict.fromkeys(path)),
        "HOME": root_fs.SCRATCH + "/" + root_fs.WORK,
        "TMPDIR": "/tmp",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        # One thread: a zygote that has more can't be forked, and a job has one cpu.
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        **(loopback.environment() if line.startswith(preload.NETWORK) else {}),
    }
