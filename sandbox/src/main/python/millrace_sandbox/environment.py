"""The packages that a job asked for, and the sandbox that has imported them, as the helper sees both."""
from __future__ import annotations

import json
import os
import re
import time
from typing import Any, List, NamedTuple, Optional, Pattern, Tuple

from . import preload
from . import zygote_channel as channel
from .frames import ProtocolError
from .runner import JOB, WIDE

_NAME, _MODULE = re.compile("[0-9a-f]{64}"), re.compile(r"[^\W\d]\w{0,99}")
_MOST_IMPORTS, _MOST_BYTES = 32, 2000
_FOR_EVER = (1 << 32) - 1
# A job whose packages are being imported waits for that, since it would take no less; not for ever.
SECONDS_TO_WAIT_FOR_IMPORTS = 10.0


class Environment(NamedTuple):
    """By its name there is a folder; these modules of it may be imported beforehand."""

    name: str
    imports: List[str]
    mentioned: Pattern[bytes]

    def line(self, network: bool) -> str:
        """The name of its zygotes' line; a network is a line of its own."""
        return (preload.NETWORK + "-" if network else "") + self.name

    def folder_in(self, environments: str) -> Optional[Tuple[int, int]]:
        """What tells it from another of that name; None where the helper may not look."""
        try:
            found = os.stat(os.path.join(environments, self.name))
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns


def parse(value: Any) -> Environment:
    name = value.get("name") if isinstance(value, dict) else None
    imports = value.get("imports", []) if isinstance(value, dict) else None
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ProtocolError("environment must have a name of 64 hexadecimal digits")
    if not isinstance(imports, list) or not all(isinstance(each, str) and _MODULE.fullmatch(each) for each in imports):
        raise ProtocolError("imports of environment must be names of modules")
    chosen = imports[:_MOST_IMPORTS]
    while len(json.dumps(chosen)) > _MOST_BYTES:
        chosen.pop()
    words = "|".join(map(re.escape, chosen))
    return Environment(name, chosen, re.compile(r"\b(?:%s)\b".encode() % words.encode() if words else b"(?!)"))


class TemplateEnds:
    """The helper's ends of a template: the channel on which it is asked for forks, and what its imports wrote."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self.channel, theirs = channel.pair()
        self.wrote, writes = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        theirs.setblocking(False)
        self._theirs = theirs
        self._writes = writes
        self.begun_at = time.monotonic()
        self.peak = 0
        header = json.dumps({"template": environment.imports}).encode()
        self.channel.send(JOB.pack(_FOR_EVER, _FOR_EVER, WIDE | len(header)) + header)

    @property
    def theirs(self) -> List[int]:
        return [self._theirs.fileno(), self._writes, self._writes, self._writes]

    def passed_on(self) -> None:
        self._theirs.close()
        os.close(self._writes)

    def is_worth_waiting_for(self, code: bytes) -> bool:
        return bool(self.environment.mentioned.search(code)) and time.monotonic() < self.begun_at + SECONDS_TO_WAIT_FOR_IMPORTS

    def is_silent(self) -> bool:
        """But for the word that it is ready."""
        return len(os.read(self.wrote, 2)) <= 1

    def close(self) -> None:
        os.close(self.wrote)
