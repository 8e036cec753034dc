"""Frames between the worker's JVM and the helper: a type byte, a length, a payload. PROTOCOL.md lists each.

Reads are unbuffered, so that whether more has come is what poll() says.
"""
from __future__ import annotations

import json
import os
import struct
from typing import Any, Dict, List, Optional, Tuple

VERSION = 2
SETTINGS, JOB, DATA, CANCEL = b"S", b"J", b"D", b"C"
HELLO, STDOUT, STDERR, FILE, FILE_END, RESULT, RECYCLED = b"H", b"O", b"E", b"F", b"f", b"R", b"Z"
MOST_DATA = 1 << 20
_HEAD = struct.Struct(">cI")
_LENGTH = struct.Struct(">I")


class ProtocolError(Exception):
    pass


def read(fd: int) -> Optional[Tuple[bytes, bytes]]:
    """The next frame, waiting for it; None at the end of input."""
    head = _read_exactly(fd, _HEAD.size)
    if head is None:
        return None
    kind, length = _HEAD.unpack(head)
    payload = _read_exactly(fd, length)
    return None if payload is None else (kind, payload)


def _read_exactly(fd: int, length: int) -> Optional[bytes]:
    data = bytearray()
    while len(data) < length:
        part = os.read(fd, min(length - len(data), 1 << 20))
        if not part:
            return None
        data += part
    return bytes(data)


def write(fd: int, kind: bytes, *parts: bytes) -> None:
    chunks: List[memoryview] = [memoryview(_HEAD.pack(kind, sum(map(len, parts))))]
    chunks += [memoryview(part) for part in parts if part]
    while chunks:
        written = os.writev(fd, chunks)
        while chunks and written >= len(chunks[0]):
            written -= len(chunks.pop(0))
        if written:
            chunks[0] = chunks[0][written:]


def tag(job_id: str) -> bytes:
    """What goes before bytes that are of a job."""
    data = job_id.encode()
    if len(data) > 255:
        raise ProtocolError("job_id is over 255 bytes")
    return bytes((len(data),)) + data


def untag(payload: bytes) -> Tuple[str, bytes]:
    """(the job's id, the bytes)"""
    start = 1 + payload[0] if payload else 1
    if len(payload) < start:
        raise ProtocolError("bad tag")
    return payload[1:start].decode("utf-8", "replace"), payload[start:]


def with_header(header: Dict[str, Any], *parts: bytes) -> List[bytes]:
    text = json.dumps(header).encode()
    return [_LENGTH.pack(len(text)) + text, *parts]


def split_header(payload: bytes) -> Tuple[Dict[str, Any], bytes]:
    try:
        (length,) = _LENGTH.unpack_from(payload)
        body = _LENGTH.size + length
        header = json.loads(payload[_LENGTH.size:body])
    except (struct.error, ValueError) as e:
        raise ProtocolError("bad header: %s" % e)
    if not isinstance(header, dict):
        raise ProtocolError("bad header: not an object")
    return header, payload[body:]
