"""The worker's side of the protocol, for the self-test and the tests."""
from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

from . import frames


class SlotLost(Exception):
    pass


@dataclass
class Outcome:
    header: Dict[str, Any]
    stdout: bytes
    stderr: bytes
    result: bytes

    @property
    def verdict(self) -> str:
        return self.header["verdict"]


class Slot:
    """A helper and one job at a time. `launcher` goes before the command (setpriv, unshare)."""

    def __init__(self, launcher: Sequence[str] = (), python: str = sys.executable, environment: Optional[dict] = None,
                 stderr: Any = None, **settings: Any) -> None:
        here = os.path.dirname(os.path.abspath(__file__))
        self.process = subprocess.Popen([*launcher, python, "-I", "-S", "-B", here, "serve"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=stderr, env=environment)
        assert self.process.stdin and self.process.stdout
        self.to, self.from_ = self.process.stdin.fileno(), self.process.stdout.fileno()
        frames.write(self.to, frames.SETTINGS, json.dumps(settings).encode())
        kind, payload = self._read()
        self.hello: Dict[str, Any] = json.loads(payload)

    def __enter__(self) -> "Slot":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def run(self, code: str, timeout_ms: int = 10_000, on_output: Optional[Callable[[bytes, bytes], None]] = None) -> Outcome:
        self.submit(code, timeout_ms, on_output is not None)
        return self.outcome(on_output)

    def submit(self, code: str, timeout_ms: int = 10_000, stream: bool = False) -> None:
        header = {"job_id": "test", "timeout_ms": timeout_ms, "stream": stream}
        frames.write(self.to, frames.JOB, *frames.with_header(header, code.encode("utf-8", "surrogatepass")))

    def cancel(self, job_id: str = "test") -> None:
        frames.write(self.to, frames.CANCEL, job_id.encode())

    def outcome(self, on_output: Optional[Callable[[bytes, bytes], None]] = None) -> Outcome:
        kind, payload = self._read()
        while kind != frames.RESULT:
            if on_output:
                on_output(kind, payload)
            kind, payload = self._read()
        header, body = frames.split_header(payload)
        parts: List[bytes] = []
        for name in ("stdout_len", "stderr_len", "result_len"):
            parts.append(body[:header[name]])
            body = body[header[name]:]
        return Outcome(header, *parts)

    def close(self) -> int:
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe
            try:
                pipe.close()
            except BrokenPipeError:
                pass
        return self.process.wait()

    def _read(self) -> Tuple[bytes, bytes]:
        frame = frames.read(self.from_)
        if frame is None:
            raise SlotLost("the helper ended")
        return frame
