"""What the helper knows of zygotes and of the sandboxes that they forked: pool.py moves it."""
from __future__ import annotations

import os
import socket
from typing import Callable, Dict, List, Optional, Tuple

from . import preload
from .environment import Environment, TemplateEnds
from .loop import Timer
from .runner import READY


def ignore() -> None:
    pass


class Sandbox:
    """The helper's ends of one sandbox's pipes."""

    def __init__(self, sandbox_id: int, zygote: "Zygote") -> None:
        self.id = sandbox_id
        self.zygote = zygote
        pipes = [os.pipe() for _ in range(4)]  # the ends that it gets are as jobs expect them
        self.code, self.out, self.err, self.result = pipes[0][1], pipes[1][0], pipes[2][0], pipes[3][0]
        for pipe in pipes[1:3]:
            os.fchmod(pipe[1], 0o622)  # a job opens /dev/stdout anew, and is another user
        self.theirs = [pipes[0][0], pipes[1][1], pipes[2][1], pipes[3][1]]
        for fd in (self.code, self.out, self.err, self.result):
            os.set_blocking(fd, False)
        self.ready = False
        self.ended: Optional[Ended] = None
        self.on_change: Callable[[], None] = ignore  # it became ready, or ended
        self.must_end: Optional[Timer] = None

    def close(self) -> None:
        for fd in (self.code, self.out, self.err, self.result):
            os.close(fd)

    def read_ready(self) -> None:
        try:
            self.ready = os.read(self.result, 1) == READY
        except BlockingIOError:
            pass


class Ended:
    """How a sandbox's main process ended, as the kernel told its parent."""

    def __init__(self, status: Optional[int], cpu_us: int = 0, max_rss_kb: int = 0) -> None:
        self.status = status  # None: it never was, or its zygote is gone
        self.cpu_us = cpu_us
        self.max_rss_kb = max_rss_kb


class Zygote:
    def __init__(self, connection: socket.socket, line: "Line") -> None:
        self.connection = connection
        self.line = line
        self.up = False
        self.forked = 0
        self.sandboxes: Dict[int, Sandbox] = {}
        self.listener: Optional[socket.socket] = None  # of a line with a network: see loopback.py

    def close(self) -> None:
        self.connection.close()
        if self.listener is not None:
            self.listener.close()


class Template(Zygote):
    """One that is a sandbox itself, `inside`, of its line's zygote (template.py): its death is not ours."""

    def __init__(self, ends: TemplateEnds, line: "Line", inside: Sandbox) -> None:
        super().__init__(ends.channel, line)
        self.listener = inside.zygote.listener
        self.ends = ends
        self.inside = inside
        self.deadline: Optional[Timer] = None


class Line:
    """Zygotes that imported the same: the current one, and what it has ready."""

    def __init__(self, name: str, environment: Optional[Environment] = None) -> None:
        self.name = name
        self.network = name.startswith(preload.NETWORK)
        self.environment = environment
        self.folder: Optional[Tuple[int, int]] = None  # of the environment, as its zygotes see it
        self.idle: List[Sandbox] = []
        self.successor_wanted = False
        self.current: Optional[Zygote] = None  # none while the first of an environment's is being started
        self.template: Optional[Template] = None
        self.has_templates = environment is not None and bool(environment.imports)
