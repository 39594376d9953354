#!/bin/sh
# Compiles requirements*.in into requirements*.txt: exact versions with hashes, one file for
# Python 3.11 to 3.14. Takes the newest versions that the .in files allow.
set -eu
cd "$(dirname "$0")/.."

python=$(tools/python.sh)
[ -x build/lock/bin/uv ] || "$python" -m venv build/lock
build/lock/bin/pip install --quiet --disable-pip-version-check uv

compile() {
    {
        echo "# Made by \`make lock\` from $1; do not edit."
        build/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --upgrade \
            --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate \
            --no-header "$1"
    } >"$2.new"
    mv "$2.new" "$2"
}

compile requirements.in requirements.txt
compile requirements-dev.in requirements-dev.txt
