"""Packs the cases of scenarios/examples.toml into the wheel, so that no copy of them is kept."""

import tomllib
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

SHIPPED = Path("scenarios")


class WithExamples(build_py):
    """The package, with the examples beside it; what is edited in place reads scenarios/ itself."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:
            return
        listed = tomllib.loads((SHIPPED / "examples.toml").read_text("utf-8"))
        files = {Path("examples.toml")}
        for case in listed.values():
            names = [case["scenario"], case["study"], *case["needs"]]
            files |= {Path(case["folder"]) / name for name in names}
        for file in sorted(files):
            target = Path(self.build_lib) / "sim/examples/scenarios" / file
            self.mkpath(str(target.parent))
            self.copy_file(str(SHIPPED / file), str(target))


setup(cmdclass={"build_py": WithExamples})
