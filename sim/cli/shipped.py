"""Commands about the cases that ship: example, init. Registered in :mod:`sim.cli.program`."""

from __future__ import annotations

import click

from sim.cli.verbs import Verb, answer, print_json


@click.command(cls=Verb)
def example(as_json: bool) -> None:
    """List the cases that ship with the program; sim init makes a folder of one."""
    import sim

    found = sim.examples()
    if as_json:
        print_json({"examples": [case.document() for case in found.values()]})
        return
    for case in found.values():
        click.echo(f"{case.name}: {case.title}\n  {case.scenario}\n  {case.study}")


@click.command(cls=Verb)
@click.argument("folder", metavar="DIR", type=click.Path())
@click.option(
    "--example", default="two_ways", show_default=True, metavar="NAME",
    help="The case to begin with; sim example lists them.",
)  # fmt: skip
def init(folder: str, example: str, as_json: bool) -> None:
    """Make a folder to begin with: a scenario that runs, a study, and ten lines that say how."""
    import sim

    target = sim.init(folder, example)
    files = sorted(str(path) for path in target.rglob("*") if path.is_file())
    said = f"written to {target}; begin with\n  cd {target}\n  cat README.md"
    answer(as_json, {"folder": str(target), "files": files}, said)


COMMANDS = (init, example)
