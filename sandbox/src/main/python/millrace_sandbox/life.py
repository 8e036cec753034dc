"""An interpreter's life in a sandbox, as C calls with no Python frame of ours below the program's.

    greet()                                         the sandbox is ready
    poll(code)                                      so long it waits; then
    rehearse()                                      it takes the copy-on-write faults out of the program's way
    code = begin()                                  waits for the program and compiles it
    returned = PyEval_EvalCode(code, names, names)  and asyncio.run(returned) for a top-level await
    error = PyErr_Fetch(), normalized               where one of them raised
    succeed(), or fail()                            sees what became of it
    PyErr_PrintEx(error)                            where it is to be shown: the program's excepthook, or the interpreter's printer
    threading._shutdown(), atexit._run_exitfuncs()  as Py_FinalizeEx has it
    finish()                                        looks whether anything would notice the rest
        stdout.flush(), stderr.flush()
        PyGC_Collect(), clear(), PyGC_Collect()     what the program made goes, with its `__main__`
        look()                                      and what of it a module of the zygote's holds is finalized
    fflush(NULL), report()                          ends the process

Where one of our own functions fails, since the program took away what it needs (builtins, say), the end goes on
without it, and is told by the exit status.
"""
from __future__ import annotations

import atexit
import select
import signal
import sys
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence

from .c_calls import WORD, Call, CCalls, address, object_at, of_libc, of_python

_NONE = id(None)
# So long nothing has come, nothing will be kept waiting: a millisecond of work does not take a cpu from other jobs.
_SLACK_MS = 20


class Steps(NamedTuple):
    """Ours, in their order."""

    greet: Callable[[], None]
    rehearse: Callable[[], object]
    begin: Callable[[], Any]
    succeed: Callable[[], None]
    fail: Callable[[], None]
    finish: Callable[[], None]
    clear: Callable[[], None]
    look: Callable[[], None]
    report: Callable[[], None]


class Life:
    def __init__(self, steps: Steps) -> None:
        self.calls = CCalls()
        (self.first, self._rehearse, self._begin, self._succeed, self._fail, self._finish, self._clear, self._look,
         self._report) = map(self.calls.python, steps)
        self._run_program()
        self._await_program()
        self._show_error()
        self._call_exit_functions()
        self._clear_away()
        self._end_process()

    def _api(self, name: str, *arguments: Any) -> Call:
        return self.calls.add(of_python(name), *arguments)

    def _libc(self, name: str, *arguments: Any) -> Call:
        return self.calls.add(of_libc(name), *arguments)

    def _await_program(self) -> None:
        """In C: to read what is not there yet, or to ask Python's `select`, is to touch sixty pages."""
        self._poll = self._libc("poll", 0, 1, _SLACK_MS)
        self._poll[0] = self._poll.argument(3)  # its one pollfd, which no argument of poll() is in the place of
        self.first.then(self._poll)
        self._poll.then(self._begin)
        self._poll.otherwise(self._rehearse)
        self._rehearse.then(self._begin)
        self._begin.leaves_result_at(self._program.argument(0))
        self._begin.then(self._program)
        for call in (self.first, self._rehearse, self._begin):
            call.otherwise(self._fetch)

    def _run_program(self) -> None:
        self._program, self._run = self._api("PyEval_EvalCode"), self._api("PyObject_CallFunctionObjArgs")
        self._drop_error, self._drop_returned = self._api("PyErr_Restore"), self._api("Py_DecRef")
        for call in (self._program, self._run):
            call.leaves_result_at(self._drop_returned.argument(0))
            call.then(self._succeed)
        error = [self._drop_error.argument(index) for index in range(3)]  # type, value, traceback
        self._fetch, normalize = self._api("PyErr_Fetch", *error), self._api("PyErr_NormalizeException", *error)
        for call in (self._program, self._run):
            call.otherwise(self._fetch)
        in_a_row(self._fetch, normalize, self._fail)

    def _show_error(self) -> None:
        self._set, show = self._api("PyErr_SetObject"), self._api("PyErr_PrintEx", 1)
        in_a_row(self._set, show, self._drop_error, self._api("PyErr_Clear"), self._drop_returned)
        failed, again, copy = self._api("PyErr_Clear"), self._api("PyErr_Restore"), self._libc("memcpy")
        copy[0], copy[1], copy[2] = again.argument(0), self._drop_error.argument(0), 3 * WORD
        raised, show = self._api("PyErr_Occurred"), self._api("PyErr_PrintEx", 1)
        well, badly = (in_a_row(self._api("Py_FinalizeEx"), self._libc("exit", status)) for status in (0, 1))
        in_a_row(failed, copy, again, raised)
        for step in (self._succeed, self._fail):
            step.then(self._drop_error)
            step.otherwise(failed)
        raised.then(show)
        raised.otherwise(well)
        show.go_on(badly)

    def _call_exit_functions(self) -> None:
        self._threads, self._unraisable = self._api("PyObject_CallObject"), self._api("PyErr_WriteUnraisable")
        self._exit_functions, failed = self._api("PyObject_CallObject"), self._api("PyErr_Clear")
        self._exit_functions[0] = address(atexit._run_exitfuncs)
        self._threads.then(self._exit_functions)
        self._threads.otherwise(self._unraisable)
        in_a_row(self._unraisable, self._exit_functions)
        self._exit_functions.then(self._finish)
        self._exit_functions.otherwise(failed)
        in_a_row(failed, self._finish)
        self._knows_threading = "threading" in sys.modules
        self._join_threads(self._knows_threading)

    def _clear_away(self) -> None:
        self._streams = [(self._api("PyObject_CallObject"), self._api(failed))
                         for failed in ("PyErr_WriteUnraisable", "PyErr_Clear")]
        collect, self._modules = self._api("PyGC_Collect"), self._api("Py_DecRef")
        for (stream, failed), following in zip(self._streams, (self._streams[1][0], collect)):
            stream.leaves_result_at(stream.argument(3))
            stream.then(following)
            stream.otherwise(failed)
            failed.go_on(following)
        in_a_row(collect, self._clear, self._modules, self._api("PyGC_Collect"), self._look)

    def _end_process(self) -> None:
        self._flush, failed = self._libc("fflush"), self._api("PyErr_Clear")
        self._end = self._libc("_exit")
        self._interrupt = in_a_row(self._libc("signal", signal.SIGINT, 0), self._libc("raise", signal.SIGINT), self._end)
        for step in (self._finish, self._clear, self._look):
            step.otherwise(failed)
        in_a_row(failed, self._flush)
        self._finish.then(self._flush)
        self._look.then(self._flush)
        in_a_row(self._flush, self._report, self._api("PyErr_Clear"), self._end)

    def await_at(self, code_fd: int) -> None:
        """Where the program will come from."""
        self._poll[3] = code_fd | select.POLLIN << 32  # a struct pollfd

    def live_in(self, names: Dict[str, Any]) -> None:
        self._program[1] = self._program[2] = id(names)

    def await_in(self, run: Callable[[Any], Any]) -> None:
        """The program is a coroutine, for `run` to run."""
        self._run[0] = id(run)
        self._program.leaves_result_at(self._run.argument(1))
        self._program.then(self._run)

    def error(self) -> BaseException:
        """In fail(): what the program, or its compiler, raised."""
        error: BaseException = object_at(self._drop_error.argument(1))
        if self._drop_error[2]:
            error.__traceback__ = object_at(self._drop_error.argument(2))
        return error

    def returned(self) -> Any:
        return None if self._drop_returned[0] == _NONE else object_at(self._drop_returned.argument(0))

    def go_on(self, status: int = 0, shown: Optional[BaseException] = None) -> None:
        """The program's end was seen to. An error is shown first."""
        if status:
            self.end_with(status)
        if self._knows_threading is not ("threading" in sys.modules):
            self._join_threads(not self._knows_threading)
        if shown is not None:
            self._set[0], self._set[1] = id(type(shown)), id(shown)
            self._fail.then(self._set)

    def _join_threads(self, there_may_be_some: bool) -> None:
        if there_may_be_some:
            threading: Any = sys.modules["threading"]
            self._threads[0], self._unraisable[0] = id(threading._shutdown), id(threading)
        self._drop_returned.go_on(self._threads if there_may_be_some else self._exit_functions)

    def end_with(self, status: int) -> None:
        self._end[0] = status

    def end_interrupted(self) -> None:
        """By SIGINT, as a shell expects of what it interrupts: there is no report."""
        self._flush.go_on(self._interrupt)

    def flush_and_clear(self, streams: Sequence[Any]) -> None:
        """After finish()."""
        self._held = [(stream, _flush_of(stream)) for stream in streams]
        for (call, failed), (stream, flush) in zip(self._streams, self._held):
            call[0], failed[0] = id(flush), id(stream)
        self._finish.then(self._streams[0][0])

    def let_go(self, modules: List[Any]) -> bool:
        """In clear(): what becomes nobody else's, the last of it first. Whether the streams could be flushed."""
        self._held = []
        self._modules[0] = address(modules)
        return all(call[3] for call, _ in self._streams)


def in_a_row(*calls: Call) -> Call:
    """The first of them. What the last is followed by stays as it is."""
    for call, following in zip(calls, calls[1:]):
        call.go_on(following)
    return calls[0]


def _flush_of(stream: Any) -> Callable[[], Any]:
    """Or what does nothing, where there is nothing to flush."""
    try:
        return bool if stream is None or stream.closed else stream.flush
    except Exception:
        return stream.flush if hasattr(stream, "flush") else bool
