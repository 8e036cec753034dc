"""The helper: one worker slot's end of the protocol, and the only process that sees jobs.

It relays one job at a time to a sandbox and holds no privilege: what needs one is asked of
the zygote (fork a sandbox, kill it) and of the keeper (start another zygote).
"""
from __future__ import annotations

import gc
import json
import os
import select
import socket
import sys
import time
from typing import Any, Callable, Dict, NoReturn, Optional

from . import frames, preload, syscalls
from .cgroups import OpenCgroup
from .job import Job
from .loop import Loop, Timer
from .pool import Pool, ZygoteLost
from .settings import Settings
from .wide_job import WideJob
from .wide_request import parse

# Where the last job followed the one before at once, the next will too: a sandbox made ready beforehand would only
# compete with it. Forking on demand then runs 1.4 times as many jobs a second.
_BUSY_GAP_SECONDS = 0.01
# So long, where no cgroup isolates cpu, whoever hears of a job's end has it to itself: the slices of helper and zygote are
# short there, and where one cpu is all that is free, the next fork came before the reply.
_SECONDS_TO_BE_TOLD = 0.002
# While a job goes on for longer, its successor's sandbox is made: the next job may follow a fork bomb.
_LONG_JOB_SECONDS = 0.02
EXIT_LOST_ZYGOTE, EXIT_PROTOCOL, EXIT_NO_SANDBOX = 70, 76, 78


def main(settings: Settings, hello: Dict[str, Any], keeper: socket.socket, zygotes: Dict[str, socket.socket],
         group: OpenCgroup) -> NoReturn:
    if not group.isolates_cpu():
        syscalls.take_short_slices()
    _drop_privileges(settings)
    gc.collect()
    gc.freeze()
    try:
        code = Helper(settings, hello, keeper, zygotes, group).serve()
    except BrokenPipeError:
        code = 0  # the worker is gone
    except frames.ProtocolError as e:
        sys.stderr.write("millrace sandbox: %s; the helper ends\n" % e)
        code = EXIT_PROTOCOL
    os._exit(code)


def _drop_privileges(settings: Settings) -> None:
    if os.geteuid() == 0:
        try:
            os.setgroups([])
            os.setresgid(settings.uid_base, settings.uid_base, settings.uid_base)
            os.setresuid(settings.uid_base, settings.uid_base, settings.uid_base)
        except PermissionError:
            pass  # root of a container without CAP_SETUID; the capabilities go all the same
    syscalls.set_capabilities(0)
    syscalls.prctl(syscalls.PR_SET_DUMPABLE, 0)


class Helper:
    def __init__(self, settings: Settings, hello: Dict[str, Any], keeper: socket.socket, zygotes: Dict[str, socket.socket],
                 group: OpenCgroup) -> None:
        self.settings = settings
        self.hello = hello
        self.group = group
        self.loop = Loop()
        self.pool = Pool(settings, self.loop, keeper, zygotes, group,
                         preload.words_for_full(hello["preimported"]), hello["tier"] == "fallback")
        self.job: Optional[Job] = None
        self.last_job_id = ""
        self.at_end = False
        self.said_hello = False
        self.idle_since = 0.0
        self.busy = False
        self.refill: Optional[Timer] = None
        self.seconds_to_be_told = 0.0 if group.isolates_cpu() else _SECONDS_TO_BE_TOLD

    def serve(self) -> int:
        try:
            self._prove_first_sandbox()
            self.loop.watch(0, self._on_frame, select.POLLIN)
            self._send(frames.HELLO, json.dumps(dict(self.hello, ready=True, protocol=frames.VERSION)).encode())
            self.said_hello = True
            self.pool.on_recycled = lambda: self._send(frames.RECYCLED)
            while not self.at_end:
                self.loop.step()
        except ZygoteLost as e:
            return self._give_up(e)
        return 0

    def _prove_first_sandbox(self) -> None:
        """Runs an empty job: whoever says hello can run the next one."""
        self._start({"timeout_ms": 60_000}, b"", self._on_first_frame)
        while self.job is not None:
            self.loop.step()

    def _on_first_frame(self, kind: bytes, *parts: bytes) -> None:
        header, _ = frames.split_header(b"".join(parts))
        if header["verdict"] != "ok":
            raise ZygoteLost("an empty program ended as %(verdict)s: %(error)s" % header)

    def _start(self, header: Dict[str, Any], code: bytes, send: Callable[..., None]) -> None:
        arguments = header, code, self.settings, self.loop, self.pool, self.group, send, self._on_end
        if "wide" not in header:
            self.job = Job(*arguments)
        else:
            self.job = WideJob(parse(header["wide"], self.settings), self._read_on, *arguments)
        self.job.start()

    def _on_end(self) -> None:
        """The result is sent already: whatever is done here, no caller waits for."""
        assert self.job is not None
        if isinstance(self.job, WideJob):
            self.last_job_id = self.job.job_id
            self._read_on()
        self.job = None
        self.pool.make_templates_with_network()
        self.idle_since = time.monotonic()
        self._refill_at(self.idle_since + (_BUSY_GAP_SECONDS if self.busy else self.seconds_to_be_told))

    def _refill_at(self, at: float) -> None:
        self.loop.cancel(self.refill)
        self.refill = self.loop.call_at(at, self.pool.refill)

    def _on_frame(self) -> None:
        frame = frames.read(0)
        if frame is None:
            self.at_end = True  # the keeper ends the zygotes, and these their sandboxes
            return
        kind, payload = frame
        if kind == frames.CANCEL:
            # A kill that comes late is not meant for the job that runs by then.
            if self.job is not None and payload.decode() == self.job.job_id:
                self.job.cancel()
        elif kind == frames.JOB and self.job is None:
            self.busy = time.monotonic() - self.idle_since < _BUSY_GAP_SECONDS
            self._start(*frames.split_header(payload), self._send)
            if not isinstance(self.job, WideJob):  # of which the memory is told: nothing of ours is to come beside it
                self._refill_at(time.monotonic() + _LONG_JOB_SECONDS)
        elif kind == frames.DATA:
            self._on_data(*frames.untag(payload))
        else:
            raise frames.ProtocolError("unexpected frame %r" % kind)

    def _on_data(self, job_id: str, data: bytes) -> None:
        if len(data) > frames.MOST_DATA:
            raise frames.ProtocolError("a DATA frame is over %d bytes" % frames.MOST_DATA)
        if isinstance(self.job, WideJob) and job_id == self.job.job_id:
            if not self.job.take(data):
                self.loop.unwatch(0)
        elif job_id != self.last_job_id:
            raise frames.ProtocolError("bytes of another job")

    def _read_on(self) -> None:
        self.loop.watch(0, self._on_frame, select.POLLIN)

    def _send(self, kind: bytes, *parts: bytes) -> None:
        frames.write(1, kind, *parts)

    def _give_up(self, reason: ZygoteLost) -> int:
        sys.stderr.write("millrace sandbox, slot %d: %s; the helper ends\n" % (self.settings.slot, reason))
        self.pool.close()
        if not self.said_hello:
            self._send(frames.HELLO, json.dumps({"ready": False, "error": str(reason)}).encode())
            return EXIT_NO_SANDBOX
        if self.job is not None:
            self.job.fail(str(reason))
        return EXIT_LOST_ZYGOTE
