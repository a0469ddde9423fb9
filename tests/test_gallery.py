"""The pictures of the gallery and of the README are what the program draws today."""

from __future__ import annotations

import importlib
import io
import re
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parent.parent
KEPT = ROOT / "results/gallery"
LARGEST, SMALL = 300_000, 150_000
"""Bytes of a picture, and of a small contact sheet, at most."""

BLOCK, WORST = 20, 60.0
"""Pixels a side of the blocks whose grey is compared, and how far (of 255) one may be off."""


@pytest.fixture(scope="module")
def gallery(tool: Callable[[str], ModuleType]) -> ModuleType:
    """What makes the gallery."""
    return tool("gallery")


def pinned(name: str) -> bool:
    """Whether the version that is installed is the one that the gallery was made with."""
    pin = re.search(rf"^{name}==(\S+)", (ROOT / "requirements/dev.txt").read_text(), re.M)
    assert pin is not None
    return version(name) == pin[1]


def blocks(png: bytes) -> np.ndarray:
    """The mean grey of each block of a picture."""
    with Image.open(io.BytesIO(png)) as picture:
        size = (picture.width // BLOCK, picture.height // BLOCK)
        grey = picture.convert("L").resize(size, Image.Resampling.BOX)
        return np.asarray(grey, dtype=float)


def check(file: str, png: bytes, make: str) -> None:
    """A picture that is kept is what is drawn today."""
    kept, old = (KEPT / file).read_bytes(), f"{file} is old: make {make}"
    if pinned("matplotlib") and pinned("pillow"):
        assert png == kept, old
    else:  # other versions draw other pixels, yet the same picture
        now, then = blocks(png), blocks(kept)
        assert now.shape == then.shape, old
        assert np.abs(now - then).max() <= WORST, old


def test_the_gallery_is_what_is_drawn_today(gallery: ModuleType) -> None:
    for picture, png in gallery.pictures():
        assert len(png) < LARGEST
        check(picture.file, png, "gallery")


@pytest.mark.slow
def test_the_contact_sheets_are_what_is_drawn_today(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    contacts = importlib.import_module("contacts")
    monkeypatch.setattr(contacts, "BUILD", tmp_path / "figures")
    sets = contacts.sets(tmp_path / "runs")
    found = {name: list(contacts.pictures(name, draw())) for name, draw in sets.items()}
    made = dict(contacts.small_sheets(found))
    assert made.keys() == contacts.SHEETS.keys()
    for file, png in made.items():
        assert len(png) < SMALL
        check(file, png, "contacts")


def test_the_page_is_what_is_written_today(gallery: ModuleType) -> None:
    assert (KEPT / "README.md").read_text(encoding="utf-8") == gallery.page()


def test_the_gallery_holds_what_its_page_and_the_readme_show(gallery: ModuleType) -> None:
    files = {picture.file for picture in gallery.PICTURES}
    verdicts = {"verdicts.md", "verdicts.json"}  # by make verdicts
    others = verdicts | {"README.md", *gallery.SHEETS}
    assert {path.name for path in KEPT.iterdir()} == files | others
    assert len(files) <= 8
    shown = re.findall(r"results/gallery/(\S+?\.png)", (ROOT / "README.md").read_text())
    assert shown
    assert set(shown) <= files
