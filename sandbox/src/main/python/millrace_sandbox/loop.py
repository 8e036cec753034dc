"""A poll loop: callbacks by descriptor, and by time."""
from __future__ import annotations

import select
import time
from typing import Callable, Dict, List, Optional

Callback = Callable[[], None]


class Timer:
    __slots__ = ("at", "callback")

    def __init__(self, at: float, callback: Callback) -> None:
        self.at = at
        self.callback = callback


class Loop:
    def __init__(self) -> None:
        self._poll = select.poll()
        self._callbacks: Dict[int, Callback] = {}
        self._timers: List[Timer] = []  # a handful at most

    def watch(self, fd: int, callback: Callback, events: int = select.POLLIN) -> None:
        self._callbacks[fd] = callback
        self._poll.register(fd, events)

    def unwatch(self, fd: int) -> None:
        if self._callbacks.pop(fd, None) is not None:
            self._poll.unregister(fd)

    def call_at(self, at: float, callback: Callback) -> Timer:
        timer = Timer(at, callback)
        self._timers.append(timer)
        return timer

    def cancel(self, timer: Optional[Timer]) -> None:
        if timer in self._timers:
            self._timers.remove(timer)

    def step(self) -> None:
        ready = [(fd, self._callbacks.get(fd)) for fd, _ in self._poll.poll(self._wait_ms())]
        for fd, callback in ready:
            # An earlier callback may have ended this watch, and another file may have the number by now.
            if callback is not None and self._callbacks.get(fd) is callback:
                callback()
        if self._timers:
            now = time.monotonic()
            for timer in [t for t in self._timers if t.at <= now]:
                if timer in self._timers:  # not cancelled by an earlier one
                    self._timers.remove(timer)
                    timer.callback()

    def _wait_ms(self) -> Optional[float]:
        if not self._timers:
            return None
        # poll() counts whole milliseconds: rounded up, so as not to spin on the rest of one.
        return max(0.0, (min(t.at for t in self._timers) - time.monotonic()) * 1000 + 1)
