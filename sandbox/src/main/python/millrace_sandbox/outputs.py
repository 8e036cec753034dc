"""Which files of a wide job's come back, and how: found, opened and read by its runner, when the program is over.

Of what a program leaves, links, FIFOs and sockets are never followed or opened: each folder and file is opened below the
one above it (openat, O_NOFOLLOW), and looked at again by its descriptor. Threads and children of the program may be there
still, and change what is read meanwhile: such a file is not whole.
"""
from __future__ import annotations

import json
import os
import stat
from os import close, fstat, open as open_, read, scandir
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple

from . import file_paths, records
from .file_paths import Globs, States
from .inputs import Signature, signature

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
Send = Callable[[bytes, bytes], None]
# The folders above, and the name; as the file system has it.
_Place = Tuple[Tuple[str, ...], str]


class Outputs:
    def __init__(self, folder: str, globs: List[str], file_limit: int, total_limit: int, given: Dict[str, Signature]) -> None:
        """`given` are the files that came with the job: unchanged, they don't go back."""
        self._folder, self._globs = folder, Globs(globs)
        self._file_limit, self._left = file_limit, total_limit
        self._given = given
        self._lost = False
        self._omitted: List[Dict[str, Any]] = []
        self._kept = 0

    def send_all(self, send: Send) -> None:
        try:
            top = open_(self._folder, _FOLDER)
        except OSError:
            send(records.LOST, b"")  # the program made another of it
            return
        try:
            for path, place in sorted(self._found(top)):
                if self._kept == records.MOST_FILES and len(self._omitted) == records.MOST_OMITTED:
                    break
                self._send(top, path, place, send)
        finally:
            close(top)
        if self._omitted:
            send(records.OMITTED, json.dumps(self._omitted).encode())
        if self._lost:
            send(records.LOST, b"")

    def _found(self, top: int) -> Iterator[Tuple[str, _Place]]:
        """Whatever a glob means and is a file, by its path."""
        folders: List[Tuple[Tuple[str, ...], States]] = [((), self._globs.top())]
        seen = set()
        while folders:
            above, states = folders.pop()
            for name, is_folder in self._entries(top, above):
                shown = os.fsencode(name).decode("utf-8", "replace")
                if is_folder:
                    below = self._globs.into(states, shown)
                    if below:
                        folders.append(((*above, name), below))
                elif self._globs.mean(states, shown, not above):
                    path = "/".join([os.fsencode(part).decode("utf-8", "replace") for part in above] + [shown])
                    if path in seen or file_paths.problem(path):
                        self._lost = True  # a name that is no text, and would be another's
                        continue
                    seen.add(path)
                    yield path, (above, name)

    def _entries(self, top: int, folder: Tuple[str, ...]) -> List[Tuple[str, bool]]:
        """Its files and folders; nothing else that is in it."""
        try:
            fd = _open_folder(top, folder)
        except OSError:
            self._lost = True  # the program took away the right to look into it, or just replaced it
            return []
        try:
            with scandir(fd) as entries:
                return [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries
                        if entry.is_dir(follow_symlinks=False) or entry.is_file(follow_symlinks=False)]
        except OSError:
            self._lost = True
            return []
        finally:
            close(fd)

    def _send(self, top: int, path: str, place: _Place, send: Send) -> None:
        fd = self._opened(top, place)
        if fd is None:
            return
        try:
            found = fstat(fd)
            if not stat.S_ISREG(found.st_mode) or self._given.get(path) == signature(found):
                return
            if found.st_size > min(self._file_limit, self._left):
                self._omit(path, found.st_size, "too_large")
            elif self._kept == records.MOST_FILES:
                self._omit(path, found.st_size, "too_many")
            else:
                self._kept += 1
                self._left -= found.st_size
                send(records.FILE, json.dumps({"path": path, "size": found.st_size}).encode())
                send(records.FILE_END, b"\1" if _send_bytes(fd, found, send) else b"\0")
        finally:
            close(fd)

    def _opened(self, top: int, place: _Place) -> Optional[int]:
        above, name = place
        try:
            folder = _open_folder(top, above)
            try:
                return open_(name, _FILE, dir_fd=folder)
            finally:
                close(folder)
        except OSError:
            self._lost = True
            return None

    def _omit(self, path: str, size: int, why: str) -> None:
        if len(self._omitted) < records.MOST_OMITTED:
            self._omitted.append({"path": path, "size": size, "omitted": why})


def _open_folder(top: int, parts: Tuple[str, ...]) -> int:
    fd = open_(".", _FOLDER, dir_fd=top)
    for part in parts:
        try:
            below = open_(part, _FOLDER, dir_fd=fd)
        finally:
            close(fd)
        fd = below
    return fd


def _send_bytes(fd: int, found: os.stat_result, send: Send) -> bool:
    """Whether they were all there, and of one moment."""
    left = found.st_size
    while left:
        data = read(fd, min(left, records.CHUNK_BYTES))
        if not data:
            return False
        send(records.CHUNK, data)
        left -= len(data)
    return signature(fstat(fd)) == signature(found)
