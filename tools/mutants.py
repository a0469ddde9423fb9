"""Would the tests notice? Small changes of a module, each tried on the tests that enter it.

``python tools/mutants.py MODULE.py [MODULE.py ...] [--n 25] [--seed 1] [--tests FILE ...]``: all
modules of one room. The tests of the room (tests/ROOM, or those named, without the slow ones) run
once to learn which of them enter which functions. Then ``n`` changes of each module are drawn by
the seed: a comparison, an operation or a constant becomes another, a condition false, a call is
left out. Each is tried in a process of its own, on the quickest tests that enter the changed
function, up to :data:`BUDGET` seconds of them, until one fails. Survivors are printed, and then
a line for each module. No file is changed: a process imports the changed text in place of the
module, and so programs that a test starts are as they were.

What a fixture of a whole file makes counts as entered by the test that made it.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import json
import multiprocessing
import os
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, FrameType
from typing import NamedTuple

import hypothesis
import pytest

ROOT = Path(__file__).parents[1]

BUDGET = 60.0
"""Seconds of tests, as they took unchanged, that a mutant is tried on at most."""

HEAVY = ("numpy", "scipy.stats", "networkx", "ortools.graph.python", "pydantic", "simpy", "yaml")
"""Imported once, before processes are forked."""

OTHER: Mapping[type[ast.AST], str] = {
    ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "==",
    ast.In: "not in", ast.NotIn: "in", ast.Is: "is not", ast.IsNot: "is",
    ast.And: "or", ast.Or: "and", ast.Add: "-", ast.Sub: "+", ast.Mult: "+", ast.Div: "*",
    ast.FloorDiv: "*", ast.Mod: "+", ast.BitAnd: "|", ast.BitOr: "&",
}  # fmt: skip
"""What an operator becomes."""

SWAPPED = {"min": "max", "max": "min", "any": "all", "all": "any"}


class Mutant(NamedTuple):
    """A change: in a function that begins at a line (0: in none), of a part of the text."""

    function: int
    line: int
    start: int
    end: int
    before: str
    after: str


class Found(NamedTuple):
    """What the unchanged tests told: by file and function its tests; of each test its seconds."""

    entered: dict[str, dict[int, list[str]]]
    seconds: dict[str, float]


def mutants(source: str) -> list[Mutant]:
    """Every change that there is of a module, in the order of the text."""
    return sorted(set(_below(ast.parse(source), _Text(source), 0)))


class _Text:
    def __init__(self, source: str) -> None:
        self.raw = source.encode()
        self.starts = [0]
        for line in self.raw.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return (
            self.starts[node.lineno - 1] + node.col_offset,
            self.starts[node.end_lineno - 1] + node.end_col_offset,
        )

    def change(self, function: int, node: ast.expr | ast.stmt, made: str) -> Mutant:
        start, end = self.span(node)
        return Mutant(function, node.lineno, start, end, self.raw[start:end].decode(), made)


def _below(node: ast.AST, text: _Text, function: int) -> Iterator[Mutant]:
    """Changes of a node and of what it holds; annotations stay."""
    if isinstance(node, ast.FunctionDef | ast.Lambda):
        # a decorated function begins at its first decorator, for the interpreter
        function = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
    if isinstance(node, ast.If):
        yield text.change(function, node.test, "False")
    for made in _changes(node):
        assert isinstance(node, ast.expr | ast.stmt)
        yield text.change(function, node, made)
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "type_comment"):
            continue
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, ast.AST):
                yield from _below(part, text, function)


def _changes(node: ast.AST) -> Iterator[str]:
    """What a node may become."""
    match node:
        case ast.Compare(left, [operator, *more], [right, *_]) if not more:
            yield f"({ast.unparse(left)} {OTHER[type(operator)]} {ast.unparse(right)})"
        case ast.BoolOp(operator, values):
            yield "(" + f" {OTHER[type(operator)]} ".join(map(_inner, values)) + ")"
        case ast.BinOp(left, operator, right) if type(operator) in OTHER:
            yield f"({_inner(left)} {OTHER[type(operator)]} {_inner(right)})"
        case ast.AugAssign(target, operator, value) if type(operator) in OTHER:
            yield f"{ast.unparse(target)} {OTHER[type(operator)]}= {ast.unparse(value)}"
        case ast.UnaryOp(ast.Not(), operand):
            yield f"({ast.unparse(operand)})"
        case ast.Constant(value) if isinstance(value, bool):
            yield str(not value)
        case ast.Constant(value) if isinstance(value, int | float):
            yield repr(value + 1)
        case ast.Expr(ast.Call()):
            yield "pass"
        case ast.Continue():
            yield "break"
        case ast.Break():
            yield "continue"
        case ast.Call(ast.Name(name), arguments) if name in SWAPPED:
            yield f"{SWAPPED[name]}({', '.join(map(ast.unparse, [*arguments, *node.keywords]))})"
        case ast.IfExp(_, body, other):
            yield f"({ast.unparse(other)})"
            yield f"({ast.unparse(body)})"


def _inner(node: ast.expr) -> str:
    return f"({ast.unparse(node)})"


def changed(source: str, mutant: Mutant) -> str:
    """The text of a module with a change made."""
    raw = source.encode()
    return (raw[: mutant.start] + mutant.after.encode() + raw[mutant.end :]).decode()


class _Changed(SourceFileLoader):
    """A module whose text is another than that of its file."""

    def __init__(self, name: str, path: str, text: str) -> None:
        super().__init__(name, path)
        self._text = text

    def get_code(self, fullname: str) -> CodeType:
        return compile(self._text, self.path, "exec", dont_inherit=True)


class _Finder(MetaPathFinder):
    def __init__(self, path: Path, text: str) -> None:
        self.name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        self.loader = _Changed(self.name, str(path), text)

    def find_spec(self, fullname: str, path: object, target: object = None) -> ModuleSpec | None:
        if fullname != self.name:
            return None
        return spec_from_file_location(fullname, self.loader.path, loader=self.loader)


class _Watch:
    """A plugin that notes which functions of some files each test enters."""

    def __init__(self, files: Sequence[Path]) -> None:
        self.files = set(map(str, files))
        self.now: set[tuple[str, int]] = set()
        self.found = Found(defaultdict(lambda: defaultdict(list)), {})

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        self.now = set()
        start = time.process_time()
        sys.setprofile(self._called)
        try:
            return (yield)
        finally:
            sys.setprofile(None)
            self.found.seconds[item.nodeid] = time.process_time() - start
            for file, function in self.now:
                self.found.entered[file][function].append(item.nodeid)

    def _called(self, frame: FrameType, event: str, argument: object) -> None:
        if event == "call" and frame.f_code.co_filename in self.files:
            self.now.add((frame.f_code.co_filename, frame.f_code.co_firstlineno))


def _pytest(words: Sequence[str], *plugins: object) -> int:
    """The tests in this process, which ends after them; nothing is printed."""
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    hypothesis.settings.register_profile("same", derandomize=True, deadline=None, database=None)
    hypothesis.settings.load_profile("same")
    early = "ignore::pytest.PytestAssertRewriteWarning"  # hypothesis was imported before the fork
    common = ["-p", "no:cacheprovider", "-m", "not slow", "-W", early]
    with open(os.devnull, "w") as none:
        os.dup2(none.fileno(), 1)
    return int(pytest.main([*common, *words], plugins=list(plugins)))


def _watched(files: Sequence[Path], tests: Sequence[str], told: Path) -> None:
    watch = _Watch(files)
    _pytest(tests, watch)
    told.write_text(json.dumps(watch.found), "utf-8")


def _tried(path: Path, text: str, tests: Sequence[str]) -> None:
    sys.meta_path.insert(0, _Finder(path, text))
    sys.exit(_pytest(["-x", *tests]))


def _forked(limit: float | None, work: Callable[..., None], *words: object) -> int | None:
    """The exit code of a process, None where it took longer than it may."""
    process = multiprocessing.get_context("fork").Process(target=work, args=words)
    process.start()
    process.join(limit)
    if process.exitcode is None:
        process.kill()
        process.join()
        return None
    return process.exitcode


def learn(files: Sequence[Path], tests: Sequence[str]) -> Found:
    """Which of some tests enter which functions of some files."""
    with tempfile.TemporaryDirectory() as scratch:
        told = Path(scratch) / "entered.json"
        _forked(None, _watched, files, tests, told)
        entered, seconds = json.loads(told.read_text("utf-8"))
    return Found(
        {f: {int(k): tests for k, tests in by.items()} for f, by in entered.items()}, seconds
    )


def tests_of(found: Found, path: Path, mutant: Mutant) -> tuple[list[str], float]:
    """The quickest tests of what a change is in, within the budget, and their seconds."""
    entered = found.entered.get(str(path), {})
    parts = entered.values() if not mutant.function else [entered.get(mutant.function, [])]
    chosen, total = [], 0.0
    for test in sorted({t for part in parts for t in part}, key=lambda t: found.seconds[t]):
        total += found.seconds[test]
        if chosen and total > BUDGET:
            break
        chosen.append(test)
    return chosen, total


def sweep(path: Path, found: Found, n: int, seed: int) -> Counter[str]:
    """Try changes of a module; how many were killed, timed out, survived or had no test."""
    source = path.read_text("utf-8")
    short = path.relative_to(ROOT).as_posix()
    every = mutants(source)
    drawn = random.Random(f"{short} {seed}").sample(every, min(n, len(every)))
    ends: Counter[str] = Counter()
    for mutant in sorted(drawn):
        tests, seconds = tests_of(found, path, mutant)
        end = "untested"
        if tests:
            code = _forked(60 + 10 * seconds, _tried, path, changed(source, mutant), tests)
            end = {None: "timed out", 0: "survived"}.get(code, "killed")
        ends[end] += 1
        if end in ("survived", "untested"):
            was, made = (" ".join(text.split()) for text in (mutant.before, mutant.after))
            print(f"{short}:{mutant.line}: {end}: {was}  ->  {made}", flush=True)
    said = ", ".join(
        f"{ends[end]} {end}" for end in ("killed", "timed out", "survived", "untested")
    )
    print(f"{short}: {ends.total()} of {len(every)} mutants: {said}", flush=True)
    return ends


def main() -> None:
    """Sweep the modules that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("modules", nargs="+", type=lambda word: (ROOT / word).resolve(strict=True))
    parser.add_argument("--n", type=int, default=25, help="mutants of each module")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tests", nargs="+", metavar="FILE", help="in place of the room's")
    told = parser.parse_args()
    rooms = {path.relative_to(ROOT / "sim").parts[0] for path in told.modules}
    if len(rooms) > 1:
        parser.error(f"modules of one room, not of {', '.join(sorted(rooms))}")
    for name in HEAVY:
        with contextlib.suppress(ImportError):
            import_module(name)
    found = learn(told.modules, told.tests or [f"tests/{rooms.pop()}"])
    for path in told.modules:
        sweep(path, found, told.n, told.seed)


if __name__ == "__main__":
    main()
