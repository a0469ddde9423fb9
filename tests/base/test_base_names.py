"""Names made plain."""

from __future__ import annotations

import pytest

from sim.base.names import as_id


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("two_ways-2", "two_ways-2"),
        ("ma route é", "ma_route_e"),
        (" (copy) of 1.2 ", "copy_of_1_2"),
        ("-_-", "scenario"),
        ("日本", "scenario"),
        ("a" * 20 + " b", "a" * 20),  # no sign is left at the end where it is cut
    ],
)
def test_a_name_becomes_an_id(name: str, made: str) -> None:
    assert as_id(name, 21, "scenario") == made
