"""The connections of one job to the worker's proxy, while it runs.

A job's own loopback interface has one listener, whose connections are taken here. Each is passed on to the unix socket of
the worker's proxy, after the job's token and a line's end: by that the proxy knows whose it is, and no job can say it, since
what a job writes comes after it. Bytes are passed on in both directions as fast as they are taken; nothing is read into them.

The listener listens while its job runs, no longer: what waits in its queue at the end is dropped by the kernel, so that no
connection is ever taken for a later job's. One at a time is read and written, and it never waits.
"""
from __future__ import annotations

import functools
import select
import socket
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

from .frames import ProtocolError
from .loop import Loop

# Of connections that a job has opened and that are not taken, since it has as many as it may have.
_WAITING = 128
_PIECE = 1 << 17
_SECONDS_TO_CONNECT = 2.0
_TAKEN = bytearray(_PIECE)


class Access(NamedTuple):
    """What JOB's `network` says."""

    proxy: str
    token: str
    connections: int


def access(told: Any) -> Access:
    if not isinstance(told, dict) or set(told) != set(Access._fields):
        raise ProtocolError("network must have %s" % ", ".join(Access._fields))
    known = Access(**told)
    if not isinstance(known.proxy, str) or not isinstance(known.token, str) or "\n" in known.token or not isinstance(
            known.connections, int) or known.connections < 1:
        raise ProtocolError("network must have a path, a token and a number of connections")
    return known


class Relay:
    def __init__(self, access: Access, loop: Loop) -> None:
        self.access, self.loop = access, loop
        self._listener: Optional[socket.socket] = None
        self._pairs: Dict[int, "_Pair"] = {}
        self._takes = False

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
        try:
            self._listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # its zygote was let go of
        self._listener = None
        for pair in list(self._pairs.values()):
            pair.close()

    def _take_more(self) -> None:
        if not self._takes and self._listener is not None and len(self._pairs) < self.access.connections:
            self._takes = True
            self.loop.watch(self._listener.fileno(), self._on_connection)

    def _take_no_more(self) -> None:
        if self._takes and self._listener is not None:
            self._takes = False
            self.loop.unwatch(self._listener.fileno())

    def _on_connection(self) -> None:
        assert self._listener is not None
        try:
            inner, _ = self._listener.accept()
        except OSError:
            return  # it went away again, or we have no descriptor for it
        try:
            outer = self._connect()
        except OSError:
            inner.close()  # the worker is about to end, or has no descriptor for it
            return
        pair = _Pair(self.loop, inner, outer)
        number = inner.fileno()
        self._pairs[number] = pair
        pair.on_close = lambda: self._closed(number)
        pair.watch()
        if len(self._pairs) >= self.access.connections:
            self._take_no_more()

    def _closed(self, number: int) -> None:
        del self._pairs[number]
        self._take_more()

    def _connect(self) -> socket.socket:
        outer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            outer.settimeout(_SECONDS_TO_CONNECT)
            outer.connect(self.access.proxy)
            outer.sendall(self.access.token.encode() + b"\n")
        except OSError:
            outer.close()
            raise
        return outer


class _End:
    """One of a connection's two sockets, and what is on its way out of it."""

    def __init__(self, its: socket.socket) -> None:
        its.setblocking(False)
        self.socket, self.fd = its, its.fileno()
        self.waiting = memoryview(b"")
        self.reads = True  # it has not said that it is done
        self.to_be_ended = False  # once what waits is written
        self.events = 0


class _Pair:
    def __init__(self, loop: Loop, inner: socket.socket, outer: socket.socket) -> None:
        self.loop = loop
        self.ends: List[_End] = [_End(inner), _End(outer)]
        self.on_close: Callable[[], None] = _ignore

    def watch(self) -> None:
        for end, other in self._both():
            events = select.POLLIN if end.reads and not other.waiting else 0
            events |= select.POLLOUT if end.waiting else 0
            if events == end.events:
                continue
            end.events = events
            if events:
                self.loop.watch(end.fd, functools.partial(self._on_event, end, other), events)
            else:
                self.loop.unwatch(end.fd)

    def close(self) -> None:
        for end in self.ends:
            if end.events:
                self.loop.unwatch(end.fd)
            end.socket.close()
        self.on_close()

    def _both(self) -> List[Tuple[_End, _End]]:
        first, second = self.ends
        return [(first, second), (second, first)]

    def _on_event(self, end: _End, other: _End) -> None:
        try:
            if end.waiting:
                self._write(end, end.waiting)
            if end.reads and not other.waiting:
                self._read(end, other)
        except OSError:
            self.close()
            return
        if any(each.reads or each.waiting for each in self.ends):
            self.watch()
        else:
            self.close()

    def _read(self, end: _End, other: _End) -> None:
        try:
            count = end.socket.recv_into(_TAKEN)
        except BlockingIOError:
            return
        if count:
            self._write(other, memoryview(_TAKEN)[:count])
        else:
            end.reads = False
            other.to_be_ended = True
            self._write(other, memoryview(b""))

    def _write(self, end: _End, data: memoryview) -> None:
        try:
            sent = end.socket.send(data) if data else 0
        except BlockingIOError:
            sent = 0
        left = data[sent:]
        # A copy where it must wait: the next piece comes into the same memory.
        end.waiting = memoryview(bytes(left)) if left else memoryview(b"")
        if end.to_be_ended and not end.waiting:
            end.socket.shutdown(socket.SHUT_WR)
            end.to_be_ended = False


def _ignore() -> None:
    pass
