"""What a program's end is told as, and what an interpreter still has to do then.

All that an interpreter does at its end (Py_FinalizeEx) costs 50 to 500 ms in a fork, which shares its
heap with a zygote, and mostly none of it can be seen: it frees memory. So it is left out where
nothing is alive that would notice. Else what the program made goes, as it would then: `__main__`,
the modules that it imported, what they alone held; at last the finalizers of what is alive even
then, held by a module of the zygote's, are called.
"""
from __future__ import annotations

import ctypes
import errno
import gc
import io
import resource
import sys
import types
import weakref
from typing import Any, FrozenSet, Iterable, List, Optional, Set

_PYTHON = ctypes.PyDLL(None)
# As the C function PyLong_AsLong of this platform has it.
_LONG = 1 << 63
_FORK_NAMES = frozenset(("fork", "forkpty", "vfork", "posix_spawn", "posix_spawnp", "fork_exec", "_fork_exec"))
# Callbacks that only forget.
_TIDY_CALLBACKS = frozenset(("_weakrefset", "weakref", "functools", "_abc", "typing", "threading"))
_WITH_GC = 1 << 14  # Py_TPFLAGS_HAVE_GC
# Kinds of which nearly every program leaves some.
_SILENT: FrozenSet[type] = frozenset((
    dict, list, tuple, set, frozenset, types.FunctionType, types.MethodType, types.BuiltinFunctionType, types.ModuleType,
    types.CellType, types.GetSetDescriptorType, types.MemberDescriptorType, types.FrameType, types.TracebackType,
    type(type.__dict__), type(iter([])), staticmethod, classmethod, property))
# Past what a metaclass of the program's says.
_of_type: Any = type.__dict__
_bases, _namespace = _of_type["__mro__"].__get__, _of_type["__dict__"].__get__


def exit_status(e: SystemExit) -> int:
    """As the interpreter's handle_system_exit has it; the kernel keeps the low byte."""
    code = e.code
    if code is None:
        return 0
    if isinstance(code, int):
        return (int(code) if -_LONG <= code < _LONG else -1) & 0xFF
    try:
        print(code, file=sys.stderr)
    except BaseException:
        pass
    return 1


def make_room() -> None:
    """A program that met its memory limit holds on to that memory while we report it."""
    for kind in (resource.RLIMIT_DATA, resource.RLIMIT_AS):
        hard = resource.getrlimit(kind)[1]
        resource.setrlimit(kind, (hard, hard))


def limit_met(e: BaseException) -> Optional[str]:
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


class _Mark:
    """Is among what was made since the zygote, unless the program moved that about (gc.freeze)."""


class Remains:
    """Looks for what would notice the interpreter's end. Made by the zygote, which holds on to the functions it needs: a
    program may put others in their place."""

    def __init__(self) -> None:
        self._objects, self._debug = gc.get_objects, gc.get_debug
        self._collect = gc.collect
        self._silent = _SILENT | {_Mark}
        self._streams: Any = None
        self._mark: Any = None
        self._before: Set[int] = set()
        self._modules = sys.modules
        self._of_zygote: FrozenSet[str] = frozenset()
        self._taken: List[Any] = []
        self._hidden: List[Any] = []
        self._seen = True
        self._known = 0

    def know_modules(self) -> None:
        """By the zygote, whose streams a program has: those are not the program's."""
        self._streams = sys.stdout, sys.stderr
        self._known = len(self._modules)
        self._of_zygote = frozenset(sys.modules) - {"__main__"}

    def know_kinds(self) -> None:
        """By the zygote, at last: of these there are some in each sandbox."""
        self._silent = self._silent.union(map(type, self._objects()), (_Mark,))
        self._before.clear()  # practice left one for each of the zygote's objects

    def mark(self) -> None:
        """What is alive by now is not the program's."""
        self._mark = _Mark()
        self._before.clear()
        self._before.update(map(id, self._objects()))

    def matter(self) -> bool:
        """Whether anything is left for an interpreter's end to do: finalizers, callbacks, buffers."""
        try:
            out, err = self._streams
            if sys.stdout is not out or sys.stderr is not err or not (out.write_through and err.write_through):
                return True
            if not (out.buffer and err.buffer):  # none where it was detached, which raises here
                return True
            return not self._left_nothing() and self._noticed()
        except BaseException:  # no memory for the list of them, or the program put something in our way
            return True

    def finalize(self) -> None:
        """When they were taken and are gone. Those that are not are emptied, as the interpreter has it; what still lives is
        what a module of the zygote's holds, which goes last there. Other threads may use what is theirs."""
        try:
            modules: Iterable[Any] = (reference() for reference in self._taken)
            for module in (module for module in modules if module):
                for name in [n for n in vars(module) if n != "__builtins__"]:
                    vars(module)[name] = None
            self._collect()
            if not gc.callbacks and self._noticed() and self._seen and len(sys._current_frames()) == 1:
                left = self._objects()
                if not any(thing is Remains for thing in left):  # else the program unfroze the zygote's
                    noticing = [thing for thing in left if _finalizes(type(thing))]
                    files = [thing for thing in reversed(noticing) if isinstance(thing, io.IOBase)]  # a buffer before its file
                    for thing in files + [thing for thing in noticing if not isinstance(thing, io.IOBase)]:
                        _PYTHON.PyObject_CallFinalizer(ctypes.py_object(thing))
        except BaseException:
            pass  # the program's own doing

    def take(self) -> List[Any]:
        """The program's modules, in the order in which they are to go: the last first. Nothing can be imported then."""
        modules = [module for name, module in reversed(list(self._modules.items())) if name not in self._of_zygote]
        self._hidden = [self._modules[name] for name in self._of_zygote.intersection(self._modules)]
        for name in self._modules:
            self._modules[name] = None  # type: ignore[assignment]
        self._taken = [weakref.ref(m) for m in modules if isinstance(m, types.ModuleType) and m.__name__ != "__main__"]
        for name in ("last_type", "last_value", "last_traceback", "last_exc"):
            if hasattr(sys, name):
                setattr(sys, name, None)
        sys.stdin, sys.stdout, sys.stderr = sys.__stdin__, sys.__stdout__, sys.__stderr__
        return modules

    def _left_nothing(self) -> bool:
        """Whether the collector knows of no object that was not there before. Not of which kind they are: to ask that touches
        each kind, and what a fork touches is copied."""
        known, left = len(self._modules) == self._known, self._objects()
        return known and not gc.callbacks and not self._debug() and self._before.issuperset(map(id, left))

    def _noticed(self) -> bool:
        if gc.callbacks or self._debug():
            return True
        kinds = set(map(type, self._objects()))
        self._seen = _Mark in kinds
        if not self._seen:
            return True
        kinds -= self._silent
        if not kinds:
            return False
        if any(map(_finalizes, kinds)):
            return True
        telling = {kind for kind in kinds if issubclass(kind, (type, weakref.ref))}
        return bool(telling) and any(_notices(thing) for thing in self._objects() if type(thing) in telling)


def _finalizes(kind: type) -> bool:
    return any("__del__" in _namespace(base) for base in _bases(kind))


def _notices(thing: Any) -> bool:
    if isinstance(thing, weakref.ref):
        callback = thing.__callback__
        return callback is not None and getattr(callback, "__module__", "") not in _TIDY_CALLBACKS
    # Of a class whose instances the collector does not know.
    return not thing.__flags__ & _WITH_GC and _finalizes(thing)
