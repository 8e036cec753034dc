"""Fills the holes of a zygote's heap, so that what its forks allocate lies close together.

A heap after many imports is full of small free places. What a fork puts into one copies the page around it, which
it shares with the zygote: two microseconds a page, and fifty or sixty pages a job. With its holes taken, for as
long as the zygote lives, a fork writes to fresh memory, each page of which takes many objects. It costs the zygote
no memory that it did not have: free places of pages in use. Where an allocator is another one than is known here, nothing
happens.
"""
from __future__ import annotations

import ctypes
import sys

_LARGEST_SMALL_OBJECT, _ALIGNMENT = 512, 16  # Objects/obmalloc.c
_POOL_BYTES = 1 << (14 if sys.version_info >= (3, 10) else 12)
# What has been given of a pool's blocks stands first in it.
_blocks_given = ctypes.c_uint.from_address
_FRESH_POOL_HAS = 3  # blocks, at most: this function's own integers come from pools too
_AT_MOST = 1 << 16  # blocks of a size: a bound for an allocator that works in another way
_LARGEST_CHUNK = 1 << 16  # below what malloc maps
_SMALLEST_CHUNK, _LARGEST_BIN_OF_ONE_SIZE = 24, 1032  # malloc/malloc.c


_PYTHON, _LIBC = ctypes.PyDLL(None), ctypes.CDLL(None)


class _MallocInfo(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in (
        "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost")]


# Here, and not in what fills: that leaves nothing for the garbage collector, which a fork would look through.
_PYTHON.PyObject_Malloc.restype = _LIBC.malloc.restype = _LIBC.sbrk.restype = ctypes.c_void_p
_PYTHON.PyObject_Malloc.argtypes = _LIBC.malloc.argtypes = [ctypes.c_size_t]
_LIBC.free.argtypes = [ctypes.c_void_p]
if hasattr(_LIBC, "mallinfo2"):  # glibc has it since 2.33
    _LIBC.mallinfo2.restype = _MallocInfo


def fill() -> None:
    if sys.implementation.name == "cpython" and not sys.abiflags:  # else of debugging, or without the GIL
        _fill_pools()
    _fill_between_chunks()


def _fill_pools() -> None:
    """CPython's own, for small objects: each size has pools, of which one that was used before comes first."""
    allocate = _PYTHON.PyObject_Malloc
    for _ in range(2):  # what the first time itself gave back is taken in the second
        for size in range(_LARGEST_SMALL_OBJECT, 0, -_ALIGNMENT):
            for _ in range(_AT_MOST):
                if _blocks_given(allocate(size) & -_POOL_BYTES).value <= _FRESH_POOL_HAS:
                    break


def _fill_between_chunks() -> None:
    """The C library's, for all else: chunks that are free lie below the top one, from which it cuts when there is none."""
    if not hasattr(_LIBC, "mallinfo2"):
        return
    top = _LIBC.sbrk(0) - _LIBC.mallinfo2().keepcost
    size = _LARGEST_CHUNK
    while size >= _SMALLEST_CHUNK:
        chunk = _LIBC.malloc(size)
        if not chunk or chunk >= top:
            _LIBC.free(chunk)
            size = size // 2 if size > 2 * _LARGEST_BIN_OF_ONE_SIZE else size - _ALIGNMENT
