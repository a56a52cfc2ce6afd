# Everything runs in an environment of its own, .venv. Needed on the machine: Python >= 3.10, a C++17
# compiler and make; CMake, Ninja and the other tools come from PyPI.
#
#   make demo      install the package and run `sharpem demo`
#   make test      install the package and run the Python tests (ARGS="-k name" goes to pytest)
#   make cpp-test  build the C++ library with its tests, and run them
#   make asan      the same under the address and undefined-behaviour sanitizers
#   make tsan      the same under the thread sanitizer
#   make fuzz      damaged files and random calls, SECONDS=120 each, JOBS at a time
#   make nightly   1,000,000 of each, the thread sanitizer, kills and full disks at length
#   make coverage  lines and branches that the tests reach, Python and C++
#   make lint      ruff, clang-format and clang-tidy; changes nothing
#   make types     mypy --strict, and whether the extension's stub is current
#   make format    let ruff and clang-format rewrite the sources
#   make stub      write the extension's stub, python/sharpem/_core.pyi, anew
#   make man       write the manual page, build/man/sharpem.1
#   make embed     build and run the C++ example: library installed, from the wheel, and as sources
#   make bench     how fast it is beside other programs (ARGS="--base PYTHON --write-docs")
#   make docs      the documentation site, into build/docs, and a check of its links
#   make wheel     wheel and source distribution, into dist/
#   make wheel-test  wheels, repaired and tested without a compiler, for every Python that is found
#   make clean     remove what was built, .venv included

PYTHON ?= python3
ARGS ?=
JOBS ?= $(shell nproc 2>/dev/null || sysctl -n hw.ncpu)
SECONDS ?= 120
SEED ?= 1
FUZZ ?= core emdb filter model mrc mtz star table

VENV := .venv
BIN := $(CURDIR)/$(VENV)/bin
PY := $(BIN)/python
PIP := $(PY) -m pip --disable-pip-version-check
STAMP := $(VENV)/.stamps
export PATH := $(BIN):$(PATH)
export VIRTUAL_ENV := $(CURDIR)/$(VENV)
unexport PYTHONPATH

CPP := $(shell find cpp tests/cpp -name '*.[ch]pp')
PACKAGE := CMakeLists.txt pyproject.toml LICENSE \
  $(shell find cpp/include cpp/src cpp/bindings cpp/cmake third_party -type f) \
  $(shell find python -type f ! -name '*.pyc')

# The example built with the library from one place, and its test: $(call embedded,NAME,OPTIONS)
define embedded
cmake -S cpp/examples -B build/embed/$(1) -G Ninja $(2)
cmake --build build/embed/$(1) --parallel $(JOBS)
ctest --test-dir build/embed/$(1) --output-on-failure --no-tests=error
endef

.DELETE_ON_ERROR:
.PHONY: demo test cpp-test asan tsan fuzz nightly coverage lint types format stub man embed bench docs wheel \
  wheel-test clean

demo: $(STAMP)/package
	$(BIN)/sharpem demo

test: $(STAMP)/test
	$(PY) -m pytest tests/python $(ARGS)

cpp-test: $(STAMP)/tools
	cmake --preset default $(CMAKE_ARGS)
	cmake --build --preset default --parallel $(JOBS)
	ctest --preset default

asan: $(STAMP)/tools
	cmake --preset asan $(CMAKE_ARGS)
	cmake --build --preset asan --parallel $(JOBS)
	ctest --preset asan

tsan: $(STAMP)/tools
	cmake --preset tsan $(CMAKE_ARGS)
	cmake --build --preset tsan --parallel $(JOBS)
	ctest --preset tsan

fuzz: $(STAMP)/test build/asan/tests/cpp/fuzz_core
	$(PY) tests/fuzz/run.py $(FUZZ) --seconds $(SECONDS) --seed $(SEED) --jobs $(JOBS)

build/asan/tests/cpp/fuzz_core: $(STAMP)/tools $(CPP)
	cmake --preset asan $(CMAKE_ARGS)
	cmake --build --preset asan --parallel $(JOBS) --target fuzz_core

nightly: $(STAMP)/test tsan build/asan/tests/cpp/fuzz_core
	build/tsan/tests/cpp/fuzz_core --executions 100000 --seed $$(date +%s)
	$(PY) tests/fuzz/run.py all core --executions 1000000 --seed $$(date +%s) --jobs $(JOBS)
	SHARPEM_LONG=1 $(PY) -m pytest tests/python/io/test_staging.py tests/python/jobs/test_kills.py

# gcov's report of the C++ tests; of the Python tests pytest-cov's, with branches.
coverage: $(STAMP)/dev
	$(PIP) install --quiet "pytest-cov>=5" "gcovr>=7"
	cmake --preset coverage $(CMAKE_ARGS)
	cmake --build --preset coverage --parallel $(JOBS)
	ctest --preset coverage -E fuzz_core
	gcovr --root . --filter cpp/src/ --filter cpp/include/ --exclude-throw-branches \
	  --gcov-ignore-parse-errors all --print-summary --txt build/coverage/cpp.txt build/coverage
	$(PY) -m pytest tests/python --cov=sharpem --cov-branch --cov-report=term $(ARGS)

lint: $(STAMP)/dev
	ruff check
	ruff format --check
	clang-format --dry-run -Werror $(CPP)
	cmake --preset tidy
	cmake --build --preset tidy --parallel $(JOBS)

types: $(STAMP)/dev
	mypy
	$(PY) -m pytest -q tests/python/test_package.py -k stub

format: $(STAMP)/dev
	ruff check --fix-only
	ruff format
	clang-format -i $(CPP)

stub: $(STAMP)/test
	$(PY) -m pybind11_stubgen sharpem._core --output-dir python

man: $(STAMP)/test
	mkdir -p build/man
	argparse-manpage --module sharpem.cli.completion --function manual_parser --prog sharpem \
	  --project-name sharpem --manual-title "sharpem manual" --output build/man/sharpem.1

embed: $(STAMP)/package
	rm -rf build/prefix build/embed
	cmake --preset default $(CMAKE_ARGS)
	cmake --build --preset default --parallel $(JOBS)
	cmake --install build/default --prefix build/prefix
	$(call embedded,prefix,-DCMAKE_PREFIX_PATH=$(CURDIR)/build/prefix)
	$(call embedded,wheel,-Dsharpem_DIR="$$($(PY) -m sharpem --cmakedir)")
	$(call embedded,add_subdirectory,-DSHARPEM_FROM=add_subdirectory)
	$(call embedded,FetchContent,-DSHARPEM_FROM=FetchContent)

bench: $(STAMP)/bench
	$(PY) benchmarks/run.py $(ARGS)

docs: $(STAMP)/docs
	$(PY) -m sphinx -W --keep-going -q -b html docs build/docs
	$(PY) docs/check_links.py build/docs

wheel: $(STAMP)/dev
	rm -rf dist
	$(PY) -m build --outdir dist

wheel-test: $(STAMP)/dev
	.ci/wheels

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

# What pyproject.toml asks for to build, and CMake and Ninja: with them in .venv, building again after
# a change compiles only what changed.
$(STAMP)/tools:
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet "scikit-build-core>=1.0" "pybind11>=3.0" "jinja2>=3.1" cmake ninja
	mkdir -p $(STAMP) && touch $@

$(STAMP)/package: $(STAMP)/tools $(PACKAGE)
	$(PIP) install --quiet --no-build-isolation .
	touch $@

$(STAMP)/test: $(STAMP)/package
	$(PIP) install --quiet "sharpem[test]"
	touch $@

$(STAMP)/bench: $(STAMP)/test
	$(PIP) install --quiet "sharpem[bench]"
	touch $@

$(STAMP)/dev: $(STAMP)/test
	$(PIP) install --quiet "sharpem[dev]"
	touch $@

$(STAMP)/docs: $(STAMP)/package
	$(PIP) install --quiet "sharpem[docs]"
	touch $@
