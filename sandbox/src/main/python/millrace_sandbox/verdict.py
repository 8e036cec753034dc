"""How a job ended, from evidence.

In the order of trust: our own clock and the worker's cancel; the kernel (wait status, the
counters of the slot's cgroup); last what the program's interpreter reports of itself, which
a hostile program can forge, to its own harm only: it could have ended that way anyway.
"""
from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from typing import Any, Dict, Optional, Sequence

from .lines import Ended
from .runner import HOW, LIMITS
from .settings import Settings, human_bytes

_MAX_ERROR_CHARS = 2000
_MOST = 1 << 40


@dataclass
class Report:
    """What the runner says, checked."""

    status: int
    how: str  # ok, exit or exception
    error: Optional[str] = None
    limit: Optional[str] = None  # memory, process or disk
    result_truncated: bool = False
    cpu_us: int = 0
    max_rss_kb: int = 0


FORGED = Report(1, "exception", "The program wrote to the sandbox's result channel")


def parse_report(facts: Sequence[Any], error: bytes) -> Report:
    """The fields of runner.REPORT up to the lengths."""
    _, status, how, limit, result_truncated, cpu_us, max_rss_kb = facts
    if how >= len(HOW) or limit >= len(LIMITS) or (HOW[how] == "ok") != (status == 0):
        return FORGED
    text = error.decode("utf-8", "replace")[:_MAX_ERROR_CHARS]
    return Report(status, HOW[how], text or None, LIMITS[limit], result_truncated,
                  min(cpu_us, _MOST), min(max_rss_kb, _MOST))


@dataclass
class Evidence:
    timeout_ms: int
    cpu_seconds: int
    timed_out: bool = False
    cancelled: bool = False
    failed: Optional[str] = None  # our own failure
    no_network: str = ""  # why this machine gives it none
    report: Optional[Report] = None
    ended: Optional[Ended] = None
    oom_kills: int = 0


def decide(evidence: Evidence, settings: Settings) -> Dict[str, Any]:
    """verdict, exit_code, signal, error, limit"""
    if evidence.failed is not None:
        return _verdict("sandbox_failed", error=evidence.failed)
    if evidence.no_network:
        return _verdict("network_unavailable", error=evidence.no_network)
    if evidence.cancelled:
        return _verdict("cancelled", error="Execution was cancelled")
    if evidence.timed_out:
        return _verdict("timeout", error="Execution timed out after %g seconds" % (evidence.timeout_ms / 1000))
    if evidence.report is not None:
        return _reported(evidence.report, evidence, settings)
    if evidence.ended is None and evidence.oom_kills:
        return _over("memory", evidence, settings, signal=signal.SIGKILL)
    if evidence.ended is None or evidence.ended.status is None:
        return _verdict("sandbox_failed", error="The sandbox could not be started")
    return _from_wait_status(evidence.ended, evidence, settings)


def _reported(report: Report, evidence: Evidence, settings: Settings) -> Dict[str, Any]:
    if report.how != "ok" and (report.limit == "memory" or evidence.oom_kills):
        return _over("memory", evidence, settings, exit_code=report.status)
    if report.limit:
        return _over(report.limit, evidence, settings, exit_code=report.status)
    error = "Process exited with code %d" % report.status if report.how == "exit" else report.error
    return _verdict(report.how, exit_code=report.status, error=error)


def _from_wait_status(ended: Ended, evidence: Evidence, settings: Settings) -> Dict[str, Any]:
    assert ended.status is not None
    if os.WIFEXITED(ended.status):
        code = os.WEXITSTATUS(ended.status)
        if code and evidence.oom_kills:
            return _over("memory", evidence, settings, exit_code=code)
        if code == 0:
            return _verdict("ok", exit_code=0)
        return _verdict("exit", exit_code=code, error="Process exited with code %d" % code)
    number = os.WTERMSIG(ended.status)
    if number == signal.SIGKILL and evidence.oom_kills:
        return _over("memory", evidence, settings, signal=number)
    used_up = ended.cpu_us >= (evidence.cpu_seconds - 0.5) * 1e6
    if number == signal.SIGXCPU or (number == signal.SIGKILL and used_up):
        return _over("cpu", evidence, settings, signal=number)
    if number == signal.SIGXFSZ:
        return _over("disk", evidence, settings, signal=number)
    return _verdict("signal", signal=number, error="Killed by signal %d (%s)" % (number, _signal_name(number)))


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return "real-time"


def _over(which: str, evidence: Evidence, settings: Settings, **how: Any) -> Dict[str, Any]:
    title, value = {
        "memory": ("Memory", human_bytes(settings.memory_bytes)),
        "process": ("Process", "%d processes and threads" % settings.processes),
        "disk": ("Disk", "%s, %d files" % (human_bytes(settings.tmp_bytes), settings.tmp_inodes)),
        "cpu": ("CPU time", "%d s" % evidence.cpu_seconds),
    }[which]
    return _verdict(which + "_limit", error="%s limit exceeded (%s)" % (title, value), limit=value, **how)


def _verdict(verdict: str, exit_code: Optional[int] = None, signal: Optional[int] = None, error: Optional[str] = None,
             limit: Optional[str] = None) -> Dict[str, Any]:
    return {"verdict": verdict, "exit_code": exit_code, "signal": signal, "error": error, "limit": limit}
