"""Runs one program as `__main__`, inside the locked sandbox, and reports how it ended.

This shares the interpreter with hostile code: it is convenience, never a boundary, and the
helper trusts none of what it says. On the result pipe it writes READY once the sandbox is
locked down, then at the end one report: a REPORT, the error's text, the result as JSON. A job
that ends otherwise has its wait status instead.

The program runs at the bottom of its stack: `greet` and `begin` are called before it, `succeed` or `fail` after it
(see life.py), not around it.

Whatever is touched between the fork and the program's first line costs a page fault, two
microseconds: a function, a module, a name. Hence functions that are longer than they would be
elsewhere, and a zygote that prepares all that does not depend on the program.
"""
from __future__ import annotations

import os
import resource
import struct
import sys
import time
from codecs import BOM_UTF8
from os import _exit, close, getpid, write
from types import CodeType
from typing import Any, Callable, Dict, Sequence, Tuple, Type

from . import ending, result as result_, spawned_main, toplevel, traces
from .life import Life, Steps

READY, REPORT_MARK = b"R", b"D"
# Seconds of cpu after which it is told to end (SIGXCPU), and is killed; the length of its source. The source follows.
# A wide job has the length of a header instead, WIDE added: wide_runner.py has what follows.
JOB = struct.Struct(">III")
WIDE = 1 << 31
_JOB_BYTES, _USUAL_JOB_BYTES = JOB.size, 4096
# Mark, exit status, how, which limit, whether the result was too long, cpu in microseconds, peak memory in KiB, lengths
# of error and result.
REPORT = struct.Struct(">cBBB?QQII")
HOW = ("ok", "exit", "exception")
LIMITS = (None, "memory", "process", "disk")
_REHEARSAL = b"print(end='', flush=True)"
_UNTIL_SPECIALIZED = 32
FLUSH_FAILED = 120  # the status of an interpreter of which a stream can't be flushed
_FOR_EVER = (1 << 32) - 1
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
# A program may put other functions in the place of those we need when it has ended.
_read, _open, _cpu, _usage = os.read, os.open, time.process_time, resource.getrusage
_SELF, _CHILDREN = resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN
# Exit status, index in HOW, index in LIMITS, error, result, whether that was too long.
Ending = Tuple[int, int, int, str, bytes, bool]
_ENDED_WELL: Ending = 0, 0, 0, "", b"", False


class Runner:
    """Made by a zygote, used once in each of its sandboxes. `for_wide_jobs` is what it becomes when such a job comes."""

    is_fork = False  # of a template: its job came when the template's own had

    def __init__(self, result_limit: int, reseeders: Sequence[Callable[[], object]], for_wide_jobs: Type["Runner"]) -> None:
        self._result_limit = result_limit
        self._reseeders = reseeders
        self._for_wide_jobs = for_wide_jobs
        self._names: Dict[str, Any] = {}
        self._file = ""
        self._source = b""
        self._code_fd = self._result_fd = self._main_process = -1
        self._before = 0.0
        self._compiled = False
        self._ending = _ENDED_WELL
        self._interrupted = False
        self.remains = ending.Remains()
        self.life = Life(Steps(self.greet, self.rehearse, self.begin, self.succeed, self.fail, self.finish, self.clear,
                               self.look, self.report))

    def prepare(self, names: Dict[str, Any]) -> None:
        """`names` are those of the `__main__` that the program will be."""
        self._names = names
        self._file = names["__file__"]
        self.remains.know_modules()
        self.life.live_in(names)

    def practise(self) -> None:
        """By the zygote, in its own tree: runs what each job will run until the interpreter has specialized it. It
        would write into our code in each fork else, and touch three objects for each name it looks up, not one."""
        for _ in range(_UNTIL_SPECIALIZED):
            code, code_in = os.pipe()
            result, result_in = os.pipe()
            os.write(code_in, JOB.pack(_FOR_EVER, _FOR_EVER, len(_REHEARSAL)) + _REHEARSAL)
            self.use(code, result_in)
            self.greet()
            self.begin()
            write_all(result_in, self.rehearse())
            for fd in (code_in, result, result_in):
                os.close(fd)

    def use(self, code_fd: int, result_fd: int) -> None:
        """By the zygote: these will be the next sandbox's."""
        self._code_fd, self._result_fd = code_fd, result_fd
        self.life.await_at(code_fd)

    def greet(self) -> None:
        """The sandbox is locked down."""
        for reseed in self._reseeders:
            reseed()
        write(self._result_fd, READY)

    def rehearse(self) -> bytes:
        """Takes the copy-on-write faults out of a job's way while nobody waits for them; what it would report."""
        self._before = _cpu()
        code = self._compile(_REHEARSAL)
        self.remains.mark()
        self._succeed(eval(code, self._names))
        self.remains.matter()
        return self._report(self._ending)

    def begin(self) -> CodeType:
        """The program's code, once it has come; what its compiler raises."""
        source = self._take_job()
        self._main_process = getpid()
        self._before = _cpu()
        code = self._compile(source)
        self.remains.mark()
        return code

    def succeed(self) -> None:
        """The program came to its end."""
        self._succeed(self.life.returned())
        self.life.go_on()

    def fail(self) -> None:
        """The program, or its compiler, raised."""
        error = self.life.error()
        if isinstance(error, SystemExit):
            self._exit(error)
        else:
            self._fail(error)

    def finish(self) -> None:
        """Its threads have ended, its exit functions were called."""
        if self.remains.matter():
            self._names = {}
            self.life.flush_and_clear((sys.stdout, sys.stderr))

    def clear(self) -> None:
        """Its streams are flushed."""
        if not self.life.let_go(self.remains.take()):
            self._ending = self._flush_failed()

    def look(self) -> None:
        """What the program made is gone, but for what something of the zygote's holds."""
        self.remains.finalize()

    def _flush_failed(self) -> Ending:
        return (FLUSH_FAILED, self._ending[1] or HOW.index("exit"), *self._ending[2:4], b"", False)

    def report(self) -> None:
        """Of the fork that was made for the program; others of the program's own run to its end too."""
        if getpid() == self._main_process:
            write_all(self._result_fd, self._report(self._ending))
        self.life.end_with(self._ending[0])

    def _take_job(self) -> bytes:
        """Waits for it; its source, when all that comes before it is in place."""
        data = _read(self._code_fd, _USUAL_JOB_BYTES)
        if len(data) < _JOB_BYTES:
            _exit(0)  # the helper went away, or recycles us unused
        soft, hard, length = JOB.unpack_from(data)
        source = data[_JOB_BYTES:]
        if len(source) < length:
            if length < WIDE:
                source = _read_rest(self._code_fd, source, length)
            else:
                self.__class__ = self._for_wide_jobs
                source = self.receive(source, length - WIDE)
                if self.is_fork:
                    return source
        close(self._code_fd)
        resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))
        return source

    def receive(self, data: bytes, header_bytes: int) -> bytes:
        """Of a wide job, the beginning of which has come: its source, when all else of it is in place."""
        raise NotImplementedError

    def _compile(self, source: bytes) -> CodeType:
        self._source = source
        _write_file(self._file, source)
        text = (source[3:] if source.startswith(BOM_UTF8) else source).decode()  # the codec utf-8-sig is Python's own
        code, needed, usual = toplevel.compile_program(text, self._file)
        if not usual:
            self._make_usual(code, needed, text)
        self._compiled = True
        return code

    def _make_usual(self, code: CodeType, needed: Dict[str, Any], text: str) -> None:
        """What a program needs that is no plain module."""
        self._names.update(needed)
        coroutine = bool(code.co_flags & toplevel.CO_COROUTINE)
        if coroutine:
            import asyncio
            self.life.await_in(asyncio.run)
        if any(name in text for name in spawned_main.NAMES):
            spawned_main.serve(code, self._file, coroutine)

    def _succeed(self, returned: Any) -> None:
        if returned is not None:
            value = result_.encode(returned, self._result_limit)
            self._ending = 0, 0, 0, "", value or b"", value is None

    def _exit(self, error: SystemExit) -> None:
        status = ending.exit_status(error)
        self._ending = (status, HOW.index("exit"), 0, "", b"", False) if status else _ENDED_WELL
        self.life.go_on(status)

    def _fail(self, error: BaseException) -> None:
        ending.make_room()
        if self._compiled:
            traces.trim(error, self._file)
        else:
            error.__traceback__ = error.__context__ = error.__cause__ = None
        limit = ending.limit_met(error) if self._compiled else None
        self._ending = 1, HOW.index("exception"), LIMITS.index(limit), traces.last_line(error), b"", False
        if type(error) is KeyboardInterrupt:
            self._interrupted = True
            self.life.end_interrupted()
        if traces.printer_finds_source(self._file):
            self.life.go_on(1, shown=error)
        else:
            traces.show(error, self._file, self._source.decode("utf-8", "replace"))
            self.life.go_on(1)

    def _report(self, how: Ending) -> bytes:
        """Cpu is this process's and that of its children that ended, of which it had none when it began."""
        status, way, limit, error, value, truncated = how
        message = error.encode("utf-8", "replace") if error else b""
        children = _usage(_CHILDREN)
        cpu = _cpu() - self._before + children.ru_utime + children.ru_stime
        return REPORT.pack(REPORT_MARK, status, way, limit, truncated, int(cpu * 1e6), _usage(_SELF).ru_maxrss,
                           len(message), len(value)) + message + value


def _read_rest(fd: int, data: bytes, length: int) -> bytes:
    parts = [data]
    missing = length - len(data)
    while missing:
        part = _read(fd, min(missing, 1 << 20))
        if not part:
            _exit(0)
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def write_all(fd: int, data: bytes) -> None:
    view = memoryview(data)
    try:
        while view:
            view = view[write(fd, view):]
    except OSError:
        pass  # the job closed it; our exit status still tells


def _write_file(path: str, source: bytes) -> None:
    """For what reads the source by itself: multiprocessing's spawn, the program's own look at a traceback."""
    try:
        fd = _open(path, _NEW_FILE, 0o644)
        write(fd, source)
        close(fd)
    except OSError:
        pass  # larger than the scratch
