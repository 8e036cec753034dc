"""What a slot can be told. `settings.schema.json` has each field's default, what it must be, and its operator's name for it.

Read once, at start; wrong ones stop the start by that name.
"""
from __future__ import annotations

import json
import os
from typing import Any, Dict, NamedTuple, Tuple

MIB = 1 << 20
TIERS = ("root", "userns", "fallback")
STRONG_TIERS = ("root", "userns")

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "settings.schema.json"), encoding="utf-8") as _file:
    _FIELDS: Dict[str, Dict[str, Any]] = json.load(_file)["properties"]


class SettingsError(ValueError):
    pass


def _default(name: str) -> Any:
    value = _FIELDS[name]["default"]
    return tuple(value) if isinstance(value, list) else value


def _caches() -> Tuple[str, ...]:
    found = [os.path.expanduser(path) for path in _default("caches")]
    return tuple(path for path in found if path.startswith("/"))  # where somebody has no home, ~ stays


class Settings(NamedTuple):
    slot: int = _default("slot")
    tier: str = _default("tier")
    require: str = _default("require")

    memory_bytes: int = _default("memory_bytes")
    tmp_bytes: int = _default("tmp_bytes")
    tmp_inodes: int = _default("tmp_inodes")
    processes: int = _default("processes")
    open_files: int = _default("open_files")
    cpus: float = _default("cpus")
    cpu_seconds: int = _default("cpu_seconds")
    output_limit: int = _default("output_limit")
    result_limit: int = _default("result_limit")
    display_limit: int = _default("display_limit")
    file_limit: int = _default("file_limit")

    preimport: Tuple[str, ...] = _default("preimport")  # names of modules; auto among them is the usual ones
    python_path: Tuple[str, ...] = _default("python_path")
    read_only: Tuple[str, ...] = _default("read_only")
    environments: str = _default("environments")
    masked: Tuple[str, ...] = _default("masked")

    prewarm: int = _default("prewarm")
    max_jobs_per_zygote: int = _default("max_jobs_per_zygote")
    uid_base: int = _default("uid_base")
    claimed_uid: int = _default("claimed_uid")
    cgroups: str = _default("cgroups")
    caches: Tuple[str, ...] = _caches()
    scratch_dir: str = _default("scratch_dir")

    @property
    def job_uid(self) -> int:
        return self.claimed_uid or self.uid_base + 1 + self.slot

    def to_json(self) -> bytes:
        return json.dumps(self._asdict()).encode()


def parse(data: bytes) -> Settings:
    try:
        given = json.loads(data or b"{}")
    except ValueError as e:
        raise SettingsError("the settings are not JSON: %s" % e)
    if not isinstance(given, dict):
        raise SettingsError("the settings are not a JSON object")
    values: Dict[str, Any] = {}
    for name, value in given.items():
        if name not in _FIELDS:
            raise SettingsError("unknown setting %s" % name)
        values[name] = _checked(name, value)
    return Settings(**values)


def _checked(name: str, value: Any) -> Any:
    field = _FIELDS[name]
    kind = field.get("type")
    if "enum" in field:
        good, wanted = value in field["enum"], _either(field["enum"])
    elif kind == "array" and "pattern" in field["items"]:
        good, wanted = _strings(value) and all(path.startswith("/") for path in value), "a list of absolute paths"
    elif kind == "array":
        good, wanted = _strings(value), "a list of names"
    elif kind == "string":
        good, wanted = isinstance(value, str), "a string"
    else:
        numbers = (int, float) if kind == "number" else (int,)
        good = isinstance(value, numbers) and not isinstance(value, bool) and value >= field["minimum"]
        wanted = "%s or more" % _in_words(field, field["minimum"])
    if not good:
        raise SettingsError("%s must be %s, but is %s" % (field.get("x-setting", name), wanted, _in_words(field, value)))
    return tuple(value) if kind == "array" else value


def _either(words: Any) -> str:
    return "%s or %s" % (", ".join(words[:-1]), words[-1])


def _strings(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value)


def _in_words(field: Dict[str, Any], value: Any) -> str:
    """A size as its operator writes one."""
    if field.get("x-unit") != "bytes" or not isinstance(value, int):
        return value if isinstance(value, str) else json.dumps(value)
    for unit, name in ((1 << 30, "GB"), (MIB, "MB"), (1 << 10, "KB")):
        if value >= unit and value % unit == 0:
            return "%d%s" % (value // unit, name)
    return "%dB" % value


def human_bytes(count: int) -> str:
    for unit, name in ((1 << 30, "GiB"), (MIB, "MiB"), (1 << 10, "KiB")):
        if count >= unit and count % unit == 0:
            return "%d %s" % (count // unit, name)
    return "%d bytes" % count
