"""Animated PNG and GIF, each frame written as soon as it is drawn: a film takes no more memory
than two frames. Of each frame only the box is written in which it differs from the one before.

The animated PNG follows the third edition of the W3C's PNG specification, section 11.3.6.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import BinaryIO

import numpy as np
from PIL import GifImagePlugin, Image

Timed = tuple[Image.Image, int]
"""A frame, and how many milliseconds it stays. All have one size, and colours by one palette."""

SIGNATURE = b"\x89PNG\r\n\x1a\n"
KEEP, REPLACE = 0, 0
"""What becomes of a frame when the next comes, and of what was there before it."""

GIF_KEEP = 1


@dataclass(frozen=True, slots=True)
class _Change:
    """What a frame changes: the part from (left, top) on, for so many milliseconds."""

    part: Image.Image
    left: int
    top: int
    milliseconds: int


def _changes(frames: Iterable[Timed]) -> Iterator[_Change]:
    """Each frame as what it changes; one that changes nothing makes the one before stay longer."""
    last: np.ndarray | None = None
    waiting: _Change | None = None
    for image, milliseconds in frames:
        now = np.asarray(image)
        differs = np.ones(now.shape, bool) if last is None else now != last
        rows, columns = (np.flatnonzero(differs.any(axis=axis)) for axis in (1, 0))
        if not len(rows) and waiting is not None:
            stays = waiting.milliseconds + milliseconds
            waiting = replace(waiting, milliseconds=stays)
            continue
        if waiting is not None:
            yield waiting
        left, top = int(columns[0]), int(rows[0])
        part = image.crop((left, top, int(columns[-1]) + 1, int(rows[-1]) + 1))
        waiting, last = _Change(part, left, top, milliseconds), now
    if waiting is not None:
        yield waiting


def write_png(frames: Iterable[Timed], file: BinaryIO) -> None:
    """Write frames as an animated PNG that begins again when it is over; ``file`` can be sought."""
    changes = _changes(frames)
    first = next(changes)
    width, height = first.part.size
    colours = first.part.getpalette() or []
    file.write(SIGNATURE)
    _chunk(file, b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0))
    counted = file.tell()
    _chunk(file, b"acTL", struct.pack(">II", 0, 0))
    _chunk(file, b"PLTE", bytes(colours))
    number = count = 0
    for change in chain([first], changes):
        wide, high = change.part.size
        place = (wide, high, change.left, change.top)
        stays = (change.milliseconds, 1000, KEEP, REPLACE)
        _chunk(file, b"fcTL", struct.pack(">IIIIIHHBB", number, *place, *stays))
        number += 1
        data = _packed(change.part)
        if count == 0:
            _chunk(file, b"IDAT", data)
        else:
            _chunk(file, b"fdAT", struct.pack(">I", number) + data)
            number += 1
        count += 1
    _chunk(file, b"IEND", b"")
    end = file.tell()
    file.seek(counted)
    _chunk(file, b"acTL", struct.pack(">II", count, 0))
    file.seek(end)


def _chunk(file: BinaryIO, kind: bytes, data: bytes) -> None:
    check = zlib.crc32(kind + data)
    file.write(struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check))


def _packed(part: Image.Image) -> bytes:
    """Rows of indices of colours, unfiltered, which suits them best."""
    rows = np.asarray(part)
    return zlib.compress(np.pad(rows, ((0, 0), (1, 0))).tobytes())


def write_gif(frames: Iterable[Timed], file: BinaryIO) -> None:
    """Write frames as a GIF that begins again when it is over."""
    changes = _changes(frames)
    first = next(changes)
    head, _ = GifImagePlugin.getheader(first.part, info={"loop": 0})
    file.writelines(head)
    for change in chain([first], changes):
        at, stays = (change.left, change.top), change.milliseconds
        file.writelines(GifImagePlugin.getdata(change.part, at, duration=stays, disposal=GIF_KEEP))
    file.write(b";")


WRITERS: dict[str, Callable[[Iterable[Timed], BinaryIO], None]] = {
    ".png": write_png,
    ".apng": write_png,
    ".gif": write_gif,
}
"""What writes a film, by the ending of its file."""
