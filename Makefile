# What a person does here. Each target sets up what it needs on a fresh machine (Linux, macOS); GNU make 3.81 suffices.
.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: demo test check system prove mutants coverage catalogues benchmarks constraints

# The first Python that is new enough; another one: make PYTHON=/path/to/python test
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$p; break; }; done)
BIN := .venv/bin
READY := .venv/.ready
WORDS := .venv/.words
WORKERS ?= 2
CODE := $(wildcard core contracts plugins locales web cli.py spondeo.py hatch_build.py tests benchmarks examples)
# mypy refuses a folder without Python; examples are mostly data.
TYPED := $(filter-out examples,$(CODE)) $(wildcard examples/*.py)

# What the tests need from the system: a browser, Word's reader, PDF tools, a database server, Chinese letters.
DEBIAN := chromium libreoffice-writer-nogui poppler-utils postgresql fonts-noto-cjk
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

demo: $(WORDS)
	PATH="$(CURDIR)/$(BIN):$$PATH" bash examples/demo.sh

test: check
	$(BIN)/python -m pytest -n $(WORKERS)

check: $(WORDS)
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/mypy $(TYPED)

# In length what an ordinary run proves in short, part by part; what was tried, by which seed, goes to tests/PROOFS.md.
# One part of it: python tests/prove.py SEED PART
prove: $(WORDS)
	$(BIN)/python tests/prove.py

# One thing changed at a time in what makes figures, at most an hour; `make prove` writes the result on its page.
mutants: $(WORDS)
	$(BIN)/python tests/mutants.py --workers $(WORKERS)

# Lines and branches of core and contracts that no test reaches; the exceptions stand in pyproject.toml, with reasons.
coverage: $(WORDS)
	$(BIN)/python tests/prove.py 0 coverage

catalogues: $(READY)
	$(BIN)/python -m locales.make

benchmarks: $(WORDS)
	$(BIN)/python -m pip install -q -c constraints.txt business-duration businesstimedelta duckdb numpy pandas polars
	$(BIN)/python -m benchmarks

system:
	@if ! command -v apt-get >/dev/null 2>&1; then \
		echo "No apt-get here. Install by your own means: a Chromium, LibreOffice, poppler, PostgreSQL, Noto CJK fonts."; \
		echo "Tests that miss one of them are skipped with the reason."; exit 0; fi; \
	missing=$$(for p in $(DEBIAN); do \
		dpkg-query -W -f '$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || echo $$p; done); \
	if [ -z "$$missing" ]; then echo "system: nothing to install"; exit 0; fi; \
	echo "system: installing" $$missing; \
	$(SUDO) apt-get update -qq </dev/null && \
	$(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing </dev/null >/dev/null

# The exact versions that this environment holds; no addresses, nothing of our own.
constraints: $(READY)
	@{ sed -n '/^#/p' constraints.txt; $(BIN)/python -m pip freeze --exclude-editable | grep -v -e ' @ ' -e '^-'; } >constraints.new
	@mv constraints.new constraints.txt

# The build tools come first and pinned, because an isolated build would fetch versions that constraints do not reach.
$(READY): pyproject.toml constraints.txt hatch_build.py
	@[ -n "$(PYTHON)" ] || { echo "Spondeo needs Python 3.11 or newer; none was found. make PYTHON=/path/to/python ..."; exit 1; }
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv .venv || { rm -rf .venv; \
		echo "Could not make .venv with $(PYTHON). On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	$(BIN)/python -m pip install -q -c constraints.txt hatchling babel editables
	$(BIN)/python -m pip install -q -c constraints.txt --no-build-isolation -e '.[dev]'
	@touch $@

# Words that came with a pull are compiled again; without this they would be right but slow to load.
$(WORDS): $(READY) $(wildcard locales/*/LC_MESSAGES/spondeo.po)
	@$(BIN)/python -c 'from locales.make import compile_catalogues; compile_catalogues()'
	@touch $@
