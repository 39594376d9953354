"""Tries are counted over all processes, and tell nobody who tried."""

import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.test import RequestFactory
from django.utils import timezone

from legcrm.core.models import RateCount
from legcrm.core.rate_limit import address_of, allow, forget_counts
from tests.test_daily import start

pytestmark = pytest.mark.django_db


def tries(number, caller="198.51.100.7"):
    return [allow("guess", caller, 3, 600) for _try in range(number)]


def test_so_many_and_no_more():
    assert tries(5) == [True, True, True, False, False]


def test_callers_and_kinds_are_counted_apart():
    tries(4)
    assert tries(1, "198.51.100.8") == [True]
    assert allow("other", "198.51.100.7", 3, 600)


def test_after_its_time_it_begins_anew(monkeypatch):
    assert not tries(4)[-1]
    later = timezone.now() + timedelta(seconds=601)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert tries(4) == [True, True, True, False]
    assert RateCount.objects.count() == 1


def test_what_is_refused_does_not_prolong_it(monkeypatch):
    first = timezone.now()
    tries(3)
    for seconds in (200, 400, 599):
        monkeypatch.setattr(timezone, "now", lambda s=seconds: first + timedelta(seconds=s))
        assert tries(1) == [False]
    monkeypatch.setattr(timezone, "now", lambda: first + timedelta(seconds=601))
    assert tries(1) == [True]


def test_neither_caller_nor_kind_stands_in_the_database(settings):
    tries(1)
    (row,) = RateCount.objects.values()
    assert "198.51" not in str(row) and "guess" not in str(row)
    # Nor can it be looked up by whoever knows all addresses, but not the secret.
    settings.SECRET_KEY = "another"
    tries(1)
    assert RateCount.objects.count() == 2


def test_old_counts_are_removed(monkeypatch):
    tries(1)
    assert forget_counts() == 0
    later = timezone.now() + timedelta(days=1, seconds=1)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert forget_counts() == 1


@pytest.mark.django_db(transaction=True)
def test_threads_are_counted_together():
    barrier, allowed = threading.Barrier(8), []

    def run():
        try:
            barrier.wait(timeout=30)
            allowed.extend(allow("guess", "198.51.100.7", 20, 600) for _try in range(5))
        except Exception as error:  # a thread's error must fail the test, not vanish
            allowed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(allowed) == [False] * 20 + [True] * 20


@pytest.mark.django_db(transaction=True)
def test_processes_are_counted_together():
    code = """
import django
django.setup()
from legcrm.core.rate_limit import allow
print(sum(allow("guess", "198.51.100.7", 20, 600) for _try in range(10)))
"""
    processes = [start(code) for _number in range(3)]
    assert sum(int(process.communicate(timeout=60)[0]) for process in processes) == 20


@pytest.mark.parametrize(
    ("behind_proxy", "forwarded", "remote", "expected"),
    [
        (False, "203.0.113.9", "198.51.100.7", "198.51.100.7"),
        (True, "203.0.113.9", "127.0.0.1", "203.0.113.9"),
        # Whatever came before the proxy's own entry may be invented.
        (True, "10.0.0.1, 203.0.113.9", "127.0.0.1", "203.0.113.9"),
        (True, None, "198.51.100.7", "198.51.100.7"),
        (True, "nonsense", "127.0.0.1", ""),
        (False, None, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (False, None, "::ffff:198.51.100.7", "198.51.100.7"),
    ],
)
def test_the_address_behind_a_proxy(settings, behind_proxy, forwarded, remote, expected):
    settings.BEHIND_PROXY = behind_proxy
    request = RequestFactory().get("/", REMOTE_ADDR=remote)
    if forwarded:
        request.META["HTTP_X_FORWARDED_FOR"] = forwarded
    assert address_of(request) == expected
