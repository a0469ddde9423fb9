"""``python -m sim``: the same as the command ``sim``."""

from sim.cli.program import main

main()
