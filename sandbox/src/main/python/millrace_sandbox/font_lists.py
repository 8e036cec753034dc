"""matplotlib's list of fonts, made once: else each job that draws would look through all fonts anew.

matplotlib keeps the list in a folder that it must be able to write. So a sandbox has such a folder of its own
(MPLCONFIGDIR), and in it a link to the list, which is read-only. `prove` lets a job make the list where there is none
(font_list_job.py): at a worker's first start, and so when its image is built.
"""
from __future__ import annotations

import binascii
import os
import sys
from importlib.machinery import PathFinder
from typing import NamedTuple

from .settings import Settings

_FONTS = "/usr/share/fonts"


class FontList(NamedTuple):
    """Of one matplotlib and the fonts that are there."""

    folder: str = ""  # the name of the folder that its file is in; "" where there is no matplotlib
    file: str = ""  # its path on the host; "" where it is still to be made


def find(settings: Settings) -> FontList:
    """By a zygote, on the host's tree. matplotlib is where its interpreter would find it, and is not imported."""
    spec = PathFinder.find_spec("matplotlib", [*sys.path, *settings.python_path])
    if spec is None or not spec.origin:
        return FontList()
    fonts = [path for path, _, _ in os.walk(_FONTS)]  # a folder's time is that at which a font came or went
    known = ["%s %d" % (path, os.stat(path).st_mtime) for path in (spec.origin, *fonts)]
    folder = "matplotlib-%08x" % binascii.crc32("\n".join(known).encode("utf-8", "surrogateescape"))
    for path in (os.path.join(home, folder) for home in settings.caches):
        if os.path.isdir(path):
            return FontList(folder, os.path.join(path, os.listdir(path)[0]))
    return FontList(folder)
