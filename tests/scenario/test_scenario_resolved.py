"""The resolved scenario: reads back equal, to the same bytes, whatever the order of the file."""

import random
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sim.base.diagnostics import Report, split_lines
from sim.scenario import ScenarioError, dump_resolved, load
from sim.scenario.emit import from_yaml, to_yaml
from sim.scenario.tree import Map, plain_data, read_text

DATA = Path(__file__).parent / "data"
SHIPPED = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))


@pytest.mark.parametrize(
    "path",
    [
        DATA / "small.yaml",
        *(
            pytest.param(p, marks=[pytest.mark.slow] if n % 3 else [])
            for n, p in enumerate(SHIPPED)
        ),
    ],
    ids=lambda path: path.stem,
)
def test_it_reads_back(path: Path, tmp_path: Path) -> None:
    scenario = load(path, seed=41)
    text = dump_resolved(scenario)
    (tmp_path / "scenario.resolved.yaml").write_text(text, "utf-8")
    again = load(tmp_path / "scenario.resolved.yaml")
    assert again == scenario
    assert dump_resolved(again) == text
    assert from_yaml(text) == again.resolved
    assert (again.id, again.seed) == (path.stem, 41)


def test_it_holds_no_path_and_no_override() -> None:
    resolved = load(DATA / "small.yaml").resolved
    assert "extends" not in resolved
    assert "overrides" not in resolved
    assert resolved["network"]["roads"]["back"]["closed"] is False
    assert str(DATA) not in repr(resolved)
    assert list(resolved)[:3] == ["format", "id", "title"]


def test_it_is_plain_data_in_a_fixed_order() -> None:
    def visit(data: Any) -> None:
        assert type(data) in (dict, list, str, int, float, bool, type(None))
        for inner in data.values() if isinstance(data, dict) else data:
            if isinstance(inner, dict | list):
                visit(inner)

    resolved = load(DATA / "small.yaml").resolved
    visit(resolved)
    for section in ("actors", "axes", "events", "claims", "holders"):
        assert list(resolved[section]) == sorted(resolved[section])


@pytest.mark.parametrize(
    "path",
    [
        DATA / "small.yaml",
        *(
            pytest.param(p, marks=[pytest.mark.slow] if n % 5 else [])
            for n, p in enumerate(SHIPPED)
        ),
    ],
    ids=lambda path: path.stem,
)
def test_other_readers_see_the_same(path: Path) -> None:
    # PyYAML's safe loader guesses types as YAML 1.1 does: quotes keep it from guessing wrong
    scenario = load(path)
    read = yaml.load(dump_resolved(scenario), yaml.CSafeLoader)
    assert read == scenario.resolved


def shuffled(data: Any, rng: random.Random) -> Any:
    """The same data with the keys of all maps in another order."""
    if isinstance(data, list):
        return [shuffled(item, rng) for item in data]
    if not isinstance(data, dict):
        return data
    keys = list(data)
    rng.shuffle(keys)
    return {key: shuffled(data[key], rng) for key in keys}


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_the_file_never_matters(seed: int, tmp_path: Path) -> None:
    scenario = load(DATA / "small.yaml")
    text = to_yaml(shuffled(scenario.resolved, random.Random(seed)))
    assert text != dump_resolved(scenario)
    (tmp_path / "other.yaml").write_text(text, "utf-8")
    assert dump_resolved(load(tmp_path / "other.yaml")) == dump_resolved(scenario)


TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=40
)

KEYS = TEXTS.filter(lambda text: text not in ("", "<<"))


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.dictionaries(KEYS, TEXTS | st.lists(TEXTS), min_size=1))
@example({"a": "NO", "b": "~", "c": "null", "d": "", "e": "017", "f": "1e5", "g": "12:30"})
@example({"a": "- x", "b": "# x", "c": "x: y", "d": "x #y", "e": " x", "f": "x\u2028y", "g": "="})
def test_any_text_reads_back(data: dict[str, Any]) -> None:
    node = read_text(to_yaml(data), "x.yaml", Report())
    assert isinstance(node, Map)
    assert plain_data(node) == data
    assert yaml.safe_load(to_yaml(data)) == data
    assert from_yaml(to_yaml(data)) == data


PLAIN = st.recursive(
    TEXTS | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.booleans()
    | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
)  # fmt: skip


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.dictionaries(KEYS, PLAIN, min_size=1))
@example({"a": [1e-05, 1e16, -0.0, 2, True, None, "1e-05", "2", "true", "null", [], {}, [[1]]]})
def test_what_was_written_is_read_without_marks(data: dict[str, Any]) -> None:
    again = from_yaml(to_yaml(data))
    assert again == data
    assert repr(again) == repr(data)  # 1 is no 1.0 and no True


@pytest.mark.parametrize("text", ["", "a: [", "a: &x 1\nb: *x\n", "*x: 1\n", "a: 1.2.3\n"])
def test_what_another_wrote_is_not_read_without_marks(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        from_yaml(text)


@settings(derandomize=True, max_examples=60, deadline=None)
@given(TEXTS)
@example("NO")
@example("1.50")
@example("true")
@example("0x1F")
@example("\u202eabc")
def test_any_title_survives(title: str) -> None:
    quoted = to_yaml({"t": title}).split(": ", 1)[1].strip()
    if not title.strip() or len(split_lines(title)) > 1:
        with pytest.raises(ScenarioError):
            load(DATA / "small.yaml", sets=[f"title={quoted}"])
        return
    scenario = load(DATA / "small.yaml", sets=[f"title={quoted}"])
    assert scenario.title == title
    assert yaml.safe_load(dump_resolved(scenario))["title"] == title
