"""The house of docs/house.md: rooms import downstairs only, no files go round in a circle."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parent.parent
FLOORS = re.findall(r"^\| `(\w+)` \|", (ROOT / "docs/house.md").read_text("utf-8"), re.M)


def module(path: Path) -> str:
    """The dotted name of a file of the package."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {module(path): path for path in sorted((ROOT / "sim").rglob("*.py"))}


@cache
def trees() -> dict[str, ast.Module]:
    """The files of the package as trees, by module; read when a test asks, not when collected."""
    return {name: ast.parse(path.read_text("utf-8")) for name, path in FILES.items()}


def imported(name: str) -> Iterator[str]:
    """Every module that a file imports, for types and inside functions too."""
    package = name.split(".") if FILES[name].stem == "__init__" else name.split(".")[:-1]
    for node in ast.walk(trees()[name]):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) + 1 - node.level] if node.level else []
            base = ".".join([*above, node.module] if node.module else above)
            for alias in node.names:
                whole = f"{base}.{alias.name}"
                yield whole if whole in FILES else base


@cache
def imports() -> dict[str, list[str]]:
    """What each module imports but itself."""
    return {name: sorted(set(imported(name)) - {name}) for name in FILES}


def room(name: str) -> str:
    """The room of a module; the package itself is the door of the API, ``__main__`` of the CLI."""
    return {"sim": "api", "sim.__main__": "cli"}.get(name) or name.split(".")[1]


def test_every_room_is_on_the_list_and_the_list_names_no_other() -> None:
    assert {room(name) for name in FILES} == set(FLOORS)


def test_no_import_goes_upstairs() -> None:
    floor = {name: height for height, name in enumerate(FLOORS)}
    upstairs = [
        f"{name} imports {other}"
        for name, others in imports().items()
        for other in others
        if other in FILES and floor[room(other)] < floor[room(name)]
    ]
    assert upstairs == []


def test_no_files_import_each_other_in_a_circle() -> None:
    circle = []
    try:
        TopologicalSorter(
            {name: [o for o in others if o in FILES] for name, others in imports().items()}
        ).prepare()
    except CycleError as error:
        circle = error.args[1]
    assert circle == []


def test_only_the_command_line_knows_click_and_only_what_draws_knows_matplotlib() -> None:
    found = {
        (word.split(".")[0], room(name)) for name in FILES for word in imports()[name]
    }  # fmt: skip
    assert {where for what, where in found if what == "click"} == {"cli"}
    drawing = {where for what, where in found if what in ("matplotlib", "PIL")}
    assert drawing <= {"view", "page", "api"}
    for name in FILES:
        if room(name) == "api":  # inside functions only
            top = {n.module for n in trees()[name].body if isinstance(n, ast.ImportFrom)}
            assert not any((word or "").split(".")[0] == "matplotlib" for word in top)


def names_in(node: ast.AST) -> Iterator[str]:
    """Every name that code or a string below a node holds."""
    for part in ast.walk(node):
        for key in ("id", "attr", "arg", "name"):
            if isinstance(word := getattr(part, key, None), str):
                yield word
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


@cache
def defined() -> set[str]:
    """Names that stand somewhere in the package; constants and classes may be named anywhere."""
    parts = [part for tree in trees().values() for part in tree.body]
    return {name for part in parts for name in names_in(part) if name.isidentifier()}


def test_docstrings_of_classes_name_what_the_class_has() -> None:
    unknown = []
    for name, tree in trees().items():
        around = {n for part in tree.body if not isinstance(part, ast.ClassDef)
                  for n in names_in(part)}  # fmt: skip
        for part in ast.walk(tree):
            if not isinstance(part, ast.ClassDef) or (said := ast.get_docstring(part)) is None:
                continue
            had = {n for inner in part.body[1:] for n in names_in(inner)} | around
            had |= set(dir(builtins)) | {n for base in part.bases for n in names_in(base)}
            words = re.findall(r"``([A-Za-z_]\w*)``", said)
            unknown += [
                f"{name}.{part.name}: {word}"
                for word in words
                if word not in had and not (word[0].isupper() and word in defined())
            ]
    assert unknown == []


def test_pictures_are_drawn_from_answers() -> None:
    """What draws neither runs a scenario, nor draws luck, nor solves a network."""
    works = {
        "sim.engine.simulation", "sim.state.luck", "sim.state.terrain",
        *(f"sim.network.{name}" for name in ("flow", "interdict", "residual", "mincuts", "delay")),
    }  # fmt: skip
    found = [(name, other) for name in FILES if room(name) in ("view", "page")
             for other in imports()[name] if other in works]  # fmt: skip
    assert found == []


def test_commands_call_the_api_and_print_what_it_says() -> None:
    """What a command does, a script can do; imports for types are no calls."""
    rooms = set()
    for name, tree in trees().items():
        if room(name) == "cli":
            found = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
            for guard in ast.walk(tree):
                if isinstance(guard, ast.If) and ast.unparse(guard.test) == "TYPE_CHECKING":
                    found = [node for node in found if node not in guard.body]
            words = [(node.module or "").split(".") for node in found]
            rooms |= {word[1] for word in words if word[0] == "sim" and len(word) > 1}
    assert rooms <= {"cli", "api", "tables", "base"}
