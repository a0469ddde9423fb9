"""Names as people write them: alike whatever the case, accents and what stands between words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

_ALIKE = str.maketrans(
    "АВЕЗКМНОРСТУХЅІЈаеорсухѕіјΑΒΕΖΗΙΚΜΝΟΡΤΥΧοكيى",
    "ABE3KMHOPCTYXSIJaeopcyxsijABEZHIKMNOPTYXoکیی",
)
"""Letters of Cyrillic and Greek that look like Latin ones, and of Arabic like those of Persian."""


def mentioned(document: object) -> Iterator[str]:
    """Every text in plain data, keys too, and the parts of those that are paths (``a.b/c``)."""
    if isinstance(document, str):
        yield document
        yield from re.split(r"[./]", document)
    elif isinstance(document, Mapping):
        for key, value in document.items():
            yield from mentioned(key)
            yield from mentioned(value)
    elif isinstance(document, Sequence):
        for item in document:
            yield from mentioned(item)


def folded(name: str) -> str:
    """A name without case, accents and all that is no letter or digit: "al-Bab" is "albab"."""
    apart = unicodedata.normalize("NFKD", name.casefold())
    return "".join(c for c in apart if c.isalnum())


def as_id(name: str, longest: int, otherwise: str) -> str:
    """An id of at most so many letters a to z, digits, ``_`` and ``-``; ``otherwise`` of none.

    "ma route é" is "ma_route_e".
    """
    plain = unicodedata.normalize("NFKD", name)
    joined = re.sub(r"[^A-Za-z0-9_-]+", "_", re.sub(r"[\u0300-\u036f]", "", plain))
    return joined.strip("_-")[:longest].rstrip("_-") or otherwise


def to_the_eye(name: str) -> str:
    """A name as it is seen: two that look equal are equal.

    Composed (NFC), any space a plain one and only between words, without characters that are
    never seen, such as marks of width nothing and of direction. Control characters stay.
    """
    if name.isascii() and "  " not in name and "\t" not in name:
        return name.strip()
    kinds = ((c, unicodedata.category(c)) for c in unicodedata.normalize("NFC", name))
    seen = "".join(" " if kind[0] == "Z" else c for c, kind in kinds if kind != "Cf")
    return " ".join(part for part in seen.strip().split(" ") if part)


def look_alike(name: str) -> str:
    """A name with letters of other scripts as the ones that they look like."""
    return name.translate(_ALIKE)
