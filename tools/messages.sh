#!/bin/sh
# Usage: tools/messages.sh [--check]
#
# Collects the texts of Python files and templates into the German catalogue and compiles it.
# With --check it changes nothing, and fails when the catalogue lacks a text, when a translation
# is empty or only guessed (fuzzy), or when the compiled file is not made from it.
set -eu
cd "$(dirname "$0")/.."

catalogue=locale/de/LC_MESSAGES/django
python=$PWD/.venv/bin/python
export DEBUG=1 SECRET_KEY=for-messages-only

if ! command -v msgfmt >/dev/null || ! command -v xgettext >/dev/null; then
    echo "gettext is not installed (apt install gettext)." >&2
    exit 1
fi

collect() {
    "$python" manage.py makemessages --locale de --no-wrap --add-location file --verbosity 0 \
        --ignore '.venv' --ignore 'tests' --ignore 'bench' --ignore 'build' --ignore 'data' \
        --ignore 'staticfiles' --ignore 'requirements*.txt'
}

if [ "${1:-}" != --check ]; then
    mkdir -p locale/de/LC_MESSAGES
    collect
    msgfmt --check-format --statistics -o "$catalogue.mo" "$catalogue.po"
    exit 0
fi

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
trap 'exit 130' INT TERM
if [ ! -f "$catalogue.po" ] || [ ! -f "$catalogue.mo" ]; then
    echo "$catalogue.po or .mo is missing; run: make messages" >&2
    exit 1
fi
git ls-files -z --cached --others --exclude-standard |
    tar --create --ignore-failed-read --null --files-from - 2>/dev/null | tar --extract --directory "$copy"
(cd "$copy" && collect)

failed=0
for state in untranslated only-fuzzy; do
    found=$(msgattrib "--$state" --no-obsolete --no-wrap "$copy/$catalogue.po")
    if [ -n "$found" ]; then
        echo "German catalogue, $state:" >&2
        echo "$found" | grep -E '^(#:|msgid|msgctxt)' | grep -v '^msgid ""$' >&2 || true
        failed=1
    fi
done
msgfmt --check-format -o "$copy/fresh.mo" "$catalogue.po"
msgunfmt "$copy/fresh.mo" >"$copy/fresh.txt"
msgunfmt "$catalogue.mo" >"$copy/committed.txt"
if ! cmp -s "$copy/fresh.txt" "$copy/committed.txt"; then
    echo "$catalogue.mo is not made from $catalogue.po; run: make messages" >&2
    failed=1
fi
[ $failed = 0 ] && echo "German catalogue: complete, and compiled as it stands."
exit $failed
