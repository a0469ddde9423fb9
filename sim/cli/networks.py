"""Commands about cuts: cut, interdict, rank, import. Registered in :mod:`sim.cli.program`.

A scenario is looked at along one axis at a date; a network file (CSV, GeoJSON, GraphML, TNTP,
binary table, network YAML) between the places named. Exit codes as in :mod:`sim.cli.program`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, TypedDict

import click

from sim.base.errors import BadInputError
from sim.cli.verbs import SEED, SETS, Command, Verb, answer, gathered, print_json

if TYPE_CHECKING:
    from pathlib import Path

    from sim.api.between import Between
    from sim.api.networks import Network
    from sim.network.arcs import Kinds
    from sim.network.interdict import Method
    from sim.scenario.model import Scenario

Document = Mapping[str, Any]


def _metres(_: click.Context, param: click.Parameter, text: str) -> float:
    """Metres from ``5 m`` or ``5``."""
    bare = text.strip().removesuffix("m").strip()
    try:
        value = float(bare)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1e6:
        raise click.BadParameter(f"'{text}' is no length such as 5 m", param=param)
    return value


FILE_OPTIONS = (
    click.option("--default-capacity", help="Capacity of roads of a file that state none."),
    click.option(
        "--capacity-by", multiple=True, metavar="COLUMN=FILE",
        help="Capacity (and speed) by class, lanes or any column: FILE has class,capacity[,speed].",
    ),
    click.option(
        "--column", "columns", multiple=True, metavar="WHAT=NAME",
        help="Read a column as this, such as capacity=weight or length_m=len.",
    ),
    click.option("--nodes", type=click.Path(), help="A file of places: coordinates, names, ..."),
    click.option(
        "--snap", default="1 m", show_default=True, callback=_metres, metavar="METRES",
        help="Join lines of a map that meet within this; 0 joins none.",
    ),
    click.option("--layer", help="The layer of lines, in a file with several."),
    click.option(
        "--classes", default="motorway..tertiary", show_default=True,
        help="Classes of OpenStreetMap that are kept: a range or a list.",
    ),
    click.option(
        "--bridges", default="0 m", show_default=True, callback=_metres, metavar="METRES",
        help="From which length on a bridge of OpenStreetMap is a place that can be closed.",
    ),
)  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
class FileOptions:
    """How a network file is read."""

    default_capacity: str | None
    capacity_by: tuple[str, ...]
    columns: tuple[str, ...]
    nodes: str | None
    snap: float
    layer: str | None
    classes: str
    bridges: float

    def network(self, file: str) -> Network:
        """The network of a file."""
        from sim.api.networks import Network

        return Network.from_file(
            file, default_capacity=self.default_capacity, nodes=self.nodes, snap=self.snap,
            columns=_pairs("column", self.columns, "WHAT=NAME"), layer=self.layer,
            capacity_by=_pairs("capacity-by", self.capacity_by, "COLUMN=FILE"),
            classes=self.classes, bridges=self.bridges,
        )  # fmt: skip


def _pairs(option: str, texts: Sequence[str], form: str) -> dict[str, str]:
    """Texts by name from ``NAME=TEXT``."""
    found = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not (sign and name.strip() and value.strip()):
            raise BadInputError(f"--{option}: '{text}' is not {form}")
        found[name.strip()] = value.strip()
    return found


@dataclass(frozen=True, eq=False, repr=False)
class Asked(FileOptions):
    """Which network, between which places and when, and how the answer is given."""

    file: str
    axis: str | None
    sources: tuple[str, ...]
    sinks: tuple[str, ...]
    seed: int | None
    sets: tuple[str, ...]
    as_json: bool
    figure: str | None
    export: str | None
    at: str | None

    @property
    def of_scenario(self) -> bool:
        """Whether the file is a scenario, not a network of any kind."""
        from sim.api.files import is_scenario

        return is_scenario(self.file)

    def scenario(self) -> Scenario:
        """The scenario of the file."""
        import sim

        if self.sources or self.sinks:
            raise BadInputError(
                "--from and --to are for network files; a scenario has axes: --axis"
            )
        if self.default_capacity or self.columns or self.capacity_by or self.nodes or self.layer:
            raise BadInputError(
                "--default-capacity, --column, --capacity-by, --nodes and --layer are for network "
                "files"
            )
        return sim.load(self.file, sets=self.sets)

    def between(self) -> Between:
        """The network file between its ends, or the axis of the scenario."""
        from sim.api.axes import axis_at

        if self.of_scenario:
            return axis_at(self.scenario(), self.axis, self.at, self.seed)
        if self.axis is not None or self.at is not None:
            raise BadInputError(
                "--axis and --at are for scenarios; a network file takes --from and --to"
            )
        if not self.sources or not self.sinks:
            raise BadInputError("a network file needs --from and --to")
        return self.network(self.file).between(self.sources, self.sinks)

    def target(self) -> Path | None:
        """The file of ``--figure``; refused where it is neither PNG nor SVG, or has no folder.

        BadInputError too where the table beside it would replace the file that is read.
        """
        return drawn_to(self.figure, self.file)

    def layers(self) -> Path | None:
        """The file of ``--export``; refused where nothing writes it, or it has no folder.

        BadInputError too where it would replace the file that is read.
        """
        if self.export is None:
            return None
        from pathlib import Path

        from sim.tables.layer_files import writer_of

        target = Path(self.export)
        writer_of(target)
        if not target.parent.is_dir():
            raise BadInputError(f"--export: there is no folder {target.parent}")
        if target.resolve() == Path(self.file).resolve():
            raise BadInputError(f"--export: it would replace {self.file}; name another file")
        return target

    def check(self) -> None:
        """Raise what :meth:`target` and :meth:`layers` raise, before anything is worked out."""
        self.target()
        self.layers()

    def answer(
        self,
        document: Document,
        show: Callable[[Document], None],
        save: Callable[[Path], None],
        export: Callable[[Path], object],
    ) -> None:
        """Draw and export it where that is wanted, and print it."""
        for target, write in ((self.target(), save), (self.layers(), export)):
            if target is not None:
                write(target)
        if self.as_json:
            print_json(document)
        else:
            show(document)


def drawn_to(figure: str | None, file: str) -> Path | None:
    """The file that ``--figure`` names; raises BadInputError as :meth:`Asked.target`."""
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


def asked(at: str) -> Callable[[Command], Command]:
    """Options that say which network, between which places, when; ``at`` is when unless told."""
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
            "--figure", type=click.Path(dir_okay=False),
            help="Draw it too: a .png or .svg file, its numbers as .csv beside it.",
        ),
        click.option(
            "--export", type=click.Path(dir_okay=False),
            help="Places and roads with what was found: a .gpkg, .geojson or .graphml file.",
        ),
        click.option(
            "--at", help=f"A date or '12 days' from the start; the {at} where none is named."
        ),
        *FILE_OPTIONS,
    )  # fmt: skip

    return gathered(Asked, options)


@click.command(cls=Verb)
@asked(at="end")
@click.option("--cuts", type=click.IntRange(1, 10_000), help="List up to so many minimum cuts.")
@click.option("--gap", help="List cuts that hold up to so much more, in the unit of the answer.")
def cut(asked: Asked, cuts: int | None, gap: str | None) -> None:
    """Max flow, minimum cut and routes of an axis at a date, or of a network file."""
    if asked.of_scenario:
        _cut_of_axes(asked, cuts, gap)
        return
    from sim.tables.terminal_network import print_case_cut

    asked.check()
    found = asked.between().min_cut()
    asked.answer(found.document(cuts, gap), print_case_cut, found.save, found.export)


def _cut_of_axes(asked: Asked, cuts: int | None, gap: str | None) -> None:
    """The cut of the named axis, or of every one, after one run."""
    import sim
    from sim.api.axes import cuts_at
    from sim.api.runs import save_cut
    from sim.tables.terminal_network import print_axis_cut

    target, layers = asked.target(), asked.layers()
    scenario = asked.scenario()
    every = asked.axis is None and scenario.axes
    axes = list(scenario.axes) if every else [asked.axis]
    if target is not None and len(axes) > 1:
        raise BadInputError("--figure draws one axis: name it with --axis")
    run = None if target is layers is None else sim.run(scenario, asked.seed)
    found = cuts_at(run or scenario, axes, asked.at, asked.seed)
    documents = [axis.document(cuts, gap) for axis in found]

    def show(_: Document) -> None:
        for document in documents:
            print_axis_cut(document)

    def save(target: Path) -> None:
        assert run is not None
        save_cut(run, axes[0], asked.at, target)

    def export(target: Path) -> None:
        assert run is not None
        at = scenario.length if asked.at is None else asked.at
        run.export(target, axis=asked.axis, at=at)

    document = documents[0] if len(documents) == 1 else {"axes": documents}
    asked.answer(document, show, save, export)


class Lost(TypedDict):
    """What may be lost, as :class:`~sim.api.between.Between` takes it."""

    targets: Kinds | None
    protect: tuple[str, ...]
    cost: dict[str, int]


@dataclass(frozen=True, eq=False, repr=False)
class AttackOptions:
    """What may be lost, and what is asked about it."""

    budget: int
    targets: Kinds | None
    protect: tuple[str, ...]
    cost: tuple[str, ...]
    method: Method
    most_sets: int
    objective: str
    delay: float | None
    hold: int | None
    chance: tuple[str, ...]
    weight: tuple[str, ...]

    def lost(self) -> Lost:
        """What may be lost, its costs read from ``NAME=N``."""
        cost = _whole_numbers("cost", self.cost, "NAME=N")
        return {"targets": self.targets, "protect": self.protect, "cost": cost}


@click.command(cls=Verb)
@asked(at="start")
@gathered(AttackOptions)
@click.option("--budget", "-k", type=click.IntRange(0, 1000), required=True, help="Most losses.")
@click.option(
    "--targets", type=click.Choice(["places", "roads", "both"]),
    help="What can fall: places of a scenario, roads of a network file, unless told.",
)  # fmt: skip
@click.option("--protect", multiple=True, metavar="NAME", help="A place or road that cannot fall.")
@click.option("--cost", multiple=True, metavar="NAME=N", help="What a target costs; 1 if not told.")
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
    "--chance", multiple=True, metavar="[NAME=]P",
    help="A loss succeeds with this probability: the least expected flow.",
)  # fmt: skip
@click.option(
    "--weight", multiple=True, metavar="AXIS=N",
    help="Several axes at once: the least weighted sum of their flows.",
)  # fmt: skip
def interdict(asked: Asked, attack: AttackOptions) -> None:
    """Which places or roads must fall: the least flow that 0 to K losses leave, proven."""
    asked.check()
    if attack.delay is not None and (attack.objective != "time" or not 0 < attack.delay < 1e5):
        raise BadInputError("--delay needs --objective time, and hours above 0")
    if attack.weight:
        _least_weighted_flow(asked, attack)
    elif attack.objective == "time":
        _slowest_route(asked, attack)
    else:
        _least_flow(asked, attack)


def _least_weighted_flow(asked: Asked, attack: AttackOptions) -> None:
    import sim
    from sim.tables.terminal_network import print_joint

    if not asked.of_scenario:
        raise BadInputError("--weight is for scenarios: a network file has no axes")
    weights = _whole_numbers("weight", attack.weight, "AXIS=N")
    found = sim.interdict(
        asked.scenario(), weights, attack.budget, at=asked.at, seed=asked.seed, **attack.lost()
    )
    asked.answer(found.document(), print_joint, found.save, found.export)


def _slowest_route(asked: Asked, attack: AttackOptions) -> None:
    from sim.tables.terminal_network import print_delay

    found = asked.between().slow_down(attack.budget, delay=attack.delay, **attack.lost())
    asked.answer(found.document(), print_delay, found.save, found.export)


def _least_flow(asked: Asked, attack: AttackOptions) -> None:
    from sim.tables.terminal_network import print_interdict

    between, k, lost = asked.between(), attack.budget, attack.lost()
    found = between.interdict(k, method=attack.method, sets=attack.most_sets, **lost)
    document = found.document()
    if attack.hold is not None:
        document["defence"] = between.hold(k, attack.hold, **lost).document()
    if attack.chance:
        document["uncertain"] = asdict(between.gamble(k, *_chances(attack.chance), **lost))
    asked.answer(document, print_interdict, found.save, found.export)


def _whole_numbers(option: str, texts: Sequence[str], form: str) -> dict[str, int]:
    """Whole numbers by name from texts such as ``NAME=N``, the last of a name counting."""
    found: dict[str, int] = {}
    for text in texts:
        name, sign, number = text.rpartition("=")
        if not sign or not (number.isascii() and number.isdigit() and len(number) < 10):
            raise BadInputError(f"--{option}: '{text}' is not {form} with a whole N from 1")
        found[name] = int(number)
    return found


def _chances(texts: Sequence[str]) -> tuple[dict[str, float], float]:
    """Chances by name from ``NAME=P``, and that of all others from ``P`` (1 without one)."""
    chances, others = {}, 1.0
    for text in texts:
        name, sign, number = text.rpartition("=")
        try:
            share = float(number)
        except ValueError:
            raise BadInputError(
                f"--chance: '{text}' is not P or NAME=P with P from 0 to 1"
            ) from None
        if sign:
            chances[name] = share
        else:
            others = share
    return chances, others


@click.command(cls=Verb)
@asked(at="start")
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
    asked: Asked, targets: Kinds, top: int | None, captured: tuple[str, ...], draws: int | None
) -> None:
    """Every place and road by what its loss alone costs: flow, time, what it shuts off."""
    import sim
    from sim.tables.terminal_network import print_rank

    asked.check()
    if asked.of_scenario:
        found = sim.rank(
            asked.scenario(), asked.axis, at=asked.at, seed=asked.seed, targets=targets, top=top,
            captured=captured, draws=draws,
        )  # fmt: skip
    elif draws is not None:
        raise BadInputError("--draws is for scenarios: a network file has nothing to draw")
    else:
        found = asked.between().rank(
            targets=targets, top=top, captured=captured, seed=asked.seed or 0
        )
    asked.answer(found.document(), print_rank, found.save, found.export)


@click.command(cls=Verb)
@click.argument("file", type=click.Path())
@click.option(
    "--against", required=True, type=click.Path(), metavar="GRAPH",
    help="The reference: any network file that has coordinates.",
)  # fmt: skip
@click.option(
    "--near", type=float, default=5.0, show_default=True,
    help="Places further (km) from its roads are not audited.",
)  # fmt: skip
@click.option(
    "--detour", type=float, default=0.04, show_default=True,
    help="A link is lacking where it shortens the way by this share.",
)  # fmt: skip
@click.option(
    "--length", type=float, default=0.08, show_default=True,
    help="Lengths that differ by more than this share are told.",
)  # fmt: skip
@click.option("--skip", multiple=True, metavar="PLACE", help="Leave a place out of the audit.")
@click.option("--at", help="When axes are looked at: a date or '12 days'; the start unless told.")
@SETS
@click.option("--figure", type=click.Path(dir_okay=False), help="Draw the map: .png or .svg.")
def audit(
    file: str, against: str, near: float, detour: float, length: float, skip: tuple[str, ...],
    at: str | None, sets: tuple[str, ...], figure: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Hold a network against a graph of the same ground: links that it lacks, roads that differ."""
    import sim
    from sim.tables.terminal_network import print_audit

    target = drawn_to(figure, file)
    found = sim.audit(
        file, against, near=near, detour=detour, length=length, skip=skip, sets=sets, at=at
    )
    if target is not None:
        found.save(target)
    document = found.document()
    if as_json:
        print_json(document)
    else:
        print_audit(document)


@click.command(name="import", cls=Verb)
@gathered(FileOptions, FILE_OPTIONS)
@click.argument("file", type=click.Path())
@click.option("--out", required=True, type=click.Path(), help="A .yaml or .npz file to write.")
@click.option(
    "--unit", type=click.Choice(["t/day", "kg/day"]), default="t/day", show_default=True,
    help="Unit of the file's capacities, for a network YAML.",
)  # fmt: skip
@click.option("--two-way", is_flag=True, help="Take one-way roads as two-way, for a network YAML.")
def import_(
    options: FileOptions, file: str, out: str, unit: str, two_way: bool, as_json: bool
) -> None:
    """Turn a network file of any kind (docs/networks.md) into a network YAML or a binary table."""
    written = options.network(file).written(out, unit=unit, two_way=two_way)
    answer(as_json, written.document(), "\n".join(written.said()))


COMMANDS = (cut, interdict, rank, audit, import_)
