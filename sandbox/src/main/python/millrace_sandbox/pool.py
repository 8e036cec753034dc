"""The helper's side of zygotes and sandboxes: who is ready, who is next, who has ended.

A zygote that has forked its share is succeeded without anybody waiting: its successor is
started in the background, and takes over once it is up; what the old one had ready is still
used, and then it is let go. A zygote that dies or no longer answers ends the helper: the
worker starts the slot anew, and everything below it is dead by then.
"""
from __future__ import annotations

import functools
import os
import re
import signal
import socket
import sys
import time
from typing import Any, Callable, Dict, List, Optional, Sequence, Set

from . import environment as environments
from . import preload
from . import zygote_channel as channel
from .cgroups import OpenCgroup
from .environment import Environment, TemplateEnds
from .frames import ProtocolError
from .limits import MOST_ENVIRONMENTS
from .lines import Ended, Line, Sandbox, Template, Zygote, ignore
from .loop import Loop
from .settings import Settings


# A program that has reported ends at once, of itself: that takes less than killing it.
_SECONDS_TO_END = 0.002
_SECONDS_TO_DIE = 30.0
_SECONDS_FOR_NETWORK = 30.0
_SECONDS_OF_A_TEMPLATE_TO_CLEAN = 2.0
_SECONDS_TO_IMPORT = 60.0


class ZygoteLost(Exception):
    pass


class Pool:
    def __init__(self, settings: Settings, loop: Loop, keeper: socket.socket, zygotes: Dict[str, socket.socket],
                 group: OpenCgroup, larger_packages: List[str], disk_is_shared: bool) -> None:
        self._disk_is_shared = disk_is_shared
        self.settings = settings
        self.loop = loop
        self.group = group
        self.keeper = keeper
        self.lines = {name: Line(name) for name in zygotes}
        self._zygotes: List[Zygote] = []
        self._ids = 0
        self._dying: Set[int] = set()
        self._when_clear: Callable[[], None] = ignore
        self.on_recycled: Callable[[], None] = ignore
        self.imported_meanwhile = False  # while the job that was taken for last runs
        self._names_a_larger_package = re.compile("|".join(map(re.escape, larger_packages)).encode() or b"(?!)")
        for name, connection in zygotes.items():
            zygote = self.lines[name].current = self._adopt(connection, self.lines[name])
            zygote.up = True
        loop.watch(keeper.fileno(), self._on_keeper)

    def open_network(self, environment: Optional[Environment]) -> str:
        """Sees to it that there are sandboxes with a network; why there are none, or nothing. A slot's first such job waits here."""
        if preload.NETWORK in self.lines if environment is None else self._known(environment, True):
            return ""
        if self._disk_is_shared:
            return "this worker's sandbox is of the tier fallback, which has no network of its own to give to jobs"
        line = Line(preload.NETWORK) if environment is None else self._new_line(environment, True)
        try:
            self.keeper.send(line.name.encode())
            self.keeper.settimeout(_SECONDS_FOR_NETWORK)
            data, fds = channel.receive(self.keeper)
            while data and data.decode() != line.name:  # a successor's, which was asked for before
                self._take_zygote(data, fds)
                data, fds = channel.receive(self.keeper)
            self.keeper.settimeout(None)
            if not data:
                raise ZygoteLost("the keeper is gone")
            connection = socket.socket(fileno=fds[0])
            connection.settimeout(_SECONDS_FOR_NETWORK)
            said, fds = channel.receive(connection)
            connection.settimeout(None)
        except socket.timeout:
            raise ZygoteLost("no sandbox with a network within %d s" % _SECONDS_FOR_NETWORK)
        if said[:1] != channel.HELLO:
            connection.close()
            return "this worker has no network to give to jobs: " + (said[1:].decode("utf-8", "replace") or "its zygote died")
        line.current = self._adopt(connection, line)
        line.current.up = True
        line.current.listener = socket.socket(fileno=fds[0])
        self.lines[line.name] = line
        return ""

    def environment(self, value: Any) -> Environment:
        """As JOB has it."""
        if not self.settings.environments:
            raise ProtocolError("a job has an environment, and the settings name no folder of them")
        return environments.parse(value)

    def take(self, code: bytes, network: bool = False, environment: Optional[Environment] = None) -> Sandbox:
        """One that is ready for this program, or will be; its new owner watches it from here on."""
        self.imported_meanwhile = False
        if environment is not None:
            line = self._line_of(environment, network)
        else:
            line = self.lines[preload.NETWORK] if network else self._line_for(code)
        template = line.template
        if template is not None:
            if template.up or template.ends.is_worth_waiting_for(code):
                return self._fork(line, template)
            if line.network:  # what is being imported would find the network of this job
                self._lose(template)
                line.has_templates = True
            else:
                self.imported_meanwhile = True
        while line.idle:
            sandbox = line.idle.pop(0)
            self.loop.unwatch(sandbox.result)
            sandbox.on_change = ignore
            if sandbox.ended is None:
                return sandbox
        sandbox = self._fork(line)
        if line.has_templates and template is None and not line.network and not self._disk_is_shared:
            self._make_template(line)
            self.imported_meanwhile = True
        return sandbox

    def _line_of(self, environment: Environment, network: bool) -> Line:
        """The last used is the last of all lines."""
        line = self._known(environment, network)
        if line is None and network:
            reason = self.open_network(environment)
            if reason:
                raise ZygoteLost(reason)
            line = self._known(environment, network)
        elif line is None:
            line = self._new_line(environment, network)
            self.keeper.send(line.name.encode())
        assert line is not None
        self.lines.pop(line.name, None)
        self.lines[line.name] = line
        while line.current is None:
            self._on_keeper()
        return line

    def _known(self, environment: Environment, network: bool) -> Optional[Line]:
        line = self.lines.get(environment.line(network))
        if line is not None and line.folder != environment.folder_in(self.settings.environments):
            self._drop(line)  # it was let go of, and fetched anew: these zygotes see the old one
            return None
        return line

    def _new_line(self, environment: Environment, network: bool) -> Line:
        """Others make way for it."""
        known = [each for each in self.lines.values() if each.environment is not None]
        for each in known[:len(known) + 1 - MOST_ENVIRONMENTS]:
            self._drop(each)
        line = Line(environment.line(network), environment)
        line.folder = environment.folder_in(self.settings.environments)
        return line

    def _drop(self, line: Line) -> None:
        del self.lines[line.name]
        if line.template is not None:
            self._lose(line.template)
        idle, line.idle = line.idle, []
        for sandbox in idle:
            self.loop.unwatch(sandbox.result)
            self.retire(sandbox, ends_by_itself=False)
        zygote, line.current = line.current, None
        if zygote is not None:
            self._release_if_done(zygote)

    def _line_for(self, code: bytes) -> Line:
        if preload.BARE in self.lines and b"import" not in code:
            return self.lines[preload.BARE]
        if preload.FULL in self.lines and self._names_a_larger_package.search(code):
            return self.lines[preload.FULL]
        return self.lines[preload.LIGHT]

    def make_templates_with_network(self) -> None:
        """While no job runs, whose network their imports would find."""
        for line in self.lines.values():
            if line.network and line.has_templates and line.template is None:
                self._make_template(line)

    def refill(self) -> None:
        for line in self.lines.values():
            if line.network:  # its programs wait for others anyway
                continue
            if line.has_templates and not self._disk_is_shared:
                if line.template is None:
                    self._make_template(line)
                continue
            while len(line.idle) < self.settings.prewarm:
                sandbox = self._fork(line)
                line.idle.append(sandbox)
                self.loop.watch(sandbox.result, functools.partial(self._on_idle, sandbox))

    def retire(self, sandbox: Sandbox, ends_by_itself: bool) -> None:
        """Nothing of it lives on. What the kernel says of its end comes later and is of no interest."""
        sandbox.on_change = ignore
        sandbox.close()
        if sandbox.id in sandbox.zygote.sandboxes:
            self._dying.add(sandbox.id)
            if ends_by_itself:
                sandbox.must_end = self.loop.call_at(time.monotonic() + _SECONDS_TO_END, lambda: self._kill(sandbox))
            else:
                self._kill(sandbox)

    def count_disk(self, sandbox: Sandbox) -> None:
        """Ends its job when that has too much there; no need where a file system does."""
        if self._disk_is_shared and sandbox.id in sandbox.zygote.sandboxes:
            self._send(sandbox.zygote, channel.request(channel.COUNT, sandbox.id))

    def yield_cpu(self, sandbox: Sandbox) -> None:
        if sandbox.id in sandbox.zygote.sandboxes:
            self._send(sandbox.zygote, channel.request(channel.YIELD, sandbox.id))

    def _kill(self, sandbox: Sandbox) -> None:
        self.group.lift_quota()
        zygote = sandbox.zygote
        if isinstance(zygote, Template):
            template = zygote
            sandbox.must_end = self.loop.call_at(time.monotonic() + _SECONDS_OF_A_TEMPLATE_TO_CLEAN, lambda: self._lose(template))
        else:
            sandbox.must_end = self.loop.call_at(time.monotonic() + _SECONDS_TO_DIE, _not_killed)
        self._send(zygote, channel.request(channel.KILL, sandbox.id))

    def when_clear(self, callback: Callable[[], None]) -> None:
        """Calls once nothing of any earlier job is left: its memory and processes would count as the next one's.
        Mostly that is at once."""
        self._when_clear = callback
        self._check_clear()

    def forget_when_clear(self) -> None:
        self._when_clear = ignore

    def _check_clear(self) -> None:
        if not self._dying:
            self.group.restore_quota()
            callback, self._when_clear = self._when_clear, ignore
            callback()

    def close(self) -> None:
        """Lets go of every zygote: they end, and all below them."""
        for zygote in self._zygotes:
            self.loop.unwatch(zygote.connection.fileno())
            zygote.close()
            zygote.sandboxes.clear()

    def _on_idle(self, sandbox: Sandbox) -> None:
        sandbox.read_ready()
        if sandbox.ready or sandbox.ended:
            self.loop.unwatch(sandbox.result)
            sandbox.on_change()

    def _make_template(self, line: Line) -> None:
        assert line.environment is not None and line.current is not None
        self._ids += 1
        inside = Sandbox(self._ids, line.current)
        ends = TemplateEnds(line.environment)
        for fd in inside.theirs:
            os.close(fd)
        line.current.sandboxes[inside.id] = inside
        self._send(line.current, channel.request(channel.SPAWN, inside.id), ends.theirs)
        ends.passed_on()
        template = line.template = Template(ends, line, inside)
        inside.on_change = lambda: self._lose(template)
        template.deadline = self.loop.call_at(time.monotonic() + _SECONDS_TO_IMPORT, lambda: self._lose(template))
        self._zygotes.append(template)
        self.loop.watch(template.connection.fileno(), lambda: self._on_template(template))

    def _on_template(self, template: Template) -> None:
        data, _ = channel.receive(template.connection)
        if template.up and data:
            self._on_event(template, data)
        elif data[:1] == channel.HELLO and template.ends.is_silent():
            template.up = True
            self.loop.cancel(template.deadline)
            told = int.from_bytes(data[1:9], sys.byteorder)
            template.ends.peak = min(told, self.settings.memory_bytes)  # its own word
            self.group.usage.make_room(template.ends.peak)
        else:
            if not template.up:
                sys.stderr.write("environment %s is imported by each job: %s\n" % (
                    template.line.name[:12], data[1:].decode("utf-8", "replace") if data[:1] == channel.FAILED_TO_START
                    else "its imports write, or end the process"))
            self._lose(template)

    def still_imports(self, sandbox: Sandbox) -> bool:
        return isinstance(sandbox.zygote, Template) and not sandbox.zygote.up

    def give_up_imports(self, sandbox: Sandbox) -> None:
        """Its job is told that it has ended, and imports for itself in another."""
        template = sandbox.zygote
        if isinstance(template, Template) and not template.up:
            self._lose(template)

    def _lose(self, template: Template) -> None:
        """Whatever runs in it ends with it. One that never came up is not tried again."""
        if template not in self._zygotes:
            return
        line = template.line
        line.template = None
        line.has_templates = line.has_templates and template.up
        self._zygotes.remove(template)
        self.loop.cancel(template.deadline)
        self.loop.unwatch(template.connection.fileno())
        template.connection.close()
        template.ends.close()
        self.group.usage.make_room(-template.ends.peak)
        template.inside.on_change = ignore
        self.retire(template.inside, ends_by_itself=False)
        self._end_all(template, Ended(signal.SIGKILL if template.up else None))

    def _fork(self, line: Line, zygote: Optional[Zygote] = None) -> Sandbox:
        zygote = zygote or line.current
        assert zygote is not None
        self._ids += 1
        sandbox = Sandbox(self._ids, zygote)
        zygote.sandboxes[sandbox.id] = sandbox
        self._send(zygote, channel.request(channel.SPAWN, sandbox.id), sandbox.theirs)
        for fd in sandbox.theirs:
            os.close(fd)
        zygote.forked += 1
        if zygote.forked >= self.settings.max_jobs_per_zygote and zygote is line.current:
            self._ask_for_successor(line)
        return sandbox

    def _send(self, zygote: Zygote, data: bytes, fds: Sequence[int] = ()) -> None:
        try:
            channel.send_fds(zygote.connection, data, list(fds))
        except OSError:
            if isinstance(zygote, Template):
                template = zygote
                self.loop.call_at(time.monotonic(), lambda: self._lose(template))
            else:
                raise ZygoteLost("the zygote died")

    def _adopt(self, connection: socket.socket, line: Line) -> Zygote:
        zygote = Zygote(connection, line)
        self._zygotes.append(zygote)
        self.loop.watch(connection.fileno(), lambda: self._on_zygote(zygote))
        return zygote

    def _ask_for_successor(self, line: Line) -> None:
        if not line.successor_wanted:
            line.successor_wanted = True
            self.keeper.send(line.name.encode())

    def _on_keeper(self) -> None:
        data, fds = channel.receive(self.keeper)
        if not data:
            raise ZygoteLost("the keeper is gone")
        self._take_zygote(data, fds)

    def _take_zygote(self, data: bytes, fds: List[int]) -> None:
        connection, line = socket.socket(fileno=fds[0]), self.lines.get(data.decode())
        if line is None:
            connection.close()  # its environment made way for another
            return
        zygote = self._adopt(connection, line)
        if line.current is None:
            line.current = zygote

    def _on_zygote(self, zygote: Zygote) -> None:
        data, fds = channel.receive(zygote.connection)
        if not zygote.up:
            zygote.listener = socket.socket(fileno=fds[0]) if fds else None
            self._on_hello(zygote, data)
        elif not data:
            raise ZygoteLost("the zygote died")
        else:
            self._on_event(zygote, data)

    def _on_event(self, zygote: Zygote, data: bytes) -> None:
        kind, sandbox_id, status, cpu_us, max_rss_kb = channel.parse_event(data)
        sandbox = zygote.sandboxes.pop(sandbox_id)
        self.loop.cancel(sandbox.must_end)
        self._dying.discard(sandbox_id)
        self._on_ended(sandbox, Ended(status if kind == channel.ENDED else None, cpu_us, max_rss_kb))
        self._release_if_done(zygote)
        self._check_clear()

    def _on_hello(self, zygote: Zygote, data: bytes) -> None:
        line = zygote.line
        line.successor_wanted = False
        if data[:1] == channel.HELLO:
            zygote.up = True
            old, line.current = line.current, zygote
            if old is not None and old is not zygote:
                self._release_if_done(old)
                self.on_recycled()
            return
        sys.stderr.write("the next zygote did not start: %s\n" % data[1:].decode("utf-8", "replace"))
        if line.current is not None and line.current is not zygote:  # it serves another round, then we ask again
            line.current.forked = 0
            self._release_if_done(zygote)
            return
        if self.lines.get(line.name) is line:
            self._drop(line)
        self._end_all(zygote, Ended(None))

    def _end_all(self, zygote: Zygote, ended: Ended) -> None:
        """Of a zygote that is no more."""
        sandboxes, zygote.sandboxes = list(zygote.sandboxes.values()), {}
        for sandbox in sandboxes:
            self.loop.cancel(sandbox.must_end)
            self._dying.discard(sandbox.id)
            self._on_ended(sandbox, ended)
        self._check_clear()

    def _release_if_done(self, zygote: Zygote) -> None:
        kept = zygote is zygote.line.current or zygote is zygote.line.template
        if not kept and not zygote.sandboxes and zygote in self._zygotes:
            self._zygotes.remove(zygote)
            self.loop.unwatch(zygote.connection.fileno())
            zygote.close()

    def _on_ended(self, sandbox: Sandbox, ended: Ended) -> None:
        sandbox.ended = ended
        idle = sandbox.zygote.line.idle
        if sandbox in idle:
            idle.remove(sandbox)
            self.loop.unwatch(sandbox.result)
            sandbox.close()
        sandbox.on_change()


def _not_killed() -> None:
    raise ZygoteLost("a sandbox that was killed is still there")
