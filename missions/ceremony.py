"""A signing ceremony: several agreements of one mission, signed together on one day.

Some were planned or agreed before, some are entered on the spot. Either all of it is saved or
nothing. Whoever sends the same ceremony twice, because the connection was lost, gets the agreements
that are there.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from legcrm.core.dates import DatePrecision, format_span
from legcrm.core.models import StaleRecord
from partners.models import Organisation, Person

from .models import Agreement, AgreementParty, Appointment, Cooperation, Mission, Stop

# An agreement that waits for its signature.
WAITING = (Agreement.Status.PLANNED, Agreement.Status.AGREED)
# A cooperation that an agreement brings further.
EARLIER = (Cooperation.Stage.IDENTIFIED, Cooperation.Stage.INTRODUCED, Cooperation.Stage.TALKS)
LONGEST_TITLE = Agreement._meta.get_field("title").max_length


class CantSign(Exception):
    """Nothing was saved. ``errors``: {row: {name of the field: messages}}.

    A row is ``("existing", key)``, ``("new", position)``, or None for the ceremony itself; the name
    of the field is "" where it is about the whole row.
    """

    def __init__(self, errors: dict[tuple | None, dict[str, list[str]]]):
        self.errors = errors
        super().__init__(errors)


@dataclass(frozen=True)
class Side:
    """Who stands on one side of a new agreement, and who signs for it."""

    organisation: Organisation
    signatory: Person | None = None
    role: str = ""


@dataclass(frozen=True)
class NewAgreement:
    """An agreement entered at the ceremony; without a ``title`` it gets one from the names."""

    home: Side
    foreign: Side
    field: str
    kind: str = Agreement.Kind.COOPERATION_AGREEMENT
    title: str = ""
    subjects: str = ""
    document: File | None = None
    # Whether the cooperation of the two is entered too, where there is none.
    with_cooperation: bool = True

    @property
    def full_title(self) -> str:
        proposed = proposed_title(self.home.organisation, self.foreign.organisation)
        return self.title.strip() or proposed


def proposed_title(home, foreign) -> str:
    title = _("Cooperation %(home)s – %(foreign)s") % {"home": home, "foreign": foreign}
    return Truncator(title).chars(LONGEST_TITLE)


def _parties(row):
    return [
        AgreementParty(
            side=name, organisation=side.organisation, signatory=side.signatory, role=side.role
        )
        for name, side in (("home", row.home), ("foreign", row.foreign))
    ]


def waiting_for(mission, user):
    """Return the agreements of ``mission`` that can be signed at a ceremony."""
    agreements = Agreement.objects.for_user(user).active().filter(mission=mission)
    return agreements.filter(status__in=WAITING).with_parties().order_by("title", "pk")


def sign_together(
    mission: Mission,
    user,
    *,
    day: date,
    stop: Stop | None = None,
    appointment: Appointment | None = None,
    existing: Iterable[tuple[int, int]] = (),
    new: Iterable[NewAgreement] = (),
) -> list[Agreement]:
    """Record what was signed on ``day``, at the ``stop`` or ``appointment`` of ``mission``.

    ``existing``: key and version, as the user saw them, of agreements that wait for a signature.
    ``user`` needs the rights to add and to change agreements. Raises CantSign.
    """
    ceremony = _Ceremony(mission, user, day, stop, appointment)
    try:
        with transaction.atomic():
            return ceremony.sign(list(existing), list(new))
    except (IntegrityError, StaleRecord) as error:
        text = _("Somebody entered one of these at the same moment. Nothing was saved: look again.")
        ceremony.drop_files()
        raise CantSign({None: {"": [text]}}) from error
    except BaseException:
        ceremony.drop_files()
        raise


class _Ceremony:
    """One ceremony on its way into the database: first all of it is checked, then written."""

    def __init__(self, mission, user, day, stop, appointment):
        self.mission = mission
        self.user = user
        self.day = day
        self.stop = stop or (appointment and appointment.stop)
        self.appointment = appointment
        self.errors = defaultdict(lambda: defaultdict(list))
        # Those of the pairs here: {(home, foreign): [cooperations]}.
        self.cooperations = {}
        self.documents = []

    def sign(self, existing, new):
        # One ceremony of a mission after the other, or pressing twice would enter all of it twice.
        Mission.objects.select_for_update().get(pk=self.mission.pk)
        self._check_day()
        if not existing and not new:
            self.errors[None][""].append(_("Tick or enter at least one agreement."))
        known = [self._known(key, version) for key, version in existing]
        rows = [self._new(position, row) for position, row in enumerate(new)]
        self._refuse_twins(new)
        if self.errors:
            raise CantSign({row: dict(fields) for row, fields in self.errors.items()})
        for agreement in known:
            if agreement.has_changed("status"):
                self._link(agreement, *self._pair_of(agreement))
                agreement.save()
        return known + [self._save(row, made) for row, made in zip(new, rows, strict=True)]

    def drop_files(self):
        """Delete what was stored for agreements that are not saved after all."""
        for document in self.documents:
            if document._committed:
                document.delete(save=False)

    def _check_day(self):
        mission, today = self.mission, timezone.localdate()
        # In Tashkent it may be tomorrow already.
        if self.day > today + timedelta(days=1):
            self.errors[None]["day"].append(_("This day is still to come."))
        elif mission.date_precision == DatePrecision.DAY and self.day < mission.starts_on:
            self.errors[None]["day"].append(
                _("The mission begins on %(day)s; choose the day of the signing.")
                % {"day": date_format(mission.starts_on, "SHORT_DATE_FORMAT")}
            )
        self._check_place()

    def _check_place(self):
        """Refuse a day on which nobody was there: one of the two is a slip."""
        if self.appointment is not None:
            first = last = self.appointment.local_starts_at.date()
        elif self.stop is not None:
            first, last = self.stop.arrives_on, self.stop.leaves_on or self.stop.arrives_on
        else:
            return
        if first is not None and not first <= self.day <= last:
            self.errors[None]["place"].append(
                _("“%(place)s” was on %(days)s. Choose that day, or another place.")
                % {"place": self.appointment or self.stop, "days": format_span(first, last)}
            )

    @property
    def _facts(self):
        """What the ceremony says of each of its agreements."""
        last = self.mission.ends_on or self.mission.starts_on
        exact = self.mission.date_precision == DatePrecision.DAY
        return {
            "status": Agreement.Status.SIGNED,
            "signed_on": self.day,
            "signed_on_unknown": False,
            "signed_stop": self.stop,
            "signed_appointment": self.appointment,
            "signed_after_mission": exact and self.day > last,
        }

    # --- Those that were waiting --------------------------------------------------------------

    def _known(self, key, version):
        """Return the agreement, as it is to be saved; unchanged where it is signed already."""
        rows = Agreement.objects.for_user(self.user).select_for_update(of=("self",))
        agreement = rows.filter(pk=key, mission=self.mission).first()
        row = ("existing", key)
        if agreement is None or agreement.is_archived:
            self.errors[row][""].append(_("This agreement is no longer there."))
            return None
        if agreement.status == Agreement.Status.SIGNED and agreement.signed_on == self.day:
            return agreement  # sent twice, or somebody was faster: it is what it shall be
        if agreement.version != version or agreement.status not in WAITING:
            text = _("%(who)s changed this agreement meanwhile. Look at it, and tick it again.")
            who = agreement.updated_by or _("Somebody")
            self.errors[row][""].append(text % {"who": who})
            return None
        for name, value in self._facts.items():
            setattr(agreement, name, value)
        self._check(row, agreement)
        return agreement

    # --- Those entered on the spot ------------------------------------------------------------

    def _new(self, position, row):
        """Return the agreement to be saved, or the one that is there since this was sent before."""
        there = self._there(row)
        if there is not None:
            if there.created_by_id == self.user.pk:
                return there
            text = _("%(who)s has entered this agreement already: “%(title)s” of that day.")
            self.errors["new", position][""].append(
                text % {"who": there.created_by or _("Somebody"), "title": there.title}
            )
            return None
        agreement = Agreement(
            title=row.full_title,
            kind=row.kind,
            field=row.field,
            subjects=row.subjects,
            mission=self.mission,
            document=row.document or "",
            created_by=self.user,
            **self._facts,
        )
        key = ("new", position)
        self._check(key, agreement)
        if row.home.organisation == row.foreign.organisation:
            self.errors[key]["foreign_organisation"].append(
                _("An organisation can't stand on both sides of an agreement.")
            )
            return agreement
        for party in _parties(row):
            self._check(key, party, exclude=["agreement"], prefix=f"{party.side}_")
        self._check_cooperation(key, row)
        return agreement

    def _there(self, row):
        """Return the agreement of that title, day and parties that the mission has already."""
        rows = Agreement.objects.active().filter(
            mission=self.mission, title=row.full_title, signed_on=self.day
        )
        for side, party in (("home", row.home), ("foreign", row.foreign)):
            parties = AgreementParty.objects.filter(side=side, organisation=party.organisation)
            rows = rows.filter(pk__in=parties.values("agreement"))
        return rows.select_related("created_by").first()

    def _refuse_twins(self, new):
        seen = set()
        for position, row in enumerate(new):
            key = (row.home.organisation, row.foreign.organisation, row.full_title)
            if key in seen:
                self.errors["new", position]["title"].append(
                    _("This agreement is entered twice. Give the second one another title.")
                )
            seen.add(key)

    def _check(self, row, record, exclude=None, prefix=""):
        try:
            record.full_clean(exclude=exclude)
        except ValidationError as error:
            for name, messages in error.message_dict.items():
                at = "" if name == NON_FIELD_ERRORS else f"{prefix}{name}"
                self.errors[row][at] += messages

    def _save(self, row, agreement):
        if agreement.pk:
            return agreement  # there since this was sent before
        self._link(agreement, row.home.organisation, row.foreign.organisation, row)
        if row.document:
            self.documents.append(agreement.document)
        agreement.save()
        for party in _parties(row):
            party.agreement = agreement
            party.save()
        return agreement

    # --- The cooperation of the two -----------------------------------------------------------

    def _of_pair(self, home, foreign):
        """Return all cooperations of the two, those locked, archived ones too."""
        pair = (home.pk, foreign.pk)
        if pair not in self.cooperations:
            rows = Cooperation.objects.for_user(self.user).select_for_update(of=("self",))
            self.cooperations[pair] = list(rows.filter(home=home, partner=foreign).order_by("pk"))
        return self.cooperations[pair]

    def _check_cooperation(self, key, row):
        home, foreign = row.home.organisation, row.foreign.organisation
        if not row.with_cooperation or self._of_pair(home, foreign):
            return
        if not self.user.has_perm("missions.add_cooperation"):
            self.errors[key]["with_cooperation"].append(_("You may not enter cooperations."))
            return
        try:
            self._cooperation(row).full_clean()
        except ValidationError as error:
            self.errors[key]["with_cooperation"] += error.messages

    def _cooperation(self, row):
        return Cooperation(
            home=row.home.organisation,
            partner=row.foreign.organisation,
            field=row.field,
            stage=Cooperation.Stage.AGREED,
            stage_since=self.day,
            origin_mission=self.mission,
            owner=self.user,
        )

    @staticmethod
    def _pair_of(agreement):
        """Return its home and its foreign organisation; (None, None) where these are not two."""
        sides = {"home": [], "foreign": []}
        for party in agreement.parties.select_related("organisation"):
            sides[party.side].append(party.organisation)
        (home, *more_home), (foreign, *more_foreign) = sides["home"], sides["foreign"]
        if more_home or more_foreign or home is None or foreign is None:
            return None, None
        return home, foreign

    def _link(self, agreement, home, foreign, row=None):
        """Link the cooperation of the two sides, and bring it to the stage that it has reached.

        With a ``row`` that asks for it one is entered where the two have none.
        """
        cooperation = agreement.cooperation
        if cooperation is not None:
            rows = Cooperation.objects.select_for_update(of=("self",))
            cooperation = rows.get(pk=cooperation.pk)
        elif home is not None:
            known = self._of_pair(home, foreign)
            cooperation = self._fitting(known, agreement.field)
            if row is not None and row.with_cooperation and not known:
                cooperation = self._cooperation(row)
                cooperation.save()
                known.append(cooperation)
            agreement.cooperation = cooperation
        self._bring_on(cooperation)

    @staticmethod
    def _fitting(cooperations, field):
        """Return the one that is meant, as far as that can be told."""
        active = [one for one in cooperations if not one.is_archived]
        if len(active) > 1:
            active = [one for one in active if one.field == field]
        return active[0] if len(active) == 1 else None

    def _bring_on(self, cooperation):
        if cooperation is None or cooperation.is_archived or cooperation.stage not in EARLIER:
            return
        if self.user.has_perm("missions.change_cooperation"):
            cooperation.stage = Cooperation.Stage.AGREED
            cooperation.date_stage(self.day)
            cooperation.save()
