"""Where the directories of a slot's jobs lie, in the fallback tier: made and removed by the keeper."""
from __future__ import annotations

import os
import shutil
import tempfile

_PREFIX = "millrace-"


def make(parent: str) -> str:
    """For one keeper; those of keepers that were killed are swept."""
    parent = parent or tempfile.gettempdir()
    for name in os.listdir(parent):
        pid = name[len(_PREFIX):].partition("-")[0]
        if name.startswith(_PREFIX) and pid.isdigit() and not os.path.exists("/proc/" + pid):
            shutil.rmtree(os.path.join(parent, name), ignore_errors=True)  # follows no link, by descriptors
    path = tempfile.mkdtemp(prefix="%s%d-" % (_PREFIX, os.getpid()), dir=parent)
    os.chmod(path, 0o711)
    return path


def remove(path: str) -> None:
    if path:
        shutil.rmtree(path, ignore_errors=True)
