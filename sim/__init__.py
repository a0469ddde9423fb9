"""Supply Axis: what happens to a supply axis when the towns along it change hands.

>>> import sim
>>> run = sim.run("my_scenario.yaml")
>>> run.table("measures")
>>> run.plot("axis", "my_axis")

Everything is imported on first use: ``import sim`` loads neither numpy nor matplotlib.
docs/api.md lists all that is here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim import api

__version__ = "0.1.0"

__all__ = list(api.__all__)


if TYPE_CHECKING:
    from sim.api import *
else:

    def __getattr__(name: str) -> object:
        if name in __all__:
            return getattr(api, name)
        raise AttributeError(f"module 'sim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
