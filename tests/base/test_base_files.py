"""Files and folders are written whole or not at all, on a full disk too."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sim.base.errors import FailedError, FolderError, FullDiskError, TakenError
from sim.base.files import digest, digests, fingerprint, sweep, whole_file, whole_folder

Write = Callable[[Path, BaseException | None], None]


def write_file(target: Path, error: BaseException | None) -> None:
    with whole_file(target) as partial:
        partial.write_text("new")
        if error is not None:
            raise error


def write_folder(target: Path, error: BaseException | None) -> None:
    with whole_folder(target, replace=True) as partial:
        (partial / "inner").mkdir()
        (partial / "inner/file").write_text("new")
        if error is not None:
            raise error


def put_old(target: Path, write: Write) -> None:
    """What was there before: a file, or a folder that holds one."""
    if write is write_folder:
        target.mkdir()
        (target / "old").write_text("old")
    else:
        target.write_text("old")


def state(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


WAYS = pytest.mark.parametrize("write", [write_file, write_folder])


@WAYS
def test_the_new_takes_the_place_of_the_old(write: Write, tmp_path: Path) -> None:
    put_old(tmp_path / "it", write)
    write(tmp_path / "it", None)
    name = "it" if write is write_file else "it/inner/file"
    assert state(tmp_path) == {name: b"new"}


@WAYS
@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), FullDiskError),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), FullDiskError),
        (OSError("16 requested and 0 written"), FullDiskError),  # as numpy says it, with no number
        (OSError(errno.EACCES, "Permission denied"), FolderError),
        (RuntimeError("a defect"), RuntimeError),
        (KeyboardInterrupt(), KeyboardInterrupt),
    ],
    ids=repr,
)
def test_whatever_goes_wrong_the_old_stays_and_nothing_is_left_beside(
    write: Write, error: BaseException, raised: type[BaseException], tmp_path: Path
) -> None:
    put_old(tmp_path / "it", write)
    before = state(tmp_path)
    with pytest.raises(raised):
        write(tmp_path / "it", error)
    assert state(tmp_path) == before
    assert [p.name for p in tmp_path.iterdir()] == ["it"]


def test_a_folder_that_holds_something_is_not_replaced_unless_told(tmp_path: Path) -> None:
    put_old(tmp_path / "it", write_folder)
    with pytest.raises(FolderError, match="is not empty"), whole_folder(tmp_path / "it"):
        raise AssertionError("the block must not begin")
    assert state(tmp_path) == {"it/old": b"old"}


def test_where_nothing_can_be_put_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FolderError, match="Not a directory"):
        write_folder(tmp_path / "file/in", None)
    with pytest.raises(FolderError, match="is a folder; name the file"):
        write_file(tmp_path, None)
    with pytest.raises(FolderError, match="null byte"):
        write_file(tmp_path / "a\0b", None)
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_what_a_killed_process_left_is_swept_and_what_is_held_stays(tmp_path: Path) -> None:
    pytest.importorskip("fcntl")
    (tmp_path / ".hidden").touch()
    with whole_folder(tmp_path / "f") as partial:
        left = tmp_path / f"{partial.name[:-8]}00000000"
        left.mkdir()
        (left / "half").touch()
        (tmp_path / ".g.partial-17").touch()  # a file, as versions before named them
        sweep(tmp_path)
        assert {p.name for p in tmp_path.iterdir()} == {partial.name, ".hidden"}
    assert {p.name for p in tmp_path.iterdir()} == {"f", ".hidden"}


@WAYS
def test_whoever_writes_a_thing_takes_away_what_was_left_of_it(
    write: Write, tmp_path: Path
) -> None:
    pytest.importorskip("fcntl")
    for name in (".it.partial-1", ".other.partial-1"):
        (tmp_path / name).mkdir()
    write(tmp_path / "it", None)
    assert {p.name for p in tmp_path.iterdir()} == {"it", ".other.partial-1"}


def test_a_name_is_no_other_process_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a container every first process has the same number: names do not go by it."""
    tokens = iter(["00000000", "00000000", "00000001"])
    monkeypatch.setattr(secrets, "token_hex", lambda _: next(tokens))
    with whole_file(tmp_path / "it") as one, whole_file(tmp_path / "it") as other:
        assert one.parent.name == ".it.partial-00000000"
        assert other.parent.name == ".it.partial-00000001"
        one.write_text("one")
        other.write_text("other")
    assert state(tmp_path) == {"it": b"one"}  # the one that ended last


def test_of_two_folders_of_one_name_the_second_is_told(tmp_path: Path) -> None:
    taken = pytest.raises(TakenError, match="another process has written it")
    with taken, whole_folder(tmp_path / "f") as slow:
        (slow / "a").touch()
        with whole_folder(tmp_path / "f") as quick:
            (quick / "b").touch()
    assert state(tmp_path) == {"f/b": b""}


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Path]:
    """A real disk of 64 kB, where this process may make one."""
    place = tmp_path / "tiny"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)]
    if os.geteuid() or not shutil.which("mount"):
        pytest.skip("only root may mount a small disk")
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("this machine does not allow to mount a small disk")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_disk_that_is_really_full(tiny: Path) -> None:
    (tiny / "there").write_bytes(b"x" * 20_000)
    with pytest.raises(FullDiskError, match="No space left"), whole_file(tiny / "there") as partial:
        partial.write_bytes(b"y" * 100_000)
    with pytest.raises(FullDiskError, match="No space left"), whole_folder(tiny / "f") as folder:
        (folder / "large").write_bytes(b"y" * 100_000)
    assert state(tiny) == {"there": b"x" * 20_000}


def test_a_full_disk_is_no_fault_of_the_input() -> None:
    assert issubclass(FullDiskError, FailedError)


def test_a_fingerprint_knows_what_is_said_not_in_which_order() -> None:
    assert fingerprint({"a": 1, "b": [1, 2]}) == fingerprint({"b": [1, 2], "a": 1})
    assert fingerprint({"a": 1}) != fingerprint({"a": "1"})
    assert fingerprint([1, 2]) != fingerprint([2, 1])
    # sha256 of the three bytes abc, from FIPS 180-2, appendix B.1
    assert digest(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_digests_are_of_every_file_but_those_left_out(tmp_path: Path) -> None:
    for name in ("a", "b", "cells/c", "d/a"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"abc")
    assert list(digests(tmp_path)) == ["a", "b", "cells/c", "d/a"]
    assert digests(tmp_path, ["b", "cells"]) == {"a": digest(b"abc"), "d/a": digest(b"abc")}
