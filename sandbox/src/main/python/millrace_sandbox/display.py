"""`display(x)` of a wide job: what is shown goes out at once, as a bundle by media type, in the order of time.

As in a notebook: an object that has _repr_mimebundle_, _repr_png_, _repr_svg_ or _repr_html_ is shown by it, a figure as
PNG, a dict or list as JSON; each with its repr() as plain text. One that fails falls back to the next.
"""
from __future__ import annotations

import binascii
import json
import os
from _thread import allocate_lock
from typing import Any, Callable, Dict, List, Optional

from . import figures, records, result
from .records import MOST_SHOWN

_BY_METHOD = (("_repr_png_", "image/png"), ("_repr_svg_", "image/svg+xml"), ("_repr_html_", "text/html"))
_getpid = os.getpid


class Display:
    def __init__(self, limit: int, send: Callable[[bytes, bytes], None]) -> None:
        """`limit`: bytes of JSON in all."""
        self._left, self._items = limit, 0
        self._send = send
        self._lock = allocate_lock()
        self._process = _getpid()
        self._figures_shown: List[int] = []

    def for_program(self) -> Callable[..., None]:
        """`display`, as the program has it."""
        def display(*things: Any) -> None:
            """Shows each as notebooks do: figures, tables, images, whatever has a _repr_html_."""
            for thing in things:
                self._show(thing)

        display.__module__, display.__qualname__ = "builtins", "display"
        return display

    def for_pyplot(self) -> Callable[..., None]:
        def show(*args: Any, **kwargs: Any) -> None:
            """Shows all open figures, and closes them."""
            if _getpid() == self._process:
                self._show_open()
                figures.close_all()

        return show

    def show_what_is_left(self) -> None:
        """At the end: figures that are open and were not shown."""
        self._show_open()

    def show_returned(self, value: Any) -> None:
        """Where there is more to it than its JSON."""
        kind = type(value)
        if figures.is_figure(value) or any(hasattr(kind, name) for name in ("_repr_mimebundle_", *dict(_BY_METHOD))):
            self._show(value)

    def _show_open(self) -> None:
        for figure in figures.opened():
            if id(figure) not in self._figures_shown and not figures.is_empty(figure):
                self._show(figure)

    def _show(self, thing: Any) -> None:
        if _getpid() != self._process:  # a child's: the sandbox hears its main process only
            print(_repr(thing))
            return
        if self._left < 0:
            return
        text = _as_json(_bundle(thing, self._left))
        with self._lock:
            if self._left < 0:
                return
            if figures.is_figure(thing):
                self._figures_shown.append(id(thing))
            self._items += 1
            if text is None or len(text) > self._left or self._items > MOST_SHOWN:
                self._left = -1
                self._send(records.SHOWN_TOO_MUCH, b"")
            else:
                self._left -= len(text)
                self._send(records.SHOWN, text)


def _as_json(bundle: Optional[Dict[str, Any]]) -> Optional[bytes]:
    """None where it is too large."""
    if bundle is None:
        return None
    parts = [json.dumps(kind).encode() + b":" + (value if isinstance(value, bytes) else json.dumps(value).encode())
             for kind, value in bundle.items()]
    return b"{" + b",".join(parts) + b"}"


def _bundle(thing: Any, limit: int) -> Optional[Dict[str, Any]]:
    """By media type; JSON as bytes. None where it is too large."""
    bundle: Dict[str, Any] = {}
    if figures.is_figure(thing):
        _try(bundle, "image/png", lambda: _base64(figures.png(thing)))
        bundle["text/plain"] = str(thing)
        return bundle
    kind = type(thing)
    if hasattr(kind, "_repr_mimebundle_"):
        _try_mimebundle(bundle, thing, limit)
    if not bundle.keys() - {"text/plain"}:
        for name, media_type in _BY_METHOD:
            if hasattr(kind, name):
                _try(bundle, media_type, lambda: _text(media_type, getattr(thing, name)()))
    if not bundle.keys() - {"text/plain"} and isinstance(thing, (dict, list)):
        encoded = result.encode(thing, limit)
        if encoded is None:
            return None
        bundle["application/json"] = encoded
    bundle.setdefault("text/plain", _repr(thing))
    return bundle


def _try(bundle: Dict[str, Any], media_type: str, make: Callable[[], Optional[str]]) -> None:
    try:
        made = make()
    except Exception:
        return
    if made is not None:
        bundle[media_type] = made


def _try_mimebundle(bundle: Dict[str, Any], thing: Any, limit: int) -> None:
    try:
        made = thing._repr_mimebundle_()
        for media_type, value in (made[0] if isinstance(made, tuple) else made).items():
            if media_type == "application/json":
                value = result.encode(value, limit)
            elif media_type in records.MEDIA_TYPES:
                value = _text(media_type, value)
            else:
                continue
            if value is not None:
                bundle[media_type] = value
    except Exception:
        bundle.clear()


def _text(media_type: str, made: Any) -> Optional[str]:
    """Of what such a method returns: the data, or a pair of it and what there is to say of it."""
    if isinstance(made, tuple) and made:
        made = made[0]
    if media_type == "image/png" and isinstance(made, (bytes, bytearray)):
        return _base64(bytes(made))
    if media_type == "image/png" and isinstance(made, str):
        return _base64(binascii.a2b_base64(made))
    return str.__str__(made) if isinstance(made, str) else None


def _base64(data: bytes) -> str:
    return binascii.b2a_base64(data, newline=False).decode()


def _repr(thing: Any) -> str:
    try:
        return str.__str__(repr(thing))
    except Exception:
        return "<%s whose repr() fails>" % type(thing).__name__
