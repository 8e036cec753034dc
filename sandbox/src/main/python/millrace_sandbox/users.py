"""Which user a slot's jobs run as, where that can be chosen: one that no other slot of this host has.

The kernel counts processes by user (RLIMIT_NPROC). Of two slots with one user, a job of the
one would find its limit used up by the other's. So each keeper claims a number by a lock, of
which death lets go. Containers that share neither files nor a user namespace can't see each
other's locks: they are to have a `uid_base` each.
"""
from __future__ import annotations

import fcntl
import os
import stat
from typing import Optional, Tuple

from .settings import Settings

# More than any worker has slots. With the default base they are numbers that neither Debian nor systemd gives to anybody
# (https://systemd.io/UIDS-GIDS), and that a pod's user namespace of 65536 has.
COUNT = 256
FOLDERS = ("/run/millrace-users", "/tmp/millrace-users")


def claim(settings: Settings, folders: Tuple[str, ...] = FOLDERS) -> Tuple[Settings, Optional[int]]:
    """The settings with the user claimed, and the descriptor that holds the claim. None where nothing can be locked: the
    number is then the slot's, as distinct as slots are."""
    folder = next((path for path in folders if _is_ours(path)), None)
    if folder is None:
        return settings, None
    for offset in range(COUNT):
        uid = settings.uid_base + 1 + (settings.slot + offset) % COUNT
        fd = os.open("%s/%d" % (folder, uid), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return settings._replace(claimed_uid=uid), fd
        except BlockingIOError:
            os.close(fd)
    raise OSError(11, "all %d users for jobs are taken: end workers, or give this one another uid_base (uid_base is %d)"
                  % (COUNT, settings.uid_base))


def _is_ours(folder: str) -> bool:
    try:
        os.makedirs(folder, 0o700, exist_ok=True)
        found = os.lstat(folder)
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and os.access(folder, os.W_OK)
