"""A compact binary table of a network: a NumPy archive without pickled objects.

Ids are stored as one run of UTF-8 bytes with the ends of each, so that a million roads load
in seconds. The file is a ``.npz`` of: ``version``, ``title``, ``scale``, ``lengths``, ``places``
and ``roads`` (each with ``_ends``), ``a``, ``b``, ``seconds``, ``km``, ``capacity``, ``two_way``
and, where known, ``unit`` (of the capacities), ``coordinates``, ``stated``, ``limits``,
``through``, ``population`` (-1: not known), and texts with their ``_ends``: ``names``, ``kinds``,
``classes`` and ``notes``.
"""

from __future__ import annotations

import io
import math
import os
import zipfile
import zlib
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from sim.network.certificate import UNLIMITED
from sim.network.graph import Graph

from .table import CONTROL, MOST_CAPACITY, NetworkTable, Place, refused

VERSION = 1

_KNOWN = {"coordinates": np.float64, "stated": bool, "limits": np.int64, "through": bool}
"""Arrays that a table may have, and their kinds."""

LARGEST = 2**29
"""Most bytes that a table may unpack to: what some five million roads need."""

MOST = 5_000_000
"""Places or roads of a table."""

_SCALARS = ("version", "scale", "lengths")
_OF_PLACES = (
    "places_ends", "limits", "through", "population", "coordinates", "names_ends", "kinds_ends"
)  # fmt: skip
_OF_ROADS = (
    "roads_ends", "a", "b", "seconds", "km", "capacity", "two_way", "stated", "classes_ends"
)  # fmt: skip
_RUNS = ("title", "unit", "places", "roads", "names", "kinds", "classes", "notes", "notes_ends")
_READ = frozenset({*_SCALARS, *_OF_PLACES, *_OF_ROADS, *_RUNS})
"""Arrays that are read; any other is left where it is."""


def write_binary(path: str | os.PathLike[str], table: NetworkTable) -> None:
    """Write a table; it reads back equal. Raises OSError where it cannot be written."""
    with open(path, "wb") as out:
        _write(out, table)


def packed(table: NetworkTable) -> bytes:
    """What the file of a table holds; always the same of the same table."""
    out = io.BytesIO()
    _write(out, table)
    return out.getvalue()


def _write(out: BinaryIO, table: NetworkTable) -> None:
    graph = table.graph
    places, place_ends = _packed(graph.places)
    roads, road_ends = _packed(graph.roads)
    arrays = {
        "version": np.array(VERSION),
        "title": np.frombuffer(table.title.encode(), dtype=np.uint8),
        "scale": np.array(table.scale),
        "lengths": np.array(table.lengths),
        "places": places,
        "places_ends": place_ends,
        "roads": roads,
        "roads_ends": road_ends,
        "a": graph.a,
        "b": graph.b,
        "seconds": graph.seconds,
        "km": graph.km,
        "capacity": table.roads[:, 0],
        "two_way": table.two_way,
    }
    for name in _KNOWN:
        if (known := getattr(table, name)) is not None:
            arrays[name] = known
    said = [table.known.get(place, Place()) for place in graph.places]
    texts = {
        "names": [one.name or "" for one in said],
        "kinds": [one.kind or "" for one in said],
        "classes": [one or "" for one in table.classes or ()],
        "notes": table.notes,
    }
    for name, parts in texts.items():
        if any(parts):
            arrays[name], arrays[f"{name}_ends"] = _packed(tuple(parts))
    if any(one.population is not None for one in said):
        people = [-1 if one.population is None else one.population for one in said]
        arrays["population"] = np.array(people, dtype=np.int64)
    if table.unit:
        arrays["unit"] = np.frombuffer(table.unit.encode(), dtype=np.uint8)
    np.savez_compressed(out, allow_pickle=False, **arrays)


def read_binary(path: str | os.PathLike[str], held: bytes | None = None) -> NetworkTable:
    """Read a table; ``held`` is what the file holds, where that is known.

    Raises ScenarioError for a file that is none.
    """

    def source() -> Path | io.BytesIO:
        return Path(path) if held is None else io.BytesIO(held)

    try:
        with zipfile.ZipFile(source()) as archive:
            _check_sizes(archive)
        with np.load(source(), allow_pickle=False) as data:
            return _table({name: data[name] for name in data.files if name in _READ}, str(path))
    except KeyError as error:
        what = f"not a network table: {error.args[0]} is missing"
        raise refused(str(path), what) from error
    except OSError as error:
        raise refused(str(path), f"cannot be read: {error.strerror or error}") from error
    except (
        TypeError,
        ValueError,
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
    ) as error:
        raise refused(str(path), f"not a network table: {error}") from error


def _check_sizes(archive: zipfile.ZipFile) -> None:
    """Look at how large arrays say that they are, before any is unpacked.

    Raises:
        KeyError, ValueError, EOFError, zlib.error: it is no table, or a larger one than is read.
    """
    entries = {e.filename.removesuffix(".npy"): e for e in archive.infolist()}
    entries = {name: entry for name, entry in entries.items() if name in _READ}
    if sum(entry.file_size for entry in entries.values()) > LARGEST:
        raise ValueError(f"it unpacks to more than {LARGEST:,} bytes")
    shapes = {name: _shape(archive, entry) for name, entry in entries.items()}
    for names, first in ((_OF_PLACES, "places_ends"), (_OF_ROADS, "roads_ends")):
        [count] = shapes[first] if len(shapes[first]) == 1 else [0]
        if count > MOST:
            raise ValueError(f"it has more than {MOST:,} places or roads")
        if any(shapes[name][:1] != (count,) for name in names if name in shapes):
            raise ValueError("its arrays do not fit each other")


def _shape(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> tuple[int, ...]:
    """The shape of an array, whose bytes are as many as it says."""
    with archive.open(entry) as file:
        version = np.lib.format.read_magic(file)
        if version not in ((1, 0), (2, 0)):
            raise ValueError(f"{entry.filename} is of another format")
        one = version == (1, 0)
        read = np.lib.format.read_array_header_1_0 if one else np.lib.format.read_array_header_2_0
        shape, _, kind = read(file)
        if math.prod(shape) * kind.itemsize != entry.file_size - file.tell():
            raise ValueError(f"{entry.filename} is not as long as it says")
    return tuple(shape)


def _table(data: dict[str, NDArray[Any]], file: str) -> NetworkTable:
    version, scale = _whole(data["version"]), _whole(data["scale"])
    if version != VERSION:
        raise ValueError(f"version {version}, not {VERSION}")
    graph = Graph(
        _unpacked(data["places"], data["places_ends"]),
        _unpacked(data["roads"], data["roads_ends"]),
        data["a"],
        data["b"],
        data["seconds"],
        data["km"],
    )
    n, m = len(graph.places), len(graph.roads)
    capacity = _array(data, "capacity", np.int64, (m,))
    two_way = _array(data, "two_way", bool, (m,))
    if scale < 1:
        raise ValueError("its scale is not a whole number from 1")
    sizes = {"stated": (m,), "limits": (n,), "through": (n,), "coordinates": (n, 2)}
    known = {
        name: _array(data, name, kind, sizes[name]) for name, kind in _KNOWN.items() if name in data
    }
    bounded = np.concatenate([capacity, known.get("limits", capacity[:0])])
    finite = bounded[bounded < UNLIMITED]
    if len(finite) and (finite.min() < 0 or finite.sum(dtype=np.float64) * 2 >= MOST_CAPACITY):
        raise ValueError("its capacities are negative or too large")
    title, unit = (_text(data, name) for name in ("title", "unit"))
    classes = _texts(data, "classes", m)
    return NetworkTable(
        graph,
        np.column_stack([capacity, np.where(two_way, capacity, 0)]),
        two_way,
        scale,
        title,
        bool(_whole(data["lengths"])),
        known.get("coordinates"),
        np.zeros(m, dtype=np.int64),
        file,
        known.get("stated"),
        known.get("limits"),
        known.get("through"),
        _places(data, graph.places),
        None if classes is None else tuple(one or None for one in classes),
        notes=_unpacked(data["notes"], data["notes_ends"]) if "notes" in data else (),
        unit=unit,
    )


def _text(data: dict[str, NDArray[Any]], name: str) -> str:
    """A text that stands for itself, empty where there is none but a title."""
    if name not in data and name != "title":
        return ""
    text = bytes(_array(data, name, np.uint8, data[name].shape)).decode()
    if CONTROL.search(text):
        raise ValueError(f"its {name} holds a control character")
    return text


def _places(data: dict[str, NDArray[Any]], places: tuple[str, ...]) -> dict[str, Place]:
    """What is known of places."""
    n = len(places)
    names, kinds = (_texts(data, name, n) or ("",) * n for name in ("names", "kinds"))
    people = [-1] * n
    if "population" in data:
        people = _array(data, "population", np.int64, (n,)).tolist()
    return {
        place: Place(name or None, None, count if count >= 0 else None, kind or None)
        for place, name, kind, count in zip(places, names, kinds, people, strict=True)
        if name or kind or count >= 0
    }


def _whole(value: NDArray[Any]) -> int:
    if value.shape != () or value.dtype.kind not in "iub":
        raise ValueError("a whole number is none")
    return int(value)


def _array(
    data: dict[str, NDArray[Any]], name: str, kind: Any, shape: tuple[int, ...]
) -> NDArray[Any]:
    """An array of a kind and shape. Raises ValueError for another one."""
    found = data[name]
    if found.shape != shape:
        raise ValueError("its arrays do not fit each other")
    if not np.can_cast(found.dtype, kind, "safe"):
        raise ValueError(f"{name} is of another kind")
    return found.astype(kind)


def _texts(data: dict[str, NDArray[Any]], name: str, count: int) -> tuple[str, ...] | None:
    """So many texts, None where there are none. Raises ValueError for another number."""
    if name not in data:
        return None
    found = _unpacked(data[name], data[f"{name}_ends"])
    if len(found) != count:
        raise ValueError("its arrays do not fit each other")
    return found


def _packed(names: tuple[str, ...]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    parts = [name.encode() for name in names]
    ends = np.cumsum([len(part) for part in parts], dtype=np.int64)
    return np.frombuffer(b"".join(parts), dtype=np.uint8), ends


def _unpacked(run: NDArray[Any], ends: NDArray[Any]) -> tuple[str, ...]:
    if run.dtype != np.uint8 or ends.ndim != 1 or not np.can_cast(ends.dtype, np.int64, "safe"):
        raise ValueError("its names are of another kind")
    text = bytes(run)
    stops: list[int] = ends.tolist()
    if (stops[-1] if stops else 0) != len(text) or any(x > y for x, y in pairwise([0, *stops])):
        raise ValueError("its names do not fit their lengths")
    if CONTROL.search(text.decode()):
        raise ValueError("a name holds a control character")
    return tuple(text[i:j].decode() for i, j in zip([0, *stops], stops, strict=False))
