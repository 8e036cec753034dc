"""What a wide job has before it starts, put in place by its runner: files, standard input, arguments, environment.

Runs inside, without privilege, and before a line of the program: nothing here can be in anybody's way. The helper has
looked at names and sizes; the scratch bounds what is written.
"""
from __future__ import annotations

import json
import os
import sys
import time
from typing import Any, Callable, Dict, Iterator, List, NoReturn, Tuple

from .result import with_every_digit

_CHUNK = 1 << 18
_DEEPEST = 5000  # and more than any request may have
_COARSE_CLOCK = 5  # CLOCK_REALTIME_COARSE, by which file systems tell the time
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
# Of a file: its number, size and time of the last change.
Signature = Tuple[int, int, int]


class Inflow:
    """The bytes that the helper sends, in their order."""

    def __init__(self, fd: int, data: bytes, at_end: Callable[[], NoReturn]) -> None:
        """`data` was read from it already; `at_end` is called where the helper goes away."""
        self._fd, self._data, self._at_end = fd, data, at_end

    def pieces(self, length: int) -> Iterator[bytes]:
        while length:
            if not self._data:
                self._data = os.read(self._fd, min(length, _CHUNK))
                if not self._data:
                    self._at_end()
            piece, self._data = self._data[:length], self._data[length:]
            length -= len(piece)
            yield piece

    def whole(self, length: int) -> bytes:
        return b"".join(self.pieces(length))


def decoded(text: bytes) -> Any:
    """As the JSON says it: however deep, however long its numbers."""
    deepest = sys.getrecursionlimit()
    sys.setrecursionlimit(_DEEPEST)
    try:
        return with_every_digit(lambda: json.loads(text))
    finally:
        sys.setrecursionlimit(deepest)


def write_files(folder: str, files: List[Tuple[str, int]], inflow: Inflow) -> Dict[str, Signature]:
    """Below that folder, by their paths."""
    written: Dict[str, Signature] = {}
    told_apart = True
    for path, size in files:
        whole = os.path.join(folder, path)
        os.makedirs(os.path.dirname(whole), exist_ok=True)
        fd = os.open(whole, _NEW, 0o644)
        try:
            for piece in inflow.pieces(size):
                _write(fd, piece)
            told_apart = _make_old(fd) and told_apart
            written[path] = signature(os.fstat(fd))
        finally:
            os.close(fd)
    if not told_apart:
        _wait_for_another_moment()
    return written


def give_stdin(folder: str, size: int, inflow: Inflow) -> None:
    """As a file that has no name any more."""
    path = os.path.join(folder, "stdin")
    fd = os.open(path, _NEW, 0o600)
    try:
        for piece in inflow.pieces(size):
            _write(fd, piece)
    finally:
        os.close(fd)
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    os.unlink(path)
    os.dup2(fd, 0)
    os.close(fd)


def give_arguments(arguments: List[str]) -> None:
    sys.argv += arguments
    sys.orig_argv += arguments  # type: ignore[attr-defined]


def give_environment(variables: Dict[str, str]) -> None:
    os.environ.update(variables)
    if "TZ" in variables:
        time.tzset()


def signature(found: os.stat_result) -> Signature:
    return found.st_ino, found.st_size, found.st_mtime_ns


def _write(fd: int, data: bytes) -> None:
    while data:
        data = data[os.write(fd, data):]


def _make_old(fd: int) -> bool:
    """File systems tell the time in steps of some milliseconds: what the program writes at once is to have another time."""
    before = time.time_ns() - 10**9
    try:
        os.utime(fd, ns=(before, before))
        return True
    except OSError:
        return False  # refused in the fallback tier


def _wait_for_another_moment() -> None:
    began = time.clock_gettime_ns(_COARSE_CLOCK)
    while time.clock_gettime_ns(_COARSE_CLOCK) == began:
        time.sleep(0.0005)
