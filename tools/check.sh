#!/bin/sh
# What must hold besides the tests; all of it under the settings of production.
set -eu
cd "$(dirname "$0")/.."

python=.venv/bin/python
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM

unset DEBUG SECURE_SSL_REDIRECT SECURE_HSTS_SECONDS BEHIND_PROXY
export SECRET_KEY="$("$python" -c 'import secrets; print(secrets.token_urlsafe(50))')"
export ALLOWED_HOSTS=crm.example.org
export DATABASE_URL="sqlite:///$scratch/check.sqlite3"
export MEDIA_ROOT="$scratch/media"
export STATIC_ROOT="$scratch/static"

echo "--- installed packages agree"
"$python" -m pip check
echo "--- migrations are complete"
"$python" manage.py makemigrations --check --dry-run
echo "--- production settings are safe"
"$python" manage.py check --deploy --fail-level WARNING
echo "--- every static file that another one names exists"
"$python" manage.py collectstatic --noinput --verbosity 0
echo "--- every text has its German"
tools/messages.sh --check
