#!/bin/sh
# Prints the newest Python on PATH that LEG CRM runs on, or says what to install.
set -eu

for name in python3.14 python3.13 python3.12 python3.11 python3 python; do
    if path=$(command -v "$name") &&
        "$path" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null; then
        # Debian ships venv and pip apart from Python; the next candidate may be complete.
        if "$path" -c 'import venv, ensurepip' 2>/dev/null; then
            echo "$path"
            exit 0
        fi
        incomplete=$path
    fi
done

if [ -n "${incomplete:-}" ]; then
    version=$("$incomplete" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    echo "$incomplete lacks the modules venv and ensurepip. On Debian and Ubuntu:" \
        "apt install python$version-venv" >&2
else
    echo "LEG CRM needs Python 3.11, 3.12, 3.13 or 3.14 on PATH, and there is none." \
        "On Debian and Ubuntu: apt install python3 python3-venv" >&2
fi
exit 1
