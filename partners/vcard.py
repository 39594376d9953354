"""A person as a card (vCard) that phones, Outlook and other address books take in."""

from datetime import UTC

import vobject
from django_countries import countries

from legcrm.core.public import public_id, public_url

from .models import Person

MOST_OCTETS = 75
UNFOLDED = 1_000_000


def card_of(person: Person, user) -> bytes:
    """Return the card of ``person``, with what ``user`` may see of them.

    vCard 3.0 (RFC 2426) in UTF-8: version 4.0 is read by few. Address and function are those of the
    primary affiliation; internal notes are no part of it.
    """
    hidden = Person.hidden_fields(user)
    card = vobject.vCard()
    card.add("fn").value = str(person)
    card.add("n").value = vobject.vcard.Name(
        family=person.last_name, given=person.first_name, prefix=person.academic_title
    )
    if person.native_name:
        card.add("nickname").value = person.native_name
    affiliation = person.affiliations.open().select_related("organisation").first()
    if affiliation is not None:
        _add_affiliation(card, affiliation)
    if "email" not in hidden and person.email:
        _add(card, "email", person.email, "INTERNET", "WORK")
    for name, kind in (("mobile", "CELL"), ("phone", "WORK")):
        if name not in hidden and getattr(person, name):
            _add(card, "tel", getattr(person, name).as_international, kind, "VOICE")
    card.add("uid").value = public_id(f"person-{person.pk}")
    card.add("rev").value = person.updated_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    card.add("source").value = public_url(person.get_absolute_url())
    # The library folds lines by letters; the standard counts octets, and Cyrillic has two each.
    lines = card.serialize(lineLength=UNFOLDED).split("\r\n")
    return b"\r\n".join(map(_fold, lines))


def _fold(line):
    """Return ``line`` in UTF-8, broken so that no part has more than 75 octets."""
    parts, room = [b""], MOST_OCTETS
    for letter in line:
        octets = letter.encode()
        if len(parts[-1]) + len(octets) > room:
            parts.append(b"")
            room = MOST_OCTETS - 1  # for the blank that marks it as the rest of a line
        parts[-1] += octets
    return b"\r\n ".join(parts)


def _add_affiliation(card, affiliation):
    organisation = affiliation.organisation
    card.add("org").value = [organisation.name, *filter(None, [affiliation.department])]
    if affiliation.role:
        card.add("title").value = affiliation.role
    address = vobject.vcard.Address(
        street=organisation.street,
        city=organisation.city,
        code=organisation.postal_code,
        country=str(countries.name(organisation.country.code)),
    )
    line = card.add("adr")
    line.value, line.type_param = address, "WORK"
    if organisation.website:
        card.add("url").value = organisation.website


def _add(card, name, value, *kinds):
    line = card.add(name)
    line.value, line.params["TYPE"] = value, list(kinds)
