"""Benchmarks: figures that the promises name, each as a ratio measured in one run.

    make bench ARGS="--rows 1000 10000"      or      .venv/bin/python -m bench.spreadsheets --help

Nothing here touches real data: every run makes its own database, a SQLite file or a throwaway
PostgreSQL, and removes it. Each measurement is a process of its own (``bench.steps``), whose
processor time includes the processes it starts. ``bench.organisations`` invents the rows.
"""
