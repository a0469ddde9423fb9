"""Does the program still write what another commit of it wrote?

``python tools/against.py COMMIT [--quick]`` checks the commit out beside (under build/), lets
both programs do the same things with the scenarios of tests/data/before, and compares the
SHA-256 of every file and of what ``sim cut --json`` prints, manifests aside. Exit code 1 where
anything differs that :data:`ASKED_FOR` does not list. Of a grid each cell has
``CELL_RUNS`` runs; ``--quick`` draws nothing.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).parents[1]
BEFORE = ROOT / "tests/data/before"
CELL_RUNS = 5
ENSEMBLE_RUNS = 20

ASKED_FOR: dict[str, str] = {}
"""Patterns of files that are to differ, each with the reason."""


def checkout(commit: str) -> Path:
    """The tree of a commit, in a folder of its own under build/."""
    name = subprocess.run(
        ["git", "rev-parse", "--verify", f"{commit}^{{commit}}"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout.strip()  # fmt: skip
    tree = ROOT / "build/against" / name
    if not tree.exists():
        tree.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(dir=tree.parent))
        packed = subprocess.run(
            ["git", "archive", name, "sim"], cwd=ROOT, check=True, capture_output=True
        ).stdout
        subprocess.run(["tar", "-x", "-C", str(beside)], input=packed, check=True)
        beside.rename(tree)
    return tree


def tasks(quick: bool) -> Iterator[tuple[str, list[str]]]:
    """What both programs do: a name, and the words of a command without its folder."""
    bare = ["--no-figures"] if quick else []
    for file in sorted(BEFORE.glob("*.yaml")):
        yield f"run/{file.stem}", ["run", str(file), *bare]
        yield (
            f"ensemble/{file.stem}",
            ["ensemble", str(file), "-n", str(ENSEMBLE_RUNS), "--workers", "1", *bare],
        )
        yield f"cut/{file.stem}", ["cut", str(file), "--json"]
    for file in sorted((BEFORE / "studies").glob("*.yaml")):
        grid = "grid:" in file.read_text("utf-8")
        runs = ["-n", str(CELL_RUNS)] if grid else []
        yield f"study/{file.stem}", ["study", str(file), *runs, "--workers", "1", *bare]


def carry_out(tree: Path, words: list[str]) -> dict[str, str]:
    """Let the program in ``tree`` do something; SHA-256 by file, and of what it printed."""
    env = {**os.environ, "PYTHONPATH": str(tree), "PYTHONHASHSEED": "random"}
    with tempfile.TemporaryDirectory() as away:
        out = Path(away) / "out"
        folder = [] if words[0] == "cut" else ["--out", str(out)]
        done = subprocess.run(
            [sys.executable, "-m", "sim", *words, *folder],
            cwd=away, env=env, capture_output=True, text=True,
        )  # fmt: skip
        if done.returncode:
            return {"(exit code)": f"{done.returncode}: {done.stderr[-500:]}"}
        if not folder:
            return {"(standard output)": hashlib.sha256(done.stdout.encode()).hexdigest()}
        return {
            file.relative_to(out).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
            for file in sorted(out.rglob("*"))
            if file.is_file() and file.name != "manifest.json"
        }


def reason(name: str) -> str | None:
    """Why a file is to differ, if it is."""
    return next((why for pattern, why in ASKED_FOR.items() if fnmatch(name, pattern)), None)


def main() -> int:
    """Compare; see the top of this file."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("commit")
    parser.add_argument("--quick", action="store_true", help="draw nothing")
    parser.add_argument("--only", default="*", help="a pattern of tasks, as 'run/*'")
    given = parser.parse_args()
    tree = checkout(given.commit)
    todo = [(name, words) for name, words in tasks(given.quick) if fnmatch(name, given.only)]
    files, asked, wrong = 0, 0, []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        both = [
            (name, pool.submit(carry_out, tree, words), pool.submit(carry_out, ROOT, words))
            for name, words in todo
        ]
        for name, first, second in both:
            old, new = first.result(), second.result()
            files += len(old)
            for file in sorted(old.keys() | new.keys()):
                full = f"{name}/{file}"
                if old.get(file) == new.get(file) and not file.startswith("(exit"):
                    continue
                if (why := reason(full)) is not None:
                    asked += 1
                    print(f"as asked for: {full}: {why}")
                else:
                    wrong.append(full)
                    print(f"differs: {full}: {old.get(file)} > {new.get(file)}", flush=True)
    print(f"{len(todo)} tasks, {files} files: {asked} differ as asked for, {len(wrong)} else")
    return 1 if wrong else 0


if __name__ == "__main__":
    if shutil.which("git") is None:
        sys.exit("git is needed")
    sys.exit(main())
