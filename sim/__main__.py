"""``python -m sim``: the same as the command ``sim``."""

from sim.cli import main

main()
