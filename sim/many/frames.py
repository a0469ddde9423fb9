"""The frames that a journal is made of: length, checksum, and parts that are compressed.

A frame begins with a mark of its kind, its number, its count of columns, the bytes of its two
parts and the CRC-32 of all of it, each of four bytes, the least first. Frames can be found again
behind what is damaged, by their marks and checksums.
"""

from __future__ import annotations

import os
import re
import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

NAMES, ROW, VOID = b"SAn1", b"SAr1", b"SAv1"
"""Kinds of frames: names of columns, a row, and what was damaged and is passed over."""

MOST_BYTES = 1 << 26
"""Bytes of a part of a frame, packed or not; a length beyond is no length."""

LEVEL = 3
"""Of zlib: half the time of the best, a tenth more bytes."""

MOST_LIKE = 1 << 15
"""Bytes of a text that zlib looks back on."""

_HEAD = struct.Struct("<4sIIIII")
_MARK = re.compile(rb"SA[nrv]1")
_SEARCHED = 1 << 20


class Frame(NamedTuple):
    """A whole frame, and the bytes of the file from ``at`` to ``end`` that it takes."""

    kind: bytes
    number: int
    columns: int
    parts: tuple[bytes, bytes]
    at: int
    end: int


def frame(kind: bytes, number: int, columns: int, first: bytes, second: bytes = b"") -> bytes:
    """The bytes of a frame."""
    return _head(kind, number, columns, first, second) + first + second


def _head(kind: bytes, number: int, columns: int, first: bytes, second: bytes) -> bytes:
    bare = _HEAD.pack(kind, number, columns, len(first), len(second), 0)[:-4]
    return bare + _checksum(bare, first, second).to_bytes(4, "little")


def _checksum(*parts: bytes) -> int:
    found = 0
    for part in parts:
        found = zlib.crc32(part, found)
    return found


def read_frame(file: int, at: int) -> Frame | None:
    """The frame that begins there in an open file; None where none does that is whole."""
    head = os.pread(file, _HEAD.size, at)
    if len(head) < _HEAD.size:
        return None
    kind, number, columns, first, second, checksum = _HEAD.unpack(head)
    if _MARK.match(kind) is None or max(first, second) > MOST_BYTES:
        return None
    body = os.pread(file, first + second, at + _HEAD.size)
    if len(body) < first + second or _checksum(head[:-4], body) != checksum:
        return None
    return Frame(kind, number, columns, (body[:first], body[first:]), at, at + len(head + body))


def frames(file: int) -> Iterator[Frame]:
    """Every whole frame of an open file, in order; what lies between them is damaged."""
    at = 0
    while (found := read_frame(file, at) or _next(file, at + 1)) is not None:
        yield found
        at = found.end


def _next(file: int, at: int) -> Frame | None:
    """The first whole frame from there on."""
    while chunk := os.pread(file, _SEARCHED, at):
        for mark in _MARK.finditer(chunk):
            if (found := read_frame(file, at + mark.start())) is not None:
                return found
        if len(chunk) < _SEARCHED:
            return None
        at += len(chunk) - len(ROW) + 1  # a mark may lie across the end of what was looked at
    return None


def void(file: int, start: int, end: int) -> None:
    """Let what is damaged be passed over from now on, by frames that take its place.

    What is shorter than the head of a frame stays as it is.
    """
    while end - start >= _HEAD.size:
        size = min(end - start, MOST_BYTES) - _HEAD.size
        os.pwrite(file, _head(VOID, 0, 0, os.pread(file, size, start + _HEAD.size), b""), start)
        start += _HEAD.size + size


def packed(text: bytes, like: bytes = b"") -> bytes:
    """A text compressed by Deflate, given another one that has much in common with it."""
    by = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS, 9, zdict=like)
    return by.compress(text) + by.flush()


def unpacked(data: bytes, like: bytes = b"") -> bytes:
    """What :func:`packed` was given.

    Raises:
        ValueError: it gave no such bytes, or the text is longer than any that is kept.
    """
    by = zlib.decompressobj(-zlib.MAX_WBITS, zdict=like)
    try:
        text = by.decompress(data, MOST_BYTES)
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if not by.eof:
        raise ValueError("a text that ends before its end, or never")
    return text
