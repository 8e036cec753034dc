"""Which path may name a file of a job's, coming or going, and which files a glob means."""
from __future__ import annotations

import re
from typing import FrozenSet, Iterable, List, Pattern, Sequence, Tuple

MOST_BYTES, MOST_PART_BYTES = 4000, 255
PROGRAM, CACHE = "main.py", "__pycache__"
_ANY_DEPTH = "**"
# Of globs: which one, and how many of its parts the folders down to here have used up.
States = FrozenSet[Tuple[int, int]]


def problem(path: object) -> str:
    """Why it may not; empty where it may."""
    if not isinstance(path, str):
        return "is not a string"
    try:
        data = path.encode()
    except UnicodeEncodeError:
        return "has a lone surrogate"
    if not path or b"\0" in data:
        return "is empty" if not path else "has a NUL"
    if len(data) > MOST_BYTES:
        return "is over %d bytes" % MOST_BYTES
    for part in data.split(b"/"):
        if part in (b"", b".", b".."):
            return "has an empty part, or '.' or '..'"
        if len(part) > MOST_PART_BYTES:
            return "has a part over %d bytes" % MOST_PART_BYTES
    return ""


def clash(paths: Iterable[str]) -> str:
    """A path that is there twice, or lies below another file's; empty where there is none."""
    files = set()
    folders = set()
    for path in paths:
        above = path.split("/")[:-1]
        if path in files or path in folders:
            return path
        for count in range(1, len(above) + 1):
            folder = "/".join(above[:count])
            if folder in files:
                return path
            folders.add(folder)
        files.add(path)
    return ""


class Globs:
    """Followed down the folders, part by part: a folder of which no glob can mean anything is not looked into.

    `*` and `?` stay within a part, `**` is any number of folders, none too, and at the end any file below. A name
    that begins with a dot, __pycache__, and the program itself are meant only where a glob spells them out.
    """

    def __init__(self, globs: Sequence[str]) -> None:
        self._parts = [glob.split("/") for glob in globs]
        self._patterns: List[List[Pattern[str]]] = [[_pattern(part) for part in parts] for parts in self._parts]

    def top(self) -> States:
        return self._with_none_between((index, 0) for index in range(len(self._parts)))

    def into(self, states: States, folder: str) -> States:
        """Below that folder."""
        found = []
        for index, at in states:
            if at == len(self._parts[index]) - 1 and self._parts[index][at] != _ANY_DEPTH:
                continue
            if self._means(index, at, folder, False):
                found.append((index, at if self._parts[index][at] == _ANY_DEPTH else at + 1))
        return self._with_none_between(found)

    def mean(self, states: States, file: str, is_top: bool) -> bool:
        """Whether that file is meant, which lies where the states are."""
        return any(at == len(self._parts[index]) - 1 and self._means(index, at, file, is_top) for index, at in states)

    def _means(self, index: int, at: int, name: str, is_top: bool) -> bool:
        part = self._parts[index][at]
        hidden = name == CACHE or (is_top and name == PROGRAM)
        if hidden:
            return part == name
        if part == _ANY_DEPTH:
            return not name.startswith(".")
        return self._patterns[index][at].fullmatch(name) is not None

    def _with_none_between(self, states: Iterable[Tuple[int, int]]) -> States:
        found = set()
        for index, at in states:
            found.add((index, at))
            while self._parts[index][at] == _ANY_DEPTH and at + 1 < len(self._parts[index]):
                at += 1
                found.add((index, at))
        return frozenset(found)


def _pattern(part: str) -> Pattern[str]:
    part = re.sub(r"\*+", "*", part)
    text = "".join("[^/]*" if c == "*" else "[^/]" if c == "?" else re.escape(c) for c in part)
    return re.compile(("(?!\\.)" if part[:1] in ("*", "?") else "") + text, re.DOTALL)
