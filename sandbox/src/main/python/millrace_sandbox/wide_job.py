"""A wide job on its way: its inputs are passed on before it, its files behind it, and what it used is told.

    JOB      a sandbox is taken; when it is ready it gets header and program, then each DATA frame as it comes
    BEGUN    all of that is in place: the clock starts, as it does for a plain job when its program is written
    REPORT   the program is over, and the clock stops; its files follow, and go out as they come
    the end  nothing of the sandbox is left, so that the kernel has told what it used: RESULT

A file goes out at the pace of whoever reads it. The runner, which may be the program by now, has some time of its own to send
them; the time in which the worker does not read is not counted.
"""
from __future__ import annotations

import fcntl
import json
import select
import time
from typing import Any, Callable, Dict, List, Optional

from . import frames, limits
from .job import SECONDS_TO_BE_READY, Job
from .job_usage import JobUsage
from .loop import Timer
from .runner import JOB, WIDE
from .streams import F_SETPIPE_SZ, unread
from .wide_report import FileSink, WideReport
from .wide_request import Refusal, WideRequest

_SECONDS_TO_SEND_FILES = 30.0
_WIDE_PIPE = 1 << 20
_OF_NO_RUN = {"display_len": 0, "display_truncated": False, "error_detail_len": 0, "omitted": [], "files_lost": False,
              "usage": {"cpu_ms": 0, "memory_peak_bytes": 0, "output_bytes": 0, "source": "rusage"}}


class WideJob(Job):
    def __init__(self, request: WideRequest, on_room: Callable[[], None], *arguments: Any) -> None:
        """`on_room` is called when there is room for the next DATA frame, where `take` said that there was none."""
        super().__init__(*arguments)
        self.request, self.on_room = request, on_room
        self.refused: Optional[Refusal] = request.refusal(self.code, self.settings)
        header = request.header(self.code, self.settings)
        self.settings = self.settings._replace(memory_bytes=request.memory_bytes)
        self.head = JOB.pack(*limits.of_cpu(self.evidence.cpu_seconds), WIDE | len(header)) + header + self.code
        self.payload = self.head
        self.used: JobUsage = self.group.usage
        self.missing = request.input_bytes
        self.waiting: Optional[bytes] = None  # a DATA frame that is not on its way yet
        self.takes_data = self.gave_data = False
        self.stalled: Optional[Timer] = None
        self.ended_at: Optional[float] = None
        self.send_files_until = 0.0
        self.over = self.told = False

    def start(self) -> None:
        if self.refused is not None:
            self.send(frames.RESULT, *frames.with_header(self._refused(*self.refused)))
            self.on_end()
            return
        self.payload = self.head
        super().start()
        if self.takes_data:  # at once: nobody waits for a sandbox
            self.loop.cancel(self.timer)

    def _reader(self) -> WideReport:
        self.said = WideReport(self.sandbox.result, self.settings, _Outgoing(self))
        return self.said

    def take(self, data: bytes) -> bool:
        """The next bytes of its inputs; whether there is room for more."""
        self.missing -= len(data)
        if self.missing < 0:
            raise frames.ProtocolError("more bytes of inputs than JOB named")
        self.waiting = data
        if self.takes_data:
            self._pass_on()
        return self.waiting is None

    def fail(self, sentence: str) -> None:
        self.evidence.failed = sentence
        if self.over:
            self._tell()
        else:
            self._end()

    def _hand_over(self) -> None:
        self.used.begin(self.pool.settings.memory_bytes - self.settings.memory_bytes)
        super()._hand_over()

    def _begin(self) -> None:
        """The sandbox is ready; the clock has yet to start."""
        self.takes_data = True
        self.loop.cancel(self.timer)
        self._pass_on()

    def _pass_on(self) -> None:
        """What waits, once what came before it is in the pipe."""
        if self.sent == len(self.payload) and self.waiting is not None:
            self.payload, self.sent, self.waiting = self.waiting, 0, None
            self.gave_data = True
            if self._write_code():
                self.loop.watch(self.sandbox.code, self._on_code_writable, select.POLLOUT)
            self.on_room()
        self._expect_progress()

    def _on_code_writable(self) -> None:
        super()._on_code_writable()
        if self.takes_data:
            self._pass_on()

    def _expect_progress(self) -> None:
        """Of the sandbox; the worker may take its time."""
        self.loop.cancel(self.stalled)
        if self.started_at is None and (self.sent < len(self.payload) or not self.missing):
            self.stalled = self.loop.call_at(time.monotonic() + SECONDS_TO_BE_READY, self._on_never_ready)

    def _has_begun(self) -> bool:
        return self.said.begun or self.report.report is not None

    def _on_result(self) -> None:
        if not self.sandbox.ready:
            super()._on_result()
            return
        self.said.read()
        self._follow()

    def _follow(self) -> None:
        if self.said.begun and self.started_at is None:
            self.loop.cancel(self.stalled)
            self.used.begin_program()
            super()._begin()
        if self.report.report is not None and self.ended_at is None:
            self._stop_clock()
        if self.said.done or (self.report.report is not None and not self.said.open):
            self._end()
        elif not self.said.open:
            self.loop.unwatch(self.sandbox.result)  # closed by the program: the zygote will tell how it ends

    def _stop_clock(self) -> None:
        self.ended_at = time.monotonic()
        self.loop.cancel(self.timer)
        self.send_files_until = self.ended_at + _SECONDS_TO_SEND_FILES
        self.timer = self.loop.call_at(self.send_files_until, self._on_files_late)
        try:
            fcntl.fcntl(self.sandbox.result, F_SETPIPE_SZ, _WIDE_PIPE)
        except OSError:
            pass  # over this user's share of pipe memory

    def _on_files_late(self) -> None:
        if time.monotonic() < self.send_files_until:
            self.timer = self.loop.call_at(self.send_files_until, self._on_files_late)
        else:
            self._end()

    def _look_at_group(self) -> None:
        self.used.look()
        super()._look_at_group()

    def _on_ended(self) -> None:
        self.evidence.ended = self.sandbox.ended
        if self.over:
            self._tell()
            return
        if not self.sandbox.ready:
            self.sandbox.read_ready()
        if self.sandbox.ready:
            self.said.drain()
            self._follow()
        if self.over:
            return
        if self._has_begun() or (self.handed_over and self._oom_kills()):  # the inputs alone may be too much
            self._end()
        else:
            self._retry()

    def _let_go(self) -> None:
        self.loop.cancel(self.stalled)
        super()._let_go()

    def _retry(self) -> None:
        if self.gave_data:
            self.fail("The sandbox ended while it got the job's inputs")
        else:
            self.takes_data = False
            self.used.end()
            super()._retry()

    def _end(self) -> None:
        if self.over:
            return
        self.over = True
        self.ended_at = self.ended_at or time.monotonic()
        self.out.drain()
        self.err.drain()
        self.output_bytes = sum(stream.total + unread(stream.fd) for stream in (self.out, self.err))
        self.evidence.report = self.report.report
        self.said.give_up()
        if self.handed_over:
            self.evidence.oom_kills = self._oom_kills()
        self._let_go()
        if self.sandbox.id in self.sandbox.zygote.sandboxes:
            self.sandbox.on_change = self._on_ended
        else:
            self._tell()

    def _tell(self) -> None:
        if not self.told:
            self.told = True
            self.used.end()
            self.send(frames.RESULT, *self._wide_result())
            self.on_end()

    def _wide_result(self) -> List[bytes]:
        assert self.ended_at is not None
        ended = self.sandbox.ended
        display, detail = self.said.display, self.said.detail if self.evidence.report else b""
        header, *body = self._result_parts(self.ended_at)
        cpu_us, peak, source = self.used.cpu_us(), self.used.peak(), "cgroup"
        if self.pool.imported_meanwhile:
            cpu_us = peak = None
        if cpu_us is None:
            cpu_us = max(0, ended.cpu_us - self.said.cpu_before_us) if ended else 0
        if peak is None:
            peak, source = (ended.max_rss_kb << 10 if ended else 0), "rusage"
        header["wide"] = {
            "display_len": len(display), "display_truncated": self.said.display_truncated,
            "error_detail_len": len(detail), "omitted": self.said.omitted,
            "files_lost": bool(self.request.outputs) and (self.said.lost or not self.said.done),
            "usage": {"cpu_ms": -(-cpu_us // 1000), "memory_peak_bytes": peak, "output_bytes": self.output_bytes, "source": source}}
        return frames.with_header(header, *body, display, detail)

    def _refused(self, verdict: str, sentence: str) -> Dict[str, Any]:
        lengths = {name + "_len": 0 for name in ("stdout", "stderr", "result")}
        cut = {name + "_truncated": False for name in ("stdout", "stderr", "result")}
        return {"job_id": self.job_id, "verdict": verdict, "exit_code": None, "signal": None, "error": sentence, "limit": None,
                **lengths, **cut, "run_us": 0, "wait_us": 0, "cpu_us": 0, "max_rss_kb": 0, "wide": _OF_NO_RUN}


class _Outgoing(FileSink):
    """To the worker, at its pace."""

    def __init__(self, job: WideJob) -> None:
        self._job, self._tag = job, frames.tag(job.job_id)

    def begin(self, path: str, size: int) -> None:
        self._send(frames.FILE, json.dumps({"job_id": self._job.job_id, "path": path, "size": size}).encode())

    def take(self, data: bytes) -> None:
        self._send(frames.DATA, self._tag, data)

    def end(self, whole: bool) -> None:
        self._send(frames.FILE_END, json.dumps({"job_id": self._job.job_id, "whole": whole}).encode())

    def _send(self, kind: bytes, *parts: bytes) -> None:
        before = time.monotonic()
        self._job.send(kind, *parts)
        self._job.send_files_until += time.monotonic() - before
