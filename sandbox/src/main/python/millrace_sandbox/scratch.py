"""Directories for jobs of the fallback tier, which can mount nothing.

A job's directory is the job's to fill with links and traps, so nobody privileged ever walks
it: what empties it runs as the job's user, when no process of the job is left.
"""
from __future__ import annotations

import os
from typing import NoReturn

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
