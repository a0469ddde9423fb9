"""Pictures and pages from measures: nothing here computes what it shows.

:mod:`sim.view.data` says what the figures draw, in plain dataclasses without matplotlib. Each
``draw_*`` function of :mod:`~sim.view.map`, :mod:`~sim.view.curves`,
:mod:`~sim.view.control_chart` and :mod:`~sim.view.regroup_chart` returns a matplotlib Figure,
which :func:`sim.view.style.save` writes. Importing this package imports no matplotlib.
"""
