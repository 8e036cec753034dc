"""What a job writes: kept up to a limit, thrown away beyond it, never in the way of its end."""
from __future__ import annotations

import array
import fcntl
import json
import os
import termios
from typing import Callable, Optional

from .loop import Timer
from .runner import REPORT, REPORT_MARK
from .verdict import FORGED, Report, parse_report

_CHUNK = 65536
_WIDE_PIPE = 1 << 20
F_SETPIPE_SZ = 1031
ERROR_LIMIT = 65536


def unread(fd: int) -> int:
    """Bytes that are in a pipe now; either end tells."""
    pending = array.array("i", [0])
    fcntl.ioctl(fd, termios.FIONREAD, pending)
    return pending[0]


class OutputStream:
    def __init__(self, fd: int, limit: int) -> None:
        self.fd = fd
        self.limit = limit
        self.data = bytearray()
        self.total = 0  # bytes that came, kept or not
        self.truncated = False
        self.open = True
        self.rest: Optional[Timer] = None  # until then nobody looks
        self._on_data: Optional[Callable[[bytes], None]] = None
        self._waste: Optional[bytearray] = None

    def go_live(self, on_data: Callable[[bytes], None]) -> None:
        """What is kept is passed on from now on, what is there already first."""
        if self.data:
            on_data(bytes(self.data))
        self._on_data = on_data

    def read(self) -> int:
        """One read; how much came."""
        if self._waste is not None:
            return self._throw_away()
        try:
            part = os.read(self.fd, _CHUNK)
        except BlockingIOError:
            return 0
        self.open = bool(part)
        self.total += len(part)
        kept = part[:self.limit - len(self.data)]
        self.data += kept
        if kept and self._on_data is not None:
            self._on_data(kept)
        if len(kept) < len(part):
            self._begin_waste()
        return len(part)

    def drain(self) -> None:
        """What is in the pipe now, and no more: a process that is left over may still be writing."""
        left = unread(self.fd)
        while left > 0 and self.open and not self.truncated:
            count = self.read()
            if not count:
                break
            left -= count

    def text(self) -> bytes:
        """Cut between characters."""
        data = bytes(self.data)
        if not self.truncated:
            return data
        for back in range(1, min(4, len(data) + 1)):
            lead = data[-back]
            if lead & 0xC0 != 0x80:
                width = 4 if lead >= 0xF0 else 3 if lead >= 0xE0 else 2 if lead >= 0xC0 else 1
                return data[:-back] if width > back else data
        return data

    def _begin_waste(self) -> None:
        self.truncated = True
        self._waste = bytearray(_WIDE_PIPE)
        try:
            fcntl.fcntl(self.fd, F_SETPIPE_SZ, _WIDE_PIPE)  # fewer, larger reads for the rest
        except OSError:
            pass  # over this user's share of pipe memory

    def _throw_away(self) -> int:
        assert self._waste is not None
        try:
            count = os.readv(self.fd, [self._waste])
        except BlockingIOError:
            return 0
        self.open = count > 0
        self.total += count
        return count


def _is_json(data: bytes) -> bool:
    try:
        json.loads(data.decode("utf-8"), parse_constant=_no_constant, parse_int=len, parse_float=len)
        return True
    except (ValueError, RecursionError):
        return False


def _no_constant(name: str) -> None:
    raise ValueError(name)  # NaN and the infinities are no JSON


class ReportReader:
    """The runner's one report. What doesn't look like one was written by the job."""

    def __init__(self, fd: int, result_limit: int) -> None:
        self.fd = fd
        self.report: Optional[Report] = None
        self.result = b""
        self.open = True
        self._limit = result_limit
        self._data = bytearray()

    def read(self) -> None:
        try:
            part = os.read(self.fd, _CHUNK)
        except BlockingIOError:
            return
        self.open = bool(part)
        self._data += part
        self._parse()

    def drain(self) -> None:
        """To its end, or to what is there yet: bounded by the limit."""
        size = -1
        while self.open and self.report is None and size != len(self._data):
            size = len(self._data)
            self.read()

    def _parse(self) -> None:
        data = self._data
        if data[:1] not in (b"", REPORT_MARK):
            self.report = FORGED
        elif len(data) >= REPORT.size:
            *facts, error_length, result_length = REPORT.unpack_from(data)
            end_of_error = REPORT.size + error_length
            if error_length > ERROR_LIMIT or result_length > self._limit:
                self.report = FORGED
            elif len(data) >= end_of_error + result_length:
                self.report = parse_report(facts, bytes(data[REPORT.size:end_of_error]))
                self.result = bytes(data[end_of_error:end_of_error + result_length])
                if self.result and not _is_json(self.result):
                    self.report = FORGED
