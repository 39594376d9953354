"""The environment of the test run, as an early pytest plugin.

The one settings file is driven by the environment, and pytest-django loads it before any
``conftest.py``; so this module is named with ``-p`` in ``pyproject.toml``. The database is a
throwaway SQLite file, or the PostgreSQL of ``TEST_DATABASE_URL``; whatever the caller's shell
says of a database, a secret or a media directory is ignored, so that no test meets real data.
"""

import os
import shutil
import tempfile
from pathlib import Path

# pytest-xdist's workers inherit the environment, and so the directory, of the first process.
_VARIABLE = "LEGCRM_TEST_DIRECTORY"
_inherited = os.environ.get(_VARIABLE)
directory = Path(_inherited or tempfile.mkdtemp(prefix="legcrm-test-"))
os.environ[_VARIABLE] = str(directory)

for name in (
    "AGENCY_NAME",
    "BEHIND_PROXY",
    "CSRF_TRUSTED_ORIGINS",
    "DATABASE_POOL_MAX",
    "DATABASE_POOL_MIN",
    "DEFAULT_FROM_EMAIL",
    "DOCUMENT_TEMPLATES",
    "EMAIL_TIMEOUT",
    "EMAIL_URL",
    "HOME_COUNTRY",
    "HOME_POSTAL_CODES",
    "IMPORT_RETENTION_DAYS",
    "PUBLIC_URL",
    "SECURE_HSTS_SECONDS",
    "SECURE_SSL_REDIRECT",
    "SESSION_HOURS",
    "TIME_ZONE",
):
    os.environ.pop(name, None)
os.environ.update(
    # Plain HTTP and unhashed static files, as a test client and a live server need them. Django's
    # test setup still runs the code with DEBUG off.
    DEBUG="1",
    SECRET_KEY="for-tests-only",
    ALLOWED_HOSTS="testserver,127.0.0.1,localhost",
    DATABASE_URL=os.environ.get("TEST_DATABASE_URL") or f"sqlite:///{directory / 'unused.sqlite3'}",
    # Each worker has a database of its own, and so the files that belong to it.
    MEDIA_ROOT=str(directory / "media" / os.environ.get("PYTEST_XDIST_WORKER", "main")),
    STATIC_ROOT=str(directory / "static"),
    LOG_LEVEL="WARNING",
)


def pytest_addoption(parser):
    parser.addoption(
        "--browser-tests",
        choices=["yes", "no", "only"],
        default="yes",
        help="whether to run the tests marked 'browser' (default: yes, where there is a Chromium)",
    )


def pytest_configure():
    from django.conf import settings

    # The real hasher is slow on purpose; here it would cost more than all else.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    database = settings.DATABASES["default"]
    if database["ENGINE"] == "django.db.backends.sqlite3":
        # A file, not memory: several connections (live server, threads) then lock as in real use.
        database.setdefault("TEST", {})["NAME"] = str(directory / "test.sqlite3")


def pytest_unconfigure():
    if not _inherited:
        shutil.rmtree(directory, ignore_errors=True)
        os.environ.pop(_VARIABLE, None)
