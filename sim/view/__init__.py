"""How things look, and the figures, from measures: nothing here runs, solves or draws luck.

:mod:`sim.view.look` states the look in numbers and :mod:`sim.view.data` holds what several figures
share, both without matplotlib; :mod:`sim.view.draw` draws with it, :mod:`sim.view.saving` writes.
Each figure has one file in :mod:`~sim.view.map` or :mod:`~sim.view.charts`: its data, what fills it
from a run (:class:`sim.view.words.Words`), ``draw_*``, which returns a matplotlib Figure, and
``*_table``, the numbers written beside it.
"""
