"""The network of those sandboxes that may use one: a loopback interface of their own, and one socket on it that listens.

A zygote of the line NETWORK has both made, once, and gives the socket away to the helper, who takes connections from it and passes
their bytes on to the worker's proxy (relay.py). No route leads out of there, and nothing else listens: a job has no bind()
and no listen(). What the proxy allows is all that it can reach.
"""
from __future__ import annotations

import array
import fcntl
import os
import socket
import struct
from typing import Dict

from . import syscalls

# The usual port of proxies.
PORT = 3128
_NAMES = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
# For the programs of this line: the certificates that the host trusts.
TLS_FILES = ("/etc/ssl/certs", "/etc/ssl/openssl.cnf", "/etc/pki/tls", "/etc/pki/ca-trust/extracted", "/etc/ca-certificates/extracted")
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 1
_INTERFACE = struct.Struct("16sH14x")


def environment() -> Dict[str, str]:
    return {name: "http://127.0.0.1:%d" % PORT for name in _NAMES}


def make() -> socket.socket:
    """Bound, and not listening yet. In a network namespace that has nothing; may enter another."""
    try:
        _bring_up()
    except PermissionError:
        # Without CAP_NET_ADMIN, as root of a container is: whoever makes a user namespace has it in there.
        _enter_one_made_in_a_user_namespace()
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # it listens anew for each job, beside what the last one left
    listener.bind(("127.0.0.1", PORT))
    return listener


def _bring_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        flags = _INTERFACE.unpack(fcntl.ioctl(any_socket, _SIOCGIFFLAGS, _INTERFACE.pack(b"lo", 0)))[1]
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, _INTERFACE.pack(b"lo", flags | _IFF_UP))


def _enter_one_made_in_a_user_namespace() -> None:
    """A child makes it and hands over a descriptor of it; it lives on in what is inside."""
    ours, theirs = socket.socketpair()
    child = os.fork()
    if child == 0:
        try:
            syscalls.unshare(syscalls.CLONE_NEWUSER | syscalls.CLONE_NEWNET)
            _bring_up()
            namespace = os.open("/proc/self/ns/net", os.O_RDONLY)
            theirs.sendmsg([b"."], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [namespace]))])
        finally:
            os._exit(0)
    theirs.close()
    with ours:
        _, ancillary, _, _ = ours.recvmsg(1, socket.CMSG_SPACE(array.array("i").itemsize))
    os.waitpid(child, 0)
    if not ancillary:
        raise PermissionError("a loopback interface for jobs needs CAP_NET_ADMIN, or user namespaces to be allowed")
    namespace = array.array("i", ancillary[0][2])[0]
    syscalls.setns(namespace, syscalls.CLONE_NEWNET)
    os.close(namespace)
