"""Databases that a benchmark fills once and copies for each measurement."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from tests import postgres


class SQLite:
    """Files in ``directory``."""

    name = "SQLite"

    def __init__(self, directory: Path):
        self.directory = directory

    def url(self, database: str) -> str:
        return f"sqlite:///{self.directory / database}.sqlite3"

    def copy(self, source: str, target: str) -> None:
        """Make ``target`` anew from ``source``, to which nobody is connected."""
        self.drop(target)
        # Without a connection the file is whole: the last one to close has emptied the WAL.
        shutil.copy(*(self.directory / f"{name}.sqlite3" for name in (source, target)))

    def create(self, database: str) -> None:
        """SQLite creates the file with the first connection."""

    def drop(self, database: str) -> None:
        for path in self.directory.glob(f"{database}.sqlite3*"):
            path.unlink()


class PostgreSQL:
    """Databases of a cluster."""

    name = "PostgreSQL"

    def __init__(self, url: str):
        self.cluster = url

    def url(self, database: str) -> str:
        return f"{self.cluster.rpartition('/')[0]}/{database}"

    def copy(self, source: str, target: str) -> None:
        self.drop(target)
        self._run(f"CREATE DATABASE {target} TEMPLATE {source}")

    def create(self, database: str) -> None:
        self._run(f"CREATE DATABASE {database}")

    def drop(self, database: str) -> None:
        self._run(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")

    def _run(self, statement):
        import psycopg

        with psycopg.connect(self.cluster, autocommit=True) as connection:
            connection.execute(statement)


@contextlib.contextmanager
def open_databases(kind: str, directory: Path) -> Iterator[SQLite | PostgreSQL]:
    """Yield databases of ``kind`` ("sqlite" or "postgresql"), removed at the end."""
    if kind == "sqlite":
        yield SQLite(directory)
        return
    given = os.environ.get("TEST_DATABASE_URL")
    with contextlib.nullcontext(given) if given else postgres.throwaway_cluster() as url:
        yield PostgreSQL(url)
