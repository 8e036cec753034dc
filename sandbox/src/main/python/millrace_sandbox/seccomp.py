"""Which system calls a job may make: an allow-list.

What is known to be dangerous answers EPERM. Everything else that isn't allowed, calls of
kernels yet to come included, answers ENOSYS, on which libraries fall back instead of failing.
Calls with commands or flags in them have those in lists too (_by_arguments). What would reach
the host's disk or the page cache that all jobs share answers 0 and does nothing: a job's own
files lie in memory, so there is nothing to be written back.
A foreign ABI (i386, x32) kills: nothing honest uses one. The fallback tier has no
namespaces, so that there a job is one process: no fork, no exec, signals only to itself.

A filter takes longer to install the longer it is. So most of it is the zygote's already, and
its sandboxes add the little that tells them from it.
"""
from __future__ import annotations

import errno
from typing import Dict

from . import argument_rules, syscalls
from .argument_rules import ALLOW, KILL, answer
from .bpf import (IF_EQUAL, IF_GREATER_OR_EQUAL, OFFSET_OF_ARCHITECTURE, OFFSET_OF_NUMBER, RETURN, Program, decision_tree,
                  load, ret)

EPERM, ENOSYS, EAFNOSUPPORT = answer(errno.EPERM), answer(errno.ENOSYS), answer(errno.EAFNOSUPPORT)
_AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32_BIT = 0x40000000

ALLOWED = frozenset("""
read write close stat fstat lstat poll lseek mprotect munmap brk rt_sigaction rt_sigprocmask rt_sigreturn
pread64 pwrite64 readv writev access pipe select sched_yield mremap dup dup2 pause nanosleep
getitimer alarm setitimer getpid sendfile sendto recvfrom sendmsg recvmsg shutdown getsockname getpeername
fork vfork execve exit wait4 kill uname flock truncate ftruncate
getdents getcwd chdir fchdir rename mkdir rmdir creat link unlink symlink readlink chmod fchmod chown fchown lchown
umask gettimeofday getrlimit getrusage sysinfo times getuid getgid geteuid getegid setpgid getppid getpgrp setsid
setreuid setregid getgroups setresuid getresuid setresgid getresgid getpgid setuid setgid getsid capget rt_sigpending
rt_sigtimedwait rt_sigqueueinfo rt_sigsuspend sigaltstack utime statfs fstatfs getpriority sched_getparam
sched_getscheduler sched_get_priority_max sched_get_priority_min sched_rr_get_interval mlock munlock arch_prctl
gettid getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr time futex
sched_setaffinity sched_getaffinity epoll_create getdents64 set_tid_address restart_syscall
timer_create timer_settime timer_gettime timer_getoverrun timer_delete clock_gettime clock_getres clock_nanosleep
exit_group epoll_wait epoll_ctl tgkill tkill utimes waitid mkdirat fchownat futimesat newfstatat
unlinkat renameat linkat symlinkat readlinkat fchmodat faccessat pselect6 ppoll set_robust_list get_robust_list
splice tee vmsplice utimensat epoll_pwait timerfd_create eventfd fallocate timerfd_settime
timerfd_gettime eventfd2 epoll_create1 dup3 pipe2 preadv pwritev rt_tgsigqueueinfo getcpu getrandom
renameat2 execveat membarrier mlock2 copy_file_range statx rseq faccessat2 pidfd_open
pidfd_send_signal close_range epoll_pwait2 futex_waitv fchmodat2 futex_wake futex_wait futex_requeue mseal
setpriority signalfd signalfd4 sched_getattr
""".split())

REFUSED = frozenset("""
mount umount2 pivot_root chroot fsopen fsconfig fsmount fspick open_tree open_tree_attr move_mount mount_setattr
statmount listmount ptrace process_vm_readv process_vm_writev process_madvise process_mrelease kcmp pidfd_getfd
kexec_load kexec_file_load bpf perf_event_open io_uring_setup io_uring_enter io_uring_register userfaultfd
keyctl add_key request_key unshare setns init_module finit_module delete_module create_module query_module
get_kernel_syms reboot swapon swapoff open_by_handle_at name_to_handle_at personality quotactl quotactl_fd nfsservctl
acct settimeofday clock_settime clock_adjtime adjtimex sethostname setdomainname syslog iopl ioperm lookup_dcookie
vhangup uselib ustat sysfs modify_ldt memfd_secret memfd_create seccomp fanotify_init fanotify_mark
move_pages migrate_pages mbind set_mempolicy get_mempolicy set_mempolicy_home_node
landlock_create_ruleset landlock_add_rule landlock_restrict_self _sysctl
shmget shmat shmctl shmdt msgget msgsnd msgrcv msgctl semget semop semctl semtimedop
mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr
inotify_init inotify_init1 inotify_add_watch inotify_rm_watch cachestat mincore syncfs
socket bind listen accept accept4 connect sendmmsg recvmmsg
io_setup io_destroy io_submit io_cancel io_getevents io_pgetevents
setgroups setfsuid setfsgid capset sched_setparam sched_setscheduler sched_setattr ioprio_set
setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr setxattrat removexattrat mlockall munlockall
lsm_set_self_attr lsm_get_self_attr lsm_list_modules pkey_mprotect pkey_alloc pkey_free map_shadow_stack
""".split())

# To the host's disk, or to the page cache of files that all jobs share.
ANSWERED = frozenset("sync fsync fdatasync sync_file_range msync fadvise64 readahead".split())

_REFUSED_WITHOUT_NAMESPACES = ("fork vfork execve execveat pidfd_open pidfd_send_signal rt_sigqueueinfo "
                               "rt_tgsigqueueinfo tkill setpriority sched_setaffinity setsid setpgid "
                               "get_robust_list fallocate chmod fchmod fchmodat fchmodat2 chown fchown lchown "
                               "fchownat utime utimes futimesat utimensat").split()

# By the zygote itself, and by sandboxes on their way to being locked down (see lockdown.py).
_OF_A_ZYGOTE = "unshare setns mount capset setgroups prctl seccomp sched_setattr".split()

# Stands for the job's pid in the fallback tier's filter until the process exists (see for_process).
_PID_PLACEHOLDER = 0x7E57AB1E


def _table(namespaces: bool, machine: str, landlock_abi: int = 0, network: bool = False) -> Dict[str, Program]:
    table: Dict[str, Program] = {name: ret(EPERM) for name in REFUSED}
    table.update({name: ret(ALLOW) for name in ALLOWED})
    table.update({name: ret(answer(0)) for name in ANSWERED})
    table.update(argument_rules.by_arguments(machine))
    if network:
        table.update(argument_rules.with_network())
    if not namespaces:
        table.update({name: ret(EPERM) for name in _REFUSED_WITHOUT_NAMESPACES})
        table.update(argument_rules.without_namespaces(machine, _PID_PLACEHOLDER, landlock_abi))
    return table


def _decide(table: Dict[str, Program], default: int, machine: str) -> Program:
    numbers = syscalls.NUMBERS[machine]
    return decision_tree({numbers[name]: action for name, action in table.items() if name in numbers}, ret(default))


def program(namespaces: bool, machine: str = syscalls.MACHINE, landlock_abi: int = 0, network: bool = False) -> Program:
    """What binds a job. Without namespaces it makes up for what that version of Landlock does not know, and there is no network."""
    return _of_native_calls(_decide(_table(namespaces, machine, landlock_abi, network), ENOSYS, machine), machine)


def _of_native_calls(decision: Program, machine: str) -> Program:
    head = [load(OFFSET_OF_ARCHITECTURE), (IF_EQUAL, 1, 0, _AUDIT_ARCH[machine]), (RETURN, 0, 0, KILL),
            load(OFFSET_OF_NUMBER)]
    if machine == "x86_64":
        head += [(IF_GREATER_OR_EQUAL, 0, 1, _X32_BIT), (RETURN, 0, 0, KILL)]
    return head + decision


def zygote_program(machine: str = syscalls.MACHINE, network: bool = False) -> Program:
    """The same, but for what a zygote needs to make sandboxes. They inherit it."""
    allowed = {name: ret(ALLOW) for name in _OF_A_ZYGOTE}
    return _of_native_calls(_decide({**_table(True, machine, network=network), **allowed}, ENOSYS, machine), machine)


def sandbox_program(machine: str = syscalls.MACHINE, templates: bool = False) -> Program:
    """Refuses a sandbox what its zygote may. The kernel asks both filters and obeys the stricter, which together is
    `program`; to install one that small takes half the time."""
    table = _table(True, machine)
    if templates:
        table["prctl"] = argument_rules.prctl_of_a_template()
    return [load(OFFSET_OF_NUMBER)] + _decide({name: table[name] for name in _OF_A_ZYGOTE}, ALLOW, machine)


def for_process(code: bytes, pid: int) -> bytes:
    """The fallback tier's filter, for the process that is about to install it."""
    return code.replace(_PID_PLACEHOLDER.to_bytes(4, "little"), pid.to_bytes(4, "little"))
