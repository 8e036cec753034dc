"""C functions that are called one after the other, with no Python frame below them.

Machine code walks a list of calls, so that a Python function among them finds an empty stack
below itself, as it does when the interpreter's own main() calls it:

    while call:
        result = call.function(four arguments)
        *call.result = result
        call = call.then if result else call.otherwise
"""
from __future__ import annotations

import ctypes
import mmap
import sys
from typing import Any, Callable, List, NoReturn, Optional

from . import syscalls

_CODE = {
    "x86_64": bytes.fromhex(
        "53" "4889fb"
        "4885db" "742c"  # next call, or the end of the list
        "488b7b08" "488b7310" "488b5318" "488b4b20" "31c0" "ff13"
        "488b5328" "488902" "4885c0" "488b5330" "488b5b38" "480f45da" "ebcf"
        "5b" "c3"),
    "aarch64": bytes.fromhex(
        "fd7bbea9" "fd030091" "f30b00f9" "f30300aa"
        "730100b4"  # next call, or the end of the list
        "690240a9" "610a41a9" "631240f9" "20013fd6"
        "691640f9" "200100f9" "6a2e43a9" "1f0000f1" "53118b9a" "f6ffff17"
        "f30b40f9" "fd7bc2a8" "c0035fd6"),
}
# Not ctypes.pythonapi, which is the program's to find as it always is.
_PYTHON, _LIBC = ctypes.PyDLL(None), ctypes.CDLL(None)


class Call(ctypes.Structure):
    """One of them. What is not set stays zero: an argument, or the end of the list."""

    _fields_ = [("function", ctypes.c_void_p), ("arguments", ctypes.c_void_p * 4), ("result", ctypes.c_void_p),
                ("then", ctypes.c_void_p), ("otherwise", ctypes.c_void_p)]

    def argument(self, index: int) -> int:
        """The address of an argument, where another call may leave its result."""
        return ctypes.addressof(self) + Call.arguments.offset + index * ctypes.sizeof(ctypes.c_void_p)

    def go_on(self, then: Optional["Call"], otherwise: Optional["Call"] = None) -> None:
        """Where there is no `otherwise`, the result is of no interest."""
        self.then = ctypes.addressof(then) if then else None
        self.otherwise = ctypes.addressof(otherwise or then) if otherwise or then else None


class CCalls:
    """A list of them, on a page of its own. Lives as long as the process: nothing of it is ever freed."""

    def __init__(self) -> None:
        code, self._run = syscalls.map_code(_CODE)
        page = mmap.mmap(-1, mmap.PAGESIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        self._all = (Call * (mmap.PAGESIZE // ctypes.sizeof(Call))).from_buffer(page)
        self._used = 1  # the first takes the results that nobody asks for
        for kept in (code, page, self._all):
            keep(kept)

    def add(self, function: int, *arguments: Any) -> Call:
        """Arguments are integers or Python objects, of which the address is passed."""
        call = self._all[self._used]
        self._used += 1
        call.function = function
        call.result = ctypes.addressof(self._all)
        for index, argument in enumerate(arguments):
            call.arguments[index] = argument if isinstance(argument, int) else address(argument)
        return call

    def python(self, function: Callable[[], Any]) -> Call:
        """A call of a Python function, whose result is a new reference, or 0 where it raised."""
        return self.add(of_python("PyObject_CallObject"), function)

    def at_exit(self, first: Call) -> None:
        """To be made by C's exit(), after what is registered later."""
        getattr(_LIBC, "__cxa_atexit")(ctypes.c_void_p(self._run), ctypes.c_void_p(ctypes.addressof(first)), None)

    def leave_python_and_run(self, first: Call) -> NoReturn:
        """Gives up this thread's state, with all Python frames that it has, and begins with `first` on a new one. That
        is made when there is no other: PyGILState_Ensure knows it then, and 3.13 takes it for its main thread's."""
        current, interpreter_of = _PYTHON.PyThreadState_Get, _PYTHON.PyThreadState_GetInterpreter
        current.restype = interpreter_of.restype = ctypes.c_void_p
        interpreter_of.argtypes = [ctypes.c_void_p]
        old = current()
        interpreter = interpreter_of(old)
        made, taken = self._python("PyThreadState_New", interpreter), self._python("PyEval_RestoreThread")
        made.result = taken.argument(0)
        gone = self._python("PyThreadState_DeleteCurrent")
        if sys.version_info >= (3, 13):
            order = [self._python("PyThreadState_Clear", old), gone, made, taken]
        else:
            order = [*self._swapped(old, interpreter), made, *self._current_cleared(), gone, taken]
        for step, following in zip(order, [*order[1:], first]):
            step.go_on(following)
        ctypes.PYFUNCTYPE(None, ctypes.c_void_p)(self._run)(ctypes.addressof(order[0]))
        raise AssertionError("the list has no end")

    def _swapped(self, old: int, interpreter: int) -> List[Call]:
        """Up to 3.12 a state that is made when there is no other is fatal: there is an interim one."""
        made, swapped = self._python("PyThreadState_New", interpreter), self._python("PyThreadState_Swap")
        made.result = swapped.argument(0)
        return [made, swapped, self._python("PyThreadState_Clear", old), self._python("PyThreadState_Delete", old)]

    def _current_cleared(self) -> List[Call]:
        current, cleared = self._python("PyThreadState_Get"), self._python("PyThreadState_Clear")
        current.result = cleared.argument(0)
        return [current, cleared]

    def _python(self, name: str, *arguments: int) -> Call:
        return self.add(of_python(name), *arguments)


def of_python(name: str) -> int:
    return _address_of(getattr(_PYTHON, name))


def of_libc(name: str) -> int:
    return _address_of(getattr(_LIBC, name))


def _address_of(function: Any) -> int:
    found = ctypes.cast(function, ctypes.c_void_p).value
    assert found is not None
    return found


def keep(thing: Any) -> Any:
    """For good: the interpreter's end does not free it either."""
    _PYTHON.Py_IncRef(ctypes.py_object(thing))
    return thing


def address(thing: Any) -> int:
    return id(keep(thing))


def objects_at(place: int) -> "ctypes.py_object[Any]":
    """What a call left there; its `value` raises ValueError where there is none."""
    return ctypes.py_object.from_address(place)
