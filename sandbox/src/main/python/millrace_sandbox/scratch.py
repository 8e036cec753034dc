"""Directories that are written to: those of jobs of the fallback tier, which can mount nothing, and one for imports.

A job's directory is the job's to fill with links and traps, so nobody privileged ever walks
it: what empties it runs as the job's user, when no process of the job is left.
"""
from __future__ import annotations

import contextlib
import os
from typing import Iterator, NoReturn

from . import root_fs, syscalls
from .lockdown import Confinement


def make(root: str, sandbox_id: int, confinement: Confinement) -> str:
    path = "%s/%d-%d" % (root, os.getpid(), sandbox_id)
    os.mkdir(path, 0o700)
    if confinement.change_user:
        os.chown(path, confinement.settings.job_uid, confinement.settings.job_uid)
    return path


def start_to_empty(path: str, confinement: Confinement) -> int:
    """The process that does."""
    pid = os.fork()
    if pid == 0:
        _empty_as_job_user(path, confinement)
    return pid


def remove(path: str) -> None:
    """Once it is empty."""
    try:
        os.rmdir(path)
    except OSError:
        pass  # the keeper removes what is left, at its end


def become_job_user(confinement: Confinement) -> None:
    if confinement.change_user:
        uid = confinement.settings.job_uid
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)


def _empty_as_job_user(path: str, confinement: Confinement) -> NoReturn:
    try:
        become_job_user(confinement)
        os.chdir(path)
        empty(".")
    finally:
        os._exit(0)


def empty(folder: str) -> None:
    """Directories within directories are moved to the top first: however deep, no path and no stack gets long."""
    token = os.urandom(8).hex()
    moved = 0
    while True:
        entries = list(os.scandir(folder))
        if not entries:
            return
        for entry in entries:
            if not entry.is_dir(follow_symlinks=False):
                os.unlink(entry.path)
                continue
            os.chmod(entry.path, 0o700)
            for inner in list(os.scandir(entry.path)):
                if inner.is_dir(follow_symlinks=False):
                    os.chmod(inner.path, 0o700)
                    os.rename(inner.path, "%s/%s-%d" % (folder, token, moved))
                    moved += 1
                else:
                    os.unlink(inner.path)
            os.rmdir(entry.path)


@contextlib.contextmanager
def for_imports(root: str, font_list: str) -> Iterator[None]:
    """While a zygote imports: matplotlib.pyplot, for one, must have a folder to write to, and remembers it. In the tree that
    jobs will see, where there is no `root`, it lies where each sandbox has its own. `font_list` is the host's path, or ""."""
    if root:
        home = "%s/imports-%d" % (root, os.getpid())
        os.mkdir(home, 0o700)
    else:
        home = root_fs.SCRATCH
        flags = syscalls.MS_NOSUID | syscalls.MS_NODEV
        syscalls.mount("imports", home, "tmpfs", flags, "size=16m,nr_inodes=256,mode=700")
        if font_list:
            font_list = root_fs.font_list_inside(font_list)
    try:
        os.environ["MPLCONFIGDIR"] = drawing = os.path.join(home, root_fs.DRAWING)
        os.mkdir(drawing)
        if font_list:
            os.symlink(font_list, os.path.join(drawing, os.path.basename(font_list)))
        yield
    finally:
        del os.environ["MPLCONFIGDIR"]
        if root:
            empty(home)
            os.rmdir(home)
        else:
            syscalls.unmount(home)
