"""Markup: what is not markup is text, wherever it stands."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.page.markup import Html, details, el, few, join, listed, named, script_json, table

ODD = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)


class Reader(HTMLParser):
    """Reads a piece of HTML back: its text, its attributes, its tags."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.text, self.attributes, self.tags = "", [], []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


@settings(derandomize=True, max_examples=60, deadline=None)
@given(ODD, ODD)
def test_text_and_attributes_come_back_as_they_were(text: str, value: str) -> None:
    found = Reader(el("p", text, title=value))
    assert (found.tags, found.text) == (["p"], text)
    assert found.attributes == [("title", value)]


@settings(derandomize=True, max_examples=60, deadline=None)
@given(ODD)
def test_json_in_a_script_cannot_end_it(text: str) -> None:
    found = script_json({"name": f"</script>{text}<!--\u2028"})
    assert not set(found) & {"<", ">", "&", "\u2028", "\u2029"}
    assert json.loads(found) == {"name": f"</script>{text}<!--\u2028"}


def test_numbers_that_json_has_not_are_refused() -> None:
    with pytest.raises(ValueError, match="Out of range"):
        script_json([float("nan")])


def test_markup_stays_and_the_rest_is_escaped() -> None:
    piece = join(["a < b ", el("b", "&"), None, 3, [Html("<i>"), "</i>"]])
    assert piece == "a &lt; b <b>&amp;</b>3<i>&lt;/i&gt;"


def test_the_first_few_and_how_many_more_there_are() -> None:
    assert few(["a", "b"], 2) == ["a", "b"]
    assert few(["a", "b", "c", "d"], 2) == ["a", "b", "2 more"]
    assert join("x", few([], 2), ["<"]) == "x&lt;"


def test_attributes_true_false_and_none() -> None:
    assert el("input", hidden=True, id=None, disabled=False, for_="x", data_a=0) == (
        '<input hidden for="x" data-a="0">'
    )


def test_lists_in_words() -> None:
    assert listed([]) == ""
    assert listed(["a"]) == "a"
    assert listed(["a", "<", "c"]) == "a, &lt; and c"


def test_tables_have_headings_on_both_sides_and_a_name() -> None:
    made = table(["A", "B"], [["x", 1]], join(["What ", named('"q"')]), numbers=[1])
    assert '<th class="n" scope="col">B</thead>' in made
    assert '<th scope="row">x<td class="n">1' in made
    assert 'aria-label="What &quot;q&quot;"' in made
    assert details("More", made, open=True).startswith("<details open><summary>More</summary>")
