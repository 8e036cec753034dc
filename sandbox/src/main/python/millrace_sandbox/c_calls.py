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
import functools
import mmap
import sys
from typing import Any, Callable, List, NoReturn

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


WORD, _UNSIGNED = 8, (1 << 64) - 1
# Of a call: a function, four arguments, where the result goes, what is next where that is not 0, and where it is.
_FUNCTION, _ARGUMENTS, _RESULT, _THEN, _OTHERWISE, _WORDS = 0, 1, 5, 6, 7, 8


class Call:
    """One of them. What is not set stays zero: an argument, or the end of the list."""

    __slots__ = ("address", "_words", "_first")

    def __init__(self, words: memoryview, page: int, number: int) -> None:
        self._words, self._first = words, number * _WORDS
        self.address = page + self._first * WORD

    def __setitem__(self, argument: int, value: int) -> None:
        self._words[self._first + _ARGUMENTS + argument] = value

    def __getitem__(self, argument: int) -> int:
        return self._words[self._first + _ARGUMENTS + argument]

    def argument(self, index: int) -> int:
        """The address of an argument, where another call may leave its result."""
        return self.address + (_ARGUMENTS + index) * WORD

    def calls(self, function: int) -> None:
        self._words[self._first + _FUNCTION] = function

    def leaves_result_at(self, address: int) -> None:
        self._words[self._first + _RESULT] = address

    def then(self, call: "Call") -> None:
        self._words[self._first + _THEN] = call.address

    def otherwise(self, call: "Call") -> None:
        self._words[self._first + _OTHERWISE] = call.address

    def go_on(self, call: "Call") -> None:
        """Whatever the result."""
        self.then(call)
        self.otherwise(call)


class CCalls:
    """A list of them, on a page of its own. Lives as long as the process: nothing of it is ever freed."""

    def __init__(self) -> None:
        code, self._run = syscalls.map_code(_CODE)
        page = keep(mmap.mmap(-1, mmap.PAGESIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS))
        keep(code)
        self._page = ctypes.addressof(keep(ctypes.c_char.from_buffer(page)))
        self._words = keep(memoryview(page).cast("Q"))
        self._used = 1  # the first takes the results that nobody asks for

    def add(self, function: int, *arguments: Any) -> Call:
        """Arguments are integers or Python objects, of which the address is passed."""
        call = Call(self._words, self._page, self._used)
        self._used += 1
        call.calls(function)
        call.leaves_result_at(self._page)
        for index, argument in enumerate(arguments):
            call[index] = argument & _UNSIGNED if isinstance(argument, int) else address(argument)
        return call

    def python(self, function: Callable[[], Any]) -> Call:
        """A call of a Python function, whose result is a new reference, or 0 where it raised."""
        return self.add(of_python("PyObject_CallObject"), function)

    def way_out_of_python(self, first: Call) -> Callable[[], NoReturn]:
        """Gives up this thread's state, with all Python frames that it has, and begins with `first` on a new one. That
        is made when there is no other: PyGILState_Ensure knows it then, and 3.13 takes it for its main thread's."""
        current, interpreter_of = _PYTHON.PyThreadState_Get, _PYTHON.PyThreadState_GetInterpreter
        current.restype = interpreter_of.restype = ctypes.c_void_p
        interpreter_of.argtypes = [ctypes.c_void_p]
        old = current()
        interpreter = interpreter_of(old)
        made, taken = self._python("PyThreadState_New", interpreter), self._python("PyEval_RestoreThread")
        made.leaves_result_at(taken.argument(0))
        gone = self._python("PyThreadState_DeleteCurrent")
        if sys.version_info >= (3, 13):
            order = [self._python("PyThreadState_Clear", old), gone, made, taken]
        else:
            order = [*self._swapped(old, interpreter), made, *self._current_cleared(), gone, taken]
        for step, following in zip(order, [*order[1:], first]):
            step.go_on(following)
        return functools.partial(ctypes.PYFUNCTYPE(None, ctypes.c_void_p)(self._run), order[0].address)

    def _swapped(self, old: int, interpreter: int) -> List[Call]:
        """Up to 3.12 a state that is made when there is no other is fatal: there is an interim one."""
        made, swapped = self._python("PyThreadState_New", interpreter), self._python("PyThreadState_Swap")
        made.leaves_result_at(swapped.argument(0))
        return [made, swapped, self._python("PyThreadState_Clear", old), self._python("PyThreadState_Delete", old)]

    def _current_cleared(self) -> List[Call]:
        current, cleared = self._python("PyThreadState_Get"), self._python("PyThreadState_Clear")
        current.leaves_result_at(cleared.argument(0))
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


def object_at(place: int) -> Any:
    """What a call left there, which must not be 0."""
    return ctypes.py_object.from_address(place).value
