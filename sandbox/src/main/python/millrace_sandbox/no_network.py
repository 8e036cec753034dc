"""Says what is so: there is no network. Otherwise it looks like broken DNS, after a second and a half of it.

A job has no socket but pairs, whatever this says; here its own interpreter is told the reason. In tracebacks the
functions are those of the module socket, at the lines where that one asks the system.
"""
from __future__ import annotations

import errno
import os
import socket
from typing import Any, Callable

NO_NETWORK = ("this program runs without network; the operator of the service can allow hosts with MILLRACE_NETWORK_ALLOW "
              "(a list such as api.github.com,*.example.com)")
PROXY_ALONE = ("this program reaches the hosts that it may by HTTP and HTTPS through the proxy that HTTP_PROXY and HTTPS_PROXY name, "
               "which resolves their names too: requests, urllib, httpx, curl and aiohttp with trust_env take it from there")
_LOCAL = (None, "", b"", "localhost", b"localhost")


def explain(sentence: str) -> None:
    """By the zygote, once."""
    by_number = socket.getaddrinfo
    for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr"):
        resolve = getattr(socket, name)
        setattr(socket, name, _as_sockets(_resolver(resolve, by_number, sentence), resolve, "_socket.getaddrinfo("))
    initialize = socket.socket.__init__
    socket.socket.__init__ = _as_sockets(_initializer(initialize, sentence), initialize,  # type: ignore[assignment,method-assign]
                                         "_socket.socket.__init__(")


def _resolver(resolve: Callable[..., Any], by_number: Callable[..., Any], sentence: str) -> Callable[..., Any]:
    gaierror, numeric, local = socket.gaierror, socket.AI_NUMERICHOST, _LOCAL
    code, decode = socket.EAI_FAIL, os.fsdecode

    def resolver(host: Any, *args: Any, **options: Any) -> Any:
        if host in local:
            return resolve(host, *args, **options)
        try:
            by_number(host, 0, flags=numeric)
        except gaierror:
            error = gaierror(code, "%s can't be resolved: %s" % (decode(host), sentence))
        else:
            return resolve(host, *args, **options)
        raise error

    return resolver


def _initializer(initialize: Callable[..., Any], sentence: str) -> Callable[..., Any]:
    refused = errno.EPERM

    def __init__(self: Any, family: int = -1, type: int = -1, proto: int = -1, fileno: Any = None) -> None:
        try:
            return initialize(self, family, type, proto, fileno)
        except PermissionError as e:
            if fileno is not None or e.errno != refused:
                raise
            error = PermissionError(refused, sentence)
        raise error

    return __init__


def _as_sockets(function: Any, original: Any, asks: str) -> Any:
    code = getattr(original, "__code__", None)
    changes = {"co_filename": socket.__file__ if code else "<socket>", "co_name": original.__name__}
    if code is not None and hasattr(code, "co_lines"):
        with open(socket.__file__, encoding="utf-8") as file:
            lines = file.read().split("\n")
        first = code.co_firstlineno
        line = next((n for n in range(first, len(lines)) if asks in lines[n - 1]), first)
        raises = max(number for _, _, number in function.__code__.co_lines() if number)
        changes["co_firstlineno"] = line - (raises - function.__code__.co_firstlineno)
    function.__code__ = function.__code__.replace(**changes)
    function.__name__, function.__qualname__ = original.__name__, original.__qualname__
    function.__doc__, function.__module__ = original.__doc__, "socket"
    return function
