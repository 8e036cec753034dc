"""A classic-BPF assembler, as much of it as a seccomp filter needs.

An instruction is (code, jump if true, jump if false, constant). A program over system
call numbers is a binary decision tree over runs of numbers with the same action: about
8 comparisons a call, and none where the kernel's own bitmap knows the answer (Linux 5.11).
"""
from __future__ import annotations

import ctypes
import struct
from typing import Dict, List, Optional, Tuple

from . import syscalls

Instruction = Tuple[int, int, int, int]
Program = List[Instruction]

LOAD, AND, JUMP = 0x20, 0x54, 0x05
IF_EQUAL, IF_GREATER, IF_GREATER_OR_EQUAL, IF_ANY_BIT, RETURN = 0x15, 0x25, 0x35, 0x45, 0x06
OFFSET_OF_NUMBER, OFFSET_OF_ARCHITECTURE = 0, 4
SET_MODE_FILTER = 1


def ret(action: int) -> Program:
    return [(RETURN, 0, 0, action)]


def load(offset: int) -> Instruction:
    return (LOAD, 0, 0, offset)


def load_argument(index: int) -> Instruction:
    """The low half of an argument: nearly every one we look at is an int for the kernel too."""
    return load(16 + 8 * index)


def load_argument_high(index: int) -> Instruction:
    """The other half, of a pointer. Both machines have the low one first."""
    return load(16 + 8 * index + 4)


def decision_tree(actions: Dict[int, Program], default: Program) -> Program:
    """Expects the call's number loaded; each action is entered with it loaded."""
    runs: List[Tuple[int, Program]] = []
    last: Optional[Program] = None
    for number in range(max(actions) + 2):
        action = actions.get(number, default)
        if action != last:
            runs.append((number, action))
            last = action
    return _tree(runs)


def _tree(runs: List[Tuple[int, Program]]) -> Program:
    if len(runs) == 1:
        return runs[0][1]
    middle = len(runs) // 2
    below, above = _tree(runs[:middle]), _tree(runs[middle:])
    if len(below) > 255:  # a conditional jump reaches 255 instructions, an unconditional one all
        return [(IF_GREATER_OR_EQUAL, 0, 1, runs[middle][0]), (JUMP, 0, 0, len(below))] + below + above
    return [(IF_GREATER_OR_EQUAL, len(below), 0, runs[middle][0])] + below + above


def assemble(program: Program) -> bytes:
    return b"".join(struct.pack("<HBBI", *instruction) for instruction in program)


class FilterProgram(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def filter_program(code: bytes) -> FilterProgram:
    return FilterProgram(len(code) // 8, code)


def install(code: bytes) -> None:
    """Binds this thread and all that it will start, for good."""
    syscalls.syscall("seccomp", SET_MODE_FILTER, 0, ctypes.byref(filter_program(code)))
