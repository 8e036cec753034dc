"""An interpreter's life in a sandbox, as C calls with no Python frame of ours below the program's.

    code = begin()                                  waits for the program and compiles it
    returned = PyEval_EvalCode(code, names, names)  and asyncio.run(returned) for a top-level await
    error = PyErr_Fetch(), normalized               where one of them raised
    tell()                                          sees what became of it
    PyErr_PrintEx(error)                            where it is to be shown: the program's excepthook, or the interpreter's printer
    threading._shutdown(), atexit._run_exitfuncs()  as Py_FinalizeEx has it
    finish()                                        looks whether anything would notice the rest
        stdout.flush(), stderr.flush()
        PyGC_Collect(), clear(), PyGC_Collect()     what the program made goes, with its `__main__`
        look()                                      whether anything of it is left
    fflush(NULL), report()                          mostly; else, where something is left that would notice,
        Py_FinalizeEx(), exit(status)               and the report is C's last exit function

Where one of our own functions fails, since the program took away what it needs (builtins, say), the end goes on
without it, and is told by the exit status.
"""
from __future__ import annotations

import atexit
import ctypes
import signal
import sys
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence

from .c_calls import Call, CCalls, address, keep, objects_at, of_libc, of_python

FLUSH_FAILED = 120


class Steps(NamedTuple):
    """Ours, in their order."""

    tell: Callable[[], None]
    finish: Callable[[], None]
    clear: Callable[[], None]
    look: Callable[[], None]
    report: Callable[[], None]


class Life:
    def __init__(self, steps: Steps) -> None:
        self.calls = CCalls()
        self._tell, self._finish, self._clear, self._look, self._report = map(self.calls.python, steps)
        self._run_program()
        self._show_error()
        self._call_exit_functions()
        self._clear_away()
        self._end_process()

    def begin_with(self, begin: Callable[[], Any]) -> Call:
        """Its first call."""
        first = self.calls.python(begin)
        first.result = self._program.argument(0)
        first.go_on(self._program, self._fetch)
        return first

    def _api(self, name: str, *arguments: Any) -> Call:
        return self.calls.add(of_python(name), *arguments)

    def _libc(self, name: str, *arguments: Any) -> Call:
        return self.calls.add(of_libc(name), *arguments)

    def _run_program(self) -> None:
        self._program, self._run = self._api("PyEval_EvalCode"), self._api("PyObject_CallFunctionObjArgs")
        self._drop_error, self._drop_returned = self._api("PyErr_Restore"), self._api("Py_DecRef")
        self._program.result = self._run.result = returned = self._drop_returned.argument(0)
        error = [self._drop_error.argument(index) for index in range(3)]  # type, value, traceback
        self._fetch, normalize = self._api("PyErr_Fetch", *error), self._api("PyErr_NormalizeException", *error)
        self._program.go_on(self._tell, self._fetch)
        self._run.go_on(self._tell, self._fetch)
        in_a_row(self._fetch, normalize, self._tell)
        self._error, self._traceback, self._returned = objects_at(error[1]), objects_at(error[2]), objects_at(returned)

    def _show_error(self) -> None:
        self._set, show = self._api("PyErr_SetObject"), self._api("PyErr_PrintEx", 1)
        in_a_row(self._set, show, self._drop_error, self._api("PyErr_Clear"), self._drop_returned)
        failed, again, copy = self._api("PyErr_Clear"), self._api("PyErr_Restore"), self._libc("memcpy")
        copy.arguments[:3] = [again.argument(0), self._drop_error.argument(0), 3 * ctypes.sizeof(ctypes.c_void_p)]
        raised, show = self._api("PyErr_Occurred"), self._api("PyErr_PrintEx", 1)
        well, badly = (in_a_row(self._api("Py_FinalizeEx"), self._libc("exit", status)) for status in (0, 1))
        self._tell.otherwise = ctypes.addressof(in_a_row(failed, copy, again, raised))
        raised.go_on(show, well)
        show.go_on(badly)

    def _call_exit_functions(self) -> None:
        self._threads, self._unraisable = self._api("PyObject_CallObject"), self._api("PyErr_WriteUnraisable")
        self._exit_functions, failed = self._api("PyObject_CallObject"), self._api("PyErr_Clear")
        self._exit_functions.arguments[0] = address(atexit._run_exitfuncs)
        self._threads.go_on(self._exit_functions, self._unraisable)
        in_a_row(self._unraisable, self._exit_functions)
        self._exit_functions.go_on(self._finish, failed)
        in_a_row(failed, self._finish)

    def _clear_away(self) -> None:
        self._streams = [(self._api("PyObject_CallObject"), self._api(failed))
                         for failed in ("PyErr_WriteUnraisable", "PyErr_Clear")]
        collect, self._modules = self._api("PyGC_Collect"), self._api("Py_DecRef")
        for (stream, failed), following in zip(self._streams, (self._streams[1][0], collect)):
            stream.result = stream.argument(3)
            stream.go_on(following, failed)
            failed.go_on(following)
        in_a_row(collect, self._clear, self._modules, self._api("PyGC_Collect"), self._look)

    def _end_process(self) -> None:
        self._flush, failed = self._libc("fflush"), self._api("PyErr_Clear")
        self._finalize, adopt, self._end = self._api("Py_FinalizeEx"), self._libc("memcpy"), self._libc("exit")
        self._interrupt = in_a_row(self._libc("signal", signal.SIGINT, 0), self._libc("raise", signal.SIGINT), self._end)
        self._say = self._libc("write", -1)
        self.calls.at_exit(self._say)  # from now on, so that what a program registers comes first
        for step in (self._finish, self._clear, self._look):
            step.otherwise = ctypes.addressof(failed)
        in_a_row(failed, self._flush)
        self._finish.then = self._look.then = ctypes.addressof(self._flush)
        in_a_row(self._flush, self._report, self._api("PyErr_Clear"), self._end)
        self._worse = keep((ctypes.c_void_p * 3)())
        adopt.arguments[:3] = [self._say.argument(0), ctypes.addressof(self._worse), ctypes.sizeof(self._worse)]
        self._finalize.go_on(adopt, self._end)
        in_a_row(adopt, self._libc("exit", FLUSH_FAILED))

    def live_in(self, names: Dict[str, Any]) -> None:
        self._program.arguments[1] = self._program.arguments[2] = id(names)

    def await_in(self, run: Callable[[Any], Any]) -> None:
        """The program is a coroutine, for `run` to run."""
        self._run.arguments[0] = id(run)
        self._program.result = self._run.argument(1)
        self._program.then = ctypes.addressof(self._run)

    def error(self) -> Optional[BaseException]:
        """What the program, or its compiler, raised."""
        error, traceback = _there(self._error), _there(self._traceback)
        if error is not None and traceback is not None:
            error.__traceback__ = traceback
        return error

    def returned(self) -> Any:
        return _there(self._returned)

    def go_on(self, status: int, shown: Optional[BaseException] = None) -> None:
        """After tell(). An error is shown first."""
        self._end.arguments[0] = status
        threading = sys.modules.get("threading")
        if threading is None:
            self._drop_returned.go_on(self._exit_functions)
        else:
            self._threads.arguments[0] = id(threading._shutdown)  # type: ignore[attr-defined]
            self._unraisable.arguments[0] = id(threading)
            self._drop_returned.go_on(self._threads)
        if shown is None:
            self._tell.then = ctypes.addressof(self._drop_error)
        else:
            self._set.arguments[0], self._set.arguments[1] = id(type(shown)), id(shown)
            self._tell.then = ctypes.addressof(self._set)

    def end_interrupted(self) -> None:
        """By SIGINT, as a shell expects of what it interrupts: there is no report."""
        self._flush.go_on(self._interrupt)
        self._finalize.otherwise = ctypes.addressof(self._interrupt)

    def flush_and_clear(self, streams: Sequence[Any]) -> None:
        """After finish()."""
        self._held = [(stream, _flush_of(stream)) for stream in streams]
        for (call, failed), (stream, flush) in zip(self._streams, self._held):
            call.arguments[0], failed.arguments[0] = id(flush), id(stream)
        self._finish.then = ctypes.addressof(self._streams[0][0])

    def let_go(self, modules: List[Any]) -> bool:
        """In clear(): what becomes nobody else's, the last of it first. Whether the streams could be flushed."""
        self._held = []
        self._modules.arguments[0] = address(modules)
        return all(call.arguments[3] for call, _ in self._streams)

    def finalize(self, status: int) -> None:
        """After look(): all of an interpreter's end."""
        self._end.arguments[0] = status
        self._look.then = ctypes.addressof(self._finalize)

    def say_at_exit(self, fd: int, report: bytes, worse: bytes) -> None:
        """The last that is written; `worse` where a flush has failed."""
        for place, text in ((self._say.arguments, report), (self._worse, worse)):
            buffer = keep(ctypes.create_string_buffer(text, len(text)))
            place[0], place[1], place[2] = fd, ctypes.addressof(buffer), len(text)


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


def _there(place: Any) -> Any:
    try:
        return place.value
    except ValueError:
        return None
