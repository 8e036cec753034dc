"""The connections of one job to the worker's proxy, while it runs.

A job's own loopback interface has one listener, whose connections are taken here. Each is passed on to the unix socket of
the worker's proxy, after the job's token and a line's end: by that the proxy knows whose it is, and no job can say it, since
what a job writes comes after it. Bytes are passed on in both directions as fast as they are taken, and never come into this
process: the kernel moves them from one socket into a pipe and from there into the other.

The listener listens while its job runs, no longer: what waits in its queue at the end is dropped by the kernel, so that no
connection is ever taken for a later job's. One at a time is read and written, and it never waits.
"""
from __future__ import annotations

import fcntl
import functools
import os
import select
import socket
import time
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

from . import syscalls
from .frames import ProtocolError
from .loop import Loop, Timer

# Of connections that a job has opened and that are not taken, since it has as many as it may have.
_WAITING = 128
# Moved at once, where both sides have so much room: the fewer pieces, the fewer turns of processes that wait for each other.
_PIECE = 1 << 20
_WIDE_PIPES, _F_SETPIPE_SZ = 4, 1031
_SECONDS_TO_CONNECT = 2.0
_SECONDS_BETWEEN_TRIES = 0.05


class Access(NamedTuple):
    """What JOB's `network` says."""

    proxy: str
    token: str
    connections: int
    rate: int


def access(told: Any) -> Access:
    if not isinstance(told, dict) or set(told) != set(Access._fields):
        raise ProtocolError("network must have %s" % ", ".join(Access._fields))
    known = Access(**told)
    numbers = known.connections, known.rate
    if not isinstance(known.proxy, str) or not isinstance(known.token, str) or "\n" in known.token or not all(
            isinstance(each, int) and each >= 1 for each in numbers):
        raise ProtocolError("network must have a path, a token, a number of connections and a rate")
    return known


class Relay:
    def __init__(self, access: Access, loop: Loop) -> None:
        self.access, self.loop = access, loop
        self._listener: Optional[socket.socket] = None
        self._pairs: Dict[int, "_Pair"] = {}
        self._pipes = _Pipes()
        self._takes = False
        self._left = float(access.rate)  # of what may come at once
        self._counted_at = time.monotonic()
        self._again: Optional[Timer] = None

    def open(self, listener: socket.socket) -> None:
        listener.setblocking(False)
        listener.listen(_WAITING)
        self._listener = listener
        self._take_more()

    def close(self) -> None:
        """Nothing of it lives on."""
        if self._listener is None:
            return
        self._take_no_more()
        self.loop.cancel(self._again)
        try:
            self._listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # its zygote was let go of
        self._listener = None
        for pair in list(self._pairs.values()):
            pair.close()
        self._pipes.close()

    def _take_more(self) -> None:
        """Or later, when there is a free place and time has come for another."""
        if self._takes or self._listener is None or len(self._pairs) >= self.access.connections:
            return
        self.loop.cancel(self._again)
        self._count()
        if self._left < 1:
            self._take_more_after((1 - self._left) / self.access.rate)
        else:
            self._takes = True
            self.loop.watch(self._listener.fileno(), self._on_connection)

    def _take_more_after(self, seconds: float) -> None:
        self._take_no_more()
        self._again = self.loop.call_at(time.monotonic() + seconds, self._take_more)

    def _count(self) -> None:
        now = time.monotonic()
        self._left = min(self.access.rate, self._left + (now - self._counted_at) * self.access.rate)
        self._counted_at = now

    def _take_no_more(self) -> None:
        if self._takes and self._listener is not None:
            self._takes = False
            self.loop.unwatch(self._listener.fileno())

    def _on_connection(self) -> None:
        assert self._listener is not None
        try:
            inner, _ = self._listener.accept()
        except BlockingIOError:
            return  # it went away again
        except OSError:  # we have no descriptor for it; it goes on waiting
            self._take_more_after(_SECONDS_BETWEEN_TRIES)
            return
        self._left -= 1
        try:
            outer = self._connect()
        except OSError:
            inner.close()  # the worker is about to end, or has no descriptor for it
            self._take_no_more()
            self._take_more()
            return
        pair = _Pair(self.loop, inner, outer, self._pipes)
        number = inner.fileno()
        self._pairs[number] = pair
        pair.on_close = lambda: self._closed(number)
        pair.watch()
        self._take_no_more()
        self._take_more()

    def _closed(self, number: int) -> None:
        del self._pairs[number]
        self._take_more()

    def _connect(self) -> socket.socket:
        outer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            outer.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _PIECE)  # or what the kernel allows
            outer.settimeout(_SECONDS_TO_CONNECT)
            outer.connect(self.access.proxy)
            outer.sendall(self.access.token.encode() + b"\n")
        except OSError:
            outer.close()
            raise
        return outer


class _Pipes:
    """Those that have nothing in them: few are needed, since most of what comes goes on at once. The first are wide; what a user's
    pipes may hold in all is limited."""

    def __init__(self) -> None:
        self._empty: List[Tuple[int, int]] = []
        self._wide = 0

    def take(self) -> Tuple[int, int]:
        if self._empty:
            return self._empty.pop()
        pipe = os.pipe()
        if self._wide < _WIDE_PIPES:
            self._wide += 1
            try:
                fcntl.fcntl(pipe[1], _F_SETPIPE_SZ, _PIECE)
            except OSError:
                pass  # its user has too many
        return pipe

    def give_back(self, pipe: Tuple[int, int], is_empty: bool) -> None:
        if is_empty:
            self._empty.append(pipe)
        else:
            for fd in pipe:
                os.close(fd)

    def close(self) -> None:
        while self._empty:
            self.give_back(self._empty.pop(), False)


class _End:
    """One of a connection's two sockets."""

    def __init__(self, its: socket.socket) -> None:
        its.setblocking(False)
        self.socket, self.fd = its, its.fileno()
        self.events = 0


class _Way:
    """One of a connection's two directions. What its target does not take at once waits in a pipe, and nothing is read meanwhile."""

    def __init__(self, source: _End, target: _End, pipes: _Pipes) -> None:
        self.source, self.target, self.pipes = source, target, pipes
        self.pipe: Optional[Tuple[int, int]] = None
        self.waiting = 0
        self.reads = True  # its source has not said that it is done

    def read(self) -> None:
        self.pipe = self.pipes.take()
        try:
            self.waiting = syscalls.splice(self.source.fd, self.pipe[1], _PIECE)
        except BlockingIOError:
            self.let_go()
            return
        if self.waiting:
            self.write()
        else:
            self.let_go()
            self.reads = False
            self.target.socket.shutdown(socket.SHUT_WR)

    def write(self) -> None:
        assert self.pipe is not None
        try:
            self.waiting -= syscalls.splice(self.pipe[0], self.target.fd, self.waiting)
        except BlockingIOError:
            return
        if not self.waiting:
            self.let_go()

    def let_go(self) -> None:
        if self.pipe is not None:
            self.pipes.give_back(self.pipe, not self.waiting)
            self.pipe = None


class _Pair:
    def __init__(self, loop: Loop, inner: socket.socket, outer: socket.socket, pipes: _Pipes) -> None:
        self.loop = loop
        self.ends = inside, outside = _End(inner), _End(outer)
        self.out, self.back = _Way(inside, outside, pipes), _Way(outside, inside, pipes)
        self.on_close: Callable[[], None] = _ignore

    def watch(self) -> None:
        for from_it, to_it in ((self.out, self.back), (self.back, self.out)):
            end = from_it.source
            events = select.POLLIN if from_it.reads and not from_it.waiting else 0
            events |= select.POLLOUT if to_it.waiting else 0
            if events == end.events:
                continue
            end.events = events
            if events:
                self.loop.watch(end.fd, functools.partial(self._on_event, from_it, to_it), events)
            else:
                self.loop.unwatch(end.fd)

    def close(self) -> None:
        for end in self.ends:
            if end.events:
                self.loop.unwatch(end.fd)
            end.socket.close()
        self.out.let_go()
        self.back.let_go()
        self.on_close()

    def _on_event(self, from_it: _Way, to_it: _Way) -> None:
        try:
            if to_it.waiting:
                to_it.write()
            if from_it.reads and not from_it.waiting:
                from_it.read()
        except OSError:
            self.close()
            return
        if any(each.reads or each.waiting for each in (self.out, self.back)):
            self.watch()
        else:
            self.close()


def _ignore() -> None:
    pass
