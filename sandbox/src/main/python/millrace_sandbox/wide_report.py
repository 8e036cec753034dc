"""What a wide job's runner says (records.py), as the helper takes it: every byte may be the program's.

Each record has its place and its limits; one that does not keep them ends what is read. What is passed on of it harms its
author only: whatever a forged record names, it is shown to whoever sent the program.
"""
from __future__ import annotations

import binascii
import json
import os
from typing import Any, Callable, Dict, List, Optional, Set

from . import file_paths, records
from .records import HEAD, MOST_FILES, MOST_OMITTED, MOST_SHOWN
from .runner import REPORT
from .settings import Settings
from .streams import ERROR_LIMIT, ReportReader, unread
from .verdict import FORGED

_CHUNK = 1 << 16
_MOST_DETAIL, _MOST_FILE_HEADER, _MOST_OMITTED_BYTES = 1 << 18, 1 << 15, 1 << 20
# Types of a detail's fields, and the most characters of each.
_TEXTS = {"type": records.MOST_NAME_CHARS, "message": records.MOST_MESSAGE_CHARS, "source": records.MOST_SOURCE_CHARS,
          "function": records.MOST_NAME_CHARS, "missing_module": records.MOST_NAME_CHARS}
_MOST_LINE = 1 << 31


class FileSink:
    """Takes the files, one after the other."""

    def begin(self, path: str, size: int) -> None:
        raise NotImplementedError

    def take(self, data: bytes) -> None:
        raise NotImplementedError

    def end(self, whole: bool) -> None:
        raise NotImplementedError


class WideReport(ReportReader):
    def __init__(self, fd: int, settings: Settings, files: FileSink) -> None:
        super().__init__(fd, settings.result_limit)
        self._settings, self._files = settings, files
        self._begun_with: Optional[int] = None
        self._shown: List[bytes] = []
        self._shown_left = settings.display_limit
        self.display_truncated = False
        self.detail = b""
        self.omitted: List[Dict[str, Any]] = []
        self.lost = False
        self.done = False
        self._paths: Set[str] = set()
        self._bytes_left = settings.tmp_bytes
        self._left_of_file: Optional[int] = None  # None between files
        self._stream = bytearray()
        self._limits = {
            records.BEGUN: records.CPU.size, records.SHOWN: settings.display_limit, records.SHOWN_TOO_MUCH: 0,
            records.REPORT: REPORT.size + ERROR_LIMIT + settings.result_limit, records.DETAIL: _MOST_DETAIL,
            records.FILE: _MOST_FILE_HEADER, records.CHUNK: records.CHUNK_BYTES, records.FILE_END: 1,
            records.OMITTED: _MOST_OMITTED_BYTES, records.LOST: 0, records.DONE: 0}
        self._take: Dict[bytes, Callable[[bytes], bool]] = {
            records.BEGUN: self._begin, records.SHOWN: self._show, records.SHOWN_TOO_MUCH: self._show_too_much,
            records.REPORT: self._take_report, records.DETAIL: self._take_detail, records.FILE: self._begin_file,
            records.CHUNK: self._take_chunk, records.FILE_END: self._end_file, records.OMITTED: self._omit,
            records.LOST: self._lose, records.DONE: self._finish}

    @property
    def begun(self) -> bool:
        """Whether the program has started."""
        return self._begun_with is not None

    @property
    def cpu_before_us(self) -> int:
        return self._begun_with or 0

    @property
    def display(self) -> bytes:
        return b"[" + b",".join(self._shown) + b"]"

    def read(self) -> None:
        self._read()

    def drain(self) -> None:
        """What is in the pipe now: processes that are left over may still be writing."""
        left = unread(self.fd)
        while left > 0 and self.open and not self.done:
            left -= self._read()

    def give_up(self) -> None:
        """Nothing more is read: a file that has begun is not whole."""
        if self._left_of_file is not None:
            self._left_of_file = None
            self.lost = True
            self._files.end(False)

    def _read(self) -> int:
        try:
            part = os.read(self.fd, _CHUNK)
        except BlockingIOError:
            return _CHUNK  # there is less than there seemed to be
        self.open = bool(part)
        self._stream += part
        self._parse()
        return len(part)

    def _parse(self) -> None:
        at, stream = 0, self._stream
        while not self.done and len(stream) - at >= HEAD.size:
            kind, length = HEAD.unpack_from(stream, at)
            if length > self._limits.get(kind, -1) or (kind != records.BEGUN and not self._may_come(kind)):
                self._forged()
                return
            end = at + HEAD.size + length
            if len(stream) < end:
                break
            if not self._take[kind](bytes(stream[at + HEAD.size:end])):
                self._forged()
                return
            at = end
        del stream[:at]

    def _may_come(self, kind: bytes) -> bool:
        if kind in (records.SHOWN, records.SHOWN_TOO_MUCH):
            return self.begun and self.report is None
        if kind == records.REPORT:
            return self.report is None
        if kind in (records.CHUNK, records.FILE_END):
            return self._left_of_file is not None
        return self.report is not None and self._left_of_file is None

    def _forged(self) -> None:
        self.open = False
        self._stream.clear()
        if self.report is None:
            self.report = FORGED
        self.lost = True

    def _begin(self, payload: bytes) -> bool:
        if self.begun or self.report is not None or len(payload) != records.CPU.size:
            return False
        (self._begun_with,) = records.CPU.unpack(payload)
        return True

    def _show(self, payload: bytes) -> bool:
        if len(self._shown) == MOST_SHOWN or len(payload) > self._shown_left or not _is_bundle(payload):
            self.display_truncated = True
        else:
            self._shown.append(payload)
            self._shown_left -= len(payload)
        return True

    def _show_too_much(self, _: bytes) -> bool:
        self.display_truncated = True
        return True

    def _take_report(self, payload: bytes) -> bool:
        self._data = bytearray(payload)
        super()._parse()
        return self.report is not None

    def _take_detail(self, payload: bytes) -> bool:
        detail = _checked_detail(_json(payload))
        self.detail = json.dumps(detail).encode() if detail is not None else b""
        return detail is not None

    def _begin_file(self, payload: bytes) -> bool:
        given = _json(payload)
        file = _checked_file(given)
        if file is None or file["path"] in self._paths or len(self._paths) == MOST_FILES:
            return False
        size = file["size"]
        if size > min(self._settings.file_limit, self._bytes_left):
            return False
        self._paths.add(file["path"])
        self._bytes_left -= size
        self._left_of_file = size
        self._files.begin(file["path"], size)
        return True

    def _take_chunk(self, payload: bytes) -> bool:
        assert self._left_of_file is not None
        if len(payload) > self._left_of_file:
            return False
        self._left_of_file -= len(payload)
        self._files.take(payload)
        return True

    def _end_file(self, payload: bytes) -> bool:
        whole = payload == b"\1" and self._left_of_file == 0
        self._left_of_file = None
        self.lost = self.lost or not whole
        self._files.end(whole)
        return True

    def _omit(self, payload: bytes) -> bool:
        given = _json(payload)
        if not isinstance(given, list) or len(given) > MOST_OMITTED:
            return False
        for entry in given:
            file = _checked_file(entry)
            if file is None or file["path"] in self._paths or entry.get("omitted") not in ("too_large", "too_many"):
                return False
            self._paths.add(file["path"])
            self.omitted.append(dict(file, omitted=entry["omitted"]))
        return True

    def _lose(self, _: bytes) -> bool:
        self.lost = True
        return True

    def _finish(self, _: bytes) -> bool:
        self.done = True
        return True


def _json(payload: bytes) -> Any:
    try:
        return json.loads(payload.decode("utf-8"))
    except (ValueError, RecursionError):
        return None


def _checked_file(given: Any) -> Optional[Dict[str, Any]]:
    if not isinstance(given, dict) or file_paths.problem(given.get("path")):
        return None
    size = given.get("size")
    return {"path": given["path"], "size": size} if type(size) is int and 0 <= size < 1 << 53 else None


def _is_bundle(payload: bytes) -> bool:
    try:
        bundle = json.loads(payload.decode("utf-8"), parse_constant=_no_constant, parse_int=len, parse_float=len)
    except (ValueError, RecursionError):
        return False
    return isinstance(bundle, dict) and bool(bundle) and all(_is_shown(kind, value) for kind, value in bundle.items())


def _is_shown(kind: str, value: Any) -> bool:
    if kind == "application/json":
        return True
    return kind in records.MEDIA_TYPES and isinstance(value, str) and (kind != "image/png" or _is_base64(value))


def _is_base64(text: str) -> bool:
    try:
        binascii.a2b_base64(text)
        return text.isascii() and text.replace("+", "A").replace("/", "A").rstrip("=").isalnum()
    except ValueError:
        return False


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _checked_detail(given: Any) -> Optional[Dict[str, Any]]:
    if not isinstance(given, dict):
        return None
    try:
        frames = [_checked_frame(frame) for frame in given["frames"][:records.MOST_FRAMES]]
        detail: Dict[str, Any] = {**_texts(given, ("type", "message", "source")), "line": _line(given["line"]), "frames": frames}
        return {**detail, **_texts(given, ("missing_module",))} if "missing_module" in given else detail
    except (KeyError, TypeError, ValueError):
        return None


def _checked_frame(given: Dict[str, Any]) -> Dict[str, Any]:
    shown = list(given["locals"].items())[:records.MOST_LOCALS] if isinstance(given["locals"], dict) else []
    return {**_texts(given, ("function", "source")), "line": _line(given["line"]),
            "locals": {str(name)[:records.MOST_NAME_CHARS]: _text(value, records.MOST_REPR_CHARS) for name, value in shown}}


def _texts(given: Dict[str, Any], names: Any) -> Dict[str, str]:
    return {name: _text(given[name], _TEXTS[name]) for name in names}


def _text(value: Any, most: int) -> str:
    if not isinstance(value, str):
        raise ValueError(value)
    return value[:most].encode("utf-8", "replace").decode()


def _line(value: Any) -> Optional[int]:
    if value is not None and (type(value) is not int or not 0 <= value < _MOST_LINE):
        raise ValueError(value)
    return value
