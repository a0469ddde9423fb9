"""The documentation as a site: built without a warning, asks for nothing, leads nowhere astray."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / "build/sphinx/bin/python"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site; skips where ``make site`` was not run, unless ``SIM_TESTS_NEED_SITE`` is set."""
    if not PYTHON.is_file():
        assert not os.environ.get("SIM_TESTS_NEED_SITE"), "run 'make site' first"
        pytest.skip("no Sphinx: 'make site' installs it")
    folder = tmp_path_factory.mktemp("site")
    words = ("-m", "sphinx", "-W", "-q", "-c", "docs", "-d", str(folder / "trees"), ".")
    done = subprocess.run(
        (str(PYTHON), *words, str(folder / "html")),
        cwd=ROOT, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    return folder / "html"


def test_every_page_of_the_repository_is_in_it(site: Path) -> None:
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "results/gallery/README.md"]
    made = [site / page.relative_to(ROOT).with_suffix(".html") for page in pages]
    assert [page for page in made if not page.is_file()] == []
    first = (site / "index.html").read_text("utf-8")
    assert first == (site / "README.html").read_text("utf-8")


def test_no_link_leads_astray(site: Path) -> None:
    texts = {page: page.read_text("utf-8") for page in site.rglob("*.html")}
    names = {page: set(re.findall(r'\bid="([^"]+)"', text)) for page, text in texts.items()}
    astray = []
    for page, text in texts.items():
        for link in re.findall(r'\b(?:href|src)="([^"]*)"', text):
            if re.match(r"https?:|mailto:", link):
                continue
            name, _, anchor = unquote(link).partition("#")
            name = name.partition("?")[0]
            target = (page.parent / name).resolve() if name else page
            known = names.get(target, set())
            if not target.exists() or (anchor and target in texts and anchor not in known):
                astray.append(f"{page.relative_to(site)}: {link}")
    assert astray == []


def test_no_page_asks_for_anything_outside(site: Path, browser: Any) -> None:
    context = browser.new_context(offline=True)
    tab = context.new_page()
    asked: list[str] = []
    faults: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("requestfailed", lambda request: faults.append(request.url))
    tab.on("pageerror", lambda error: faults.append(str(error)))
    for page in sorted(site.rglob("*.html")):
        tab.goto(page.as_uri())
    tab.goto(f"{(site / 'search.html').as_uri()}?q=convoy")
    tab.wait_for_selector("ul.search li")  # the search is done by the page itself
    context.close()
    assert faults == []
    assert [address for address in asked if not address.startswith(site.as_uri())] == []
