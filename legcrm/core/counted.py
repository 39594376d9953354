"""Lists of exactly those records that a number elsewhere counts: ``?counted=<name>:<what>``.

Whoever computes numbers registers how one is resolved, and links each to the list that
``counted_url`` names. The list then holds what was counted, under the rights of whoever opens it.
"""

from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import urlencode

from django.db.models import Model, QuerySet
from django.urls import reverse

PARAMETER = "counted"


class Counted(NamedTuple):
    """What a number counts: what it says in words, and the keys of the records (one column)."""

    label: str
    keys: QuerySet


# From what stands behind the name, the model of the list and the user to what was counted; None
# where it says nothing.
Resolver = Callable[[str, type[Model], object], Counted | None]
_resolvers: dict[str, Resolver] = {}


def register(name: str, resolver: Resolver) -> None:
    _resolvers[name] = resolver


def resolve(text: str, model: type[Model], user) -> Counted | None:
    """Return what ``text`` ("name:what") stands for in a list of ``model``; None for nothing."""
    name, _colon, what = text.partition(":")
    resolver = _resolvers.get(name)
    return resolver(what, model._meta.concrete_model, user) if resolver else None


def counted_url(model: type[Model], name: str, what: str) -> str:
    """Return the address of the list of ``model`` that holds what was counted."""
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return f"{address}?{urlencode({PARAMETER: f'{name}:{what}'}, safe=':,')}"
