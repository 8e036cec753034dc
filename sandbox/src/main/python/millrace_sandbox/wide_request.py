"""What a JOB frame asks for a wide job: checked here once more, whoever has looked at it before."""
from __future__ import annotations

import json
import re
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

from . import file_paths, limits
from .frames import ProtocolError
from .records import MOST_FILES
from .settings import Settings, human_bytes

_MOST_STRINGS = 256
_NAME = re.compile("[A-Za-z_][A-Za-z0-9_]*")
_REFUSED_NAME = re.compile("(?:LD_|PYTHON|MILLRACE_).*|HOME|PATH|TMPDIR|.*_(?i:proxy)", re.DOTALL)
_PAGE = 4096
_FIELDS = frozenset(("input", "stdin", "files", "args", "env", "outputs", "memory_bytes", "display", "error_detail"))
Refusal = Tuple[str, str]


class WideRequest(NamedTuple):
    input: Optional[int]  # bytes of it; None where there is none
    stdin: Optional[int]
    files: List[Tuple[str, int]]
    args: List[str]
    env: Dict[str, str]
    outputs: List[str]
    memory_bytes: int
    display: bool
    error_detail: bool

    @property
    def input_bytes(self) -> int:
        return (self.input or 0) + (self.stdin or 0) + sum(size for _, size in self.files)

    def refusal(self, code: bytes, settings: Settings) -> Optional[Refusal]:
        """The verdict and the sentence where it can't be had here."""
        on_disk = sum(size + -size % _PAGE for size in (len(code), self.stdin or 0, *(size for _, size in self.files)))
        if on_disk > settings.tmp_bytes:
            return "disk_limit", "The inputs are over the disk limit (%s, %d files)" % (
                human_bytes(settings.tmp_bytes), settings.tmp_inodes)
        if self.memory_bytes > settings.memory_bytes:
            return "memory_limit", "The job asks for %s of memory, which is above the limit (%s)" % (
                human_bytes(self.memory_bytes), human_bytes(settings.memory_bytes))
        return None

    def header(self, code: bytes, settings: Settings) -> bytes:
        """For the runner: `wide_runner.py` reads it."""
        wanted: Dict[str, Any] = {
            "code": len(code), "limits": limits.of_memory(self.memory_bytes), "files": self.files, "args": self.args,
            "env": self.env, "outputs": self.outputs, "display": self.display, "error_detail": self.error_detail,
            "display_limit": settings.display_limit, "file_limit": settings.file_limit, "total_limit": settings.tmp_bytes}
        if self.input is not None:
            wanted["input"] = self.input
        if self.stdin is not None:
            wanted["stdin"] = self.stdin
        return json.dumps(wanted).encode()


def parse(given: Any, settings: Settings) -> WideRequest:
    _check(isinstance(given, dict) and given.keys() <= _FIELDS, "wide has a field that is not known")
    request = WideRequest(
        _size(given, "input"), _size(given, "stdin"), _files(given.get("files", [])), _strings(given, "args", []),
        _environment(given.get("env", {})), _strings(given, "outputs", ["**"]),
        _size(given, "memory_bytes") or settings.memory_bytes, given.get("display") is True, given.get("error_detail") is True)
    _check(all("\0" not in argument for argument in request.args), "args has a NUL")
    return request


def _size(given: Dict[str, Any], name: str) -> Optional[int]:
    value = given.get(name)
    _check(value is None or (type(value) is int and value >= 0), "%s must be a count of bytes" % name)
    return value


def _strings(given: Dict[str, Any], name: str, default: List[str]) -> List[str]:
    value = given.get(name, default)
    _check(isinstance(value, list) and len(value) <= _MOST_STRINGS and all(map(_is_text, value)),
           "%s must be an array of at most %d strings" % (name, _MOST_STRINGS))
    return value


def _files(given: Any) -> List[Tuple[str, int]]:
    _check(isinstance(given, list) and len(given) <= MOST_FILES and all(isinstance(file, dict) for file in given),
           "files must be an array of at most %d objects" % MOST_FILES)
    files = [(file.get("path"), _size(file, "size") or 0) for file in given]
    for path, _ in files:
        problem = file_paths.problem(path) or ("is the program's" if path == file_paths.PROGRAM else "")
        _check(not problem, "a file's path %s" % problem)
    _check(not file_paths.clash(path for path, _ in files), "a file's path is there twice, or below another's")
    return files


def _environment(given: Any) -> Dict[str, str]:
    _check(isinstance(given, dict) and len(given) <= _MOST_STRINGS, "env must be an object of at most %d strings" % _MOST_STRINGS)
    for name, value in given.items():
        _check(_NAME.fullmatch(name) is not None and _REFUSED_NAME.fullmatch(name) is None, "env may not name %s" % name)
        _check(_is_text(value) and "\0" not in value, "env.%s must be a string without NUL" % name)
    return given


def _is_text(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    try:
        value.encode()
        return True
    except UnicodeEncodeError:
        return False


def _check(holds: bool, sentence: str) -> None:
    if not holds:
        raise ProtocolError(sentence)
