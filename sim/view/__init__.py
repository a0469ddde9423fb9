"""Pictures and pages from measures: nothing here computes what it shows.

:mod:`sim.view.data` says what the figures draw, in plain dataclasses without matplotlib. Each
``draw_*`` function of :mod:`~sim.view.map.figure`, :mod:`~sim.view.charts.curves`,
:mod:`~sim.view.charts.control` and :mod:`~sim.view.charts.regroup` returns a matplotlib Figure,
which :func:`sim.view.look.save` writes. Importing this package imports no matplotlib.
"""
