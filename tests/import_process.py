"""An import in a process that a test may kill, forked from one that has Django ready.

A test that kills twenty processes would otherwise wait twenty times for Django to start. Import
this only in such a process: it starts Django on the database of the environment.
"""

import multiprocessing

import django
from django.core.management import call_command


def context():
    """Return the multiprocessing context whose processes begin with this module imported."""
    forks = multiprocessing.get_context("forkserver")
    forks.set_forkserver_preload([__name__])
    return forks


def run_import(pk: int) -> None:
    call_command("run_import", str(pk))


if not django.apps.apps.ready:
    django.setup()
    from legcrm.core.spreadsheets import importing  # noqa: F401  (what each fork then has)
