"""Units: exact values, what is refused and with which words, and reading back what is written."""

import math
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.scenario.units import DIMENSIONS, UnitError, format_quantity, parse_number, parse_quantity


@pytest.mark.parametrize(
    ("text", "dimension", "value"),
    [
        ("40 t/day", "rate", 40_000),
        ("1200 kg/day", "rate", 1200),
        ("0.1 t/day", "rate", 100),  # 0.1 * 1000 in decimal, not in binary
        ("2.5 days", "duration", 216_000),  # 2.5 * 86,400
        ("1 day", "duration", 86_400),
        ("6 h", "duration", 21_600),
        ("6h", "duration", 21_600),
        ("  30   min ", "duration", 1800),
        ("30 km/h", "speed", 30),
        ("12 km", "distance", 12),
        ("200 t", "mass", 200_000),
        ("500 kg", "mass", 500),
        ("2000 persons", "persons", 2000),
        ("1 person", "persons", 1),
        ("0.5 kg/person/day", "ration", 0.5),
        ("10 t/truck", "load", 10_000),
        ("0.4", "share", 0.4),
        ("40 %", "share", 0.4),
        ("40%", "share", 0.4),
        ("-1.5e-3", "number", -0.0015),
        (".5", "number", 0.5),
    ],
)
def test_a_quantity_in_base_units(text: str, dimension: str, value: float) -> None:
    assert parse_quantity(text, dimension) == value


@pytest.mark.parametrize(
    ("text", "dimension", "message", "hint"),
    [
        ("40", "rate", "'40' needs a unit: t/day or kg/day", "40 t/day"),
        ("3", "duration", "'3' needs a unit: days, hours, minutes or s", None),
        ("40 t", "rate", "'40 t' is not a flow", "'t' is a unit of mass"),
        ("40 T/day", "rate", "'40 T/day' is not a flow", "write 't/day'"),
        ("40 tons", "mass", "'40 tons' is not a mass", "write it as 40 t"),
        ("40 tuns", "mass", "'40 tuns' is not a mass", "unknown unit 'tuns'"),
        ("9e99 t/day", "rate", "too large", None),
        ("1e400 t/day", "rate", "too large", None),
        ("9" * 400 + " t", "mass", "too many digits", None),
        ("200000 days", "duration", "at most 100 years", None),
        ("140 %", "share", "not a share between 0 and 1", None),
        ("5 km", "number", "is not a number", "without a unit"),
        ("10.12N", "number", "is not a number", "without a unit"),
        ("20 %", "number", "is not a number", "write it as 0.2"),
        ("10,5", "number", "'10,5' has a comma", "write it with a point: 10.5"),
        ("0,5 t", "mass", "'0,5' has a comma", "write it with a point: 0.5"),
        ("", "rate", "a number is missing", None),
        ("t/day", "rate", "'t/day' is not a number", None),
        ("5..6 t", "mass", "is not a number", None),
        # a unit of which a part is known only is not taken for that part
        ("40 tons/xyz", "mass", "is not a mass", "unknown unit 'tons/xyz'; write it as 200 t"),
    ],
)
def test_a_text_that_is_no_quantity(
    text: str, dimension: str, message: str, hint: str | None
) -> None:
    with pytest.raises(UnitError) as caught:
        parse_quantity(text, dimension)
    assert message in caught.value.message
    if hint:
        assert hint in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("unit", "dimension", "most"),
    [
        ("kg/day", "rate", 10**12), ("kg", "mass", 10**12), ("s", "duration", 36_600 * 86_400),
        ("km/h", "speed", 10**4), ("km/day", "tempo", 10**4), ("/day", "hazard", 10**3),
        ("km", "distance", 10**5), ("persons", "persons", 10**10),
        ("kg/person/day", "ration", 10**6), ("kg/truck", "load", 10**9), ("", "share", 1),
        ("", "number", 10**12),
    ],
)  # fmt: skip
def test_a_limit_is_allowed_and_one_more_is_not(unit: str, dimension: str, most: int) -> None:
    # 100 years of 366 days
    assert parse_quantity(f"{most} {unit}".strip(), dimension) == most
    with pytest.raises(UnitError):
        parse_quantity(f"{most + 1} {unit}".strip(), dimension)


@pytest.mark.parametrize(
    ("text", "dimension", "meant"),
    [
        ("3 weeks", "duration", "21 days"),
        ("36 hrs", "duration", "36 hours"),
        ("2 months", "duration", "60 days"),
        ("5 tons/day", "rate", "5 t/day"),
        ("5 tonnes per day", "rate", "5 t/day"),
        ("2 t/h", "rate", "48 t/day"),
        ("7 t/week", "rate", "1 t/day"),
        ("500 kilograms", "mass", "500 kg"),
        ("40 kph", "speed", "40 km/h"),
        ("10 mph", "speed", "16.09344 km/h"),  # 1.609344 km
        ("40 percent", "share", "40 %"),
        ("500 men", "persons", "500 persons"),
        ("2 kg/man/day", "ration", "2 kg/person/day"),
    ],
)
def test_a_hint_has_the_numbers_of_the_text(text: str, dimension: str, meant: str) -> None:
    with pytest.raises(UnitError) as caught:
        parse_quantity(text, dimension)
    assert caught.value.hint == f"write it as {meant}"
    assert math.isfinite(parse_quantity(meant, dimension))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("017", "begins with 0"),
        ("0x1F", "not a decimal number"),
        ("0o17", "not a decimal number"),
        ("1_000", "underscores"),
        ("1,000", "commas"),
        ("12:30", "is not a number"),
        (".inf", "not a finite number"),
        ("-.INF", "not a finite number"),
        ("nan", "not a finite number"),
        ("1e", "is not a number"),
        ("5.", "is not a number"),
        ("\u0661\u0662", "is not a number"),  # Arabic-Indic digits
    ],
)
def test_no_guesses_about_numbers(text: str, message: str) -> None:
    with pytest.raises(UnitError, match=message):
        parse_number(text)


@pytest.mark.parametrize(
    ("value", "dimension", "text"),
    [
        (40_000, "rate", "40 t/day"),
        (999, "rate", "999 kg/day"),
        (1234, "mass", "1.234 t"),
        (0, "rate", "0 kg/day"),
        (216_000, "duration", "2.5 days"),
        (86_400, "duration", "1 day"),
        (21_600, "duration", "6 h"),
        (90, "duration", "1.5 min"),
        (86_401, "duration", "86401 s"),
        (0, "duration", "0 days"),
        (1, "persons", "1 person"),
        (2500, "persons", "2500 persons"),
        (0.25, "share", "0.25"),
        (30, "speed", "30 km/h"),
        (math.inf, "rate", "unlimited"),
        (0.12345678901234, "number", "0.12345678901234"),  # 16 characters, and no more
        (0.123456789012345, "number", "0.123457"),
    ],
)
def test_a_quantity_as_text(value: float, dimension: str, text: str) -> None:
    assert format_quantity(value, dimension) == text


@settings(derandomize=True, max_examples=200, deadline=None)
@given(
    st.sampled_from(["rate", "mass", "duration", "persons"]),
    st.integers(min_value=0, max_value=3_000_000_000),
)
def test_whole_base_units_read_back_exactly(dimension: str, value: int) -> None:
    assert parse_quantity(format_quantity(value, dimension), dimension) == value


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.sampled_from(sorted(DIMENSIONS)), st.floats(min_value=1e-6, max_value=0.999))
def test_other_values_read_back_closely(dimension: str, part: float) -> None:
    value = part * min(DIMENSIONS[dimension].limit, 1e9)
    again = parse_quantity(format_quantity(value, dimension), dimension)
    assert again == pytest.approx(value, rel=1e-5)


@settings(derandomize=True, max_examples=200, deadline=None)
@given(
    st.sampled_from(sorted(DIMENSIONS)),
    st.decimals(min_value=0, max_value=1, places=6),
    st.data(),
)
def test_a_unit_is_its_factor(dimension: str, number: Decimal, data: st.DataObject) -> None:
    units = DIMENSIONS[dimension].units
    if not units:
        return
    unit = data.draw(st.sampled_from(sorted(units)))
    assert parse_quantity(f"{number} {unit}", dimension) == float(number * units[unit])


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.text(max_size=30), st.sampled_from(sorted(DIMENSIONS)))
def test_any_text_is_a_quantity_or_is_refused(text: str, dimension: str) -> None:
    try:
        value = parse_quantity(text, dimension)
    except UnitError:
        return
    assert math.isfinite(value)
    assert abs(value) <= DIMENSIONS[dimension].limit


def test_a_number_beyond_all_floats_is_refused() -> None:
    with pytest.raises(UnitError, match="'1e400' is too large"):
        parse_number("1e400")
