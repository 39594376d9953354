"""A throwaway PostgreSQL cluster from the installed binaries.

    python -m tests.postgres pytest tests/test_x.py

runs one command with ``TEST_DATABASE_URL`` set to such a cluster, and removes it afterwards.
"""

import contextlib
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg

HOW_TO_INSTALL = "apt install postgresql"


class ClusterError(RuntimeError):
    """The cluster did not come up; the message holds the server's own words."""


def find_binaries() -> Path | None:
    """The directory of ``initdb`` and ``postgres``: from PATH, else the newest of Debian's."""
    directories = [Path(entry) for entry in os.get_exec_path() if entry]
    versions = Path("/usr/lib/postgresql").glob("*/bin")
    directories += sorted(versions, key=lambda p: [int(n) for n in re.findall(r"\d+", str(p))])[
        ::-1
    ]
    for directory in directories:
        if all(os.access(directory / name, os.X_OK) for name in ("initdb", "postgres")):
            return directory
    return None


def _unprivileged() -> dict:
    """Arguments for subprocess: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            account = pwd.getpwnam(name)
            return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    raise ClusterError("Running as root, and there is no user postgres or nobody to run it under.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def throwaway_cluster() -> Iterator[str]:
    """Yield the database URL of a fresh cluster on 127.0.0.1; stop and remove it at the end."""
    binaries = find_binaries()
    if binaries is None:
        raise ClusterError(f"PostgreSQL is not installed ({HOW_TO_INSTALL}).")
    account = _unprivileged()
    directory = Path(tempfile.mkdtemp(prefix="legcrm-pg-"))
    server = None
    try:
        password = secrets.token_hex(16)
        (directory / "password").write_text(password)
        if account:
            for path in (directory, directory / "password"):
                os.chown(path, account["user"], account["group"])
        run = {
            **account,
            "cwd": directory,
            "stdin": subprocess.DEVNULL,
            "stderr": subprocess.STDOUT,
            # Ctrl-C is for us; we then stop the server in order.
            "start_new_session": True,
        }
        # Upper and lower case of «Ташкент» need a locale that knows Cyrillic.
        locale = "C.UTF-8" if sys.platform == "linux" else "en_US.UTF-8"
        made = subprocess.run(
            [
                *(binaries / "initdb", "--pgdata", directory / "data", "--username", "legcrm"),
                *("--pwfile", directory / "password", "--auth", "scram-sha-256"),
                *("--encoding", "UTF8", "--locale", locale, "--no-sync"),
            ],
            stdout=subprocess.PIPE,
            text=True,
            **run,
        )
        if made.returncode:
            raise ClusterError(made.stdout)

        port = _free_port()
        options = {
            "listen_addresses": "127.0.0.1",
            "port": port,
            "unix_socket_directories": directory,
            "max_connections": 100,
            # Nothing here need survive a crash.
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
        }
        with (directory / "log").open("w") as log:
            server = subprocess.Popen(
                [
                    *(binaries / "postgres", "-D", directory / "data"),
                    *(
                        part
                        for name, value in options.items()
                        for part in ("-c", f"{name}={value}")
                    ),
                ],
                stdout=log,
                **run,
            )
        url = f"postgres://legcrm:{password}@127.0.0.1:{port}/postgres"
        _wait_for(url, server, directory / "log")
        yield url
    finally:
        if server is not None:
            server.send_signal(signal.SIGINT)  # "fast" shutdown: disconnects whoever is left
            try:
                server.wait(timeout=20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
        shutil.rmtree(directory, ignore_errors=True)


def _wait_for(url: str, server: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            psycopg.connect(url, connect_timeout=5).close()
            return
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise ClusterError(log.read_text(errors="replace")) from None
            time.sleep(0.1)


def exit_on_sigterm() -> None:
    """Make SIGTERM unwind the stack, so that the cluster is removed."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


if __name__ == "__main__":
    exit_on_sigterm()
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    with throwaway_cluster() as cluster_url:
        environment = {**os.environ, "TEST_DATABASE_URL": cluster_url}
        sys.exit(subprocess.run(sys.argv[1:], env=environment).returncode)
