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
    display: bytes = b""
    error_detail: bytes = b""

    @property
    def verdict(self) -> str:
        return self.header["verdict"]


class Slot:
    """A helper and one job at a time. `launcher` goes before the command (setpriv, unshare)."""

    def __init__(self, launcher: Sequence[str] = (), python: str = sys.executable, environment: Optional[Dict[str, str]] = None,
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

    def run(self, code: str, timeout_ms: int = 10_000, on_output: Optional[Callable[[bytes, bytes], None]] = None,
            network: Optional[Dict[str, Any]] = None, environment: Optional[Dict[str, Any]] = None) -> Outcome:
        self.submit(code, timeout_ms, on_output is not None, network=network, environment=environment)
        return self.outcome(on_output)

    def run_wide(self, code: str, wide: Dict[str, Any], inputs: bytes = b"", timeout_ms: int = 10_000,
                 on_output: Optional[Callable[[bytes, bytes], None]] = None, network: Optional[Dict[str, Any]] = None) -> Outcome:
        """`on_output` is given FILE, DATA and FILE_END too."""
        self.submit(code, timeout_ms, False, wide, network)
        for start in range(0, len(inputs), frames.MOST_DATA):
            self.send_data(inputs[start:start + frames.MOST_DATA])
        return self.outcome(on_output)

    def send_data(self, data: bytes, job_id: str = "test") -> None:
        frames.write(self.to, frames.DATA, frames.tag(job_id), data)

    def submit(self, code: str, timeout_ms: int = 10_000, stream: bool = False, wide: Optional[Dict[str, Any]] = None,
               network: Optional[Dict[str, Any]] = None, environment: Optional[Dict[str, Any]] = None) -> None:
        header: Dict[str, Any] = {"job_id": "test", "timeout_ms": timeout_ms, "stream": stream}
        if wide is not None:
            header["wide"] = wide
        if network is not None:
            header["network"] = network
        if environment is not None:
            header["environment"] = environment
        frames.write(self.to, frames.JOB, *frames.with_header(header, code.encode("utf-8", "surrogatepass")))

    def cancel(self, job_id: str = "test") -> None:
        frames.write(self.to, frames.CANCEL, job_id.encode())

    def outcome(self, on_output: Optional[Callable[[bytes, bytes], None]] = None) -> Outcome:
        kind, payload = self._read()
        while kind != frames.RESULT:
            if on_output:
                on_output(kind, frames.untag(payload)[1] if kind in (frames.STDOUT, frames.STDERR, frames.DATA) else payload)
            kind, payload = self._read()
        header, body = frames.split_header(payload)
        parts: List[bytes] = []
        wide = header.get("wide", {"display_len": 0, "error_detail_len": 0})
        for length in (*(header[name + "_len"] for name in ("stdout", "stderr", "result")), wide["display_len"],
                       wide["error_detail_len"]):
            parts.append(body[:length])
            body = body[length:]
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
