"""Tracebacks as the program itself would have printed them: none of our frames in any of them."""
from __future__ import annotations

import io
import linecache
import os
import sys
import traceback
from os import close, open as open_
from types import TracebackType
from typing import List, Optional, Set

_OUR_DIRECTORY = os.path.dirname(os.path.abspath(__file__)) + os.sep
_MAX_ERROR_CHARS = 1000


def trim(error: BaseException, program_file: str) -> None:
    """Cuts our frames off the heads of an exception's traceback and of all that hang on it."""
    error.__traceback__ = _from_program(error.__traceback__, program_file)
    seen: Set[int] = set()
    todo: List[Optional[BaseException]] = [error]
    while todo:
        e = todo.pop()
        if e is None or id(e) in seen:
            continue
        seen.add(id(e))
        e.__traceback__ = _without_ours(e.__traceback__)
        todo += [e.__cause__, e.__context__]
        members = getattr(e, "exceptions", None)
        if isinstance(members, tuple):
            todo += [m for m in members if isinstance(m, BaseException)]


def _from_program(tb: Optional[TracebackType], program_file: str) -> Optional[TracebackType]:
    """From the program's first frame on: an event loop of ours may run it. Its own threads have none."""
    first = tb
    while first is not None and first.tb_frame.f_code.co_filename != program_file:
        first = first.tb_next
    return first or _without_ours(tb)


def _without_ours(tb: Optional[TracebackType]) -> Optional[TracebackType]:
    while tb is not None and tb.tb_frame.f_code.co_filename.startswith(_OUR_DIRECTORY):
        tb = tb.tb_next
    return tb


def printer_finds_source(program_file: str) -> bool:
    """Whether the interpreter's own printer can quote the program's lines: its file may be gone, or no descriptor left."""
    try:
        close(open_(program_file, os.O_RDONLY))
        return True
    except OSError:
        return False


def show(error: BaseException, program_file: str, source: str) -> None:
    """On stderr, with the lines that the printer would not find."""
    lines = io.StringIO(source, newline=None).readlines()
    linecache.cache[program_file] = len(source), None, lines, program_file
    try:
        sys.stderr.write("".join(traceback.format_exception(type(error), error, error.__traceback__)))
    except BaseException:
        pass


def last_line(error: BaseException) -> str:
    """`ValueError: boom`: the line that names it, without the notes and further lines of its message."""
    try:
        lines = traceback.TracebackException(type(error), error, None).format_exception_only()
        named = next(line for line in lines if not line.startswith(" "))
        return named.strip().partition("\n")[0][:_MAX_ERROR_CHARS]
    except Exception:
        return type(error).__name__
