"""What a value is, in at most 100 characters, for whoever reads of an error.

`plain` runs nothing of the program's: it knows the usual kinds, and looks at others from outside. `own` asks an object
for its repr(), which may do anything and take for ever: see error_detail.py for who may ask.

A value loses what suggests a secret: by the name that it has, as an attribute or key.
"""
from __future__ import annotations

import re
import sys
import types
from typing import Any, Dict, List, Optional

from .records import MOST_REPR_CHARS

HIDDEN = "<hidden>"
_ITEMS, _DEPTH, _DIGITS = 8, 3, 60
_NEVER_ALONE = re.compile(r"passw|passphrase|secret|credential|token(?!iz)|api_?key|authori[sz]", re.IGNORECASE)
_WORDS = frozenset(("auth", "bearer", "cookie", "cookies", "creds", "dsn", "jwt", "key", "keys", "otp", "pass", "pin", "pwd"))
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_SCALARS = (bool, type(None), float, complex, type(...), type(NotImplemented))
_BRACKETS = {list: "[]", tuple: "()", set: "{}", frozenset: "{}"}
_PLAIN = frozenset((*_SCALARS, int, str, bytes, bytearray, dict, type, types.FunctionType, types.BuiltinFunctionType))
# Of the standard library and not a program's: their repr() runs nothing else's.
_OF_LIBRARIES = frozenset((
    ("datetime", "datetime"), ("datetime", "date"), ("datetime", "time"), ("datetime", "timedelta"), ("datetime", "timezone"),
    ("decimal", "Decimal"), ("fractions", "Fraction"), ("uuid", "UUID"), ("pathlib", "PosixPath"), ("pathlib", "PurePosixPath"),
    ("pathlib._local", "PosixPath"), ("re", "Pattern"), ("re", "Match"), ("builtins", "range"), ("builtins", "slice")))


def suggests_secret(name: str) -> bool:
    return _NEVER_ALONE.search(name) is not None or any(word.lower() in _WORDS for word in _WORD.findall(name))


def plain(value: Any, depth: int = 0) -> str:
    kind = type(value)
    if kind in _SCALARS:
        text = repr(value)
    elif kind is int:
        text = repr(value) if value.bit_length() < 3 * _DIGITS else "<int of %d bits>" % value.bit_length()
    elif kind in (str, bytes, bytearray):
        text = repr(value[:MOST_REPR_CHARS])
    elif kind in _BRACKETS:
        text = _sequence(value, _BRACKETS[kind], depth)  # type: ignore[index]
    elif kind is dict:
        text = "{%s}" % _pairs([(plain(k, depth + 1), k, v) for k, v in _first(value.items())], ": ", len(value), depth)
    else:
        text = _of_a_class(value, kind, depth)
    return cut(text)


def is_plain(value: Any) -> bool:
    """Whether `plain` says all of it."""
    kind = type(value)
    return kind in _PLAIN or kind in _BRACKETS


def own(value: Any) -> Optional[str]:
    """By the object itself; None where `plain` says as much, or where it would tell an attribute that suggests a secret."""
    kind: Any = type(value)
    if kind.__repr__ is object.__repr__ or kind.__module__ == "builtins" or isinstance(value, BaseException):
        return None
    if hasattr(kind, "__dataclass_fields__") or any(suggests_secret(name) for name in _attributes(value)):
        return None
    return cut(str.__str__(repr(value)))


def cut(text: str) -> str:
    return text if len(text) <= MOST_REPR_CHARS else text[:MOST_REPR_CHARS - 1] + "…"


def _first(things: Any) -> List[Any]:
    return [thing for _, thing in zip(range(_ITEMS), things)]


def _sequence(value: Any, brackets: str, depth: int) -> str:
    if depth > _DEPTH:
        return brackets[0] + "…" + brackets[1]
    items = [plain(item, depth + 1) for item in _first(value)]
    if len(value) > _ITEMS:
        items.append("… %d in all" % len(value))
    if not items and brackets == "{}":
        return type(value).__name__ + "()"
    return brackets[0] + ", ".join(items) + ("," if brackets == "()" and len(items) == 1 else "") + brackets[1]


def _pairs(pairs: List[Any], between: str, count: int, depth: int) -> str:
    if depth > _DEPTH:
        return "…"
    parts = [shown + between + (HIDDEN if isinstance(name, str) and suggests_secret(name) else plain(value, depth + 1))
             for shown, name, value in pairs]
    return ", ".join(parts + (["… %d in all" % count] if count > _ITEMS else []))


def _of_a_class(value: Any, kind: type, depth: int) -> str:
    name = type.__getattribute__(kind, "__name__")
    described = _of_a_library(value, kind, str(type.__getattribute__(kind, "__module__")), name)
    if described is not None:
        return described
    if issubclass(kind, type):
        return "<class %s>" % type.__getattribute__(value, "__name__")
    if kind in (types.FunctionType, types.BuiltinFunctionType):
        return "<function %s>" % value.__name__
    if issubclass(kind, tuple) and type(getattr(kind, "_fields", None)) is tuple:  # a named one
        fields = list(zip(kind._fields, tuple.__iter__(value)))  # type: ignore[attr-defined]
        return "%s(%s)" % (name, _pairs([(field, field, item) for field, item in _first(fields)], "=", len(fields), depth))
    attributes = _attributes(value)
    shown = [(key, key, attributes[key]) for key in _first(attributes)]
    return "<%s>" % " ".join(filter(None, (name, _pairs(shown, "=", len(attributes), depth))))


def _attributes(value: Any) -> Dict[str, Any]:
    try:
        found = object.__getattribute__(value, "__dict__")
    except Exception:
        return {}
    return {key: found[key] for key in list(found) if type(key) is str} if type(found) is dict else {}


def _of_a_library(value: Any, kind: type, module: str, name: str) -> Optional[str]:
    """Where it is of a class that is known, and not only called so."""
    if getattr(sys.modules.get(module), name, None) is not kind:
        return None
    if (module, name) in _OF_LIBRARIES:
        return repr(value)
    package = module.partition(".")[0]
    if package == "numpy" and name == "ndarray":
        first = value.ravel()[:_ITEMS].tolist() if value.dtype.kind in "biufc" and value.flags.c_contiguous else []
        return "<ndarray %s of shape %s: %s>" % (value.dtype, value.shape, first)
    if package == "numpy" and hasattr(kind, "dtype"):
        return None if value.dtype.hasobject else repr(value)
    if package == "pandas" and name == "DataFrame":
        columns = ", ".join(str(column) for column in _first(value.columns) if type(column) in (str, int))
        return "<DataFrame of %d rows, %d columns: %s>" % (*value.shape, columns)
    if package == "pandas" and name in ("Series", "Index", "RangeIndex"):
        return "<%s of %d values, %s>" % (name, len(value), value.dtype)
    return None
