"""What docs/testing.md says is what is there, and the tools that it names do what they say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parent.parent
Tool = Callable[[str], ModuleType]


def test_each_bound_of_a_dependency_is_the_one_that_was_tried(tool: Tool) -> None:
    lowest = tool("lowest")
    page = (ROOT / "docs/testing.md").read_text("utf-8")
    assert lowest.table(lowest.bounds()) in page, "make lowest"


SOURCE = """
@cache
def least(values: list[int] = [1], *, most: bool = True) -> int:
    total = min(values) - 2 if not most else 0
    if total > 1 and values:
        print(total)
    return total
"""


def test_changes_of_a_text(tool: Tool) -> None:
    """Each is one of the text, none is of an annotation; a decorated function begins there."""
    mutants = tool("mutants")
    found = mutants.mutants(SOURCE)
    assert {(m.before, m.after) for m in found} == {
        ("1", "2"), ("True", "False"), ("min(values) - 2", "((min(values)) + (2))"),
        ("min(values)", "max(values)"), ("2", "3"), ("not most", "(most)"), ("0", "1"),
        ("min(values) - 2 if not most else 0", "(0)"),
        ("min(values) - 2 if not most else 0", "(min(values) - 2)"),
        ("total > 1 and values", "((total > 1) or (values))"), ("total > 1", "(total >= 1)"),
        ("total > 1 and values", "False"),
        ("print(total)", "pass"),
    }  # fmt: skip
    assert {m.function for m in found} == {2}
    for mutant in found:
        made = mutants.changed(SOURCE, mutant)
        assert made != SOURCE
        compile(made, "made", "exec")


def test_a_change_is_tried_on_the_quickest_tests_that_enter_its_function(tool: Tool) -> None:
    mutants = tool("mutants")
    found = mutants.Found(
        {"/a.py": {2: ["slow", "quick"], 9: ["other"]}}, {"slow": 50.0, "quick": 1.0, "other": 20.0}
    )
    inside, outside = (mutants.Mutant(line, 3, 0, 1, "1", "2") for line in (2, 0))
    assert mutants.tests_of(found, Path("/a.py"), inside) == (["quick", "slow"], 51.0)
    # of a module's own constants all are asked, up to 60 s of them: 1 + 20, not 50 more
    assert mutants.tests_of(found, Path("/a.py"), outside)[0] == ["quick", "other"]
    assert mutants.tests_of(found, Path("/b.py"), inside)[0] == []
