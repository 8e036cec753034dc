"""A job's return value as JSON text. What JSON can't say becomes its repr(), value by value; never an error."""
from __future__ import annotations

import json
import math
import re
from typing import Any, Optional, Set

_DEEPEST = 200
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def encode(value: Any, limit: int) -> Optional[bytes]:
    """None where the text is over `limit` bytes."""
    try:
        text = _dumps(value)
    except Exception:  # of any kind: the value may be of a class of the job's
        text = _dumps(_plain(value, set(), 0))
    data = _LONE_SURROGATE.sub("\ufffd", text).encode("utf-8")
    return data if len(data) <= limit else None


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _plain(value: Any, above: Set[int], depth: int) -> Any:
    kind = type(value)
    if value is None or kind in (bool, str):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, (int, str)):
        return _own_or_repr(value)
    if not isinstance(value, (dict, list, tuple)) or id(value) in above or depth > _DEEPEST:
        return _repr(value)
    above.add(id(value))
    try:
        if isinstance(value, dict):
            return {_key(k): _plain(v, above, depth + 1) for k, v in value.items()}
        return [_plain(item, above, depth + 1) for item in value]
    except Exception:
        return _repr(value)
    finally:
        above.discard(id(value))


def _key(key: Any) -> str:
    if isinstance(key, str):
        return key
    if key is None or isinstance(key, (bool, int)):
        try:
            return json.dumps(key)
        except Exception:
            return _repr(key)
    return _repr(key)


def _own_or_repr(value: Any) -> Any:
    """Subclasses (enumerations) included; not every int has a decimal text (the limit of int())."""
    try:
        return json.loads(json.dumps(value))
    except Exception:
        return _repr(value)


def _repr(value: Any) -> str:
    try:
        return repr(value)
    except Exception:
        return "<%s whose repr() fails>" % type(value).__name__
