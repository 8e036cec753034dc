"""Frames between the worker's JVM and the helper: a type byte, a length, a payload.

CANCEL names the job it is meant for, and a RESULT's header the job it is of, by the job_id of the JOB frame.

Reads are unbuffered, so that whether more has come is what poll() says.
"""
from __future__ import annotations

import json
import os
import struct
from typing import Any, Dict, List, Optional, Tuple

SETTINGS, JOB, CANCEL = b"S", b"J", b"C"
HELLO, STDOUT, STDERR, RESULT, RECYCLED = b"H", b"O", b"E", b"R", b"Z"
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
