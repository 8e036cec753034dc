"""Whom the kernel kills when memory is short: jobs first, zygotes last.

By /proc/self/oom_score_adj. Anyone may raise a score that is his own; to lower it takes
CAP_SYS_RESOURCE on the host. What could not be set is told, so that nobody relies on it.
"""
from __future__ import annotations

import os
from typing import List, NoReturn

from . import syscalls

PATH, OF_JOBS, _OF_ZYGOTES = b"self/oom_score_adj", b"900", b"-900"


class Scores:
    def __init__(self, proc: int) -> None:
        self.proc = proc  # a descriptor of a /proc; -1 when the scores of jobs can't be set

    def seen_from_here(self) -> "Scores":
        """By the /proc that is here by now, so that nothing of the host's is kept."""
        os.close(self.proc)
        return of_this_process()

    def be_taken_late(self) -> None:
        """Where that is not allowed, jobs raise theirs, which is enough to be taken first."""
        try:
            self._write(_OF_ZYGOTES)
        except OSError:
            pass

    def try_in_a_child(self) -> List[str]:
        """What a sandbox will do; what is unmet where it can't be done."""
        child = os.fork()
        if child == 0:
            self._try()
        failure = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if not failure:
            return []
        os.close(self.proc)
        self.proc = -1
        return ["when memory is short the kernel may kill the worker before a job (oom_score_adj of jobs: %s): let "
                "/proc/self/oom_score_adj be written to" % os.strerror(failure)]

    def _try(self) -> NoReturn:
        try:
            syscalls.prctl(syscalls.PR_SET_DUMPABLE, 1)
            self._write(OF_JOBS)
            os._exit(0)
        except OSError as e:
            os._exit(e.errno or 1)

    def _write(self, score: bytes) -> None:
        fd = os.open(PATH, os.O_WRONLY | os.O_CLOEXEC, dir_fd=self.proc)
        try:
            os.write(fd, score)
        finally:
            os.close(fd)


def of_this_process() -> Scores:
    return Scores(os.open("/proc", os.O_PATH | os.O_CLOEXEC))
