"""The zygote: forks sandboxes. Privileged, single-threaded, and never sees a byte of a job.

It is the init of a process namespace that holds all its sandboxes: when it dies, however it
dies, the kernel kills them. Each sandbox has a process namespace of its own below that one,
with an idle init, so that the job is an ordinary process to which signals mean what they
mean anywhere. Killing that init kills whatever the job has started.

Descriptor 3 is the channel to the helper. Its end is ours.
"""
from __future__ import annotations

import ctypes
import errno
import gc
import json
import os
import resource
import select
import signal
import socket
import traceback
from typing import Dict, List, NoReturn

from . import accountant, heap_holes, idle_init, no_network, preload, priorities, root_fs, scratch, surroundings, syscalls
from . import zygote_channel as channel_
from .c_calls import Call
from .idle_init import IdleInit
from .lockdown import Confinement, Lockdown
from .runner import Runner
from .wide_runner import WideRunner
from .zygote_start import Start, prepare

CHANNEL_FD = 3
_SANDBOX_FAILED = 71


def main() -> NoReturn:
    channel = socket.socket(fileno=CHANNEL_FD)
    syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
    start = Start.from_json(channel_.receive(channel)[0])
    if os.getppid() != start.keeper_pid:
        os._exit(0)
    try:
        confined, own_namespace, listener, hello = prepare(start)
    except Exception as e:
        channel.send(channel_.FAILED_TO_START + _sentence(e).encode())
        os._exit(78)
    try:
        channel_.send_fds(channel, channel_.HELLO + json.dumps(hello).encode(), [each.fileno() for each in listener])
    except OSError:
        os._exit(0)  # the helper went away
    for each in listener:
        each.close()
    _Zygote(channel, confined, own_namespace, start.scratch_root).serve()


def _sentence(e: Exception) -> str:
    if isinstance(e, OSError) and e.filename:
        return "%s: %s" % (e.filename, e.strerror)
    return "%s: %s" % (type(e).__name__, e)


class _Sandbox:
    def __init__(self, sandbox_id: int) -> None:
        self.id = sandbox_id
        self.main = 0  # process ids in the zygote's namespace; 0: there is none, or no more
        self.init = 0
        self.scratch = ""
        self.accountant = 0  # while it counts
        self.over_disk = False
        self.event = b""  # what the helper is to hear when nothing of it is left

    def kill(self) -> None:
        """The init takes all that live in its namespace with it; without namespaces there is but the one process."""
        pid = self.init or self.main
        if pid:
            os.kill(pid, signal.SIGKILL)


class _Zygote:
    def __init__(self, channel: socket.socket, confined: Confinement, own_namespace: int, scratch_root: str) -> None:
        self.channel = channel
        self.confinement = confined
        self.scratch_root = scratch_root
        self.sandboxes: Dict[int, _Sandbox] = {}
        self.children: Dict[int, _Sandbox] = {}  # by process: main, init, and what empties a scratch
        self.idle_init = IdleInit(confined.settings.job_uid)
        self.own_namespace = own_namespace
        self.endings = syscalls.signal_fd(signal.SIGCHLD)
        self.runner = Runner(confined.settings.result_limit, preload.reseeders(), WideRunner)
        no_network.explain(no_network.PROXY_ALONE if confined.network else no_network.NO_NETWORK)
        surroundings.become_anonymous()
        if confined.namespaces:  # else each lives elsewhere, and practice would write where the host's programs are
            work = root_fs.SCRATCH + "/" + root_fs.WORK
            surroundings.live_in(work, confined.font_list)
            self.runner.prepare(surroundings.new_main(work))
            gc.freeze()  # as in a fork: each practice lists what is not
            self.runner.practise()
        self.lockdown = Lockdown(confined)
        self.poll = select.poll()
        self.poll.register(channel.fileno(), select.POLLIN)
        self.poll.register(self.endings, select.POLLIN)
        self.outcome = ctypes.c_long()
        self.next, self.its_fds = _Sandbox(0), [0]

    def serve(self) -> NoReturn:
        """For good: a C function's list goes round, so that each fork is made where no Python function runs."""
        calls = self.runner.life.calls
        waiting, forked = calls.python(self._await_spawn), calls.python(self._after_fork)
        fork = calls.add(*self.lockdown.as_c_call())
        settled = calls.python(surroundings.begin_main_thread_anew)
        settled.go_on(waiting)
        waiting.go_on(fork)
        fork.leaves_result_at(ctypes.addressof(self.outcome))
        fork.then(forked)
        fork.otherwise(self._first_in_sandbox())
        forked.go_on(waiting)
        leave = calls.way_out_of_python(settled)
        self._freeze()
        leave()

    def _first_in_sandbox(self) -> Call:
        first = self.runner.life.first
        if self.confinement.namespaces:
            return first
        finish = self.runner.life.calls.python(self._finish_lockdown)
        finish.go_on(first)
        return finish

    def _freeze(self) -> None:
        """What a fork finds old is the zygote's: neither collected, nor looked through for what a program left."""
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        if self.confinement.namespaces:  # not frozen: a program that ends takes its names with it
            self.runner.prepare(surroundings.new_main(root_fs.SCRATCH + "/" + root_fs.WORK))
            gc.collect(0)  # finalizers are called in the order of the collector's generations: as in any interpreter
        self.runner.remains.know_kinds()
        heap_holes.fill()

    def _await_spawn(self) -> None:
        """Returns when there is to be a fork."""
        try:
            while True:
                for fd, _ in self.poll.poll():
                    if fd == self.endings:
                        self._reap()
                    elif self._serve_request():
                        return
        except OSError:
            os._exit(0)  # the helper went away: the kernel takes the sandboxes
        except BaseException:
            traceback.print_exc()
            os._exit(_SANDBOX_FAILED)

    def _serve_request(self) -> bool:
        """Whether all is set up for a fork."""
        data, fds = channel_.receive(self.channel)
        if not data:
            for each in self.sandboxes.values():
                each.kill()
            os._exit(0)
        kind, sandbox_id = channel_.parse_request(data)
        if kind == channel_.SPAWN:
            return self._set_up_fork(_Sandbox(sandbox_id), fds)
        sandbox = self.sandboxes.get(sandbox_id)
        if sandbox is not None and kind == channel_.KILL:
            sandbox.kill()
        elif sandbox is not None and kind == channel_.YIELD:
            self._yield_cpu(sandbox)
        elif sandbox is not None:
            self._count(sandbox)
        return False

    def _set_up_fork(self, sandbox: _Sandbox, fds: List[int]) -> bool:
        self.next, self.its_fds = sandbox, fds
        self.sandboxes[sandbox.id] = sandbox
        try:
            if self.confinement.namespaces:
                syscalls.unshare(syscalls.CLONE_NEWPID)
                sandbox.init = self.idle_init.start()
                self.children[sandbox.init] = sandbox
            else:
                sandbox.scratch = scratch.make(self.scratch_root, sandbox.id, self.confinement)
            self.lockdown.set_up(*fds, sandbox.scratch)  # type: ignore[call-arg,arg-type]
            self.runner.use(self.lockdown.code, self.lockdown.result)
            return True
        except OSError as e:
            self._not_forked(e.errno or 0)
            return False

    def _after_fork(self) -> None:
        outcome = self.outcome.value
        if outcome < -1:  # in a sandbox, of which a step failed
            traceback.print_exception(None, self.lockdown.failure(outcome), None)
            os._exit(_SANDBOX_FAILED)
        if outcome == -1:
            self._not_forked(errno.EAGAIN)
            return
        self.next.main = outcome
        self.children[outcome] = self.next
        self._let_go_of_fork()

    def _not_forked(self, error: int) -> None:
        """No process to be had: a fork bomb is running, or the machine is full."""
        self._let_go_of_fork()
        self.next.event = channel_.event(channel_.NOT_SPAWNED, self.next.id, error)
        self._clean_up(self.next)

    def _let_go_of_fork(self) -> None:
        if self.confinement.namespaces:
            syscalls.setns(self.own_namespace, syscalls.CLONE_NEWPID)
        for fd in self.its_fds:
            os.close(fd)

    def _yield_cpu(self, sandbox: _Sandbox) -> None:
        if not sandbox.main:
            return
        if sandbox.init:
            others = {os.getpid(), sandbox.init, *(pid for pid, of in self.children.items() if of is not sandbox)}
            tasks = priorities.of_sandbox(sandbox.main, others)
            idle_init.tell_to_yield(sandbox.init, priorities.niceness_of(tasks.running))
        else:
            tasks = priorities.of_process(sandbox.main)
        priorities.lower(tasks, self.confinement)

    def _count(self, sandbox: _Sandbox) -> None:
        if sandbox.scratch and sandbox.main:
            sandbox.accountant = accountant.start(sandbox.scratch, sandbox.main, self.confinement)
            self.children[sandbox.accountant] = sandbox

    def _reap(self) -> None:
        """Whatever has ended, ours or not: what isn't waited for keeps an init from ending, and there is no child that
        this waits for."""
        os.read(self.endings, syscalls.SIGNAL_FD_BYTES)
        while self.children:
            pid, status, usage = os.wait4(-1, os.WNOHANG)
            if not pid:
                return
            sandbox = self.children.pop(pid, None)
            if sandbox is not None:
                self._on_end(sandbox, pid, status, usage)

    def _on_end(self, sandbox: _Sandbox, pid: int, status: int, usage: resource.struct_rusage) -> None:
        if pid == sandbox.main:
            sandbox.main = 0
            if sandbox.accountant:
                os.kill(sandbox.accountant, signal.SIGKILL)
            if sandbox.over_disk:
                status = signal.SIGXFSZ  # which the kernel would have sent, were the disk the job's own
            cpu_us = int((usage.ru_utime + usage.ru_stime) * 1e6)
            sandbox.event = channel_.event(channel_.ENDED, sandbox.id, status, cpu_us, usage.ru_maxrss)
            self._clean_up(sandbox)
        elif pid == sandbox.accountant:
            sandbox.accountant = 0
            if sandbox.main and status == accountant.TOO_MUCH << 8:
                sandbox.over_disk = True
                sandbox.kill()
            elif not sandbox.main:
                self._clean_up(sandbox)
        elif pid == sandbox.init:
            sandbox.init = 0
            if not sandbox.main:  # else somebody killed the init: its main process is about to end too
                self._tell(sandbox)
        else:
            scratch.remove(sandbox.scratch)
            self._tell(sandbox)

    def _clean_up(self, sandbox: _Sandbox) -> None:
        """When there is no main process, or no more. An init ends last; what reads a scratch ends before it goes."""
        if sandbox.accountant:
            return
        if sandbox.init:
            sandbox.kill()
        elif sandbox.scratch:
            try:
                self.children[scratch.start_to_empty(sandbox.scratch, self.confinement)] = sandbox
            except OSError:
                self._tell(sandbox)  # no process to be had: the keeper removes it, at its end
        else:
            self._tell(sandbox)

    def _tell(self, sandbox: _Sandbox) -> None:
        self.sandboxes.pop(sandbox.id, None)
        self.channel.send(sandbox.event)

    def _finish_lockdown(self) -> None:
        """In a sandbox of the fallback tier."""
        try:
            self.lockdown.finish()
            surroundings.live_in(os.getcwd(), self.confinement.font_list)
            self.runner.prepare(surroundings.new_main(os.getcwd()))
        except BaseException:
            traceback.print_exc()
            os._exit(_SANDBOX_FAILED)
