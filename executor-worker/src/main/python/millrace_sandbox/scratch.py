"""Directories for jobs of the fallback tier, which can mount nothing.

A job's directory is the job's to fill with links and traps, so nobody privileged ever walks
it: what empties it runs as the job's user, when no process of the job is left.
"""
from __future__ import annotations

import os
import shutil
import tempfile

from .lockdown import Confinement

_PREFIX = "millrace-"


def make_root(parent: str) -> str:
    """For one keeper; those of keepers that were killed are swept."""
    parent = parent or tempfile.gettempdir()
    for name in os.listdir(parent):
        pid = name[len(_PREFIX):].partition("-")[0]
        if name.startswith(_PREFIX) and pid.isdigit() and not os.path.exists("/proc/" + pid):
            shutil.rmtree(os.path.join(parent, name), ignore_errors=True)  # follows no link, by descriptors
    path = tempfile.mkdtemp(prefix="%s%d-" % (_PREFIX, os.getpid()), dir=parent)
    os.chmod(path, 0o711)
    return path


def remove_root(path: str) -> None:
    if path:
        shutil.rmtree(path, ignore_errors=True)


def make(root: str, sandbox_id: int, confinement: Confinement) -> str:
    path = "%s/%d-%d" % (root, os.getpid(), sandbox_id)
    os.mkdir(path, 0o700)
    if confinement.change_user:
        os.chown(path, confinement.settings.job_uid, confinement.settings.job_uid)
    return path


def remove(path: str, confinement: Confinement) -> None:
    pid = os.fork()
    if pid:
        os.waitpid(pid, 0)
        os.rmdir(path)
        return
    if confinement.change_user:
        uid = confinement.settings.job_uid
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    os.chdir(path)
    for entry in os.scandir("."):
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.name, ignore_errors=True)
        else:
            os.unlink(entry.name)
    os._exit(0)
