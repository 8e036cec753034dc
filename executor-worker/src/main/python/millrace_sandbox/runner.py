"""Runs one program as `__main__`, inside the locked sandbox, and reports how it ended.

This shares the interpreter with hostile code: it is convenience, never a boundary, and the
helper trusts none of what it says. On the result pipe it writes READY once the sandbox is
locked down, then at the end one report: a REPORT, the error's text, the result as JSON. A job
that ends otherwise has its wait status instead.

Whatever is touched between the fork and the program's first line costs a page fault, two
microseconds: a function, a module, a name. Hence functions that are longer than they would be
elsewhere, and a zygote that prepares all that does not depend on the program.
"""
from __future__ import annotations

import atexit
import errno
import linecache
import os
import resource
import select
import struct
import sys
import time
from typing import Any, Callable, Dict, NoReturn, Optional, Sequence, Tuple

from . import result as result_, toplevel, traces
from .surroundings import PROGRAM

READY, REPORT_MARK = b"R", b"D"
# Seconds of cpu after which it is told to end (SIGXCPU), and is killed; the length of its source. The source follows.
JOB = struct.Struct(">III")
_JOB_BYTES, _USUAL_JOB_BYTES = JOB.size, 4096
# Mark, exit status, how, which limit, whether the result was too long, cpu in microseconds, peak memory in KiB, lengths
# of error and result.
REPORT = struct.Struct(">cBBB?QQII")
HOW = ("ok", "exit", "exception")
LIMITS = (None, "memory", "process", "disk")
# So long nothing has come, nothing will be kept waiting: a millisecond of work does not take a cpu from other jobs.
_SLACK_SECONDS = 0.02
_REHEARSAL = b"print(end='', flush=True)"
_UNTIL_SPECIALIZED = 32
_FOR_EVER = (1 << 32) - 1
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
_FORK_NAMES = frozenset(("fork", "forkpty", "vfork", "posix_spawn", "posix_spawnp", "fork_exec", "_fork_exec"))
# Exit status, index in HOW, index in LIMITS, error, result, whether that was too long.
_Ending = Tuple[int, int, int, str, bytes, bool]
_ENDED_WELL: _Ending = 0, 0, 0, "", b"", False


class Runner:
    """Made by a zygote, used once in each of its sandboxes."""

    def __init__(self, result_limit: int, reseeders: Sequence[Callable[[], None]]) -> None:
        self._result_limit = result_limit
        self._reseeders = reseeders
        self._names: Dict[str, Any] = {}

    def prepare(self, names: Dict[str, Any]) -> None:
        """`names` are those of the `__main__` that the program will be."""
        self._names = names

    def practise(self) -> None:
        """By the zygote, in its own tree: runs what each job will run until the interpreter has specialized it. It
        would write into our code in each fork else, and touch three objects for each name it looks up, not one."""
        for _ in range(_UNTIL_SPECIALIZED):
            code, code_in = os.pipe()
            result, result_in = os.pipe()
            os.write(code_in, JOB.pack(_FOR_EVER, _FOR_EVER, len(_REHEARSAL)) + _REHEARSAL)
            self._await_job(code, result_in)
            _write_all(result_in, self._rehearse())
            for fd in (code_in, result, result_in):
                os.close(fd)

    def run(self, code_fd: int, result_fd: int) -> NoReturn:
        main_process = os.getpid()
        source = self._await_job(code_fd, result_fd)
        before = time.process_time()
        ending = self._execute(source)
        _finish_as_an_interpreter_does()
        if os.getpid() == main_process:  # not a fork of the program's, which has run to its end too
            _write_all(result_fd, _report(ending, before))
        os._exit(ending[0])

    def _await_job(self, code_fd: int, result_fd: int) -> bytes:
        for reseed in self._reseeders:
            reseed()
        os.write(result_fd, READY)
        try:
            data = os.read(code_fd, _USUAL_JOB_BYTES)
        except BlockingIOError:
            data = self._wait_for_job(code_fd)
        if len(data) < _JOB_BYTES:
            os._exit(0)  # the helper went away, or recycles us unused
        soft, hard, length = JOB.unpack_from(data)
        source = data[_JOB_BYTES:]
        if len(source) < length:
            source = _read_rest(code_fd, source, length)
        os.close(code_fd)
        resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))
        return source

    def _wait_for_job(self, code_fd: int) -> bytes:
        if not select.select([code_fd], [], [], _SLACK_SECONDS)[0]:
            self._rehearse()
        os.set_blocking(code_fd, True)
        return os.read(code_fd, _USUAL_JOB_BYTES)

    def _rehearse(self) -> bytes:
        """Takes the copy-on-write faults out of a job's way while nobody waits for them; what it would report."""
        return _report(self._execute(_REHEARSAL), time.process_time())

    def _execute(self, source: bytes) -> _Ending:
        started = False
        names = self._names
        try:
            _write_file(names["__file__"], source)
            code, needed = toplevel.compile_program(source.decode("utf-8"), PROGRAM)
            if needed:
                names.update(needed)
            started = True
            returned = eval(code, names)
            if code.co_flags & toplevel.CO_COROUTINE:
                import asyncio
                returned = asyncio.run(returned)
            if returned is None:
                return _ENDED_WELL
            value = result_.encode(returned, self._result_limit)
            return 0, 0, 0, "", value or b"", value is None
        except SystemExit as e:
            status = _exit_status(e)
            return (status, HOW.index("exit"), 0, "", b"", False) if status else _ENDED_WELL
        except BaseException as e:
            _make_room()
            limit = _limit_met(e) if started else None
            error = traces.last_line(e)
            lines = source.decode("utf-8", "replace").splitlines(True)
            linecache.cache[PROGRAM] = len(source), None, lines, PROGRAM  # its file may be gone, or no descriptor left
            _show(e)
            return 1, HOW.index("exception"), LIMITS.index(limit), error, b"", False


def _read_rest(fd: int, data: bytes, length: int) -> bytes:
    os.set_blocking(fd, True)
    parts = [data]
    missing = length - len(data)
    while missing:
        part = os.read(fd, min(missing, 1 << 20))
        if not part:
            os._exit(0)
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def _write_all(fd: int, data: bytes) -> None:
    view = memoryview(data)
    try:
        while view:
            view = view[os.write(fd, view):]
    except OSError:
        pass  # the job closed it; our exit status still tells


def _report(ending: _Ending, before: float) -> bytes:
    """Cpu is this process's and that of its children that ended, of which it had none then."""
    status, how, limit, error, value, truncated = ending
    message = error.encode("utf-8", "replace") if error else b""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = time.process_time() - before + children.ru_utime + children.ru_stime
    return REPORT.pack(REPORT_MARK, status, how, limit, truncated, int(cpu * 1e6),
                       resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, len(message), len(value)) + message + value


def _write_file(path: str, source: bytes) -> None:
    """For what reads the source by itself: multiprocessing's spawn, the program's own look at a traceback."""
    try:
        fd = os.open(path, _NEW_FILE, 0o600)
        os.write(fd, source)
        os.close(fd)
    except OSError:
        pass  # larger than the scratch


def _exit_status(e: SystemExit) -> int:
    if e.code is None:
        return 0
    if isinstance(e.code, int):
        return e.code & 0xFF
    try:
        print(e.code, file=sys.stderr)
    except BaseException:
        pass
    return 1


def _make_room() -> None:
    """A program that met its memory limit holds on to that memory while we report it."""
    for kind in (resource.RLIMIT_DATA, resource.RLIMIT_AS):
        hard = resource.getrlimit(kind)[1]
        resource.setrlimit(kind, (hard, hard))


def _limit_met(e: BaseException) -> Optional[str]:
    """Which limit an uncaught exception speaks of."""
    if isinstance(e, MemoryError):
        return "memory"
    if isinstance(e, OSError) and e.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return "disk"
    if isinstance(e, OSError) and e.errno == errno.EAGAIN and _raised_by_fork(e):
        return "process"
    if isinstance(e, RuntimeError) and "can't start new thread" in str(e):
        return "process"
    if isinstance(e, OSError) and e.errno == errno.ENOMEM:
        return "memory"
    return None


def _raised_by_fork(e: BaseException) -> bool:
    tb = e.__traceback__
    while tb is not None and tb.tb_next is not None:
        tb = tb.tb_next
    return tb is not None and not _FORK_NAMES.isdisjoint(tb.tb_frame.f_code.co_names)


def _show(e: BaseException) -> None:
    try:
        traces.trim(e, PROGRAM)
        traces.show(e)
    except BaseException:
        try:
            os.write(2, (traces.last_line(e) + "\n").encode("utf-8", "backslashreplace"))
        except BaseException:
            pass


def _finish_as_an_interpreter_does() -> None:
    """Joins the program's threads, calls what it registered, flushes."""
    try:
        threading = sys.modules.get("threading")
        if threading is not None:
            threading._shutdown()
        atexit._run_exitfuncs()
    except BaseException as e:
        _show(e)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:
            pass
