"""Lets children of multiprocessing's spawn have a `main.py` that Python itself could not compile.

Such a child runs its parent's file by runpy, which takes compiled code as well as text. So a program with a top-level
return or await, or indented code, is given to them compiled, by the name of the file that an import would leave.
"""
from __future__ import annotations

import importlib.util
import marshal
import os
import sys
from types import CodeType
from typing import Any

# Programs that may start such children name one of these.
NAMES = ("multiprocessing", "ProcessPoolExecutor", "concurrent.futures")
_RUN = "__import__('asyncio').run(eval(__import__('marshal').loads(%r)))"


def serve(code: CodeType, file: str, is_coroutine: bool) -> None:
    import multiprocessing.spawn as spawn
    original: Any = spawn.get_preparation_data

    def get_preparation_data(name: str) -> Any:
        data = original(name)
        if data.get("init_main_from_path") == file:
            data["init_main_from_path"] = _compiled(code, file, is_coroutine)
        return data

    spawn.get_preparation_data = get_preparation_data


def _compiled(code: CodeType, file: str, is_coroutine: bool) -> str:
    path = os.path.join(os.path.dirname(file), "__pycache__", "main.%s.pyc" % sys.implementation.cache_tag)
    if not os.path.exists(path):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if is_coroutine:
            code = compile(_RUN % marshal.dumps(code), file, "exec", dont_inherit=True)
        with open(path + ".new", "wb") as out:
            out.write(importlib.util.MAGIC_NUMBER + bytes(12) + marshal.dumps(code))
        os.rename(path + ".new", path)
    return path
