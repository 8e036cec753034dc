"""Figures of matplotlib's, in a job that has `display`: drawn with Agg, shown by plt.show() and when they are left open.

Nothing of matplotlib is imported for it. Where the program imports pyplot, its show() becomes ours.
"""
from __future__ import annotations

import io
import os
import sys
from importlib.machinery import ModuleSpec, PathFinder
from typing import Any, Callable, List, Optional, Sequence

_PYPLOT = "matplotlib.pyplot"


def is_figure(thing: Any) -> bool:
    matplotlib = sys.modules.get("matplotlib.figure")
    return matplotlib is not None and isinstance(thing, matplotlib.Figure)


def png(figure: Any) -> bytes:
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png", bbox_inches="tight")
    return drawn.getvalue()


def is_empty(figure: Any) -> bool:
    return not figure.get_children()[1:]  # the first is its background


def opened() -> List[Any]:
    """Those that pyplot has open, in the order of their numbers."""
    pyplot: Any = sys.modules.get(_PYPLOT)
    return [pyplot.figure(number) for number in pyplot.get_fignums()] if pyplot is not None else []


def close_all() -> None:
    pyplot: Any = sys.modules.get(_PYPLOT)
    if pyplot is not None:
        pyplot.close("all")


def draw_with_agg(show: Callable[..., None]) -> None:
    """Before the program starts. pyplot sets attributes of its functions, so `show` must take them."""
    os.environ.setdefault("MPLBACKEND", "Agg")
    if "matplotlib" in sys.modules:  # it was there before the job came
        sys.modules["matplotlib"].use(os.environ["MPLBACKEND"])  # type: ignore[attr-defined]
    if _PYPLOT in sys.modules:
        sys.modules[_PYPLOT].show = show  # type: ignore[attr-defined]
    else:
        sys.meta_path.insert(0, _Finder(show))


class _Finder:
    """Of pyplot, once."""

    def __init__(self, show: Callable[..., None]) -> None:
        self._show = show

    def find_spec(self, name: str, path: Optional[Sequence[str]] = None, target: Any = None) -> Optional[ModuleSpec]:
        if name != _PYPLOT:
            return None
        sys.meta_path.remove(self)  # type: ignore[arg-type]
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader, self._show)  # type: ignore[assignment]
        return spec


class _Loader:
    """The one that there would be, which is all that is left when it has loaded."""

    def __init__(self, theirs: Any, show: Callable[..., None]) -> None:
        self._theirs, self._show = theirs, show

    def create_module(self, spec: ModuleSpec) -> Any:
        return self._theirs.create_module(spec)

    def exec_module(self, module: Any) -> None:
        module.__spec__.loader = module.__loader__ = self._theirs
        self._theirs.exec_module(module)
        module.show = self._show
