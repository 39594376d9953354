"""Whom of the people in a dropped file we know, under the rights of the person who dropped it.

People are known by their e-mail address, else by their name within their organisation; that is
known by the domain of the address, unless it is a provider's. Our own staff are left out: the log
names them as such. Four queries, however many people.
"""

import re
from dataclasses import dataclass, field

from django.contrib.auth import get_user_model
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django_countries import countries

from legcrm.core.folding import fold
from partners.models import Affiliation, Organisation, Person
from partners.person_names import split_name
from partners.web_domains import domain_of

from .reading import Found

MOST_NEW = 10
MOST_KNOWN = 30
# Addresses of an office rather than of a person.
OFFICES = {
    "info", "office", "kontakt", "contact", "mail", "post", "sekretariat", "noreply", "no-reply",
    "donotreply", "sales", "vertrieb", "service", "support", "team", "admin", "webmaster", "hello",
    "newsletter", "zentrale", "empfang", "buero", "presse", "press", "export", "marketing", "news",
    "einladung", "events", "veranstaltungen", "secretary", "reception", "priem", "kanc",
}  # fmt: skip
# Endings of addresses that are those of a country but not used as such.
NO_COUNTRY = {"eu", "io", "ai", "tv", "me", "co"}


@dataclass
class Partners:
    """``known``: ``{"key": "p:5", "label"}``; ``new``: fields of partners not known yet."""

    known: list[dict] = field(default_factory=list)
    new: list[dict] = field(default_factory=list)

    def add_known(self, prefix: str, record) -> None:
        entry = {"key": f"{prefix}:{record.pk}", "label": str(record)}
        if entry not in self.known and len(self.known) < MOST_KNOWN:
            self.known.append(entry)


@dataclass
class _Named:
    """Somebody named in the file."""

    first_name: str
    last_name: str
    emails: list[str]
    # What else a business card says: role, phone, mobile, organisation, website …
    card: dict = field(default_factory=dict)

    @property
    def name_keys(self):
        """The name folded, also the other way round: programs differ in which comes first."""
        names = (self.first_name, self.last_name)
        return {fold(" ".join(names))[:250], fold(" ".join(reversed(names)))[:250]} - {""}

    @property
    def domains(self):
        """The domain of the addresses, and those above it: "de.bosch.com", "bosch.com"."""
        found = []
        for email in self.emails or [""]:
            labels = domain_of(self.card.get("website", ""), email).split(".")
            found += [".".join(labels[start:]) for start in range(len(labels) - 1)]
        return found


def match(found: Found, user) -> Partners:
    """Return the partners in ``found`` that ``user`` may see, the sender first, and the new."""
    named = [_of_card(card) for card in found.cards] or _others(found, user)
    people = _people_by_email(named, user)
    organisations = _organisations_by_domain(named, user)
    organisations |= _organisations_by_name(named, organisations, user)
    unknown = [one for one in named if not any(email in people for email in one.emails)]
    by_name = _people_by_name(unknown, organisations, user)
    partners = Partners()
    for one in named:
        organisation = _first(one, organisations)
        known = [person for email in one.emails for person in people.get(email, ())]
        if not known and organisation is not None:
            known = [
                by_name[key, organisation.pk]
                for key in one.name_keys
                if (key, organisation.pk) in by_name
            ]
        for person in known:
            partners.add_known("p", person)
        if known:
            continue
        if organisation is not None:
            partners.add_known("o", organisation)
        if len(partners.new) < MOST_NEW:
            partners.new += _new(one, organisation, partners.new)
    return partners


def _others(found, user):
    """Return the people of an e-mail or an invitation but our own, the sender first."""
    addresses = {}
    for address in (*found.sender, *found.to, *found.cc):
        addresses.setdefault(address["email"].casefold(), address)
    staff = get_user_model().objects.annotate(lower_email=Lower("email"))
    ours = set(staff.filter(lower_email__in=addresses).values_list("lower_email", flat=True))
    house = domain_of("", user.email)
    return [
        _of_address(address)
        for email, address in addresses.items()
        if email not in ours and not (house and email.endswith(f"@{house}"))
    ]


def _of_address(address):
    shown = re.sub(r"\s*[(\[|/].*$", "", address["name"]).strip()
    local = address["email"].partition("@")[0]
    if not shown and re.fullmatch(r"[^\W\d_]{2,}[._][^\W\d_]{2,}", local):
        shown = local.replace(".", " ").replace("_", " ").title()
    if local.casefold() in OFFICES and not re.search(r"[^\W\d_]\s+[^\W\d_]", shown):
        shown = ""
    title, first_name, last_name = split_name(shown)
    return _Named(first_name, last_name, [address["email"].casefold()], {"academic_title": title})


def _of_card(card):
    first_name, last_name, title = card["first_name"], card["last_name"], card["academic_title"]
    if not last_name and card["full_name"] and card["full_name"] != card["organisation"]:
        title, first_name, last_name = split_name(card["full_name"])
    emails = [email.casefold() for email in card["emails"]]
    return _Named(first_name, last_name, emails, {**card, "academic_title": title})


def _people_by_email(named, user):
    emails = {email for one in named for email in one.emails}
    # Who may not see addresses must not learn by one whose it is.
    if not emails or "email" in Person.hidden_fields(user):
        return {}
    people = Person.objects.for_user(user).select_related("merged_into").order_by()
    people = people.filter(Q(archived_at__isnull=True) | Q(merged_into__isnull=False))
    found = {}
    for person in people.annotate(lower_email=Lower("email")).filter(lower_email__in=emails):
        kept = person.merged_into or person
        if not kept.is_archived and kept not in found.setdefault(person.lower_email, []):
            found[person.lower_email].append(kept)
    return found


def _organisations_by_domain(named, user):
    """Return ``{domain: organisation}``; a domain that several have says nothing."""
    domains = {domain for one in named for domain in one.domains}
    found = {}
    organisations = Organisation.objects.for_user(user).active().filter(domain__in=domains)
    for organisation in organisations if domains else ():
        found.setdefault(organisation.domain, []).append(organisation)
    return {domain: several[0] for domain, several in found.items() if len(several) == 1}


def _organisations_by_name(named, by_domain, user):
    """Return ``{name: organisation}`` of those on business cards that have no known domain."""
    names = {
        name
        for one in named
        if (name := one.card.get("organisation")) and not any(d in by_domain for d in one.domains)
    }
    if not names:
        return {}
    called = Organisation.objects.for_user(user).called(names)
    keys = {name: hits[0][0] for name, hits in called.items() if len(hits) == 1}
    organisations = Organisation.objects.for_user(user).active().in_bulk(set(keys.values()))
    return {name: organisations[key] for name, key in keys.items() if key in organisations}


def _first(one, organisations):
    places = (*one.domains, one.card.get("organisation", ""))
    return next((organisations[place] for place in places if place in organisations), None)


def _people_by_name(named, organisations, user):
    """Return ``{(folded name, key of the organisation): person}``."""
    keys = {key for one in named for key in one.name_keys}
    if not keys or not organisations:
        return {}
    rows = Affiliation.objects.open_on(timezone.localdate()).filter(
        organisation__in=set(organisations.values()),
        person__name_key__in=keys,
        person__in=Person.objects.for_user(user).active(),
    )
    return {
        (row.person.name_key, row.organisation_id): row.person
        for row in rows.select_related("person")
    }


def _new(one, organisation, there):
    """Yield the fields of the partners that ``one`` would be, the organisation first."""
    card = one.card
    place = card.get("organisation", "")
    if organisation is None and place:
        entry = {"kind": "organisation", "name": place[:250], "country": _country(one)}
        if entry not in there:
            yield entry
    if one.last_name:
        yield {
            "kind": "person",
            "first_name": one.first_name[:100],
            "last_name": one.last_name[:100],
            "academic_title": card.get("academic_title", "")[:50],
            "email": one.emails[0] if one.emails else "",
            "phone": card.get("phone", ""),
            "mobile": card.get("mobile", ""),
            "role": card.get("role", "")[:150],
            "organisation": f"o:{organisation.pk}" if organisation else "",
            "organisation_name": str(organisation) if organisation else place[:250],
        }


def _country(one):
    """Return the country by the ending of an address, "" where that says none."""
    for domain in one.domains:
        ending = domain.rpartition(".")[2]
        if ending not in NO_COUNTRY and ending.upper() in dict(countries):
            return ending.upper()
    return ""
