"""A job, not a module: tries from inside what a sandbox must refuse, and prints {check: refused}.

The prover puts FACTS before it: what to look for outside.
"""
import ctypes
import errno
import fcntl
import json
import os
import platform
import resource
import signal
import socket
import sys
from typing import Any, Dict

FACTS: Dict[str, Any]
libc = ctypes.CDLL(None, use_errno=True)
NUMBERS = {
    "x86_64": {"unshare": 272, "mount": 165, "ptrace": 101, "bpf": 321, "keyctl": 250, "io_uring_setup": 425,
               "perf_event_open": 298, "userfaultfd": 323, "setns": 308, "open_by_handle_at": 304, "chroot": 161, "clone": 56},
    "aarch64": {"unshare": 97, "mount": 40, "ptrace": 117, "bpf": 280, "keyctl": 219, "io_uring_setup": 425,
                "perf_event_open": 241, "userfaultfd": 282, "setns": 268, "open_by_handle_at": 265, "chroot": 51, "clone": 220},
}[platform.machine()]


def refused(call: Any, *args: Any) -> bool:
    try:
        call(*args)
    except (OSError, ValueError):
        return True
    return False


def syscall_refused(name: str, *args: Any) -> bool:
    values = [ctypes.c_long(a) if isinstance(a, int) else a for a in args]
    result = libc.syscall(ctypes.c_long(NUMBERS[name]), *values)
    return result == -1 and ctypes.get_errno() in (errno.EPERM, errno.ENOSYS)


def clone_refused(flag: int) -> bool:
    result = libc.syscall(ctypes.c_long(NUMBERS["clone"]), ctypes.c_long(flag | signal.SIGCHLD), *[ctypes.c_long(0)] * 4)
    if result == 0:
        os._exit(0)
    return result == -1


def shows_page_cache() -> None:
    with open(os.__file__, "rb") as file:
        os.preadv(file.fileno(), [bytearray(1)], 0, os.RWF_NOWAIT)


def connect() -> None:
    socket.create_connection(("127.0.0.1", FACTS["port"]), 1)


checks = {
    "no_socket": all(refused(socket.socket, family) for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX)),
    "no_loopback": refused(connect),
    "no_host_files": refused(open, FACTS["canary"]) and refused(open, "/etc/shadow"),
    # Where the interpreter itself lives, the way to it is there, and nothing beside it.
    "no_host_directories": all(refused(os.listdir, path) for path in ("/root", "/home", "/var", "/run", "/sys")
                               if not sys.base_prefix.startswith(path + "/")),
    "no_write_to_runtime": refused(open, "/usr/.x", "w") and refused(open, "/etc/.x", "w") and refused(open, "/.x", "w"),
    "no_user_namespace": syscall_refused("unshare", 0x10000000),
    "no_setns": syscall_refused("setns", 0, 0),
    "no_mount": syscall_refused("mount", b"none", b"/tmp", b"tmpfs", 0, None),
    "no_chroot": syscall_refused("chroot", b"/tmp"),
    "no_ptrace": syscall_refused("ptrace", 16, 1, 0, 0),
    "no_bpf": syscall_refused("bpf", 0, 0, 0),
    "no_keyctl": syscall_refused("keyctl", 0, 0, 0, 0, 0),
    "no_io_uring": syscall_refused("io_uring_setup", 1, 0),
    "no_perf_events": syscall_refused("perf_event_open", 0, 0, -1, -1, 0),
    "no_userfaultfd": syscall_refused("userfaultfd", 0),
    "no_open_by_handle": syscall_refused("open_by_handle_at", -100, 0, 0),
    "no_signal_to_others": os.getpid() == FACTS["prover"] or refused(os.kill, FACTS["prover"], 0),
    "no_child_of_another": clone_refused(0x8000) and clone_refused(0x2000),  # CLONE_PARENT, CLONE_PTRACE
    "no_owner_of_a_descriptor": refused(fcntl.fcntl, 0, fcntl.F_SETOWN, os.getpid()) and refused(fcntl.fcntl, 0, 10, 42),  # F_SETSIG
    "no_lease": refused(fcntl.fcntl, 0, fcntl.F_SETLEASE, fcntl.F_RDLCK),
    "no_socket_filter": all(refused(end.setsockopt, socket.SOL_SOCKET, 26, bytes(16)) for end in socket.socketpair()),
    "no_interfaces": all(refused(fcntl.ioctl, end, 0x8912, bytes(16)) for end in socket.socketpair()),  # SIOCGIFCONF
    "no_look_at_the_page_cache": refused(shows_page_cache),
    "no_core_dumps": max(resource.getrlimit(resource.RLIMIT_CORE)) in (0, 1) and refused(
        resource.setrlimit, resource.RLIMIT_CORE, (0, 0)),
    "no_environment": FACTS["secret"] not in os.environ.values(),
    "not_root": os.getuid() != 0,
    "scratch_is_writable": not refused(open, "x", "w"),
    "devices": not any(refused(open, "/dev/" + name, "r+b", 0) for name in ("null", "zero")) and refused(
        lambda: open("/dev/full", "wb", 0).write(b"x")) and open("/dev/zero", "rb", 0).read(2) == bytes(2)
        and len(open("/dev/urandom", "rb", 0).read(2)) == 2,
}
try:
    with open("/proc/self/status") as f:
        status = dict(line.split(":\t", 1) for line in f.read().splitlines() if ":\t" in line)
except OSError:
    pass  # no /proc here
else:
    sets = ["CapInh", "CapPrm", "CapEff", "CapAmb"]
    checks["no_capabilities"] = all(int(status[name], 16) == 0 for name in sets)
    checks["no_new_privileges"] = status["NoNewPrivs"] == "1"
    checks["seccomp"] = status["Seccomp"] == "2"
    checks["no_write_to_proc"] = all(refused(open, "/proc/self/" + name, "w") for name in ("oom_score_adj", "comm", "autogroup"))
    with open("/proc/self/oom_score_adj") as f:
        checks["killed_before_the_worker"] = not FACTS["oom_score"] or f.read() == FACTS["oom_score"] + "\n"
if FACTS["namespaces"]:
    checks["own_processes"] = os.getpid() == 2
    checks["own_hostname"] = socket.gethostname() == "sandbox"
else:
    checks["no_modes_of_files"] = refused(os.chmod, ".", 0o700)
    with open(os.__file__, "rb") as shared:
        checks["no_locks"] = refused(fcntl.flock, shared, fcntl.LOCK_SH)
print(json.dumps(checks))
