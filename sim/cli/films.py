"""The command that films a run. Registered in :mod:`sim.cli.program`."""

from __future__ import annotations

import click

from sim.base.errors import BadInputError


@click.command()
@click.argument("folder", metavar="RUN", type=click.Path())
@click.option(
    "--out", type=click.Path(dir_okay=False),
    help="The film: .png or .apng (animated PNG) or .gif; film.png in the run folder unless told.",
)  # fmt: skip
@click.option("--axis", help="The axis that it shows; the main one unless told.")
@click.option(
    "--fps", type=click.FloatRange(1, 50), default=10, show_default=True, help="Frames a second."
)
@click.option(
    "--seconds", type=click.FloatRange(1, 600), default=20, show_default=True,
    help="How long it takes from the first day to the last.",
)  # fmt: skip
def film(folder: str, out: str | None, axis: str | None, fps: float, seconds: float) -> None:
    """Film a run: the map of an axis from day to day, at a steady pace."""
    if out is not None and not out.lower().endswith((".png", ".apng", ".gif")):
        raise BadInputError("--out: write to a file that ends in .png, .apng or .gif")
    if fps * seconds > 3000:
        raise BadInputError("a film has 3,000 frames at most: lower --fps or --seconds")
    from sim import api

    target = api.film(folder, out, axis=axis, fps=fps, seconds=seconds)
    click.echo(f"written to {target} ({target.stat().st_size / 1e6:.1f} MB)")


COMMANDS = (film,)
