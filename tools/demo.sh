#!/bin/sh
# Usage: tools/demo.sh HOST PORT
#
# Serves LEG CRM with the example data, in the foreground, until Ctrl-C. What it makes stays in
# data/, so the next start shows what was entered; delete that directory to begin anew.
set -eu
cd "$(dirname "$0")/.."

host=$1
port=$2
python=.venv/bin/python

"$python" - "$host" "$port" <<'PYTHON'
import os
import socket
import sys

host, port = sys.argv[1], int(sys.argv[2])
try:
    socket.create_server((host, port)).close()
except OSError as error:
    sys.exit(f"Cannot serve on {host}:{port}: {os.strerror(error.errno)}. Try: make demo PORT={port + 1}")
PYTHON

mkdir -p data
if [ ! -s data/demo-secret-key ]; then
    (umask 077 && "$python" -c 'import secrets; print(secrets.token_urlsafe(50))' >data/demo-secret-key)
fi

# Nothing of the caller's environment reaches the demo: it must never meet a real database.
unset CSRF_TRUSTED_ORIGINS EMAIL_URL BEHIND_PROXY SECURE_SSL_REDIRECT SECURE_HSTS_SECONDS
export DEBUG=1
export SECRET_KEY="$(cat data/demo-secret-key)"
export DATABASE_URL="sqlite:///$PWD/data/demo.sqlite3"
export MEDIA_ROOT="$PWD/data/demo-media"
export STATIC_ROOT="$PWD/data/demo-static"
export LOG_LEVEL="${LOG_LEVEL:-WARNING}"
case $host in
    127.0.0.1 | localhost) ALLOWED_HOSTS=127.0.0.1,localhost ;;
    0.0.0.0) ALLOWED_HOSTS='*' ;;
    *) ALLOWED_HOSTS="$host,127.0.0.1,localhost" ;;
esac
export ALLOWED_HOSTS
mkdir -p "$STATIC_ROOT"

# The compiled catalogues are in the repository; this is for work on translations.
if [ -f locale/de/LC_MESSAGES/django.po ] && [ ! -f locale/de/LC_MESSAGES/django.mo ] &&
    command -v msgfmt >/dev/null; then
    "$python" manage.py compilemessages --locale de --verbosity 0
fi
"$python" manage.py migrate --verbosity 0
"$python" manage.py rebuild_search >/dev/null
"$python" manage.py load_example
# What the night would have done; its e-mails go nowhere.
EMAIL_URL=dummymail:// "$python" manage.py daily >/dev/null

[ "$host" = 0.0.0.0 ] && shown=$(hostname) || shown=$host
echo
echo "LEG CRM: http://$shown:$port/   (Ctrl-C ends it)"
# Threads, not processes: SQLite, and a machine that has other things to do.
exec "$python" -m gunicorn legcrm.wsgi --bind "$host:$port" --threads 8 --log-level warning
