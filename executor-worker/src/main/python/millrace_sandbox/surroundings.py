"""What a program finds around it: nothing of ours, but what an interpreter that was started for it would have."""
from __future__ import annotations

import builtins
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
    sys.orig_argv = ["python3", PROGRAM]
    for name in [m for m in sys.modules if m == __package__ or m.startswith(__package__ + ".")]:
        del sys.modules[name]
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    _open_standard_streams()


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
        stream = io.TextIOWrapper(buffer, encoding="utf-8", errors="strict" if mode == "r" else "backslashreplace",
                                  write_through=mode == "w")
        stream.mode = mode  # type: ignore[misc]
        setattr(sys, name, stream)
        setattr(sys, "__%s__" % name, stream)
    for fd, before in zip((1, 2), ours):
        os.dup2(before, fd)
    for fd in (reading, writing, *ours):
        os.close(fd)


def live_in(directory: str) -> Dict[str, Any]:
    """The names of a new `__main__`, whose file will lie in that directory."""
    sys.path.insert(0, directory)
    os.environ["PWD"] = directory
    if not directory.startswith(root_fs.SCRATCH):  # the fallback tier has no tree of its own
        os.environ.update(HOME=directory, TMPDIR=os.path.join(os.path.dirname(directory), root_fs.TMP))
    main = sys.modules["__main__"] = types.ModuleType("__main__")
    path = "%s/%s" % (directory, PROGRAM)
    main.__dict__.update(__builtins__=builtins, __file__=path, __cached__=None)
    return main.__dict__
