"""Commands about networks: cut, interdict, rank, reliability, audit, import.

Registered in :mod:`sim.cli.program`; exit codes as there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, TypedDict, TypeVar

import click

from sim.base.collector import collector_paused
from sim.base.errors import BadInputError
from sim.cli.asked import FILE_OPTIONS, Asked, Document, FileOptions, asked, drawn_to, printer
from sim.cli.verbs import SETS, Verb, WholeNumber, answer, gathered, print_json

if TYPE_CHECKING:
    from pathlib import Path

    from sim.api.reliable import ReliabilityMethod
    from sim.network.arcs import Kinds
    from sim.network.interdict import Method

T = TypeVar("T")


@click.command(cls=Verb)
@asked(at="end")
@click.option("--cuts", type=WholeNumber(1, 10_000), help="List up to so many minimum cuts.")
@click.option("--gap", help="List cuts that hold up to so much more, in the unit of the answer.")
@collector_paused()
def cut(asked: Asked, cuts: int | None, gap: str | None) -> None:
    """Max flow, minimum cut and routes of an axis at a date, or of a network file."""
    if asked.of_scenario:
        _cut_of_axes(asked, cuts, gap)
        return
    asked.check()
    found = asked.between().min_cut()
    asked.answer(found.document(cuts, gap), printer("case_cut"), found.save, found.export)


def _cut_of_axes(asked: Asked, cuts: int | None, gap: str | None) -> None:
    """The cut of the named axis, or of every one, after one run."""
    import sim
    from sim.api.axes import cuts_at, save_cut

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
            printer("axis_cut")(document)

    def save(target: Path) -> None:
        assert run is not None
        save_cut(run, axes[0], asked.at, target)

    def export(target: Path) -> None:
        assert run is not None
        at = scenario.length if asked.at is None else asked.at
        run.export(target, axis=asked.axis, at=at)

    document = documents[0] if len(documents) == 1 else {"axes": documents}
    asked.answer(document, show, save, export)


Read = Callable[[click.Context, click.Parameter, tuple[str, ...]], dict[str, T]]
"""Reads what is given of an option that may be given again and again."""


def _by_name(read: Callable[[str], T], form: str, *, bare: bool = False) -> Read[T]:
    """Values by name from ``NAME=VALUE``, the last of a name counting.

    Where one may stand ``bare``, it is that of "". What ``read`` raises ValueError for, or has no
    name, is not of the ``form``.
    """

    def values(_: click.Context, param: click.Parameter, texts: tuple[str, ...]) -> dict[str, T]:
        found: dict[str, T] = {}
        for text in texts:
            name, sign, value = text.rpartition("=")
            try:
                if not (name if sign else bare):
                    raise ValueError
                found[name] = read(value)
            except ValueError:
                option = max(param.opts, key=len)
                raise BadInputError(f"{option}: '{text}' is not {form}") from None
        return found

    return values


def _whole(text: str) -> int:
    """A whole number. Raises ValueError."""
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ValueError
    return int(text)


_CHANCES = _by_name(float, "P or NAME=P with P from 0 to 1", bare=True)
_TOGETHER = _by_name(float, "NAME,NAME=P")


def _together(
    context: click.Context, param: click.Parameter, texts: tuple[str, ...]
) -> dict[tuple[str, ...], float]:
    """Chances by several names."""
    found = _TOGETHER(context, param, texts)
    return {tuple(name.strip() for name in names.split(",")): p for names, p in found.items()}


class Lost(TypedDict):
    """What may be lost, as :class:`~sim.api.between.Between` takes it."""

    targets: Kinds | None
    protect: tuple[str, ...]
    cost: dict[str, int]


_LOST = (
    click.option(
        "--targets", type=click.Choice(["places", "roads", "both"]),
        help="What can fall: places of a scenario, roads of a network file, unless told.",
    ),
    click.option(
        "--protect", multiple=True, metavar="NAME", help="A place or road that cannot fall."
    ),
    click.option(
        "--cost", multiple=True, metavar="NAME=N", help="What a target costs; 1 if not told.",
        callback=_by_name(_whole, "NAME=N with a whole N from 1"),
    ),
)  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
class AttackOptions:
    """What is asked about an attack."""

    budget: int
    method: Method
    most_sets: int
    objective: str
    delay: float | None
    hold: int | None
    chance: dict[str, float]
    weight: dict[str, int]


@click.command(cls=Verb)
@asked(at="start")
@gathered(Lost, _LOST)
@gathered(AttackOptions)
@click.option("--budget", "-k", type=WholeNumber(0, 1000), required=True, help="Most losses.")
@click.option(
    "--method", type=click.Choice(["auto", "lagrange", "milp"]), default="auto", show_default=True,
    help="Prices with branch and bound, the dual program by HiGHS, or the one then the other.",
)  # fmt: skip
@click.option(
    "--sets", "most_sets", type=WholeNumber(1, 10_000), default=10, show_default=True,
    help="List up to so many optimal sets of the whole budget.",
)  # fmt: skip
@click.option(
    "--objective", type=click.Choice(["flow", "time"]), default="flow", show_default=True,
    help="Leave the least flow, or make the fastest route slowest.",
)  # fmt: skip
@click.option("--delay", type=float, help="Hours that a lost road takes more, not closing (time).")
@click.option("--hold", type=WholeNumber(1, 1000), help="Which so many to hold against it.")
@click.option(
    "--chance", multiple=True, metavar="[NAME=]P", callback=_CHANCES,
    help="A loss succeeds with this probability: the least expected flow.",
)  # fmt: skip
@click.option(
    "--weight", multiple=True, metavar="AXIS=N",
    callback=_by_name(_whole, "AXIS=N with a whole N from 1"),
    help="Several axes at once: the least weighted sum of their flows.",
)  # fmt: skip
def interdict(asked: Asked, lost: Lost, attack: AttackOptions) -> None:
    """Which places or roads must fall: the least flow that 0 to K losses leave, proven."""
    asked.check()
    if attack.delay is not None and (attack.objective != "time" or not 0 < attack.delay < 1e5):
        raise BadInputError("--delay needs --objective time, and hours above 0")
    if attack.weight:
        _least_weighted_flow(asked, lost, attack)
    elif attack.objective == "time":
        _slowest_route(asked, lost, attack)
    else:
        _least_flow(asked, lost, attack)


def _least_weighted_flow(asked: Asked, lost: Lost, attack: AttackOptions) -> None:
    import sim

    if not asked.of_scenario:
        raise BadInputError("--weight is for scenarios: a network file has no axes")
    found = sim.interdict(
        asked.scenario(), attack.weight, attack.budget, at=asked.at, seed=asked.seed, **lost
    )
    asked.answer(found.document(), printer("joint"), found.save, found.export)


def _slowest_route(asked: Asked, lost: Lost, attack: AttackOptions) -> None:
    found = asked.between().slow_down(attack.budget, delay=attack.delay, **lost)
    asked.answer(found.document(), printer("delay"), found.save, found.export)


def _least_flow(asked: Asked, lost: Lost, attack: AttackOptions) -> None:
    between, k = asked.between(), attack.budget
    found = between.interdict(k, method=attack.method, sets=attack.most_sets, **lost)
    document = found.document()
    if attack.hold is not None:
        document["defence"] = between.hold(k, attack.hold, **lost).document()
    if attack.chance:
        named = {name: chance for name, chance in attack.chance.items() if name}
        others = attack.chance.get("", 1.0)
        document["uncertain"] = asdict(between.gamble(k, named, others, **lost))
    document = between.case.with_names(document)
    asked.answer(document, printer("interdict"), found.save, found.export)


@click.command(cls=Verb)
@asked(at="start")
@click.option(
    "--targets", type=click.Choice(["places", "roads", "both"]), default="both", show_default=True,
    help="What is ranked.",
)  # fmt: skip
@click.option("--top", type=WholeNumber(min=1), help="So many of the worst; all without it.")
@click.option(
    "--captured", multiple=True, metavar="[NAME]", is_flag=False, flag_value="",
    help="Share out the joint loss of these (Shapley); of a scenario's own captures without NAME.",
)  # fmt: skip
@click.option(
    "--draws", type=WholeNumber(2, 10_000),
    help="Rank again in so many replicates of the scenario: each rank with its interval.",
)  # fmt: skip
def rank(
    asked: Asked, targets: Kinds, top: int | None, captured: tuple[str, ...], draws: int | None
) -> None:
    """Every place and road by what its loss alone costs: flow, time, what it shuts off."""
    import sim

    asked.check()
    fallen = tuple(name for name in captured if name) if captured else None
    if asked.of_scenario:
        found = sim.rank(
            asked.scenario(), asked.axis, at=asked.at, seed=asked.seed, targets=targets, top=top,
            captured=fallen, draws=draws,
        )  # fmt: skip
    elif draws is not None:
        raise BadInputError("--draws is for scenarios: a network file has nothing to draw")
    else:
        found = asked.between().rank(
            targets=targets, top=top, captured=fallen, seed=asked.seed or 0
        )
    asked.answer(found.document(), printer("rank"), found.save, found.export)


class Stated(TypedDict):
    """What is stated of a reliability, as :class:`~sim.api.between.Between` takes it."""

    stands: dict[str, float]
    together: dict[tuple[str, ...], float]
    need: str | None
    method: ReliabilityMethod
    samples: int
    deliverable: bool


_STATED = (
    click.option(
        "--stands", multiple=True, metavar="[NAME=]P", callback=_CHANCES,
        help="The chance that a place, a road or a class of roads stands; of every road without "
        "NAME.",
    ),
    click.option(
        "--together", multiple=True, metavar="NAME,NAME=P", callback=_together,
        help="These stand or fall together, with this chance to stand.",
    ),
    click.option(
        "--need", metavar="AMOUNT",
        help="What is to be carried, as '40 t/day' of a scenario; there what the sinks consume.",
    ),
    click.option(
        "--method", type=click.Choice(["auto", "exact", "sampled"]), default="auto",
        show_default=True,
        help="Exact, or drawn by the number of losses; exact where there are not too many states.",
    ),
    click.option(
        "--samples", type=WholeNumber(1, 100_000_000), default=10_000, show_default=True,
        help="So many states are drawn.",
    ),
    click.option(
        "--deliverable", is_flag=True, help="Take supply and demand of an axis as limits."
    ),
)  # fmt: skip


@click.command(cls=Verb)
@asked(at="start")
@gathered(Stated, _STATED)
@click.option(
    "--draws", type=WholeNumber(2, 1_000_000),
    help="Look at so many replicates of the scenario at the date, all its luck among them.",
)  # fmt: skip
@click.option(
    "--map", "map_", type=click.Path(dir_okay=False), metavar="FILE",
    help="Draw the map too: a .png or .svg file, its numbers as .csv beside it.",
)  # fmt: skip
def reliability(asked: Asked, stated: Stated, draws: int | None, map_: str | None) -> None:
    """The chance to be open, and what is carried, where places and roads may fail."""
    import sim

    asked.check()
    target = drawn_to(map_, asked.file, "map")
    if asked.of_scenario:
        found = sim.reliability(
            asked.scenario(), asked.axis, at=asked.at, seed=asked.seed, draws=draws,
            **stated,
        )  # fmt: skip
    elif draws is not None:
        raise BadInputError("--draws is for scenarios: a network file has nothing to draw")
    else:
        found = asked.between().reliability(seed=asked.seed or 0, **stated)
    if target is not None:
        found.save_map(target)
    asked.answer(found.document(), printer("reliability"), found.save, found.export)


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
        printer("audit")(document)


@click.command(name="import", cls=Verb)
@gathered(FileOptions, FILE_OPTIONS)
@click.argument("file", type=click.Path())
@click.option("--out", required=True, type=click.Path(), help="A .yaml or .npz file to write.")
@click.option(
    "--unit", type=click.Choice(["t/day", "kg/day"]), default="t/day", show_default=True,
    help="Unit of the file's capacities, for scenarios.",
)  # fmt: skip
@click.option("--two-way", is_flag=True, help="Take one-way roads as two-way, for a network YAML.")
def import_(
    options: FileOptions, file: str, out: str, unit: str, two_way: bool, as_json: bool
) -> None:
    """Turn a network file of any kind (docs/networks.md) into a network YAML or a binary table."""
    written = options.network(file).written(out, unit=unit, two_way=two_way)
    answer(as_json, written.document(), "\n".join(written.said()))


COMMANDS = (cut, interdict, rank, reliability, audit, import_)
