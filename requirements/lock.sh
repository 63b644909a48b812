#!/bin/sh
# Locks every dependency with hashes; run after changing pyproject.toml (needs uv).
set -eu
cd "$(dirname "$0")/.."
export UV_CUSTOM_COMPILE_COMMAND="requirements/lock.sh"
uv pip compile -q --universal --python-version 3.11 --generate-hashes --group dev --group test --group check \
    --extra s3 pyproject.toml -o requirements/dev.lock
uv pip compile -q --universal --python-version 3.11 --generate-hashes --group dev -c requirements/dev.lock \
    --extra s3 pyproject.toml -o requirements/run.lock
