"""What a slot can be told, with every default. Read once, at start; wrong ones stop the start by name."""
from __future__ import annotations

import json
import os
from typing import Any, Dict, NamedTuple, Tuple

MIB = 1 << 20
_CACHES = ("/var/cache/millrace", os.path.expanduser("~/.cache/millrace"))
TIERS = ("root", "userns", "fallback")
STRONG_TIERS = ("root", "userns")


class SettingsError(ValueError):
    pass


class Settings(NamedTuple):
    slot: int = 0  # distinct among the slots of one worker
    tier: str = "auto"  # auto takes the strongest that works here
    require: str = "strong"  # what auto may settle for: strong (root, userns) or fallback

    memory_bytes: int = 512 * MIB
    tmp_bytes: int = 64 * MIB  # of the scratch, /tmp and /dev/shm together
    tmp_inodes: int = 4096
    processes: int = 64  # and threads
    open_files: int = 256
    cpus: float = 1.0  # quota of the slot's cgroup; 0 is none
    cpu_seconds: int = 0  # of one process; 0 derives it from the job's timeout, as a backstop
    output_limit: int = MIB  # bytes kept of stdout, and of stderr
    result_limit: int = MIB
    display_limit: int = 8 * MIB  # bytes kept of what a job shows: figures, tables
    file_limit: int = 100 * MIB  # of one file that comes back

    preimport: Any = "auto"  # names of modules, or auto
    python_path: Tuple[str, ...] = ()  # directories with more packages, read-only
    read_only: Tuple[str, ...] = ()  # other paths that the packages need, read-only
    masked: Tuple[str, ...] = ("/usr/local", "/usr/src")  # parts of /usr that jobs find empty

    prewarm: int = 1  # sandboxes kept ready; 0 forks on demand
    max_jobs_per_zygote: int = 1000
    uid_base: int = 60706  # the helper's uid where root starts it; jobs have one each of the 256 above it (users.py)
    claimed_uid: int = 0  # the jobs' uid; 0 is uid_base + 1 + slot
    cgroups: str = "auto"  # or off
    caches: Tuple[str, ...] = tuple(path for path in _CACHES if path[0] == "/")  # where lists of fonts may be kept
    scratch_dir: str = ""  # fallback tier only: where its jobs' directories are made

    @property
    def job_uid(self) -> int:
        return self.claimed_uid or self.uid_base + 1 + self.slot

    def to_json(self) -> bytes:
        return json.dumps(self._asdict()).encode()


_CHOICES = {"tier": ("auto",) + TIERS, "require": ("strong", "fallback"), "cgroups": ("auto", "off")}
_LEAST = {"memory_bytes": 64 * MIB, "tmp_bytes": MIB, "tmp_inodes": 16, "processes": 1, "open_files": 64,
          "output_limit": 1, "result_limit": 1, "display_limit": 1, "file_limit": 1, "max_jobs_per_zygote": 1, "uid_base": 1}


def parse(data: bytes) -> Settings:
    try:
        given = json.loads(data or b"{}")
    except ValueError as e:
        raise SettingsError("the settings are not JSON: %s" % e)
    if not isinstance(given, dict):
        raise SettingsError("the settings are not a JSON object")
    known = Settings()._asdict()
    values: Dict[str, Any] = {}
    for name, value in given.items():
        if name not in known:
            raise SettingsError("unknown setting %s" % name)
        values[name] = _converted(name, value, known[name])
    return Settings(**values)


def _converted(name: str, value: Any, default: Any) -> Any:
    if name in _CHOICES:
        if value not in _CHOICES[name]:
            raise SettingsError("%s must be one of %s" % (name, ", ".join(_CHOICES[name])))
    elif name == "preimport":
        if value != "auto" and not _strings(value):
            raise SettingsError("preimport must be auto or a list of module names")
    elif isinstance(default, tuple):
        if not _strings(value) or not all(path.startswith("/") for path in value):
            raise SettingsError("%s must be a list of absolute paths" % name)
        return tuple(value)
    elif isinstance(default, str):
        if not isinstance(value, str):
            raise SettingsError("%s must be a string" % name)
    elif isinstance(value, bool) or not isinstance(value, (int, float)) or value < _LEAST.get(name, 0):
        raise SettingsError("%s must be a number, at least %d" % (name, _LEAST.get(name, 0)))
    else:
        return type(default)(value)
    return value


def _strings(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value)


def human_bytes(count: int) -> str:
    for unit, name in ((1 << 30, "GiB"), (MIB, "MiB"), (1 << 10, "KiB")):
        if count >= unit and count % unit == 0:
            return "%d %s" % (count // unit, name)
    return "%d bytes" % count
