"""The network in the scenario language: places, roads and road classes."""

from __future__ import annotations

from pydantic import Field

from .fields import (
    ClassId,
    Flag,
    Head,
    Key,
    Kilometres,
    Latitude,
    Longitude,
    PlaceId,
    Rate,
    Speed,
    Text,
)
from .schema_base import Entity, Model


class RoadClassModel(Entity):
    """Speed and capacity of the roads of a class. A range is drawn once for the whole class."""

    speed: Speed = Field(description="speed of a convoy")
    capacity: Rate = Field(description="capacity in each direction")


class PlaceModel(Entity):
    """A node of the network: town, crossroads, bridge, dam, border crossing, base or well."""

    name: Text | None = Field(None, description="name for figures; unique; default: the id")
    lat: Latitude = Field(description="latitude, degrees north")
    lon: Longitude = Field(description="longitude, degrees east")
    kind: Text = Field("town", description="town, crossroads, bridge, ...: a free text")
    country: Text | None = Field(None, description="country code or name")
    population: Head | None = Field(None, description="inhabitants")
    capacity: Rate | None = Field(
        None, description="throughput of all that starts, ends or passes here; default: unlimited"
    )
    billets: Head | None = Field(
        None, description="persons that it can take in; default: unlimited"
    )
    crossing: Flag = Field(
        False, description="true for a bridge, dam or border crossing: only such can be sealed"
    )


class RoadModel(Entity):
    """A link between two places, open in both directions, each with the full capacity."""

    between: list[PlaceId] | None = Field(
        None,
        min_length=2,
        max_length=2,
        description="the two places; may be left out where the id is `a--b`",
    )
    km: Kilometres = Field(description="length")
    class_: ClassId = Field(alias="class", description="road class, a key of `classes`")
    name: Text | None = Field(None, description="name or number of the road")
    capacity: Rate | None = Field(
        None, description="capacity in each direction; default: that of the class"
    )
    speed: Speed | None = Field(None, description="speed; default: that of the class")
    closed: Flag = Field(False, description="true where the road is closed at the start")
    crossing: Text | None = Field(
        None, description="what it crosses and how, such as `River: bridge`"
    )


class NetworkHeader(Model):
    """Title and credits of a network."""

    title: Text = Field("", description="title of the network")
    credit: Text | None = Field(None, description="credit line for figures")
    sources: dict[Key, Text] = Field({}, description="named sources: id to text")


class NetworkModel(NetworkHeader):
    """Places and the roads between them."""

    classes: dict[Key, RoadClassModel] = Field({}, description="road classes by id")
    places: dict[Key, PlaceModel] = Field({}, description="places by id")
    roads: dict[Key, RoadModel] = Field({}, description="roads by id")


class NetworkFile(NetworkModel):
    """A network file, version 1."""

    format: int = Field(description="version of the language: 1", json_schema_extra={"const": 1})
