"""What the runner of a wide job writes on its result pipe, after READY: records of a letter, a length, a payload.

    BEGUN           its inputs are in place and the program starts; cpu in microseconds that went before
    SHOWN           a bundle by media type, as JSON; as soon as the program shows it
    SHOWN_TOO_MUCH  there was more than is kept
    REPORT          runner.REPORT with its error and result: the program is over
    DETAIL          of the exception, as JSON
    FILE            {"path", "size"}: a file begins
    CHUNK           its next bytes
    FILE_END        one byte, whether that was all of it
    OMITTED         a list of {"path", "size", "omitted"}: what matched and is not sent
    LOST            something matched and could not be read
    DONE            nothing follows

The helper holds each to its limits and its place (wide_report.py): whatever is here, the program may have written.
"""
from __future__ import annotations

import struct

HEAD = struct.Struct(">cI")
CPU = struct.Struct(">Q")
BEGUN, SHOWN, SHOWN_TOO_MUCH, REPORT, DETAIL = b"B", b"V", b"T", b"P", b"X"
FILE, CHUNK, FILE_END, OMITTED, LOST, DONE = b"F", b"C", b"E", b"O", b"L", b"Z"

CHUNK_BYTES = 1 << 18
MOST_FILES = MOST_OMITTED = 64
MOST_SHOWN = 32
MEDIA_TYPES = ("image/png", "image/svg+xml", "text/html", "text/plain", "application/json")
MOST_FRAMES, MOST_LOCALS, MOST_REPR_CHARS = 10, 20, 100
MOST_NAME_CHARS, MOST_MESSAGE_CHARS, MOST_SOURCE_CHARS = 200, 2000, 300


def record(kind: bytes, payload: bytes = b"") -> bytes:
    return HEAD.pack(kind, len(payload)) + payload
