"""Whom to call about what goes cold: the partner, the person, the number, and why, in words."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from legcrm.core.models import Record
from partners.models import Affiliation, Organisation, Person

from .models import (
    Agreement,
    AgreementParty,
    Cooperation,
    FollowUp,
    Interaction,
    InteractionOrganisation,
    Project,
    ProjectParty,
    RadarRule,
    StaleLead,
)

# By which rows these records name their organisations; the partner abroad first.
PARTIES = {
    Agreement: (AgreementParty, "agreement"),
    Project: (ProjectParty, "project"),
    Interaction: (InteractionOrganisation, "interaction"),
}


@dataclass
class Call:
    """One lead as it is shown: what it is about, whom to call, and why.

    What the user may not see is None or "".
    """

    lead: StaleLead
    target: Record
    why: str
    organisation: Organisation | None
    last_contact: Interaction | None
    person: Person | None
    phone: str
    email: str
    # Forms for a new contact and a new follow-up, filled in.
    log_url: str
    follow_up_url: str

    @property
    def owner(self):
        return self.lead.owner

    @property
    def url(self):
        return self.target.get_absolute_url()

    @property
    def kind(self):
        return self.target._meta.verbose_name

    @property
    def last(self):
        """The last contact in words, or ""."""
        return say_contact(self.last_contact) if self.last_contact else ""

    @property
    def reason(self):
        """Why it is shown, with what was promised, or else when somebody last talked."""
        if self.lead.follow_up_id:
            return f"{self.why}: {self.target}"
        if not self.last:
            return self.why
        return _("%(reason)s; last: %(contact)s") % {"reason": self.why, "contact": self.last}


def describe(leads: Collection[StaleLead], user, today: date) -> list[Call]:
    """Return the calls for ``leads`` (of ``for_list()``), in their order; at most nine queries."""
    about = {lead.pk: _about(lead) for lead in leads}
    cooperations = Cooperation.objects.in_bulk(
        {key for model, key in about.values() if model is Cooperation}
    )
    partners = _partners(about, cooperations, today)
    organisations = _organisations(set(partners.values()), user)
    contacts = _last_contacts(organisations.values(), user)
    people = _people(leads, partners, contacts, user, today)
    hidden = Person.hidden_fields(user)
    calls = []
    for lead in leads:
        organisation = organisations.get(partners.get(lead.pk))
        last = contacts.get(organisation.last_contact_id) if organisation else None
        person = people.get(lead.pk)
        phone, email = _reached_by(person, organisation, hidden)
        calls.append(
            Call(
                lead=lead,
                target=lead.target,
                why=_why(lead, last, today),
                organisation=organisation,
                last_contact=last,
                person=person,
                phone=phone,
                email=email,
                log_url=_log_url(about[lead.pk], cooperations, organisation, person, user),
                follow_up_url=_follow_up_url(lead, user),
            )
        )
    return calls


def _about(lead):
    """Return model and key of the record that tells with whom the lead has to do.

    That is the cooperation, where there is one.
    """
    names, record = lead.TARGETS, lead
    if lead.follow_up_id is not None:
        names, record = FollowUp.TARGETS, lead.follow_up
    name = next(name for name in names if getattr(record, f"{name}_id") is not None)
    if name in ("agreement", "project", "interaction"):
        cooperation = getattr(record, name).cooperation_id
        if cooperation is not None:
            return Cooperation, cooperation
    return record._meta.get_field(name).related_model, getattr(record, f"{name}_id")


def _partners(about, cooperations, today):
    """Return ``{key of the lead: key of the organisation to call}``; a query per kind of record."""
    found, asked = {}, defaultdict(dict)
    for lead, (model, key) in about.items():
        if model is Organisation:
            found[lead] = key
        elif model is Cooperation:
            found[lead] = cooperations[key].partner_id
        else:
            asked[model].setdefault(key, []).append(lead)
    for model, (rows, name) in PARTIES.items():
        if model in asked:
            parties = rows.objects.filter(
                **{f"{name}__in": asked[model]}, organisation__isnull=False
            ).order_by("organisation__is_home", "pk")
            _note(parties.values_list(name, "organisation"), asked[model], found)
    if Person in asked:
        acting = Affiliation.objects.open_on(today).filter(person__in=asked[Person])
        acting = acting.order_by("-is_primary", "pk").values_list("person", "organisation")
        _note(acting, asked[Person], found)
    return found


def _note(rows, keys, found):
    for record, organisation in rows:
        for key in keys[record]:
            found.setdefault(key, organisation)


def _organisations(keys, user):
    contacts = InteractionOrganisation.objects.filter(
        organisation=OuterRef("pk"), interaction__archived_at__isnull=True
    ).order_by("-interaction__occurred_at", "-interaction")
    seen = Organisation.objects.for_user(user).filter(pk__in=keys).order_by()
    return {
        organisation.pk: organisation
        for organisation in seen.annotate(
            last_contact_id=Subquery(contacts.values("interaction")[:1])
        )
    }


def _last_contacts(organisations, user):
    keys = {o.last_contact_id for o in organisations if o.last_contact_id is not None}
    seen = Interaction.objects.for_user(user).filter(pk__in=keys).order_by()
    return {contact.pk: contact for contact in seen.prefetch_related("people")}


def _people(leads, partners, contacts, user, today):
    """Return ``{key of the lead: person to call}``.

    Whom something was promised, else who took part in the last contact and still acts for the
    organisation; nobody who objected to being called.
    """
    wanted = {
        lead.pk: lead.follow_up.person_id
        for lead in leads
        if lead.follow_up_id and lead.follow_up.person_id
    }
    met = {person.pk for contact in contacts.values() for person in contact.people.all()}
    acting = defaultdict(list)
    rows = Affiliation.objects.open_on(today).filter(
        organisation__in=set(partners.values()), person__in=met
    )
    for organisation, person in rows.order_by("pk").values_list("organisation", "person"):
        acting[organisation].append(person)
    seen = (
        Person.objects.for_user(user)
        .active()
        .filter(pk__in={*wanted.values(), *met})
        .filter(objected_at__isnull=True, restricted_at__isnull=True)
        .in_bulk()
    )
    found = {}
    for lead in leads:
        keys = [wanted[lead.pk]] if lead.pk in wanted else acting[partners.get(lead.pk)]
        found[lead.pk] = next((seen[key] for key in keys if key in seen), None)
    return found


def _reached_by(person, organisation, hidden):
    """Return number and address: those of the person, else those of the organisation."""
    phone = email = ""
    if person is not None:
        phone = "" if "mobile" in hidden else str(person.mobile or "")
        phone = phone or ("" if "phone" in hidden else str(person.phone or ""))
        email = "" if "email" in hidden else person.email
    if organisation is not None:
        phone, email = phone or str(organisation.phone or ""), email or organisation.email
    return phone, email


def _why(lead, last, today):
    days = (today - lead.idle_since).days
    match lead.rule.condition:
        case RadarRule.Condition.OVERDUE:
            return _("Promised for %s") % date_format(lead.idle_since, "SHORT_DATE_FORMAT")
        case RadarRule.Condition.NO_NEXT_STEP:
            text = ngettext(
                "Project without next step, unchanged for %d day",
                "Project without next step, unchanged for %d days",
                days,
            )
        case RadarRule.Condition.AGREEMENT:
            text = ngettext(
                "Agreement without activity for %d day",
                "Agreement without activity for %d days",
                days,
            )
        case _idle if last is None:
            text = ngettext(
                "No contact since it was entered %d day ago",
                "No contact since it was entered %d days ago",
                days,
            )
        case _idle:
            text = ngettext("No contact for %d day", "No contact for %d days", days)
    return text % (days,)


def say_contact(contact: Interaction) -> str:
    """Return the contact in words: "call with Aigul Beispiel on 12.03.2026"."""
    words = {
        "kind": contact.get_kind_display(),
        "day": date_format(timezone.localtime(contact.occurred_at), "SHORT_DATE_FORMAT"),
        "who": ", ".join(str(person) for person in contact.people.all()[:2]),
    }
    if words["who"]:
        return _("%(kind)s with %(who)s on %(day)s") % words
    return _("%(kind)s on %(day)s") % words


def _log_url(about, cooperations, organisation, person, user):
    if not user.has_perm("missions.add_interaction") or organisation is None:
        return ""
    filled = {"organisations": organisation.pk}
    model, key = about
    if model is Cooperation:
        sides = cooperations[key]
        filled = {"organisations": f"{sides.home_id},{sides.partner_id}", "cooperation": key}
    if person is not None:
        filled["people"] = person.pk
    return f"{reverse('admin:missions_interaction_add')}?{urlencode(filled)}"


def _follow_up_url(lead, user):
    # What was promised is a follow-up itself.
    if lead.follow_up_id or not user.has_perm("missions.add_followup"):
        return ""
    name = next(name for name in lead.TARGETS if getattr(lead, f"{name}_id"))
    filled = {name: getattr(lead, f"{name}_id")}
    return f"{reverse('admin:missions_followup_add')}?{urlencode(filled)}"
