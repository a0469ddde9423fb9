"""How the commands about cuts ask for a network: options, what they name, how the answer is given.

A scenario is looked at along one axis at a date; a network file (docs/networks.md) between the
places named.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from sim.base.errors import BadInputError
from sim.cli.verbs import SEED, Command, gathered, print_json

if TYPE_CHECKING:
    from pathlib import Path

    from sim.api.between import Between
    from sim.api.networks import Network
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
        from sim.api.files import check_ending

        if self.sources or self.sinks:
            check_ending(self.file)
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


def printer(kind: str) -> Callable[[Document], None]:
    """What prints an answer of a kind for people, loaded where it is to print."""

    def show(document: Document) -> None:
        from sim.tables import terminal_network

        getattr(terminal_network, f"print_{kind}")(document)

    return show


def drawn_to(figure: str | None, file: str, option: str = "figure") -> Path | None:
    """The file that ``--figure`` names; raises BadInputError as :meth:`Asked.target`."""
    if figure is None:
        return None
    from pathlib import Path

    target = Path(figure)
    if target.suffix.lower() not in (".png", ".svg"):
        raise BadInputError(f"--{option}: write to a file that ends in .png or .svg")
    if not target.parent.is_dir():
        raise BadInputError(f"--{option}: there is no folder {target.parent}")
    if target.with_suffix(".csv").resolve() == Path(file).resolve():
        raise BadInputError(f"--{option}: its numbers would replace {file}; name another file")
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
