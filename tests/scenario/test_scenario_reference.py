"""What is generated from the schema is up to date, and the JSON Schemas accept what loads."""

from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from sim.scenario import load
from sim.scenario.keys import keys_of
from sim.scenario.reference import json_schema, markdown, meaning, write
from sim.scenario.units import DIMENSIONS
from sim.scenario.written import EVENTS, ScenarioFile

ROOT = Path(__file__).parents[2]
DATA = Path(__file__).parent / "data"
SCENARIOS = [DATA / "small.yaml", *sorted((ROOT / "scenarios").glob("*.yaml"))]
NETWORKS = [DATA / "network.yaml", *sorted((ROOT / "scenarios" / "networks").glob("*.yaml"))]


class CoreLoader(yaml.CSafeLoader):
    """Dates stay text, as in editors, which read YAML 1.2."""


CoreLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@cache
def schema(kind: str) -> jsonschema.Draft202012Validator:
    """The schema as a validator, made once."""
    return jsonschema.Draft202012Validator(json_schema(kind))


def raw(path: Path) -> Any:
    with path.open(encoding="utf-8") as stream:
        return yaml.load(stream, CoreLoader)


def test_the_committed_files_are_what_the_schema_says(tmp_path: Path) -> None:
    for made in write(tmp_path):
        committed = ROOT / made.relative_to(tmp_path)
        assert committed.read_text("utf-8") == made.read_text("utf-8"), (
            f"{made.name} is out of date: run 'sim schema --write .'"
        )


@pytest.mark.parametrize("kind", ["scenario", "network"])
def test_the_schemas_are_schemas(kind: str) -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema(kind))


def test_an_unknown_kind() -> None:
    with pytest.raises(ValueError, match="no schema of a figure"):
        json_schema("figure")


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_the_schema_accepts_what_loads(path: Path) -> None:
    schema("scenario").validate(raw(path))
    if path.parent == DATA:
        schema("scenario").validate(load(path).resolved)


@pytest.mark.parametrize("path", NETWORKS, ids=lambda path: path.stem)
def test_the_schema_accepts_networks(path: Path) -> None:
    schema("network").validate(raw(path))


@pytest.mark.parametrize(
    ("section", "name", "change"),
    [
        ("axes", "line", {"priorty": 1}),
        ("axes", "line", {"sinks": {"city": {"demand": "40"}}}),
        ("axes", "line", {"sinks": {"city": {"demand": "40 t"}}}),
        ("actors", "blue", {"color": "blue"}),
        ("events", "ring", {"at": "June"}),
        ("events", "ring", {"capture": "town"}),
        ("claims", "c1_open", {"relation": "=>"}),
    ],
)
def test_the_schema_refuses_plain_faults(section: str, name: str, change: dict[str, Any]) -> None:
    data = raw(DATA / "small.yaml")
    data[section][name] |= change
    with pytest.raises(jsonschema.ValidationError):
        schema("scenario").validate(data)


def test_the_page_names_every_key_and_unit() -> None:
    page = markdown()
    for key in keys_of(ScenarioFile):
        assert f"| `{key.name}` |" in page
    for kind, cls in EVENTS.items():
        assert f"#### `{kind}`" in page
        assert all(meaning(cls, key) for key in keys_of(cls))
    for dimension in DIMENSIONS.values():
        assert all(f"`{unit}`" in page for unit in dimension.units)
