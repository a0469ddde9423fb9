"""What a stranger meets: the Makefile, the wheel, the words about the project."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

import pytest
import yaml

import sim

ROOT = Path(__file__).parents[1]


def planned(target: str, folder: Path) -> str:
    """What make would do for a target where no environment stands."""
    if shutil.which("make") is None:
        pytest.skip("make is not there")
    words = ("make", "-n", "-C", str(ROOT), f"VENV={folder / 'none'}", target)
    return subprocess.run(words, capture_output=True, text=True, check=True, timeout=60).stdout


def test_make_run_installs_what_a_run_needs_alone(tmp_path: Path) -> None:
    run, test = planned("run", tmp_path), planned("test", tmp_path)
    assert "-r requirements/run.txt" in run
    assert "requirements/dev.txt" not in run
    assert "-r requirements/dev.txt" in test
    assert run.index("Setting up") < run.index("requirements/run.txt")  # said before it is done
    assert "minutes on two quiet cores" in test


def test_the_version_has_one_home() -> None:
    home = f'__version__ = "{sim.__version__}"'
    assert home in (ROOT / "sim/__init__.py").read_text("utf-8")
    assert sim.__version__ not in (ROOT / "pyproject.toml").read_text("utf-8")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ``sim`` of a wheel in an environment without a checkout; what it needs is lent to it."""
    folder = tmp_path_factory.mktemp("wheel")
    tree = folder / "tree"  # building in the checkout would leave files there
    tree.mkdir()
    for name in ("pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE"):
        shutil.copyfile(ROOT / name, tree / name)
    shutil.copyfile(ROOT / "ATTRIBUTION.md", tree / "ATTRIBUTION.md")
    for name in ("sim", "scenarios"):
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    wheels = ("-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index",
              "--wheel-dir", str(folder), str(tree))  # fmt: skip
    subprocess.run((sys.executable, *wheels), check=True, capture_output=True, timeout=300)
    shutil.rmtree(tree)
    subprocess.run((sys.executable, "-m", "venv", str(folder / "env")), check=True)
    python = str(folder / "env/bin/python")
    (wheel,) = folder.glob("*.whl")
    pip = ("-m", "pip", "install", "--quiet", "--no-deps", "--no-index", str(wheel))
    subprocess.run((python, *pip), check=True, capture_output=True, timeout=300)
    # what was installed for the tests, less this package, which is found first where it is
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    place = subprocess.run((python, "-c", where), check=True, capture_output=True, text=True)
    lent = folder / "lent"
    lent.mkdir()
    for path in Path(sysconfig.get_path("purelib")).iterdir():
        if "supply_axis" not in path.name and path.suffix != ".pth":
            (lent / path.name).symlink_to(path)
    (Path(place.stdout.strip()) / "lent.pth").write_text(f"{lent}\n", encoding="utf-8")
    return folder / "env/bin/sim"


@pytest.mark.slow
def test_a_wheel_in_an_empty_environment_runs_what_ships(installed: Path, tmp_path: Path) -> None:
    def call(*words: str) -> str:
        done = subprocess.run(
            (str(installed), *words),
            cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    listed = json.loads(call("example", "--json"))["examples"]
    environment = installed.parent.parent
    assert [case["name"] for case in listed] == ["two_ways", "june_2016", "aid"]
    assert all(Path(case["scenario"]).is_relative_to(environment) for case in listed)
    for case in listed:
        call("init", case["name"], "--example", case["name"])
        call("run", case["scenario"], "--no-figures", "--out", f"run_{case['name']}")
    call("run", "two_ways/scenarios/two_ways.yaml", "--no-figures", "--out", "own")
    call("report", "run_two_ways")
    assert (tmp_path / "run_two_ways/report.html").is_file()
    assert sim.__version__ in call("--version")


PAGES = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "seeds/*.md", "results/**/README.md", "tests/data/*.md")
    for path in ROOT.glob(pattern)
)


def anchors(text: str) -> set[str]:
    """The names of the headings of a page, as repositories make them."""
    heads = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S), re.M)
    plain = [re.sub(r"[^\w\- ]", "", re.sub(r"\[(.*?)\]\(.*?\)", r"\1", h)).lower() for h in heads]
    return {head.strip().replace(" ", "-") for head in plain}


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text("utf-8")
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`\n]*`", "", text)):
        if re.match(r"https?:|mailto:", link):
            continue
        name, _, anchor = link.partition("#")
        target = page.parent / name if name else page
        there = target.exists() and target.resolve().is_relative_to(ROOT.resolve())
        if not there or (anchor and anchor not in anchors(target.read_text("utf-8"))):
            broken.append(link)
    assert broken == []


def test_files_that_contributors_are_sent_to_are_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    named = re.findall(r"`((?:sim|tests|scenarios|docs|tools)/[\w/.]+)`", text)
    assert len(named) > 15
    assert [name for name in named if not (ROOT / name).exists()] == []
    # as an editor names it: the words that a row tells to add to are in the file that it names
    for word, file in re.findall(r"`([A-Z]\w+)` (?:in|\()\s*`?(sim/[\w/]+\.py)", text):
        assert word in (ROOT / file).read_text("utf-8"), word


def test_hooks_call_what_make_check_calls() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"][0]
    assert hooks["repo"] == "local"
    entries = [h["entry"].replace(" --force-exclude", "") for h in hooks["hooks"]]
    check = (ROOT / "Makefile").read_text("utf-8").split("\ncheck:")[1].split("\n\n")[0]
    called = [line.strip().replace("$(BIN)", ".venv/bin") for line in check.splitlines()[1:]]
    assert entries == [line.removesuffix(" .") for line in called]


def test_the_citation_names_the_project_and_no_version_of_its_own() -> None:
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    stated = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert {"cff-version", "message", "title", "authors"} <= cited.keys()  # what the format needs
    assert cited["authors"] == stated["authors"]
    assert " AND ".join(cited["license"]) == stated["license"]
    assert "version" not in cited
    assert "Typing :: Typed" in stated["classifiers"]
