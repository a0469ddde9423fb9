"""Names as people write them: alike whatever the case, accents and what stands between words."""

from __future__ import annotations

import unicodedata


def folded(name: str) -> str:
    """A name without case, accents and all that is no letter or digit: "al-Bab" is "albab"."""
    apart = unicodedata.normalize("NFKD", name.casefold())
    return "".join(c for c in apart if c.isalnum())
