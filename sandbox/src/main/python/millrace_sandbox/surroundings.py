"""What a program finds around it: nothing of ours, but what an interpreter that was started for it would have."""
from __future__ import annotations

import builtins
import importlib.machinery
import io
import os
import signal
import sys
import types
from typing import Any, Dict

from . import root_fs

PROGRAM = "main.py"


def become_anonymous() -> None:
    """By the zygote, once: what it does here, no sandbox has to."""
    sys.argv = [PROGRAM]
    sys.orig_argv = ["python3", "-u", PROGRAM]  # type: ignore[attr-defined]
    for name in [m for m in sys.modules if m == __package__ or m.startswith(__package__ + ".")]:
        del sys.modules[name]
    os.umask(0o022)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    _open_standard_streams()


def begin_main_thread_anew() -> None:
    """To `threading`, up to 3.12, a thread has ended when its interpreter's state of it was given up."""
    threading: Any = sys.modules.get("threading")
    if hasattr(getattr(threading, "Thread", None), "_set_tstate_lock"):
        threading.main_thread()._set_tstate_lock()


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
        raw.name = "<%s>" % name  # type: ignore[misc]
        stream = io.TextIOWrapper(buffer, encoding="utf-8", write_through=True,
                                  errors="backslashreplace" if name == "stderr" else "surrogateescape")
        stream.mode = mode  # type: ignore[misc]
        setattr(sys, name, stream)
        setattr(sys, "__%s__" % name, stream)
    for fd, before in zip((1, 2), ours):
        os.dup2(before, fd)
    for fd in (reading, writing, *ours):
        os.close(fd)


def live_in(directory: str, font_list: str) -> None:
    sys.path.insert(0, directory)
    if font_list:
        os.environ["MPLCONFIGDIR"] = os.path.join(os.path.dirname(directory), root_fs.DRAWING)
    os.environ["PWD"] = directory
    if not directory.startswith(root_fs.SCRATCH):  # the fallback tier has no tree of its own
        os.environ.update(HOME=directory, TMPDIR=os.path.join(os.path.dirname(directory), root_fs.TMP))


def new_main(directory: str) -> Dict[str, Any]:
    """The names of a new `__main__`, whose file will lie in that directory."""
    main = sys.modules["__main__"] = types.ModuleType("__main__")
    path = "%s/%s" % (directory, PROGRAM)
    names = main.__dict__
    names["__loader__"] = importlib.machinery.SourceFileLoader("__main__", path)
    if sys.version_info < (3, 14):
        names["__annotations__"] = {}
    names.update(__builtins__=builtins, __file__=path, __cached__=None)
    return names
