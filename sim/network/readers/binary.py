"""A compact binary table of a network: a NumPy archive without pickled objects.

Ids are stored as one run of UTF-8 bytes with the ends of each, so that a million roads load
in seconds. The file is a ``.npz`` of: ``version``, ``title``, ``scale``, ``lengths``, ``places``
and ``roads`` (each with ``_ends``), ``a``, ``b``, ``seconds``, ``km``, ``capacity``, ``two_way``
and, where known, ``coordinates``.
"""

from __future__ import annotations

import os
import zipfile
import zlib
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.network.certificate import UNLIMITED
from sim.network.graph import Graph

from .table import MOST_CAPACITY, NetworkTable, refused

VERSION = 1
LARGEST = 4 * 2**30
"""Most bytes that a table may unpack to."""


def write_binary(path: str | os.PathLike[str], table: NetworkTable) -> None:
    """Write a table; it reads back equal. Raises OSError where it cannot be written."""
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
    if table.coordinates is not None:
        arrays["coordinates"] = table.coordinates
    with open(path, "wb") as out:
        np.savez_compressed(out, allow_pickle=False, **arrays)


def read_binary(path: str | os.PathLike[str]) -> NetworkTable:
    """Read a table. Raises ScenarioError for a file that is none."""
    file = Path(path)
    try:
        with zipfile.ZipFile(file) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > LARGEST:
                raise ValueError(f"it unpacks to more than {LARGEST} bytes")
        with np.load(file, allow_pickle=False) as data:
            return _table({name: data[name] for name in data.files}, str(path))
    except KeyError as error:
        what = f"not a network table: {error.args[0]} is missing"
        raise refused(str(path), what) from error
    except OSError as error:
        raise refused(str(path), f"cannot be read: {error.strerror or error}") from error
    except (ValueError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise refused(str(path), f"not a network table: {error}") from error


def _table(data: dict[str, NDArray[Any]], file: str) -> NetworkTable:
    if int(data["version"]) != VERSION:
        raise ValueError(f"version {int(data['version'])}, not {VERSION}")
    graph = Graph(
        _unpacked(data["places"], data["places_ends"]),
        _unpacked(data["roads"], data["roads_ends"]),
        data["a"],
        data["b"],
        data["seconds"],
        data["km"],
    )
    m, scale = len(graph.roads), int(data["scale"])
    capacity = data["capacity"].astype(np.int64, casting="safe")
    two_way = data["two_way"].astype(bool, casting="safe")
    if capacity.shape != (m,) or two_way.shape != (m,) or scale < 1:
        raise ValueError("its arrays do not fit each other")
    finite = capacity[capacity < UNLIMITED]
    if len(finite) and (finite.min() < 0 or finite.sum(dtype=np.float64) * 2 >= MOST_CAPACITY):
        raise ValueError("its capacities are negative or too large")
    coordinates = data.get("coordinates")
    if coordinates is not None and coordinates.shape != (len(graph.places), 2):
        raise ValueError("its arrays do not fit each other")
    return NetworkTable(
        graph,
        np.column_stack([capacity, np.where(two_way, capacity, 0)]),
        two_way,
        scale,
        bytes(data["title"].astype(np.uint8)).decode(),
        bool(data["lengths"]),
        None if coordinates is None else coordinates.astype(np.float64),
        np.zeros(m, dtype=np.int64),
        file,
    )


def _packed(names: tuple[str, ...]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    parts = [name.encode() for name in names]
    ends = np.cumsum([len(part) for part in parts], dtype=np.int64)
    return np.frombuffer(b"".join(parts), dtype=np.uint8), ends


def _unpacked(run: NDArray[Any], ends: NDArray[Any]) -> tuple[str, ...]:
    text = bytes(run.astype(np.uint8, casting="safe"))
    stops: list[int] = ends.astype(np.int64, casting="safe").tolist()
    if stops and (stops[-1] != len(text) or any(x > y for x, y in pairwise(stops))):
        raise ValueError("its names do not fit their lengths")
    return tuple(text[i:j].decode() for i, j in zip([0, *stops], stops, strict=False))
