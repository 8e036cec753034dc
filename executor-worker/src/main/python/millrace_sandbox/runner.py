"""Runs one program as `__main__`, inside the locked sandbox, and reports how it ended.

This shares the interpreter with hostile code: it is convenience, never a boundary, and the
helper trusts none of what it says. On the result pipe it writes READY once the sandbox is
locked down, then at the end one report: a REPORT, the error's text, the result as JSON. A job
that ends otherwise has its wait status instead.
"""
from __future__ import annotations

import atexit
import builtins
import errno
import gc
import io
import linecache
import os
import resource
import select
import signal
import struct
import sys
import time
import types
from typing import Any, Dict, NoReturn, Optional, Tuple

from . import limits, preload, result as result_, root_fs, toplevel, traces
from .settings import Settings

PROGRAM = "main.py"
READY, REPORT_MARK = b"R", b"D"
# Seconds of cpu it may take, the length of its source; the source follows.
JOB = struct.Struct(">II")
_USUAL_JOB_BYTES = 4096
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
_FORK_NAMES = frozenset(("fork", "forkpty", "vfork", "posix_spawn", "posix_spawnp", "fork_exec", "_fork_exec"))


def run(code_fd: int, result_fd: int, settings: Settings) -> NoReturn:
    main_process = os.getpid()
    source = _await_job(code_fd, result_fd, settings)
    before = time.process_time()
    report, value = _execute(source, settings)
    _finish_as_an_interpreter_does()
    if os.getpid() == main_process:  # not a fork of the program's, which has run to its end too
        _write_all(result_fd, _message(report, value, before))
    os._exit(report["status"])


def practise(settings: Settings) -> None:
    """By the zygote, in its own tree: runs what each job will run until the interpreter has specialized it. It would
    write into our code in each fork else, and touch three objects for each name it looks up instead of one."""
    for _ in range(_UNTIL_SPECIALIZED):
        code, code_in = os.pipe()
        result, result_in = os.pipe()
        os.write(code_in, JOB.pack(_FOR_EVER, len(_REHEARSAL)) + _REHEARSAL)
        _await_job(code, result_in, settings)
        _write_all(result_in, _rehearse(settings))
        for fd in (code_in, result, result_in):
            os.close(fd)


def _await_job(code_fd: int, result_fd: int, settings: Settings) -> bytes:
    preload.reseed()
    os.write(result_fd, READY)
    if not select.select([code_fd], [], [], _SLACK_SECONDS)[0]:
        _rehearse(settings)
    gc.enable()
    cpu_seconds, source = _read_job(code_fd)
    limits.limit_cpu(cpu_seconds)
    return source


def _rehearse(settings: Settings) -> bytes:
    """Takes the copy-on-write faults out of a job's way while nobody waits for them; what it would report."""
    return _message(*_execute(_REHEARSAL, settings), time.process_time())


def _message(report: Dict[str, Any], value: bytes, before: float) -> bytes:
    error = (report["error"] or "").encode("utf-8", "replace")
    return REPORT.pack(REPORT_MARK, report["status"], HOW.index(report["how"]), LIMITS.index(report["limit"]),
                       report["result_truncated"], _cpu_us_since(before),
                       resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, len(error), len(value)) + error + value


def become_anonymous(own_tree: bool) -> None:
    """So that jobs find nothing of ours, but what an interpreter that was started for them would have. By the zygote,
    once: what it does here, no sandbox has to. With a tree of its own, each works at the same place."""
    sys.argv = [PROGRAM]
    sys.orig_argv = ["python3", PROGRAM]
    for name in [m for m in sys.modules if m == __package__ or m.startswith(__package__ + ".")]:
        del sys.modules[name]
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    if own_tree:
        live_in(os.path.join(root_fs.SCRATCH, root_fs.WORK))
    _open_standard_streams()


def _open_standard_streams() -> None:
    """Upon pipes, as jobs will have them: a stream remembers what kind of file it was opened upon."""
    ours = [os.dup(1), os.dup(2)]
    reading, writing = os.pipe()
    for fd in (1, 2):
        os.dup2(writing, fd)
    for fd, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        raw = io.FileIO(fd, mode, closefd=False)
        # Unbuffered, as under python -u: whatever a program printed before it is killed is there.
        buffer = io.BufferedReader(raw) if mode == "r" else raw
        stream = io.TextIOWrapper(buffer, encoding="utf-8", errors="strict" if mode == "r" else "backslashreplace",
                                  write_through=mode == "w")
        stream.mode = mode  # type: ignore[misc]
        setattr(sys, name, stream)
        setattr(sys, "__%s__" % name, stream)
    for fd, before in zip((1, 2), ours):
        os.dup2(before, fd)
    for fd in (reading, writing, *ours):
        os.close(fd)


def live_in(directory: str) -> None:
    sys.path.insert(0, directory)
    os.environ["PWD"] = directory
    if not directory.startswith(root_fs.SCRATCH):  # the fallback tier has no tree of its own
        os.environ.update(HOME=directory, TMPDIR=os.path.join(os.path.dirname(directory), root_fs.TMP))


def _read_job(fd: int) -> Tuple[int, bytes]:
    data = _read_on(fd, b"", JOB.size, _USUAL_JOB_BYTES)
    cpu_seconds, length = JOB.unpack_from(data)
    source = _read_on(fd, data[JOB.size:], length, length)
    os.close(fd)
    return cpu_seconds, source


def _read_on(fd: int, data: bytes, at_least: int, at_most: int) -> bytes:
    while len(data) < at_least:
        part = os.read(fd, min(at_most - len(data), 1 << 20))
        if not part:
            os._exit(0)  # the helper went away, or recycles us unused
        data += part
    return data


def _write_all(fd: int, data: bytes) -> None:
    view = memoryview(data)
    try:
        while view:
            view = view[os.write(fd, view):]
    except OSError:
        pass  # the job closed it; our exit status still tells


def _cpu_us_since(process_time: float) -> int:
    """Of this process and its children that ended, of which it had none then."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return int((time.process_time() - process_time + children.ru_utime + children.ru_stime) * 1e6)


def _execute(source: bytes, settings: Settings) -> Tuple[Dict[str, Any], bytes]:
    report: Dict[str, Any] = {"status": 0, "how": "ok", "error": None, "limit": None, "result_truncated": False}
    value = b""
    started = False
    try:
        main = _new_main(source)
        program = toplevel.compile_program(source.decode("utf-8"), PROGRAM)
        main.__dict__.update(program.names)
        started = True
        returned = eval(program.code, main.__dict__)
        if program.is_coroutine:
            import asyncio
            returned = asyncio.run(returned)
        if returned is not None:
            encoded = result_.encode(returned, settings.result_limit)
            report["result_truncated"] = encoded is None
            value = encoded or b""
    except SystemExit as e:
        report["status"] = _exit_status(e)
        report["how"] = "exit" if report["status"] else "ok"
    except BaseException as e:
        _make_room()
        report.update(status=1, how="exception", error=traces.last_line(e), limit=_limit_met(e) if started else None)
        _show(e)
    return report, value


def _new_main(source: bytes) -> types.ModuleType:
    main = types.ModuleType("__main__")
    path = "%s/%s" % (sys.path[0], PROGRAM)
    main.__dict__.update(__builtins__=builtins, __file__=path, __cached__=None)
    sys.modules["__main__"] = main
    _write_file(path, source)
    lines = source.decode("utf-8", "replace").splitlines(True)
    for name in (PROGRAM, path):
        linecache.cache[name] = (len(source), None, lines, name)
    return main


def _write_file(path: str, source: bytes) -> None:
    """For what reads the source without linecache: multiprocessing's spawn, the interpreter's own error messages."""
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
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
