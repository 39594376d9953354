"""The answer to a parliamentary question (Kleine Anfrage) about missions.

Who travelled, how the delegation was selected, what it cost and what came of it. An answer is
printed for everybody, so a person is named in it by office or by consent only:

- by office: the head of the delegation and those of the ministries, who act for the state in
  public. Staff of the agency prepare and accompany, and are not named for that alone;
- by consent: whoever consented to being named in answers to parliament, before the mission or
  since, and has not withdrawn it.

Whoever objected, is blocked, anonymised or archived is not named whatever else holds. Others stand
in the list by function, organisation and role: a function names the post and not who holds it. Of
those who objected and the like not even the function is told.

Organisations are always named, except those whose name is that of people: sole traders and
partnerships of people (CJEU, C-92/09), who are asked for consent like anybody else; and those of no
known legal form that bear the name of somebody who acts for them.

What is left out is listed, with the number of the entry and the reason, and never by name. "Not
recorded" says that the CRM does not know, "withheld" that it knows and does not tell.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Model, Q, TextChoices, prefetch_related_objects
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from legcrm.core.folding import compare_key, fold
from legcrm.core.keys import Keys
from partners.models import Affiliation, Consent, Organisation, Person

from .balance import FIGURES, SECTIONS, Balance, Result
from .models import Agreement, AgreementParty, Mission, Participation, Project, ProjectParty

# Those who act for the state in public.
OFFICES = (Participation.Role.HEAD, Participation.Role.MINISTRY)
# Legal forms of organisations that bear the names of people, without blanks and dots.
PERSONAL_FORMS = frozenset(
    (
        "ek", "ekfm", "ekfr", "eu", "gbr", "egbr", "partg", "partgmbb", "einzelunternehmen",
        "einzelunternehmer", "einzelunternehmerin", "einzelfirma", "einzelkaufmann",
        "einzelkauffrau", "eingetragenerkaufmann", "eingetragenekauffrau", "freiberufler",
        "freiberuflerin", "freiberuflich", "selbständig", "selbstständig", "soletrader",
        "soleproprietorship", "soleproprietor", "selfemployed", "jdg", "ip", "chp", "yatt", "ип",
        "жк", "фоп", "чп", "ятт", "индивидуальныйпредприниматель",
    )
)  # fmt: skip
# As they stand in names: "Muster e. K.", "ИП Иванов". Others could be words of a name.
_AT_THE_END = frozenset({"ek", "ekfm", "ekfr", "gbr", "egbr", "partg", "partgmbb"})
_IN_FRONT = frozenset({"yatt", "ип", "жк", "фоп", "чп", "ятт"})
_WORD = re.compile(r"\w+")
_OWNED_BY = re.compile(r"\bInh(?:\.|aber)", re.IGNORECASE)
# From fewer answers than these one could tell what somebody answered.
FEWEST_ANSWERS = 5
_FROM_ANSWERS = (
    "satisfaction",
    "contracts_reported",
    "contracts_value_reported",
    "jobs_reported",
)


class Basis(TextChoices):
    """Why somebody is named."""

    OFFICE = "office", _("by office")
    CONSENT = "consent", _("by consent")


class Reason(TextChoices):
    """Why something is left out."""

    NO_CONSENT = "no_consent", _("no consent to being named")
    WITHDRAWN = "withdrawn", _("consent withdrawn")
    OBJECTED = "objected", _("objection")
    RESTRICTED = "restricted", _("processing restricted")
    ANONYMISED = "anonymised", _("anonymised")
    ARCHIVED = "archived", _("record archived")
    PERSONAL_NAME = "personal_name", _("its name is that of a person, without consent")
    MENTIONS = "mentions", _("mentions somebody who may not be named")
    FEW_ANSWERS = "few_answers", _("too few answers to hide who gave them")
    NOT_RECORDED = "not_recorded", _("not recorded")

    @property
    def is_withheld(self):
        return self != Reason.NOT_RECORDED

    @property
    def hides_function(self):
        return self in (self.OBJECTED, self.RESTRICTED, self.ANONYMISED, self.ARCHIVED)


WITHHELD = pgettext_lazy("in an answer to parliament", "withheld")
NOT_RECORDED = pgettext_lazy("in an answer to parliament", "not recorded")


@dataclass(frozen=True)
class Value:
    """A text of the answer, or the reason why there is none; ``basis`` of a name that is told."""

    text: str = ""
    reason: Reason | None = None
    basis: Basis | None = None

    @property
    def shown(self) -> str:
        if self.reason is None:
            return self.text
        return str(WITHHELD if self.reason.is_withheld else NOT_RECORDED)


@dataclass(frozen=True)
class Member:
    """An entry of the delegation. ``place`` is for pages of staff, and for no file."""

    number: int
    role: str
    name: Value
    function: Value
    organisation: Value
    place: Participation = field(repr=False)


@dataclass(frozen=True)
class Outcome:
    """An agreement or a project, with its parties; ``state`` is its status or stage."""

    number: int
    title: Value
    kind: str
    state: str
    parties: list[Value]
    record: Agreement | Project = field(repr=False)


@dataclass(frozen=True)
class Line:
    """A figure as the answer tells it."""

    result: Result
    value: Value

    @property
    def label(self) -> str:
        return str(self.result.figure.label)

    @property
    def is_part(self) -> bool:
        return bool(self.result.figure.part_of)


@dataclass
class LeftOut:
    """What the answer does not say: which entries of which list, and why.

    ``records`` are where it can be mended, by the number of the entry (0 where the list has
    none); for pages of staff, and for no file.
    """

    list_name: str
    what: str
    reason: Reason
    records: dict[int, Model] = field(default_factory=dict, repr=False)

    @property
    def entries(self) -> str:
        """The numbers of the entries, as "1, 4–7"; empty where the list has none."""
        return _ranges(number for number in self.records if number)


@dataclass
class Answer:
    """What is told about one mission."""

    mission: Mission
    members: list[Member]
    selection: Value
    money: dict[str, Value]  # "cost", "funding", "source"
    results: dict[str, Result]
    sections: list[tuple[str, list[Line]]]
    agreements: list[Outcome]
    projects: list[Outcome]
    left_out: list[LeftOut]

    @property
    def named(self) -> int:
        return sum(member.name.reason is None for member in self.members)

    @property
    def withheld(self) -> list[LeftOut]:
        return [one for one in self.left_out if one.reason.is_withheld]

    @property
    def missing(self) -> list[LeftOut]:
        return [one for one in self.left_out if not one.reason.is_withheld]


# Whoever plans missions, and may take people out of the house, puts an answer together.
RIGHTS = (
    "missions.view_mission",
    "missions.change_mission",
    "missions.view_participation",
    "missions.export_participation",
    "partners.view_person",
    "partners.view_organisation",
    "partners.export_person",
    # Consents and objections.
    "core.view_private_contact",
)


class Inquiry:
    """The answer about ``missions``, as ``user`` sees them and as consents stand on ``day``.

    A constant number of queries, whatever the number of missions and people.
    """

    def __init__(self, missions: Iterable[Mission], user, day: date | None = None):
        self.missions = sorted(missions, key=lambda mission: (mission.starts_on, mission.pk))
        self.user = user
        self.day = day or timezone.localdate()
        self.balance = Balance(self.missions, user)
        self._read()
        self._told: dict[int, Value] = {}  # the names of organisations
        self._mentions = self._names_to_keep()
        self._longest = max((name.count(" ") + 1 for name in self._mentions), default=0)

    @cached_property
    def answers(self) -> list[Answer]:
        """The answer of each mission, in the order of their days."""
        return [self._answer(mission) for mission in self.missions]

    @cached_property
    def total(self) -> dict[str, Result]:
        """The figures of all missions together, each person and organisation counted once."""
        return self.balance.results()

    def known(self, key: str) -> int:
        """Return for how many of the missions an amount is recorded."""
        results = (answer.results.get(key) for answer in self.answers)
        return sum(result is not None and result.amount is not None for result in results)

    # --- What is read -----------------------------------------------------------------------

    def _read(self):
        prefetch_related_objects(self.missions, "stops", "country_links")
        keys = [mission.pk for mission in self.missions]
        self._places = defaultdict(list)
        places = Participation.objects.for_user(self.user).holding_a_place()
        for place in (
            places.filter(mission__in=keys).select_related("person", "organisation").order_by("pk")
        ):
            self._places[place.mission_id].append(place)
        self._agreements = self._of("agreements", keys, "mission")
        self._projects = self._of("projects", keys, "origin_mission")
        self._read_parties(AgreementParty, "agreement", self._agreements)
        self._read_parties(ProjectParty, "project", self._projects)
        self._read_affiliations()
        self._read_consents()

    def _of(self, figure, keys, path):
        """Return ``{key of the mission: records}`` of exactly what a figure counts."""
        figure = FIGURES[figure]
        records = figure.lists.objects.for_user(self.user).order_by("pk")
        found = defaultdict(list)
        for record in records.filter(pk__in=figure.records(self.user, keys)):
            found[getattr(record, f"{path}_id")].append(record)
        return found

    def _read_parties(self, model, path, records):
        by_key = {record.pk: record for some in records.values() for record in some}
        for record in by_key.values():
            record.told_parties = []
        parties = model.objects.filter(**{f"{path}__in": Keys(by_key)})
        for party in parties.select_related("organisation"):
            by_key[getattr(party, f"{path}_id")].told_parties.append(party)

    def _read_affiliations(self):
        people = {place.person_id for place in self._all_places()}
        known = {organisation.pk: organisation for organisation in self._all_organisations()}
        organisations = [
            key
            for key, organisation in known.items()
            if has_personal_form(organisation) or _has_no_form(organisation)
        ]
        self._by_person, self._owners = defaultdict(list), defaultdict(list)
        rows = Affiliation.objects.filter(
            Q(person__in=Keys(people - {None})) | Q(organisation__in=Keys(organisations))
        )
        for row in rows.select_related("person", "organisation").order_by("-is_primary", "pk"):
            self._by_person[row.person_id].append(row)
            self._owners[row.organisation_id].append(row.person)
        # Whoever takes part for an organisation may own it without an affiliation.
        for place in self._all_places():
            if place.person and place.organisation_id:
                self._owners[place.organisation_id].append(place.person)

    def _read_consents(self):
        people = {person.pk for some in self._owners.values() for person in some}
        people |= {place.person_id for place in self._all_places()} - {None}
        self._consented, self._withdrew = set(), set()
        for person, withdrawn_on in Consent.objects.filter(
            person__in=Keys(people), purpose=Consent.Purpose.PARLIAMENT, given_on__lte=self.day
        ).values_list("person", "withdrawn_on"):
            (self._consented if withdrawn_on is None else self._withdrew).add(person)

    def _all_places(self):
        return (place for places in self._places.values() for place in places)

    def _all_organisations(self):
        for place in self._all_places():
            if place.organisation:
                yield place.organisation
        for records in (*self._agreements.values(), *self._projects.values()):
            for record in records:
                yield from (p.organisation for p in record.told_parties if p.organisation)

    # --- Who may be named -------------------------------------------------------------------

    def _standing(self, person: Person, role: str = "") -> tuple[Basis | None, Reason | None]:
        """Return why ``person`` may be named, or else why not."""
        for name, reason in (
            ("anonymised_at", Reason.ANONYMISED),
            ("objected_at", Reason.OBJECTED),
            ("restricted_at", Reason.RESTRICTED),
            ("archived_at", Reason.ARCHIVED),
        ):
            if getattr(person, name):
                return None, reason
        if role in OFFICES:
            return Basis.OFFICE, None
        if person.pk in self._consented:
            return Basis.CONSENT, None
        return None, Reason.WITHDRAWN if person.pk in self._withdrew else Reason.NO_CONSENT

    def _organisation(self, organisation: Organisation | None) -> Value:
        if organisation is None:
            return Value(reason=Reason.NOT_RECORDED)
        if organisation.pk not in self._told:
            self._told[organisation.pk] = self._name_of(organisation)
        return self._told[organisation.pk]

    def _name_of(self, organisation):
        if organisation.archived_at:
            return Value(reason=Reason.ARCHIVED)
        people = self._owners[organisation.pk]
        words = f" {' '.join(_WORD.findall(organisation.name.casefold()))} "
        bearers = [person for person in people if _stands_in(words, person.last_name)]
        is_personal = has_personal_form(organisation) or (bearers and _has_no_form(organisation))
        if is_personal:
            owners = bearers or people
            if not owners or any(self._standing(owner)[1] for owner in owners):
                return Value(reason=Reason.PERSONAL_NAME)
        return Value(organisation.name)

    def _names_to_keep(self) -> set[str]:
        """Return the names that the answer tells nowhere by itself, as ``_phrases`` has them."""
        told, kept = set(), {}
        for place in self._all_places():
            if place.person is None:
                continue
            if self._standing(place.person, place.role)[1] is None:
                told.add(place.person_id)
            else:
                kept[place.person_id] = place.person
        names = {
            name
            for key, person in kept.items()
            if key not in told
            for name in (person.last_name, person.native_name)
        }
        for organisation in self._all_organisations():
            if self._organisation(organisation).reason == Reason.PERSONAL_NAME:
                names |= {organisation.name, organisation.short_name}
        names = {" ".join(_WORD.findall(name)) for name in names} - {""}
        return {form for name in names for form in (name, name.upper(), f"{name}s")}

    def _text(self, text: str) -> Value:
        """Return a text that staff typed, unless it mentions somebody who may not be named."""
        if not text:
            return Value(reason=Reason.NOT_RECORDED)
        if not self._mentions.isdisjoint(_phrases(text, self._longest)):
            return Value(reason=Reason.MENTIONS)
        return Value(text)

    # --- What is told of a mission ----------------------------------------------------------

    def _answer(self, mission):
        results = self.balance.results([mission])
        members = self._members(mission)
        source = self._text(mission.funding_source)
        money = {
            "cost": _amount(results.get("cost")),
            "funding": _amount(results.get("funding")),
            "source": source,
        }
        answer = Answer(
            mission=mission,
            members=members,
            selection=self._text(mission.selection_procedure),
            money=money,
            results=results,
            sections=_sections(results),
            agreements=[
                self._outcome(number, agreement, agreement.get_kind_display(), agreement.status)
                for number, agreement in enumerate(self._agreements[mission.pk], start=1)
            ],
            projects=[
                self._outcome(number, project, "", project.stage)
                for number, project in enumerate(self._projects[mission.pk], start=1)
            ],
            left_out=[],
        )
        answer.left_out = list(_left_out(answer))
        return answer

    def _members(self, mission):
        roles = {value: str(label) for value, label in Participation.Role.choices}
        ranks = {value: number for number, value in enumerate(roles)}
        found = []
        for place in self._places[mission.pk]:
            name, function, acts_for = self._person(place, mission.starts_on)
            organisation = self._organisation(place.organisation or acts_for)
            found.append((place, name, function, organisation))
        found.sort(
            key=lambda row: (
                row[0].protocol_rank is None,
                row[0].protocol_rank or 0,
                ranks[row[0].role],
                row[3].reason is not None,
                row[3].text.casefold(),
                row[0].pk,
            )
        )
        return [
            Member(number, roles[place.role], name, function, organisation, place)
            for number, (place, name, function, organisation) in enumerate(found, start=1)
        ]

    def _person(self, place, day):
        """Return name, function and the organisation of that function, on ``day``."""
        if place.person is None:
            return Value(reason=Reason.NOT_RECORDED), Value(reason=Reason.NOT_RECORDED), None
        basis, reason = self._standing(place.person, place.role)
        name = Value(reason=reason) if reason else Value(str(place.person), basis=basis)
        held = [
            row
            for row in self._by_person[place.person_id]
            if (row.valid_from is None or row.valid_from <= day)
            and (row.valid_to is None or row.valid_to >= day)
            and place.organisation_id in (None, row.organisation_id)
        ]
        acts_for = held[0].organisation if held else None
        if reason and reason.hides_function:
            return name, Value(reason=reason), acts_for
        return name, self._text(held[0].role if held else ""), acts_for

    def _outcome(self, number, record, kind, state):
        states = record.Status if isinstance(record, Agreement) else record.Stage
        return Outcome(
            number=number,
            title=self._text(record.title),
            kind=str(kind),
            state=str(states(state).label),
            parties=[self._organisation(party.organisation) for party in record.told_parties]
            or [Value(reason=Reason.NOT_RECORDED)],
            record=record,
        )


def has_personal_form(organisation: Organisation) -> bool:
    """Whether the legal form says that the name of ``organisation`` is that of people."""
    if _letters(organisation.legal_form) in PERSONAL_FORMS:
        return True
    words = [_letters(word) for word in organisation.name.split()]
    endings = ("".join(words[-count:]) for count in (1, 2, 3))
    return (
        words[0] in _IN_FRONT
        or any(ending in _AT_THE_END for ending in endings)
        or _OWNED_BY.search(organisation.name) is not None
    )


def _has_no_form(organisation):
    """Whether neither the record nor the name of ``organisation`` tells its legal form."""
    if organisation.legal_form:
        return False
    words, key = fold(organisation.name).split(), compare_key(organisation.name)
    # The key leaves legal forms out, and the first letter of a word where it would be doubled.
    return not words or (key.startswith(words[0]) and key.endswith(words[-1][1:]))


def _letters(text):
    return "".join(re.findall(r"\w", text)).casefold()


def _stands_in(words, last_name):
    """Whether a last name is among ``words``, which have blanks around each."""
    name = " ".join(_WORD.findall(last_name.casefold()))
    return f" {name} " in words or f" {name}s " in words


def _phrases(text, longest):
    """Yield what up to ``longest`` words of ``text`` in a row say."""
    words = _WORD.findall(text)
    for start in range(len(words)):
        for end in range(start + 1, min(start + longest, len(words)) + 1):
            yield " ".join(words[start:end])


def _amount(result):
    if result is None or result.amount is None:
        return Value(reason=Reason.NOT_RECORDED)
    return Value(result.shown)


def _sections(results):
    """Return ``[(title, lines)]``; money has a list of its own."""
    by_section = defaultdict(list)
    for key, result in results.items():
        value = _amount(result)
        if key in _FROM_ANSWERS and 0 < result.records < FEWEST_ANSWERS:
            value = Value(reason=Reason.FEW_ANSWERS)
        by_section[result.figure.section].append(Line(result, value))
    return [
        (str(title), by_section[key])
        for key, title in SECTIONS.items()
        if key != "money" and by_section[key]
    ]


def _left_out(answer):
    """Yield what the answer does not say, the same of several entries together."""
    groups = {}

    def note(list_name, what, value, record, number=0):
        if value.reason is not None:
            key = (str(list_name), str(what), value.reason)
            groups.setdefault(key, LeftOut(*key)).records.setdefault(number, record)

    for member in answer.members:
        place, number = member.place, member.number
        note(_("Delegation"), _("name"), member.name, place.person or place, number)
        # Where nobody is recorded there is no function to record.
        if place.person is not None:
            note(_("Delegation"), _("function"), member.function, place.person, number)
        organisation = place.organisation or place
        note(_("Delegation"), _("organisation"), member.organisation, organisation, number)
    mission = answer.mission
    note(_("Selection"), _("how the delegation was selected"), answer.selection, mission)
    for key, label in MONEY.items():
        note(_("Cost and funding"), label, answer.money[key], mission)
    for list_name, outcomes in (
        (_("Agreements"), answer.agreements),
        (_("Follow-up projects"), answer.projects),
    ):
        for outcome in outcomes:
            note(list_name, _("title"), outcome.title, outcome.record, outcome.number)
            for party in outcome.parties:
                note(list_name, _("party"), party, outcome.record, outcome.number)
    for title, lines in answer.sections:
        few = [line for line in lines if line.value.reason is Reason.FEW_ANSWERS]
        if few:
            note(title, ", ".join(line.label for line in few), few[0].value, mission)
    yield from groups.values()


MONEY = {
    "cost": _("cost"),
    "funding": _("funding"),
    "source": _("source of funding"),
}


def _ranges(numbers: Iterable[int]) -> str:
    """Return sorted numbers as "1, 4–7"."""
    spans = []
    for number in sorted(numbers):
        if spans and spans[-1][1] == number - 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in spans)
