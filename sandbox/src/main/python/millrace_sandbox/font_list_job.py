"""Lets a job make matplotlib's list of fonts: it sees the fonts that jobs see, and has no more rights than they."""
from __future__ import annotations

import json
import os
import sys
import tempfile
from typing import Iterable

from .client import Slot

_PROGRAM = """
import os, tempfile
os.environ["MPLCONFIGDIR"] = folder = tempfile.mkdtemp()
import matplotlib.font_manager
(name,) = [name for name in os.listdir(folder) if name.startswith("fontlist-")]
with open(os.path.join(folder, name)) as made:
    return [name, made.read()]
"""
_TIMEOUT_MS = 60_000


def run(slot: Slot, homes: Iterable[str]) -> None:
    """Where there is a matplotlib and no list yet. A machine on which none can be kept goes on without."""
    folder, file = slot.hello["font_list"]
    if not folder or file:
        return
    outcome = slot.run(_PROGRAM, _TIMEOUT_MS)
    try:
        name, text = json.loads(outcome.result)
    except ValueError:
        return _say("can't be made (%s)" % (outcome.header["error"] or "it is too long for a result"))
    reason = "there is no folder for it"
    for home in homes:
        try:
            return _keep(home, folder, os.path.basename(name), text)
        except OSError as e:
            reason = "%s: %s" % (e.filename, e.strerror)
    _say("can't be kept (%s)" % reason)


def _say(why: str) -> None:
    sys.stderr.write("matplotlib's list of fonts %s: each job that draws makes its own\n" % why)


def _keep(home: str, folder: str, name: str, text: str) -> None:
    os.makedirs(home, exist_ok=True)
    made = tempfile.mkdtemp(prefix="new-", dir=home)
    os.chmod(made, 0o755)
    with open(os.path.join(made, name), "w", encoding="utf-8") as file:
        file.write(text)
        os.fchmod(file.fileno(), 0o644)
    try:
        os.rename(made, os.path.join(home, folder))
    except OSError:  # another worker was faster
        os.unlink(os.path.join(made, name))
        os.rmdir(made)
