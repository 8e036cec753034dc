"""One job on its way through one sandbox."""
from __future__ import annotations

import math
import os
import select
import time
from typing import Any, Callable, Dict, Optional, Tuple

from . import frames, limits
from .cgroups import OpenCgroup
from .environment import SECONDS_TO_WAIT_FOR_IMPORTS
from .loop import Loop, Timer
from .pool import Pool
from .relay import Relay, access
from .runner import JOB
from .settings import Settings
from .streams import OutputStream, ReportReader, unread
from .verdict import Evidence, decide

_CPUS = os.cpu_count() or 1
_CODE_CHUNK = 65536
_SECONDS_BETWEEN_TRIES = 0.05
SECONDS_TO_BE_READY = 15.0
# Nobody watches a job that is over by then, nor what it writes: its result has all of that.
_SHORT_JOB_SECONDS = 0.002
# A program that prints line by line would wake us for each; its end is seen at once all the same.
_REST_SECONDS = 0.002
_REST_BELOW = 32768
_LIVE_AFTER_SECONDS = 0.1
_SECONDS_BETWEEN_LOOKS = 0.05
# Without a cgroup for cpu: a job that runs for longer than short ones do comes after them and after the worker.
_SECONDS_BEFORE_OTHERS = 0.008


class Job:
    def __init__(self, header: Dict[str, Any], code: bytes, settings: Settings, loop: Loop, pool: Pool,
                 group: OpenCgroup, send: Callable[..., None], on_end: Callable[[], None]) -> None:
        timeout_ms = header.get("timeout_ms")
        if isinstance(timeout_ms, bool) or not isinstance(timeout_ms, int) or timeout_ms < 1:
            raise frames.ProtocolError("timeout_ms must be a positive integer")
        self.job_id = header.get("job_id", "")
        self.environment = pool.environment(header["environment"]) if "environment" in header else None
        self.relay = Relay(access(header["network"]), loop) if "network" in header else None
        self.settings = settings
        self.loop = loop
        self.pool = pool
        self.group = group
        self.stream = bool(header.get("stream"))
        self.send = send
        self.on_end = on_end
        cpu_seconds = settings.cpu_seconds or _cpu_backstop(timeout_ms)
        self.evidence = Evidence(timeout_ms, cpu_seconds)
        if self.relay is not None:
            self.evidence.no_network = pool.open_network(self.environment)
        self.code = code
        self.payload = JOB.pack(*limits.of_cpu(cpu_seconds), len(code)) + code
        self.sent = 0
        self.accepted_at = time.monotonic()
        self.started_at: Optional[float] = None
        self.timer: Optional[Timer] = None
        self.give_up_at = self.accepted_at + SECONDS_TO_BE_READY
        self.attention: Optional[Timer] = None
        self.live: Optional[Timer] = None
        self.look: Optional[Timer] = None
        self.yields_cpu = False
        self.yielding: Optional[Timer] = None

    def start(self) -> None:
        """The clock runs from when a sandbox is ready and has the code, which no part of an earlier job outlives."""
        self.sent = 0
        self.sandbox = self.pool.take(self.code, self.relay is not None and not self.evidence.no_network, self.environment)
        limit = self.settings.output_limit
        self.out = OutputStream(self.sandbox.out, limit)
        self.err = OutputStream(self.sandbox.err, limit)
        self.report = self._reader()
        self.clear = self.handed_over = False
        if self.evidence.no_network:
            self._end()
            return
        self.pool.when_clear(self._on_clear)  # mostly at once: what follows is done while the program runs
        self.sandbox.on_change = self._on_ended
        self.loop.watch(self.sandbox.result, self._on_result)
        if self.pool.still_imports(self.sandbox):
            self.timer = self.loop.call_at(self.accepted_at + SECONDS_TO_WAIT_FOR_IMPORTS, self._on_imports_late)
        elif self.started_at is None:
            self.timer = self.loop.call_at(self.give_up_at, self._on_never_ready)

    def _reader(self) -> ReportReader:
        return ReportReader(self.sandbox.result, self.settings.result_limit)

    def _on_clear(self) -> None:
        """A template may still be importing, which is not to find the job's network."""
        self.clear = True
        if self.relay is None or self.environment is None or self.sandbox.ready:
            self._hand_over()

    def _hand_over(self) -> None:
        self.oom_kills_before = self.group.oom_kills()
        self.handed_over = True
        if self.relay is not None and self.sandbox.zygote.listener is not None:
            self.relay.open(self.sandbox.zygote.listener)
        if self._write_code():
            self.loop.watch(self.sandbox.code, self._on_code_writable, select.POLLOUT)
        if self.sandbox.ready:
            self._begin()

    def cancel(self) -> None:
        self.evidence.cancelled = True
        self._end()

    def fail(self, sentence: str) -> None:
        self.evidence.failed = sentence
        self._end()

    def _begin(self) -> None:
        self.loop.cancel(self.timer)
        self.started_at = time.monotonic()
        self.timer = self.loop.call_at(self.started_at + self.evidence.timeout_ms / 1000, self._on_timeout)
        self.attention = self.loop.call_at(self.started_at + _SHORT_JOB_SECONDS, self._watch)

    def _watch(self) -> None:
        self._look_later()
        self.pool.count_disk(self.sandbox)
        if not self.group.isolates_cpu():
            self.yielding = self.loop.call_at(time.monotonic() + _SECONDS_BEFORE_OTHERS, self._yield_without_cgroup)
        for stream in (self.out, self.err):
            self._listen_to(stream)
        if self.stream:
            self.live = self.loop.call_at(time.monotonic() + _LIVE_AFTER_SECONDS, self._go_live)

    def _listen_to(self, stream: OutputStream) -> None:
        self.loop.watch(stream.fd, lambda: self._on_output(stream))

    def _yield_without_cgroup(self) -> None:
        """Again and again: what is being forked at that moment has the priority of before."""
        self.pool.yield_cpu(self.sandbox)
        self.yielding = self.loop.call_at(time.monotonic() + _SECONDS_BETWEEN_LOOKS, self._yield_without_cgroup)

    def _look_later(self) -> None:
        self.look = self.loop.call_at(time.monotonic() + _SECONDS_BETWEEN_LOOKS, self._look_at_group)

    def _look_at_group(self) -> None:
        """A job of which the kernel had to kill a process for want of memory is over: the others may wait for the dead,
        or for memory. One that has all the processes it may have gets what cpu the others leave over: dozens that fork in
        vain would double the latency of the slot beside it."""
        if self._oom_kills():
            self._end()
            return
        if not self.yields_cpu and self.group.processes() > self.settings.processes:
            self.yields_cpu = True
            self.group.yield_cpu(True)
        self._look_later()

    def _oom_kills(self) -> int:
        return self.group.oom_kills() - self.oom_kills_before

    def _go_live(self) -> None:
        tag = frames.tag(self.job_id)
        self.out.go_live(lambda data: self.send(frames.STDOUT, tag, data))
        self.err.go_live(lambda data: self.send(frames.STDERR, tag, data))

    def _write_code(self) -> bool:
        """Whether there is more to write."""
        try:
            self.sent += os.write(self.sandbox.code, self.payload[self.sent:self.sent + _CODE_CHUNK])
        except BlockingIOError:
            return True
        except BrokenPipeError:
            return False  # it ended: the zygote will tell how
        return self.sent < len(self.payload)

    def _has_begun(self) -> bool:
        """Whether the program may have run: its sandbox was ready, and nothing of the program is still in the pipe."""
        return self.sandbox.ready and self.sent == len(self.payload) and not unread(self.sandbox.code)

    def _on_code_writable(self) -> None:
        if not self._write_code():
            self.loop.unwatch(self.sandbox.code)

    def _on_result(self) -> None:
        if not self.sandbox.ready:
            self.sandbox.read_ready()
            if self.sandbox.ready:
                if self.handed_over:
                    self._begin()
                elif self.clear:
                    self._hand_over()
            else:
                self.loop.unwatch(self.sandbox.result)  # it ended: the zygote will tell how
            return
        self.report.read()
        if self.report.report is not None:
            self._end()
        elif not self.report.open:
            self.loop.unwatch(self.sandbox.result)

    def _on_output(self, stream: OutputStream) -> None:
        count = stream.read()
        if not stream.open:
            self.loop.unwatch(stream.fd)
        elif count < _REST_BELOW:
            self.loop.unwatch(stream.fd)
            stream.rest = self.loop.call_at(time.monotonic() + _REST_SECONDS, lambda: self._listen_to(stream))

    def _on_ended(self) -> None:
        self.evidence.ended = self.sandbox.ended
        if not self.sandbox.ready:
            self.sandbox.read_ready()
        if self._has_begun():
            self.report.drain()
            self._end()
        else:
            self._retry()

    def _retry(self) -> None:
        """The sandbox ended before it had the program, so that no line of it has run. Mostly it's for want of processes,
        which the last job, a fork bomb, is about to give back."""
        self.err.drain()
        if self.err.data:
            os.write(2, b"a sandbox did not come up: " + bytes(self.err.data[-2000:]) + b"\n")
        self.loop.cancel(self.timer)
        self.pool.forget_when_clear()
        again_at = time.monotonic() + _SECONDS_BETWEEN_TRIES
        if again_at >= self.give_up_at:
            self._on_never_ready()
        else:
            self.timer = self.loop.call_at(again_at, self._start_again)

    def _start_again(self) -> None:
        self._let_go()
        self.start()

    def _on_imports_late(self) -> None:
        """Then the next jobs do not wait for them either."""
        self.pool.give_up_imports(self.sandbox)

    def _on_never_ready(self) -> None:
        self.fail("No sandbox was ready within %d s" % SECONDS_TO_BE_READY)

    def _on_timeout(self) -> None:
        self.evidence.timed_out = True
        self._end()

    def _let_go(self) -> None:
        for timer in (self.timer, self.attention, self.live, self.look, self.yielding, self.out.rest, self.err.rest):
            self.loop.cancel(timer)
        for fd in (self.sandbox.code, self.out.fd, self.err.fd, self.report.fd):
            self.loop.unwatch(fd)
        if self.relay is not None:
            self.relay.close()
        if self.yields_cpu:
            self.group.yield_cpu(False)
        self.pool.forget_when_clear()
        self.pool.retire(self.sandbox, ends_by_itself=self.evidence.report is not None)

    def _end(self) -> None:
        ended_at = time.monotonic()
        self.out.drain()
        self.err.drain()
        self.evidence.report = self.report.report
        if self.handed_over and (self.report.report is None or self.report.report.how != "ok"):  # else nobody asks
            self.evidence.oom_kills = self._oom_kills()
        self.send(frames.RESULT, *frames.with_header(*self._result_parts(ended_at)))
        self._let_go()
        self.on_end()

    def _result_parts(self, ended_at: float) -> Tuple[Dict[str, Any], bytes, bytes, bytes]:
        """The header, and what its lengths are of."""
        header = decide(self.evidence, self.settings)
        stdout, stderr = self.out.text(), self.err.text()
        result = self.report.result if header["verdict"] == "ok" else b""
        used = self.evidence.report or self.evidence.ended
        started_at = self.started_at or ended_at
        header.update(
            job_id=self.job_id, stdout_len=len(stdout), stderr_len=len(stderr), result_len=len(result),
            stdout_truncated=self.out.truncated, stderr_truncated=self.err.truncated,
            result_truncated=bool(self.evidence.report and self.evidence.report.result_truncated),
            run_us=int((ended_at - started_at) * 1e6), wait_us=int((started_at - self.accepted_at) * 1e6),
            cpu_us=used.cpu_us if used else 0, max_rss_kb=used.max_rss_kb if used else 0)
        return header, stdout, stderr, result


def _cpu_backstop(timeout_ms: int) -> int:
    """More than its timeout allows on all cpus: it ends a job only where our clock failed to."""
    return math.ceil(timeout_ms / 1000) * _CPUS + 1
