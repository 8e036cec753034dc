"""What helper and zygote tell each other: fixed-size packets, never a byte of a job.

helper -> zygote  SPAWN id, with the sandbox's ends of four pipes (code, stdout, stderr, result)
                  KILL id
                  COUNT id: in the fallback tier, end its job when it has too much on disk
                  YIELD id: what cpu the others leave over is enough for its job from now on
zygote -> helper  HELLO and JSON, once; or FAILED_TO_START and a sentence
                  ENDED id, wait status of the job's main process, cpu in microseconds, peak memory in KiB: nothing of
                  the sandbox is left
                  NOT_SPAWNED id, errno: nor is anything of this one
"""
from __future__ import annotations

import array
import socket
import struct
from typing import List, Tuple

HELLO, FAILED_TO_START = b"H", b"E"
SPAWN, KILL, COUNT, YIELD = b"S", b"K", b"C", b"Y"
ENDED, NOT_SPAWNED = b"X", b"N"
_REQUEST = struct.Struct("=cI")
_EVENT = struct.Struct("=cIiQQ")
_MAX_PACKET = 65536


def pair() -> Tuple[socket.socket, socket.socket]:
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def send_fds(channel: socket.socket, data: bytes, fds: List[int]) -> None:
    ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
    channel.sendmsg([data], ancillary)


def receive(channel: socket.socket) -> Tuple[bytes, List[int]]:
    """Empty at the end of the connection, however it ended."""
    try:
        data, ancillary, _, _ = channel.recvmsg(_MAX_PACKET, 256)
    except ConnectionResetError:
        return b"", []
    return data, memoryview(ancillary[0][2]).cast("i").tolist() if ancillary else []


def request(kind: bytes, sandbox_id: int) -> bytes:
    return _REQUEST.pack(kind, sandbox_id)


def parse_request(data: bytes) -> Tuple[bytes, int]:
    kind, sandbox_id = _REQUEST.unpack(data)
    return kind, sandbox_id


def event(kind: bytes, sandbox_id: int, status: int = 0, cpu_us: int = 0, max_rss_kb: int = 0) -> bytes:
    return _EVENT.pack(kind, sandbox_id, status, cpu_us, max_rss_kb)


def parse_event(data: bytes) -> Tuple[bytes, int, int, int, int]:
    kind, sandbox_id, status, cpu_us, max_rss_kb = _EVENT.unpack(data)
    return kind, sandbox_id, status, cpu_us, max_rss_kb
