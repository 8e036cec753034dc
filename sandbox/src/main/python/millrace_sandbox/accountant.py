"""Counts what a job of the fallback tier has on disk, which no file system does there, and tells when it is too much.

Runs as the job's user, in a process of its own that ends with the job: names and links in a
job's directory are the job's, so nobody privileged looks at them. Files that have no name any
more, but are open, are found by the job's descriptors.
"""
from __future__ import annotations

import os
import signal
import time
from typing import Iterator, NoReturn

from . import scratch, syscalls
from .lockdown import Confinement

TOO_MUCH = 1
_SECONDS_BETWEEN_COUNTS = 0.02
_BLOCK = 512  # of st_blocks
# Folders and the program itself: one file of just the limit, which ends in EFBIG, is the job's to handle.
_SLACK = 1 << 20


def start(path: str, job: int, confinement: Confinement) -> int:
    """The process; its exit status is TOO_MUCH, or that of one that was killed."""
    zygote = os.getpid()
    pid = os.fork()
    if pid == 0:
        try:
            scratch.become_job_user(confinement)
            syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() == zygote:
                _count(path, job, confinement)
        finally:
            os._exit(0)
    return pid


def _count(path: str, job: int, confinement: Confinement) -> NoReturn:
    settings = confinement.settings
    while True:
        size = entries = 0
        for found in _all(path, job):
            size += found.st_blocks * _BLOCK
            entries += 1
            if size > settings.tmp_bytes + _SLACK or entries > settings.tmp_inodes:
                os._exit(TOO_MUCH)
        time.sleep(_SECONDS_BETWEEN_COUNTS)


def _all(path: str, job: int) -> Iterator[os.stat_result]:
    device = os.lstat(path).st_dev
    folders = [path]
    while folders:
        folder = folders.pop()
        try:
            for entry in os.scandir(folder):
                try:
                    yield entry.stat(follow_symlinks=False)
                except OSError:
                    continue  # gone meanwhile
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
        except PermissionError:
            os.chmod(folder, 0o700)  # made so that nobody sees into it
            folders.append(folder)
        except OSError:
            continue
    yield from _nameless(device, job)


def _nameless(device: int, job: int) -> Iterator[os.stat_result]:
    seen = set()
    for fd in os.listdir("/proc/%d/fd" % job):
        try:
            found = os.stat("/proc/%d/fd/%s" % (job, fd))
        except OSError:
            continue
        if found.st_dev == device and not found.st_nlink and found.st_ino not in seen:
            seen.add(found.st_ino)
            yield found
