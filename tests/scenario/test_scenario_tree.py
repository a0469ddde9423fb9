"""YAML text to nodes: what is refused, where it stands, and that nothing exhausts the machine."""

from pathlib import Path

import pytest

from sim.base.diagnostics import Report
from sim.scenario.tree import Map, Scalar, plain_data, read_file, read_text


def fault(text: str) -> tuple[int, int, str]:
    """Line, column and message of the first fault of ``text``."""
    report = Report()
    read_text(text, "x.yaml", report)
    assert report.diagnostics, "no fault found"
    first = min(report.diagnostics, key=lambda d: (d.line, d.column))
    return first.line, first.column, first.message


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, 1, "duplicate key 'a'"),
        ("? [a]\n: b\n", 1, 3, "a list cannot be a key"),
        ("{{a: b}: c}\n", 1, 2, "a map cannot be a key"),
        (": b\n", 1, 1, "a key is missing"),
        ("a:\n  <<: {b: c}\n", 2, 3, "merge keys"),
        ("a: !!python/object/apply:os.system [id]\n", 1, 4, "the tag"),
        ("a: !foo b\n", 1, 4, "the tag '!foo'"),
        ("a: !!int 3\n", 1, 4, "the tag"),
        ("a: 1\n---\nb: 2\n", 2, 1, "a second document"),
        ("a: &x [*x]\n", 1, 8, "contains itself"),
        ("a: *x\n", 1, 4, "unknown alias '*x'"),
        ("a:\n\tb: c\n", 2, 1, "a tab cannot be used for indentation"),
        ("a:\n  b: c\n\td: e\n", 3, 1, "a tab"),
        ("a: b: c\n", 1, 5, "a ':' is not allowed here"),
        ("a:\n  - b\n - c\n", 3, 2, "the indentation does not fit"),
        ("a: [1, 2\nb: 3\n", 2, 2, "expected ',' or ']'"),
        ("a: {b: c\n", 1, 9, "expected ',' or '}'"),
        ("a: 'b\n", 1, 6, "never closed"),
        ("a: @b\n", 1, 4, "cannot begin with '@'"),
        ("a: b\x07c\n", 1, 5, "control character U+0007"),
        ("a: 1\nb: \x00\n", 2, 4, "control character U+0000"),
        ('a: "\\0"\n', 1, 4, "control character U+0000"),
        ('a: "\\e[2J"\n', 1, 4, "control character U+001B"),
        ("[" * 200_000, 1, 51, "nested deeper than 50 levels"),
        ("{a: " * 200_000, 1, 201, "nested deeper than 50 levels"),  # level 51 begins at 50 * 4
        ("- " * 200_000, 1, 101, "nested deeper than 50 levels"),
    ],
)
def test_what_is_refused(text: str, line: int, column: int, message: str) -> None:
    found = fault(text)
    assert found[:2] == (line, column)
    assert message in found[2]


def test_an_alias_bomb() -> None:
    # each line holds ten times the line before: 10**9 values in all
    text = "a0: &a0 [x]\n" + "".join(
        f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 10)
    )
    assert "aliases expand to more than 100,000 values" in fault(text)[2]


def test_aliases_do_not_nest_deeper_than_the_limit() -> None:
    text = "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 60))
    assert "nested deeper than 50 levels" in fault(text)[2]


def test_more_values_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.scenario.tree.MOST_NODES", 100)
    assert "more than 100 values" in fault("[" + "1, " * 200 + "]")[2]


def test_scalars_stay_text_and_know_where_they_stand() -> None:
    report = Report()
    node = read_text("a: NO\nb:\n  - 12:30\n  - '~'\nc: ~\nd:\n", "x.yaml", report)
    assert not report.diagnostics
    assert isinstance(node, Map)
    assert plain_data(node) == {"a": "NO", "b": ["12:30", "~"], "c": None, "d": None}
    value = node.entries["a"].value
    assert isinstance(value, Scalar)
    assert (value.mark.line, value.mark.column, value.mark.length) == (1, 4, 2)
    assert (node.entries["b"].key_mark.line, node.entries["b"].key_mark.column) == (2, 1)


def test_an_alias_may_be_used_within_reason() -> None:
    node = read_text("a: &x {b: c}\nd: *x\n*y : z\n".replace("*y : z\n", ""), "x", Report())
    assert node is not None
    assert plain_data(node) == {"a": {"b": "c"}, "d": {"b": "c"}}


@pytest.mark.parametrize(
    ("data", "line", "message"),
    [
        (b"", 0, "the file is empty"),
        (b"# nothing\n", 0, "the file is empty"),
        (b"~\n", 0, "the file is empty"),
        (b"- a\n- b\n", 1, "the file holds a list, not a map of keys"),
        (b"hello\n", 1, "the file holds a text, not a map of keys"),
        (b"a: b\nc: \xff\n", 2, "not UTF-8: byte 0xff at offset 8"),  # 5 bytes, then 3
        (b"\xef\xbb\xbfa: \xff\n", 1, "not UTF-8: byte 0xff at offset 6"),  # 3 of the mark, 3
        ("a: b\n".encode("utf-16"), 1, "not UTF-8"),
    ],
)
def test_files_that_hold_no_map(tmp_path: Path, data: bytes, line: int, message: str) -> None:
    (tmp_path / "x.yaml").write_bytes(data)
    report = Report()
    assert read_file(tmp_path / "x.yaml", report) is None
    assert [d.line for d in report.diagnostics] == [line]
    assert message in report.diagnostics[0].message


def test_a_byte_order_mark_and_windows_line_ends_are_tolerated(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_bytes(b"\xef\xbb\xbfa: b\r\nc: d\r\n")
    node = read_file(tmp_path / "x.yaml", Report())
    assert node is not None
    assert plain_data(node) == {"a": "b", "c": "d"}
    assert node.entries["a"].key_mark.column == 1


def test_a_file_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.scenario.tree.MOST_BYTES", 10)
    (tmp_path / "x.yaml").write_text("abcdefgh: 12345\n")
    report = Report()
    assert read_file(tmp_path / "x.yaml", report) is None
    assert "is larger than" in report.diagnostics[0].message
