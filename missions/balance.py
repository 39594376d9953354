"""The Bilanz: what came of missions. Each figure is defined here once, with its meaning in words.

Page, Word, PDF, XLSX, comparison and press text take the figures from here, and each figure links
to the list of the records that it counts. The figures of one base are read by one query: a row
for each record, which says of each figure whether it counts the record.

A record that was archived is taken back and counts no longer; a person or an organisation that was
archived since took part all the same.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from statistics import mean, median
from typing import Any, NamedTuple

from django.db.models import Case, Exists, F, Model, OuterRef, Q, QuerySet, Value, When
from django.db.models.expressions import ExpressionWrapper
from django.db.models.fields import BooleanField, DurationField
from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from legcrm.core import invented
from legcrm.core.counted import Counted, counted_url
from legcrm.core.keys import is_key
from partners.models import Organisation, Person

from .models import (
    Agreement,
    Appointment,
    Cooperation,
    Mission,
    Participation,
    Project,
    Questionnaire,
)
from .models.cooperation import Field

# Of the figures in addresses.
NAME = "balance"

SECTIONS = {
    "participants": _("Participants"),
    "programme": _("Programme"),
    "agreements": _("Agreements"),
    "projects": _("Cooperations and projects"),
    "money": _("Cost and funding"),
    "afterwards": _("After the trip"),
}


# --- What a figure is -----------------------------------------------------------------------


@dataclass(frozen=True)
class Base:
    """Records that figures are taken from, with the path to the mission that they count for."""

    model: type[Model]
    mission: str
    rows: Callable[[QuerySet], QuerySet] = lambda rows: rows

    def seen_by(self, user) -> QuerySet:
        return self.rows(self.model.objects.for_user(user).active()).order_by()


@dataclass(frozen=True, eq=False)
class Figure:
    """The rows of ``base`` that meet ``where``: counted, or their values joined to one number.

    What is counted is reached from a row by the path ``record``, and counted once however many
    rows reach it; ``model`` says what it is where it is not the row itself. With ``value`` (an
    expression) only rows count where it is not null, and ``join`` makes one number of the values.
    """

    key: str
    section: str
    label: str
    definition: str
    base: Base
    where: Q = field(default_factory=Q)
    record: str = "pk"
    model: type[Model] | None = None
    value: Any = None
    join: Callable[[Iterable], Any] = sum
    unit: str = ""  # "eur", "days" or "of_five"; empty for a plain number
    part_of: str = ""  # key of the figure that this is a part of
    # Where all parts of one name amount to the whole: by what they part it, for a chart.
    parted_by: str = ""

    @property
    def lists(self) -> type[Model]:
        """The model of the list behind the figure."""
        return self.model or self.base.model

    def condition(self) -> Q:
        return (
            self.where
            if self.value is None
            else self.where & Q(**{f"{self.key}_of__isnull": False})
        )

    def annotations(self) -> dict[str, Any]:
        return {} if self.value is None else {f"{self.key}_of": self.value}

    def records(self, user, missions: Collection[int]) -> QuerySet:
        """Return the keys of what the figure counts for ``missions`` (keys), as one column."""
        rows = self.base.seen_by(user).filter(**{f"{self.base.mission}__in": missions})
        return rows.annotate(**self.annotations()).filter(self.condition()).values(self.record)


@dataclass(frozen=True)
class Quotient:
    """One figure divided by another, over the missions for which the first is known."""

    key: str
    section: str
    label: str
    definition: str
    part: str
    whole: str
    unit: str  # "eur" or "percent"
    part_of: str = ""
    parted_by: str = ""


PLACES = Base(Participation, "mission", lambda rows: rows.holding_a_place())
APPOINTMENTS = Base(Appointment, "mission", lambda rows: rows.not_cancelled())
AGREEMENTS = Base(Agreement, "mission", lambda rows: rows.concluded().with_signed_when())
COOPERATIONS = Base(Cooperation, "origin_mission")
PROJECTS = Base(Project, "origin_mission")
QUESTIONNAIRES = Base(
    Questionnaire, "participation__mission", lambda rows: rows.filter(sent_at__isnull=False)
)
# Numbers that somebody entered for the mission as a whole.
MISSIONS = Base(Mission, "pk")

_PERSON = Q(person__isnull=False)
_ORGANISATION = Q(organisation__isnull=False)
_BEFORE = (
    Participation.objects.holding_a_place()
    .filter(
        organisation=OuterRef("organisation"),
        mission__archived_at__isnull=True,
        mission__starts_on__lt=OuterRef("mission__starts_on"),
    )
    .exclude(mission__status=Mission.Status.CANCELLED)
    .order_by()
)
_EXPECTED = ~Q(stage=Project.Stage.DROPPED)


def _last_answer(field):
    """Return the condition on the last confirmed answer of each participant that says ``field``."""
    confirmed = Questionnaire.objects.confirmed().filter(**{f"{field}__isnull": False}).order_by()
    later = confirmed.filter(
        Q(answered_at__gt=OuterRef("answered_at"))
        | Q(answered_at=OuterRef("answered_at"), pk__gt=OuterRef("pk")),
        participation=OuterRef("participation"),
    )
    return Q(status=Questionnaire.Status.CONFIRMED) & ~Exists(later)


def _median_days(spans: Iterable[timedelta]) -> float:
    return median(span.days for span in spans)


def _mean(values: Iterable[int]) -> float:
    return mean(values)


_ALL = (
    Figure(
        "people",
        "participants",
        _("people"),
        _("People who hold a place (accepted, confirmed or attended), each counted once."),
        PLACES,
        _PERSON,
        "person",
        Person,
    ),
    Figure(
        "organisations",
        "participants",
        _("organisations"),
        _("Organisations that hold a place by themselves or by a person, each counted once."),
        PLACES,
        _ORGANISATION,
        "organisation",
        Organisation,
    ),
    Figure(
        "companies",
        "participants",
        _("companies"),
        _("Those of the organisations that are companies."),
        PLACES,
        _ORGANISATION & Q(organisation__kind=Organisation.Kind.COMPANY),
        "organisation",
        Organisation,
        part_of="organisations",
    ),
    Figure(
        "first_timers",
        "participants",
        _("first-timers"),
        _("Those of the organisations that held a place on no earlier mission that took place."),
        PLACES,
        _ORGANISATION & ~Exists(_BEFORE),
        "organisation",
        Organisation,
        part_of="organisations",
    ),
    Figure(
        "appointments",
        "programme",
        _("appointments"),
        _("Appointments of the programme that were not cancelled."),
        APPOINTMENTS,
    ),
    Figure(
        "official_appointments",
        "programme",
        _("official appointments"),
        _("Those of the appointments that are marked as counting as official."),
        APPOINTMENTS,
        Q(counts_as_official=True),
        part_of="appointments",
    ),
    Figure(
        "announced",
        "agreements",
        _("announced"),
        _("How many agreements were announced before departure, as entered for the mission."),
        MISSIONS,
        value=F("announced_agreements"),
    ),
    Figure(
        "agreements",
        "agreements",
        _("agreements concluded"),
        _("Agreements of the mission, agreed or signed: expired ones too, terminated ones not."),
        AGREEMENTS,
    ),
    Figure(
        "signed",
        "agreements",
        _("signed"),
        _("Those of the agreements that were signed, on the trip or at another time."),
        AGREEMENTS,
        ~Q(signed_when="not"),
        part_of="agreements",
    ),
    *(
        Figure(
            f"agreements_{value}",
            "agreements",
            label,
            _("Those of the agreements concluded in this field."),
            AGREEMENTS,
            Q(field=value),
            part_of="agreements",
            parted_by=_("by field"),
        )
        for value, label in Field.choices
    ),
    *(
        Figure(
            key,
            "agreements",
            label,
            definition,
            AGREEMENTS,
            Q(signed_when=when),
            part_of="agreements",
            parted_by=_("by signature"),
        )
        for key, when, label, definition in (
            (
                "signed_before",
                "before",
                _("signed before the trip"),
                _("Signed before the first day of the mission."),
            ),
            (
                "signed_on_trip",
                "on_trip",
                _("signed on the trip"),
                _("Signed on a day of the mission, or at one of its stops or appointments."),
            ),
            (
                "signed_later",
                "later",
                _("signed later"),
                _("Signed after the last day of the mission, or marked as signed after it."),
            ),
            (
                "signed_some_day",
                "some_day",
                _("signed, not known when"),
                _("Signed, but no source says whether before, on or after the trip."),
            ),
            (
                "agreed_only",
                "not",
                _("agreed, signature not known"),
                _("Agreed; no source says that it was signed."),
            ),
        )
    ),
    Figure(
        "days_to_agreement",
        "agreements",
        _("time from mission to signature"),
        _("Median of the days from the first day of the mission to the signature, where known."),
        AGREEMENTS,
        Q(signed_on__gte=F("mission__starts_on"), mission__date_precision="day"),
        value=ExpressionWrapper(
            F("signed_on") - F("mission__starts_on"), output_field=DurationField()
        ),
        join=_median_days,
        unit="days",
    ),
    Figure(
        "cooperations",
        "projects",
        _("cooperations"),
        _("Cooperations that came of the mission, at whatever stage they are now."),
        COOPERATIONS,
    ),
    Figure(
        "projects",
        "projects",
        _("follow-up projects"),
        _("Projects that came of the mission, at whatever stage they are now."),
        PROJECTS,
    ),
    *(
        Figure(
            f"projects_{value}",
            "projects",
            label,
            _("Those of the projects that are at this stage now."),
            PROJECTS,
            Q(stage=value),
            part_of="projects",
            parted_by=_("by stage"),
        )
        for value, label in Project.Stage.choices
    ),
    Figure(
        "value_forecast",
        "projects",
        _("value, forecast"),
        _("Sum of what is expected of the projects not dropped; never added to the confirmed."),
        PROJECTS,
        _EXPECTED,
        value=F("value_forecast_eur"),
        unit="eur",
    ),
    Figure(
        "value_confirmed",
        "projects",
        _("value, confirmed"),
        _("Sum of what was confirmed for the projects, with date, person and evidence."),
        PROJECTS,
        value=F("value_confirmed_eur"),
        unit="eur",
    ),
    Figure(
        "jobs_forecast",
        "projects",
        _("jobs, forecast"),
        _("Sum of the jobs expected of the projects not dropped; never added to the confirmed."),
        PROJECTS,
        _EXPECTED,
        value=F("jobs_forecast"),
    ),
    Figure(
        "jobs_confirmed",
        "projects",
        _("jobs, confirmed"),
        _("Sum of the jobs confirmed for the projects, with date, person and evidence."),
        PROJECTS,
        value=F("jobs_confirmed"),
    ),
    Figure(
        "cost",
        "money",
        _("cost"),
        _("What the mission cost, as entered for it."),
        MISSIONS,
        value=F("cost_eur"),
        unit="eur",
    ),
    Figure(
        "funding",
        "money",
        _("funding"),
        _("What of it was funded, as entered for the mission."),
        MISSIONS,
        value=F("funding_eur"),
        unit="eur",
    ),
    Quotient(
        "cost_per_company",
        "money",
        _("cost per company"),
        _("Cost divided by companies, over the missions whose cost is known."),
        "cost",
        "companies",
        "eur",
    ),
    Figure(
        "asked",
        "afterwards",
        _("questionnaires sent"),
        _("Questionnaires sent to participants at the return, after 6 and after 12 months."),
        QUESTIONNAIRES,
    ),
    Figure(
        "answered",
        "afterwards",
        _("answered"),
        _("Questionnaires that were answered, whether confirmed yet or not."),
        QUESTIONNAIRES,
        Q(answered_at__isnull=False),
        part_of="asked",
    ),
    Quotient(
        "response_rate",
        "afterwards",
        _("response rate"),
        _("Questionnaires answered, as a share of those sent."),
        "answered",
        "asked",
        "percent",
        part_of="asked",
    ),
    Figure(
        "confirmed_answers",
        "afterwards",
        _("answers confirmed"),
        _("Answers that a member of staff has confirmed; only these count below."),
        QUESTIONNAIRES,
        Q(status=Questionnaire.Status.CONFIRMED),
        part_of="asked",
    ),
    Figure(
        "satisfaction",
        "afterwards",
        _("satisfaction"),
        _("Mean of what each participant said last, from 1 to 5 (best)."),
        QUESTIONNAIRES,
        _last_answer("satisfaction"),
        value=F("satisfaction"),
        join=_mean,
        unit="of_five",
    ),
    Figure(
        "contracts_reported",
        "afterwards",
        _("contracts reported"),
        _("Sum of what each participant said last; in no other figure."),
        QUESTIONNAIRES,
        _last_answer("contracts"),
        value=F("contracts"),
    ),
    Figure(
        "contracts_value_reported",
        "afterwards",
        _("value of contracts reported"),
        _("Sum of what each participant said last; in no other figure."),
        QUESTIONNAIRES,
        _last_answer("contracts_value_eur"),
        value=F("contracts_value_eur"),
        unit="eur",
    ),
    Figure(
        "jobs_reported",
        "afterwards",
        _("jobs reported"),
        _("Sum of what each participant said last; in no other figure."),
        QUESTIONNAIRES,
        _last_answer("jobs"),
        value=F("jobs"),
    ),
)
# How agreements are parted, each time without rest: keys of figures.
BY_FIELD = tuple(f"agreements_{value}" for value in Field.values)
BY_SIGNATURE = (
    "signed_before",
    "signed_on_trip",
    "signed_later",
    "signed_some_day",
    "agreed_only",
)
FIGURES: dict[str, Figure | Quotient] = {figure.key: figure for figure in _ALL}


# --- What it amounts to ---------------------------------------------------------------------


@dataclass(frozen=True)
class Result:
    """What a figure amounts to; None where no record says anything.

    ``records`` is how many the list behind ``url`` holds, ``invented`` how many of them are example
    data, ``note`` what must be said beside the number. A quotient has no list.
    """

    figure: Figure | Quotient
    amount: int | float | Decimal | None
    records: int = 0
    url: str = ""
    invented: int = 0
    note: str = ""

    @property
    def shown(self) -> str:
        return say(self.amount, self.figure.unit)


class _Row(NamedTuple):
    record: int
    value: Any
    is_invented: bool


class Balance:
    """The figures of ``missions`` that ``user`` may see, of all together or of some of them.

    One query for each base, made once; ``only`` names the figures that are wanted, if not all.
    """

    def __init__(self, missions: Iterable[Mission], user, only: Collection[str] = ()):
        self.missions = {mission.pk: mission for mission in missions}
        self.user = user
        self.keys = [key for key in FIGURES if key in only or not only]
        # {key of the figure: {key of the mission: its rows}}
        self._rows: dict[str, dict[int, list[_Row]]] = {}
        by_base = defaultdict(list)
        for figure in self._to_read():
            if _may_see(user, figure):
                by_base[figure.base].append(figure)
        for base, figures in by_base.items():
            self._read(base, figures)

    def _to_read(self):
        wanted = {}
        for key in self.keys:
            figure = FIGURES[key]
            parts = (figure.part, figure.whole) if isinstance(figure, Quotient) else (key,)
            if _rests_on_answers(figure):
                parts += ("answered", "asked")
            wanted |= {part: FIGURES[part] for part in parts}
        return wanted.values()

    def _read(self, base, figures):
        rows = base.seen_by(self.user).filter(**{f"{base.mission}__in": list(self.missions)})
        for figure in figures:
            rows = rows.annotate(**figure.annotations())
        counts = {
            f"{figure.key}_counts": Case(
                When(figure.condition(), then=Value(True)),
                default=Value(False),
                output_field=BooleanField(),
            )
            if figure.condition()
            else Value(True)
            for figure in figures
        }
        columns = [base.mission, "source"]
        for figure in figures:
            columns += [figure.record, f"{figure.key}_counts", *figure.annotations()]
        columns = list(dict.fromkeys(columns))
        place = {name: number for number, name in enumerate(columns)}
        mission, source = place[base.mission], place["source"]
        read = [
            (
                self._rows.setdefault(figure.key, defaultdict(list)),
                place[f"{figure.key}_counts"],
                place[figure.record],
                None if figure.value is None else place[f"{figure.key}_of"],
            )
            for figure in figures
        ]
        for row in rows.annotate(**counts).values_list(*columns):
            is_invented = row[source] == invented.SOURCE
            for found, counted, record, value in read:
                if row[counted]:
                    found[row[mission]].append(
                        _Row(row[record], None if value is None else row[value], is_invented)
                    )

    def results(self, missions: Collection[Mission] | None = None) -> dict[str, Result]:
        """Return ``{key: Result}`` of the figures that the user may see, in their order.

        Of ``missions``, or of all that were read.
        """
        results = ((key, self.result(key, missions)) for key in self.keys)
        return {key: result for key, result in results if result is not None}

    def result(self, key: str, missions: Collection[Mission] | None = None) -> Result | None:
        """Return one figure; None where the user may not see it."""
        keys = set(self.missions) if missions is None else {mission.pk for mission in missions}
        figure = FIGURES[key]
        if isinstance(figure, Quotient):
            if figure.part in self._rows and figure.whole in self._rows:
                return self._divide(figure, keys)
            return None
        return self._join(figure, keys) if key in self._rows else None

    def sections(
        self, missions: Collection[Mission] | None = None
    ) -> list[tuple[str, list[Result]]]:
        """Return ``[(title, [Result, …])]``."""
        by_section = defaultdict(list)
        for result in self.results(missions).values():
            by_section[result.figure.section].append(result)
        return [(title, by_section[key]) for key, title in SECTIONS.items() if by_section[key]]

    def _rows_of(self, figure, keys):
        by_mission = self._rows[figure.key]
        return [row for key in keys for row in by_mission.get(key, ())]

    def _join(self, figure, keys):
        rows = self._rows_of(figure, keys)
        records = {row.record for row in rows}
        if figure.value is None:
            amount = len(records)
        else:
            amount = figure.join([row.value for row in rows]) if rows else None
        return Result(
            figure,
            amount,
            len(records),
            figure_url(figure, keys),
            len({row.record for row in rows if row.is_invented}),
            self._response(keys) if _rests_on_answers(figure) else "",
        )

    def _divide(self, quotient, keys):
        part, whole = FIGURES[quotient.part], FIGURES[quotient.whole]
        if part.value is not None:
            keys = {key for key in keys if self._rows[part.key].get(key)}
        part, whole = self._join(part, keys), self._join(whole, keys)
        known = part.amount is not None and whole.amount
        return Result(
            quotient,
            part.amount / whole.amount if known else None,
            invented=part.invented + whole.invented if known else 0,
        )

    def _response(self, keys):
        """Say how many answered: no number from answers means anything without it."""
        answered, asked = (
            len({row.record for row in self._rows_of(FIGURES[key], keys)})
            for key in ("answered", "asked")
        )
        if not asked:
            return ""
        return gettext("%(answered)s of %(asked)s answered (%(share)s)") % {
            "answered": say(answered),
            "asked": say(asked),
            "share": say(answered / asked, "percent"),
        }


def _rests_on_answers(figure):
    return isinstance(figure, Figure) and figure.base is QUESTIONNAIRES and figure.value is not None


def _may_see(user, figure):
    return all(
        user.has_perm(f"{model._meta.app_label}.view_{model._meta.model_name}")
        for model in (figure.base.model, figure.lists)
    )


def figure_url(figure: Figure, missions: Iterable[int]) -> str:
    """Return the address of the list of exactly what ``figure`` counts for ``missions`` (keys)."""
    what = f"{figure.key}:{','.join(str(key) for key in sorted(missions))}"
    return counted_url(figure.lists, NAME, what)


def resolve(what: str, model: type[Model], user) -> Counted | None:
    """Return what ``figure_url`` stands for ("key:1,2"); for ``legcrm.core.counted``."""
    key, _colon, listed = what.partition(":")
    figure = FIGURES.get(key)
    keys = listed.split(",")
    if (
        not isinstance(figure, Figure)
        or figure.lists is not model
        or not _may_see(user, figure)
        or not all(is_key(one) for one in keys)
    ):
        return None
    missions = Mission.objects.for_user(user).filter(pk__in=keys)
    titles = [str(mission) for mission in missions[:2]]
    whose = titles[0] if len(titles) == 1 else None
    if whose is None:
        whose = ngettext("%d mission", "%d missions", len(keys)) % len(keys)
    label = gettext("%(figure)s (%(mission)s)") % {"figure": figure.label, "mission": whose}
    return Counted(label, figure.records(user, missions.order_by().values("pk")))


def say(amount: int | float | Decimal | None, unit: str = "") -> str:
    """Return an amount as the language writes it, with its unit: "4.200.000 €"; "–" for none."""
    if amount is None:
        return "–"
    match unit:
        case "eur":
            return f"{number_format(round(amount), force_grouping=True)} €"
        case "percent":
            return f"{number_format(round(100 * amount))} %"
        case "of_five":
            return gettext("%(mean)s of 5") % {"mean": number_format(amount, decimal_pos=1)}
        case "days":
            days = round(amount)
            return ngettext("%d day", "%d days", days) % days
    return number_format(amount, force_grouping=True)
