"""What a zygote imports so that no job has to, and what each sandbox must not share with the next.

A fork copies everything, the state of random number generators included: they are reseeded
here. What stays shared until the zygote is recycled: the hash seed and the addresses.
"""
from __future__ import annotations

import importlib
import os
import sys
import sysconfig
from typing import Any, Callable, Dict, Iterable, List, Tuple

from . import result, root_fs, toplevel
from .settings import Settings

# What short programs import most, by cost: all of them are 12 MiB and 60 ms once a zygote.
STANDARD_LIBRARY = """
abc argparse array ast asyncio base64 bisect calendar collections collections.abc concurrent.futures contextlib copy csv
ctypes dataclasses datetime decimal difflib enum fractions functools glob hashlib heapq hmac html inspect io itertools
json logging math numbers operator os os.path pathlib pickle platform pprint queue random re secrets shutil signal
socket sqlite3 statistics string struct subprocess tempfile textwrap threading time timeit traceback types typing
unicodedata urllib.parse uuid warnings weakref xml.etree.ElementTree zlib zoneinfo
""".split()
WHERE_INSTALLED = ["numpy", "pandas"]
AUTO, _USUAL = "auto", STANDARD_LIBRARY + WHERE_INSTALLED

_STANDARD_NAMES = frozenset(getattr(sys, "stdlib_module_names", ())) | {n.partition(".")[0] for n in STANDARD_LIBRARY}
_PACKAGE_PARENT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_MT19937_WORDS = 624


# What a zygote imports is paid for by each of its forks, in page tables and mappings: 1.7 ms of CPU with the standard
# library, 6 with pandas. So there are up to three lines of zygotes: a program without the word import gets the bare
# one, one that names none of the larger packages the light one. Taking the wrong one costs time, nothing else.
BARE, LIGHT, FULL = "bare", "light", "full"
# And those of programs that may use a network: never without one. Their names begin so.
NETWORK = "network"
_STANDARD_CLIENTS = ["http.client", "ssl", "urllib.request"]
_CLIENTS = [*_STANDARD_CLIENTS, "requests", "httpx", "aiohttp"]


class PreloadError(Exception):
    pass


def lines(settings: Settings) -> Dict[str, List[str]]:
    """What each line imports. There is always a light one."""
    names = [name for each in settings.preimport for name in (_USUAL if each == AUTO else [each])]
    light = [name for name in names if name.partition(".")[0] in _STANDARD_NAMES]
    bare: Dict[str, List[str]] = {BARE: []} if light else {}
    full: Dict[str, List[str]] = {} if light == names else {FULL: list(names)}
    return {LIGHT: light, **bare, **full}


def of_network(settings: Settings) -> List[str]:
    """What its line imports: all that there is, since to wait for a host takes longer than to fork."""
    every = lines(settings)
    return [*every.get(FULL, every[LIGHT]), *_CLIENTS]


def of_packages(settings: Settings, network: bool) -> List[str]:
    """What the line of a set of packages imports: nothing that the set may have in another version."""
    return lines(settings)[LIGHT] + (_STANDARD_CLIENTS if network else [])


def beyond_standard(names: Iterable[str]) -> List[str]:
    return sorted({name.partition(".")[0] for name in names} - _STANDARD_NAMES)


def words_for_full(imported: Iterable[str]) -> List[str]:
    """Programs that have one of them are for the zygote that imported these. To import matplotlib is to import numpy."""
    larger = beyond_standard(imported)
    return larger + ["matplotlib"] if "numpy" in larger else larger


def import_all(settings: Settings, names: List[str], environment: str = "") -> Tuple[List[str], List[str]]:
    """(imported, not imported). Runs in the sandbox's root: it sees what jobs will see. Of the packages in `environment`,
    which are not the operator's, nothing is imported here: that is done without privilege (template.py)."""
    sys.path[:] = [p for p in sys.path if p != _PACKAGE_PARENT] + list(settings.python_path)
    imported: List[str] = []
    missing: List[str] = []
    for name in names:
        try:
            importlib.import_module(name)
            imported.append(name)
        except Exception:
            if not (AUTO in settings.preimport and name in WHERE_INSTALLED) and name not in _CLIENTS:
                missing.append(name)
    if environment:
        _put_after_standard_library(environment)
    _refuse_threads(imported)
    return imported, missing


def _put_after_standard_library(environment: str) -> None:
    """A package that is named as a module of the standard library's hides nothing of it, here and in an interpreter that a
    job starts: to that one it is the user's folder of packages, which has this place too."""
    paths = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib")}
    last = max((i for i, path in enumerate(sys.path) if path in paths or os.path.dirname(path) in paths and
                os.path.basename(path) == "lib-dynload"), default=-1)
    sys.path.insert(last + 1, environment)
    if environment.startswith(root_fs.USER_BASE + "/"):
        os.environ["PYTHONUSERBASE"] = root_fs.USER_BASE


def _refuse_threads(imported: List[str]) -> None:
    """A fork of a process with threads copies locks that nobody will release."""
    try:
        threads = len(os.listdir("/proc/self/task"))
    except OSError:
        return
    if threads > 1:
        raise PreloadError("importing %s started %d threads; take the one that does out of preimport"
                           % (" ".join(imported), threads - 1))


def warm_up() -> None:
    """Runs what every job runs once, so that its objects exist before the fork."""
    code, names, _ = toplevel.compile_program("import sys\nclass A:\n  def f(self): return 1\nreturn A().f()", "main.py")
    scope: Dict[str, Any] = {"__name__": "__main__", **names}
    eval(code, scope)
    result.encode({"a": [1, 2.5, None, True, {1}]}, 1 << 20)


def reseeders() -> List[Callable[[], object]]:
    """What each sandbox is to call, after all imports; what all may begin with alike is seen to here. OpenSSL notices a fork by
    its process id, which differs here from the zygote's."""
    for name, forget in _FORGOTTEN.items():
        if name in sys.modules:
            forget()
    return [reseeder() for name, reseeder in _RESEEDERS.items() if name in sys.modules]


def _of_random() -> Callable[[], object]:
    """The end of random.seed(), which alone is for a seed of none."""
    random: Any = sys.modules["random"]
    random._inst.gauss_next = None
    seed: Callable[[], object] = super(random.Random, random._inst).seed
    return seed


def _of_numpy() -> Callable[[], object]:
    return _reseed_numpy


def _of_threading() -> Callable[[], object]:
    threading: Any = sys.modules["threading"]
    number: Callable[[], object] = threading.main_thread()._set_native_id
    return number


def _reseed_numpy() -> None:
    numpy: Any = sys.modules["numpy"]
    state = numpy.frombuffer(os.urandom(4 * _MT19937_WORDS), dtype="u4")  # seed() would cost twice as much
    numpy.random.mtrand._rand.set_state(("MT19937", state, _MT19937_WORDS))


def _rename_temporary_files() -> None:
    tempfile: Any = sys.modules["tempfile"]
    tempfile._name_sequence = tempfile.tempdir = None


def _forget_uuids() -> None:
    uuid: Any = sys.modules["uuid"]
    uuid._node = uuid._last_timestamp = None


_FORGOTTEN = {"tempfile": _rename_temporary_files, "uuid": _forget_uuids}
_RESEEDERS = {"random": _of_random, "numpy.random.mtrand": _of_numpy, "threading": _of_threading}
