"""How Sphinx makes a site of the pages of this repository, which stay as they are: ``make site``.

The source folder is the repository, so that a link between two pages leads to the same page in
both; README.md is the first page, and the list of all others is added to it here.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

project = "Supply Axis"
author = "The Supply Axis contributors"
language = "en"
extensions = ["myst_parser"]
root_doc = "README"
include_patterns = [
    "*.md", "docs/*.md", "docs/decisions/*.md", "results/gallery/*.md", "seeds/*.md",
]  # fmt: skip

myst_heading_anchors = 4
html_theme = "alabaster"
html_theme_options = {
    "fixed_sidebar": True, "page_width": "76rem", "body_max_width": "none",
    "sidebar_width": "250px", "font_family": "system-ui, sans-serif",
    "head_font_family": "system-ui, sans-serif", "font_size": "16px",
}  # fmt: skip
html_static_path = ["site.css"]
html_css_files = ["site.css"]
html_sidebars = {"**": ["about.html", "searchfield.html", "navigation.html"]}
html_copy_source = html_show_sourcelink = html_show_sphinx = False
html_show_search_summary = False  # it is fetched, which a page opened from disk may not do

PARTS = {
    "To begin with": ("docs/tutorial", "docs/region", "docs/aid", "results/gallery/README"),
    "To use": (
        "docs/scenario-reference", "docs/networks", "docs/reliability", "docs/explore",
        "docs/export", "docs/notebook", "docs/api",
    ),
    "What it rests on": (
        "docs/definitions", "docs/forces", "docs/data", "docs/scores", "seeds/README",
        "results/gallery/verdicts", "ATTRIBUTION",
    ),
    "The project": (
        "CHANGELOG", "docs/versions", "CONTRIBUTING", "docs/testing", "docs/performance",
        "SECURITY", "docs/house", "docs/decisions/README", "docs/roadmap",
    ),
}  # fmt: skip
"""The pages in the list, by part; other pages are below one of them."""


def _with_list(app: Sphinx, name: str, text: list[str]) -> None:
    """Add the list of pages to the first one, and the decisions to theirs."""
    if name == root_doc:
        for part, pages in PARTS.items():
            text[0] += _listed(part, pages)
    if name == "docs/decisions/README":
        text[0] += _listed("", ("docs/decisions/0*",))


def _listed(caption: str, pages: tuple[str, ...]) -> str:
    titled = f":caption: {caption}\n" if caption else ""
    lines = "\n".join(f"/{page}" for page in pages)
    return f"\n```{{toctree}}\n:hidden:\n:glob:\n{titled}\n{lines}\n```\n"


def _as_index(app: Sphinx, failed: Exception | None) -> None:
    if failed is None:
        out = Path(app.outdir)
        shutil.copyfile(out / f"{root_doc}.html", out / "index.html")


def setup(app: Sphinx) -> None:
    """What Sphinx calls."""
    app.add_lexer("csv", TextLexer)  # Pygments has none
    app.connect("source-read", _with_list)
    app.connect("build-finished", _as_index)
