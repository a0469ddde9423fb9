"""What all models of the scenario language share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_serializer

from .fields import Day, Text
from .quantities import PROVENANCE_KEYS
from .units import InputError


def one_or_more(data: Any) -> Any:
    """A list; a single thing stands for a list of one."""
    if data == []:
        raise InputError("the list is empty")
    return data if isinstance(data, list) else [data]


class Model(BaseModel):
    """Base of all: no key beyond those stated, no key whose order matters."""

    model_config = ConfigDict(extra="forbid")

    @classmethod
    def rules(cls, data: Mapping[str, Any]) -> Iterator[InputError]:
        """Faults in which keys stand together; checked beside the keys' own values."""
        yield from ()


class Entity(Model):
    """Anything that can say where it comes from."""

    source: Text | None = Field(
        None, description="where this comes from: the id of an entry of `sources`, or a text"
    )
    trust: Text | None = Field(None, description="how far to trust it: a text, such as A or B")
    note: Text | None = Field(None, description="a remark")
    known_on: Day | None = Field(
        None,
        description="day on which the fact was public (ISO date), apart from the date of "
        "its source",
    )

    @model_serializer(mode="wrap")
    def _provenance_last(self, handler: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
        data = handler(self)
        return data | {key: data.pop(key) for key in PROVENANCE_KEYS if key in data}


def shorthand(key: str, data: Any) -> Any:
    """A text in place of the map means that one key."""
    return {key: data} if isinstance(data, str) else data
