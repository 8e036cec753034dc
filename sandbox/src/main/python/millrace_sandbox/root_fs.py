"""The file tree that jobs see, built once by each zygote and read-only from then on.

A tmpfs with read-only binds of the Python runtime, a handful of device nodes and a few
files under /etc. The zygote pivots into it and lets go of the host's tree, so that no
process below it has a path back. Each sandbox adds a /scratch of its own, on which /tmp,
/dev/shm and the working directory lie.
"""
from __future__ import annotations

import errno
import os
import stat
import sys
import sysconfig
from typing import Any, Dict, Iterator, List, Sequence, Set, Tuple

from . import syscalls
from .settings import Settings

SCRATCH = "/scratch"
WORK, TMP, SHM = "work", "tmp", "shm"
# Where jobs find the packages that they asked for: what site.py takes for the user's, after the standard library.
USER_BASE = "/environment"
ENVIRONMENT = "%s/lib/python%d.%d/site-packages" % (USER_BASE, *sys.version_info[:2])
DRAWING, FONT_LISTS = "matplotlib", "/etc/matplotlib"  # see font_lists.py
_SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/libx32", "/bin", "/sbin")
SYSTEM_FILES = ("/etc/alternatives", "/etc/ld.so.cache", "/etc/localtime", "/etc/mime.types", "/etc/matplotlibrc", "/etc/fonts")
# Major and minor number, by which the kernel knows them.
_DEVICES = {"null": (1, 3), "zero": (1, 5), "full": (1, 7), "random": (1, 8), "urandom": (1, 9)}
_LINKS = {"/tmp": SCRATCH + "/" + TMP, "/dev/shm": SCRATCH + "/" + SHM, "/dev/fd": "/proc/self/fd",
          # Where programs that models write for chat tools look for their files.
          "/mnt/data": SCRATCH + "/" + WORK,
          "/dev/stdin": "/proc/self/fd/0", "/dev/stdout": "/proc/self/fd/1", "/dev/stderr": "/proc/self/fd/2"}
# Any will do that lies above nothing we bind: it is mounted upon in our own mount namespace only.
_MOUNT_POINTS = ("/tmp", "/mnt", "/media", "/srv", "/run", "/var/tmp", "/home", "/var")
_OF_THE_JOB = ("/tmp", "/dev", "/proc", SCRATCH)
_PROC_FLAGS = syscalls.MS_NOSUID | syscalls.MS_NODEV | syscalls.MS_NOEXEC
_SEALED = syscalls.MS_RDONLY | syscalls.MS_NOSUID | syscalls.MS_NODEV


def runtime_paths(settings: Settings) -> List[str]:
    """Where this interpreter and the operator's packages live, beyond /usr."""
    paths: Set[str] = {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}
    paths.update(os.path.dirname(p) for p in (sys.executable, os.path.realpath(sys.executable)))
    paths.update(sysconfig.get_path(name) for name in ("stdlib", "platstdlib"))
    paths.update(settings.python_path + settings.read_only)
    return sorted(p for p in paths if p not in ("", "/") and os.path.exists(p))


def build(settings: Settings, font_list: str, more_files: Sequence[str] = (), environment: str = "") -> Dict[str, Any]:
    """Leaves this process (root of its own mount namespace) in the new tree; says how it got there."""
    syscalls.mount(None, "/", None, syscalls.MS_REC | syscalls.MS_PRIVATE)
    os.umask(0o022)
    extra = runtime_paths(settings)
    _refuse_hidden(extra)
    top = _mount_point(extra + [font_list, environment])
    syscalls.mount("root", top, "tmpfs", syscalls.MS_NOSUID | syscalls.MS_NODEV, "size=256k,nr_inodes=512,mode=755")
    for name in ("/proc", "/dev", "/etc", SCRATCH):
        os.mkdir(top + name)
    for path in _SYSTEM:
        if os.path.islink(path):
            os.symlink(os.readlink(path), top + path)
        elif os.path.isdir(path):
            _bind(path, top + path)
    for path in settings.masked:
        if os.path.isdir(top + path):
            syscalls.mount("masked", top + path, "tmpfs", syscalls.MS_NOSUID | syscalls.MS_NODEV, "size=16k,mode=755")
    for path in [*SYSTEM_FILES, *more_files, *extra]:
        if os.path.exists(path) and not os.path.exists(top + path):
            _bind(path, top + path)
    for path in settings.masked:
        if os.path.isdir(top + path):
            _seal(top + path)
    _make_devices(top)
    _make_etc(top, settings.job_uid)
    if font_list:
        _bind(font_list, top + font_list_inside(font_list))
    if environment:
        _bind(environment, top + ENVIRONMENT)
    for link, target in _LINKS.items():
        os.makedirs(os.path.dirname(top + link), exist_ok=True)
        if not os.path.lexists(top + link):  # an operator's own /mnt/data stays
            os.symlink(target, top + link)
    proc = _mount_proc(top)
    method = _enter(top)
    os.umask(0o077)
    syscalls.mount(None, "/", None, syscalls.MS_REMOUNT | _SEALED)
    return {"proc": proc, "root": method}


def font_list_inside(font_list: str) -> str:
    """Where the host's file is in the tree."""
    return "%s/%s" % (FONT_LISTS, os.path.basename(font_list))


def _refuse_hidden(paths: List[str]) -> None:
    for path in paths:
        for hidden in _OF_THE_JOB:
            if path == hidden or path.startswith(hidden + "/"):
                raise OSError(22, "jobs have a %s of their own: move what they need elsewhere" % hidden, path)


def _mount_point(sources: List[str]) -> str:
    for candidate in _MOUNT_POINTS:
        inside = [p for p in sources if os.path.realpath(p).startswith(candidate + "/") or p.startswith(candidate + "/")]
        if os.path.isdir(candidate) and not os.path.islink(candidate) and not inside:
            return candidate
    raise OSError(2, "no directory to mount the sandbox's root upon; tried " + ", ".join(_MOUNT_POINTS))


def _bind(source: str, target: str) -> None:
    if os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        open(target, "w").close()
    syscalls.mount(source, target, None, syscalls.MS_BIND)  # not MS_REC: nothing mounted below comes along
    _seal(target)


def _seal(target: str) -> None:
    # Flags the host set are locked inside a user namespace: dropping one would be refused.
    host = os.statvfs(target).f_flag & (_SEALED | syscalls.MS_NOEXEC)
    syscalls.mount(None, target, None, syscalls.MS_BIND | syscalls.MS_REMOUNT | _SEALED | host)


def _make_devices(top: str) -> None:
    flags = syscalls.MS_BIND | syscalls.MS_REMOUNT | syscalls.MS_RDONLY | syscalls.MS_NOSUID | syscalls.MS_NOEXEC
    for name in _DEVICES:
        source, target = "/dev/" + name, top + "/dev/" + name
        if not os.path.exists(source):
            continue
        _refuse_unusual(source, _DEVICES[name])
        open(target, "w").close()
        syscalls.mount(source, target, None, syscalls.MS_BIND)
        syscalls.mount(None, target, None, flags)


def _refuse_unusual(device: str, numbers: Tuple[int, int]) -> None:
    """Jobs get the machine's own: one that another user can't read and write, or that is a plain file, fails them all."""
    found = os.stat(device)
    if not stat.S_ISCHR(found.st_mode) or (os.major(found.st_rdev), os.minor(found.st_rdev)) != numbers:
        raise OSError(errno.ENODEV, "is not the character device %d:%d that jobs expect; make it anew: rm %s && mknod -m 666 "
                      "%s c %d %d" % (*numbers, device, device, *numbers), device)
    if found.st_mode & 0o666 != 0o666:
        raise OSError(errno.EACCES, "has mode %o, which jobs can't use; set it right: chmod 666 %s"
                      % (stat.S_IMODE(found.st_mode), device), device)


def _make_etc(top: str, uid: int) -> None:
    home = SCRATCH + "/" + WORK
    contents = {
        "passwd": "root:x:0:0:root:/:/bin/false\nsandbox:x:%d:%d:sandbox:%s:/bin/sh\n" % (uid, uid, home),
        "group": "root:x:0:\nsandbox:x:%d:\n" % uid,
        "hosts": "127.0.0.1 localhost\n",
        "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    }
    for name, text in contents.items():
        with open("%s/etc/%s" % (top, name), "w") as f:
            f.write(text)


def _mount_proc(top: str) -> bool:
    """Must come while the host's /proc is in sight: a user namespace may mount a procfs that
    reveals no more than one it sees already, and container engines mask theirs."""
    try:
        syscalls.mount("proc", top + "/proc", "proc", _PROC_FLAGS)
        return True
    except OSError:
        return False


def _enter(top: str) -> str:
    os.chdir(top)
    try:
        syscalls.pivot_root(".", ".")
        syscalls.unmount(".")
        method = "pivot_root"
    except PermissionError:
        # Container engines refuse pivot_root even to CAP_SYS_ADMIN. Moving the new root over the old
        # one is as good here: whatever could climb out needs a capability or chroot(), and jobs have neither.
        syscalls.mount(".", "/", None, syscalls.MS_MOVE)
        os.chroot(".")
        method = "move"
    os.chdir("/")
    return method


def mounts_of_a_sandbox(settings: Settings, proc: bool) -> Iterator[Tuple[bytes, bytes, bytes, int, bytes]]:
    """A sandbox's own part of the tree, in its own mount namespace, as arguments of mount()."""
    if proc:
        # Read-only: a job would leave its session's niceness to the next, and lower its score for the OOM killer.
        yield b"proc", b"/proc", b"proc", _PROC_FLAGS | syscalls.MS_RDONLY, b"subset=pid,hidepid=invisible"
    owner = settings.job_uid
    options = "size=%d,nr_inodes=%d,mode=700,uid=%d,gid=%d" % (settings.tmp_bytes, settings.tmp_inodes, owner, owner)
    yield b"scratch", SCRATCH.encode(), b"tmpfs", syscalls.MS_NOSUID | syscalls.MS_NODEV, options.encode()
