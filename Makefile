# Duologue: two-person video in, conversations that teach who is who out, and the trainer for them.
# `make` lists the targets.

# the first of these that runs and is new enough; PYTHON= names another
NEW_ENOUGH = import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in python3 python3.12 python3.13 python3.11; do \
	$$p -c '$(NEW_ENOUGH)' 2>/dev/null && { echo $$p; break; }; done)
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
RUN    ?= default

.DEFAULT_GOAL := help
.PHONY: help setup setup-gpu build-dataset train inspect sheet test chaos bench-engine bench-memory bench-faces check format lock clean

help:  ## this list
	@echo "make TARGET [CONFIG=file.yaml] [INPUT=file|folder|glob|list] [RUN=name] [RAY_ADDRESS=host:port] [ARGS=...]"
	@echo
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## *' '{printf "  %-15s %s\n", $$1, $$2}'

setup: $(READY)  ## make a virtual environment in .venv with exactly the locked packages

$(READY): requirements.lock pyproject.toml
	@$(or $(PYTHON),false) -c '$(NEW_ENOUGH)' || \
		{ echo "Duologue needs Python 3.11 or newer; name one with: make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "setting up $(VENV) (several GB of packages, once)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(BIN)/uv pip uninstall --quiet --python $(BIN)/python onnxruntime-gpu  # of setup-gpu: it fills onnxruntime's folder
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps -e .
	@touch $@

setup-gpu: $(READY)  ## have face models run on NVIDIA GPUs: onnxruntime-gpu in place of onnxruntime
	@$(BIN)/uv pip uninstall --quiet --python $(BIN)/python onnxruntime
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --reinstall-package onnxruntime-gpu \
		-r requirements-gpu.lock

build-dataset: CONFIG ?= configs/dataset/default.yaml
build-dataset: $(READY)  ## make conversations out of clips (the built-in ones, or INPUT)
	@$(BIN)/duologue build "$(CONFIG)" --run "$(RUN)" $(if $(INPUT),--input "$(INPUT)") $(ARGS)

train: CONFIG ?= configs/train/default.yaml
train: $(READY)  ## train on the shards of RUN
	@$(BIN)/python -m trainer train "$(CONFIG)" --shards "shards/$(RUN)" --output "runs/$(RUN)/train" $(ARGS)

inspect: $(READY)  ## what became of the clips of RUN, and why
	@$(BIN)/duologue inspect "$(RUN)"

sheet: $(READY)  ## conversations of RUN as a picture
	@$(BIN)/duologue sheet "$(RUN)"

test: $(READY)  ## run the tests
	@$(BIN)/python -m pytest

chaos: $(READY)  ## stop 50 small builds in all ways there are, go on with them, and see that nothing is lost
	@$(BIN)/python -m tests.chaos $(ARGS)

bench-quality: $(READY)  ## how right identities and cut-outs are, on clips made to be hard
	@$(BIN)/python -m tests.bench_quality $(ARGS)

bench-engine: $(READY)  ## what the engine itself costs, in time and memory
	@$(BIN)/python -m tests.bench_engine $(ARGS)

bench-memory: $(READY)  ## how much memory a worker takes for long films
	@$(BIN)/python -m tests.bench_memory $(ARGS)

bench-faces: $(READY)  ## what finding faces costs on one core, beside a plain loop
	@$(BIN)/python -m tests.bench_faces $(ARGS)

check: $(READY)  ## lint and type-check
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: $(READY)  ## format the code
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

lock: $(READY)  ## resolve the dependencies of pyproject.toml anew into requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --extra dev \
		--upgrade pyproject.toml -o requirements.lock
	@sed -n 's/^onnxruntime==\([^ ;]*\).*/onnxruntime-gpu[cuda,cudnn]==\1/p' requirements.lock | \
		$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
		--constraint requirements.lock - -o requirements-gpu.lock

clean:  ## remove the environment and everything that runs made
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache shards runs
	find manifests -mindepth 1 -maxdepth 1 -type d -exec rm -rf {} +
