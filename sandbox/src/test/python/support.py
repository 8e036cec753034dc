"""Where the package is, which tiers this machine offers, and what is left of a slot's processes."""
from __future__ import annotations

import os
import subprocess
import sys
from typing import Dict, List, Optional, Set, Tuple

HERE = os.path.dirname(os.path.abspath(__file__))
MAIN = os.path.normpath(os.path.join(HERE, "..", "..", "main", "python"))
sys.path.insert(0, MAIN)

from millrace_sandbox import landlock, preload  # noqa: E402

PYTHON = os.environ.get("MILLRACE_TEST_PYTHON", sys.executable)
STANDARD_LIBRARY = preload.STANDARD_LIBRARY
AN_ORDINARY_USER = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all",
                    "--bounding-set=-all"]


def tiers() -> Dict[str, List[str]]:
    """What to put before the helper's command, by tier: the weaker ones are tried as an ordinary user."""
    found: Dict[str, List[str]] = {}
    as_user: List[str] = []
    if os.geteuid() == 0:
        found["root"] = []
        as_user = AN_ORDINARY_USER
        if subprocess.run([*as_user, PYTHON, "-c", ""], stderr=subprocess.DEVNULL).returncode:
            return found  # an interpreter that is root's alone
    if _may_make_user_namespaces():
        found["userns"] = as_user
    if landlock.abi():
        found["fallback"] = as_user
    return found


def _may_make_user_namespaces() -> bool:
    pid = os.fork()
    if pid == 0:
        from millrace_sandbox import syscalls
        try:
            syscalls.unshare(syscalls.CLONE_NEWUSER | syscalls.CLONE_NEWPID)
            os._exit(0)
        except OSError:
            os._exit(1)
    return os.waitpid(pid, 0)[1] == 0


def descendants(pid: int) -> Set[int]:
    """Of every generation, zombies left out."""
    children: Dict[int, List[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            parent, state = _parent(int(entry))
            if state not in ("Z", "X", ""):
                children.setdefault(parent, []).append(int(entry))
    found: Set[int] = set()
    todo = [pid]
    while todo:
        for child in children.get(todo.pop(), []):
            found.add(child)
            todo.append(child)
    return found


def alive(pids: Set[int]) -> Set[int]:
    return {pid for pid in pids if _parent(pid)[1] not in ("Z", "X", "")}


def _parent(pid: int) -> Tuple[int, str]:
    try:
        with open("/proc/%d/stat" % pid) as f:
            state, parent = f.read().rpartition(")")[2].split()[:2]
    except OSError:
        return 0, ""
    return int(parent), state


def user_of(pid: int) -> Optional[int]:
    """None when it has ended."""
    try:
        with open("/proc/%d/status" % pid) as f:
            return next(int(line.split()[1]) for line in f if line.startswith("Uid:"))
    except OSError:
        return None


def has_pending_signals(pid: int) -> bool:
    """Whether it was sent some that it has not taken; False when it has ended."""
    try:
        with open("/proc/%d/status" % pid) as f:
            return any(int(line.split()[1], 16) for line in f if line.startswith(("SigPnd:", "ShdPnd:")))
    except OSError:
        return False


def version(python: str) -> Tuple[int, ...]:
    text = subprocess.check_output([python, "-c", "import sys; print(*sys.version_info[:2])"], text=True)
    return tuple(map(int, text.split()))


def without_namespaces() -> List[str]:
    """A container's default: an ordinary user to whom unshare() and mount() are refused."""
    return [*(AN_ORDINARY_USER if os.geteuid() == 0 else []), PYTHON, "-B", os.path.join(HERE, "contexts.py"), "restricted"]


def with_masked_proc() -> Optional[List[str]]:
    """A container's /proc: parts of it are covered, so that no user namespace may mount another."""
    if os.geteuid() != 0:
        return None
    return [PYTHON, "-B", os.path.join(HERE, "contexts.py"), "masked-proc", *AN_ORDINARY_USER]
