"""The quick log: what was typed between two appointments becomes a contact and its next step.

A log arrives as it was typed, maybe hours later, maybe twice, because the connection was lost. So
it is saved in one transaction, with the partners entered on the spot, and it bears a key chosen by
the device: whoever sends the same log again gets the contact that is there.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from legcrm.core.day_words import UnknownDay, read_day
from legcrm.core.folding import fold
from legcrm.core.keys import is_key
from partners.home_region import is_in_home_region
from partners.models import Affiliation, Organisation, Person

from .contacts import add_next_step, find_cooperation, organisations_of
from .drops import NotKept, claim
from .models import Appointment, Cooperation, FollowUp, Interaction, Mission

LONGEST_SUBJECT = Interaction._meta.get_field("subject").max_length
LONGEST_STEP = FollowUp._meta.get_field("what").max_length
# A dictated report of some fifteen pages.
LONGEST_TEXT = 50_000
MOST_PARTNERS = 50
# How a partner that is in the CRM is told from one entered with the log: "o:17", "p:5", "n:1".
ORGANISATION, PERSON, NEW = "o", "p", "n"
# A device that waited longer than this for a connection has a wrong clock.
LONGEST_WAIT = timedelta(days=92)


class NotLogged(Exception):
    """Nothing was saved. ``errors`` says why: {name of the field: messages}; "" for no field.

    A partner entered on the spot is named by its reference, "n:1". Those in ``twins`` have the name
    of a record that is there, and are saved if they come back as ``same_name_checked``.
    """

    def __init__(self, errors: dict[str, list[str]], twins: Iterable[str] = ()):
        self.errors = dict(errors)
        self.twins = list(twins)
        super().__init__(self.errors)


class Logged(NamedTuple):
    """What a log has become; ``was_there`` if it had arrived before."""

    interaction: Interaction
    follow_up: FollowUp | None
    was_there: bool = False


@dataclass(frozen=True)
class Entry:
    """A log as typed: texts, none of them checked yet."""

    key: str  # a UUID, made when the draft began
    whom: tuple[str, ...] = ()  # "o:17", "p:5"
    # Partners entered on the spot, each with "ref" ("n:1"), "kind" ("organisation" or "person") and
    # the values of its fields; "organisation" of a person is "o:17" or a "ref".
    new: tuple[dict[str, Any], ...] = ()
    kind: str = Interaction.Kind.MEETING
    text: str = ""
    occurred_at: str = ""  # ISO 8601 with its zone; empty: now
    next_step: str = ""
    due: str = ""  # in words
    today: str = ""  # the day on which ``due`` was typed, ISO 8601
    mission: str = ""
    appointment: str = ""
    cooperation: str = ""
    files: tuple[str, ...] = ()  # tokens of files that are kept with the contact


def split_text(text: str) -> tuple[str, str]:
    """Return subject and notes of a ``text`` typed or dictated in one go.

    The subject is its first line, or the first sentence of that, cut at a word to the length of a
    subject. The notes hold the whole text, unless the subject says all of it.
    """
    text = text.replace("\r\n", "\n").strip()
    subject = _first_sentence(text.partition("\n")[0].strip())
    if len(subject) > LONGEST_SUBJECT:
        cut = subject[: LONGEST_SUBJECT - 1]
        subject = f"{cut.rpartition(' ')[0].rstrip(' ,;:–-') or cut}…"
    return subject, "" if subject == text else text


# "Dr. Karimov" and "am 24. April" end no sentence; short words with a full stop rarely do.
# From the beginning of a word only: at each of its letters, a long one would take minutes.
_SENTENCE_END = re.compile(r"\b(\w+)[\"”“»)]?([.!?…])(?=\s)")
_SHORTEST_LAST_WORD = 4
_ABBREVIATIONS = {"prof", "dipl", "inst", "univ", "bspw", "evtl", "inkl", "dept"}


def _first_sentence(line):
    for end in _SENTENCE_END.finditer(line):
        word, mark = end.groups()
        is_short = len(word) < _SHORTEST_LAST_WORD or word.isdecimal()
        if mark != "." or not (is_short or word.casefold() in _ABBREVIATIONS):
            return line[: end.end()].rstrip(".")
    return line if line.endswith("..") else line.rstrip(".")


def save(entry: Entry, user) -> Logged:
    """Save ``entry`` as a contact of ``user``, who needs the right to add one; all or nothing.

    Raises NotLogged.
    """
    key = _read_key(entry.key)
    try:
        with transaction.atomic():
            return _logged_before(key, entry, user) or _Log(entry, user).write(key)
    except (IntegrityError, NotLogged, ValidationError) as error:
        # Sent twice at the same moment: the other one won, and what it wrote is in our way.
        logged = _logged_before(key, entry, user)
        if logged is not None:
            return logged
        if isinstance(error, ValidationError):
            raise NotLogged({"": error.messages}) from error
        raise


def _read_key(text):
    try:
        return UUID(text)
    except ValueError:
        raise NotLogged({"": [_("The log has no valid key. Reload the page.")]}) from None


def _logged_before(key, entry, user):
    """Return what became of an earlier log of that key, or None."""
    interaction = Interaction.objects.filter(log_key=key).select_related("cooperation").first()
    if interaction is None:
        return None
    if interaction.created_by_id != user.pk:
        raise NotLogged({"": [_("This log was sent by somebody else. Reload the page.")]})
    about = Q(interaction=interaction)
    if interaction.cooperation_id is not None:
        about |= Q(cooperation=interaction.cooperation_id)
    follow_up = FollowUp.objects.filter(
        about,
        what=entry.next_step.strip(),
        assignee=user,
        created_at__gte=interaction.created_at,
    ).first()
    return Logged(interaction, follow_up, was_there=True)


class _Log:
    """One entry on its way into the database: first all of it is checked, then written."""

    def __init__(self, entry, user):
        self.entry = entry
        self.user = user
        self.errors = defaultdict(list)
        self.twins = []

    def write(self, key):
        subject, notes = self._text()
        kind = self._kind()
        occurred_at = self._occurred_at()
        organisations = self._chosen(Organisation, ORGANISATION)
        people = self._chosen(Person, PERSON)
        new = self._new()
        what, due_on = self._next_step()
        appointment = self._context("appointment", Appointment)
        mission = appointment.mission if appointment else self._context("mission", Mission)
        cooperation = self._context("cooperation", Cooperation)
        day = timezone.localdate(occurred_at)
        brought = {o.pk: o for o in (*organisations, *organisations_of(people, day))}
        if not self.errors and not brought and not any(one.organisation for one in new):
            self.errors["whom"].append(
                _("Choose at least one organisation, or a person who acts for one.")
            )
        if self.errors:
            raise NotLogged(self.errors, self.twins)

        interaction = Interaction(
            kind=kind, occurred_at=occurred_at, subject=subject, notes=notes,
            mission=mission, appointment=appointment, log_key=key, created_by=self.user,
        )  # fmt: skip
        # Decided over all organisations at once; those that are new are in no cooperation.
        interaction.cooperation_is_decided = True
        interaction.cooperation = cooperation or find_cooperation(brought.values())
        interaction.save()
        for one in new:
            one.save()
        organisations += [one.record for one in new if one.is_organisation]
        people += [one.record for one in new if not one.is_organisation]
        for organisation in organisations:
            interaction.organisation_links.create(organisation=organisation)
        for person in people:
            interaction.person_links.create(person=person)
        interaction.staff_links.create(user=self.user)
        self._claim_files(interaction)
        follow_up = None
        if what:
            follow_up = add_next_step(interaction, what, due_on, self.user)
        return Logged(interaction, follow_up)

    def _text(self):
        if len(self.entry.text) > LONGEST_TEXT:
            self.errors["text"].append(
                _("The text has more than %d characters. Shorten it.") % LONGEST_TEXT
            )
        subject, notes = split_text(self.entry.text)
        if not subject:
            self.errors["text"].append(_("Say what the contact was about."))
        return subject, notes

    def _kind(self):
        if self.entry.kind not in Interaction.Kind.values:
            self.errors["kind"].append(_("Choose what kind of contact it was."))
        return self.entry.kind

    def _occurred_at(self):
        text = self.entry.occurred_at
        if not text:
            return timezone.now()
        try:
            moment = parse_datetime(text)
        except ValueError:
            moment = None
        if moment is None or not 1900 < moment.year < 2200:
            self.errors["occurred_at"].append(_("Enter the day and the time of the contact."))
            return timezone.now()
        return timezone.make_aware(moment) if timezone.is_naive(moment) else moment

    def _chosen(self, model, prefix):
        """Return the records chosen; those merged meanwhile as the ones they live on in."""
        refs = list(dict.fromkeys(ref for ref in self.entry.whom if ref.startswith(f"{prefix}:")))
        keys = [int(key) for ref in refs if is_key(key := ref.partition(":")[2])]
        if len(refs) > MOST_PARTNERS:
            self.errors["whom"].append(
                _("Choose at most %d organisations and people.") % MOST_PARTNERS
            )
            return []
        rows = model.objects.for_user(self.user).select_related("merged_into").in_bulk(keys)
        if len(rows) < len(refs):
            self.errors["whom"].append(
                _("Of what was chosen, something is no longer there. Choose again.")
            )
        chosen = {}
        for record in (rows[key] for key in keys if key in rows):
            record = record.merged_into or record
            if record.is_archived:
                self.errors["whom"].append(
                    _("“%s” is archived. Restore it, or choose another one.") % record
                )
            chosen[record.pk] = record
        return list(chosen.values())

    def _context(self, name, model):
        """Return the record whose key is the field ``name``, or None where it is empty."""
        key = getattr(self.entry, name)
        if not key:
            return None
        found = None
        if is_key(key):
            found = model.objects.for_user(self.user).active().filter(pk=key).first()
        if found is None:
            self.errors[name].append(
                _("This %s is no longer there. Choose another one, or none.")
                % model._meta.verbose_name
            )
        return found

    def _next_step(self):
        what, due = self.entry.next_step.strip(), self.entry.due.strip()
        if not (what or due):
            return "", None
        if not self.user.has_perm("missions.add_followup"):
            self.errors["next_step"].append(_("You may not plan follow-ups."))
            return "", None
        if not what:
            self.errors["next_step"].append(_("Say what is to be done."))
        elif len(what) > LONGEST_STEP:
            self.errors["next_step"].append(
                _("The next step has more than %d characters. Shorten it.") % LONGEST_STEP
            )
        due_on = None
        if not due:
            self.errors["due"].append(_("Say until when the next step is due."))
        else:
            try:
                due_on = read_day(due, typed_on(self.entry.today))
            except UnknownDay as error:
                self.errors["due"].append(str(error))
        return what, due_on

    # --- Partners entered on the spot ---------------------------------------------------------

    def _new(self):
        """Return the new partners, organisations first, checked and not yet saved."""
        if len(self.entry.new) > MOST_PARTNERS:
            self.errors["whom"].append(
                _("Choose at most %d organisations and people.") % MOST_PARTNERS
            )
            return []
        typed = sorted(
            self.entry.new, key=lambda values: _text_of(values, "kind") != "organisation"
        )
        made = {}
        for values in typed:
            one = _New(values, self.user, made)
            try:
                one.check()
            except ValidationError as error:
                self.errors[one.ref] += list(_messages(one.record, error))
                if any(part.code == "same_name" for _field, part in _parts(error)):
                    self.twins.append(one.ref)
            made[one.ref] = one
        return list(made.values())

    def _claim_files(self, interaction):
        try:
            claim(interaction, list(self.entry.files), self.user)
        except NotKept as error:
            raise NotLogged({"files": error.messages}) from error


class _New:
    """A partner entered with the log."""

    def __init__(self, values, user, others):
        self.values = values
        self.user = user
        self.others = others
        self.ref = _text_of(values, "ref")
        self.is_organisation = _text_of(values, "kind") == "organisation"
        self.is_checked = values.get("same_name_checked") is True
        self.record = None
        # For whom a person acts: an organisation, or the _New of one; of an organisation itself.
        self.organisation = None

    def check(self):
        """Make the record; raises ValidationError where it could not be saved."""
        right = "partners.add_organisation" if self.is_organisation else "partners.add_person"
        if not self.user.has_perm(right):
            raise ValidationError(_("You may not enter new partners."))
        self.record = self._organisation() if self.is_organisation else self._person()
        self.record.full_clean(validate_unique=False)

    def save(self):
        self.record.save()
        if self.is_organisation or self.organisation is None:
            return
        organisation = self.organisation
        if isinstance(organisation, _New):
            organisation = organisation.record
        Affiliation.objects.create(
            person=self.record, organisation=organisation, role=self._value("role")[:150]
        )

    def _organisation(self):
        self.organisation = self
        country = self._value("country")
        return Organisation(
            name=self._value("name"),
            kind=self._value("organisation_kind"),
            country=country,
            city=self._value("city"),
            is_home=is_in_home_region(country, ""),
            same_name_checked=self.is_checked,
            created_by=self.user,
        )

    def _person(self):
        names = {"first_name": self._value("first_name"), "last_name": self._value("last_name")}
        if chosen := self._value("organisation"):
            self.organisation = self.others.get(chosen) or self._known(chosen)
            if self.organisation is None:
                raise ValidationError(_("Choose the organisation again: it is no longer there."))
        if not self.is_checked:
            self._refuse_twin(**names)
        # These come with a business card or an e-mail.
        known = {"academic_title", "email", "phone", "mobile"} - Person.hidden_fields(self.user)
        card = {name: self._value(name) for name in known}
        return Person(**names, **card, created_by=self.user)

    def _known(self, ref):
        kind, _colon, key = ref.partition(":")
        if kind != ORGANISATION or not is_key(key):
            return None
        organisations = Organisation.objects.for_user(self.user).active()
        return organisations.filter(pk=key).first()

    def _refuse_twin(self, first_name, last_name):
        name = fold(f"{first_name} {last_name}")[:250]
        people = Person.objects.for_user(self.user).active().with_primary_affiliation()
        twin = people.filter(name_key=name).order_by("name_key").first() if name else None
        if twin is None:
            return
        place = twin.primary_short_name or twin.primary_organisation
        raise ValidationError(
            _("“%s” has the same name. Choose that person, or enter a second one.")
            % ", ".join(filter(None, [str(twin), place])),
            code="same_name",
        )

    def _value(self, name):
        return _text_of(self.values, name).strip()


def _text_of(values, name):
    """Return a value of what the device sent, whatever it is, as a text."""
    value = values.get(name, "")
    return value.replace("\0", "") if isinstance(value, str) else ""


def _parts(error):
    """Return (name of the field or None, error) for each single one in a ValidationError."""
    if not hasattr(error, "error_dict"):
        return [(None, part) for part in error.error_list]
    return [(name, part) for name, parts in error.error_dict.items() for part in parts]


def _messages(record, error):
    """Yield the messages of ``error``, each with the name of its field."""
    for name, part in _parts(error):
        text = " ".join(part.messages)
        if name in (None, NON_FIELD_ERRORS) or part.code == "same_name":
            yield text
        else:
            yield f"{capfirst(record._meta.get_field(name).verbose_name)}: {text}"


def typed_on(today: str) -> date:
    """Return the day that a device says it is, or ours where its clock is wrong."""
    here = timezone.localdate()
    try:
        there = parse_date(today)
    except ValueError:
        there = None
    # Elsewhere in the world it may be tomorrow already.
    if there is None or not here - LONGEST_WAIT <= there <= here + timedelta(days=1):
        return here
    return there
