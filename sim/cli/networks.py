"""Commands about cuts: cut, interdict, rank, import. Registered in :mod:`sim.cli.program`.

A scenario is looked at along one axis at a date; a network file (CSV, GeoJSON, GraphML, TNTP,
binary table, network YAML) between the places named. Exit codes as in :mod:`sim.cli.program`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from sim.base.errors import BadInputError
from sim.cli.many import SEED, print_json

if TYPE_CHECKING:
    from pathlib import Path

    from sim.cuts.case import Case
    from sim.network.graph import FloatArray
    from sim.scenario.model import Scenario

Command = Callable[..., None]


def _shared(command: Command) -> Command:
    """Options that say which network, between which places, when."""
    options = (
        click.argument("file", type=click.Path()),
        click.option("--axis", help="The axis of a scenario."),
        click.option("--from", "sources", multiple=True, help="Where flow starts (network file)."),
        click.option("--to", "sinks", multiple=True, help="Where flow ends (network file)."),
        click.option("--seed", type=SEED, help="Seed of all luck."),
        click.option(
            "--set", "sets", multiple=True, metavar="PATH=VALUE",
            help="Set one value of the scenario by its dotted path.",
        ),
        click.option(
            "--default-capacity", help="Capacity of rows of a file that state none.",
        ),
        click.option("--json", "as_json", is_flag=True, help="Print one JSON document, no more."),
        click.option(
            "--figure", type=click.Path(dir_okay=False),
            help="Draw it too: a .png or .svg file, its numbers as .csv beside it.",
        ),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def is_scenario(file: str) -> bool:
    """False for network files of any kind."""
    from sim.network.readers import is_table

    return not is_table(file) and not is_network_yaml(file)


def is_network_yaml(file: str) -> bool:
    """A YAML file with places of its own and no ``network:`` at the root."""
    import os

    try:
        if not os.path.isfile(file):  # a pipe would be emptied, or waited for
            return False
        with open(file, encoding="utf-8", errors="replace") as text:
            roots = {line.split(":")[0] for line in text if line[:1].isalpha()}
    except (OSError, ValueError):
        return False
    return "places" in roots and not roots & {"network", "extends", "axes"}


def scenario_of(file: str, sets: Sequence[str], sources: Sequence[str]) -> Scenario:
    """The scenario of a file."""
    from sim import api

    if sources:
        raise BadInputError("--from and --to are for network files; a scenario has axes: --axis")
    return api.load(file, sets=sets)


def checked_axis(scenario: Scenario, axis: str | None) -> str:
    """The named axis, else the one in focus."""
    from sim.base.diagnostics import suggest

    if axis is None:
        axis = scenario.main_axis
        if axis is None:
            raise BadInputError("the scenario has no axis")
    if axis not in scenario.axes:
        hint = suggest(axis, scenario.axes)
        raise BadInputError(f"unknown axis '{axis}'" + (f"; {hint}" if hint else ""))
    return axis


def network_case(
    file: str, sources: Sequence[str], sinks: Sequence[str], default_capacity: str | None = None
) -> Case:
    """The case of a network file between named places."""
    from sim.base.diagnostics import suggest
    from sim.cuts.case import Case, case_of_table, graph_of_network
    from sim.network.readers import is_table, read_table

    if not sources or not sinks:
        raise BadInputError("a network file needs --from and --to")
    if is_table(file):
        table = read_table(file, default_capacity=default_capacity)
        index = table.graph.place_index
    else:
        from sim.scenario.loader import load_network

        net = load_network(file)
        graph, roads, places = graph_of_network(net)
        index = graph.place_index
    for name in (*sources, *sinks):
        if name not in index:
            hint = suggest(name, index) if len(index) < 20_000 else None
            raise BadInputError(f"{file}: unknown place '{name}'" + (f"; {hint}" if hint else ""))
    for name in sources:
        if name in sinks:
            raise BadInputError(f"{file}: '{name}' is both --from and --to")
    begin = [index[name] for name in dict.fromkeys(sources)]
    end = [index[name] for name in dict.fromkeys(sinks)]
    if is_table(file):
        return case_of_table(table, begin, end)
    return Case(
        net.title, graph, roads, places, tuple(begin), tuple(end), "kg/day",
        names={p.id: p.name for p in net.places.values()},
    )  # fmt: skip


def instant(scenario: Scenario, text: str | None, default: int) -> int:
    """Seconds from the start of ``--at``."""
    from sim.scenario.dates import format_instant, parse_instant
    from sim.scenario.units import UnitError

    if text is None:
        return default
    try:
        seconds = round(parse_instant(text, scenario.start))
    except (UnitError, ValueError) as error:
        raise BadInputError(f"--at: {error}") from error
    if not 0 <= seconds <= scenario.length:
        raise BadInputError(
            f"--at: {text} lies outside the period, {format_instant(scenario, 0)} to "
            f"{format_instant(scenario, scenario.length)}"
        )
    return seconds


def case_for(
    file: str, axis: str | None, sources: Sequence[str], sinks: Sequence[str], at: str | None,
    seed: int | None, sets: Sequence[str], default_capacity: str | None,
) -> Case:  # fmt: skip
    """The case that the options name; a scenario is looked at where it starts unless told."""
    if not is_scenario(file):
        if axis is not None or at is not None:
            raise BadInputError(
                "--axis and --at are for scenarios; a network file takes --from and --to"
            )
        return network_case(file, sources, sinks, default_capacity)
    from sim.cuts.case import case_of_axis

    scenario = scenario_of(file, sets, [*sources, *sinks])
    name = checked_axis(scenario, axis)
    return case_of_axis(scenario, name, instant(scenario, at, 0), seed)


@click.command()
@_shared
@click.option("--at", help="A date or '12 days' from the start; the end where none is named.")
@click.option("--cuts", type=click.IntRange(1, 10_000), help="List up to so many minimum cuts.")
@click.option("--gap", help="List cuts that hold up to so much more, in the unit of the answer.")
def cut(
    file: str, axis: str | None, sources: tuple[str, ...], sinks: tuple[str, ...],
    seed: int | None, sets: tuple[str, ...], default_capacity: str | None, as_json: bool,
    figure: str | None, at: str | None, cuts: int | None, gap: str | None,
) -> None:  # fmt: skip
    """Max flow, minimum cut and routes of an axis at a date, or of a network file."""
    from sim.cuts.answers import cut_of_case, explained, more_cuts, territory_of
    from sim.tables import terminal, terminal_network

    target = figure_target(figure, file)
    if not is_scenario(file):
        case = case_for(file, axis, sources, sinks, at, seed, sets, default_capacity)
        document = cut_of_case(case)
        if cuts is not None or gap is not None:
            document |= more_cuts(case, cuts or 100, gap)
        if target is not None:
            from sim.view.cut_files import draw_cut_of_file

            draw_cut_of_file(case, coordinates_of(file, case, default_capacity), target)
        if as_json:
            print_json(document)
        else:
            terminal_network.print_case_cut(document)
        return
    from sim import api
    from sim.cuts.case import case_of_axis
    from sim.measure.axis import cut_document

    scenario = scenario_of(file, sets, [*sources, *sinks])
    every = axis is None and scenario.axes
    names = list(scenario.axes) if every else [checked_axis(scenario, axis)]
    time = instant(scenario, at, scenario.length)
    if target is not None:
        if len(names) > 1:
            raise BadInputError("--figure draws one axis: name it with --axis")
        from sim.view.cut_files import draw_cut_of_axis

        draw_cut_of_axis(scenario, names[0], time, seed, target)
    documents = []
    for name in names:
        document = cut_document(scenario, name, api.cut(scenario, name, time, seed))
        case = case_of_axis(scenario, name, time, seed)
        document |= territory_of(case) | {"explanation": explained(document)}
        if cuts is not None or gap is not None:
            document |= more_cuts(case, cuts or 100, gap)
        documents.append(document)
    if as_json:
        print_json(documents[0] if len(documents) == 1 else {"axes": documents})
        return
    for document in documents:
        terminal.print_cut(document)
        terminal_network.print_territory(document)
        terminal_network.print_more_cuts(document)


@click.command()
@_shared
@click.option("--budget", "-k", type=click.IntRange(0, 1000), required=True, help="Most losses.")
@click.option(
    "--targets", type=click.Choice(["places", "roads", "both"]),
    help="What can fall: places of a scenario, roads of a network file, unless told.",
)  # fmt: skip
@click.option("--at", help="A date or '12 days' from the start; the start where none is named.")
@click.option("--protect", multiple=True, metavar="NAME", help="A place or road that cannot fall.")
@click.option(
    "--cost", "costs", multiple=True, metavar="NAME=N", help="What a target costs; 1 if not told."
)
@click.option(
    "--method", type=click.Choice(["auto", "lagrange", "milp"]), default="auto", show_default=True,
    help="Prices with branch and bound, the dual program by HiGHS, or the one then the other.",
)  # fmt: skip
@click.option(
    "--sets", "most_sets", type=click.IntRange(1, 10_000), default=10, show_default=True,
    help="List up to so many optimal sets of the whole budget.",
)  # fmt: skip
@click.option(
    "--objective", type=click.Choice(["flow", "time"]), default="flow", show_default=True,
    help="Leave the least flow, or make the fastest route slowest.",
)  # fmt: skip
@click.option("--delay", type=float, help="Hours that a lost road takes more, not closing (time).")
@click.option("--hold", type=click.IntRange(1, 1000), help="Which so many to hold against it.")
@click.option(
    "--chance", "chances", multiple=True, metavar="[NAME=]P",
    help="A loss succeeds with this probability: the least expected flow.",
)  # fmt: skip
@click.option(
    "--weight", "weights", multiple=True, metavar="AXIS=N",
    help="Several axes at once: the least weighted sum of their flows.",
)  # fmt: skip
def interdict(
    file: str, axis: str | None, sources: tuple[str, ...], sinks: tuple[str, ...],
    seed: int | None, sets: tuple[str, ...], default_capacity: str | None, as_json: bool,
    figure: str | None, budget: int, targets: str | None, at: str | None, protect: tuple[str, ...],
    costs: tuple[str, ...], method: str, most_sets: int, objective: str, delay: float | None,
    hold: int | None, chances: tuple[str, ...], weights: tuple[str, ...],
) -> None:  # fmt: skip
    """Which places or roads must fall: the least flow that 0 to K losses leave, proven."""
    from sim.cuts import attacks
    from sim.cuts.answers import interdict_case
    from sim.tables import terminal_network

    target = figure_target(figure, file)
    if delay is not None and (objective != "time" or not 0 < delay < 1e5):
        raise BadInputError("--delay needs --objective time, and hours above 0")
    if weights:
        axes = weighted(weights)
        cases = [
            case_for(file, name, sources, sinks, at, seed, sets, default_capacity) for name in axes
        ]
        case = cases[0]
        document = attacks.joint_case(
            cases, list(axes.values()), budget, targets or "places", protected=protect, costs=costs
        )
        show = terminal_network.print_joint
    else:
        case = case_for(file, axis, sources, sinks, at, seed, sets, default_capacity)
        kinds = targets or ("roads" if case.axis is None else "places")
        if objective == "time":
            document = attacks.delay_case(
                case, budget, kinds, protected=protect, costs=costs, hours=delay
            )
            show = terminal_network.print_delay
        else:
            document = interdict_case(
                case, budget, kinds, protected=protect, costs=costs, method=method,
                most_sets=most_sets,
            )  # fmt: skip
            show = terminal_network.print_interdict
            if hold is not None:
                document["defence"] = attacks.hold_case(
                    case, budget, kinds, hold, protected=protect, costs=costs
                )
            if chances:
                document["uncertain"] = attacks.chance_case(
                    case, budget, kinds, chances, protected=protect, costs=costs
                )
    if target is not None:
        from sim.view.cut_files import draw_frontier_of

        draw_frontier_of(case, document, target)
    if as_json:
        print_json(document)
    else:
        show(document)


def figure_target(figure: str | None, file: str) -> Path | None:
    """The file of ``--figure``; refused where it is neither PNG nor SVG, or has no folder.

    BadInputError too where the table beside it would replace the file that is read.
    """
    if figure is None:
        return None
    from pathlib import Path

    target = Path(figure)
    if target.suffix.lower() not in (".png", ".svg"):
        raise BadInputError("--figure: write to a file that ends in .png or .svg")
    if not target.parent.is_dir():
        raise BadInputError(f"--figure: there is no folder {target.parent}")
    if target.with_suffix(".csv").resolve() == Path(file).resolve():
        raise BadInputError(f"--figure: its numbers would replace {file}; name another file")
    return target


def coordinates_of(file: str, case: Case, default_capacity: str | None) -> FloatArray | None:
    """Latitudes and longitudes (n, 2) of the places of a network file, None where it has none."""
    import numpy as np

    from sim.network.readers import is_table, read_table

    if is_table(file):
        return read_table(file, default_capacity=default_capacity).coordinates
    from sim.scenario.loader import load_network

    places = load_network(file).places
    return np.array([(places[p].lat, places[p].lon) for p in case.graph.places])


def weighted(weights: Sequence[str]) -> dict[str, int]:
    """Axes and their weights from ``AXIS=N``."""
    found: dict[str, int] = {}
    for text in weights:
        name, sign, number = text.rpartition("=")
        if not sign or not (number.isascii() and number.isdigit() and 1 <= int(number) <= 1000):
            raise BadInputError(f"--weight: '{text}' is not AXIS=N with a whole N from 1 to 1000")
        found[name] = int(number)
    return found


@click.command()
@_shared
@click.option("--at", help="A date or '12 days' from the start; the start where none is named.")
@click.option(
    "--targets", type=click.Choice(["places", "roads", "both"]), default="both", show_default=True,
    help="What is ranked.",
)  # fmt: skip
@click.option("--top", type=click.IntRange(min=1), help="So many of the worst; all without it.")
@click.option(
    "--captured", multiple=True, metavar="NAME",
    help="Share out the joint loss of these (Shapley); a scenario's own captures unless told.",
)  # fmt: skip
@click.option(
    "--draws", type=click.IntRange(2, 10_000),
    help="Rank again in so many replicates of the scenario: each rank with its interval.",
)  # fmt: skip
def rank(
    file: str, axis: str | None, sources: tuple[str, ...], sinks: tuple[str, ...],
    seed: int | None, sets: tuple[str, ...], default_capacity: str | None, as_json: bool,
    figure: str | None, at: str | None, targets: str, top: int | None, captured: tuple[str, ...],
    draws: int | None,
) -> None:  # fmt: skip
    """Every place and road by what its loss alone costs: flow, time, what it shuts off."""
    from sim.cuts.ranking import rank_case, rank_interval
    from sim.tables import terminal_network

    target = figure_target(figure, file)
    case = case_for(file, axis, sources, sinks, at, seed, sets, default_capacity)
    document = rank_case(case, top, targets, captured=captured, most_cuts=100, seed=seed or 0)
    if draws is not None:
        if not is_scenario(file):
            raise BadInputError("--draws is for scenarios: a network file has nothing to draw")
        from sim.cuts.case import case_of_axis

        scenario = scenario_of(file, sets, ())
        time, name = instant(scenario, at, 0), checked_axis(scenario, axis)
        cases = (case_of_axis(scenario, name, time, seed, replicate=i) for i in range(draws))
        rank_interval(document, cases, targets)
    if target is not None:
        from sim.view.cut_files import draw_rank_of

        draw_rank_of(case, document, target)
    if as_json:
        print_json(document)
    else:
        terminal_network.print_rank(document)


@click.command(name="import")
@click.argument("file", type=click.Path())
@click.option("--out", required=True, type=click.Path(), help="A .yaml or .npz file to write.")
@click.option("--default-capacity", help="Capacity of rows that state none.")
@click.option(
    "--unit", type=click.Choice(["t/day", "kg/day"]), default="t/day", show_default=True,
    help="Unit of the file's capacities, for a network YAML.",
)  # fmt: skip
@click.option("--two-way", is_flag=True, help="Take one-way roads as two-way, for a network YAML.")
def import_(
    file: str, out: str, default_capacity: str | None, unit: str, two_way: bool
) -> None:  # fmt: skip
    """Turn CSV, GeoJSON, GraphML or TNTP into a network YAML or a binary table."""
    from pathlib import Path

    from sim.network.readers import read_table
    from sim.network.readers.binary import write_binary
    from sim.scenario.from_table import network_yaml

    target = Path(out)
    if target.suffix not in (".yaml", ".yml", ".npz"):
        raise BadInputError("--out: write to a file that ends in .yaml or .npz")
    table = read_table(file, default_capacity=default_capacity)
    partial = target.with_name(target.name + ".part")
    try:
        if target.suffix == ".npz":
            write_binary(partial, table)
        else:
            partial.write_text(network_yaml(table, file, unit, two_way), encoding="utf-8")
        partial.replace(target)
    except OSError as error:
        raise BadInputError(f"{out}: cannot be written: {error.strerror or error}") from error
    click.echo(f"{out}: {len(table.graph.places)} places, {len(table.graph.roads)} roads")


COMMANDS = (cut, interdict, rank, import_)
