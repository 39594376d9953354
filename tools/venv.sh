#!/bin/sh
# Usage: tools/venv.sh REQUIREMENTS_FILE
#
# Makes .venv from the pinned requirements, or brings it up to date; does nothing when it is.
# What was installed last is remembered by checksum, because a checkout sets no useful dates.
set -eu
cd "$(dirname "$0")/.."

requirements=$1
stamp=.venv/.installed-$requirements

if ! .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    python=$(tools/python.sh)
    echo "Making .venv with $python"
    rm -rf .venv
    "$python" -m venv .venv
fi
# The tests' requirements hold all of the runtime's, so either stamp answers for a demo.
for file in "$requirements" requirements-dev.txt; do
    if [ "$(cat ".venv/.installed-$file" 2>/dev/null)" = "$(cat requirements.txt "$file" | cksum)" ]; then
        exit 0
    fi
done
echo "Installing $requirements"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
    --requirement "$requirements"
rm -f .venv/.installed-*
cat requirements.txt "$requirements" | cksum >"$stamp"
