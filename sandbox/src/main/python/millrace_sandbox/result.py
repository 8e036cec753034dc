"""A job's return value as the JSON that people expect of it; what has no natural form is its repr(). Never an error.

- tuples, deques, ranges, dict views, sets (sorted where they can be): arrays
- mappings and dataclasses: objects; enumerations: their values
- dates, times and durations: ISO 8601; Decimal, UUID, paths: strings
- numpy's scalars and arrays, pandas' series and indexes: their values; data frames: an array of records
- NaN and the infinities: null; integers exact

Nothing is imported for it: a value of a library's is known by the library that is there already.
"""
from __future__ import annotations

import collections.abc
import json
import math
import re
import sys
from typing import Any, Callable, Optional, Set, TypeVar

_DEEPEST = 200
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_NONE_OF_THEIRS = object()
_T = TypeVar("_T")


def encode(value: Any, limit: int) -> Optional[bytes]:
    """None where the text is over `limit` bytes."""
    try:
        text = _dumps(value)
    except Exception:  # of any kind: the value may be of a class of the job's
        text = with_every_digit(lambda: _dumps(_natural(value, set(), 0)))
    data = _LONE_SURROGATE.sub("\ufffd", text).encode("utf-8")
    return data if len(data) <= limit else None


def with_every_digit(convert: Callable[[], _T]) -> _T:
    """Without the interpreter's limit of how long a number's text may be, which the program has again afterwards."""
    if not hasattr(sys, "set_int_max_str_digits"):
        return convert()
    limit = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        return convert()
    finally:
        sys.set_int_max_str_digits(limit)


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _natural(value: Any, above: Set[int], depth: int) -> Any:
    if value is None or type(value) in (bool, str, int):
        return value
    if id(value) in above or depth > _DEEPEST:
        return _repr(value)
    above.add(id(value))
    try:
        return _converted(value, above, depth + 1)
    except Exception:
        return _repr(value)
    finally:
        above.discard(id(value))


def _converted(value: Any, above: Set[int], depth: int) -> Any:
    theirs = _of_a_library(value)
    if theirs is not _NONE_OF_THEIRS:
        return _natural(theirs, above, depth)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, (int, str)):
        return int(value) if isinstance(value, int) else str.__str__(value)
    if isinstance(value, collections.abc.Mapping):
        return {_key(k): _natural(v, above, depth) for k, v in value.items()}
    if isinstance(value, (set, frozenset)):
        return [_natural(item, above, depth) for item in _in_order(value)]
    if isinstance(value, (bytes, bytearray, memoryview)):
        return _repr(value)
    if isinstance(value, (collections.abc.Sequence, collections.abc.Set, collections.abc.ValuesView)):
        return [_natural(item, above, depth) for item in value]
    return _repr(value)


def _in_order(value: Any) -> Any:
    try:
        return sorted(value)
    except Exception:
        return sorted(value, key=lambda item: (type(item).__name__, _repr(item)))


def _of_a_library(value: Any) -> Any:
    """What stands for it where its kind is known, to be converted in turn."""
    kinds = type(value).__mro__
    for kind in kinds:
        convert: Any = _KINDS.get((kind.__module__, kind.__name__))
        if convert is not None:
            return convert(value)
    if hasattr(type(value), "__dataclass_fields__"):
        return {field.name: getattr(value, field.name) for field in sys.modules["dataclasses"].fields(value)}
    return _NONE_OF_THEIRS


def _scalar(value: Any) -> Any:
    """Of numpy's."""
    if value.dtype.kind in "mM":
        return _array(value)
    plain = value.item()
    return float(value) if plain is value or type(plain) is type(value) else plain


def _array(value: Any) -> Any:
    """Of numpy's. Nanoseconds would be bare numbers."""
    if value.dtype.kind in "mM":
        value = value.astype("%s8[us]" % value.dtype.kind)
    return value.tolist()


def _records(frame: Any) -> Any:
    names = [_key(name) for name in frame.columns]
    return [dict(zip(names, row)) for row in frame.itertuples(index=False, name=None)]


def _when(value: Any) -> Any:
    return None if type(value).__name__ == "NaTType" else value.isoformat()


def _duration(value: Any) -> str:
    """As ISO 8601 has it: P1DT2H3M4.5S."""
    microseconds = (value.days * 86400 + value.seconds) * 10**6 + value.microseconds
    sign, microseconds = ("-", -microseconds) if microseconds < 0 else ("", microseconds)
    seconds, microseconds = divmod(microseconds, 10**6)
    days, seconds = divmod(seconds, 86400)
    hours, minutes = seconds // 3600, seconds // 60 % 60
    fraction = (".%06d" % microseconds).rstrip("0") if microseconds else ""
    time = "".join("%d%s" % part for part in ((hours, "H"), (minutes, "M")) if part[0])
    if seconds % 60 or fraction or not (days or time):
        time += "%d%sS" % (seconds % 60, fraction)
    return sign + "P" + ("%dD" % days if days else "") + ("T" + time if time else "")


_KINDS = {
    ("enum", "Enum"): lambda value: value.value,
    ("datetime", "datetime"): _when, ("datetime", "date"): _when, ("datetime", "time"): _when,
    ("datetime", "timedelta"): _duration,
    ("decimal", "Decimal"): str, ("_decimal", "Decimal"): str, ("_pydecimal", "Decimal"): str, ("uuid", "UUID"): str,
    ("pathlib", "PurePath"): str, ("pathlib._local", "PurePath"): str,
    ("array", "array"): lambda value: value.tolist(),
    ("numpy", "generic"): _scalar, ("numpy", "ndarray"): _array,
    ("numpy.ma.core", "MaskedArray"): _array, ("numpy.ma", "MaskedArray"): _array,
    ("pandas.core.frame", "DataFrame"): _records, ("pandas", "DataFrame"): _records,
    ("pandas.core.series", "Series"): list, ("pandas", "Series"): list,
    ("pandas.core.indexes.base", "Index"): list, ("pandas", "Index"): list,
    ("pandas.core.arrays.base", "ExtensionArray"): list,
    ("pandas._libs.tslibs.nattype", "NaTType"): _when, ("pandas._libs.missing", "NAType"): lambda value: None,
    ("pandas._libs.tslibs.period", "_Period"): str,
}


def _key(key: Any) -> str:
    plain = _natural(key, set(), _DEEPEST - 1)
    if isinstance(plain, str):
        return plain
    return json.dumps(plain) if plain is None or isinstance(plain, (int, float)) else _repr(key)


def _repr(value: Any) -> str:
    try:
        return repr(value)
    except Exception:
        return "<%s whose repr() fails>" % type(value).__name__
