"""A builder of small scenarios by hand, so that expected numbers can be derived by hand.

A road ``a-b:3`` is 3 km of class ``road``: 3.6 km/h, so 1,000 s a km, and 1,000 kg/day each
way. ``a-b:3/50`` carries 50 kg/day, ``a-b:3/50/20`` 20 of them back, ``a>b:3`` is open from a
to b alone, ``a-b#x:3`` is a second road beside it, ``a-b:3?0.4`` is there with a probability of
0.4, a ``!`` at the end says that it is closed at the start. Everything is held by ``red`` unless
``held`` says else.
"""

from __future__ import annotations

import contextlib
import dataclasses
import importlib.util
import io
import random
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from threading import Thread
from types import ModuleType
from typing import Any

import pytest

from sim.base.numbers import day_iso, day_words
from sim.base.said import Name, Said, Sentence, at
from sim.scenario import model as m
from sim.scenario.distributions import Constant, Dist
from sim.scenario.loader import load
from sim.state.record import Record

DAY = m.DAY
_DATA = Path(__file__).parent / "data"
_ROAD = re.compile(r"(\w+)([->])(\w+)(#\w+)?:([\d.]+)(?:/(\d+))?(?:/(\d+))?(?:\?([\d.]+))?(!?)$")


def _dist(value: Any) -> Any:
    return Constant(float(value)) if isinstance(value, int | float) else value


def _words(value: Any) -> tuple[str, ...]:
    return tuple(sorted(value.split())) if isinstance(value, str) else tuple(sorted(value))


def _condition(parts: Any) -> m.Condition:
    """("falls", "a"), ("falls", "a", "blue"), ("all", (...), (...))."""
    kind, *rest = parts
    if kind in ("all", "any"):
        return m.Condition(kind, parts=tuple(_condition(part) for part in rest))
    return m.Condition(kind, *rest)


def _event(name: str, kind: m.EventKind, **given: Any) -> m.Event:
    given["places"] = _words(given.get("places", ""))
    given["roads"] = _words(given.get("roads", ""))
    given["against"] = frozenset(_words(given.get("against", "")))
    if given.get("when") is not None:
        given["when"] = _condition(given["when"])
    for key in ("at", "delay", "loss", "lasts", "ring_loss"):
        given[key] = _dist(given.get(key))
    return m.Event(name, kind, **given)


def _axis(
    name: str,
    sources: Any,
    sinks: Mapping[str, Mapping[str, Any]],
    actor: str = "red",
    commodity: str = "goods",
    priority: int = 1,
    size: float | Dist = 100,
    loss: float | Dist = 0,
    foreign: str = "",
    supply: Mapping[str, float | Dist] | None = None,
    first: Mapping[str, int] | None = None,
    floors: Mapping[str, float | Dist] | None = None,
) -> m.Axis:
    """``first`` are priorities of sources, ``floors`` those of the depots among them."""
    abroad, limits, ranks, kept = foreign.split(), supply or {}, first or {}, floors or {}
    return m.Axis(
        name,
        name,
        actor,
        commodity,
        priority,
        {
            s: m.Source(
                s,
                _dist(limits.get(s)),
                s in abroad,
                ranks.get(s, 1),
                s in kept,
                _dist(kept.get(s, 0)),
            )
            for s in _words(sources)
        },
        {
            s: m.Sink(
                s,
                _dist(sink.get("demand", 0)),
                _dist(sink.get("stock", 0)),
                _dist(sink.get("target")),
                _dist(sink.get("refill", 0)),
            )
            for s, sink in sinks.items()
        },
        m.ConvoyRule(_dist(size), _dist(loss)),
    )


def _fighting(
    attack: float | Dist = 0.1,
    defend: float | Dist = 0.1,
    law: Any = "square",
    breaks: float | Dist = 0.5,
    terrain: Mapping[str, float] | None = None,
    bands: tuple[tuple[int, float], ...] = ((0, 1.0),),
    unit: int | None = None,
) -> m.Fighting:
    return m.Fighting(law, _dist(attack), _dist(defend), _dist(breaks), terrain or {}, bands, unit)


def _stands(where: str | float | Dist | None) -> m.Position | None:
    """A stop by its name, or km from the base."""
    if where is None:
        return None
    return m.Position(place=where) if isinstance(where, str) else m.Position(km=_dist(where))


def _operation(name: str, route: str, **given: Any) -> m.Operation:
    """``route`` is base and stops, "a b c"; durations are in seconds, tempo in km/day."""
    base, *stops = route.split()
    if isinstance(given.get("when"), tuple):
        given["when"] = _condition(given["when"])
    else:
        given.setdefault("at", 0)
    tempo = given.get("tempo", 10)
    return m.Operation(
        id=name,
        name=name,
        actor=given.get("actor", "red"),
        strength=_dist(given.get("strength", 100)),
        base=base,
        axis=given.get("axis"),
        route=tuple(stops),
        tempo={k: _dist(v) for k, v in (tempo if isinstance(tempo, dict) else {"": tempo}).items()},
        each=_dist(given.get("each", 0)),
        carries=_dist(given.get("carries", 3 * DAY)),
        breaks=_dist(given.get("breaks", 0.3)),
        rings={place: _dist(wait) for place, wait in given.get("rings", {}).items()},
        stands=_stands(given.get("stands")),
        on_stall=given.get("on_stall", "hold"),
        on_repulse=given.get("on_repulse", "fall_back"),
        retreat=_dist(given.get("retreat", 30)),
        again=_dist(given.get("again")),
        tries=given.get("tries", 10),
        priority=given.get("priority", 1),
        support={
            key: m.Support(key, _dist(factor), _dist(start), _dist(end))
            for key, (factor, start, end) in given.get("support", {}).items()
        },
        at=_dist(given.get("at")),
        when=given.get("when"),
        delay=_dist(given.get("delay")),
        chance=given.get("chance", 1.0),
    )


def _front(actor: str, **given: Any) -> m.FrontRule:
    return m.FrontRule(
        actor,
        _dist(given.get("hours", 0)),
        _dist(given.get("value", 0)),
        _dist(given.get("threat", 0)),
        _dist(given.get("ratio", 1)),
        _dist(given.get("delay", 0)),
        _dist(given.get("counter")),
        _dist(given.get("reach", 16)),
        _dist(given.get("sees")),
        frozenset(_words(given.get("hold", ""))),
        given.get("values", {}),
    )


def _decision(name: str, options: Mapping[str, Mapping[str, Any]], **given: Any) -> m.Decision:
    """Options are {"place", "operation", "axis", "value", "sends": (from, share, to)}, or of the
    last "leaves": (from, loss, ring_loss).

    Coefficients that are left out are 0.
    """
    if isinstance(given.get("when"), tuple):
        given["when"] = _condition(given["when"])
    else:
        given.setdefault("at", 0)
    terms = ("population", "strength", "enemies", "axis")
    return m.Decision(
        id=name,
        name=name,
        actor=given.get("actor", "red"),
        seat=given["seat"],
        options={
            k: m.DecisionOption(
                k,
                o.get("place"),
                o.get("operation"),
                o.get("axis"),
                o.get("value"),
                _sending(*o["sends"]) if "sends" in o else None,
                _leaving(*o["leaves"]) if "leaves" in o else None,
            )
            for k, o in options.items()
        },
        **{what: _dist(given.get(what)) for what in ("hours", "threat", "supply", "value")},
        **{what: _dist(given.get(what, 0)) for what in terms},
        at=_dist(given.get("at")),
        when=given.get("when"),
        delay=_dist(given.get("delay")),
        chance=given.get("chance", 1.0),
    )


def _sending(places: str, share: float | Dist, to: str) -> m.Sending:
    return m.Sending(tuple(sorted(places.split())), _dist(share), to)


def _leaving(places: str, loss: float | Dist = 0, ring: float | Dist | None = None) -> m.Withdrawal:
    return m.Withdrawal(tuple(sorted(places.split())), _dist(loss), _dist(ring))


def make_scenario(
    roads: str,
    *,
    axes: Mapping[str, Mapping[str, Any]] | None = None,
    events: Mapping[str, Mapping[str, Any]] | None = None,
    places: Mapping[str, Mapping[str, Any]] | None = None,
    held: Mapping[str, Any] | None = None,
    besieged: Mapping[str, str] | None = None,
    sealed: Mapping[str, str] | None = None,
    actors: Mapping[str, Mapping[str, Any]] | None = None,
    garrisons: Mapping[str, Mapping[str, Any]] | None = None,
    exits: Mapping[str, Mapping[str, Any]] | None = None,
    regroup: Mapping[str, Mapping[str, Any]] | None = None,
    fighting: Mapping[str, Any] | None = None,
    operations: Mapping[str, Mapping[str, Any]] | None = None,
    fronts: Mapping[str, Mapping[str, Any]] | None = None,
    decisions: Mapping[str, Mapping[str, Any]] | None = None,
    claims: Mapping[str, tuple[Any, ...]] | None = None,
    commodities: Mapping[str, int] | None = None,
    truck_load: int = 10,
    length: int = 10 * DAY,
    sample: int = DAY,
    speed: float | Dist = 3.6,
    capacity: float | Dist = 1000,
) -> m.Scenario:
    """A scenario from compact words; see the top of this file."""
    links = {}
    for word in roads.split():
        found = _ROAD.match(word)
        assert found, word
        a, ways, b, mark, km, kg, back, exists, shut = found.groups()
        name = f"{a}-{b}{mark or ''}"
        links[name] = m.Road(
            name, a, b, float(km), "road", capacity=_dist(kg and int(kg)), closed=bool(shut),
            back=_dist(back and int(back)), one_way=ways == ">", exists=float(exists or 1),
        )  # fmt: skip
    names = sorted({end for r in links.values() for end in (r.a, r.b)} | set(places or {}))
    told = places or {}

    def place(name: str) -> m.Place:
        given = dict(told.get(name, {}))
        given["capacity"] = _dist(given.get("capacity"))
        return m.Place(name, name.title(), 0.0, 0.0, **given)

    def shares(name: str) -> dict[str, int]:
        who = (held or {}).get(name, "red")
        return dict(who) if isinstance(who, Mapping) else {who: m.PPM} if who else {}

    parties = {"red": {}, "blue": {}, **(actors or {})}
    return m.Scenario(
        id="small",
        title="Small",
        about="",
        kind="what-if",
        start=None,
        length=length,
        seed=1,
        sample=sample,
        truck_load=truck_load,
        tests=(),
        network=m.Network(
            "Small",
            {name: place(name) for name in names},
            links,
            {"road": m.RoadClass("road", _dist(speed), _dist(capacity))},
        ),
        actors={
            a: m.Actor(a, a.title(), frozenset(_words(g.get("friends", ""))), g.get("transit", {}))
            for a, g in parties.items()
        },
        holders={
            name: m.Holding(
                name,
                shares(name),
                frozenset(_words((besieged or {}).get(name, ""))),
                frozenset((sealed or {}).get(name, "").split()),
            )
            for name in names
        },
        commodities={
            c: m.Commodity(c, c, kg) for c, kg in (commodities or {"goods": truck_load}).items()
        },
        axes={name: _axis(name, **given) for name, given in (axes or {}).items()},
        events={name: _event(name, **given) for name, given in (events or {}).items()},
        garrisons={
            name: m.Garrison(
                name,
                g.get("actor", "red"),
                g["place"],
                _dist(g["strength"]),
                _dist(g.get("loss", 0)),
                _dist(g.get("ring_loss", 0)),
                _dist(g.get("reserve")),
                g.get("priority", 1),
            )
            for name, g in (garrisons or {}).items()
        },
        exits={
            name: m.Exit(
                name,
                name,
                g.get("actor", "red"),
                _words(g["places"]),
                _dist(g.get("seconds", 0)),
                **{k: g[k] for k in ("threat", "supply", "value", "billets") if k in g},
            )
            for name, g in (exits or {}).items()
        },
        regroup={
            actor: m.RegroupRule(
                actor,
                *(_dist(g.get(k, 0)) for k in ("hours", "threat", "supply", "billets", "value")),
                stay=_dist(g.get("stay")),
                max_seconds=_dist(g.get("max_seconds", 100 * DAY)),
                values=g.get("values", {}),
            )
            for actor, g in (regroup or {}).items()
        },
        claims={
            name: m.Claim(name, name, measure, relation, value, *when)
            for name, (measure, relation, value, *when) in (claims or {}).items()
        },
        sources={},
        resolved={},
        fighting=_fighting(**(fighting or {})) if operations or fighting else None,
        operations={k: _operation(k, **g) for k, g in (operations or {}).items()},
        fronts={actor: _front(actor, **g) for actor, g in (fronts or {}).items()},
        decisions={name: _decision(name, **g) for name, g in (decisions or {}).items()},
    )


def _some_ways(roads: str, seed: int) -> str:
    """The words of roads, some of them one-way now and some with another capacity back."""
    rng = random.Random(f"ways {seed}")

    def directed(word: str) -> str:
        kind = rng.randrange(5)
        if kind == 0:
            return word.replace("-", ">", 1)
        return re.sub(r"/(\d+)", rf"/\1/{rng.choice([0, 150, 900])}", word) if kind == 1 else word

    return " ".join(map(directed, roads.split()))


@pytest.fixture(scope="session")
def some_ways() -> Callable[[str, int], str]:
    """:func:`_some_ways`, for roads as the builder takes them."""
    return _some_ways


@pytest.fixture(scope="session")
def make() -> Callable[..., m.Scenario]:
    """The builder :func:`make_scenario`."""
    return make_scenario


def _directed(seed: int, roads: dict[str, Any]) -> dict[str, Any]:
    """The roads, some one-way, or with another capacity back, without a length, or in doubt."""
    rng = random.Random(f"ways {seed}")
    for road in roads.values():
        kind = rng.randrange(6)
        if kind < 2:
            road["one_way"] = True
        elif kind == 2:
            road["capacity"] = {"there": "14 t/day", "back": rng.choice(["3..9 t/day", "21 t/day"])}
        if rng.random() < 0.3:
            del road["km"]
        if rng.random() < 0.3:
            road["exists"] = rng.choice([0, 0.2, 0.7])
    return roads


def _random_scenario(seed: int) -> dict[str, Any]:
    """Towns, friends and strangers, captures, raids, damage and closures, as a file says it."""
    rng = random.Random(seed)
    names = [f"p{i}" for i in range(rng.choice([4, 6, 8]))]
    pairs = {tuple(sorted((names[rng.randrange(i)], names[i]))) for i in range(1, len(names))}
    pairs |= {tuple(sorted(rng.sample(names, 2))) for _ in range(len(names) - 2)}
    actors = ["red", "green", "blue"]

    def event(n: int) -> dict[str, Any]:
        place, by = rng.choice(names), rng.choice(actors)
        found = rng.choice([
            {"capture": place, "by": by},
            {"capture": place, "shares": {"red": 0.5, "blue": 0.3}},
            {"raid": place, "by": by, "lasts": f"{rng.randrange(5, 60)} h"},
            {"raid": place, "by": by, "lasts": f"{rng.randrange(5, 60)} h"},
            {"besiege": place, "by": by},
            {"relieve": place},
            {"damage": "--".join(rng.choice(sorted(pairs))), "loss": "35 %"},
            {"close": "--".join(rng.choice(sorted(pairs)))},
            {"open": "--".join(rng.choice(sorted(pairs)))},
        ])  # fmt: skip
        return found | {"at": f"{rng.randrange(0, 20) * 6} h"}

    def axis() -> dict[str, Any]:
        a, b, c = rng.sample(names, 3)
        second = {b: {"priority": rng.choice([0, 2])}} if rng.random() < 0.5 else {}
        return {
            "actor": rng.choice(actors), "priority": rng.choice([1, 1, 2]),
            "commodity": rng.choice(["supplies", "fuel"]), "convoy": {"size": "3 t"},
            "sources": {a: {}} | second,
            "sinks": {c: {"demand": f"{rng.randrange(1, 12)} t/day",
                          "stock": f"{rng.randrange(0, 200)} t"}},
        }  # fmt: skip

    return {
        "format": 1, "title": "random", "period": {"length": "6 days"},
        "sample": f"{rng.choice([5, 24])} h", "default_holder": "red",
        "truck_load": "20 t/truck",
        "commodities": {"fuel": {"load": "15 t/truck"}},
        "actors": {"red": {"friends": ["green"]}, "green": {}, "blue": {"transit": {"red": 0.4}}},
        "holders": {p: rng.choice(actors) for p in names if rng.random() < 0.5},
        "network": {
            "classes": {"r": {"speed": "40 km/h", "capacity": "20 t/day"}},
            "places": {
                p: {"lat": 0, "lon": i / 10, **rng.choice([{}, {}, {"capacity": "13 t/day"}])}
                for i, p in enumerate(names)
            },
            "roads": (_directed if seed % 2 else lambda _, roads: roads)(
                seed, {f"{a}--{b}": {"km": rng.randrange(5, 90), "class": "r"}
                       for a, b in sorted(pairs)},
            ),
        },
        "axes": {f"x{n}": axis() for n in range(rng.choice([1, 3, 4]))},
        "events": {f"e{n}": event(n) for n in rng.sample(range(20), 9)},
    }  # fmt: skip


@pytest.fixture(scope="session")
def random_scenario() -> Callable[[int], dict[str, Any]]:
    """``random_scenario(seed)``: a scenario as a file says it, whose events and axes coincide."""
    return _random_scenario


def _plain(record: Record, *, without: str = "") -> dict[str, Any]:
    found = {f.name: getattr(record, f.name) for f in dataclasses.fields(record)}
    return {k: v for k, v in found.items() if k not in without.split()}


@pytest.fixture(scope="session")
def plain() -> Callable[..., dict[str, Any]]:
    """A record as a mapping of its parts, to compare two of them part by part."""
    return _plain


@pytest.fixture(scope="session")
def one_way() -> str:
    """The text of a scenario in which luck decides whether the only way is lost, and when."""
    return _toy("one_way")


@pytest.fixture(scope="session")
def two_ways() -> str:
    """The text of a scenario without luck, in which the better of two ways is lost."""
    return _toy("two_ways")


@pytest.fixture
def small_file(tmp_path: Path, one_way: str) -> Path:
    """The file of a scenario small enough for thousands of runs."""
    path = tmp_path / "small.yaml"
    path.write_text(one_way, encoding="utf-8")
    return path


@pytest.fixture
def small(small_file: Path) -> m.Scenario:
    """The scenario of :func:`small_file`."""
    return load(small_file)


def _valley(folder: Path) -> Path:
    from sim.api import Network

    text = {file.name: file.read_text("utf-8") for file in (_DATA / "valley").iterdir()}
    roads, nodes = folder / "roads.csv", folder / "nodes.csv"
    roads.write_text(text[roads.name], encoding="utf-8")
    nodes.write_text(text[nodes.name], encoding="utf-8")
    network = Network.from_file(roads, nodes=nodes, columns={"class": "class"})
    for form in ("npz", "yaml"):
        network.write(folder / f"roads.{form}")
        scenario = text["valley.yaml"].replace("NETWORK", f"roads.{form}")
        (folder / f"{form}.yaml").write_text(scenario, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def valley_in() -> Callable[[Path], Path]:
    """``valley_in(folder)``: the network of the valley as ``roads.npz`` and as ``roads.yaml``, and
    its scenario on each of them, ``npz.yaml`` and ``yaml.yaml``."""
    return _valley


def _toy(name: str) -> str:
    return (_DATA / f"{name}.yaml").read_text(encoding="utf-8")


def _command(*args: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    from sim.cli.program import main

    out, err, before = io.StringIO(), io.StringIO(), sys.argv
    sys.argv = ["sim", *args]
    try:
        with (
            contextlib.chdir(cwd),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            pytest.raises(SystemExit) as ended,
        ):
            main()
    finally:
        sys.argv = before
    return subprocess.CompletedProcess(args, ended.value.code, out.getvalue(), err.getvalue())


@pytest.fixture(scope="session")
def sim() -> Callable[..., subprocess.CompletedProcess[str]]:
    """The command ``sim`` in this process: ``sim(*args, cwd=folder)``; no second of imports."""
    return _command


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """Processes started meanwhile hear Ctrl-C, even if these tests run where it is ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


NUMBER = re.compile(r"-?[\d,]*\.?\d+(?:e-?\d+)?")


def _held_to(sentence: str, stated: Callable[[Said], list[float]], start: datetime | None) -> None:
    """Words hold no digits; what a number says of itself is what there is."""
    assert isinstance(sentence, Sentence), sentence
    for part in sentence.parts:
        if isinstance(part, Said):
            _check_number(part, stated, start)
        elif not isinstance(part, Name):
            assert not re.search(r"\d", part), (part, sentence)


def _check_number(
    said: Said, stated: Callable[[Said], list[float]], start: datetime | None
) -> None:
    value, text = said.value, said.replace("\u2212", "-")
    assert said.unit, said
    assert value is not None, said
    if said.measure:
        near = 1e-6 + 1e-8 * abs(value)  # documents keep nine digits
        assert any(abs(value - v) < near for v in stated(said)), said
    if said.unit == "day" and not re.fullmatch(r"[+-]?[\d.,]+( days?)?", text):
        words = day_words(start, value)
        assert start is None or text in {words, words[:-5], day_iso(start, value)}, said
    elif text.startswith(("under", "over")):
        assert 0 < value < 0.005 or 0.995 <= value < 1, said
    else:
        found = NUMBER.search(text)
        assert found is not None, said
        shown, digits = float(found[0].replace(",", "")), found[0].partition(".")[2]
        size = value * (100 if text.endswith("%") else 1)
        least = 0.06 * abs(size) if 0 < abs(size) < 0.1 else 0.5 * 10 ** -len(digits)
        if not shown:  # less than half a kilogram of a tonne, half a metre of a kilometre
            least = 0.0005
        assert abs(shown - size) <= least + 1e-6, (said, value)


@pytest.fixture(scope="session")
def held_to() -> Callable[..., None]:
    """``held_to(sentence, stated, start)``: each number is one of the values of its measure."""
    return _held_to


def _of_document(document: Mapping[str, Any]) -> Callable[[Said], list[float]]:
    def stated(said: Said) -> list[float]:
        found = at(document, said.measure)
        kind, _, rest = said.measure.partition("/")
        if kind == "measures" and rest:
            unit = at(document, f"measures/{rest.partition('/')[0]}")["unit"]
            assert said.unit == ("1" if "/came/" in rest else unit), said
        if isinstance(found, list | tuple | dict):
            return [len(found)]
        kg = document.get("unit") == "kg/day" and said.unit == "t/day"
        return [found / 1000 if kg else found]

    return stated


@pytest.fixture(scope="session")
def of_document() -> Callable[..., Callable[[Said], list[float]]]:
    """``of_document(document)``: what stands where a number says that it stands."""
    return _of_document


def _tool(name: str) -> ModuleType:
    file = Path(__file__).parents[1] / f"tools/{name}.py"
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # dataclasses look their module up by name
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, name, module)
        spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def tool() -> Callable[[str], ModuleType]:
    """``tool(name)``: a program of tools/, which is no part of the package, as a module."""
    return _tool


@contextmanager
def _served(*args: Any, **kwargs: Any) -> Iterator[Any]:
    from sim import api

    with api.explore(*args, **kwargs) as made:
        serving = Thread(target=made.serve)
        serving.start()
        yield made
        made.stop()
        serving.join(10)
        assert not serving.is_alive()


@pytest.fixture(scope="session")
def served() -> Callable[..., AbstractContextManager[Any]]:
    """``served(file, ...)``: what ``sim.explore`` makes of it, served in the block."""
    return _served


@pytest.fixture
def explorer(home: Path) -> Iterator[Any]:
    """The page of the scenario in ``home``, a fixture of the tests' own, served meanwhile."""
    with _served("two_ways.yaml") as made:
        yield made
