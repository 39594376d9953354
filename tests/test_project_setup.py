"""The settings as the environment drives them, and the pins of what is installed."""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

ROOT = Path(settings.BASE_DIR)

# The only variables a fresh interpreter gets, so that nothing of this test run leaks in.
BARE = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
PRODUCTION = BARE | {"SECRET_KEY": "k" * 60, "ALLOWED_HOSTS": "crm.example.org"}


def run_python(code, environment):
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def read_settings(expression, **environment):
    """Value of ``expression`` over the settings ``s``, in an interpreter of its own."""
    code = f"import json; import legcrm.settings as s; print(json.dumps({expression}))"
    result = run_python(code, PRODUCTION | environment)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_start_without_secret_key_is_refused_with_advice():
    environment = {name: value for name, value in PRODUCTION.items() if name != "SECRET_KEY"}
    result = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode != 0
    assert "SECRET_KEY is not set" in result.stderr
    assert "token_urlsafe" in result.stderr


def test_importing_the_settings_prints_nothing_and_creates_nothing(tmp_path):
    database = tmp_path / "new.sqlite3"
    result = run_python(
        "import legcrm.settings",
        PRODUCTION
        | {
            "DATABASE_URL": f"sqlite:///{database}",
            "MEDIA_ROOT": str(tmp_path / "media"),
            "STATIC_ROOT": str(tmp_path / "static"),
        },
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


def test_values_are_those_of_production_unless_debug_is_set():
    assert read_settings(
        "[s.DEBUG, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT,"
        " s.SECURE_HSTS_SECONDS > 0, s.ALLOWED_HOSTS]"
    ) == [False, True, True, True, True, ["crm.example.org"]]
    assert "Manifest" in read_settings("s.STORAGES['staticfiles']['BACKEND']")


def test_no_host_is_allowed_until_one_is_named():
    assert read_settings("s.ALLOWED_HOSTS", ALLOWED_HOSTS="") == []


def test_scripts_come_from_this_server_only():
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    assert directives["script-src"] == ["'self'"]
    assert directives["default-src"] == ["'none'"]


def test_postgresql_has_a_connection_pool():
    options = read_settings(
        "s.DATABASES['default']['OPTIONS']['pool']",
        DATABASE_URL="postgres://crm:secret@db.example.org/crm",
        DATABASE_POOL_MAX="12",
    )
    assert options["max_size"] == 12
    assert options["min_size"] >= 1


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_sqlite_writes_ahead_and_queues_writers():
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert cursor.execute("PRAGMA busy_timeout").fetchone()[0] >= 20_000
        assert cursor.execute("PRAGMA foreign_keys").fetchone() == (1,)
    assert connection.transaction_mode == "IMMEDIATE"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_postgresql_connections_come_from_the_pool():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    assert connection.pool is not None
    assert connection.pool.max_size >= 2


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned_with_hashes(name):
    text = (ROOT / name).read_text()
    entries = re.split(r"\n(?=[^\s#])", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE))
    assert len(entries) > 10
    for entry in entries:
        assert re.match(r"[a-z0-9._-]+==[\w.]+( ;[^\\]+)? \\\n", entry), entry[:80]
        assert "--hash=sha256:" in entry, entry[:80]
    # Neither an index nor a path of the machine that compiled it.
    assert not re.search(r"https?:|file:|--index|--find-links|/", text)


def test_development_has_the_same_versions_as_production():
    def pins(name):
        return dict(re.findall(r"^([\w.-]+)==([\w.]+)", (ROOT / name).read_text(), re.MULTILINE))

    assert pins("requirements.txt").items() <= pins("requirements-dev.txt").items()


def test_every_module_of_the_roof_is_under_the_import_rule():
    with (ROOT / "pyproject.toml").open("rb") as file:
        (contract,) = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    named = set(re.findall(r"legcrm\.(\w+)", " ".join(contract["layers"])))
    modules = {
        path.stem
        for path in (ROOT / "legcrm").iterdir()
        if path.suffix == ".py" or (path.is_dir() and (path / "__init__.py").exists())
    }
    assert modules - {"__init__"} <= named


def test_documented_variables_are_those_the_settings_read():
    read = set(re.findall(r'env\.?\w*\(\s*"([A-Z_]+)"', (ROOT / "legcrm/settings.py").read_text()))
    documented = set(
        re.findall(r"^\| `([A-Z_]+)`", (ROOT / "docs/operations.md").read_text(), re.MULTILINE)
    )
    assert read == documented
