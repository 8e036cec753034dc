"""System calls that a fork makes before it is Python again.

A sandbox takes some forty steps on its way to a program. Made from Python they cost a
millisecond, nearly all of it copy-on-write faults: each wrapper and each converted argument
writes to pages that the fork shares with its zygote. So the zygote writes the calls down
once, and a hundred bytes of machine code, which touch nothing but the stack, make them:

    pid = fork()
    if pid != 0: return pid
    for call in list:
        result = system call (call.number, call.arguments)
        if result < 0: return result - (number of calls made << 12)
    return 0
"""
from __future__ import annotations

import ctypes
import os
from typing import List, Tuple, Union

from . import syscalls

_CODE = {
    "x86_64": bytes.fromhex(
        "53" "55" "4154" "4889f3" "4889f5" "ffd7" "4863c0" "4885c0" "7539"
        "488b03" "4885c0" "782f"  # next call, or the end of the list
        "488b7b08" "488b7310" "488b5318" "4c8b5320" "4c8b4328" "4c8b4b30" "4883c340" "0f05"
        "4885c0" "79d5" "4829dd" "48c1e506" "4801e8" "eb02"
        "31c0" "415c" "5d" "5b" "c3"),
    "aarch64": bytes.fromhex(
        "fd7bbea9" "f35301a9" "f30301aa" "f40301aa" "00003fd6" "007c4093" "a00100b5"
        "680240f9" "4801f8b7"  # next call, or the end of the list
        "608640a9" "628e41a9" "649642a9" "010000d4" "73020191"
        "20ffffb6" "940213cb" "0018148b" "02000014"
        "000080d2" "f35341a9" "fd7bc2a8" "c0035fd6"),
}
# number, six arguments, and one that makes them 64 bytes, by which the code counts
_WORDS = 8
_END = -1


class CallList:
    """Not to be changed but by `set` once it was forked."""

    def __init__(self) -> None:
        self._names: List[str] = []
        self._words: List[int] = []
        memory, address = syscalls.map_code(_CODE)
        self._kept: List[object] = [memory]  # and what the calls point to
        self._function = address
        self._table: "ctypes.Array[ctypes.c_int64]"
        self._address = 0

    def add(self, name: str, *arguments: Union[int, bytes, ctypes.Structure]) -> int:
        """The call's position. Bytes and structures are passed as a pointer to them; bytes end with a zero."""
        words = [syscalls.number(name), *map(self._word, arguments)]
        self._names.append(name)
        self._words += words + [0] * (_WORDS - len(words))
        return len(self._names) - 1

    def seal(self) -> None:
        """That's all of them."""
        self._table = (ctypes.c_int64 * (len(self._words) + _WORDS))(*self._words, _END)
        self._address = ctypes.addressof(self._table)

    def set(self, position: int, argument: int, value: Union[int, bytes]) -> None:
        """Another argument, from the next fork on. Bytes are to be kept by the caller for as long."""
        self._table[position * _WORDS + 1 + argument] = _address(value) if isinstance(value, bytes) else value

    def as_c_call(self) -> Tuple[int, int, int]:
        """A C function and its two arguments, which forks and makes the calls: the child's process id or -1 for its
        parent; 0 for the child, or less where a call failed (see `failure`)."""
        return self._function, syscalls.FORK, self._address  # type: ignore[return-value]

    def failure(self, outcome: int) -> OSError:
        """Of the call that failed, with its name as filename."""
        made, number = divmod(-outcome, 1 << 12)
        return OSError(number, os.strerror(number), self._names[made - 1])

    def _word(self, argument: Union[int, bytes, ctypes.Structure]) -> int:
        if isinstance(argument, int):
            return argument
        self._kept.append(argument)
        return _address(argument) if isinstance(argument, bytes) else ctypes.addressof(argument)


def _address(text: bytes) -> int:
    address = ctypes.cast(ctypes.c_char_p(text), ctypes.c_void_p).value
    assert address is not None
    return address
