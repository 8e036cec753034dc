"""What became of a program, for whoever is to mend it: the exception, the frames that it came through, their variables.

What an object says of itself (its repr()) is the program's code, which may take for ever or never return: a child of this
process asks, and is killed when it takes too long. Where there can be no child (the fallback tier), none is asked.
"""
from __future__ import annotations

import json
import linecache
import os
import select
import signal
import time
from os import _exit, close, fork, kill, pipe, read, waitpid, write
from types import BuiltinFunctionType, FrameType, FunctionType, ModuleType, TracebackType
from typing import Any, Dict, List, NoReturn, Optional, Tuple

from . import short_repr
from .records import MOST_FRAMES, MOST_LOCALS, MOST_MESSAGE_CHARS, MOST_NAME_CHARS, MOST_SOURCE_CHARS

_SECONDS_TO_ASK = 0.5
_MOST_ANSWERS = 1 << 17
_Step = Tuple[FrameType, int]


def of(error: BaseException, program: str, source: str) -> bytes:
    """As JSON. `program` is the file of the source."""
    lines = source.splitlines()
    steps = _steps(error.__traceback__, program)
    values = [_variables(frame) for frame, _ in steps]
    shown = _shown(values)
    detail: Dict[str, Any] = {"type": _name_of(type(error))[:MOST_NAME_CHARS], "message": _message(error)}
    detail["line"], detail["source"] = _place(error, steps, program, lines)
    detail["frames"] = [
        {"function": frame.f_code.co_name[:MOST_NAME_CHARS], "line": line, "source": _source(frame, line, program, lines),
         "locals": locals_} for (frame, line), locals_ in zip(steps, shown)]
    missing = getattr(error, "name", None)
    if isinstance(error, ModuleNotFoundError) and type(missing) is str:
        detail["missing_module"] = missing[:MOST_NAME_CHARS]
    return json.dumps(detail).encode()


def _name_of(kind: type) -> str:
    """As a traceback has it."""
    module = kind.__module__
    return kind.__qualname__ if module in ("builtins", "__main__") else "%s.%s" % (module, kind.__qualname__)


def _message(error: BaseException) -> str:
    try:
        return str.__str__(str(error))[:MOST_MESSAGE_CHARS]
    except Exception:
        return ""


def _steps(tb: Optional[TracebackType], program: str) -> List[_Step]:
    """The innermost, and the program's own last one in any case."""
    steps: List[_Step] = []
    own: Optional[_Step] = None
    while tb is not None:
        step = tb.tb_frame, tb.tb_lineno
        steps.append(step)
        own = step if tb.tb_frame.f_code.co_filename == program else own
        if len(steps) > MOST_FRAMES:
            del steps[0]
        tb = tb.tb_next
    if own is not None and own not in steps:
        steps[0] = own
    return steps


def _place(error: BaseException, steps: List[_Step], program: str, lines: List[str]) -> Tuple[Optional[int], str]:
    if isinstance(error, SyntaxError) and error.filename == program:
        line = error.lineno if type(error.lineno) is int else None
        return line, _line(lines, line)
    for frame, line in reversed(steps):
        if frame.f_code.co_filename == program:
            return line, _line(lines, line)
    return None, ""


def _source(frame: FrameType, line: int, program: str, lines: List[str]) -> str:
    file = frame.f_code.co_filename
    return _line(lines, line) if file == program else linecache.getline(file, line).strip()[:MOST_SOURCE_CHARS]


def _line(lines: List[str], line: Optional[int]) -> str:
    return lines[line - 1].strip()[:MOST_SOURCE_CHARS] if line and 0 < line <= len(lines) else ""


def _variables(frame: FrameType) -> Dict[str, Any]:
    top = frame.f_locals is frame.f_globals
    found: Dict[str, Any] = {}
    for name, value in list(frame.f_locals.items()):
        kind = type(value)
        if kind is ModuleType or type(name) is not str or name.startswith("__"):
            continue
        if top and (kind in (FunctionType, BuiltinFunctionType) or isinstance(value, type)):
            continue
        found[name] = value
        if len(found) == MOST_LOCALS:
            break
    return found


def _shown(values: List[Dict[str, Any]]) -> List[Dict[str, str]]:
    shown: List[Dict[str, str]] = []
    to_ask: List[Tuple[int, str, Any]] = []
    for index, variables in enumerate(values):
        shown.append({})
        for name, value in variables.items():
            short = name[:MOST_NAME_CHARS]
            if short_repr.suggests_secret(name):
                shown[index][short] = short_repr.HIDDEN
                continue
            shown[index][short] = _plain(value)
            if not short_repr.is_plain(value):
                to_ask.append((index, short, value))
    if to_ask:
        for (index, name, _), answer in zip(to_ask, _ask([value for _, _, value in to_ask])):
            if type(answer) is str:
                shown[index][name] = short_repr.cut(answer)
    return shown


def _plain(value: Any) -> str:
    try:
        return short_repr.plain(value)
    except Exception:
        return "<%s>" % type.__getattribute__(type(value), "__name__")


def _ask(values: List[Any]) -> List[Any]:
    """What each says of itself, or None, as far as they come within the time."""
    try:
        reading, writing = pipe()
        child = fork()
    except OSError:
        return []  # no processes here, or none to be had
    if not child:
        _answer(values, writing)
    close(writing)
    try:
        answers = _read_until(reading, time.monotonic() + _SECONDS_TO_ASK)
    finally:
        close(reading)
        _end(child)
    try:
        return [json.loads(line) for line in answers.split(b"\n")[:-1]]
    except (ValueError, RecursionError):
        return []


def _answer(values: List[Any], fd: int) -> NoReturn:
    """In the child, which says nothing else to anybody."""
    try:
        null = os.open("/dev/null", os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(null, stream)
        for value in values:
            try:
                answer = short_repr.own(value)
            except BaseException:
                answer = None
            write(fd, json.dumps(answer).encode() + b"\n")
    finally:
        _exit(0)


def _read_until(fd: int, end: float) -> bytes:
    data = b""
    while len(data) < _MOST_ANSWERS:
        left = end - time.monotonic()
        if left <= 0 or not select.select([fd], [], [], left)[0]:
            break
        part = read(fd, 65536)
        if not part:
            break
        data += part
    return data


def _end(child: int) -> None:
    try:
        kill(child, signal.SIGKILL)
        waitpid(child, 0)
    except OSError:
        pass  # the program waits for its children by other means
