"""Which system calls a job may make: an allow-list.

What is known to be dangerous answers EPERM. Everything else that isn't allowed, calls of
kernels yet to come included, answers ENOSYS, on which libraries fall back instead of failing.
A foreign ABI (i386, x32) kills: nothing honest uses one. The fallback tier has no
namespaces, so that there a job is one process: no fork, no exec, signals only to itself.

A filter takes longer to install the longer it is. So most of it is the zygote's already, and
its sandboxes add the little that tells them from it.
"""
from __future__ import annotations

import errno
from typing import Dict

from . import syscalls
from .bpf import (AND, IF_ANY_BIT, IF_EQUAL, IF_GREATER_OR_EQUAL, OFFSET_OF_ARCHITECTURE, OFFSET_OF_NUMBER,
                  RETURN, Program, decision_tree, load, load_argument, ret)

ALLOW, KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
EPERM, ENOSYS, EAFNOSUPPORT = (_ERRNO | number for number in (errno.EPERM, errno.ENOSYS, errno.EAFNOSUPPORT))
_AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32_BIT = 0x40000000
_NEW_NAMESPACE = (syscalls.CLONE_NEWNS | syscalls.CLONE_NEWCGROUP | syscalls.CLONE_NEWUTS | syscalls.CLONE_NEWIPC
                  | syscalls.CLONE_NEWUSER | syscalls.CLONE_NEWPID | syscalls.CLONE_NEWNET)
_CLONE_THREAD = 0x10000

ALLOWED = frozenset("""
read write open close stat fstat lstat poll lseek mmap mprotect munmap brk rt_sigaction rt_sigprocmask rt_sigreturn
pread64 pwrite64 readv writev access pipe select sched_yield mremap msync mincore madvise dup dup2 pause nanosleep
getitimer alarm setitimer getpid sendfile sendto recvfrom sendmsg recvmsg shutdown getsockname getpeername
setsockopt getsockopt fork vfork execve exit wait4 kill uname flock fsync fdatasync truncate ftruncate
getdents getcwd chdir fchdir rename mkdir rmdir creat link unlink symlink readlink chmod fchmod chown fchown lchown
umask gettimeofday getrlimit getrusage sysinfo times getuid getgid geteuid getegid setpgid getppid getpgrp setsid
setreuid setregid getgroups setresuid getresuid setresgid getresgid getpgid setuid setgid getsid capget rt_sigpending
rt_sigtimedwait rt_sigqueueinfo rt_sigsuspend sigaltstack utime statfs fstatfs getpriority sched_getparam
sched_getscheduler sched_get_priority_max sched_get_priority_min sched_rr_get_interval mlock munlock arch_prctl
setrlimit sync gettid readahead getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr time futex
sched_setaffinity sched_getaffinity epoll_create getdents64 set_tid_address restart_syscall fadvise64
timer_create timer_settime timer_gettime timer_getoverrun timer_delete clock_gettime clock_getres clock_nanosleep
exit_group epoll_wait epoll_ctl tgkill tkill utimes waitid openat mkdirat fchownat futimesat newfstatat
unlinkat renameat linkat symlinkat readlinkat fchmodat faccessat pselect6 ppoll set_robust_list get_robust_list
splice tee sync_file_range vmsplice utimensat epoll_pwait timerfd_create eventfd fallocate timerfd_settime
timerfd_gettime eventfd2 epoll_create1 dup3 pipe2 preadv pwritev rt_tgsigqueueinfo syncfs getcpu getrandom
renameat2 execveat membarrier mlock2 copy_file_range preadv2 pwritev2 statx rseq faccessat2 pidfd_open
pidfd_send_signal close_range epoll_pwait2 futex_waitv fchmodat2 futex_wake futex_wait futex_requeue mseal
setpriority openat2 signalfd signalfd4 sched_getattr
""".split())

REFUSED = frozenset("""
mount umount2 pivot_root chroot fsopen fsconfig fsmount fspick open_tree open_tree_attr move_mount mount_setattr
statmount listmount ptrace process_vm_readv process_vm_writev process_madvise process_mrelease kcmp pidfd_getfd
kexec_load kexec_file_load bpf perf_event_open io_uring_setup io_uring_enter io_uring_register userfaultfd
keyctl add_key request_key unshare setns init_module finit_module delete_module create_module query_module
get_kernel_syms reboot swapon swapoff open_by_handle_at name_to_handle_at personality quotactl quotactl_fd nfsservctl
acct settimeofday clock_settime clock_adjtime adjtimex sethostname setdomainname syslog iopl ioperm lookup_dcookie
mknod mknodat vhangup uselib ustat sysfs modify_ldt memfd_secret memfd_create seccomp fanotify_init fanotify_mark
move_pages migrate_pages mbind set_mempolicy get_mempolicy set_mempolicy_home_node
landlock_create_ruleset landlock_add_rule landlock_restrict_self _sysctl
shmget shmat shmctl shmdt msgget msgsnd msgrcv msgctl semget semop semctl semtimedop
mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr
inotify_init inotify_init1 inotify_add_watch inotify_rm_watch cachestat
socket bind listen accept accept4 connect sendmmsg recvmmsg
io_setup io_destroy io_submit io_cancel io_getevents io_pgetevents
setgroups setfsuid setfsgid capset sched_setparam sched_setscheduler sched_setattr ioprio_set
setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr setxattrat removexattrat mlockall munlockall
lsm_set_self_attr lsm_get_self_attr lsm_list_modules pkey_mprotect pkey_alloc pkey_free map_shadow_stack
""".split())

_REFUSED_WITHOUT_NAMESPACES = ("fork vfork execve execveat pidfd_open pidfd_send_signal rt_sigqueueinfo "
                               "rt_tgsigqueueinfo tkill setpriority sched_setaffinity setsid setpgid "
                               "get_robust_list").split()

# By the zygote itself, and by sandboxes on their way to being locked down (see lockdown.py).
_OF_A_ZYGOTE = "unshare setns mount capset setgroups prctl seccomp".split()

# PDEATHSIG and DUMPABLE reads, KEEPCAPS read, thread name, bounding set and no_new_privs reads, malloc's arena names.
_PRCTL_ALLOWED = (2, 3, 15, 16, 23, 27, 37, 39, 0x53564D41)
_F_SETLEASE, _F_NOTIFY, _TIOCSTI, _TIOCLINUX = 1024, 1026, 0x5412, 0x541C
_AF_UNIX, _SOCK_STREAM, _SOCK_SEQPACKET, _SOCK_TYPE_MASK = 1, 1, 5, 0xF
# Stands for the job's pid in the fallback tier's filter until the process exists (see for_process).
_PID_PLACEHOLDER = 0x7E57AB1E


def _by_arguments() -> Dict[str, Program]:
    yes, no = ret(ALLOW), ret(EPERM)
    prctl = [load_argument(0)]
    for index, option in enumerate(_PRCTL_ALLOWED):
        prctl.append((IF_EQUAL, len(_PRCTL_ALLOWED) - index, 0, option))
    return {
        # Its flags live in memory, out of a filter's sight.
        "clone3": ret(ENOSYS),
        "clone": [load_argument(0), (IF_ANY_BIT, 0, 1, _NEW_NAMESPACE)] + no + yes,
        # Pairs only, and no datagram: one could sendto() any bound unix socket without connect().
        "socketpair": [load_argument(0), (IF_EQUAL, 0, 5, _AF_UNIX), load_argument(1), (AND, 0, 0, _SOCK_TYPE_MASK),
                       (IF_EQUAL, 1, 0, _SOCK_STREAM), (IF_EQUAL, 0, 1, _SOCK_SEQPACKET)] + yes + ret(EAFNOSUPPORT),
        # Leases and directory notes on the shared runtime would spy on other jobs.
        "fcntl": [load_argument(1), (IF_EQUAL, 2, 0, _F_SETLEASE), (IF_EQUAL, 1, 0, _F_NOTIFY)] + yes + no,
        "ioctl": [load_argument(1), (IF_EQUAL, 2, 0, _TIOCSTI), (IF_EQUAL, 1, 0, _TIOCLINUX)] + yes + no,
        "prctl": prctl + no + yes,
        # Process 1 is the sandbox's init, and in a user namespace of the job's user.
        "prlimit64": [load_argument(0), (IF_EQUAL, 0, 1, 1)] + no + yes,
    }


def _by_arguments_without_namespaces() -> Dict[str, Program]:
    yes, no = ret(ALLOW), ret(EPERM)
    only_self = [load_argument(0), (IF_EQUAL, 0, 1, _PID_PLACEHOLDER)] + yes + no
    table = {name: no for name in _REFUSED_WITHOUT_NAMESPACES}
    table["clone"] = ([load_argument(0), (IF_ANY_BIT, 0, 3, _CLONE_THREAD), (IF_ANY_BIT, 1, 0, _NEW_NAMESPACE)]
                      + yes + no + no)
    table["kill"] = table["tgkill"] = only_self
    table["prlimit64"] = [load_argument(0), (IF_EQUAL, 1, 0, 0), (IF_EQUAL, 0, 1, _PID_PLACEHOLDER)] + yes + no
    return table


def _table(namespaces: bool) -> Dict[str, Program]:
    table: Dict[str, Program] = {name: ret(EPERM) for name in REFUSED}
    table.update({name: ret(ALLOW) for name in ALLOWED})
    table.update(_by_arguments())
    if not namespaces:
        table.update(_by_arguments_without_namespaces())
    return table


def _decide(table: Dict[str, Program], default: int, machine: str) -> Program:
    numbers = syscalls.NUMBERS[machine]
    return decision_tree({numbers[name]: action for name, action in table.items() if name in numbers}, ret(default))


def program(namespaces: bool, machine: str = syscalls.MACHINE) -> Program:
    """What binds a job."""
    return _of_native_calls(_decide(_table(namespaces), ENOSYS, machine), machine)


def _of_native_calls(decision: Program, machine: str) -> Program:
    head = [load(OFFSET_OF_ARCHITECTURE), (IF_EQUAL, 1, 0, _AUDIT_ARCH[machine]), (RETURN, 0, 0, KILL),
            load(OFFSET_OF_NUMBER)]
    if machine == "x86_64":
        head += [(IF_GREATER_OR_EQUAL, 0, 1, _X32_BIT), (RETURN, 0, 0, KILL)]
    return head + decision


def zygote_program(machine: str = syscalls.MACHINE) -> Program:
    """The same, but for what a zygote needs to make sandboxes. They inherit it."""
    allowed = {name: ret(ALLOW) for name in _OF_A_ZYGOTE}
    return _of_native_calls(_decide({**_table(True), **allowed}, ENOSYS, machine), machine)


def sandbox_program(machine: str = syscalls.MACHINE) -> Program:
    """Refuses a sandbox what its zygote may. The kernel asks both filters and obeys the stricter, which together is
    `program`; to install one that small takes half the time."""
    table = _table(True)
    return [load(OFFSET_OF_NUMBER)] + _decide({name: table[name] for name in _OF_A_ZYGOTE}, ALLOW, machine)


def for_process(code: bytes, pid: int) -> bytes:
    """The fallback tier's filter, for the process that is about to install it."""
    return code.replace(_PID_PLACEHOLDER.to_bytes(4, "little"), pid.to_bytes(4, "little"))
