"""How QGIS draws exported layers: styles in its own XML (QML), kept in the GeoPackage.

Places are coloured by who holds most of them and named, roads are as wide as what they carry and
dashed where they are closed; what is in the cut has the colour of the cut.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from .layers import Field, Ground

CUT, INK, PLAIN, GREY = "#d55e00", "#1a1a1a", "#ffffff", "#8f8f8f"
WIDEST = 3.0
"""Millimetres of the widest road."""


def place_style(ground: Ground) -> str:
    """The style of places: a colour for each holder, an edge for the cut, and names."""
    style = ground.style
    edge = {} if style.marks is None else {
        "outlineColor": f'if("{style.marks}", \'{CUT}\', \'{INK}\')',
        "outlineWidth": f'if("{style.marks}", 0.9, 0.2)',
    }  # fmt: skip
    looks = {
        holder: ("SimpleMarker", {"name": "circle", "color": colour, "outline_color": INK,
                                  "size": "3"})
        for holder, colour in (*(style.colours or {}).items(), ("", PLAIN))
    }  # fmt: skip
    field = "holder" if _has(ground.place_fields, "holder") else None
    return _document("marker", field, looks, edge, "name")


def road_style(ground: Ground) -> str:
    """The style of roads: as wide as what they carry, dashed where closed, marked in the cut."""
    style = ground.style
    line: dict[str, str] = {}
    if style.marks is not None:
        line["outlineColor"] = f"if(\"{style.marks}\", '{CUT}', '{INK}')"
    if style.wide is not None:
        most = max((number for number in _numbers(ground, style.wide)), default=0.0)
        line["outlineWidth"] = (
            f'coalesce(scale_linear("{style.wide}", 0, {most or 1:g}, 0.3, {WIDEST:g}), {WIDEST:g})'
        )
    looks = {
        state: ("SimpleLine", {"line_color": colour, "line_style": dash, "line_width": "0.6"})
        for state, colour, dash in (("open", INK, "solid"), ("closed", GREY, "dash"),
                                    ("", INK, "solid"))
    }  # fmt: skip
    field = "state" if _has(ground.road_fields, "state") else None
    return _document("line", field, looks, line, None)


def _has(fields: Sequence[Field], name: str) -> bool:
    return any(field.name == name for field in fields)


def _numbers(ground: Ground, name: str) -> list[float]:
    at = [field.name for field in ground.road_fields].index(name)
    return [row[at] for layer in ground.layers for row in layer.roads if row[at] is not None]


Looks = Mapping[str, tuple[str, Mapping[str, str]]]
"""Of each value of a field the class and the options of its symbol; of all others under ''."""


def _document(
    kind: str, field: str | None, looks: Looks, ruled: Mapping[str, str], label: str | None
) -> str:
    """A style by the values of a field, or without one, with properties ruled by expressions."""
    root = Element("qgis", styleCategories="Symbology|Labeling", version="3.22")
    told = {"type": "singleSymbol"} if field is None else {
        "type": "categorizedSymbol", "attr": field
    }  # fmt: skip
    renderer = SubElement(root, "renderer-v2", told)
    shown = {"": looks[""]} if field is None else looks
    if field is not None:
        categories = SubElement(renderer, "categories")
        for i, value in enumerate(shown):
            SubElement(
                categories, "category", value=value, label=value or "others", symbol=str(i),
                render="true",
            )  # fmt: skip
    symbols = SubElement(renderer, "symbols")
    for i, (symbol, options) in enumerate(shown.values()):
        part = SubElement(symbols, "symbol", type=kind, name=str(i), alpha="1")
        layer = SubElement(part, "layer", {"class": symbol, "enabled": "1", "pass": "0"})
        _options(layer, options)
        if ruled:
            _rules(SubElement(layer, "data_defined_properties"), ruled)
    if label is not None:
        labels = SubElement(root, "labeling", type="simple")
        settings = SubElement(labels, "settings")
        SubElement(settings, "text-style", fieldName=label, isExpression="0", fontSize="8")
    return tostring(root, encoding="unicode")


def _options(parent: Element, options: Mapping[str, str]) -> None:
    block = SubElement(parent, "Option", type="Map")
    for name, value in options.items():
        SubElement(block, "Option", name=name, value=value, type="QString")


def _rules(parent: Element, ruled: Mapping[str, str]) -> None:
    """Properties of a symbol that follow from an expression over the fields."""
    block = SubElement(parent, "Option", type="Map")
    SubElement(block, "Option", name="name", value="", type="QString")
    rules = SubElement(block, "Option", name="properties", type="Map")
    for name, expression in ruled.items():
        rule = SubElement(rules, "Option", name=name, type="Map")
        SubElement(rule, "Option", name="active", value="true", type="bool")
        SubElement(rule, "Option", name="expression", value=expression, type="QString")
        SubElement(rule, "Option", name="type", value="3", type="int")
    SubElement(block, "Option", name="type", value="collection", type="QString")
