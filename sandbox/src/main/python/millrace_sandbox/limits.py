"""Resource limits of one process, in force in every tier.

They bound each process alone; a slot's cgroup, where there is one, bounds a job as a whole.
"""
from __future__ import annotations

import os
import resource
from typing import List, Tuple

from .settings import MIB, Settings

# A job that met its memory limit needs room to say so; the runner raises its own soft limit into it.
SLACK_BYTES = 16 * MIB
MOST_ENVIRONMENTS = 2  # of which a slot has zygotes
# Text, libraries and reservations that are mapped and never touched.
_ADDRESS_SPACE_BEYOND_DATA = 1 << 30
_STACK_BYTES = 8 * MIB


# What a zygote can live with too: it sets these for itself, and its sandboxes inherit them.
_OF_A_ZYGOTE = [
    (resource.RLIMIT_STACK, _STACK_BYTES, _STACK_BYTES),
    (resource.RLIMIT_CORE, 1, 1),  # no dump is made, nor handed to the program that a piped core_pattern names
    (resource.RLIMIT_MEMLOCK, 65536, 65536),
    (resource.RLIMIT_MSGQUEUE, 0, 0),
    (resource.RLIMIT_SIGPENDING, 256, 256),
    (resource.RLIMIT_NICE, 0, 0),
    (resource.RLIMIT_RTPRIO, 0, 0),
]


def own_uid(tier: str) -> bool:
    """Whether no process but the slot's is counted with its jobs': RLIMIT_NPROC counts by user and namespace."""
    return tier == "userns" or os.geteuid() == 0


def table(settings: Settings, tier: str) -> List[Tuple[int, int, int]]:
    """(resource, soft, hard) of each sandbox, beside its zygote's."""
    rows = [
        *of_memory(settings.memory_bytes),
        (resource.RLIMIT_FSIZE, settings.tmp_bytes, settings.tmp_bytes),
        (resource.RLIMIT_NOFILE, settings.open_files, settings.open_files),
    ]
    if own_uid(tier):
        processes = settings.processes + bystanders(settings)
        rows.append((resource.RLIMIT_NPROC, processes, processes))
    return [_below_ceiling(*row) for row in rows]


def of_memory(limit: int) -> List[Tuple[int, int, int]]:
    address_space = limit + _ADDRESS_SPACE_BEYOND_DATA
    return [(resource.RLIMIT_DATA, limit, limit + SLACK_BYTES), (resource.RLIMIT_AS, address_space, address_space + SLACK_BYTES)]


def bystanders(settings: Settings) -> int:
    """Processes of a slot beside the running job's. In each line (three, and one an environment): the zygote's own two, and two for every
    sandbox that waits or is about to die."""
    lines = 3 + (MOST_ENVIRONMENTS if settings.environments else 0)
    return lines * (2 + 2 * (settings.prewarm + 1))


def apply_to_zygote() -> None:
    apply([_below_ceiling(*row) for row in _OF_A_ZYGOTE])


def unmet() -> List[str]:
    """What these limits, as they could be set, do not keep."""
    if resource.getrlimit(resource.RLIMIT_CORE)[0] == 1:
        return []
    return ["a job that crashes may start the program that kernel.core_pattern names: start the worker with a hard "
            "limit for core dumps (ulimit -Hc) of at least 1"] if _core_pattern_is_a_program() else []


def _core_pattern_is_a_program() -> bool:
    try:
        with open("/proc/sys/kernel/core_pattern") as f:
            return f.read(1) == "|"
    except OSError:
        return False


def apply(rows: List[Tuple[int, int, int]]) -> None:
    for kind, soft, hard in rows:
        resource.setrlimit(kind, (soft, hard))


def _below_ceiling(kind: int, soft: int, hard: int) -> Tuple[int, int, int]:
    ceiling = resource.getrlimit(kind)[1]
    if ceiling == resource.RLIM_INFINITY:
        return kind, soft, hard
    return kind, min(soft, ceiling), min(hard, ceiling)


def of_cpu(seconds: int) -> Tuple[int, int]:
    """(soft, hard) of RLIMIT_CPU: SIGXCPU at `seconds`, SIGKILL a second later where that is caught or ignored."""
    ceiling = resource.getrlimit(resource.RLIMIT_CPU)[1]
    hard = seconds + 1 if ceiling == resource.RLIM_INFINITY else min(seconds + 1, ceiling)
    return min(seconds, hard), hard
